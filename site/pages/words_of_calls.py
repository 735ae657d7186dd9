"""Words for rounds of asking, their ideas and outcomes. See :mod:`pages.words`."""

from pages.language import lazy_gettext as _l

CALL_WORDS = {
    "call_theme": {
        "next_year_list": _l("明年的实事清单"),
        "draft_plan": _l("规划草案"),
        "other": _l("专题征集"),
    },
    "call_state": {
        "draft": _l("草稿"),
        "published": _l("已公布"),
        "closed": _l("已公布结果"),
    },
    "idea_source": {
        "resident": _l("居民"),
        "expert": _l("专家意见"),
    },
    "held_reason": {
        "no_proof": _l("来得太多时没有核对"),
        "one_network": _l("同一网络发得太多"),
        "many_alike": _l("相近的内容太多"),
    },
    "set_aside_reason": {
        "not_an_idea": _l("不是一条建议"),
        "sent_twice": _l("同一条重复提交"),
        "off_theme": _l("与这次征集的主题无关"),
        "abusive": _l("含辱骂或恶意内容"),
    },
    "group_outcome": {
        "adopted": _l("采纳"),
        "partly": _l("部分采纳"),
        "not_adopted": _l("没有采纳"),
    },
}
