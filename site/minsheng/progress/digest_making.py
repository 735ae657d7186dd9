"""How the digest of a project is made from its figures: the rules of :mod:`minsheng.progress.standing`, for all days
at once."""

import datetime as dt
import decimal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from minsheng.progress import schedule
from minsheng.progress.schedule import ScheduleStatus
from minsheng.progress.standing import figures_day
from minsheng.records.indicators import Direction
from minsheng.records.projects import ProjectKind, Stage
from minsheng.records.publication import Origin

ENDED = frozenset({ScheduleStatus.DONE, ScheduleStatus.SUSPENDED, ScheduleStatus.CANCELLED})
INTERRUPTED = frozenset({ScheduleStatus.SUSPENDED, ScheduleStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Sources:
    """What one digest is made from, as rows of the tables of the same names.

    ``reports`` are those in force, the latest last; ``values`` are the indicators' values in the latest, by
    indicator; ``planned_fen`` is the sum of the planned lines of the project's funds, None without any.
    """

    project: Any
    reports: Sequence[Any]
    values: Mapping[int, decimal.Decimal | None]
    indicators: Sequence[Any]
    milestones: Sequence[Any]
    planned_fen: int | None
    has_photos: bool


def month_number(month: str) -> int:
    """Return ``YYYY-MM`` as a count of months from the year 0."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def digest_row(sources: Sources) -> dict[str, object]:
    """Return the columns of a project's digest, all but the revision."""
    project, report = sources.project, sources.reports[-1] if sources.reports else None
    is_compiled = project.origin is Origin.COMPILED
    progress = _progress(sources, report)
    planned = sources.planned_fen if sources.planned_fen is not None else project.planned_investment_fen
    return {
        "project_id": project.id,
        "origin": project.origin.value,
        "programme_id": project.programme_id,
        "division_id": project.division_id,
        "agency_id": project.agency_id,
        "year": project.year,
        "category": project.category.value,
        "kind": project.kind.value if project.kind else None,
        "stage": project.stage.value if project.stage else None,
        "has_photos": sources.has_photos,
        **_standing(sources, report, progress),
        "progress": None if progress is None else str(progress),
        "progress_float": None if progress is None else float(progress),
        **_months(sources.reports),
        "owes_from": None if is_compiled else _owes_from(project),
        "planned_fen": planned,
        "arrived_fen": report.funds_arrived_fen if report else None,
        "disbursed_fen": report.funds_disbursed_fen if report else None,
        "spent_fen": report.funds_spent_fen if report else None,
        "completed_fen": report.investment_completed_fen if report else None,
        "planned_investment_fen": project.planned_investment_fen,
        "total_investment_fen": project.total_investment_fen,
    }


def _progress(sources: Sources, report: Any) -> Fraction | None:
    """Return the progress in the latest report; a compiled record has the percentage that was printed, if any."""
    if report is None:
        return None
    if sources.project.origin is Origin.COMPILED:
        return None if report.physical_progress is None else Fraction(report.physical_progress)
    return schedule.project_progress(
        is_works=sources.project.kind is ProjectKind.WORKS,
        physical=report.physical_progress,
        indicators=[
            schedule.IndicatorProgress(
                indicator.target,
                sources.values.get(indicator.id),
                indicator.weight,
                less_is_better=indicator.direction is Direction.LESS,
            )
            for indicator in sources.indicators
        ],
    ).percent


def _standing(sources: Sources, report: Any, progress: Fraction | None) -> dict[str, object]:
    """Return status and gap as of the report, and the days on which the status turns."""
    project = sources.project
    nothing: dict[str, object] = dict.fromkeys(
        ("status", "not_due_before", "overdue_after", "expected", "gap", "gap_float")
    )
    if project.origin is Origin.COMPILED:
        return {**nothing, "as_of": figures_day(report) if report and report.month else None}
    start, finish = project.first_planned_start, project.first_planned_finish
    state = schedule.stage_state(project.stage)
    if report is None:
        return {**nothing, "as_of": None, **_without_report(state, start, finish)}
    as_of = figures_day(report)
    milestones = [schedule.WeightedMilestone(step.first_planned_on, step.weight) for step in sources.milestones]
    work = schedule.assess(state, progress, start, finish, as_of, milestones=milestones)
    gap = None if work.status in INTERRUPTED else work.gap
    return {
        "status": work.status.value,
        "not_due_before": None,
        "overdue_after": finish if progress is not None and work.status not in ENDED else None,
        "expected": None if progress is None or work.expected is None else str(work.expected),
        "gap": None if gap is None else str(gap),
        "gap_float": None if gap is None else float(gap),
        "as_of": as_of,
    }


def _without_report(state: schedule.StageState, start: dt.date | None, finish: dt.date | None) -> dict[str, object]:
    """Return the status of a project that never reported: known from its stage, not due before its start."""
    if state is not schedule.StageState.OPEN or start is None:
        far = dt.date.max
        return {"status": schedule.assess(state, None, None, None, far).status.value, "not_due_before": None}
    turns = start if finish is None else min(start, finish + dt.timedelta(days=1))
    return {"status": ScheduleStatus.UNKNOWN.value, "not_due_before": turns}


def _months(reports: Sequence[Any]) -> dict[str, object]:
    """Return the latest month and, as bits, which months before it were reported."""
    months = [month_number(report.month) for report in reports if report.month]
    if not months:
        return {"last_month": None, "reported": "0"}
    last = max(months)
    bits = 0
    for month in months:
        bits |= 1 << (last - month)
    return {"last_month": last, "reported": f"{bits:x}"}


def _owes_from(project: Any) -> int | None:
    """Return the first month a report is owed for, or None where none is."""
    if project.stage is not Stage.UNDER_WAY or project.first_planned_start is None:
        return None
    start: dt.date = project.first_planned_start
    return start.year * 12 + start.month - 1
