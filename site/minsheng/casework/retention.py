"""Erasing senders' contacts: when the period is over, and at once when the sender asks.

What is erased is the sealed contact, the note that its sender is told by mail, and mail to them that waits. The case
stays, and the journal says that and why a contact was erased, never whose.
"""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.cases import CaseEventKind, CaseState
from minsheng.casework.held_letters import HeldLetter, HeldState
from minsheng.casework.sender_notices import SenderNotice
from minsheng.casework.suggestions import Suggestion
from minsheng.errors import WrongStateError
from minsheng.journal import Act
from minsheng.mailing import mail

KEPT = dt.timedelta(days=180)
"""How long after a case has ended its sender's contact is kept, where the installation says nothing else."""
AT_ONCE = 200


class Because(enum.StrEnum):
    """Why a contact was erased."""

    REQUEST = "request"
    PERIOD = "period"


def erase(session: Session, case: Suggestion, because: Because, by: str, at: dt.datetime) -> None:
    """Erase the contact of a case. Raises ``WrongStateError`` where there is none."""
    if case.contact_sealed is None:
        raise WrongStateError("erase_contact", "no_contact")
    case.contact_sealed, case.contact_erased_at = None, at
    session.execute(sa.delete(SenderNotice).where(SenderNotice.suggestion_id == case.id))
    mail.drop_unsent(session, case.subject)
    session.flush()
    extra = {"because": because.value}
    journal.record(session, Act("contact_erased", case.subject, by, is_public=False, extra=extra), at)


def erase_due(session: Session, at: dt.datetime, kept: dt.timedelta = KEPT) -> int:
    """Erase the contacts of cases that ended longer ago than ``kept``, and of letters put aside; commits as it goes.

    Returns how many. An answered case whose sender may still judge it has not ended.
    """
    ended_before = at - kept
    refused = sa.exists().where(
        CaseEvent.suggestion_id == Suggestion.id,
        CaseEvent.kind == CaseEventKind.REFUSED,
        CaseEvent.at < ended_before,
    )
    is_over = sa.or_(Suggestion.closed_at < ended_before, sa.and_(Suggestion.state == CaseState.REFUSED, refused))
    query = sa.select(Suggestion).where(Suggestion.contact_sealed.is_not(None), is_over).order_by(Suggestion.id)
    number = 0
    while some := session.scalars(query.limit(AT_ONCE)).all():
        for case in some:
            erase(session, case, Because.PERIOD, "", at)
        session.commit()
        number += len(some)
    aside = (
        sa.update(HeldLetter)
        .where(
            HeldLetter.state == HeldState.DISCARDED,
            HeldLetter.decided_at < ended_before,
            HeldLetter.contact_sealed.is_not(None),
        )
        .values(contact_sealed=None)
        .returning(HeldLetter.id)
    )
    number += len(session.execute(aside).all())
    session.commit()
    return number
