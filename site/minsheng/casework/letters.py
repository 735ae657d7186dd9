"""Letters: what somebody sends, and the case that it becomes."""

import datetime as dt
import decimal
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.case_events import CaseEvent
from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState, Prominence, SuggestionKind
from minsheng.casework.suggestions import Suggestion
from minsheng.codes import code_hash
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.records.boards import Board
from minsheng.records.places import Division
from minsheng.records.projects import Project


@dataclass(frozen=True)
class Letter:
    """What a sender typed, validated by the form."""

    kind: SuggestionKind
    words: str
    consent_to_publish: bool
    project: Project | None = None
    division: Division | None = None
    board: Board | None = None
    place_words: str = ""
    latitude: decimal.Decimal | None = None
    longitude: decimal.Decimal | None = None
    consent_to_call: bool = False


def submit(
    session: Session,
    letter: Letter,
    *,
    ticket: str,
    code: str,
    at: dt.datetime,
    clock: CaseClock,
    seal: Callable[[str], bytes] | None = None,
) -> Suggestion:
    """Store a new case, or return the one this ticket already made: sending twice never makes two.

    ``seal`` takes the record's journal name and returns the sealed contact; it is left out where none was given.
    Raises ``WrongStateError`` for a project that takes no suggestions, ``ReasonRequiredError`` without words.
    """
    known = session.scalar(sa.select(Suggestion).where(Suggestion.ticket == ticket))
    if known is not None:
        return known
    if letter.project is not None and not letter.project.takes_suggestions:
        raise WrongStateError("submit", "archive")
    if not letter.words.strip():
        raise ReasonRequiredError
    accept_due, accept_is_provisional = clock.after(at, clock.accept_days)
    reply_due, reply_is_provisional = clock.after(at, clock.reply_days)
    suggestion = Suggestion(
        ticket=ticket,
        code_hash=code_hash(code),
        kind=letter.kind,
        project=letter.project,
        board=letter.board,
        division=letter.division or (letter.project.division if letter.project else None),
        place_words=letter.place_words.strip(),
        latitude=letter.latitude,
        longitude=letter.longitude,
        words=letter.words.strip(),
        consent_to_publish=letter.consent_to_publish,
        consent_to_call=letter.consent_to_call,
        received_at=at,
        accept_due=accept_due,
        accept_due_is_provisional=accept_is_provisional,
        reply_due=reply_due,
        reply_due_is_provisional=reply_is_provisional,
        state=CaseState.RECEIVED,
        prominence=Prominence.UNREVIEWED,
    )
    session.add(suggestion)
    suggestion.events.append(CaseEvent(kind=CaseEventKind.RECEIVED, at=at, actor=""))
    session.flush()
    if seal is not None:
        suggestion.contact_sealed = seal(suggestion.subject)
    return suggestion
