"""The journal in words: what was done, and which fields changed from what to what."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from minsheng.cases import CaseEventKind
from minsheng.journal import JournalEntry
from minsheng.project_records import KINDS as PROJECT_RECORDS
from minsheng.publication import Origin
from pages import formats
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import ngettext, plain_record_text
from pages.words import WORDS, word
from public.change_details import LISTS, Line


@dataclass(frozen=True)
class ActGroup:
    """Acts a reader filters by together."""

    label: str
    acts: tuple[str, ...]
    origin: Origin = Origin.OWN


ACT_GROUPS: Mapping[str, ActGroup] = MappingProxyType(
    {
        "corrections": ActGroup(_l("更正与撤回"), ("report_corrected", "report_superseded", "report_withdrawn")),
        "projects": ActGroup(_l("项目"), ("project_published", "project_revised", "project_withdrawn")),
        "reports": ActGroup(_l("月报"), ("report_published", "report_revised")),
        "problems": ActGroup(_l("问题与回头看"), ("problem_opened", "problem_closed", "looked_back")),
        "suggestions": ActGroup(_l("居民来件"), tuple(f"suggestion_{kind.value}" for kind in CaseEventKind)),
        "programmes": ActGroup(_l("民生工程"), ("programme_published", "programme_revised")),
        "documents": ActGroup(_l("公开文件"), ("document_published", "document_withdrawn")),
        "project_records": ActGroup(
            _l("合同、考核、管护等"),
            tuple(f"{kind}_{act}" for kind in PROJECT_RECORDS.values() for act in ("published", "revised", "removed")),
        ),
        "compiled": ActGroup(_l("整理录入"), (), Origin.COMPILED),
    }
)

ACTS: Mapping[str, str] = MappingProxyType(
    {
        "programme_published": _l("公示民生工程"),
        "programme_revised": _l("修改民生工程"),
        "project_published": _l("公示项目"),
        "project_revised": _l("修改项目"),
        "project_withdrawn": _l("撤回项目"),
        "report_revised": _l("修改月报的图片或说明"),
        "report_published": _l("公示月报"),
        "report_corrected": _l("更正月报"),
        "report_superseded": _l("旧版月报转为留存"),
        "report_withdrawn": _l("撤回月报"),
        "report_compiled": _l("整理录入公开通报"),
        "problem_opened": _l("列入问题清单"),
        "problem_closed": _l("问题销号"),
        "looked_back": _l("回头看"),
        "document_published": _l("公示文件"),
        "document_withdrawn": _l("撤回文件"),
        "project_renamed": _l("项目换网址"),
        "programme_renamed": _l("民生工程换网址"),
        "agency_renamed": _l("单位换网址"),
        "project_translated": _l("给项目配译文"),
        "programme_translated": _l("给民生工程配译文"),
        "agency_translated": _l("给单位配译文"),
        "division_translated": _l("给地方配译文"),
        "board_issued": _l("发公示牌"),
        "board_retired": _l("撤公示牌"),
        "wave_published": _l("发布问卷"),
        "wave_closed": _l("问卷截止"),
    }
)
RECORD_ACTS: Mapping[str, str] = MappingProxyType(
    {
        "contract_published": _l("公示合同"),
        "contract_revised": _l("修改合同"),
        "contract_removed": _l("撤下合同"),
        "safeguard_published": _l("公示六制"),
        "safeguard_revised": _l("修改六制"),
        "safeguard_removed": _l("撤下六制"),
        "review_published": _l("公示考核结果"),
        "review_revised": _l("修改考核结果"),
        "review_removed": _l("撤下考核结果"),
        "eligibility_step_published": _l("公示资格审核"),
        "eligibility_step_revised": _l("修改资格审核"),
        "eligibility_step_removed": _l("撤下资格审核"),
        "payment_batch_published": _l("公示发放或培训批次"),
        "payment_batch_revised": _l("修改发放或培训批次"),
        "payment_batch_removed": _l("撤下发放或培训批次"),
        "after_care_published": _l("公示管护安排"),
        "after_care_revised": _l("修改管护安排"),
        "after_care_removed": _l("撤下管护安排"),
        "monitor_published": _l("聘请群众监督员"),
        "monitor_revised": _l("群众监督员变动"),
        "monitor_removed": _l("撤下群众监督员"),
        "monitor_report_published": _l("登出监督员的报告"),
        "monitor_report_revised": _l("修改监督员的报告"),
        "monitor_report_removed": _l("撤下监督员的报告"),
    }
)
"""Acts on the records beside a project's reports."""
OTHER_ACT = _l("登记一项变动")

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "title": _l("名称"),
        "summary": _l("简介"),
        "year": _l("年份"),
        "stage": _l("阶段"),
        "stage_reason": _l("阶段变动的原因"),
        "location": _l("地点"),
        "quality_standard": _l("质量标准"),
        "planned_start": _l("计划开工日"),
        "planned_finish": _l("计划完工日"),
        "first_planned_start": _l("最初公示的开工日"),
        "first_planned_finish": _l("最初公示的完工日"),
        "actual_start": _l("实际开工日"),
        "actual_finish": _l("实际完工日"),
        "planned_investment_fen": _l("计划投资"),
        "total_investment_fen": _l("总投资"),
        "physical_progress": _l("形象进度"),
        "funds_arrived_fen": _l("资金到位"),
        "funds_disbursed_fen": _l("资金拨付"),
        "funds_spent_fen": _l("资金支出"),
        "investment_completed_fen": _l("完成投资"),
        "done": _l("本月进展"),
        "difficulties": _l("困难"),
        "next_step": _l("下一步"),
        "photos": _l("图片"),
        "translations": _l("译文"),
        "explanations": _l("数据说明"),
        "agency": _l("责任单位"),
        "publication": _l("公示状态"),
        "state": _l("状态"),
    }
)
INTERNAL = frozenset({"revision", "correction_reason", "withdrawn_reason", "one_person"})
OTHER_FIELD = _l("其他内容")
CODED = MappingProxyType(
    {
        "stage": "stage",
        "state": "report_state",
        "publication": "publication",
        "category": "category",
        "kind": "project_kind",
    }
)
"""Fields that hold a value of an enumeration, and the group of words for it."""
DATES = frozenset(
    {
        "planned_start",
        "planned_finish",
        "first_planned_start",
        "first_planned_finish",
        "actual_start",
        "actual_finish",
        "deadline",
        "closed_on",
    }
)
LONGEST = 80


def act_words(entry: JournalEntry) -> str:
    """Return what an entry says was done."""
    step = WORDS["case_event_kind"].get(entry.act.removeprefix("suggestion_"))
    if entry.subject.startswith("suggestion:") and step:
        return _("居民来件：%(step)s", step=step)
    return str(ACTS.get(entry.act) or RECORD_ACTS.get(entry.act, OTHER_ACT))


def month_of(entry: JournalEntry) -> str:
    """Return the month of the report an entry is about, ``YYYY-MM``, or an empty text."""
    kind, _, rest = entry.subject.partition(":")
    month = rest.split(":")[1] if kind == "report" and rest.count(":") == 2 else ""
    return month if len(month) == 7 and month[:4].isdigit() else ""


def reason_of(entry: JournalEntry) -> str:
    """Return the public reason of an entry, or an empty text."""
    return str(entry.details.get("reason", ""))


def changed_fields(entry: JournalEntry) -> list[Line]:
    """Return name, old and new of everything an entry changed, in the reader's words.

    Long texts are cut short here; the downloaded journal has them whole.
    """
    changes = entry.details.get("changes")
    if not isinstance(changes, dict):
        return []
    lines: list[Line] = []
    for name, (old, new) in changes.items():
        if name in LISTS:
            lines += LISTS[name](old or [], new or [])
        elif name not in INTERNAL:
            lines.append((str(FIELDS.get(name, OTHER_FIELD)), _shown(name, old), _shown(name, new)))
    return lines


def _shown(name: str, value: Any) -> str:
    """Return a value of a snapshot as a reader sees it; nothing for what was not there."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        return ngettext("%(num)s 项", "%(num)s 项", len(value))
    return _writer(name)(value)


def _writer(name: str) -> Callable[[Any], str]:
    """Return how values of a field are written."""
    if name == "translations":
        return lambda value: _cut(" / ".join(text for texts in value.values() for text in texts.values()))
    if name.endswith("_fen"):
        return formats.money
    if name == "physical_progress":
        return lambda value: formats.percent(Decimal(value))
    if name in DATES:
        return lambda value: formats.date(dt.date.fromisoformat(value))
    if name in CODED:
        return lambda value: word(value, CODED[name])
    return _cut


def _cut(value: object) -> str:
    text = plain_record_text(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
