"""Looking back at the end of a month: the figures, stages and silences of that time, not of today.

Two readings of a month are possible. With ``known_by`` None, the reports in force now, so that a later correction
counts; with a moment, only what was public before it, so that one can say what was known and what changed since.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from minsheng.clock import LOCAL_ZONE
from minsheng.progress.glances import with_chain
from minsheng.progress.standing import Standing, standing_with
from minsheng.progress.sums import ProgrammeSums, sums_with
from minsheng.records.projects import Project, Stage
from minsheng.records.reports import ProgressReport, ReportState, month_end


def due_date(month: str, due_day: int = 8) -> dt.date:
    """Return the day by which the report of a month is owed: ``due_day`` of the month after."""
    return month_end(month) + dt.timedelta(days=due_day)


def closing(month: str, due_day: int = 8) -> dt.datetime:
    """Return the moment after which nothing counts as known in time for a month: the end of its due date."""
    return dt.datetime.combine(due_date(month, due_day) + dt.timedelta(days=1), dt.time(), LOCAL_ZONE)


def loaded_for_looking_back() -> tuple[ORMOption, ...]:
    """Return the options that load what this module reads of many projects, in a fixed number of queries."""
    reports = selectinload(Project.reports)
    return (
        selectinload(Project.milestones),
        selectinload(Project.indicators),
        selectinload(Project.funding_lines),
        reports.defer(ProgressReport.done),
        reports.defer(ProgressReport.next_step),
        reports.selectinload(ProgressReport.values),
        with_chain(Project.division),
        selectinload(Project.agency),
    )


def reports_known(project: Project, known_by: dt.datetime | None = None) -> dict[str, ProgressReport]:
    """Return the report of every month that was in force at a moment (None: now), by month."""
    if known_by is None:
        return {report.month: report for report in project.reports if report.month and report.is_in_force}
    newest: dict[str, ProgressReport] = {}
    for report in sorted(project.reports, key=lambda report: report.revision):
        if report.month and report.published_at is not None and report.published_at < known_by:
            newest[report.month] = report
    return {month: report for month, report in newest.items() if not _was_withdrawn(report, known_by)}


def _was_withdrawn(report: ProgressReport, known_by: dt.datetime) -> bool:
    return report.state is ReportState.WITHDRAWN and report.updated_at < known_by


def report_at(project: Project, month: str, known_by: dt.datetime | None = None) -> ProgressReport | None:
    """Return the newest report for a month or an earlier one; months after it are not looked at."""
    reports = reports_known(project, known_by)
    last = max((each for each in reports if each <= month), default=None)
    return reports[last] if last else None


def stage_at(project: Project, month: str, report: ProgressReport | None) -> Stage | None:
    """Return the stage at the end of a month: that of its report, or the project's own where none came later."""
    is_newest = not any(each > month for each in reports_known(project))
    if report is not None and report.stage is not None and not is_newest:
        return report.stage
    if is_newest:
        return project.stage
    start = project.first_planned_start
    return Stage.UNDER_WAY if start and start <= month_end(month) else Stage.PREPARING


def was_there(project: Project, month: str, due_day: int = 8) -> bool:
    """Whether a project was public by the due date of a month, or has reported that month or an earlier one."""
    published = project.published_at
    return (published is not None and published < closing(month, due_day)) or report_at(project, month) is not None


def silent_at(project: Project, month: str, stage: Stage | None, due_day: int = 8) -> int:
    """Return how many monthly reports in a row, back from ``month``, were missing when its due date had passed.

    A project that was not public by then had told nobody that it owes reports, and is not counted.
    """
    known_by = closing(month, due_day)
    start, published = project.first_planned_start, project.published_at
    if project.is_compiled or stage is not Stage.UNDER_WAY or start is None:
        return 0
    if published is None or published >= known_by:
        return 0
    reported = reports_known(project, known_by)
    missing = 0
    for each in months_back(month, f"{start:%Y-%m}"):
        if each in reported:
            break
        missing += 1
    return missing


def standing_at(
    project: Project, month: str, due_day: int = 8, known_by: dt.datetime | None = None, *, today: dt.date | None = None
) -> Standing:
    """Return how an own project stood at the end of a month.

    Silence is that of the month's due date in either reading, and none before ``today`` has reached that date.
    """
    report = report_at(project, month, known_by)
    stage = stage_at(project, month, report)
    is_owed = today is None or today > due_date(month, due_day)
    silent = silent_at(project, month, stage, due_day) if is_owed else 0
    return standing_with(project, report, stage, month_end(month), silent)


def standings_at(
    projects: Sequence[Project], month: str, due_day: int = 8, known_by: dt.datetime | None = None
) -> Mapping[int, Standing]:
    """Return the standings of projects at the end of a month, by identity."""
    return {project.id: standing_at(project, month, due_day, known_by) for project in projects}


def sums_at(
    projects: Sequence[Project], month: str, due_day: int = 8, known_by: dt.datetime | None = None
) -> ProgrammeSums:
    """Add up those projects of one own programme that were there at the end of a month."""
    there = [project for project in projects if was_there(project, month, due_day)]
    return sums_with(there, standings_at(there, month, due_day, known_by))


def months_back(last: str, first: str) -> Iterator[str]:
    """Yield months from the last back to the first, both included."""
    month = last
    while month >= first:
        yield month
        month = month_before(month)


def month_before(month: str, count: int = 1) -> str:
    """Return the month ``count`` months before a month written ``YYYY-MM``."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{number // 12}-{number % 12 + 1:02d}"


def last_closed_month(today: dt.date, due_day: int = 8) -> str:
    """Return the newest month whose reports are all due by now: figures of it can be compared fairly."""
    month = month_before(f"{today:%Y-%m}")
    return month if today > due_date(month, due_day) else month_before(month)
