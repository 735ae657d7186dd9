"""The clock of cases: reminders before, on and after a deadline, escalation, and closing what nobody rated.

One record per case and due moment, which the database enforces: however many processes look at the clock, and however
often, each moment leaves one reminder, one step in the case and one entry in the journal.
"""

import datetime as dt
import enum
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.database import Base, Identity, enumeration
from minsheng.editorial import publishing
from minsheng.workdays import WorkCalendar

DAYS_BEFORE = 3
"""Working days before the deadline on which the first reminder goes out."""
DAYS_TO_ESCALATION = 3
"""Working days past the deadline after which the supervising office is told."""
WAITING = (CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER, CaseState.DISPUTED)
ANSWERED = (CaseState.REPLIED, CaseState.FINALLY_REPLIED)


class DueMoment(enum.StrEnum):
    """What the clock has come to."""

    BEFORE = "before"
    ON_THE_DAY = "on_the_day"
    AFTER = "after"
    ESCALATION = "escalation"
    RATING_OVER = "rating_over"


class CaseReminder(Base):
    """That one moment of one deadline was reached: what followed from it stands in the case's steps.

    ``agency_id`` is the agency that was reminded, none while the case was not handed over. ``due`` is the deadline.
    """

    __tablename__ = "case_reminder"
    __table_args__ = (sa.UniqueConstraint("suggestion_id", "moment", "due"),)

    id: Mapped[Identity]
    suggestion_id: Mapped[int] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    moment: Mapped[DueMoment] = mapped_column(enumeration(DueMoment))
    due: Mapped[dt.date]
    made_at: Mapped[dt.datetime]

    suggestion: Mapped[Suggestion] = relationship(back_populates="reminders")

    @property
    def is_escalation(self) -> bool:
        """Whether the supervising office was told."""
        return self.moment is DueMoment.ESCALATION


@dataclass(frozen=True)
class Window:
    """The days on which a moment may still be noted: what is missed wholly makes room for the next moment."""

    moment: DueMoment
    first: dt.date
    last: dt.date

    def holds(self, day: dt.date) -> bool:
        """Whether the moment is noted on this day."""
        return self.first <= day <= self.last


def windows(calendar: WorkCalendar, due: dt.date) -> tuple[Window, ...]:
    """Return the moments of a deadline in their order; the last two stay open until the case is answered."""
    return (
        Window(DueMoment.BEFORE, calendar.add(due, -DAYS_BEFORE).date, due - dt.timedelta(days=1)),
        Window(DueMoment.ON_THE_DAY, due, due),
        Window(DueMoment.AFTER, calendar.add(due, 1).date, dt.date.max),
        Window(DueMoment.ESCALATION, calendar.add(due, DAYS_TO_ESCALATION).date, dt.date.max),
    )


def watch(session: Session, clock: CaseClock, at: dt.datetime) -> int:
    """Note every moment that has come, and close what was not rated in time; return how many were noted.

    Commits after each case, which is locked while it is looked at: two processes at once note each moment once.
    """
    today = local_date(at)
    latest = clock.calendar.add(today, DAYS_BEFORE).date
    due = sa.case((Suggestion.state == CaseState.DISPUTED, Suggestion.final_reply_due), else_=Suggestion.reply_due)
    near = sa.and_(Suggestion.state.in_(WAITING), due <= latest)
    unrated = sa.and_(Suggestion.state.in_(ANSWERED), Suggestion.rating_due < today)
    numbers = session.scalars(sa.select(Suggestion.id).where(near | unrated).order_by(Suggestion.id)).all()
    session.commit()
    noted = 0
    for number in numbers:
        case = session.get(Suggestion, number, with_for_update=True, populate_existing=True)
        if case is not None:
            noted += _remind(session, case, clock, at) + _close_unrated(session, case, at)
        session.commit()
    return noted


def _remind(session: Session, case: Suggestion, clock: CaseClock, at: dt.datetime) -> int:
    """Note the moments of the answer that is owed; return how many were new."""
    if case.due is None:
        return 0
    today, noted = local_date(at), 0
    for window in windows(clock.calendar, case.due):
        if window.holds(today) and _keep(session, case, window.moment, case.due, at):
            is_escalation = window.moment is DueMoment.ESCALATION
            case.note(CaseEventKind.ESCALATED if is_escalation else CaseEventKind.REMINDED, at, "")
            act = "suggestion_escalated" if is_escalation else "suggestion_reminded"
            publishing.record_suggestion(session, case, act, "", at)
            noted += 1
    return noted


def _close_unrated(session: Session, case: Suggestion, at: dt.datetime) -> int:
    """Close a case whose sender let the rating period pass; return 1 where it was done now."""
    if case.state not in ANSWERED or case.rating_due is None or local_date(at) <= case.rating_due:
        return 0
    if not _keep(session, case, DueMoment.RATING_OVER, case.rating_due, at):
        return 0
    case.close_unrated(at)
    publishing.record_suggestion(session, case, "suggestion_closed", "", at)
    return 1


def _keep(session: Session, case: Suggestion, moment: DueMoment, due: dt.date, at: dt.datetime) -> bool:
    """Write the record of a moment; return False where it is there already."""
    if any(one.moment is moment and one.due == due for one in case.reminders):
        return False
    reminder = CaseReminder(moment=moment, due=due, agency_id=case.agency_id, made_at=at)
    try:
        with session.begin_nested():
            case.reminders.append(reminder)
    except IntegrityError:
        return False
    return True
