"""Where two entries of a sheet differ: settled with a look at the sheet, and counted as errors of whoever mistyped."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import InvalidAnswersError, WrongStateError
from minsheng.opinion.distributions import wilson
from minsheng.surveying import paper_sheets
from minsheng.surveying.paper_entry import FIRST, SECOND, PaperEntry, Typed
from minsheng.surveying.paper_sheets import BatchState, PaperBatch, PaperRun
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion, QuestionType
from minsheng.surveying.surveys import Wave

COMPARED = frozenset({QuestionType.SCALE, QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.NUMBER})
"""Words are typed by everybody with other commas: only marks and numbers are compared."""


class Verdict(enum.StrEnum):
    """Which of two entries says what stands on the sheet."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


class PaperDifference(Base):
    """One field that was entered in two ways.

    ``by`` has looked at the sheet and says what stands there; one of the two clerks cannot decide that alone, so
    ``agreed_by`` is then the other. Values are emptied once the batch is counted; the verdict stays.
    """

    __tablename__ = "paper_difference"
    __table_args__ = (sa.UniqueConstraint("batch_id", "attempt", "number", "question_key"),)

    id: Mapped[Identity]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("paper_batch.id", ondelete="RESTRICT"))
    attempt: Mapped[int]
    number: Mapped[int]
    question_key: Mapped[str] = mapped_column(sa.String(40))
    first: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    second: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    settled: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    verdict: Mapped[Verdict | None] = mapped_column(enumeration(Verdict))
    is_settled: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    agreed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)

    batch: Mapped[PaperBatch] = relationship()
    by: Mapped[StaffMember | None] = relationship(foreign_keys=by_id)
    agreed_by: Mapped[StaffMember | None] = relationship(foreign_keys=agreed_by_id)


@dataclass(frozen=True)
class ErrorRate:
    """Fields that were mistyped, of those that were entered twice."""

    errors: int
    fields: int

    @property
    def share(self) -> float | None:
        """Errors as a share of the fields, 0 to 1; None where nothing was compared."""
        return self.errors / self.fields if self.fields else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval of the share, 95 %; None where nothing was compared."""
        return wilson(self.errors / self.fields, self.fields) if self.fields else None


def compare(session: Session, version: QuestionnaireVersion, first: PaperEntry, second: PaperEntry) -> int:
    """Keep what differs between two entries of a sheet; return how many fields were compared.

    Compared is what was typed, shown or not: a wrong answer to a filter question is one difference of its own, and
    what follows from it is looked at on the sheet.
    """
    compared = [question for question in version.questions if question.type in COMPARED]
    asked = [one for one in compared if one.is_shown(first.typed) or one.is_shown(second.typed)]
    for question in asked:
        if is_same(question, first.typed, second.typed):
            continue
        session.add(
            PaperDifference(
                batch_id=first.batch_id,
                attempt=first.attempt,
                number=first.number,
                question_key=question.key,
                first=_values(first.typed, question),
                second=_values(second.typed, question),
            )
        )
    second.field_count = len(asked)
    session.flush()
    return len(asked)


def is_same(question: Question, one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> bool:
    """Whether two entries say the same for a question, in whatever order options were typed."""
    return set(_values(one, question)) == set(_values(other, question))


def _values(typed: Mapping[str, Sequence[str]], question: Question) -> list[str]:
    return list(typed.get(question.key, ()))


def of_batch(session: Session, batch: PaperBatch) -> list[PaperDifference]:
    """Return the differences of the present attempt, sheet by sheet."""
    return of_batches(session, [batch])


def of_batches(session: Session, batches: Sequence[PaperBatch]) -> list[PaperDifference]:
    """Return the differences of each batch's present attempt, sheet by sheet."""
    attempts = {batch.id: batch.attempt for batch in batches}
    query = sa.select(PaperDifference).where(PaperDifference.batch_id.in_(attempts))
    ordered = query.order_by(PaperDifference.batch_id, PaperDifference.number, PaperDifference.id)
    return [one for one in session.scalars(ordered) if one.attempt == attempts[one.batch_id]]


def settle(
    session: Session, difference: PaperDifference, values: Sequence[str], clerks: Sequence[int], by: StaffMember
) -> None:
    """Say what stands on the sheet. Of the two ``clerks`` (their ids) the other must then say the same.

    Raises ``WrongStateError`` where it is settled, or the batch is not being checked, and ``InvalidAnswersError`` for
    values that no sheet can hold.
    """
    batch = difference.batch
    paper_sheets.lock(session, batch)
    session.refresh(difference)
    if batch.state is not BatchState.CHECKING or difference.is_settled or difference.attempt != batch.attempt:
        raise WrongStateError("settle", "settled" if difference.is_settled else batch.state)
    question = _question(batch, difference.question_key)
    known = {option.key for option in question.options}
    if (question.options and not set(values) <= known) or (
        len(values) > 1 and question.type is not QuestionType.MULTIPLE
    ):
        raise InvalidAnswersError({question.key: "no_such_option"})
    is_agreed = difference.by_id not in {None, by.id} and set(difference.settled) == set(values)
    if by.id not in clerks or is_agreed:
        difference.is_settled = True
    if is_agreed:
        difference.agreed_by = by
    else:
        difference.by, difference.settled = by, list(values)
    difference.verdict = _verdict(difference) if difference.is_settled else None
    session.flush()


def _verdict(difference: PaperDifference) -> Verdict:
    for verdict, values in ((Verdict.FIRST, difference.first), (Verdict.SECOND, difference.second)):
        if set(values) == set(difference.settled):
            return verdict
    return Verdict.NEITHER


def _question(batch: PaperBatch, key: str) -> Question:
    return next(question for question in batch.run.wave.version.questions if question.key == key)


def corrected(typed: Typed, differences: Sequence[PaperDifference]) -> Typed:
    """Return a first entry with what was settled in its place."""
    right = {**typed, **{one.question_key: [str(value) for value in one.settled] for one in differences}}
    return {key: values for key, values in right.items() if values}


def rate_of(differences: Sequence[PaperDifference], fields: int) -> ErrorRate:
    """Return how much of a first entry was mistyped, as far as it is settled, of so many fields compared."""
    return ErrorRate(sum(one.verdict in {Verdict.SECOND, Verdict.NEITHER} for one in differences), fields)


def rates_of_clerks(session: Session, wave: Wave) -> list[tuple[StaffMember, ErrorRate]]:
    """Return how much each clerk of a wave mistyped in whichever entry, over all attempts."""
    in_wave = sa.select(PaperBatch.id).join(PaperBatch.run).where(PaperRun.wave_id == wave.id)
    entries = session.scalars(sa.select(PaperEntry).where(PaperEntry.batch_id.in_(in_wave))).all()
    clerks = {(one.batch_id, one.attempt, one.number, one.turn): one.clerk_id for one in entries}
    fields: dict[int, int] = {}
    errors: dict[int, int] = {}
    for entry in entries:
        if entry.turn == SECOND:
            for turn in (FIRST, SECOND):
                clerk = clerks[entry.batch_id, entry.attempt, entry.number, turn]
                fields[clerk] = fields.get(clerk, 0) + entry.field_count
    differences = session.scalars(sa.select(PaperDifference).where(PaperDifference.batch_id.in_(in_wave)))
    for one in differences:
        for turn, right in ((FIRST, Verdict.FIRST), (SECOND, Verdict.SECOND)):
            if one.verdict is not None and one.verdict is not right:
                clerk = clerks[one.batch_id, one.attempt, one.number, turn]
                errors[clerk] = errors.get(clerk, 0) + 1
    members = session.scalars(sa.select(StaffMember).where(StaffMember.id.in_(fields)).order_by(StaffMember.username))
    return [(member, ErrorRate(errors.get(member.id, 0), fields[member.id])) for member in members]
