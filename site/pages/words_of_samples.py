"""Words of drawn samples and calls, by enumeration."""

from pages.language import lazy_gettext as _l

SAMPLE_WORDS = {
    "sample_design": {
        "stratified": _l("分层随机抽样"),
        "two_stage": _l("两阶段抽样：先抽村居，再抽人"),
    },
    "half_day": {"morning": _l("上午"), "afternoon": _l("下午"), "evening": _l("晚上")},
    "disposition": {
        "complete": _l("答完"),
        "partial": _l("答了一部分"),
        "refusal": _l("拒绝"),
        "non_contact": _l("没联系上本人"),
        "other": _l("不便作答"),
        "unknown_household": _l("不知道有没有人"),
        "unknown_other": _l("说不清"),
        "not_eligible": _l("不在调查范围"),
    },
    "call_result": {
        "no_answer": _l("没人接、占线"),
        "not_there": _l("有人接，本人不在"),
        "call_back": _l("约时间再打"),
        "refused": _l("拒绝"),
        "unable": _l("病了、听不清、语言不通"),
        "not_in_service": _l("空号、停机"),
        "not_private": _l("单位电话，或者不在本地住"),
        "unclear": _l("说不清"),
    },
    "check_state": {
        "drawn": _l("等待复核"),
        "confirmed": _l("访问属实"),
        "denied": _l("对方说没有访问过"),
        "not_reached": _l("没联系上"),
    },
    "code_given": {"letter": _l("寄了信"), "call": _l("电话里报了码")},
}
