"""Looking back at finished projects: which are due, what was found there, and the second person who publishes it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng import journal
from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.clock import local_date
from minsheng.editorial import publishing
from minsheng.editorial.signatures import SignatureState
from minsheng.errors import WrongStateError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.oversight.lookbacks import LookBack, LookBackPhoto, LookBackResult
from minsheng.pictures.media import StoredImage
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.aftercare import AfterCare, months_later
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Origin, Publication

FINISHED = (Stage.COMPLETED, Stage.ACCEPTED, Stage.IN_USE, Stage.AFTER_CARE)
WAITING = (SignatureState.DRAFT, SignatureState.SUBMITTED, SignatureState.RETURNED)
MONTHS = range(1, 61)
"""The intervals that a keeper may name."""


@dataclass(frozen=True)
class Found:
    """What somebody found at a finished project; money in fen."""

    looked_on: dt.date
    result: LookBackResult
    keeper: str
    upkeep_budget_fen: int | None
    note: str


@dataclass(frozen=True)
class Due:
    """A finished project, when it was last looked at (None: never), and by when it is to be looked at again."""

    project: Project
    last: dt.date | None
    due_on: dt.date


def _last_look() -> sa.ScalarSelect[dt.date]:
    """Return the day of the last published look-back of a project, for use inside a query of projects."""
    return (
        sa.select(sa.func.max(LookBack.looked_on))
        .where(LookBack.project_id == Project.id, LookBack.state == SignatureState.PUBLISHED)
        .correlate(Project)
        .scalar_subquery()
    )


def _from() -> sa.ColumnElement[dt.date | None]:
    """Return the day from which the interval of a project counts: the last look, else the hand-over, else the end.

    A look-back before the hand-over does not count, as in ``AfterCare.next_inspection_due``.
    """
    last, end = _last_look(), sa.func.coalesce(AfterCare.since, Project.actual_finish, Project.planned_finish)
    return sa.case((last.is_(None), end), (last < end, end), else_=last)


def _due_by(today: dt.date, usual_months: int) -> sa.ColumnElement[bool]:
    """Return the condition that the next look-back is due by ``today``.

    The database counts no months: for each interval there may be, the latest day that is so many months ago is
    computed here, so that the condition is a comparison of days.
    """
    months = sa.func.coalesce(AfterCare.inspection_every_months, usual_months)
    return sa.or_(*(sa.and_(months == each, _from() <= _latest(today, each)) for each in MONTHS))


def _latest(today: dt.date, months: int) -> dt.date:
    """Return the latest day from which so many months have passed by ``today``, as ``months_later`` counts them."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    following = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    day = following - dt.timedelta(days=1)
    while months_later(day, months) > today:
        day -= dt.timedelta(days=1)
    return day


def due_query(member: StaffMember, today: dt.date, usual_months: int) -> sa.Select[Project]:
    """Return the query of the finished projects of a member's part that are due and not being looked at."""
    division, agency = cast("Any", Project.division_id), cast("Any", Project.agency_id)
    at_work = sa.exists().where(LookBack.project_id == Project.id, LookBack.state.in_(WAITING))
    return (
        sa.select(Project)
        .outerjoin(AfterCare, AfterCare.project_id == Project.id)
        .where(
            Project.origin == Origin.OWN,
            Project.publication == Publication.PUBLISHED,
            Project.stage.in_(FINISHED),
            within(member, (Permission.KEEP_LEDGER,), division, agency),
            _due_by(today, usual_months),
            ~at_work,
        )
        .order_by(_from(), Project.id)
    )


def count_due(session: Session, member: StaffMember, today: dt.date, usual_months: int) -> int:
    """Return how many projects are due."""
    query = due_query(member, today, usual_months).order_by(None)
    return session.scalar(query.with_only_columns(sa.func.count(Project.id))) or 0


def due(
    session: Session, member: StaffMember, today: dt.date, usual_months: int, *, limit: int, offset: int = 0
) -> list[Due]:
    """Return the projects that are due, the longest unseen first."""
    query = due_query(member, today, usual_months).options(
        selectinload(Project.lookbacks), selectinload(Project.after_care), selectinload(Project.division)
    )
    return [_due(project, usual_months) for project in session.scalars(query.limit(limit).offset(offset))]


def _due(project: Project, usual_months: int) -> Due:
    care = project.after_care
    last = max((one.looked_on for one in project.lookbacks), default=None)
    known = care.next_inspection_due(project.lookbacks) if care else None
    end = (care.since if care else None) or project.actual_finish or project.planned_finish
    begin = max((day for day in (last, end) if day is not None), default=dt.date.min)
    return Due(project, last, known or months_later(begin, usual_months))


def waiting(session: Session, member: StaffMember) -> Sequence[LookBack]:
    """Return the look-backs of a member's part that are being written or wait for a second person, oldest first."""
    division, agency = cast("Any", Project.division_id), cast("Any", Project.agency_id)
    query = (
        sa.select(LookBack)
        .join(LookBack.project)
        .where(LookBack.state.in_(WAITING), within(member, (Permission.KEEP_LEDGER,), division, agency))
        .options(selectinload(LookBack.project), selectinload(LookBack.author))
        .order_by(LookBack.looked_on, LookBack.id)
    )
    return session.scalars(query).all()


def enter(
    session: Session,
    project: Project,
    found: Found,
    by: StaffMember,
    at: dt.datetime,
    look_back: LookBack | None = None,
) -> LookBack:
    """Keep what was found, or put right what was kept, until a second person publishes it.

    Raises ``WrongStateError`` for a project that is not finished, a day in the future and what is handed in already.
    """
    if project.stage not in FINISHED or project.is_compiled:
        raise WrongStateError("look_back", "not_finished")
    if found.looked_on > local_date(at):
        raise WrongStateError("look_back", "future")
    if look_back is None:
        look_back = LookBack(project=project, project_id=project.id, state=SignatureState.DRAFT)
        session.add(look_back)
    look_back.write_as(by)
    look_back.looked_on, look_back.result, look_back.note = found.looked_on, found.result, found.note.strip()
    look_back.keeper, look_back.upkeep_budget_fen = found.keeper.strip(), found.upkeep_budget_fen
    session.flush()
    return look_back


def add_photo(session: Session, look_back: LookBack, image: StoredImage, alt_text: str) -> None:
    """Add a picture, held back until the look-back is public. Raises ``WrongStateError`` once it is handed in."""
    if not look_back.may_be_written:
        raise WrongStateError("add_photo", look_back.state)
    photo = Photo(
        project=look_back.project,
        key=image.key,
        phase=PhotoPhase.AFTER,
        taken_on=image.taken_on,
        alt_text=alt_text.strip(),
        width=image.width,
        height=image.height,
        is_held=True,
    )
    session.add(photo)
    session.flush()
    session.add(LookBackPhoto(look_back=look_back, photo=photo, photo_id=photo.id))
    session.flush()


def publish(
    session: Session, look_back: LookBack, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Make it public with its pictures. Raises as ``Signed.sign``."""
    look_back.sign(by, at, one_person_mode=one_person_mode)
    for one in look_back.photos:
        one.photo.is_held = False
    publishing.record_lookback(session, look_back, by.post, at)
    if look_back.one_person:
        slug, extra = look_back.project.slug, {"one_person": True}
        subject = f"look_back:{look_back.id}"
        journal.record(session, Act("published_by_one_person", subject, by.post, about_project=slug, extra=extra), at)


def withdraw(session: Session, look_back: LookBack, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take a public look-back off the page; the journal keeps what it said and why. Raises as ``Signed.take_back``."""
    before = look_back.snapshot()
    look_back.take_back(reason, at)
    session.flush()
    entry = Act(
        "look_back_withdrawn",
        f"look_back:{look_back.id}",
        by.post,
        about_project=look_back.project.slug,
        reason=look_back.withdrawn_reason,
        before=before,
        after=look_back.snapshot(),
    )
    journal.record(session, entry, at)
    touch(session, RecordKind.PROJECT, look_back.project_id)


def discard(session: Session, look_back: LookBack) -> None:
    """Throw away what nobody outside has seen. Raises ``WrongStateError`` for anything else."""
    if not look_back.may_be_written:
        raise WrongStateError("discard", look_back.state)
    pictures = [one.photo for one in look_back.photos]
    session.delete(look_back)
    session.flush()
    for picture in pictures:
        session.delete(picture)
