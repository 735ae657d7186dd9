"""Cases that came by telephone, on paper, in person or over another platform, typed in by staff.

They run by the same clock from the day they were received, and their senders have a tracking code like everybody.
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework import letters
from minsheng.casework.case_channels import NUMBERED, OFFLINE, CaseChannel
from minsheng.casework.cases import CaseClock
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import LOCAL_ZONE, local_date
from minsheng.desk import duties
from minsheng.editorial import publishing
from minsheng.encryption import ContactBox
from minsheng.errors import DomainError, NotAllowedError
from minsheng.records.places import Division

PURPOSE = "case-entry"
FARTHEST_BACK = dt.timedelta(days=366)
LONGEST_NUMBER = 60
NOON = dt.time(12)
ENTERING = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)


class KnownCaseError(DomainError):
    """A case with this number of this channel is here already: ``case_id``."""

    code = "known_case"

    def __init__(self, case_id: int) -> None:
        super().__init__(f"case {case_id}")
        self.case_id = case_id


class WrongDayError(DomainError):
    """The day of receipt lies ahead, or farther back than anyone enters a case."""

    code = "wrong_day"


class NumberNeededError(DomainError):
    """The channel numbers its cases, and the number is missing."""

    code = "number_needed"


@dataclass(frozen=True)
class OfflineLetter:
    """A letter and how it came. ``contact`` is empty where the sender left none."""

    channel: CaseChannel
    original_number: str
    received_on: dt.date
    letter: Letter
    contact: str = ""


def plain_number(typed: str) -> str:
    """Return another office's number as it is compared: one width, capitals, no spaces."""
    return "".join(unicodedata.normalize("NFKC", typed).upper().split())


def with_number(session: Session, channel: CaseChannel, number: str) -> Suggestion | None:
    """Return the case that a channel calls by this number, or None."""
    query = sa.select(Suggestion).where(
        Suggestion.channel == channel, Suggestion.original_number == plain_number(number)
    )
    return session.scalar(query)


def may_enter(member: StaffMember, place: Division | None) -> bool:
    """Whether a member of staff takes in cases of a place; one about no place in particular is every reviewer's."""
    if place is None:
        return any(member.may(permission) for permission in ENTERING)
    return any(member.may_on(permission, place, None) for permission in ENTERING)


def is_day(received_on: dt.date, today: dt.date) -> bool:
    """Whether a case may have been received on a day: not ahead, and within a year."""
    return today - FARTHEST_BACK <= received_on <= today


def enter(
    session: Session,
    entry: OfflineLetter,
    *,
    ticket: str,
    code: str,
    by: StaffMember,
    at: dt.datetime,
    clock: CaseClock,
    box: ContactBox,
) -> Suggestion:
    """Store a case as received on its day, or return the one that this ticket already made; journal who entered it.

    Raises ``NotAllowedError`` for a place that is not the member's, ``WrongDayError``, ``NumberNeededError``,
    ``KnownCaseError`` for a number that its channel has here already, and what ``letters.submit`` raises.
    """
    if entry.channel not in OFFLINE or not may_enter(by, _place(entry.letter)):
        raise NotAllowedError
    if not is_day(entry.received_on, local_date(at)):
        raise WrongDayError
    number = plain_number(entry.original_number)
    if entry.channel in NUMBERED and not number:
        raise NumberNeededError
    known = session.scalar(sa.select(Suggestion).where(Suggestion.ticket == ticket))
    if known is not None:
        return known
    if number and (other := with_number(session, entry.channel, number)) is not None:
        raise KnownCaseError(other.id)
    contact = entry.contact.strip()
    case = letters.submit(
        session,
        entry.letter,
        ticket=ticket,
        code=code,
        at=_received_at(entry.received_on, at),
        clock=clock,
        seal=(lambda record: box.seal(contact, record)) if contact else None,
    )
    case.channel, case.original_number, case.entered_at = entry.channel, number or None, at
    case.events[0].actor = by.post
    session.flush()
    publishing.record_suggestion(session, case, "suggestion_entered", by.post, at)
    return case


def may_print_receipt(member: StaffMember, case: Suggestion) -> bool:
    """Whether a member of staff may print the sender's receipt with the code: who takes cases in, not who handles it.

    The code lets its holder judge the answer, so it is never shown to whoever gives the answer.
    """
    return case.channel in OFFLINE and duties.may_review(member, case) and not duties.may_handle(member, case)


def _place(letter: Letter) -> Division | None:
    return letter.division or (letter.project.division if letter.project else None)


def _received_at(day: dt.date, at: dt.datetime) -> dt.datetime:
    """Return the moment a case counts from: now where it came today, else noon of its day."""
    return at if day == local_date(at) else dt.datetime.combine(day, NOON, LOCAL_ZONE)
