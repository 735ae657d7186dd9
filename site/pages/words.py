"""The interface's word for every value the domain counts in.

Groups are named after the domain's enumerations (``Stage`` → ``stage``) and keyed by their stored values, so
that a plain string from a query or an export finds its word as well as an enumeration's member does.
"""

import enum
import re
from types import MappingProxyType

from flask import Flask

from pages.language import lazy_gettext as _l

WORDS = MappingProxyType(
    {
        "schedule_status": {
            "ahead": _l("提前"),
            "on_schedule": _l("按序时"),
            "behind": _l("滞后"),
            "seriously_behind": _l("严重滞后"),
            "overdue": _l("逾期"),
            "done": _l("已完成"),
            "not_due": _l("未到开工日"),
            "unknown": _l("无法判断"),
            "suspended": _l("已暂停"),
            "cancelled": _l("已取消"),
        },
        "stage": {
            "proposed": _l("谋划"),
            "preparing": _l("前期"),
            "reserved": _l("储备"),
            "under_way": _l("实施"),
            "completed": _l("完工"),
            "accepted": _l("竣工验收"),
            "in_use": _l("投入使用"),
            "after_care": _l("管护"),
            "suspended": _l("暂停"),
            "cancelled": _l("取消"),
        },
        "category": {
            "education": _l("教育"),
            "health": _l("卫生"),
            "transport": _l("交通"),
            "water": _l("水利"),
            "housing": _l("住房"),
            "environment": _l("环保"),
            "elderly_and_children": _l("养老托幼"),
            "employment": _l("就业"),
            "social_security": _l("社会保障"),
            "culture_sport": _l("文化体育"),
            "agriculture": _l("农业农村"),
            "safety": _l("公共安全"),
            "digital": _l("便民服务"),
            "other": _l("其他"),
        },
        "project_kind": {
            "works": _l("工程类"),
            "benefit": _l("补助发放类"),
            "training": _l("培训类"),
            "service": _l("服务指标类"),
        },
        "funding_source": {
            "central": _l("中央资金"),
            "provincial": _l("省级资金"),
            "municipal": _l("市级资金"),
            "county": _l("县级资金"),
            "township": _l("乡镇资金"),
            "bond": _l("债券资金"),
            "social_capital": _l("社会资本"),
            "self_raised": _l("群众自筹"),
            "other": _l("其他资金"),
        },
        "funding_kind": {
            "funds": _l("项目资金"),
            "levy": _l("集资款"),
            "quality_deposit": _l("质量保证金"),
        },
        "movement_kind": {
            "planned": _l("计划"),
            "arrived": _l("到位"),
            "disbursed": _l("拨付"),
            "spent": _l("支出"),
        },
        "division_level": {
            "province": _l("省级"),
            "city": _l("市级"),
            "county": _l("县级"),
            "township": _l("乡镇级"),
            "village": _l("村级"),
        },
        "publication": {
            "draft": _l("草稿"),
            "published": _l("已公示"),
            "withdrawn": _l("已撤回"),
        },
        "origin": {
            "own": _l("本站公示"),
            "compiled": _l("据公开通报整理"),
        },
        "source_kind": {
            "official": _l("政府网站"),
            "republished": _l("转载"),
            "news": _l("新闻报道"),
            "address_missing": _l("原址未记录"),
        },
        "responsibility_role": {
            "principal": _l("第一责任人"),
            "supervising_leader": _l("分管领导"),
            "person_in_charge": _l("具体责任人"),
        },
        "milestone_kind": {
            "approval": _l("立项批复"),
            "bidding": _l("招标投标"),
            "start": _l("开工"),
            "main_structure": _l("主体完工"),
            "completion": _l("完工"),
            "acceptance": _l("竣工验收"),
            "hand_over": _l("移交使用"),
        },
        "safeguard_kind": {
            "legal_person": _l("法人责任制"),
            "bidding": _l("招投标制"),
            "contract": _l("合同管理制"),
            "supervision": _l("工程监理制"),
            "reimbursement": _l("资金报账制"),
            "acceptance": _l("竣工验收制"),
        },
        "measure": {
            "cumulative": _l("累计"),
            "level": _l("动态"),
            "rate": _l("比率"),
        },
        "direction": {
            "more": _l("越多越好"),
            "less": _l("越少越好"),
        },
        "assigned_by": {
            "province": _l("省定"),
            "city": _l("市定"),
            "own": _l("自定"),
        },
        "report_state": {
            "draft": _l("草稿"),
            "submitted": _l("待审核"),
            "returned": _l("已退回"),
            "published": _l("已公示"),
            "superseded": _l("已被更正"),
            "withdrawn": _l("已撤回"),
        },
        "progress_basis": {
            "investment": _l("按完成投资计"),
            "target": _l("按目标任务计"),
            "works": _l("按工程形象进度计"),
            "stated": _l("通报所述，未说明口径"),
        },
        "photo_phase": {
            "before": _l("改造前"),
            "during": _l("施工中"),
            "after": _l("完成后"),
        },
        "role": {
            "reporter": _l("填报员"),
            "publisher": _l("公示审核员"),
            "case_reviewer": _l("来信审核员"),
            "case_handler": _l("承办员"),
            "supervisor": _l("督办员"),
            "surveyor": _l("调查员"),
            "assessor": _l("考核员"),
            "administrator": _l("管理员"),
        },
        "suggestion_kind": {
            "suggestion": _l("建议"),
            "question": _l("咨询"),
            "complaint": _l("投诉"),
            "thanks": _l("感谢"),
        },
    }
)
"""Group → stored value → word."""

TONES = MappingProxyType(
    {
        "ahead": "ahead",
        "on_schedule": "good",
        "done": "done",
        "behind": "behind",
        "seriously_behind": "late",
        "overdue": "late",
        "suspended": "quiet",
        "cancelled": "quiet",
        "not_due": "quiet",
        "unknown": "quiet",
    }
)
"""Schedule status → tone of its badge and bar. The shape in the badge differs per status, not per tone."""


def group_of(member: enum.Enum) -> str:
    """Return the group of an enumeration's member: ``ScheduleStatus.BEHIND`` → ``schedule_status``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(member).__name__).lower()


def value_of(value: object) -> str:
    """Return the stored text of an enumeration's member, or the text itself."""
    return str(value.value) if isinstance(value, enum.Enum) else str(value)


def word(value: object, group: str | None = None) -> str:
    """Return the reader's word for a value; ``group`` is needed only for plain strings.

    Raises ``KeyError`` for a value that has no word: a page never shows a code.
    """
    if group is None:
        if not isinstance(value, enum.Enum):
            raise KeyError(f"{value!r} needs the name of its group")
        group = group_of(value)
    return str(WORDS[group][value_of(value)])


def tone(status: object) -> str:
    """Return the tone of a schedule status for class names: ahead, good, done, behind, late or quiet."""
    return TONES[value_of(status)]


def register(app: Flask) -> None:
    """Make ``word`` and ``value_of`` filters, and ``status_tone`` and ``all_words`` names in templates."""
    app.jinja_env.filters.update(word=word, value_of=value_of, status_tone=tone)
    app.jinja_env.globals.update(all_words=WORDS)
