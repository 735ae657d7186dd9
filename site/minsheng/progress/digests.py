"""The digest of each visible project: its last figures in one narrow row, for lists and sums over tens of thousands.

A digest holds nothing that is not in the records. It is made anew, in the same transaction, whenever a record it is
made from is written; ``figures rebuild`` makes all of them anew. What depends on the day (whether a project is
overdue, not yet due or silent) is kept as the days on which it turns, so a digest is right on every day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng import revision
from minsheng.database import Base, Fen
from minsheng.participation.monitors import Monitor, MonitorReport
from minsheng.pictures.photos import Photo
from minsheng.progress.digest_making import Sources, digest_row
from minsheng.records.funding import FundingKind, FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division
from minsheng.records.projects import Milestone, Project
from minsheng.records.reports import IndicatorValue, ProgressReport, ReportState

BATCH = 500
_TOUCHED = "projects_to_digest"
_TOUCHED_REPORTS = "reports_to_digest"
_ALL_TOUCHED = "all_projects_to_digest"


class ProjectDigest(Base):
    """What lists and sums need of one visible project, as of its last report in force.

    Words of enumerations stand as their text: these rows are read by the ten thousand. ``status`` holds unless one
    of two days says otherwise: before ``not_due_before`` the project is not due, after ``overdue_after`` it is
    overdue. ``progress``, ``expected`` and ``gap`` are exact fractions in percent and points, written "n/d", two of
    them beside their nearest float for sorting. ``last_month`` and ``owes_from`` count months from the year 0;
    bit *i* of the hexadecimal ``reported`` says whether there is a report for *i* months before ``last_month``.
    ``as_of`` is the day the report describes.
    """

    __tablename__ = "project_digest"

    project_id: Mapped[int] = mapped_column(
        sa.ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    origin: Mapped[str] = mapped_column(sa.String(32))
    programme_id: Mapped[int] = mapped_column(index=True)
    division_id: Mapped[int | None] = mapped_column(index=True)
    agency_id: Mapped[int | None] = mapped_column(index=True)
    year: Mapped[int | None]
    category: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str | None] = mapped_column(sa.String(32))
    stage: Mapped[str | None] = mapped_column(sa.String(32))
    has_photos: Mapped[bool]
    status: Mapped[str | None] = mapped_column(sa.String(32))
    not_due_before: Mapped[dt.date | None]
    overdue_after: Mapped[dt.date | None]
    progress: Mapped[str | None] = mapped_column(sa.Text)
    progress_float: Mapped[float | None]
    expected: Mapped[str | None] = mapped_column(sa.Text)
    gap: Mapped[str | None] = mapped_column(sa.Text)
    gap_float: Mapped[float | None]
    as_of: Mapped[dt.date | None]
    last_month: Mapped[int | None]
    reported: Mapped[str] = mapped_column(sa.Text, default="0")
    owes_from: Mapped[int | None]
    planned_fen: Mapped[Fen | None]
    arrived_fen: Mapped[Fen | None]
    disbursed_fen: Mapped[Fen | None]
    spent_fen: Mapped[Fen | None]
    completed_fen: Mapped[Fen | None]
    planned_investment_fen: Mapped[Fen | None]
    total_investment_fen: Mapped[Fen | None]


MADE_FROM = {"project", "progress_report", "indicator", "indicator_value", "funding_line", "milestone", "photo"}
"""The tables a digest is made from."""


def settle(session: Session) -> None:
    """Make the digests of what this transaction changed, under a revision that nobody else has."""
    session.flush()
    info = session.info
    if not (info.get(_TOUCHED) or info.get(_TOUCHED_REPORTS) or info.get(_ALL_TOUCHED)):
        return
    number = revision.settle(session)
    ids: set[int] = info.pop(_TOUCHED, set())
    reports: set[int] = info.pop(_TOUCHED_REPORTS, set())
    if info.pop(_ALL_TOUCHED, False):
        ids.update(session.scalars(sa.select(Project.id)))
    if reports:
        query = sa.select(ProgressReport.project_id).where(ProgressReport.id.in_(reports))
        ids.update(session.scalars(query))
    _make(session, sorted(ids), number)


def rebuild(session: Session) -> int:
    """Make every digest anew and return how many there are; the caller commits."""
    session.flush()
    _forget_touched(session)
    revision.insist(session)
    number = revision.settle(session)
    session.execute(sa.delete(ProjectDigest))
    ids = session.scalars(Project.visible_to_residents().with_only_columns(Project.id).order_by(Project.id)).all()
    _make(session, ids, number)
    return len(ids)


def are_complete(session: Session) -> bool:
    """Whether every visible project has its digest, as it has unless the table is new or was loaded around."""
    visible = sa.select(sa.func.count()).select_from(Project.visible_to_residents().subquery())
    return session.scalar(visible) == session.scalar(sa.select(sa.func.count()).select_from(ProjectDigest))


def _make(session: Session, ids: Sequence[int], number: int) -> None:
    """Replace the digests of these projects; one that residents may no longer see keeps none."""
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        session.execute(
            sa.delete(ProjectDigest)
            .where(ProjectDigest.project_id.in_(batch))
            .execution_options(synchronize_session=False)
        )
        rows = [{**digest_row(sources), "revision": number} for sources in _sources(session, batch)]
        if rows:
            session.execute(sa.insert(ProjectDigest), rows)


def _sources(session: Session, ids: Sequence[int]) -> Iterable[Sources]:
    """Read what the digests of the visible ones among these projects are made from, in six queries."""
    project_columns = (
        Project.id,
        Project.origin,
        Project.programme_id,
        Project.division_id,
        Project.agency_id,
        Project.year,
        Project.category,
        Project.kind,
        Project.stage,
        Project.first_planned_start,
        Project.first_planned_finish,
        Project.planned_investment_fen,
        Project.total_investment_fen,
    )
    visible = Project.visible_to_residents().where(Project.id.in_(ids)).with_only_columns(*project_columns)
    reports = _by_project(session, _reports_in_force(ids))
    last = [rows[-1].id for rows in reports.values()]
    values: dict[int, dict[int, Any]] = defaultdict(dict)
    value_columns = sa.select(IndicatorValue.report_id, IndicatorValue.indicator_id, IndicatorValue.value)
    for report_id, indicator_id, value in session.execute(value_columns.where(IndicatorValue.report_id.in_(last))):
        values[report_id][indicator_id] = value
    indicators = _by_project(
        session,
        sa.select(Indicator.project_id, Indicator.id, Indicator.target, Indicator.weight, Indicator.direction)
        .where(Indicator.project_id.in_(ids), Indicator.whole_id.is_(None))
        .order_by(Indicator.position),
    )
    planned = _by_project(
        session,
        sa.select(FundingLine.project_id, sa.func.sum(FundingLine.planned_fen).label("fen"))
        .where(FundingLine.project_id.in_(ids), FundingLine.kind == FundingKind.FUNDS)
        .where(FundingLine.planned_fen.is_not(None))
        .group_by(FundingLine.project_id),
    )
    milestones = _by_project(
        session,
        sa.select(Milestone.project_id, Milestone.first_planned_on, Milestone.weight).where(
            Milestone.project_id.in_(ids)
        ),
    )
    pictured = set(session.scalars(_pictured(ids)))
    for project in session.execute(visible):
        in_force = reports.get(project.id, [])
        yield Sources(
            project,
            in_force,
            values[in_force[-1].id] if in_force else {},
            indicators.get(project.id, []),
            milestones.get(project.id, []),
            int(planned[project.id][0].fen) if project.id in planned else None,
            project.id in pictured,
        )


def _reports_in_force(ids: Sequence[int]) -> sa.Select[*tuple[Any, ...]]:
    """Return the query of the figures of all reports in force, the latest month last."""
    return (
        sa.select(
            ProgressReport.project_id,
            ProgressReport.id,
            ProgressReport.month,
            ProgressReport.physical_progress,
            ProgressReport.funds_arrived_fen,
            ProgressReport.funds_disbursed_fen,
            ProgressReport.funds_spent_fen,
            ProgressReport.investment_completed_fen,
            ProgressReport.published_at,
            ProgressReport.updated_at,
        )
        .where(ProgressReport.project_id.in_(ids), ProgressReport.state == ReportState.PUBLISHED)
        .order_by(sa.func.coalesce(ProgressReport.month, ""), ProgressReport.revision)
    )


def _pictured(ids: Sequence[int]) -> sa.Select[int]:
    """Return the query of the projects that have a photo residents may see."""
    return sa.select(Photo.project_id).where(Photo.project_id.in_(ids), Photo.is_of_public_report()).distinct()


def _by_project(session: Session, query: sa.Select[*tuple[Any, ...]]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        grouped[row.project_id].append(row)
    return dict(grouped)


def fraction(written: str | None) -> Fraction | None:
    """Return the exact number of a digest's text "n/d"."""
    if written is None:
        return None
    numerator, _, denominator = written.partition("/")
    return Fraction(int(numerator), int(denominator or 1))


@sa.event.listens_for(orm.Session, "after_flush")
def _watch_flush(session: Session, _context: object) -> None:
    """Note whose digest a flush made old; a record without a project of its own is none of ours."""
    for record in revision.written(session):
        if isinstance(record, Project):
            session.info.setdefault(_TOUCHED, set()).add(record.id)
        elif isinstance(record, IndicatorValue):
            session.info.setdefault(_TOUCHED_REPORTS, set()).add(record.report_id)
        elif isinstance(record, MonitorReport):
            # Its pictures are seen with it, and go with it.
            watched = sa.select(Monitor.project_id).where(Monitor.id == record.monitor_id)
            session.info.setdefault(_TOUCHED, set()).add(session.connection().scalar(watched))
        elif isinstance(record, Division):
            # Overviews read the path of a place beside the digest, and only where the digest is newer.
            if sa.inspect(record).attrs.path.history.deleted:
                session.info[_ALL_TOUCHED] = True
        elif record.__tablename__ in MADE_FROM:
            session.info.setdefault(_TOUCHED, set()).add(record.project_id)  # type: ignore[attr-defined]  # as all of these have


@sa.event.listens_for(orm.Session, "do_orm_execute")
def _watch_statement(state: orm.ORMExecuteState) -> None:
    """A statement names no records, so all digests are made anew after it."""
    if revision.changed_table(state) in MADE_FROM:
        state.session.info[_ALL_TOUCHED] = True


@sa.event.listens_for(orm.Session, "before_commit")
def _settle_before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        settle(session)


@sa.event.listens_for(orm.Session, "after_transaction_end")
def _forget(session: Session, transaction: orm.SessionTransaction) -> None:
    if transaction.parent is None:
        _forget_touched(session)


def _forget_touched(session: Session) -> None:
    for name in (_TOUCHED, _TOUCHED_REPORTS, _ALL_TOUCHED):
        session.info.pop(name, None)
