"""A project's months: which were reported, which are missing, and the plan beside what was reported.

Missing stays missing: no month is ever filled in from its neighbours.
"""

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from minsheng.progress import schedule
from minsheng.progress.standing import owed_months, progress_of
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport, ReportState, month_end

MOST_MONTHS = 60
"""Five years: a longer plan shows its last five."""


class MonthState(enum.StrEnum):
    """What a month's report is to the public."""

    PUBLISHED = "published"
    MISSING = "missing"
    DUE = "due"
    NONE = "none"


@dataclass(frozen=True)
class Month:
    """One month of a project: ``YYYY-MM``, its state, and its report where there is one."""

    month: str
    state: MonthState
    report: ProgressReport | None = None


@dataclass(frozen=True)
class Point:
    """Plan and actual progress at the end of one month, in percent; None where nothing was reported or planned."""

    month: str
    planned: Fraction | None
    actual: Fraction | None


def months_of(project: Project, today: dt.date, due_day: int = 8) -> list[Month]:
    """Return the months from the first published start to now, oldest first. Empty for compiled records.

    A month before the last report is missing if it has none; one after it is missing once it is owed. After a
    project has left the stage in which it owes reports, no more are asked for.
    """
    start = project.first_planned_start
    if project.is_compiled or start is None:
        return []
    reports = {report.month: report for report in project.published_reports if report.month}
    last_reported = max(reports, default="")
    owed = set(owed_months(start, today, due_day)) if project.owes_reports else set()
    end = max(f"{today:%Y-%m}", last_reported)
    first = min([f"{min(start, today):%Y-%m}", *reports])
    found = [
        Month(month, _state(month, month in reports, month in owed, last_reported, project), reports.get(month))
        for month in _months(first, end)
    ]
    while found and found[-1].state is MonthState.NONE:
        found.pop()
    return found[-MOST_MONTHS:]


def _state(month: str, is_reported: bool, is_owed: bool, last_reported: str, project: Project) -> MonthState:
    if is_reported:
        return MonthState.PUBLISHED
    started = project.first_planned_start is not None and month >= f"{project.first_planned_start:%Y-%m}"
    if is_owed or (started and month < last_reported):
        return MonthState.MISSING
    return MonthState.DUE if project.owes_reports and started and month > last_reported else MonthState.NONE


def _months(first: str, last: str) -> Iterator[str]:
    """Yield every month from the first to the last, both included."""
    year, number = int(first[:4]), int(first[5:])
    while (month := f"{year}-{number:02d}") <= last:
        yield month
        year, number = year + number // 12, number % 12 + 1


def plan_points(project: Project, today: dt.date) -> list[Point]:
    """Return plan against actual for every month of the first published plan, and on to the last report.

    The plan is what was due by the end of each month under the first published dates. Empty without dates.
    """
    start, finish = project.first_planned_start, project.first_planned_finish
    if project.is_compiled or start is None or finish is None:
        return []
    reports = {report.month: report for report in project.published_reports if report.month}
    steps = [schedule.WeightedMilestone(step.first_planned_on, step.weight) for step in project.milestones]
    last = max([f"{finish:%Y-%m}", *reports])
    points = []
    for month in list(_months(f"{start:%Y-%m}", last))[-MOST_MONTHS:]:
        report = reports.get(month)
        actual = progress_of(project, report).percent if report and month_end(month) <= _end_of_month(today) else None
        points.append(Point(month, schedule.expected(start, finish, month_end(month), steps), actual))
    return points


def _end_of_month(day: dt.date) -> dt.date:
    return month_end(f"{day:%Y-%m}")


def revisions_of(project: Project, month: str | None) -> list[ProgressReport]:
    """Return the earlier, corrected revisions of a month, newest first: they stay readable."""
    return sorted(
        (report for report in project.reports if report.month == month and report.state is ReportState.SUPERSEDED),
        key=lambda report: -report.revision,
    )


def withdrawn_reports(project: Project) -> list[ProgressReport]:
    """Return the withdrawn reports, of which the public sees month and reason."""
    return [report for report in project.reports if report.state is ReportState.WITHDRAWN]
