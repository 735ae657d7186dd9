"""The forms of the settings, one a group, and the words for values that cannot be taken."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from wtforms import BooleanField, FileField, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Optional

from minsheng.errors import InvalidFileError
from minsheng.installation.calendar_files import InvalidCalendarError
from minsheng.installation.settings import LANGUAGES, SiteSettings, seen
from pages.forms import CheckboxesField, Form, QuantityField, between, choices, length, required
from pages.language import NAMES
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

NEEDED = InputRequired(_l("请填写这一项"))


class GroupForm(Form):
    """Some settings that are changed together, and what the writer has seen of them."""

    GROUP = ""
    seen = HiddenField()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the settings in this form, in its order."""
        return tuple(name for name in _FIELDS[cls.GROUP])

    @classmethod
    def showing(cls, known: SiteSettings) -> "GroupForm":
        """Return the form with the present values."""
        values = {name: getattr(known, name) for name in cls.names()}
        return cls(formdata=None, data={**values, "seen": seen(known, values)})

    def values(self) -> dict[str, Any]:
        """Return what was typed, as the settings take it."""
        return {name: "" if self[name].data is None else self[name].data for name in self.names()}

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Say beside each field why its value cannot be taken."""
        for name, reason in problems.items():
            self[name].errors = [problem_words(reason)]


class NameForm(GroupForm):
    """What the installation is called."""

    GROUP = "name"
    site_name = StringField(_l("网站名称"), validators=[length(most=40)])
    site_name_hant = StringField(_l("繁体名称"), validators=[length(most=40)])
    site_name_en = StringField(_l("英文名称"), validators=[length(most=60)])


class ColoursForm(GroupForm):
    """The colours of header and links."""

    GROUP = "colours"
    board = StringField(_l("页首和链接的颜色"), validators=[required(), length(most=9)])
    board_dark = StringField(_l("深色模式的页首"), validators=[required(), length(most=9)])
    link_dark = StringField(_l("深色模式的链接"), validators=[required(), length(most=9)])


class ContactForm(GroupForm):
    """Whom residents can turn to."""

    GROUP = "contact"
    contact_office = StringField(_l("联系单位"), validators=[length(most=120)])
    contact_phone = StringField(_l("电话"), validators=[length(most=40)])
    contact_address = StringField(_l("地址"), validators=[length(most=200)])
    contact_hours = StringField(_l("什么时间有人"), validators=[length(most=120)])


class FooterForm(GroupForm):
    """The numbers that a site has to show."""

    GROUP = "footer"
    icp_number = StringField(_l("ICP 备案号"), validators=[length(most=60)])
    police_number = StringField(_l("公安备案号"), validators=[length(most=60)])


class DataLicenceForm(GroupForm):
    """Under which terms the open data may be used."""

    GROUP = "data_licence"
    data_licence = StringField(_l("许可的名称"), validators=[length(most=80)])
    data_licence_url = StringField(_l("许可全文的网址"), validators=[length(most=200)])


class LanguagesForm(GroupForm):
    """Which languages residents can choose."""

    GROUP = "languages"
    languages = CheckboxesField(
        _l("显示哪些语言"), choices=choices((name, NAMES[name]) for name in LANGUAGES), validators=[required()]
    )


class PeriodsForm(GroupForm):
    """When reports and answers are due, and what counts as behind."""

    GROUP = "periods"
    report_due_day = IntegerField(_l("月报截止：下个月几日"), validators=[NEEDED, between(1, 28)])
    ahead = QuantityField(_l("提前：差距达到（百分点）"), validators=[NEEDED])
    behind = QuantityField(_l("滞后：差距达到（百分点）"), validators=[NEEDED])
    seriously_behind = QuantityField(_l("严重滞后：差距达到（百分点）"), validators=[NEEDED])
    accept_days = IntegerField(_l("受理（工作日）"), validators=[NEEDED, between(1, 5)])
    reply_days = IntegerField(_l("答复（工作日）"), validators=[NEEDED, between(1, 60)])
    extension_days = IntegerField(_l("最多延期（工作日）"), validators=[NEEDED, between(0, 30)])
    rating_days = IntegerField(_l("评价（工作日）"), validators=[NEEDED, between(1, 30)])
    contact_days = IntegerField(_l("办结多少天后删除联系方式（自然日）"), validators=[NEEDED, between(7, 1095)])
    final_reply_days = IntegerField(_l("重办答复（工作日）"), validators=[NEEDED, between(1, 30)])


class CycleForm(GroupForm):
    """The rhythm of the year: warnings, look-backs, and when each step of the yearly cycle is due."""

    GROUP = "cycle"
    problem_warning_days = IntegerField(_l("整改到期前几天亮黄灯"), validators=[NEEDED, between(1, 60)])
    look_back_months = IntegerField(_l("建成项目几个月回头看一次"), validators=[NEEDED, between(1, 60)])
    breakdown_month = IntegerField(_l("目标分解：几月底前完成"), validators=[NEEDED, between(1, 12)])
    self_review_days = IntegerField(_l("季度自评：季末后几天内"), validators=[NEEDED, between(1, 60)])
    half_year_days = IntegerField(_l("半年检查：半年末后几天内"), validators=[NEEDED, between(1, 92)])
    year_end_days = IntegerField(_l("年终验收：年末后几天内"), validators=[NEEDED, between(1, 120)])


class SecurityForm(GroupForm):
    """How staff sign in."""

    GROUP = "security"
    second_factor_required = BooleanField(_l("公示审核员和管理员必须两步登录"))
    one_person_mode = BooleanField(_l("一人模式：写的人可以自己公示（每一条都会在公开的变更记录里写明）"))


class EmblemForm(Form):
    """An uploaded emblem."""

    picture = FileField(_l("标志图片"), validators=[required(_l("请选一张图片"))])


class CalendarForm(Form):
    """A file with the days of a year, and the notice it comes from."""

    file = FileField(_l("放假安排文件"), validators=[required(_l("请选一个文件"))])
    source_title = StringField(_l("通知名称"), validators=[required(_l("请填通知名称")), length(most=200)])
    document = StringField(_l("文号"), validators=[Optional(), length(most=80)])


class CalendarConfirmForm(Form):
    """The days that were shown, to be taken now."""

    days = HiddenField(validators=[required(), length(most=40_000)])
    source_title = HiddenField(validators=[required(), length(most=200)])
    document = HiddenField(validators=[length(most=80)])


GROUPS: Mapping[str, type[GroupForm]] = MappingProxyType(
    {
        form.GROUP: form
        for form in (
            NameForm,
            ColoursForm,
            ContactForm,
            FooterForm,
            DataLicenceForm,
            LanguagesForm,
            PeriodsForm,
            CycleForm,
            SecurityForm,
        )
    }
)
_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": ("site_name", "site_name_hant", "site_name_en"),
        "colours": ("board", "board_dark", "link_dark"),
        "contact": ("contact_office", "contact_phone", "contact_address", "contact_hours"),
        "footer": ("icp_number", "police_number"),
        "data_licence": ("data_licence", "data_licence_url"),
        "languages": ("languages",),
        "periods": (
            "report_due_day",
            "ahead",
            "behind",
            "seriously_behind",
            "accept_days",
            "reply_days",
            "extension_days",
            "rating_days",
            "contact_days",
            "final_reply_days",
        ),
        "cycle": (
            "problem_warning_days",
            "look_back_months",
            "breakdown_month",
            "self_review_days",
            "half_year_days",
            "year_end_days",
        ),
        "security": ("second_factor_required", "one_person_mode"),
    }
)


def group_words() -> dict[str, tuple[str, str]]:
    """Return title and explanation of every group."""
    return {
        "name": (_("名称"), _("页首、分享和订阅里的网站名。空着就用“民生·民声”。")),
        "colours": (_("颜色"), _("页首和链接的颜色。字和底的对比不够的颜色不能用，免得有人看不清。")),
        "contact": (_("联系窗口"), _("写在每一页的底部，居民有事找谁。")),
        "footer": (_("备案号"), _("写在每一页的底部。")),
        "data_licence": (
            _("数据使用许可"),
            _("写在开放数据页和数据文件里，例如 CC BY 4.0。由主办单位决定；空着就写明还没有声明。"),
        ),
        "languages": (_("语言"), _("居民可以选的界面语言。简体一定有。")),
        "periods": (_("时限和快慢"), _("月报、来件的时限，以及差多少算滞后。改了以后，每一页都按新的算。")),
        "cycle": (_("一年的节奏"), _("问题亮灯、回头看，和目标分解、自评、检查、验收的日子。日历和工作台照着算。")),
        "security": (_("登录安全"), _("能公示内容或管理人员的角色，除了密码还要第二样东西。")),
    }


def problem_words(reason: str) -> str:
    """Return what is wrong with a value, in words."""
    words = {
        "too_long": _("太长了，请写短一些"),
        "not_text": _("里面有不能显示的字符，请重新输入"),
        "not_a_colour": _("请填 # 开头的六位颜色，例如 #0d478c"),
        "too_faint": _("和底色太接近，有人会看不清；请换深一些（深色模式的链接换浅一些）的颜色"),
        "out_of_range": _("超出了可以填的范围"),
        "not_a_number": _("请填数字"),
        "not_an_address": _("请填 http:// 或 https:// 开头的网址"),
        "not_rising": _("三个数要从小到大：严重滞后 < 滞后 < 提前"),
        "not_languages": _("简体一定要选"),
    }
    return words.get(reason, _("填写的格式不对"))


def file_words(error: InvalidFileError) -> str:
    """Return what is wrong with an uploaded file, in words."""
    where = error.where if isinstance(error, InvalidCalendarError) else ""
    words = {
        "too_large": _("文件太大"),
        "not_an_image": _("这不是能用的图片，请用 PNG、JPEG 或 WebP"),
        "too_many_pixels": _("图片太大，请缩小后再传"),
        "too_small": _("图片太小，边长至少 48 像素"),
        "unreadable": _("文件读不懂，请用 CSV 或 JSON，照下面的样子"),
        "no_days": _("文件里没有日期"),
        "bad_date": _("日期读不懂：%(where)s", where=where),
        "bad_word": _("看不出是休还是班：%(where)s", where=where),
        "two_years": _("文件里不止一年，或者年份不对：%(where)s", where=where),
        "no_weekend": _("调休上班的日子应当是周末：%(where)s", where=where),
        "twice": _("同一天既写了休又写了班：%(where)s", where=where),
    }
    return words.get(error.reason, _("这个文件不能用"))
