"""The data checks: what must be put right, or explained in public, before a report is published.

Pure functions over the small records of :mod:`minsheng.progress.check_figures`. This installation's own figures are
exact;
checks on printed figures are in :mod:`minsheng.progress.contradictions`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from minsheng import figures
from minsheng.figures import FigureError
from minsheng.progress import contradictions, schedule
from minsheng.progress.check_figures import (
    CUMULATIVE,
    BatchFigures,
    IndicatorFigures,
    ProjectFigures,
    ProjectTerms,
    ReportFigures,
)
from minsheng.progress.findings import CheckCode, Finding
from minsheng.records import rates

LITTLE_SPENT_PERCENT = 50
"""Below this share of the planned money, 100 % progress needs an explanation."""

BEFORE = "before"
_NOT_STARTED_STAGES = frozenset({"proposed", "preparing", "reserved"})
_FUNDS = ("arrived_fen", "disbursed_fen", "spent_fen", "investment_completed_fen")


def check_report(report: ReportFigures, previous: ReportFigures | None, project: ProjectFigures) -> tuple[Finding, ...]:
    """Return everything that stands against publishing ``report``, in a stable order.

    ``previous`` is the last published report of another month, if any; ``project`` includes its own checks,
    see :func:`check_project`.
    """
    return (
        *_money(report),
        *_against_previous(report, previous),
        *_finish(report, project),
        *_stated_percentages(report.indicators),
        *_photos(report),
        *reported_twice(report.batches, project.earlier_batches),
        *_dates_to_come(report, project),
        *check_project(project),
    )


def check_project(project: ProjectFigures) -> tuple[Finding, ...]:
    """Return what stands against publishing the project's terms: lowered promises, sums and dates."""
    return (*_lowered(project.terms, project.published), *_sums(project), *_date_order(project))


def _money(report: ReportFigures) -> Iterator[Finding]:
    """Money cannot leave before it has come."""
    for code, more, less in (
        (CheckCode.SPENT_OVER_DISBURSED, "spent_fen", "disbursed_fen"),
        (CheckCode.DISBURSED_OVER_ARRIVED, "disbursed_fen", "arrived_fen"),
    ):
        paid, available = getattr(report, more), getattr(report, less)
        if paid is not None and available is not None and paid > available:
            yield Finding(code, "funds", {more: str(paid), less: str(available)})


def _against_previous(report: ReportFigures, previous: ReportFigures | None) -> Iterator[Finding]:
    """Cumulative figures never go down from an earlier month to a later one; levels and rates may."""
    if previous is None or previous.month == report.month:
        return
    months = {"month": report.month, "other_month": previous.month}
    if report.as_of < previous.as_of:
        yield Finding(CheckCode.REPORT_OLDER_THAN_LAST, "report", months)
    earlier, later = sorted((report, previous), key=lambda one: one.as_of)
    months = {"earlier_month": earlier.month, "later_month": later.month}
    before, after = earlier.physical_progress, later.physical_progress
    if before is not None and after is not None and after < before:
        facts = {"earlier_percent": str(before), "later_percent": str(after), **months}
        yield Finding(CheckCode.PROGRESS_WENT_DOWN, "progress", facts)
    for name in _FUNDS:
        was, now = getattr(earlier, name), getattr(later, name)
        if was is not None and now is not None and now < was:
            facts = {"fund": name.removesuffix("_fen"), "earlier_fen": str(was), "later_fen": str(now), **months}
            yield Finding(CheckCode.FUNDS_WENT_DOWN, f"funds:{name.removesuffix('_fen')}", facts)
    known = {item.key: item.value for item in earlier.indicators}
    for item in later.indicators:
        was = known.get(item.key)
        if item.measure == CUMULATIVE and was is not None and item.value is not None and item.value < was:
            facts = {"name": item.name, "unit": item.unit, "earlier": str(was), "later": str(item.value), **months}
            yield Finding(CheckCode.VALUE_WENT_DOWN, f"indicator:{item.key}", facts)


def _finish(report: ReportFigures, project: ProjectFigures) -> Iterator[Finding]:
    """The word for the stage, the progress, the money and the problems must tell one story."""
    items = [
        schedule.IndicatorProgress(item.target, item.value, item.weight, item.less_is_better)
        for item in report.indicators
    ]
    progress = schedule.project_progress(
        is_works=project.is_works, physical=report.physical_progress, indicators=items
    ).percent
    finished = schedule.stage_state(report.stage) is schedule.StageState.FINISHED
    shown = {"progress_percent": str(rates.rounded(progress, 2))} if progress is not None else {}
    spent = rates.share(report.spent_fen, project.terms.planned_fen)
    if progress is not None and progress >= 100 and spent is not None and spent < LITTLE_SPENT_PERCENT:
        facts = {
            **shown,
            "spent_fen": str(report.spent_fen),
            "planned_fen": str(project.terms.planned_fen),
            "spent_percent": str(rates.rounded(spent, 2)),
        }
        yield Finding(CheckCode.DONE_WITH_LITTLE_SPENT, "funds", facts)
    if finished and project.open_problems:
        facts = {"stage": report.stage or "", "problems_count": str(project.open_problems)}
        yield Finding(CheckCode.COMPLETED_WITH_OPEN_PROBLEM, "stage", facts)
    if finished and progress is not None and progress < 100:
        yield Finding(CheckCode.FINISHED_BELOW_TARGET, "stage", {"stage": report.stage or "", **shown})
    if report.stage in _NOT_STARTED_STAGES and progress:
        yield Finding(CheckCode.PROGRESS_BEFORE_START, "stage", {"stage": report.stage or "", **shown})


def _stated_percentages(indicators: Iterable[IndicatorFigures]) -> Iterator[Finding]:
    """A percentage that is stated with its value must be one that value and target can give."""
    for item in indicators:
        if not item.stated_percent:
            continue
        subject = f"indicator:{item.key}"
        try:
            stated = figures.parse_percent(item.stated_percent)
        except FigureError:
            yield Finding(CheckCode.NOT_A_NUMBER, subject, {"text": item.stated_percent, "name": item.name})
            continue
        if item.value is None or item.measure == "rate":
            continue
        value = figures.quantity_of(item.value, item.unit)
        if item.target is None:
            found = contradictions.count_share_contradiction(subject, value, stated)
        else:
            target = figures.exact_quantity(item.target, item.unit)
            found = contradictions.percentage_contradiction(subject, value, target, stated)
        if found is not None:
            yield Finding(found.code, found.subject, {**found.facts, "name": item.name})


def _photos(report: ReportFigures) -> Iterator[Finding]:
    """Photos belong to the month they illustrate; only those of the state before may be older."""
    first = report.as_of.replace(day=1)
    for photo in report.photos:
        if photo.taken_on is None:
            continue
        too_early = photo.taken_on < first and photo.phase != BEFORE
        if too_early or photo.taken_on > report.as_of:
            facts = {
                "taken_on": photo.taken_on.isoformat(),
                "period_start_on": first.isoformat(),
                "period_end_on": report.as_of.isoformat(),
                "phase": photo.phase,
            }
            yield Finding(CheckCode.PHOTO_OUTSIDE_PERIOD, f"photo:{photo.key}", facts)


def reported_twice(batches: Sequence[BatchFigures], earlier: Sequence[BatchFigures]) -> Iterator[Finding]:
    """Yield each batch or training that was reported before: the same one counts once."""
    seen = list(earlier)
    for batch in batches:
        other = next((known for known in seen if _is_same(batch, known)), None)
        if other is not None:
            facts = {
                "name": batch.name,
                "other_name": other.name,
                "held_on": batch.held_on.isoformat() if batch.held_on else "",
                "people_count": "" if batch.people is None else str(batch.people),
                "amount_fen": "" if batch.amount_fen is None else str(batch.amount_fen),
            }
            yield Finding(CheckCode.REPORTED_TWICE, f"batch:{batch.key}", facts)
        seen.append(batch)


def _is_same(one: BatchFigures, other: BatchFigures) -> bool:
    """Same key; or same day and people with the same amount or, where none is given, the same name."""
    if one.key == other.key:
        return True
    if one.held_on is None or one.people is None:
        return False
    if (one.held_on, one.people, one.amount_fen) != (other.held_on, other.people, other.amount_fen):
        return False
    return one.amount_fen is not None or one.name == other.name


def _lowered(terms: ProjectTerms, published: ProjectTerms | None) -> Iterator[Finding]:
    """What was promised in public is lowered or moved only with a public reason."""
    if published is None:
        return
    promised = {item.key: item for item in published.indicators}
    now = {item.key: item for item in terms.indicators}
    for key, was in promised.items():
        if was.target is None:
            continue
        target = now[key].target if key in now else None
        easier = target is None or (target > was.target if was.less_is_better else target < was.target)
        if easier:
            facts = {
                "name": was.name,
                "unit": was.unit,
                "earlier": str(was.target),
                "later": "" if target is None else str(target),
            }
            yield Finding(CheckCode.TARGET_LOWERED, f"indicator:{key}", facts)
    if published.planned_fen is not None and (terms.planned_fen is None or terms.planned_fen < published.planned_fen):
        facts = {
            "earlier_fen": str(published.planned_fen),
            "later_fen": "" if terms.planned_fen is None else str(terms.planned_fen),
        }
        yield Finding(CheckCode.FUNDS_LOWERED, "funds", facts)
    # Whether a standard in words was lowered takes a reader, so every change of it needs a reason.
    if published.quality_standard.split() and terms.quality_standard.split() != published.quality_standard.split():
        facts = {"earlier": published.quality_standard, "later": terms.quality_standard}
        yield Finding(CheckCode.STANDARD_CHANGED, "standard", facts)
    if published.planned_finish is not None and terms.planned_finish != published.planned_finish:
        moved = terms.planned_finish
        facts = {
            "earlier_on": published.planned_finish.isoformat(),
            "later_on": moved.isoformat() if moved else "",
            "days_count": str((moved - published.planned_finish).days) if moved else "",
        }
        yield Finding(CheckCode.FINISH_MOVED, "finish", facts)


def _sums(project: ProjectFigures) -> Iterator[Finding]:
    """Parts and wholes: targets broken down to places, and the plan by sources of money."""
    for item in project.terms.indicators:
        assigned = [part for part in item.parts if part is not None]
        if item.target is None or not assigned:
            continue
        found = contradictions.parts_against_whole(
            f"indicator:{item.key}",
            [figures.exact_quantity(part, item.unit) for part in assigned],
            figures.exact_quantity(item.target, item.unit),
            # While a part is not yet assigned (未下达), the rest may rightly be less than the whole.
            complete=len(assigned) == len(item.parts),
        )
        if found is not None:
            yield Finding(found.code, found.subject, {**found.facts, "name": item.name})
    lines = [line for line in project.funding.lines_fen if line is not None]
    if project.terms.planned_fen is not None and lines:
        found = contradictions.parts_against_whole(
            "funding",
            [figures.exact_money(line) for line in lines],
            figures.exact_money(project.terms.planned_fen),
            complete=project.funding.complete and len(lines) == len(project.funding.lines_fen),
            code=CheckCode.FUNDING_PARTS_NOT_WHOLE,
        )
        if found is not None:
            yield found


def _date_order(project: ProjectFigures) -> Iterator[Finding]:
    """Starts come before finishes, and each step after the one before it."""
    spans = (
        ("planned", project.terms.planned_start, project.terms.planned_finish),
        ("actual", project.actual_start, project.actual_finish),
    )
    for kind, start, finish in spans:
        if start is not None and finish is not None and finish < start:
            facts = {"first": "start", "then": "finish", "first_on": str(start), "then_on": str(finish)}
            yield Finding(CheckCode.DATES_OUT_OF_ORDER, f"dates:{kind}", facts)
    for kind in ("planned", "actual"):
        dated = [(step.key, day) for step in project.milestones if (day := getattr(step, f"{kind}_on")) is not None]
        for (one, first), (other, then) in pairwise(dated):
            if then < first:
                facts = {"first": one, "then": other, "first_on": str(first), "then_on": str(then)}
                yield Finding(CheckCode.DATES_OUT_OF_ORDER, f"milestones:{kind}:{other}", facts)


def _dates_to_come(report: ReportFigures, project: ProjectFigures) -> Iterator[Finding]:
    """A report cannot tell of work before the day it began, nor of a finish still to come."""
    finished = schedule.stage_state(report.stage) is schedule.StageState.FINISHED
    told = (
        ("start", project.actual_start, finished or bool(report.physical_progress)),
        ("finish", project.actual_finish, finished),
    )
    for name, day, is_told in told:
        if is_told and day is not None and day > report.as_of:
            facts = {"what": name, "happened_on": day.isoformat(), "period_end_on": report.as_of.isoformat()}
            yield Finding(CheckCode.DATE_IN_FUTURE, f"dates:{name}", facts)
