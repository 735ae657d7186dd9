"""The quarantine: holding letters and ideas during an attack, and deciding about them in bulk. Nothing in it is lost.

Reviewers see letters of much the same words as one group, so that ten thousand copies are one line.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework import letters, sender_notices
from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.cases import CaseClock
from minsheng.casework.held_letters import HeldLetter, HeldReason, HeldState
from minsheng.casework.letters import Letter
from minsheng.casework.near_copies import fingerprint
from minsheng.casework.sender_notices import SenderNotice
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.encryption import CannotOpenError, ContactBox
from minsheng.journal import Act
from minsheng.participation import call_acts
from minsheng.participation.call_ideas import CallIdea
from minsheng.participation.calls import Call, CallState
from minsheng.records.places import Division

KEPT = dt.timedelta(days=90)
"""How long a discarded letter can be fetched back."""
MOST_RELEASED = 200
"""Letters let through by one act: each becomes a case with an entry in the journal."""
MOST_A_DAY = 50_000
"""Letters held in 24 hours before work must be done for more: some hundred megabytes, so that no disk fills."""
MOST_COPIES_A_DAY = 200
"""Held letters of the same words in 24 hours, likewise: what the next would say is there already."""
SUBJECT = "quarantine"


@dataclass(frozen=True)
class Handed:
    """What came with a letter: its ticket, the hash of its code, the sender's language and contact, the pictures.

    ``alike_as`` is the mark that it shares with its near copies, where the meter saw many; ``call`` is the round that
    it is an idea for.
    """

    ticket: str
    code_hash: str
    language: str
    photos: Sequence[CasePhoto] = ()
    seal: Callable[[str], bytes] | None = None
    alike_as: str = ""
    call: Call | None = None


class Group(NamedTuple):
    """Held letters of much the same words: one of them, how many in how many wordings, and from when to when."""

    letter: HeldLetter
    copies: int
    wordings: int
    first_at: dt.datetime
    last_at: dt.datetime


def hold(session: Session, letter: Letter, handed: Handed, reason: HeldReason, at: dt.datetime) -> HeldLetter:
    """Put a letter into the quarantine; the caller has spent its ticket, and commits."""
    own = _mark(fingerprint(letter.words), handed.call)
    held = HeldLetter(
        ticket=handed.ticket,
        code_hash=handed.code_hash,
        kind=letter.kind,
        reason=reason,
        project=letter.project,
        division=letter.division or (letter.project.division if letter.project else None),
        board=letter.board,
        place_words=letter.place_words.strip(),
        latitude=letter.latitude,
        longitude=letter.longitude,
        words=letter.words.strip(),
        fingerprint=own,
        likeness=_mark(handed.alike_as, handed.call) if handed.alike_as else own,
        call=handed.call,
        consent_to_publish=letter.consent_to_publish,
        consent_to_call=letter.consent_to_call,
        language=handed.language,
        received_at=at,
        photos=list(handed.photos),
    )
    session.add(held)
    session.flush()
    if handed.seal is not None:
        held.contact_sealed = handed.seal(held.subject)
    return held


def held_within_a_day(session: Session, at: dt.datetime) -> int:
    """Return how many letters and ideas were held in the 24 hours before a moment, decided about or not."""
    return session.scalar(_held_today(at)) or 0


def has_room_for_words(session: Session, words: str, at: dt.datetime, call: Call | None = None) -> bool:
    """Whether one more letter of these words may be held without work: today has not brought too many of them."""
    alike = _held_today(at).where(HeldLetter.fingerprint == _mark(fingerprint(words), call))
    return (session.scalar(alike) or 0) < MOST_COPIES_A_DAY


def _held_today(at: dt.datetime) -> sa.Select[int]:
    return sa.select(sa.func.count(HeldLetter.id)).where(HeldLetter.received_at > at - dt.timedelta(days=1))


def by_code_hash(session: Session, hashed: str) -> HeldLetter | None:
    """Return the held letter with this hash of a tracking code, or None."""
    return session.scalar(sa.select(HeldLetter).where(HeldLetter.code_hash == hashed))


def within(session: Session, member: StaffMember, state: HeldState) -> sa.Select[HeldLetter]:
    """Return the query of the held letters that ``member`` decides about; those about no place are every reviewer's."""
    found = sa.select(Division).where(Division.id.in_(sa.select(HeldLetter.division_id).distinct()))
    own = [one.id for one in session.scalars(found) if member.may_on(Permission.REVIEW_SUGGESTION, one, None)]
    in_part = sa.or_(HeldLetter.division_id.is_(None), HeldLetter.division_id.in_(own))
    return sa.select(HeldLetter).where(HeldLetter.state == state, in_part)


def groups(
    session: Session, query: sa.Select[HeldLetter], offset: int, limit: int, *, by_wording: bool = False
) -> tuple[list[Group], int]:
    """Return some groups of held letters, those of fewest copies first, and how many groups there are.

    What was sent once is likelier to be somebody's own; an attack repeats itself. ``by_wording`` keeps near copies
    apart.
    """
    held = query.order_by(None).subquery()
    grouped = (
        sa.select(
            sa.func.min(held.c.id).label("id"),
            sa.func.count().label("copies"),
            sa.func.count(held.c.fingerprint.distinct()).label("wordings"),
            sa.func.min(held.c.received_at).label("first_at"),
            sa.func.max(held.c.received_at).label("last_at"),
        )
        .group_by(held.c.fingerprint if by_wording else held.c.likeness)
        .order_by(sa.text("copies"), sa.text("id"))
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(grouped.order_by(None).subquery())) or 0
    rows = session.execute(grouped.offset(offset).limit(limit)).all()
    letters = {one.id: one for one in session.scalars(query.where(HeldLetter.id.in_([row.id for row in rows])))}
    return [Group(letters[row.id], row.copies, row.wordings, row.first_at, row.last_at) for row in rows], total


def release(
    session: Session,
    letters: Sequence[HeldLetter],
    member: StaffMember,
    at: dt.datetime,
    clock: CaseClock,
    box: ContactBox,
    code_of: Callable[[HeldLetter], str],
) -> list[Suggestion | CallIdea]:
    """Let letters through: each becomes a case or an idea that was received when it was; the caller commits.

    ``code_of`` returns the tracking code of a letter: the one its sender has. Raises ``NotOpenError`` for an idea of
    a round whose outcome is published.
    """
    made: list[Suggestion | CallIdea] = []
    for held in letters:
        if held.call is not None:
            made.append(_made_idea(session, held, held.call, code_of(held)))
            continue
        case = _made_case(session, held, clock, box, code_of(held))
        publishing.record_suggestion(session, case, "suggestion_received", "", at)
        made.append(case)
    extra = {"count": len(made)}
    journal.record(session, Act("letters_released", SUBJECT, member.post, is_public=False, extra=extra), at)
    return made


def discard(session: Session, query: sa.Select[HeldLetter], member: StaffMember, at: dt.datetime) -> int:
    """Put letters aside; they can be fetched back for a time. Returns how many; the caller commits."""
    return _decide(session, query, member, HeldState.DISCARDED, at)


def fetch_back(session: Session, query: sa.Select[HeldLetter], member: StaffMember, at: dt.datetime) -> int:
    """Let discarded letters wait again. Returns how many; the caller commits.

    Ideas stay where they are once the outcome of their round is published.
    """
    ended = sa.select(Call.id).where(Call.state == CallState.CLOSED)
    query = query.where(sa.or_(HeldLetter.call_id.is_(None), HeldLetter.call_id.not_in(ended)))
    return _decide(session, query, member, HeldState.WAITING, at)


def forget_discarded(session: Session, at: dt.datetime) -> int:
    """Delete what was discarded long ago, its pictures' records included; the caller commits. Returns how many."""
    old = sa.select(HeldLetter.id).where(HeldLetter.state == HeldState.DISCARDED, HeldLetter.decided_at < at - KEPT)
    numbers = session.scalars(old).all()
    session.execute(sa.delete(CasePhoto).where(CasePhoto.held_letter_id.in_(old)))
    session.execute(sa.delete(HeldLetter).where(HeldLetter.id.in_(numbers)))
    return len(numbers)


def _decide(
    session: Session, query: sa.Select[HeldLetter], member: StaffMember, state: HeldState, at: dt.datetime
) -> int:
    numbers = query.with_only_columns(HeldLetter.id).order_by(None).scalar_subquery()
    decided_at = at if state is HeldState.DISCARDED else None
    changed = session.execute(
        sa.update(HeldLetter)
        .where(HeldLetter.id.in_(numbers))
        .values(state=state, decided_at=decided_at)
        .execution_options(synchronize_session=False)
    )
    count = int(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it
    act = "letters_discarded" if state is HeldState.DISCARDED else "letters_fetched_back"
    if count:
        journal.record(session, Act(act, SUBJECT, member.post, is_public=False, extra={"count": count}), at)
    return count


def _mark(digest: str, call: Call | None) -> str:
    """Return a digest of words as it is for letters, and for ideas one of each call's own."""
    return digest if call is None else hashlib.sha256(f"{call.id}\0{digest}".encode()).hexdigest()


def _made_idea(session: Session, held: HeldLetter, call: Call, code: str) -> CallIdea:
    """Make an idea of a held one, which is deleted; its ticket stays spent."""
    idea = call_acts.submit(
        session,
        call,
        held.words,
        consent_to_publish=held.consent_to_publish,
        division=held.division,
        ticket=held.ticket,
        code=code,
        at=held.received_at,
    )
    session.delete(held)
    session.flush()
    return idea


def _made_case(session: Session, held: HeldLetter, clock: CaseClock, box: ContactBox, code: str) -> Suggestion:
    """Make a case of a held letter, which is deleted; its ticket stays spent."""
    contact = ""
    if held.contact_sealed is not None:
        try:
            contact = box.open(held.contact_sealed, held.subject)
        except CannotOpenError:
            # Sealed with a key that is lost: the words still deserve an answer.
            contact = ""
    # A project may have become part of an archive meanwhile; the letter is then about its place.
    project = held.project if held.project and held.project.takes_suggestions else None
    case = letters.submit(
        session,
        Letter(
            kind=held.kind,
            words=held.words,
            consent_to_publish=held.consent_to_publish,
            project=project,
            division=held.division,
            board=held.board if project else None,
            place_words=held.place_words,
            latitude=held.latitude,
            longitude=held.longitude,
            consent_to_call=held.consent_to_call,
        ),
        ticket=held.ticket,
        code=code,
        at=held.received_at,
        clock=clock,
        seal=(lambda record: box.seal(contact, record)) if contact else None,
    )
    for photo in list(held.photos):
        photo.held_letter, photo.suggestion = None, case
    session.flush()
    if sender_notices.mail_address(contact):
        session.add(SenderNotice(suggestion_id=case.id, language=held.language, told_upto=0))
    session.delete(held)
    session.flush()
    return case
