"""What the fields of a project's side records are called in the change log, and which hold a value with a word."""

from collections.abc import Mapping
from types import MappingProxyType

from pages.language import lazy_gettext as _l

_COMMON = {
    "party": _l("单位"),
    "document": _l("公开文件"),
    "note": _l("说明"),
    "agency": _l("责任单位"),
    "people": _l("人数"),
    "households": _l("户数"),
    "amount_fen": _l("金额"),
    "keeper": _l("管护单位或岗位"),
    "phone": _l("电话"),
}
_BY_KIND = {
    "content": {"body": _l("正文"), "number": _l("第几版"), "kind": _l("放在哪里")},
    "settings": {
        "site_name": _l("网站名称"),
        "site_name_hant": _l("繁体名称"),
        "site_name_en": _l("英文名称"),
        "emblem": _l("标志"),
        "board": _l("页首和链接的颜色"),
        "board_dark": _l("深色模式的页首"),
        "link_dark": _l("深色模式的链接"),
        "contact_office": _l("联系窗口"),
        "contact_phone": _l("电话"),
        "contact_address": _l("地址"),
        "contact_hours": _l("什么时间有人"),
        "icp_number": _l("ICP 备案号"),
        "police_number": _l("公安备案号"),
        "data_licence": _l("数据使用许可"),
        "data_licence_url": _l("数据使用许可的网址"),
        "languages": _l("界面语言"),
        "report_due_day": _l("月报截止日"),
        "ahead": _l("提前的标准（百分点）"),
        "behind": _l("滞后的标准（百分点）"),
        "seriously_behind": _l("严重滞后的标准（百分点）"),
        "accept_days": _l("受理时限（工作日）"),
        "reply_days": _l("答复时限（工作日）"),
        "extension_days": _l("最多延期（工作日）"),
        "rating_days": _l("评价时限（工作日）"),
        "contact_days": _l("办结后保留联系方式（天）"),
        "final_reply_days": _l("重办答复时限（工作日）"),
        "second_factor_required": _l("必须两步登录"),
        "one_person_mode": _l("一人模式（写的人可以自己公示）"),
        "home_place": _l("本站的地方"),
        "set_up": _l("首次设置已完成"),
    },
    "calendar": {"source_title": _l("通知名称"), "document": _l("文号"), "days": _l("放假和调休的日子")},
    "contract": {
        "subject": _l("合同内容"),
        "position": _l("序号"),
        "amount_fen": _l("合同金额"),
        "signed_on": _l("签订日期"),
        "deposit_line": _l("质量保证金账目"),
        "deposit_release_on": _l("保证金应退日期"),
        "payments": _l("付款"),
        "changes": _l("合同变更"),
    },
    "safeguard": {
        "kind": _l("哪一项制度"),
        "dated": _l("日期"),
        "not_applicable_because": _l("不适用的理由"),
    },
    "review": {
        "kind": _l("考核环节"),
        "period": _l("考核周期"),
        "held_on": _l("考核日期"),
        "reviewer": _l("考核单位"),
        "score": _l("得分"),
        "points": _l("满分"),
        "meets_standard": _l("达到质量标准"),
        "finding": _l("结论"),
    },
    "eligibility_step": {
        "kind": _l("环节"),
        "done_on": _l("完成日期"),
        "posted_where": _l("在哪里公示"),
    },
    "payment_batch": {
        "label": _l("批次名称"),
        "kind": _l("类型"),
        "paid_on": _l("日期"),
        "standard": _l("标准"),
    },
    "after_care": {
        "yearly_budget_fen": _l("每年管护经费"),
        "budget_source": _l("经费从哪来"),
        "since": _l("从哪天开始管护"),
        "inspection_every_months": _l("几个月检查一次"),
    },
    "monitor": {
        "badge": _l("监督员编号"),
        "appointed_on": _l("聘任日期"),
        "ended_on": _l("解聘日期"),
        "ended_because": _l("解聘的理由"),
    },
    "monitor_report": {
        "badge": _l("监督员编号"),
        "visited_on": _l("到现场的日期"),
        "withdrawn_reason": _l("撤下的理由"),
        "text": _l("报告内容"),
        "state": _l("状态"),
        "photos": _l("图片"),
    },
    "call": {
        "text": _l("说明"),
        "state": _l("到了哪一步"),
        "opens_at": _l("开始"),
        "closes_at": _l("截止"),
        "outcome_words": _l("总的结果"),
    },
    "idea_group": {
        "title": _l("组名"),
        "outcome": _l("结果"),
        "reason": _l("理由"),
        "project": _l("变成了哪个项目（内部编号）"),
        "target": _l("变成了哪个目标（内部编号）"),
    },
    "problem": {
        "description": _l("问题"),
        "source": _l("怎么发现的"),
        "found_on": _l("发现日期"),
        "deadline": _l("整改期限"),
        "closed_on": _l("销号日期"),
        "evidence": _l("整改情况"),
        "photo_before": _l("整改前的照片"),
        "photo_after": _l("整改后的照片"),
        "kind": _l("共性还是个性"),
        "common_title": _l("共性问题"),
        "common_cause": _l("共性问题从哪里来"),
        "post": _l("责任人职务"),
        "state": _l("状态"),
        "reopened_because": _l("重新打开的原因"),
    },
    "look_back": {
        "looked_on": _l("检查日期"),
        "result": _l("检查结果"),
        "upkeep_budget_fen": _l("管护经费"),
        "withdrawn_reason": _l("撤回的原因"),
    },
    **{
        kind: {"state": _l("状态"), "withdrawn_reason": _l("撤回的原因")}
        for kind in ("inspection", "summons", "bulletin")
    },
}
RECORD_FIELDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {(kind, name): label for kind, own in _BY_KIND.items() for name, label in {**_COMMON, **own}.items()}
)
"""(kind of the subject, field of its snapshot) → what it is called."""

RECORD_CODES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("safeguard", "kind"): "safeguard_kind",
        ("review", "kind"): "review_kind",
        ("eligibility_step", "kind"): "eligibility_step_kind",
        ("payment_batch", "kind"): "batch_kind",
        ("monitor_report", "state"): "monitor_report_state",
        ("call", "state"): "call_state",
        ("content", "kind"): "content_kind",
        ("idea_group", "outcome"): "group_outcome",
        ("problem", "source"): "problem_source",
        ("problem", "kind"): "problem_kind",
        ("problem", "state"): "problem_state",
        **dict.fromkeys((("inspection", "state"), ("summons", "state"), ("bulletin", "state")), "signature_state"),
        ("look_back", "result"): "look_back_result",
    }
)
"""Fields that hold a value of an enumeration, and the group of words for it."""
