"""Publishing at a chosen time: the second person signs now, the clock makes it public later.

Everything that publishing demands is asked again when the time has come: the record is still the one that was read,
whoever signed still may publish it and did not write any of it, and nothing stands against it. What cannot be
published then says why, and waits for a person on the desks of those concerned.
"""

import datetime as dt
import logging
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.exc import StaleDataError

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity
from minsheng.editorial import review_acts
from minsheng.editorial.reviewed import (
    ABOUT,
    ABOUT_ONE,
    PUBLISHED_BY,
    AboutReviewed,
    Reviewed,
    by_identity,
    handed_in_at,
    is_about,
    is_work_of,
    journal_subject,
    may,
    project_of,
    tie,
    version_of,
    waits,
)
from minsheng.errors import DomainError, WrongStateError
from minsheng.journal import Act

log = logging.getLogger(__name__)
FARTHEST = dt.timedelta(days=92)
CHANGED = "changed"
"""The failure of a publication whose record is not the one that was read."""
MOST_FAILED = 200
"""So many failed publications are looked through for a desk; an office has a handful."""


def _one_waiting(name: str) -> sa.Index:
    """Return the rule that a record waits for one publication at most."""
    waiting = sa.text("ended_at IS NULL")
    return sa.Index(
        f"uq_timed_publication_waiting_{name}", name, unique=True, sqlite_where=waiting, postgresql_where=waiting
    )


class TimedPublication(AboutReviewed, Base):
    """One record to be published at ``due_at`` on the signature of ``by``.

    ``about_version`` is that of the record that was read. It ends once: ``ended_at`` is when, ``failure`` the code of
    what stood against it, empty where it was published or, with ``was_cancelled``, called off.
    """

    __tablename__ = "timed_publication"
    __table_args__ = (
        sa.CheckConstraint(ABOUT_ONE, name="about_one"),
        *(_one_waiting(name) for name in ABOUT),
    )

    id: Mapped[Identity]
    about_version: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
    set_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    was_cancelled: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(sa.String(40), default="")
    version: Mapped[int] = mapped_column(default=1)

    by: Mapped[StaffMember] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute


def schedule(
    session: Session,
    reviewed: Reviewed,
    by: StaffMember,
    due_at: dt.datetime,
    at: dt.datetime,
    *,
    one_person_mode: bool = False,
) -> TimedPublication:
    """Sign a record now for a later moment; an earlier time for the same one is called off.

    Raises as ``review_acts.require``, and ``ValueError`` for a time that is not ahead or is more than 92 days off.
    """
    if not at < due_at <= at + FARTHEST:
        raise ValueError(due_at)
    review_acts.require(session, reviewed, by, one_person_mode=one_person_mode)
    call_off(session, reviewed, by, at)
    timed = TimedPublication(about_version=version_of(reviewed), by=by, due_at=due_at, set_at=at)
    tie(timed, reviewed)
    session.add(timed)
    session.flush()
    _record(session, timed, "publication_timed", by.post, at, {"due_at": due_at.astimezone(dt.UTC).isoformat()})
    return timed


def call_off(session: Session, reviewed: Reviewed, by: StaffMember, at: dt.datetime) -> bool:
    """Cancel the publication a record waits for; return whether there was one."""
    timed = waiting_for(session, reviewed)
    if timed is None:
        return False
    timed.ended_at, timed.was_cancelled = at, True
    session.flush()
    _record(session, timed, "publication_called_off", by.post, at, {})
    return True


def overtake(session: Session, reviewed: Reviewed, at: dt.datetime) -> bool:
    """End the publication a record waits for because its author changed it; return whether there was one.

    Whoever signed finds it on the desk at once, not when the time has come.
    """
    timed = waiting_for(session, reviewed)
    if timed is None:
        return False
    timed.ended_at, timed.failure = at, CHANGED
    session.flush()
    _record(session, timed, "timed_publication_failed", timed.by.post, at, {"because": CHANGED})
    return True


def waiting_for(session: Session, reviewed: Reviewed) -> TimedPublication | None:
    """Return the publication a record waits for, or None."""
    query = sa.select(TimedPublication).where(is_about(TimedPublication, reviewed), TimedPublication.ended_at.is_(None))
    return session.scalar(query)


def last_failure(session: Session, reviewed: Reviewed) -> TimedPublication | None:
    """Return the last publication by the clock of the record as it now is, if that one failed."""
    query = sa.select(TimedPublication).where(is_about(TimedPublication, reviewed))
    last = session.scalar(query.order_by(TimedPublication.id.desc()).limit(1))
    return last if last is not None and _still_matters(last) else None


def failures(session: Session, member: StaffMember) -> list[TimedPublication]:
    """Return the failed publications that concern a member, the newest first.

    They concern whoever signed, whoever wrote any of the record, and whoever else may publish it; until it is
    published, returned or signed anew.
    """
    newest = sa.select(sa.func.max(TimedPublication.id)).group_by(*(getattr(TimedPublication, name) for name in ABOUT))
    query = (
        sa.select(TimedPublication)
        .where(TimedPublication.failure != "", TimedPublication.id.in_(newest))
        .order_by(TimedPublication.id.desc())
        .limit(MOST_FAILED)
    )
    return [one for one in session.scalars(query) if _still_matters(one) and _concerns(one, member)]


def waiting_by_record(session: Session, records: Iterable[Reviewed]) -> dict[tuple[str, int], TimedPublication]:
    """Return the waiting publications of several records, by ``reviewed.identity``."""
    conditions = [is_about(TimedPublication, one) for one in records]
    if not conditions:
        return {}
    query = sa.select(TimedPublication).where(TimedPublication.ended_at.is_(None), sa.or_(*conditions))
    return by_identity(list(session.scalars(query)), lambda one: one)


def publish_due(session: Session, at: dt.datetime, *, one_person_mode: bool = False) -> int:
    """Publish what is due, one commit each; return how many became public. Harmless to repeat."""
    query = sa.select(TimedPublication.id).where(TimedPublication.ended_at.is_(None), TimedPublication.due_at <= at)
    due = list(session.scalars(query.order_by(TimedPublication.due_at, TimedPublication.id)))
    session.rollback()
    return sum(_publish_one(session, number, at, one_person_mode=one_person_mode) for number in due)


def _still_matters(timed: TimedPublication) -> bool:
    """Whether nobody has done anything about a failed publication yet."""
    handed_in = handed_in_at(timed.about)
    is_since = handed_in is not None and timed.ended_at is not None and handed_in > timed.ended_at
    return bool(timed.failure) and waits(timed.about) and not is_since


def _concerns(timed: TimedPublication, member: StaffMember) -> bool:
    about = timed.about
    return timed.by_id == member.id or is_work_of(about, member) or may(member, PUBLISHED_BY, about)


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
        failure = _reason(refused)
        log.warning("timed publication %s failed: %s", number, failure)
        _note_failure(session, number, failure, at)
    return not failure


def _reason(refused: Exception) -> str:
    """Return the code of what stood against a publication; a record that was read no longer exists is ``changed``."""
    is_changed = isinstance(refused, WrongStateError) and refused.state == CHANGED
    return CHANGED if is_changed else str(getattr(refused, "code", CHANGED))


def _publish(session: Session, timed: TimedPublication, at: dt.datetime, *, one_person_mode: bool) -> None:
    about = timed.about
    if version_of(about) != timed.about_version:
        raise WrongStateError("publish", CHANGED)
    review_acts.require(session, about, timed.by, one_person_mode=one_person_mode)
    timed.ended_at = at
    review_acts.publish(session, about, timed.by, at, one_person_mode=one_person_mode)


def _note_failure(session: Session, number: int, failure: str, at: dt.datetime) -> None:
    timed = session.get(TimedPublication, number, populate_existing=True)
    if timed is not None and timed.ended_at is None:
        timed.ended_at, timed.failure = at, failure
        _record(session, timed, "timed_publication_failed", timed.by.post, at, {"because": failure})
    session.commit()


def _record(
    session: Session, timed: TimedPublication, act: str, actor: str, at: dt.datetime, extra: dict[str, object]
) -> None:
    """Journal a step that residents do not see: what becomes public is journaled when it does."""
    about = timed.about
    project = project_of(about)
    slug = project.slug if project else ""
    entry = Act(act, journal_subject(about), actor, about_project=slug, is_public=False, extra=extra)
    journal.record(session, entry, at)
