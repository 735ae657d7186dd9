"""Publishing a report at a chosen time: the second person signs now, the clock makes it public later.

Everything that publishing demands is asked again when the time has come: the report is still the one that was read,
whoever signed still may publish it and did not write any of it, and no data check is without its explanation. What
cannot be published then says why, and waits for a person.
"""

import datetime as dt
import logging
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.exc import StaleDataError

from minsheng import journal, reporting
from minsheng.database import Base, Identity
from minsheng.errors import DomainError, NotAllowedError, OwnWorkError, UnansweredChecksError, WrongStateError
from minsheng.journal import Act
from minsheng.publishing import publish_report
from minsheng.reports import ProgressReport, ReportState
from minsheng.staff import Permission, StaffMember

log = logging.getLogger(__name__)
FARTHEST = dt.timedelta(days=92)


class TimedPublication(Base):
    """One report to be published at ``due_at`` on the signature of ``by``.

    ``version`` is the report that was read. It ends once: ``ended_at`` is when, ``failure`` the code of what stood
    against it, empty where it was published or, with ``was_cancelled``, called off.
    """

    __tablename__ = "timed_publication"
    __table_args__ = (
        sa.Index(
            "uq_timed_publication_waiting",
            "report_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="CASCADE"), index=True)
    report_version: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
    set_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    was_cancelled: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(sa.String(40), default="")
    version: Mapped[int] = mapped_column(default=1)

    report: Mapped[ProgressReport] = relationship()
    by: Mapped[StaffMember] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute


def schedule(
    session: Session,
    report: ProgressReport,
    by: StaffMember,
    due_at: dt.datetime,
    at: dt.datetime,
    *,
    one_person_mode: bool = False,
) -> TimedPublication:
    """Sign a report now for a later moment; an earlier time for the same report is called off.

    Raises what publishing now would raise, and ``ValueError`` for a time that is not ahead or is more than 92 days off.
    """
    if not at < due_at <= at + FARTHEST:
        raise ValueError(due_at)
    _require(report, by, one_person_mode=one_person_mode)
    call_off(session, report, by, at)
    timed = TimedPublication(
        report=report, report_id=report.id, report_version=report.version, by=by, due_at=due_at, set_at=at
    )
    session.add(timed)
    session.flush()
    _record(session, timed, "publication_timed", by.post, at, {"due_at": due_at.astimezone(dt.UTC).isoformat()})
    return timed


def call_off(session: Session, report: ProgressReport, by: StaffMember, at: dt.datetime) -> bool:
    """Cancel the publication a report waits for; return whether there was one."""
    timed = waiting_for(session, report)
    if timed is None:
        return False
    timed.ended_at, timed.was_cancelled = at, True
    session.flush()
    _record(session, timed, "publication_called_off", by.post, at, {})
    return True


def waiting_for(session: Session, report: ProgressReport) -> TimedPublication | None:
    """Return the publication a report waits for, or None."""
    query = sa.select(TimedPublication).where(
        TimedPublication.report_id == report.id, TimedPublication.ended_at.is_(None)
    )
    return session.scalar(query)


def last_failure(session: Session, report: ProgressReport) -> TimedPublication | None:
    """Return the last publication by the clock of the report as it now is, if that one failed."""
    query = (
        sa.select(TimedPublication)
        .where(TimedPublication.report_id == report.id, TimedPublication.ended_at.is_not(None))
        .order_by(TimedPublication.id.desc())
        .limit(1)
    )
    last = session.scalar(query)
    return last if last is not None and last.failure and report.state is ReportState.SUBMITTED else None


def waiting_by_report(session: Session, reports: Iterable[ProgressReport]) -> dict[int, TimedPublication]:
    """Return the waiting publications of several reports, by the report's identity."""
    numbers = [one.id for one in reports]
    query = sa.select(TimedPublication).where(
        TimedPublication.report_id.in_(numbers), TimedPublication.ended_at.is_(None)
    )
    return {one.report_id: one for one in session.scalars(query)}


def publish_due(session: Session, at: dt.datetime, *, one_person_mode: bool = False) -> int:
    """Publish what is due, one commit each; return how many became public. Harmless to repeat."""
    query = sa.select(TimedPublication.id).where(TimedPublication.ended_at.is_(None), TimedPublication.due_at <= at)
    due = list(session.scalars(query.order_by(TimedPublication.due_at, TimedPublication.id)))
    session.rollback()
    return sum(_publish_one(session, number, at, one_person_mode=one_person_mode) for number in due)


def _publish_one(session: Session, number: int, at: dt.datetime, *, one_person_mode: bool) -> bool:
    # In line with every other writer first: what is read after that is what will be published.
    journal.lock(session)
    timed = session.get(TimedPublication, number, populate_existing=True)
    if timed is None or timed.ended_at is not None:
        session.rollback()
        return False
    failure = ""
    try:
        _publish(session, timed, at, one_person_mode=one_person_mode)
        session.commit()
    except (DomainError, StaleDataError, IntegrityError) as refused:
        session.rollback()
        failure = getattr(refused, "code", "changed")
        log.warning("timed publication %s failed: %s", number, failure)
        _note_failure(session, number, failure, at)
    return not failure


def _publish(session: Session, timed: TimedPublication, at: dt.datetime, *, one_person_mode: bool) -> None:
    report = timed.report
    if report.version != timed.report_version:
        raise WrongStateError("publish", "changed")
    _require(report, timed.by, one_person_mode=one_person_mode)
    findings = [finding.key for finding in reporting.findings_of(report)]
    timed.ended_at = at
    publish_report(session, report, timed.by, at, findings, one_person_mode=one_person_mode)


def _note_failure(session: Session, number: int, failure: str, at: dt.datetime) -> None:
    timed = session.get(TimedPublication, number, populate_existing=True)
    if timed is not None and timed.ended_at is None:
        timed.ended_at, timed.failure = at, failure
        _record(session, timed, "timed_publication_failed", timed.by.post, at, {"because": failure})
    session.commit()


def _require(report: ProgressReport, by: StaffMember, *, one_person_mode: bool) -> None:
    """Raise what stands against this person's signature under this report."""
    if report.state is not ReportState.SUBMITTED:
        raise WrongStateError("publish", report.state)
    project = report.project
    if not by.may_on(Permission.PUBLISH_REPORT, project.division, project.agency):
        raise NotAllowedError
    if report.is_work_of(by) and not one_person_mode:
        raise OwnWorkError
    unexplained = reporting.unexplained(report, reporting.findings_of(report))
    if unexplained:
        raise UnansweredChecksError(tuple(finding.key for finding in unexplained))


def _record(
    session: Session, timed: TimedPublication, act: str, actor: str, at: dt.datetime, extra: dict[str, object]
) -> None:
    """Journal a step that residents do not see: what becomes public is journaled when it does."""
    subject, slug = timed.report.subject, timed.report.project.slug
    journal.record(session, Act(act, subject, actor, about_project=slug, is_public=False, extra=extra), at)
