"""Telling senders who left a mail address that their case has moved, from one event of the case to the next.

The address itself lies sealed in the case alone, so that erasing it there ends the mail too.
"""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.casework.case_events import CaseEvent
from minsheng.casework.cases import CaseEventKind, ClosedAs
from minsheng.casework.suggestions import Suggestion
from minsheng.database import Base
from minsheng.encryption import CannotOpenError, ContactBox
from minsheng.mailing.mail import InvalidRecipientError, read_address

TOLD = (
    CaseEventKind.ACCEPTED,
    CaseEventKind.REFUSED,
    CaseEventKind.HANDED_OVER,
    CaseEventKind.TRANSFERRED,
    CaseEventKind.EXTENDED,
    CaseEventKind.REPLIED,
    CaseEventKind.FINALLY_REPLIED,
    CaseEventKind.MERGED,
    CaseEventKind.MAIN_REPLIED,
    CaseEventKind.SPLIT,
    CaseEventKind.MADE_PROBLEM,
    CaseEventKind.PROBLEM_CLOSED,
    CaseEventKind.PROBLEM_REOPENED,
    CaseEventKind.ADOPTED,
    CaseEventKind.ESCALATED,
    CaseEventKind.RESCHEDULED,
)
"""Events that senders are told of: not those they caused themselves, and of closing only where the clock did it."""
LINK_FOR = dt.timedelta(days=60)
"""How long a link in such a mail works: beyond the 30 working days that the settings allow for judging at most."""


class SenderNotice(Base):
    """That the sender of a case is told by mail, in which language, and the last event told."""

    __tablename__ = "sender_notice"

    suggestion_id: Mapped[int] = mapped_column(
        sa.ForeignKey("suggestion.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(sa.String(10))
    told_upto: Mapped[int] = mapped_column(default=0)

    suggestion: Mapped[Suggestion] = relationship()


def written_contact(phone: str, address: str) -> str:
    """Return what is sealed of a sender's contact: telephone and mail address, one a line."""
    return "\n".join(one.strip() for one in (phone, address) if one.strip())


def mail_address(contact: str) -> str | None:
    """Return the mail address in a contact as it was written by :func:`written_contact`, or None."""
    for line in contact.splitlines():
        try:
            return read_address(line)
        except InvalidRecipientError:
            continue
    return None


def open_address(case: Suggestion, box: ContactBox) -> str | None:
    """Return where the sender of a case is told, or None where no address was left or it was erased."""
    if case.contact_sealed is None:
        return None
    try:
        return mail_address(box.open(case.contact_sealed, case.subject))
    except CannotOpenError:
        return None


def waiting(session: Session, limit: int) -> Sequence[int]:
    """Return the identities of cases with events that their senders were not told of, oldest case first."""
    closed_by_clock = sa.exists().where(
        Suggestion.id == SenderNotice.suggestion_id, Suggestion.closed_as == ClosedAs.UNRATED
    )
    newer = sa.exists().where(
        CaseEvent.suggestion_id == SenderNotice.suggestion_id,
        CaseEvent.id > SenderNotice.told_upto,
        sa.or_(CaseEvent.kind.in_(TOLD), sa.and_(CaseEvent.kind == CaseEventKind.CLOSED, closed_by_clock)),
    )
    query = sa.select(SenderNotice.suggestion_id).where(newer).order_by(SenderNotice.suggestion_id).limit(limit)
    return session.scalars(query).all()


def to_tell(notice: SenderNotice, case: Suggestion) -> list[CaseEvent]:
    """Return the events of a case that its sender was not told of yet, the oldest first."""
    told = {*TOLD, CaseEventKind.CLOSED} if case.closed_as is ClosedAs.UNRATED else set(TOLD)
    return [event for event in case.events if event.id > notice.told_upto and event.kind in told]


def advance(session: Session, notice: SenderNotice, upto: int) -> bool:
    """Move on to an event in one statement; return False where another process has just told of it."""
    moved = session.execute(
        sa.update(SenderNotice)
        .where(SenderNotice.suggestion_id == notice.suggestion_id, SenderNotice.told_upto == notice.told_upto)
        .values(told_upto=upto)
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE's result has it
