"""Words of the quality of answers, by enumeration, and each rule in a sentence."""

from collections.abc import Mapping
from types import MappingProxyType

from pages.language import lazy_gettext as _l

QUALITY_WORDS = {
    "quality_rule": {
        "too_fast": _l("答得太快"),
        "call_too_fast": _l("电话问得太快"),
        "straight_lined": _l("全部选同一项"),
        "identical_vectors": _l("许多人的回答一模一样"),
        "duplicate": _l("重复的答卷"),
        "many_blanks": _l("空着的题太多"),
        "out_of_frame": _l("不在调查范围"),
        "board_burst": _l("一块公示牌突然来得太多"),
        "told_what_to_answer": _l("有人教过怎么答"),
        "call_denied": _l("电话复核时对方说没有访问过"),
        "misconduct": _l("查实有人作假"),
    },
    "board_window": {"hour": _l("一小时"), "day": _l("一天")},
    "exclusion_scope": {
        "response": _l("单份答卷"),
        "batch": _l("整批卷子"),
        "interviewer": _l("一个访员的全部答卷"),
        "board": _l("一块公示牌的全部答卷"),
    },
}

EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        "too_fast": _l(
            "网上填写时（用答题码的也算），从打开到提交，平均每答一题不到这么多秒。只记“太快”，不记用了多久。"
        ),
        "call_too_fast": _l(
            "电话访问时，访员从录第一题到录最后一题，平均每答一题不到这么多秒。只记“太快”，不记用了多久。纸质答卷没有时间，不判快慢。"
        ),
        "straight_lined": _l("至少这么多道打分题，全部选了同一项。"),
        "identical_vectors": _l("同一地方、同一渠道，至少这么多人的打分题一项不差。打分题不到 8 道时不用。"),
        "duplicate": _l("同一批、同一访员或同一块牌、同一周里，至少这么多道题的回答全部相同；第一份不算。"),
        "many_blanks": _l("该答的选择题，空着的超过这个百分比。"),
        "out_of_frame": _l("抽样渠道里，答卷的地方不在这次调查的地方之内；或者公示牌在别处。"),
        "board_burst": _l(
            "一块牌一周的份数，比各块牌各周的中位数高出这么多倍稳健标准差，而且不少于 10 份。"
            "按天、按小时也这样比，只提醒人去看，不标记答卷。"
        ),
        "told_what_to_answer": _l("答卷人说事先有人教过怎么答。截止以前看不到。"),
        "call_denied": _l("另一个人打电话复核，对方说没有接受过访问。"),
        "misconduct": _l("现场检查或者举报查实：代填、编造、诱导。"),
    }
)
"""Rule → when it holds, for whoever registers it and for readers of the results."""


def name_of(rule: str) -> str:
    """Return what a rule is called; one of an imported survey, which has no word here, is shown by its key."""
    return str(QUALITY_WORDS["quality_rule"].get(rule, rule))


THRESHOLD_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "too_fast": _l("秒"),
        "call_too_fast": _l("秒"),
        "straight_lined": _l("题"),
        "identical_vectors": _l("人"),
        "duplicate": _l("题"),
        "many_blanks": _l("%"),
        "board_burst": _l("倍"),
    }
)
