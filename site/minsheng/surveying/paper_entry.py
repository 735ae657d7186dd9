"""Entering sheets: what a clerk types for each question, by whom, once, and a tenth of a batch twice without seeing."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import Base, Identity
from minsheng.errors import DomainError, InvalidAnswersError, NotOpenError, WrongStateError
from minsheng.surveying import paper_sheets, surveys
from minsheng.surveying.paper_sheets import BatchState, PaperBatch
from minsheng.surveying.questionnaires import CLOSED_TYPES, Question, QuestionnaireVersion, QuestionType

Typed = dict[str, list[str]]
"""Option keys, or the one number or text, by question key."""
NOTHING = "0"
"""What a clerk types for a question without a mark: an empty field is one that was not looked at yet."""
MOST_RUN_TOGETHER = 9
"""With so many options or fewer, ``134`` is options 1, 3 and 4."""
FIRST, SECOND = 1, 2
_BETWEEN = re.compile(r"[\s,;:、，；./]+")


class PaperEntry(Base):
    """One entry of one sheet. ``turn`` is 1, or 2 for the blind second one.

    ``typed`` is emptied once the batch is counted, so that no serial leads to answers. ``field_count`` is, of a second
    entry, how many fields were compared.
    """

    __tablename__ = "paper_entry"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "attempt", "number", "turn"),
        sa.CheckConstraint("turn IN (1, 2)", name="first_or_second"),
    )

    id: Mapped[Identity]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("paper_batch.id", ondelete="RESTRICT"))
    attempt: Mapped[int]
    number: Mapped[int]
    turn: Mapped[int]
    clerk_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    field_count: Mapped[int] = mapped_column(default=0)

    batch: Mapped[PaperBatch] = relationship()
    clerk: Mapped[StaffMember] = relationship()


class EnteredTwiceError(DomainError):
    """The sheet has been entered; ``clerk`` says by whom."""

    code = "entered_twice"

    def __init__(self, clerk: StaffMember) -> None:
        super().__init__(clerk.username)
        self.clerk = clerk


class SameClerkError(DomainError):
    """Whoever entered a sheet first may not enter it the second time."""

    code = "same_clerk"


class NotDrawnError(DomainError):
    """The sheet was not chosen for a second entry."""

    code = "not_drawn"


class OtherQuestionsError(DomainError):
    """The sheet was printed with other questions than the wave asks now."""

    code = "other_questions"


def turn_of(session: Session, batch: PaperBatch, number: int, by: StaffMember, at: dt.datetime) -> int:
    """Return which entry of a sheet ``by`` may make now, 1 or 2.

    Raises ``NotOpenError`` outside the wave's period, ``OtherQuestionsError``, ``WrongStateError`` for a counted batch,
    ``EnteredTwiceError``, ``NotDrawnError``, and ``SameClerkError``.
    """
    wave = batch.run.wave
    if not wave.is_open(local_date(at)) or batch.run.channel.value not in wave.channels:
        raise NotOpenError
    if batch.run.content_hash != wave.version.computed_hash():
        raise OtherQuestionsError
    if batch.state is BatchState.COUNTED:
        raise WrongStateError("enter", batch.state)
    made = entries_of(session, batch, number)
    if batch.state is BatchState.ENTERING:
        if made:
            raise EnteredTwiceError(made[0].clerk)
        return FIRST
    if number not in batch.drawn or not made:
        raise NotDrawnError
    if len(made) > 1:
        raise EnteredTwiceError(made[1].clerk)
    if made[0].clerk_id == by.id:
        raise SameClerkError
    return SECOND


def entries_of(session: Session, batch: PaperBatch, number: int) -> list[PaperEntry]:
    """Return the entries of one sheet in the present attempt, the first one first."""
    query = sa.select(PaperEntry).where(
        PaperEntry.batch_id == batch.id, PaperEntry.attempt == batch.attempt, PaperEntry.number == number
    )
    return list(session.scalars(query.order_by(PaperEntry.turn)))


def read_typed(version: QuestionnaireVersion, typed: Mapping[str, str]) -> Typed:
    """Return what was typed for each question as answers; questions without a mark have none.

    Raises ``InvalidAnswersError`` with a reason per question: ``not_looked_at``, ``no_such_option``, ``one_only``,
    ``not_a_number``, ``too_long``; under the empty key ``blank`` where nothing at all is answered.
    """
    found: Typed = {}
    problems: dict[str, str] = {}
    for question in version.questions:
        text = _folded(typed.get(question.key, ""))
        if question.type not in CLOSED_TYPES:
            if text:
                found[question.key] = [
                    typed[question.key].strip() if question.type is not QuestionType.NUMBER else text
                ]
            continue
        if not text:
            if question.is_shown(found):
                problems[question.key] = "not_looked_at"
            continue
        reason, values = _options(question, text)
        if reason:
            problems[question.key] = reason
        elif values:
            found[question.key] = values
    if not problems:
        problems = problems_of(version, found)
    if problems:
        raise InvalidAnswersError(problems)
    return found


def read_field(question: Question, typed: str) -> list[str]:
    """Return what was typed for one closed question or number. Raises ``InvalidAnswersError`` as :func:`read_typed`."""
    text = _folded(typed)
    if question.type not in CLOSED_TYPES:
        if text and surveys.read_number(text) is None:
            raise InvalidAnswersError({question.key: "not_a_number"})
        return [text] if text else []
    reason, values = ("not_looked_at", []) if not text else _options(question, text)
    if reason:
        raise InvalidAnswersError({question.key: reason})
    return values


def _folded(text: str) -> str:
    """Return text with full-width signs as plain ones, as number pads of Chinese keyboards may send them."""
    return unicodedata.normalize("NFKC", text).strip()


def problems_of(version: QuestionnaireVersion, found: Typed) -> dict[str, str]:
    """Return why answers cannot be those of a sheet, by question key."""
    try:
        answers = surveys.read_answers(version, found, may_lack=True)
    except InvalidAnswersError as error:
        return error.problems
    return {} if answers else {"": "blank"}


def _options(question: Question, text: str) -> tuple[str, list[str]]:
    """Return a reason why digits do not fit a question, or the keys of the options they choose."""
    tokens = [token for token in _BETWEEN.split(text) if token]
    if tokens == [NOTHING]:
        return "", []
    runs_together = question.type is QuestionType.MULTIPLE and len(question.options) <= MOST_RUN_TOGETHER
    if runs_together and len(tokens) == 1:
        tokens = list(tokens[0])
    chosen = []
    for token in dict.fromkeys(tokens):
        if not (token.isascii() and token.isdigit() and len(token) <= 3 and 1 <= int(token) <= len(question.options)):
            return "no_such_option", []
        chosen.append(question.options[int(token) - 1].key)
    if len(chosen) > 1 and question.type is not QuestionType.MULTIPLE:
        return "one_only", []
    return "", chosen


def as_typed(question: Question, values: Sequence[str]) -> str:
    """Return answers as a clerk types them: numbers of options, ``0`` for none."""
    if question.type not in CLOSED_TYPES:
        return values[0] if values else ""
    places = [str(place) for place, option in enumerate(question.options, start=1) if option.key in values]
    return " ".join(places) or NOTHING


def enter(
    session: Session, batch: PaperBatch, number: int, typed: Mapping[str, str], by: StaffMember, at: dt.datetime
) -> PaperEntry:
    """Keep one entry of a sheet; of a walk-in sheet it becomes the answers at once.

    Raises what :func:`turn_of` and :func:`read_typed` raise.
    """
    paper_sheets.lock(session, batch)
    turn = turn_of(session, batch, number, by, at)
    found = read_typed(batch.run.wave.version, typed)
    entry = PaperEntry(
        batch=batch,
        attempt=batch.attempt,
        number=number,
        turn=turn,
        clerk=by,
        typed=found if batch.run.is_drawn else {},
    )
    session.add(entry)
    if not batch.run.is_drawn:
        _respond(session, batch, found, at)
    session.flush()
    return entry


def _respond(session: Session, batch: PaperBatch, found: Typed, at: dt.datetime) -> None:
    """Store the answers of one sheet under a random ticket."""
    surveys.respond(
        session,
        batch.run.wave,
        found,
        ticket=surveys.new_ticket(),
        channel=batch.run.channel,
        at=at,
        division=batch.division,
        design=batch.design,
    )
