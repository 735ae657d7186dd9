"""What is due of a member of staff: reports owed, reviews waiting, cases by deadline, surveys in hand.

Every list holds only records within the roles' places and agencies.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework.cases import CaseState, Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.records.places import Agency, Division
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Origin, Publication
from minsheng.records.reports import ProgressReport, ReportState, month_end
from minsheng.surveying.surveys import Wave

IN_WORK = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED)


@dataclass(frozen=True)
class MonthOfProject:
    """One month of one project: what is published of it, what is in work, and when it is owed by.

    ``owed_by`` is None where no report is owed (before the start, or the project is not under way).
    """

    project: Project
    month: str
    published: ProgressReport | None
    in_work: ProgressReport | None
    owed_by: dt.date | None

    @property
    def is_owed(self) -> bool:
        """Whether the month waits for its first report to be handed in."""
        handed_in = self.in_work is not None and self.in_work.state is ReportState.SUBMITTED
        return self.owed_by is not None and self.published is None and not handed_in

    def is_late(self, today: dt.date) -> bool:
        """Whether the month is silent past its day."""
        return self.owed_by is not None and self.published is None and today > self.owed_by


def due_day_of(month: str, due_day: int) -> dt.date:
    """Return the day of the following month by which the report of ``month`` is owed."""
    return month_end(month) + dt.timedelta(days=due_day)


def own_projects(session: Session, member: StaffMember, permission: Permission) -> list[Project]:
    """Return the published projects of this installation on which ``member`` has the permission, by title."""
    query = (
        sa.select(Project)
        .where(Project.origin == Origin.OWN, Project.publication == Publication.PUBLISHED)
        .options(selectinload(Project.reports), selectinload(Project.division), selectinload(Project.agency))
        .order_by(Project.year.desc(), Project.title)
    )
    return [one for one in session.scalars(query) if member.may_on(permission, one.division, one.agency)]


def months_of(project: Project, today: dt.date, due_day: int) -> list[MonthOfProject]:
    """Return the months of a project from its first planned start to the present one, newest first."""
    if project.first_planned_start is None:
        return []
    return [month_of(project, month, today, due_day) for month in _months_back(today, project.first_planned_start)]


def owed_months(projects: Iterable[Project], today: dt.date, due_day: int) -> list[MonthOfProject]:
    """Return the months whose report is still to be written or handed in, most overdue first."""
    owed = [month for project in projects for month in months_of(project, today, due_day) if month.is_owed]
    return sorted(owed, key=lambda one: (one.month, one.project.title))


def handling_place(case: Suggestion) -> tuple[Division | None, Agency | None]:
    """Return the place and agency that decide who may work on a case."""
    agency = case.agency
    return case.division or (agency.division if agency else None), agency


def may_review(member: StaffMember, case: Suggestion) -> bool:
    """Whether ``member`` may read and sort a case; one about no place in particular is every reviewer's."""
    division, agency = handling_place(case)
    permissions = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
    if division is None:
        return any(member.may(permission) for permission in permissions)
    return any(member.may_on(permission, division, agency) for permission in permissions)


def may_handle(member: StaffMember, case: Suggestion) -> bool:
    """Whether ``member`` answers for the agency a case was given to."""
    return case.agency is not None and member.may_on(Permission.HANDLE_SUGGESTION, *handling_place(case))


def may_supervise(member: StaffMember, case: Suggestion) -> bool:
    """Whether ``member`` answers disputes about the agency of a case."""
    return case.agency is not None and member.may_on(Permission.SUPERVISE_SUGGESTION, *handling_place(case))


def is_told_of_delay(member: StaffMember, case: Suggestion) -> bool:
    """Whether a case is so late that ``member``, of the supervising office, was told; handed over or not."""
    if not case.is_escalated:
        return False
    division, agency = handling_place(case)
    if division is None:
        return member.may(Permission.SUPERVISE_SUGGESTION)
    return member.may_on(Permission.SUPERVISE_SUGGESTION, division, agency)


def cases_of(session: Session, member: StaffMember) -> list[Suggestion]:
    """Return every case that ``member`` may open, the next deadline first and settled ones last."""
    query = sa.select(Suggestion).options(
        selectinload(Suggestion.agency),
        selectinload(Suggestion.division),
        selectinload(Suggestion.project),
        selectinload(Suggestion.reminders),
    )
    cases = [case for case in session.scalars(query) if may_review(member, case) or may_handle(member, case)]
    return sorted(cases, key=lambda case: (case.due is None, case.due or dt.date.max, case.id))


def waits_for(member: StaffMember, case: Suggestion) -> bool:
    """Whether the next step of a case is one that ``member`` may take."""
    if case.prominence is Prominence.UNREVIEWED or case.state in {CaseState.RECEIVED, CaseState.ACCEPTED}:
        return may_review(member, case)
    if is_told_of_delay(member, case):
        return True
    if case.state is CaseState.HANDED_OVER:
        return may_handle(member, case)
    return case.state is CaseState.DISPUTED and may_supervise(member, case)


def waves_of(session: Session, member: StaffMember) -> list[Wave]:
    """Return the surveys of the places where ``member`` runs or exports surveys, newest first."""
    waves = session.scalars(sa.select(Wave).order_by(Wave.opens_on.desc(), Wave.id.desc()))
    return [wave for wave in waves if may_see_wave(member, wave)]


def may_see_wave(member: StaffMember, wave: Wave) -> bool:
    """Whether ``member`` runs surveys, or exports their answers, in the place of a wave."""
    permissions = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
    return any(member.may_on(permission, wave.division, None) for permission in permissions)


def _months_back(today: dt.date, start: dt.date) -> Iterator[str]:
    """Yield months from the present one back to the month of ``start``."""
    year, month = today.year, today.month
    while (year, month) >= (start.year, start.month):
        yield f"{year}-{month:02d}"
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def month_of(project: Project, month: str, today: dt.date, due_day: int) -> MonthOfProject:
    """Return one month of a project: what is published of it, what is in work, and when it is owed by."""
    of_month = [report for report in project.reports if report.month == month]
    is_over = month_end(month) < today
    return MonthOfProject(
        project=project,
        month=month,
        published=next((report for report in of_month if report.is_in_force), None),
        in_work=next((report for report in of_month if report.state in IN_WORK), None),
        owed_by=due_day_of(month, due_day) if is_over and project.stage is Stage.UNDER_WAY else None,
    )
