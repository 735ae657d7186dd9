"""The reports of a desk, counted in the database: owed, returned, waiting for a second person, with open checks.

The counts are those of :mod:`minsheng.desk.duties` without loading a project; a test holds them together.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.desk.duties import MonthOfProject, month_of, owed_months
from minsheng.editorial import reporting
from minsheng.progress.digests import ProjectDigest
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Origin, Publication
from minsheng.records.reports import ProgressReport, ReportState

HANDED_IN = (ReportState.PUBLISHED, ReportState.SUBMITTED)
WRITABLE = (ReportState.DRAFT, ReportState.RETURNED)
MOST_CHECKED = 60
"""So many drafts are put through the data checks at once; the number is then "at least"."""


@dataclass(frozen=True)
class Unchecked:
    """Drafts with findings that nobody explained; ``is_cut`` where there were too many drafts to look at all."""

    reports: Sequence[ProgressReport]
    is_cut: bool


def own(member: StaffMember, permission: Permission) -> sa.Select[int]:
    """Return the query of the identities of the published own projects within a member's roles."""
    return sa.select(Project.id).where(
        Project.origin == Origin.OWN,
        Project.publication == Publication.PUBLISHED,
        within(member, (permission,), Project.division_id, Project.agency_id),
    )


def months_owed(session: Session, member: StaffMember, today: dt.date, due_day: int) -> tuple[int, int]:
    """Return how many monthly reports are still to be handed in, and how many of them past their day."""
    last = _number(today) - 1
    # The report of the month before last was due in the last one; that of the last month may still be in time.
    late = last if today.day > due_day else last - 1
    return _owed(session, member, last), _owed(session, member, late)


def most_silent(
    session: Session, member: StaffMember, today: dt.date, due_day: int, limit: int
) -> list[MonthOfProject]:
    """Return months that are owed, of the projects that were silent longest, the oldest months first."""
    last = _number(today) - 1
    handed = (
        sa.select(sa.func.count(sa.distinct(ProgressReport.month)))
        .where(ProgressReport.project_id == Project.id, ProgressReport.state.in_(HANDED_IN), _within_span(last))
        .correlate(Project)
        .scalar_subquery()
    )
    query = (
        _under_way(member, last)
        .with_only_columns(Project)
        .outerjoin(ProjectDigest, ProjectDigest.project_id == Project.id)
        .where(last - start_month() + 1 > handed)
        .order_by(sa.func.coalesce(ProjectDigest.last_month, 0), Project.id)
        .limit(limit)
        .options(selectinload(Project.reports))
    )
    return owed_months(session.scalars(query).all(), today, due_day)[:limit]


def owed_page(
    session: Session, member: StaffMember, today: dt.date, due_day: int, limit: int, offset: int
) -> list[MonthOfProject]:
    """Return a stretch of the months that are owed, the oldest first, then by the project's title.

    However many projects there are, no more are read than the stretch holds: how many are owed of each month is
    counted first, so that only the months of the stretch are looked at one project after the other.
    """
    wanted, skipped = _months_of_stretch(_owed_by_month(session, member, _number(today) - 1), limit, offset)
    if not wanted:
        return []
    chosen = sa.union_all(
        *(sa.select(sa.literal(number).label("number"), sa.literal(_name(number)).label("month")) for number in wanted)
    ).subquery()
    handed_in = (
        sa.exists()
        .where(
            ProgressReport.project_id == Project.id,
            ProgressReport.month == chosen.c.month,
            ProgressReport.state.in_(HANDED_IN),
        )
        .correlate(Project, chosen)
    )
    rows = session.execute(
        _under_way(member, wanted[-1])
        .join(chosen, start_month() <= chosen.c.number)
        .where(~handed_in)
        .with_only_columns(Project.id, chosen.c.month)
        .order_by(chosen.c.number, Project.title, Project.id)
        .limit(limit)
        .offset(skipped)
    ).all()
    projects = sa.select(Project).where(Project.id.in_({row.id for row in rows})).options(selectinload(Project.reports))
    known = {one.id: one for one in session.scalars(projects)}
    return [month_of(known[row.id], row.month, today, due_day) for row in rows]


def returned(
    session: Session, member: StaffMember, limit: int, offset: int = 0
) -> tuple[int, Sequence[ProgressReport]]:
    """Return how many reports were sent back, and some of them, the oldest first."""
    query = _in_state(member, Permission.WRITE_REPORT, ReportState.RETURNED)
    count = session.scalar(query.with_only_columns(sa.func.count(ProgressReport.id))) or 0
    ordered = query.order_by(ProgressReport.submitted_at, ProgressReport.id)
    return count, session.scalars(ordered.limit(limit).offset(offset)).all()


def handed_in(
    session: Session, member: StaffMember, limit: int, offset: int = 0
) -> tuple[int, Sequence[ProgressReport]]:
    """Return how many reports this member handed in that nobody has decided yet, and some of them, the oldest first."""
    query = _in_state(member, Permission.WRITE_REPORT, ReportState.SUBMITTED).where(
        ProgressReport.author_id == member.id
    )
    count = session.scalar(query.with_only_columns(sa.func.count(ProgressReport.id))) or 0
    ordered = query.order_by(ProgressReport.submitted_at, ProgressReport.id)
    return count, session.scalars(ordered.limit(limit).offset(offset)).all()


def projects_page(
    session: Session, member: StaffMember, words: str, limit: int, offset: int, *, under_way: bool
) -> tuple[int, Sequence[Project]]:
    """Return how many projects a member reports on are under way, or are not, and some of them with their reports.

    ``words`` narrows to titles that hold them; the order is that of the lists: the newest year first, then by title.
    """
    query = sa.select(Project).where(Project.id.in_(own(member, Permission.WRITE_REPORT)))
    query = query.where(Project.stage == Stage.UNDER_WAY if under_way else Project.stage != Stage.UNDER_WAY)
    if words:
        query = query.where(Project.title.contains(words, autoescape=True))
    count = session.scalar(query.with_only_columns(sa.func.count(Project.id))) or 0
    ordered = query.order_by(Project.year.desc(), Project.title, Project.id).limit(limit).offset(offset)
    return count, session.scalars(ordered.options(selectinload(Project.reports), selectinload(Project.agency))).all()


def to_publish(
    session: Session, member: StaffMember, limit: int, offset: int = 0
) -> tuple[int, Sequence[ProgressReport]]:
    """Return how many reports wait for a second person who may be ``member``, and some of them, the oldest first."""
    others = [number for number, is_own in _submitted(session, member) if not is_own]
    return len(others), _read(session, member, others[offset : offset + limit])


def own_waiting(session: Session, member: StaffMember, limit: int) -> Sequence[ProgressReport]:
    """Return the first reports that this publisher wrote and another must publish."""
    mine = [number for number, is_own in _submitted(session, member) if is_own]
    return _read(session, member, mine[:limit])


def with_open_checks(session: Session, member: StaffMember) -> Unchecked:
    """Return the drafts of a member's part that have findings nobody explained, the newest drafts only."""
    query = (
        sa.select(ProgressReport)
        .where(
            ProgressReport.project_id.in_(own(member, Permission.WRITE_REPORT)),
            ProgressReport.state.in_(WRITABLE),
            ProgressReport.month.is_not(None),
        )
        .options(selectinload(ProgressReport.answers), selectinload(ProgressReport.project))
        .order_by(ProgressReport.updated_at.desc(), ProgressReport.id)
        .limit(MOST_CHECKED + 1)
    )
    drafts = session.scalars(query).all()
    looked = drafts[:MOST_CHECKED]
    found = [one for one in looked if reporting.unexplained(one, reporting.findings_of(one))]
    return Unchecked(found, len(drafts) > MOST_CHECKED)


def _submitted(session: Session, member: StaffMember) -> list[tuple[int, bool]]:
    """Return the reports that wait within a publisher's roles, and whether each is the publisher's own work."""
    query = _in_state(member, Permission.PUBLISH_REPORT, ReportState.SUBMITTED).order_by(
        ProgressReport.submitted_at, ProgressReport.id
    )
    columns = (ProgressReport.id, ProgressReport.author_id, ProgressReport.earlier_writer_ids)
    found = session.execute(query.with_only_columns(*columns))
    return [(row.id, member.id in {row.author_id, *(row.earlier_writer_ids or [])}) for row in found]


def _read(session: Session, member: StaffMember, numbers: Sequence[int]) -> Sequence[ProgressReport]:
    query = _in_state(member, Permission.PUBLISH_REPORT, ReportState.SUBMITTED).where(ProgressReport.id.in_(numbers))
    loaded = query.options(selectinload(ProgressReport.project), selectinload(ProgressReport.author))
    return session.scalars(loaded.order_by(ProgressReport.submitted_at, ProgressReport.id)).all()


def _in_state(member: StaffMember, permission: Permission, state: ReportState) -> sa.Select[ProgressReport]:
    return (
        sa.select(ProgressReport)
        .where(ProgressReport.project_id.in_(own(member, permission)), ProgressReport.state == state)
        .options(selectinload(ProgressReport.project))
    )


def _owed_by_month(session: Session, member: StaffMember, last: int) -> dict[int, int]:
    """Return how many reports are owed of each month up to ``last``: projects begun by then, less those handed in."""
    projects = _under_way(member, last)
    starts = session.execute(projects.with_only_columns(start_month(), sa.func.count()).group_by(start_month())).all()
    pairs = (
        sa.select(report_month(), sa.func.count(sa.distinct(ProgressReport.project_id)))
        .join(Project, Project.id == ProgressReport.project_id)
        .where(Project.id.in_(projects), ProgressReport.state.in_(HANDED_IN), _within_span(last))
        .group_by(report_month())
    )
    handed_in = {int(number): int(count) for number, count in session.execute(pairs)}
    begun = {int(number): int(count) for number, count in starts}
    owed, running = {}, 0
    for number in range(min(begun, default=last + 1), last + 1):
        running += begun.get(number, 0)
        owed[number] = running - handed_in.get(number, 0)
    return owed


def _months_of_stretch(owed: dict[int, int], limit: int, offset: int) -> tuple[list[int], int]:
    """Return the months that a stretch of owed reports touches, and how many of the first month come before it."""
    wanted: list[int] = []
    before, skipped = 0, 0
    for number, count in owed.items():
        if before + count > offset and before < offset + limit and count:
            skipped = skipped if wanted else offset - before
            wanted.append(number)
        before += count
    return wanted, max(skipped, 0)


def _name(number: int) -> str:
    """Return a month counted from the year 0 as it is written."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def _number(day: dt.date) -> int:
    """Return a month counted from the year 0."""
    return day.year * 12 + day.month - 1


def start_month() -> sa.ColumnElement[int]:
    """Return the month of a project's first planned start, counted from the year 0."""
    day = Project.first_planned_start
    return sa.cast(sa.extract("year", day), sa.Integer) * 12 + sa.cast(sa.extract("month", day), sa.Integer) - 1


def report_month() -> sa.ColumnElement[int]:
    """Return the month of a report, counted from the year 0."""
    written: Any = ProgressReport.month
    year, month = sa.func.substr(written, 1, 4), sa.func.substr(written, 6, 2)
    return sa.cast(year, sa.Integer) * 12 + sa.cast(month, sa.Integer) - 1


def _within_span(last: int) -> sa.ColumnElement[bool]:
    """Return the condition that a report is of a month that its project owes up to ``last``."""
    return sa.and_(ProgressReport.month.is_not(None), report_month() >= start_month(), report_month() <= last)


def _under_way(member: StaffMember, last: int) -> sa.Select[int]:
    return own(member, Permission.WRITE_REPORT).where(
        Project.stage == Stage.UNDER_WAY, Project.first_planned_start.is_not(None), start_month() <= last
    )


def _owed(session: Session, member: StaffMember, last: int) -> int:
    """Return how many months up to ``last`` were not handed in: all months of the projects, less those that were."""
    projects = _under_way(member, last)
    months = session.scalar(projects.with_only_columns(sa.func.coalesce(sa.func.sum(last - start_month() + 1), 0))) or 0
    pairs = (
        sa.select(ProgressReport.project_id, ProgressReport.month)
        .join(Project, Project.id == ProgressReport.project_id)
        .where(Project.id.in_(projects), ProgressReport.state.in_(HANDED_IN), _within_span(last))
        .distinct()
        .subquery()
    )
    return int(months) - (session.scalar(sa.select(sa.func.count()).select_from(pairs)) or 0)
