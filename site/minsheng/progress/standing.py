"""Where a project stands: its published figures put through the schedule and the rates.

Figures are compared with the plan as of the month they describe, like with like; whether a project is overdue
or silent is a matter of today. Compiled records are an archive: they have figures, but no standing.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from minsheng.clock import local_date
from minsheng.progress import schedule
from minsheng.progress.schedule import Assessment, ScheduleStatus
from minsheng.records import rates
from minsheng.records.funding import FundingKind
from minsheng.records.indicators import Direction
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.reports import ProgressReport, month_end


class DatedReport(Protocol):
    """All that dates the figures of a report."""

    @property
    def month(self) -> str | None: ...  # noqa: D102 - as in ProgressReport
    @property
    def published_at(self) -> dt.datetime | None: ...  # noqa: D102 - as in ProgressReport
    @property
    def updated_at(self) -> dt.datetime: ...  # noqa: D102 - as in ProgressReport


@dataclass(frozen=True)
class Funds:
    """Cumulative money of a project in fen, as last reported; None where nothing was reported."""

    planned: int | None
    arrived: int | None
    disbursed: int | None
    spent: int | None
    investment_completed: int | None
    planned_investment: int | None

    @property
    def arrival(self) -> rates.Rate:
        """Arrived ÷ planned."""
        return rates.arrival(self.arrived, self.planned)

    @property
    def disbursement(self) -> rates.Rate:
        """Disbursed ÷ arrived."""
        return rates.disbursement(self.disbursed, self.arrived)

    @property
    def spending(self) -> rates.Rate:
        """Spent ÷ disbursed."""
        return rates.spending(self.spent, self.disbursed)

    @property
    def completion(self) -> rates.Rate:
        """Investment completed ÷ planned investment of the year."""
        return rates.completion(self.investment_completed, self.planned_investment)


@dataclass(frozen=True)
class Standing:
    """What lists, cards and the project page say of a project.

    ``as_of`` is the day the figures describe. ``months_silent`` counts the owed monthly reports that are missing
    since the last one. For compiled records ``schedule`` and ``money`` are None.
    """

    as_of: dt.date | None
    report: ProgressReport | None
    progress: Fraction | None
    counted: int
    of: int
    schedule: Assessment | None
    money: Assessment | None
    funds: Funds
    months_silent: int

    @property
    def status(self) -> ScheduleStatus | None:
        """The schedule's word, or None for an archive record."""
        return self.schedule.status if self.schedule else None


def standing(project: Project, today: dt.date, due_day: int = 8) -> Standing:
    """Return how a project stands on ``today``; ``due_day`` is the day of the next month a report is owed by."""
    silent = 0 if project.is_compiled else months_silent(project, today, due_day)
    return standing_with(project, project.latest_report, project.stage, today, silent)


def standing_with(
    project: Project, report: ProgressReport | None, stage: Stage | None, today: dt.date, silent: int
) -> Standing:
    """Return how a project stands by one of its reports and a stage; ``silent`` is passed on as months missing."""
    figures = progress_of(project, report)
    funds = funds_of(project, report)
    if project.is_compiled:
        as_of = report.month_end if report else None
        return Standing(as_of, report, figures.percent, figures.counted, figures.of, None, None, funds, 0)
    as_of = figures_day(report) if report else today
    state = schedule.stage_state(stage)
    milestones = [schedule.WeightedMilestone(step.first_planned_on, step.weight) for step in project.milestones]
    start, finish = project.first_planned_start, project.first_planned_finish
    work = schedule.assess(state, figures.percent, start, finish, as_of, milestones=milestones)
    if _is_overdue(work, finish, today):
        work = Assessment(ScheduleStatus.OVERDUE, work.progress, work.elapsed, work.expected, work.gap)
    paid = rates.share(funds.spent, funds.planned)
    money = schedule.assess_money(state, paid, start, finish, as_of)
    return Standing(as_of, report, figures.percent, figures.counted, figures.of, work, money, funds, silent)


def figures_day(report: "DatedReport") -> dt.date:
    """Return the day a published report describes: the end of its month; without one, the day it became public."""
    return month_end(report.month) if report.month else local_date(report.published_at or report.updated_at)


def progress_of(project: Project, report: ProgressReport | None) -> schedule.ProjectProgress:
    """Return a project's progress in one of its reports.

    A compiled record shows the percentage its notice printed and nothing computed.
    """
    if project.is_compiled:
        printed = report.physical_progress if report else None
        return schedule.ProjectProgress(None if printed is None else Fraction(printed), int(printed is not None), 1)
    if report is None:
        return schedule.project_progress(is_works=project.kind is ProjectKind.WORKS)
    values = {value.indicator_id: value.value for value in report.values}
    return schedule.project_progress(
        is_works=project.kind is ProjectKind.WORKS,
        physical=report.physical_progress,
        indicators=[
            schedule.IndicatorProgress(
                indicator.target,
                values.get(indicator.id),
                indicator.weight,
                less_is_better=indicator.direction is Direction.LESS,
            )
            for indicator in project.indicators
            if indicator.whole_id is None
        ],
    )


def funds_of(project: Project, report: ProgressReport | None) -> Funds:
    """Return the cumulative money of one report beside what was planned; levies and deposits are apart."""
    planned = [
        line.planned_fen
        for line in project.funding_lines
        if line.kind is FundingKind.FUNDS and line.planned_fen is not None
    ]
    return Funds(
        planned=sum(planned) if planned else project.planned_investment_fen,
        arrived=report.funds_arrived_fen if report else None,
        disbursed=report.funds_disbursed_fen if report else None,
        spent=report.funds_spent_fen if report else None,
        investment_completed=report.investment_completed_fen if report else None,
        planned_investment=project.planned_investment_fen,
    )


def months_silent(project: Project, today: dt.date, due_day: int = 8) -> int:
    """Return how many monthly reports in a row, up to the last one owed, are missing.

    A project owes a report for each month since it started, by ``due_day`` of the next month.
    """
    if not project.owes_reports or project.first_planned_start is None:
        return 0
    reported = {report.month for report in project.published_reports}
    missing = 0
    for month in owed_months(project.first_planned_start, today, due_day):
        if month in reported:
            break
        missing += 1
    return missing


def owed_months(start: dt.date, today: dt.date, due_day: int = 8) -> Iterable[str]:
    """Yield the months whose reports are owed by now, newest first, back to the month of ``start``."""
    year, month = today.year, today.month
    while True:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        written = f"{year}-{month:02d}"
        if month_end(written) < start:
            return
        if today > _due_date(year, month, due_day):
            yield written


def _due_date(year: int, month: int, due_day: int) -> dt.date:
    """Return the day by which the report of a month is owed, in the month after."""
    return dt.date(year + month // 12, month % 12 + 1, due_day)


def _is_overdue(work: Assessment, finish: dt.date | None, today: dt.date) -> bool:
    """Return whether an open project with a figure has passed its first published finish by today."""
    ended = {ScheduleStatus.DONE, ScheduleStatus.SUSPENDED, ScheduleStatus.CANCELLED}
    return finish is not None and today > finish and work.progress is not None and work.status not in ended
