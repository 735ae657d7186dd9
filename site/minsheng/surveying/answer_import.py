"""Answers from a file: each cell checked before anything is written, then all rows or none, and each row only once.

A row is known again by its number, channel and batch: what is stored is a keyed hash of these three.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.errors import DomainError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import answer_results, answers_at_once
from minsheng.surveying.answer_imports import AnswerImport
from minsheng.surveying.answer_results import Result
from minsheng.surveying.answer_rows import Fault, PlannedRow, RowReader
from minsheng.surveying.answer_tables import Columns, Rows, columns_of, head_of
from minsheng.surveying.answers_at_once import Sheet
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Wave


class NotSoundError(DomainError):
    """Rows are wrong, and nobody said that they are to be left out."""

    code = "faulty_rows"


@dataclass(frozen=True)
class Plan:
    """What a file would become. ``passed_over`` counts answers to questions that were not to be asked."""

    rows: tuple[PlannedRow, ...]
    columns: Columns
    passed_over: int

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, in the order of the file."""
        return [fault for row in self.rows for fault in row.faults]

    @property
    def new(self) -> list[PlannedRow]:
        """The rows that can be written."""
        return [row for row in self.rows if row.is_new]

    @property
    def known_count(self) -> int:
        """How many rows were brought in before."""
        return sum(row.is_known for row in self.rows)

    @property
    def wrong_count(self) -> int:
        """How many rows have something wrong."""
        return sum(bool(row.faults) for row in self.rows)

    @property
    def parts(self) -> list[tuple[Channel, str, int]]:
        """How many new rows each channel and batch has."""
        counts = Counter((row.channel, row.design.batch) for row in self.new if row.typed)
        return [(channel, batch, count) for (channel, batch), count in sorted(counts.items())]

    @property
    def results(self) -> list[tuple[Channel, Disposition, int]]:
        """How many new rows say what of people drawn, by channel; sheets printed here are counted with their batch."""
        said = ((row.channel, row.disposition) for row in self.new if row.origin is None or row.origin.batch is None)
        counts = Counter((channel, kind) for channel, kind in said if kind is not None)
        order = list(Disposition)
        return [(*key, counts[key]) for key in sorted(counts, key=lambda one: (one[0], order.index(one[1])))]

    @property
    def uncounted(self) -> int:
        """How many new answers of drawn channels no response rate has: what became of the others is not said."""
        drawn = (row for row in self.new if row.channel in DRAWN_CHANNELS and row.origin is None)
        return sum(row.disposition is None for row in drawn)


def plan(session: Session, wave: Wave, rows: Rows, secret: str) -> Plan:
    """Return what the rows would become, with every fault; writes nothing.

    Raises ``InvalidFileError`` as ``columns_of`` does.
    """
    reader = RowReader(session, wave, columns_of(rows, wave.version), secret)
    head = head_of(rows)
    planned = [reader.row(index, row) for index, row in enumerate(rows) if index > head and any(row)]
    return Plan(tuple(planned), reader.columns, reader.passed_over)


def take_over(
    session: Session, waiting: AnswerImport, planned: Plan, *, leave_out: bool, by: StaffMember, at: dt.datetime
) -> int:
    """Write all new rows of a file in the caller's transaction and forget the file; return how many.

    Raises ``NotSoundError`` where rows are wrong and not to be left out, ``WrongStateError`` where nothing is new or
    the file was written, ``NotOpenError`` outside the wave's period, and what ``answer_results.keep`` raises.
    """
    if waiting.written_at is not None:
        raise WrongStateError("import", "written")
    if planned.wrong_count and not leave_out:
        raise NotSoundError
    if not planned.new:
        raise WrongStateError("import", "nothing_new")
    sheets = [
        # Rows without a batch are those of the file, so that they can be looked at together.
        Sheet(
            row.ticket,
            row.typed,
            row.channel,
            row.division,
            replace(row.design, batch=row.design.batch or f"I{waiting.id}"),
        )
        for row in planned.new
        if row.brings_answers
    ]
    answers_at_once.store(session, waiting.wave, sheets, at)
    results = [Result(row.channel, row.division, row.origin, row.disposition, row.typed) for row in planned.new]
    answer_results.keep(session, waiting.wave, results, by, at)
    waiting.known = {row.ticket: row.content for row in planned.new}
    waiting.row_count, waiting.left_out = sum(bool(row.typed) for row in planned.new), planned.wrong_count
    waiting.only_counted = len(planned.new) - waiting.row_count
    waiting.sealed, waiting.written_at = None, at
    channels = Counter(row.channel.value for row in planned.new)
    extra: dict[str, object] = {
        "sha256": waiting.digest,
        "rows": waiting.row_count,
        "left_out": waiting.left_out,
        "channels": channels,
    }
    if planned.results:
        extra["dispositions"] = [[channel.value, kind.value, count] for channel, kind, count in planned.results]
    act = Act("answers_imported", f"answers:{waiting.wave.slug}", by.post, is_public=False, extra=extra)
    journal.record(session, act, at)
    return len(planned.new)
