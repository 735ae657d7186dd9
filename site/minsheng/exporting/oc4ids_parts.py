"""Parts of a project as OC4IDS says them: money, targets and what came of them, milestones, contracts, documents.

Amounts are in yuan (``CNY``), to the fen. Days are midnights in China. Nothing empty is ever written: the schema
wants at least one sign or element in whatever is there.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from minsheng.importing.oc4ids_codes import (
    ANNUAL_PLAN,
    CURRENCY,
    DOCUMENT_TYPES,
    FIGURES,
    FINANCIAL,
    FIRST_PLAN,
    FUNDING_WORDS,
    INDICATOR,
    MILESTONE_TYPES,
    MILESTONE_WORDS,
    PHYSICAL,
    SIGNED,
    SOURCE_WORDS,
    SOURCES,
    TOTAL_INVESTMENT,
)
from minsheng.records.contracts import Contract
from minsheng.records.documents import Document
from minsheng.records.funding import FundingKind, FundingLine, MovementKind
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Milestone, Project
from minsheng.records.reports import ProgressReport, month_end

Json = dict[str, Any]
LANGUAGE = "zh"
PERCENT = "%"


def whole(values: Mapping[str, Any]) -> Json:
    """Return what is not empty."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {})}


def moment(day: dt.date | None) -> str | None:
    """Return a day as the midnight in China that begins it."""
    return f"{day.isoformat()}T00:00:00+08:00" if day else None


def value(fen: int | None) -> Json | None:
    """Return an amount in yuan; whole yuan as a whole number."""
    if fen is None:
        return None
    return {"amount": fen // 100 if fen % 100 == 0 else fen / 100, "currency": CURRENCY}


def number(quantity: Decimal | None) -> str | None:
    """Return a quantity as text, which loses no digit."""
    return None if quantity is None else format(quantity, "f")


def period(start: dt.date | None, end: dt.date | None) -> Json | None:
    """Return a period, open at either end where no day is known."""
    return whole({"startDate": moment(start), "endDate": moment(end)}) or None


def year_of(year: int | None) -> Json | None:
    """Return a calendar year as a period."""
    return period(dt.date(year, 1, 1), dt.date(year, 12, 31)) if year else None


def budget(project: Project) -> Json:
    """Return what a project is to cost: the whole of it, the plan of its year, and who gives how much."""
    total, planned = project.total_investment_fen, project.planned_investment_fen
    year = year_of(project.year)
    groups = [
        _amount(TOTAL_INVESTMENT, "总投资", total, None),
        _amount(ANNUAL_PLAN, "年度计划投资", planned, year),
        *(_sources(kind, project.funding_lines) for kind in FundingKind),
    ]
    amount = planned if total is None else total
    said = "" if amount is None else "年度计划投资" if total is None else "总投资"
    return whole({"description": said, "amount": value(amount), "budgetBreakdowns": [one for one in groups if one]})


def _amount(identity: str, said: str, fen: int | None, during: Json | None) -> Json | None:
    if fen is None:
        return None
    line = whole({"id": identity, "description": said, "amount": value(fen), "period": during})
    return {"id": identity, "description": said, "budgetBreakdown": [line]}


def _sources(kind: FundingKind, lines: Iterable[FundingLine]) -> Json | None:
    found = [
        whole(
            {
                "id": f"line-{line.position}",
                "description": line.label,
                "amount": value(line.planned_fen),
                "period": year_of(line.year),
                "sourceParty": funder(line),
            }
        )
        for line in lines
        if line.kind is kind
    ]
    group = {"id": f"{SOURCES}{kind.value}", "description": FUNDING_WORDS[kind], "budgetBreakdown": found}
    return group if found else None


def funder(line: FundingLine) -> Json:
    """Return who pays a line."""
    return {"id": f"funder-{line.source.value}", "name": SOURCE_WORDS[line.source]}


def transactions(project: Project) -> list[Json]:
    """Return the dated payments of a project; money that arrived or was passed on is among the metrics."""
    return [
        whole(
            {
                "id": f"movement-{movement.id}",
                "date": moment(movement.moved_on),
                "value": value(movement.amount_fen),
                "payer": funder(line),
            }
        )
        for line in project.funding_lines
        for movement in line.movements
        if movement.kind is MovementKind.SPENT
    ]


def forecasts(project: Project) -> list[Json]:
    """Return what was promised: the first published dates, and each target."""
    first = period(project.first_planned_start, project.first_planned_finish)
    dates = {"id": FIRST_PLAN, "title": "最初公示的工期", "observations": [{"id": FIRST_PLAN, "period": first}]}
    return [*([dates] if first else []), *(_target(project, each) for each in project.indicators)]


def _target(project: Project, indicator: Indicator) -> Json:
    positions = {each.id: each.position for each in project.indicators}
    whole_of = positions.get(indicator.whole_id) if indicator.whole_id is not None else None
    dimensions = whole(
        {
            "measure": indicator.measure.value,
            "direction": indicator.direction.value,
            "assignedBy": indicator.assigned_by.value,
            "comparator": indicator.comparator,
            "part": indicator.part_name,
            "partOf": None if whole_of is None else f"{INDICATOR}{whole_of}",
        }
    )
    seen = whole(
        {
            "id": "target",
            "measure": number(indicator.target),
            "unit": whole({"name": indicator.unit}),
            "dimensions": dimensions,
            "notes": "目标数没有公布" if indicator.target is None else "",
        }
    )
    return {"id": f"{INDICATOR}{indicator.position}", "title": indicator.name, "observations": [seen]}


def metrics(project: Project) -> list[Json]:
    """Return what was reported, month by month: progress, money, and the value of each target."""
    reports = project.published_reports
    found = [
        (PHYSICAL, "进度", [one for report in reports if (one := _progress(report))]),
        (FINANCIAL, "资金", [one for report in reports for one in _money(report)]),
        *(
            (f"{INDICATOR}{each.position}", each.name, [one for report in reports if (one := _reported(report, each))])
            for each in project.indicators
        ),
    ]
    return [{"id": identity, "title": title, "observations": seen} for identity, title, seen in found if seen]


def _until(report: ProgressReport) -> Json | None:
    return period(None, month_end(report.month)) if report.month else None


def _progress(report: ProgressReport) -> Json | None:
    if report.physical_progress is None:
        return None
    basis = {"basis": report.progress_basis.value} if report.progress_basis else None
    seen = {"measure": number(report.physical_progress), "unit": {"name": PERCENT}, "dimensions": basis}
    return whole({"id": report.month or "undated", "period": _until(report), **seen})


def _money(report: ProgressReport) -> Iterator[Json]:
    for figure, column in FIGURES.items():
        fen = getattr(report, column)
        if fen is not None:
            identity = f"{report.month or 'undated'}-{figure}"
            seen = {"period": _until(report), "value": value(fen), "dimensions": {"figure": figure}}
            yield whole({"id": identity, **seen})


def _reported(report: ProgressReport, indicator: Indicator) -> Json | None:
    kept = report.value_of(indicator)
    if kept is None or (kept.value is None and not kept.stated_percent):
        return None
    stated = f"公布的完成率 {kept.stated_percent}%" if kept.stated_percent else ""
    seen = {"measure": number(kept.value), "unit": whole({"name": indicator.unit}), "notes": stated}
    return whole({"id": report.month or "undated", "period": _until(report), **seen})


def milestones(project: Project, as_of: dt.date) -> list[Json]:
    """Return the milestones of a project with their state on a day."""
    return [_milestone(one, as_of) for one in project.milestones]


def _milestone(one: Milestone, as_of: dt.date) -> Json:
    state = "met" if one.actual_on else "scheduled" if one.planned_on >= as_of else "notMet"
    return whole(
        {
            "id": one.kind.value,
            "title": MILESTONE_WORDS[one.kind],
            "type": MILESTONE_TYPES[one.kind],
            "description": one.slip_reason,
            "dueDate": moment(one.planned_on),
            "dateMet": moment(one.actual_on),
            "status": state,
        }
    )


def contract(one: Contract, supplier: Json, documents: Iterable[Json]) -> Json:
    """Return one contract as a contracting process: what was signed, what was changed, what was paid."""
    changes, before = [], one.amount_fen
    for count, change in enumerate(one.changes, 1):
        after = before + change.amount_fen
        figures = {"oldContractValue": value(before), "newContractValue": value(after)}
        dated = {"id": f"change-{count}", "date": moment(change.changed_on), "rationale": change.reason}
        changes.append(whole({**dated, **figures}))
        before = after
    payments = [
        {"id": f"payment-{count}", "date": moment(paid.paid_on), "value": value(paid.amount_fen), "payee": supplier}
        for count, paid in enumerate(one.payments, 1)
    ]
    signed = {"id": SIGNED, "title": "签订合同", "dateMet": moment(one.signed_on), "status": "met"}
    summary = {
        "title": one.subject,
        "suppliers": [supplier],
        "contractValue": value(one.amount_fen),
        "documents": list(documents),
        "modifications": changes,
        "transactions": payments,
        "milestones": [signed],
    }
    return {"id": f"contract-{one.position}", "summary": whole(summary)}


def document(one: Document, address: Callable[[Document], str]) -> Json:
    """Return a public file with the address it is given out under."""
    return whole(
        {
            "id": f"document-{one.id}",
            "documentType": DOCUMENT_TYPES[one.kind],
            "title": one.title,
            "url": address(one),
            "datePublished": one.published_at.isoformat() if one.published_at else moment(one.dated),
            "format": one.media_type,
            "language": LANGUAGE,
        }
    )
