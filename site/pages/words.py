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
            "completion": _l("工程完工"),
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
        "permission": {
            "see_desk": _l("查看工作台"),
            "write_report": _l("填写月报"),
            "publish_report": _l("发布月报"),
            "edit_project": _l("修改项目"),
            "review_suggestion": _l("审核来信"),
            "handle_suggestion": _l("办理来信"),
            "supervise_suggestion": _l("督办来信"),
            "run_survey": _l("组织调查"),
            "export_answers": _l("导出答卷"),
            "see_journal": _l("查看日志"),
            "manage_staff": _l("管理人员"),
        },
        "document_kind": {
            "approval": _l("批复文件"),
            "bidding": _l("招标文件"),
            "contract": _l("合同"),
            "supervision": _l("监理文件"),
            "acceptance": _l("验收文件"),
            "audit": _l("审计报告"),
            "policy": _l("政策文件"),
        },
        "problem_source": {
            "inspection": _l("检查"),
            "audit": _l("审计"),
            "look_back": _l("回头看"),
            "survey": _l("调查"),
            "suggestion": _l("群众来信"),
        },
        "look_back_result": {
            "working": _l("正常使用"),
            "partly": _l("部分使用"),
            "not_working": _l("不能使用"),
        },
        "denominator": {
            "planned": _l("计划数"),
            "arrived": _l("到位数"),
            "disbursed": _l("拨付数"),
            "planned_investment_of_year": _l("当年计划投资"),
        },
        "rate_kind": {
            "arrival": _l("资金到位率"),
            "disbursement": _l("资金拨付率"),
            "spending": _l("资金支出率"),
            "completion": _l("投资完成率"),
        },
        "weighting": {
            "planned_investment": _l("按计划投资加权"),
            "unweighted": _l("各项目等权"),
        },
        "suggestion_kind": {
            "suggestion": _l("建议"),
            "question": _l("咨询"),
            "complaint": _l("投诉"),
            "thanks": _l("感谢"),
        },
        "case_state": {
            "received": _l("已收到"),
            "refused": _l("未受理"),
            "accepted": _l("已受理"),
            "handed_over": _l("办理中"),
            "replied": _l("已答复"),
            "disputed": _l("有异议，重办中"),
            "finally_replied": _l("已最终答复"),
            "closed": _l("已办结"),
        },
        "prominence": {
            "unreviewed": _l("待审核"),
            "public": _l("公开"),
            "internal": _l("不公开"),
        },
        "refusal_reason": {
            "not_our_matter": _l("不属于本级职责"),
            "duplicate": _l("与已有来信重复"),
            "in_court": _l("正在诉讼或复议"),
            "unclear": _l("内容不清，无法办理"),
            "abusive": _l("含辱骂或恶意内容"),
        },
        "rating": {
            "satisfied": _l("满意"),
            "partly": _l("基本满意"),
            "not_satisfied": _l("不满意"),
        },
        "closed_as": {
            "rated": _l("来信人已评价"),
            "unrated": _l("到期未评价，自动办结"),
            "after_dispute": _l("异议处理后办结"),
        },
        "case_event_kind": {
            "received": _l("收到来信"),
            "reviewed": _l("完成审核"),
            "accepted": _l("受理"),
            "refused": _l("不予受理"),
            "handed_over": _l("交办"),
            "transferred": _l("转办"),
            "extended": _l("延期"),
            "replied": _l("答复"),
            "rated": _l("评价"),
            "disputed": _l("提出异议"),
            "finally_replied": _l("最终答复"),
            "closed": _l("办结"),
        },
        "channel": {
            "phone": _l("电话抽样"),
            "paper_sample": _l("纸质抽样"),
            "web": _l("网上填写"),
            "qr": _l("扫码填写"),
            "paper_walk_in": _l("现场填写"),
        },
        "question_type": {
            "scale": _l("量表"),
            "single": _l("单选"),
            "multiple": _l("多选"),
            "number": _l("数字"),
            "short_text": _l("简短文字"),
            "long_text": _l("详细文字"),
        },
        "question_role": {
            "satisfaction": _l("满意度"),
            "awareness": _l("知晓度"),
            "told_what_to_answer": _l("是否被教过怎么答"),
            "area": _l("居住地"),
            "age_band": _l("年龄段"),
            "sex": _l("性别"),
            "other": _l("其他"),
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
