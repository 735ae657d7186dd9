"""A batch of sheets from its first entry to its answers: a tenth is entered blind again, and only then it counts."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.errors import InvalidAnswersError, InvalidValuesError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import answers_at_once, dispositions, paper_differences, paper_entry, paper_sheets, surveys
from minsheng.surveying.answers_at_once import Sheet
from minsheng.surveying.paper_differences import ErrorRate, PaperDifference
from minsheng.surveying.paper_entry import FIRST, SECOND, PaperEntry, Typed
from minsheng.surveying.paper_sheets import HUNDRED, BatchState, PaperBatch, PaperScan

SECOND_SHARE = 10
"""One sheet in so many is entered a second time."""
LOST = (
    Disposition.REFUSAL,
    Disposition.NON_CONTACT,
    Disposition.OTHER,
    Disposition.UNKNOWN_HOUSEHOLD,
    Disposition.UNKNOWN_OTHER,
    Disposition.NOT_ELIGIBLE,
)
"""What can have become of a sheet that brought no answers."""


@dataclass(frozen=True)
class Standing:
    """How far a batch is. ``waiting`` are the drawn sheets without a second entry."""

    entered: int
    waiting: Sequence[int]
    differences: Sequence[PaperDifference]
    rate: ErrorRate
    most_errors: Decimal

    @property
    def unsettled(self) -> int:
        """How many differences nobody has settled."""
        return sum(not one.is_settled for one in self.differences)

    @property
    def is_reconciled(self) -> bool:
        """Whether every drawn sheet is entered twice and every difference settled."""
        return not self.waiting and not self.unsettled

    @property
    def is_over(self) -> bool:
        """Whether more was mistyped than the run allows."""
        return self.rate.fields > 0 and Decimal(self.rate.errors) * HUNDRED > self.most_errors * self.rate.fields


def enter(
    session: Session, batch: PaperBatch, number: int, typed: Mapping[str, str], by: StaffMember, at: dt.datetime
) -> PaperEntry:
    """Keep an entry, and compare a second one with the first; raises what ``paper_entry.enter`` raises."""
    entry = paper_entry.enter(session, batch, number, typed, by, at)
    if entry.turn == SECOND:
        (first, _second) = paper_entry.entries_of(session, batch, number)
        paper_differences.compare(session, batch.run.wave.version, first, entry)
    return entry


def entries_of(session: Session, batch: PaperBatch, turn: int) -> list[PaperEntry]:
    """Return the first or the second entries of the present attempt, by number."""
    query = sa.select(PaperEntry).where(
        PaperEntry.batch_id == batch.id, PaperEntry.attempt == batch.attempt, PaperEntry.turn == turn
    )
    return list(session.scalars(query.order_by(PaperEntry.number)))


def standing(session: Session, batch: PaperBatch) -> Standing:
    """Return how far a batch is."""
    return standings(session, [batch])[batch.id]


def standings(session: Session, batches: Sequence[PaperBatch]) -> dict[int, Standing]:
    """Return how far batches are, by their ids."""
    ids = [batch.id for batch in batches]
    attempts = {batch.id: batch.attempt for batch in batches}
    first: Counter[int] = Counter()
    second: dict[int, set[int]] = {}
    fields: Counter[int] = Counter()
    columns = (PaperEntry.batch_id, PaperEntry.attempt, PaperEntry.number, PaperEntry.turn, PaperEntry.field_count)
    for row in session.execute(sa.select(*columns).where(PaperEntry.batch_id.in_(ids))):
        if row.attempt != attempts[row.batch_id]:
            continue
        if row.turn == FIRST:
            first[row.batch_id] += 1
        else:
            second.setdefault(row.batch_id, set()).add(row.number)
            fields[row.batch_id] += row.field_count
    differences: dict[int, list[PaperDifference]] = {}
    for one in paper_differences.of_batches(session, batches):
        differences.setdefault(one.batch_id, []).append(one)
    return {
        batch.id: Standing(
            entered=first[batch.id],
            waiting=[number for number in batch.drawn if number not in second.get(batch.id, set())],
            differences=differences.get(batch.id, []),
            rate=paper_differences.rate_of(differences.get(batch.id, []), fields[batch.id]),
            most_errors=batch.run.most_errors,
        )
        for batch in batches
    }


def finish_first(
    session: Session, batch: PaperBatch, lost: Mapping[Disposition, int], by: StaffMember, at: dt.datetime
) -> None:
    """End the first entry: the journal entry about it draws a tenth of the sheets to be entered again.

    ``lost`` says what became of the sheets that brought no answers. Raises ``WrongStateError`` for a batch that is
    not being entered or has no entry, ``InvalidValuesError`` where ``lost`` does not account for the missing sheets.
    """
    paper_sheets.lock(session, batch)
    if batch.state is not BatchState.ENTERING or not batch.run.is_drawn:
        raise WrongStateError("finish", batch.state)
    numbers = [entry.number for entry in entries_of(session, batch, FIRST)]
    if not numbers:
        raise WrongStateError("finish", "empty")
    if min(lost.values(), default=0) < 0 or sum(lost.values()) != batch.sheet_count - len(numbers):
        raise InvalidValuesError({"lost": "does_not_add_up"})
    batch.lost = {kind.value: count for kind, count in lost.items() if count}
    extra = {"sheets": len(numbers), "lost": batch.lost, "attempt": batch.attempt, "scans": _digests(batch)}
    entry = journal.record(
        session, Act("paper_batch_entered", batch.subject, by.post, is_public=False, extra=extra), at
    )
    batch.seed = entry.hash
    batch.drawn = drawn_of(entry.hash, numbers)
    batch.state = BatchState.CHECKING
    session.flush()


def drawn_of(seed: str, numbers: Sequence[int]) -> list[int]:
    """Return the tenth (rounded up) whose SHA-256 of ``seed:number`` is smallest, which anyone can work out again."""
    ranked = sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).hexdigest())
    return sorted(ranked[: -(-len(numbers) // SECOND_SHARE)])


def count(session: Session, batch: PaperBatch, by: StaffMember, at: dt.datetime) -> int:
    """Turn the sheets of a reconciled batch into answers, and forget which sheet said what; return how many.

    Raises ``WrongStateError``: ``not_reconciled``, or ``too_many_errors`` where it must be entered anew; and
    ``NotOpenError`` once the wave has closed.
    """
    known = _checked(session, batch)
    if known.is_over:
        raise WrongStateError("count", "too_many_errors")
    settled: dict[int, list[PaperDifference]] = {}
    for one in known.differences:
        settled.setdefault(one.number, []).append(one)
    sheets = [
        paper_differences.corrected(entry.typed, settled.get(entry.number, []))
        for entry in entries_of(session, batch, FIRST)
    ]
    # What was settled may leave nothing: the only mark was none, or answered what was not to be asked.
    answered = [sheet for sheet in sheets if not paper_entry.problems_of(batch.run.wave.version, sheet)]
    stored = [Sheet(surveys.new_ticket(), sheet, batch.run.channel, batch.division, batch.design) for sheet in answered]
    answers_at_once.store(session, batch.run.wave, stored, at)
    counts = _dispositions(batch, answered, len(sheets))
    dispositions.move(session, batch.run.wave, batch.division, batch.run.channel, _change(batch, counts))
    batch.state = BatchState.COUNTED
    extra = {
        "answers": len(answered),
        "drawn": len(batch.drawn),
        "fields": known.rate.fields,
        "errors": known.rate.errors,
        "dispositions": {kind.value: number for kind, number in counts.items()},
        "scans": _digests(batch),
    }
    journal.record(session, Act("paper_batch_counted", batch.subject, by.post, is_public=False, extra=extra), at)
    _forget(session, batch)
    return len(answered)


def begin_anew(session: Session, batch: PaperBatch, by: StaffMember, at: dt.datetime) -> None:
    """Throw the entries of a batch away, all of them, where more was mistyped than the run allows.

    Raises ``WrongStateError`` where it is not reconciled, or good enough.
    """
    known = _checked(session, batch)
    if not known.is_over:
        raise WrongStateError("begin_anew", "good_enough")
    extra = {"attempt": batch.attempt, "fields": known.rate.fields, "errors": known.rate.errors}
    journal.record(session, Act("paper_batch_rejected", batch.subject, by.post, is_public=False, extra=extra), at)
    _forget(session, batch)
    batch.attempt += 1
    batch.state, batch.seed, batch.drawn, batch.lost = BatchState.ENTERING, "", [], {}
    session.flush()


def forget_closed(session: Session, as_of: dt.date) -> int:
    """Empty what was typed of batches that were not counted before their wave closed; return of how many."""
    query = sa.select(PaperBatch).where(
        PaperBatch.state != BatchState.COUNTED,
        sa.exists().where(PaperEntry.batch_id == PaperBatch.id, sa.cast(PaperEntry.typed, sa.Text) != "{}"),
    )
    late = [batch for batch in session.scalars(query) if batch.run.wave.has_closed(as_of)]
    for batch in late:
        _forget(session, batch)
    return len(late)


def add_scan(
    session: Session, batch: PaperBatch, digest: str, file_name: str, size: int, by: StaffMember, at: dt.datetime
) -> PaperScan:
    """Keep the SHA-256 of a scan as evidence and journal it; the same file twice is kept once."""
    known = next((scan for scan in batch.scans if scan.digest == digest), None)
    if known is not None:
        return known
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    shown = "".join(letter for letter in name if letter.isprintable())[:120]
    scan = PaperScan(batch=batch, digest=digest, file_name=shown, size=size, added_by=by, added_at=at)
    session.add(scan)
    session.flush()
    extra = {"sha256": digest, "size": size}
    journal.record(session, Act("paper_scan_added", batch.subject, by.post, is_public=False, extra=extra), at)
    return scan


def _checked(session: Session, batch: PaperBatch) -> Standing:
    paper_sheets.lock(session, batch)
    if batch.state is not BatchState.CHECKING:
        raise WrongStateError("count", batch.state)
    known = standing(session, batch)
    if not known.is_reconciled:
        raise WrongStateError("count", "not_reconciled")
    return known


def _digests(batch: PaperBatch) -> list[str]:
    return [scan.digest for scan in batch.scans]


def _dispositions(batch: PaperBatch, answered: Sequence[Typed], entered: int) -> dict[Disposition, int]:
    """Return what became of all sheets of a batch; one that turned out blank is a refusal."""
    counts = Counter({Disposition(kind): number for kind, number in batch.lost.items()})
    counts[Disposition.REFUSAL] += entered - len(answered)
    for sheet in answered:
        counts[Disposition.COMPLETE if _is_whole(batch, sheet) else Disposition.PARTIAL] += 1
    return {kind: number for kind, number in counts.items() if number}


def _change(batch: PaperBatch, counts: Mapping[Disposition, int]) -> dict[Disposition, int]:
    """Return what counting changes: until now nothing was known of the batch's sheets."""
    unknown = Disposition.UNKNOWN_HOUSEHOLD
    return {**counts, unknown: counts.get(unknown, 0) - batch.sheet_count}


def _is_whole(batch: PaperBatch, sheet: Typed) -> bool:
    try:
        surveys.read_answers(batch.run.wave.version, sheet)
    except InvalidAnswersError:
        return False
    return True


def _forget(session: Session, batch: PaperBatch) -> None:
    """Empty what was typed: from here on no serial leads to answers."""
    session.flush()
    session.execute(sa.update(PaperEntry).where(PaperEntry.batch_id == batch.id).values(typed={}))
    emptied: dict[str, list[str]] = {"first": [], "second": [], "settled": []}
    session.execute(sa.update(PaperDifference).where(PaperDifference.batch_id == batch.id).values(**emptied))
    session.flush()
