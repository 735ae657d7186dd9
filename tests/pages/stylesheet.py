"""A living style sheet: every shared component with realistic content, on pages of its own. Never shipped.

``python -m flask --app tests.pages.stylesheet run`` shows it; the tests render the same pages.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from flask import Flask, flash, render_template, url_for
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from pages import setup
from pages.formats import HUNDRED_MILLION, TEN_THOUSAND
from pages.forms import CheckboxesField, DateField, Form, MoneyField, MonthField, choices

WAN, YI = TEN_THOUSAND, HUNDRED_MILLION


class SampleForm(Form):
    """One of each control."""

    title = StringField("标题", [DataRequired(message="请写一句话说明是什么事"), Length(max=60)])
    body = TextAreaField("具体情况", [DataRequired(message="请写明时间、地点和情况")])
    kind = RadioField(
        "类型", [DataRequired()], choices=choices([("suggestion", "建议"), ("question", "咨询"), ("complaint", "投诉")])
    )
    themes = CheckboxesField("涉及", choices=choices([("money", "资金"), ("quality", "质量"), ("time", "工期")]))
    place = SelectField("地点", choices=choices([("1", "青石镇"), ("2", "柳河乡")]))
    amount = MoneyField("计划资金", unit=WAN)
    day = DateField("发生日期")
    month = MonthField("月份")
    photo = FileField("照片")
    agree = BooleanField("同意公开（去掉个人信息后）")
    website = StringField("请勿填写")


def sample() -> dict[str, Any]:
    """Return the made-up and published figures the page shows."""
    points: list[dict[str, Any]] = [
        {"month": dt.date(2025, month, 1), "planned": planned, "actual": actual}
        for month, planned, actual in zip(
            range(1, 13),
            (4, 8, 16, 26, 40, 54, 66, 76, 85, 92, 97, 100),
            (3, 7, None, 22, 33, 41, 52, 60, None, None, None, None),
            strict=True,
        )
    ]
    road = {"planned": 1286 * WAN, "arrived": 1100 * WAN, "disbursed": 861 * WAN, "spent": 640 * WAN}
    return {
        "points": points,
        "road": road,
        "over": {"planned": 100 * WAN, "arrived": 10357 * WAN // 100, "disbursed": 9951 * WAN // 100, "spent": None},
        "as_of": dt.date(2025, 9, 8),
        "steps": [
            {
                "name": "立项批复",
                "original": dt.date(2025, 1, 20),
                "planned": dt.date(2025, 1, 20),
                "actual": dt.date(2025, 1, 18),
            },
            {
                "name": "招标投标",
                "original": dt.date(2025, 3, 1),
                "planned": dt.date(2025, 3, 1),
                "actual": dt.date(2025, 3, 22),
                "reason": "一次流标，重新招标",
            },
            {
                "name": "开工",
                "original": dt.date(2025, 4, 1),
                "planned": dt.date(2025, 4, 10),
                "actual": dt.date(2025, 4, 10),
            },
            {
                "name": "主体完工",
                "original": dt.date(2025, 8, 30),
                "planned": dt.date(2025, 9, 30),
                "reason": "七月连续降雨，路基重做 2.1 公里",
            },
            {"name": "竣工验收", "original": dt.date(2025, 11, 30), "planned": dt.date(2025, 12, 20)},
            {"name": "移交使用", "original": dt.date(2025, 12, 31)},
        ],
        "sources": [
            {
                "source": "中央资金",
                "planned": 520 * WAN,
                "arrived": 520 * WAN,
                "disbursed": 480 * WAN,
                "spent": 400 * WAN,
            },
            {
                "source": "省级资金",
                "planned": 386 * WAN,
                "arrived": 300 * WAN,
                "disbursed": 221 * WAN,
                "spent": 180 * WAN,
            },
            {
                "source": "县级资金",
                "planned": 300 * WAN,
                "arrived": 200 * WAN,
                "disbursed": 160 * WAN,
                "spent": 60 * WAN,
            },
            {"source": "群众自筹", "planned": 80 * WAN, "arrived": 80 * WAN, "disbursed": None, "spent": None},
        ],
        "answers": [
            {
                "name": "农村公路“村村通”",
                "shares": [Decimal("31.2"), Decimal("38.5"), Decimal("19.0"), Decimal("7.8"), Decimal("3.5")],
                "n": 412,
            },
            {
                "name": "饮水安全工程",
                "shares": [Decimal("6.9"), Decimal("35.6"), Decimal("41.6"), Decimal("12.4"), Decimal("3.5")],
                "n": 398,
            },
            {"name": "公交首末站", "shares": [12, 22, 26, 24, 16], "n": 97},
        ],
        "ranks": [
            {
                "name": "青石镇",
                "value": Decimal("86.2"),
                "low": Decimal("83.7"),
                "high": Decimal("88.7"),
                "rank": 1,
                "best": 1,
                "worst": 3,
            },
            {
                "name": "柳河乡",
                "value": Decimal("84.9"),
                "low": Decimal("81.9"),
                "high": Decimal("87.9"),
                "rank": 2,
                "best": 1,
                "worst": 3,
            },
            {
                "name": "南岭镇",
                "value": Decimal("79.0"),
                "low": Decimal("76.2"),
                "high": Decimal("81.8"),
                "rank": 3,
                "best": 3,
                "worst": 4,
            },
            {
                "name": "东坝镇",
                "value": Decimal("71.0"),
                "low": Decimal("67.5"),
                "high": Decimal("74.5"),
                "rank": 4,
                "best": 4,
                "worst": 4,
            },
            {
                "name": "云台乡",
                "value": None,
                "low": None,
                "high": None,
                "rank": None,
                "reason": "有效样本 18 份，不足 30 份",
            },
        ],
        "multiples": [
            {
                "name": name,
                "points": [{**point, "actual": point["actual"] and point["actual"] * factor} for point in points],
                "status": status,
            }
            for name, factor, status in (
                ("青石镇", 1.25, "on_schedule"),
                ("柳河乡", 1.5, "ahead"),
                ("南岭镇", 1.1, "behind"),
                ("东坝镇", 0.6, "seriously_behind"),
            )
        ],
        "counts": {
            "done": 9,
            "ahead": 4,
            "on_schedule": 12,
            "behind": 5,
            "seriously_behind": 2,
            "overdue": 1,
            "not_due": 3,
        },
        "statuses": [
            "ahead",
            "on_schedule",
            "behind",
            "seriously_behind",
            "overdue",
            "done",
            "suspended",
            "cancelled",
            "not_due",
            "unknown",
        ],
        "months": [
            {"month": dt.date(2025, month, 1), "state": state}
            for month, state in zip(
                range(1, 13),
                [
                    "none",
                    "none",
                    "none",
                    "published",
                    "published",
                    "missing",
                    "published",
                    "published",
                    "due",
                    "none",
                    "none",
                    "none",
                ],
                strict=True,
            )
        ],
        "facets": [
            {
                "name": "status",
                "label": "进度",
                "multiple": True,
                "options": [
                    {"value": "behind", "label": "滞后", "count": 5, "selected": True},
                    {"value": "on_schedule", "label": "按序时", "count": 12, "selected": False},
                    {"value": "done", "label": "已完成", "count": 9, "selected": False},
                ],
            },
            {
                "name": "category",
                "label": "分类",
                "options": [
                    {"value": "transport", "label": "交通", "count": 11, "selected": False},
                    {"value": "water", "label": "水利", "count": 7, "selected": False},
                ],
            },
        ],
    }


def create_app() -> Flask:
    """Return an application with the style sheet on ``/`` and the form on ``/form``."""
    app = Flask("tests.pages.stylesheet", template_folder="templates")
    app.config.update(SECRET_KEY="only for tests", WTF_CSRF_ENABLED=False)
    setup.register(app)

    @app.context_processor
    def frame() -> dict[str, Any]:
        names = ("首页", "项目", "民生工程", "地区", "建议", "调查", "数据")
        return {
            "navigation": [
                {"label": name, "url": f"/{index or ''}", "current": name == "项目"} for index, name in enumerate(names)
            ],
            "search_url": "/search",
            "footer_links": [
                {"label": name, "url": "/"} for name in ("关于这些数字", "隐私", "无障碍声明", "开放数据")
            ],
        }

    @app.get("/")
    def stylesheet() -> str:
        return render_template("stylesheet.html", **sample())

    @app.route("/form", methods=["GET", "POST"])
    def form() -> str:
        submitted = SampleForm()
        if submitted.validate_on_submit():
            flash("收到了", "good")
        return render_template("form.html", form=submitted, home=url_for("stylesheet"))

    @app.get("/form-with-errors")
    def form_with_errors() -> str:
        typed = SampleForm(MultiDict({"title": "路灯", "amount": "很多", "day": "昨天", "kind": "nonsense"}))
        typed.validate()
        return render_template("form.html", form=typed, home=url_for("stylesheet"))

    @app.get("/error")
    def error() -> str:
        return render_template(
            "pages/error.html", code=404, title="没有找到这一页", advice="可以搜索，或者从首页重新找。"
        )

    return app
