"""The journal in words: what was done, and which fields changed from what to what."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from minsheng.casework.cases import CaseEventKind
from minsheng.journal import JournalEntry
from minsheng.records.project_records import KINDS as PROJECT_RECORDS
from minsheng.records.publication import Origin
from pages import formats
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import ngettext, plain_record_text
from pages.words import WORDS, word
from pages.words_of_acts import PUBLIC_ACTS
from public.editorial.change_details import LISTS, Line
from public.editorial.change_records import RECORD_CODES, RECORD_FIELDS


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
        "problems": ActGroup(
            _l("问题与回头看"),
            (
                "problem_opened",
                "problem_revised",
                "problem_closing_proposed",
                "problem_closing_returned",
                "problem_closed",
                "problem_reopened",
                "looked_back",
                "look_back_revised",
                "look_back_withdrawn",
                "inspection_published",
                "inspection_withdrawn",
            ),
        ),
        "suggestions": ActGroup(_l("居民来件"), tuple(f"suggestion_{kind.value}" for kind in CaseEventKind)),
        "surveys": ActGroup(
            _l("问卷、考核办法和年度考核"),
            (
                "wave_published",
                "wave_prolonged",
                "wave_closed",
                "quality_rules_registered",
                "answers_excluded",
                "wave_results_published",
                "scheme_added",
                "scheme_locked",
                "scheme_removed",
                "assessment_published",
                "assessment_revised",
            ),
        ),
        "programmes": ActGroup(_l("民生工程"), ("programme_published", "programme_revised", "programme_withdrawn")),
        "bulletins": ActGroup(
            _l("通报和约谈"),
            (
                "bulletin_published",
                "bulletin_corrected",
                "bulletin_withdrawn",
                "summons_published",
                "summons_withdrawn",
            ),
        ),
        "calls": ActGroup(
            _l("征集"), ("call_published", "call_extended", "call_closed", "idea_group_made", "idea_group_decided")
        ),
        "documents": ActGroup(_l("公开文件"), ("document_published", "document_withdrawn")),
        "project_records": ActGroup(
            _l("合同、考核、管护等"),
            tuple(f"{kind}_{act}" for kind in PROJECT_RECORDS.values() for act in ("published", "revised", "removed")),
        ),
        "compiled": ActGroup(_l("整理录入"), (), Origin.COMPILED),
    }
)

OTHER_ACT = _l("登记一项变动")

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "closes_on": _l("最后一天"),
        "first_closes_on": _l("原定的最后一天"),
        "dates_reason": _l("改期的原因"),
        "closed": _l("已截止"),
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
        "found_on",
        "looked_on",
        "signed_on",
        "deposit_release_on",
        "dated",
        "held_on",
        "done_on",
        "paid_on",
        "since",
        "appointed_on",
        "ended_on",
        "visited_on",
    }
)
LONGEST = 80


def act_words(entry: JournalEntry) -> str:
    """Return what an entry says was done."""
    step = WORDS["case_event_kind"].get(entry.act.removeprefix("suggestion_"))
    if entry.subject.startswith("suggestion:") and step:
        return _("居民来件：%(step)s", step=step)
    return str(PUBLIC_ACTS.get(entry.act, OTHER_ACT))


BY_ITSELF = frozenset({"suggestion_reminded", "suggestion_escalated", "suggestion_closed"})
"""Acts of no person, where an entry names nobody: the clock does them."""


def actor_words(entry: JournalEntry) -> str:
    """Return who did what an entry tells of: the post, or for the rest a resident or the clock."""
    return entry.actor or (_("系统按时自动") if entry.act in BY_ITSELF else _("居民"))


def month_of(entry: JournalEntry) -> str:
    """Return the month of the report an entry is about, ``YYYY-MM``, or an empty text."""
    kind, _, rest = entry.subject.partition(":")
    month = rest.split(":")[1] if kind == "report" and rest.count(":") == 2 else ""
    return month if len(month) == 7 and month[:4].isdigit() else ""


def is_by_one_person(entry: JournalEntry) -> bool:
    """Whether its author alone made public what an entry tells of, in an installation where one person may."""
    if entry.act == "published_by_one_person":
        return False
    details = entry.details
    snapshot = details.get("snapshot")
    said = isinstance(snapshot, dict) and snapshot.get("one_person")
    return bool(details.get("one_person") or said)


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
    kind = entry.subject.partition(":")[0]
    lines: list[Line] = []
    for name, (old, new) in changes.items():
        if name in LISTS:
            lines += LISTS[name](old or [], new or [])
        elif name not in INTERNAL:
            label = RECORD_FIELDS.get((kind, name)) or FIELDS.get(name, OTHER_FIELD)
            lines.append((str(label), _shown(kind, name, old), _shown(kind, name, new)))
    return lines


def _shown(kind: str, name: str, value: Any) -> str:
    """Return a value of a snapshot as a reader sees it; nothing for what was not there."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        return ngettext("%(num)s 项", "%(num)s 项", len(value))
    return _writer(kind, name)(value)


def _writer(kind: str, name: str) -> Callable[[Any], str]:
    """Return how values of a field of a kind of record are written."""
    if group := RECORD_CODES.get((kind, name)) or CODED.get(name):
        return lambda value: word(value, group)
    if name in DATES:
        return lambda value: formats.date(dt.date.fromisoformat(value))
    return formats.money if name.endswith("_fen") else _WRITERS.get(name, _cut)


def _cut(value: object) -> str:
    text = plain_record_text(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "translations": lambda value: _cut(" / ".join(text for texts in value.values() for text in texts.values())),
    "physical_progress": lambda value: formats.percent(Decimal(value)),
    "meets_standard": lambda value: _("是") if value else _("否"),
    "second_factor_required": lambda value: _("是") if value else _("否"),
    "one_person_mode": lambda value: _("是") if value else _("否"),
    "closed": lambda value: _("是") if value else _("否"),
    "set_up": lambda value: _("是") if value else _("否"),
    "emblem": lambda digest: _("图片 %(key)s", key=digest[:8]),
    "days": lambda days: ngettext("%(num)s 天", "%(num)s 天", len(days)),
    "photo_before": lambda key: _("照片 %(key)s", key=key[:8]),
    "photo_after": lambda key: _("照片 %(key)s", key=key[:8]),
}
