"""Why a sheet cannot be entered, and what is wrong with what was typed, in words that say what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.errors import DomainError
from minsheng.surveying.paper_entry import EnteredTwiceError
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

FIELD_PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "not_looked_at": _l("还没有填；卷子上空着就填 0"),
        "no_such_option": _l("没有这个选项，请填选项前面的号"),
        "one_only": _l("这题只能选一项；卷子上勾了几项就填 0"),
        "unknown_option": _l("没有这个选项，请填选项前面的号"),
        "not_a_number": _l("请填数字，最多四位小数"),
        "too_long": _l("字数太多，请缩短"),
        "blank": _l("整张都是空的：白卷不用录，录完这一批时记作“交了白卷”"),
    }
)


def entry_refusal(error: DomainError) -> str:
    """Return why a sheet cannot be entered now."""
    if isinstance(error, EnteredTwiceError):
        return _("这份已经录过了，是%(clerk)s录的", clerk=f"{error.clerk.display_name}（{error.clerk.username}）")
    return {
        "not_open": _("调查现在不在填写期内，不能录入"),
        "other_questions": _("这份卷子印的题目和现在的问卷不一样，请联系组织调查的人"),
        "not_drawn": _("这一批已经录完，这份没有抽中复录"),
        "same_clerk": _("这份第一次就是您录的，复录要换一个人"),
    }.get(error.code, _("这一批已经计入，不能再录"))
