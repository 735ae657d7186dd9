"""The words of what watches over projects: problems, look-backs, inspections, summons lists and bulletins."""

from collections.abc import Mapping
from types import MappingProxyType

from pages.language import lazy_gettext as _l

LEDGER_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "problem_kind": {
            "individual": _l("个性问题"),
            "common": _l("共性问题"),
        },
        "problem_source": {
            "inspection": _l("检查"),
            "audit": _l("审计"),
            "look_back": _l("回头看"),
            "survey": _l("调查"),
            "suggestion": _l("居民来件"),
            "report": _l("月报"),
            "media": _l("媒体报道"),
            "self_check": _l("自查"),
        },
        "problem_state": {
            "draft": _l("等审核"),
            "returned": _l("已退回"),
            "open": _l("整改中"),
            "closing": _l("申请销号，等核查"),
            "closed": _l("已销号"),
        },
        "light": {
            "green": _l("绿灯"),
            "yellow": _l("黄灯：快到期"),
            "red": _l("红灯：已超期"),
        },
        "step_kind": {
            "registered": _l("登记"),
            "rewritten": _l("改好再交"),
            "returned": _l("退回登记人"),
            "opened": _l("审核通过，公开"),
            "noted": _l("整改进展"),
            "closing_proposed": _l("申请销号"),
            "closing_returned": _l("核查没通过，退回整改"),
            "closed": _l("核查通过，销号"),
            "reopened": _l("重新打开"),
        },
        "signature_state": {
            "draft": _l("草稿"),
            "submitted": _l("等审核"),
            "returned": _l("已退回"),
            "published": _l("已公布"),
            "withdrawn": _l("已撤回"),
        },
        "block_name": {
            "overview": _l("总体情况"),
            "money": _l("资金"),
            "late": _l("滞后和缺报"),
            "problems": _l("问题整改"),
            "cases": _l("居民来件"),
            "next": _l("下一步"),
        },
    }
)
