"""Answers from a file: each cell checked before anything is written, then all rows or none, and each row only once.

A row is known again by its number, channel and batch: what is stored is a keyed hash of these three.
"""

import datetime as dt
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import answer_imports, answers_at_once, journal, surveys
from minsheng.answer_imports import AnswerImport
from minsheng.answer_tables import BROKEN, Column, Columns, Rows, columns_of, head_of
from minsheng.answers_at_once import Sheet
from minsheng.case_tables import cell_name
from minsheng.errors import DomainError, WrongStateError
from minsheng.journal import Act, canonical
from minsheng.places import Division
from minsheng.questionnaires import CLOSED_TYPES, Question, QuestionType
from minsheng.staff import StaffMember
from minsheng.surveys import DRAWN_CHANNELS, TEXT_LIMITS, Channel, Design, Wave
from minsheng.tables.wording import squeezed

CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "电话": Channel.PHONE,
        "电话抽样": Channel.PHONE,
        "phone": Channel.PHONE,
        "纸质抽样": Channel.PAPER_SAMPLE,
        "paper_sample": Channel.PAPER_SAMPLE,
        "现场填写": Channel.PAPER_WALK_IN,
        "现场": Channel.PAPER_WALK_IN,
        "paper_walk_in": Channel.PAPER_WALK_IN,
    }
)
"""Channels that answers may be brought in of: those of web and scanned codes come through this site alone."""
LONGEST = 40
"""Signs of a number, a batch, a stratum or a unit."""
MOST_SHOWN = 60
"""Signs of a cell that are repeated where it is wrong."""
_SEVERAL = re.compile(r"[;；、,，\n|]+")
_A_PERSONS = re.compile(r"1[3-9]\d{9}|\d{17}[\dXx]")


class NotSoundError(DomainError):
    """Rows are wrong, and nobody said that they are to be left out."""

    code = "faulty_rows"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: its name and column (of the design, or a question's), and what it says.

    ``row`` is the other row where two are alike.
    """

    cell: str
    column: Column | Question | None
    reason: str
    said: str = ""
    row: int | None = None


@dataclass(frozen=True)
class PlannedRow:
    """One row by its number in the file. ``ticket`` and ``content`` are keyed hashes of its number and answers."""

    number: int
    channel: Channel
    division: Division
    design: Design
    typed: dict[str, list[str]]
    ticket: str
    content: str
    faults: tuple[Fault, ...]
    is_known: bool = False

    @property
    def is_new(self) -> bool:
        """Whether it can be written."""
        return not self.faults and not self.is_known


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
        counts = Counter((row.channel, row.design.batch) for row in self.new)
        return [(channel, batch, count) for (channel, batch), count in sorted(counts.items())]


def plan(session: Session, wave: Wave, rows: Rows, secret: str) -> Plan:
    """Return what the rows would become, with every fault; writes nothing.

    Raises ``InvalidFileError`` as ``columns_of`` does.
    """
    reader = _Reader(session, wave, columns_of(rows, wave.version), secret)
    head = head_of(rows)
    planned = [reader.row(index, row) for index, row in enumerate(rows) if index > head and any(row)]
    return Plan(tuple(planned), reader.columns, reader.passed_over)


def take_over(
    session: Session, waiting: AnswerImport, planned: Plan, *, leave_out: bool, by: StaffMember, at: dt.datetime
) -> int:
    """Write all new rows of a file in the caller's transaction and forget the file; return how many.

    Raises ``NotSoundError`` where rows are wrong and not to be left out, ``WrongStateError`` where nothing is new or
    the file was written, and ``NotOpenError`` outside the wave's period.
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
    ]
    answers_at_once.store(session, waiting.wave, sheets, at)
    waiting.known = {row.ticket: row.content for row in planned.new}
    waiting.row_count, waiting.left_out = len(planned.new), planned.wrong_count
    waiting.sealed, waiting.written_at = None, at
    channels = Counter(row.channel.value for row in planned.new)
    extra = {"sha256": waiting.digest, "rows": waiting.row_count, "left_out": waiting.left_out, "channels": channels}
    act = Act("answers_imported", f"answers:{waiting.wave.slug}", by.post, is_public=False, extra=extra)
    journal.record(session, act, at)
    return waiting.row_count


@dataclass
class _Reader:
    """Reads rows one after the other, and remembers numbers to find the same one twice in a file."""

    session: Session
    wave: Wave
    columns: Columns
    secret: str
    passed_over: int = 0
    _faults: list[tuple[int, Fault]] = field(default_factory=list)
    _index: int = 0
    _cells: Sequence[str] = ()

    def __post_init__(self) -> None:
        within = sa.select(Division).where(Division.path.startswith(self.wave.division.path))
        self._places: dict[str, list[Division]] = {}
        for division in self.session.scalars(within):
            for name in (division.code, squeezed(division.name)):
                self._places.setdefault(name, []).append(division)
        self._written: dict[str, str] = {}
        for earlier in answer_imports.written(self.session, self.wave):
            self._written |= earlier.known
        self._numbers: dict[str, int] = {}
        self._labels = {question.key: _labels(question) for question in self.wave.version.questions}

    def row(self, index: int, cells: Sequence[str]) -> PlannedRow:
        """Return one row; ``index`` is its place in the file, counted from 0."""
        self._index, self._cells, self._faults = index, cells, []
        channel = self._channel()
        typed = self._answers()
        stratum, psu = self._short(Column.STRATUM), self._short(Column.PSU)
        design = Design(stratum, psu, self._weight(), self._short(Column.BATCH), may_lack=True)
        division = self._division()
        if channel not in {None, *DRAWN_CHANNELS}:
            for column, value in (
                (Column.STRATUM, stratum),
                (Column.PSU, psu),
                (Column.WEIGHT, self._text(Column.WEIGHT)),
            ):
                if value:
                    self._fault(column, "only_drawn")
        channel = channel or Channel.PAPER_WALK_IN
        ticket = self._number(channel, design.batch)
        said = [channel.value, division.code, design.stratum, design.psu, str(design.base_weight), typed]
        content = self._keyed(canonical(said))
        is_known = ticket in self._written
        if is_known and self._written[ticket] != content:
            self._fault(Column.NUMBER, "known_otherwise")
        faults = tuple(fault for _place, fault in sorted(self._faults, key=lambda pair: pair[0]))
        return PlannedRow(index + 1, channel, division, design, typed, ticket, content, faults, is_known and not faults)

    def _text(self, column: Column) -> str:
        return self._at(self.columns.design.get(column))

    def _at(self, place: int | None) -> str:
        return self._cells[place].strip() if place is not None and place < len(self._cells) else ""

    def _fault(self, column: Column, reason: str, row: int | None = None) -> None:
        self._add(self.columns.design.get(column, 0), column, reason, row)

    def _add(self, place: int, column: Column | Question | None, reason: str, row: int | None = None) -> None:
        said = self._at(place)
        shown = said if len(said) <= MOST_SHOWN else f"{said[:MOST_SHOWN]}…"
        self._faults.append((place, Fault(cell_name(self._index, place), column, reason, shown, row)))

    def _short(self, column: Column) -> str:
        text = self._text(column)
        if len(text) > LONGEST:
            self._fault(column, "too_long")
        if text.startswith(BROKEN):
            self._fault(column, "broken_formula")
        return text[:LONGEST]

    def _channel(self) -> Channel | None:
        taken = {name: one for name, one in CHANNELS.items() if one.value in self.wave.channels}
        channel = taken.get(squeezed(self._text(Column.CHANNEL)).casefold())
        if channel is None:
            self._fault(Column.CHANNEL, "unknown_channel" if self._text(Column.CHANNEL) else "missing")
        return channel

    def _weight(self) -> Decimal:
        text = self._text(Column.WEIGHT)
        weight = surveys.read_number(text) if text else Decimal(1)
        if weight is None or weight <= 0:
            self._fault(Column.WEIGHT, "not_a_weight")
        return weight if weight is not None and weight > 0 else Decimal(1)

    def _division(self) -> Division:
        text = self._text(Column.PLACE)
        if not text:
            return self.wave.division
        found = self._places.get(squeezed(text), [])
        if len(found) != 1:
            self._fault(Column.PLACE, "several" if found else "unknown_place")
        return found[0] if found else self.wave.division

    def _number(self, channel: Channel, batch: str) -> str:
        """Return the keyed hash by which this row is known again."""
        number = self._short(Column.NUMBER)
        if not number:
            self._fault(Column.NUMBER, "missing")
        elif _A_PERSONS.fullmatch(number):
            self._fault(Column.NUMBER, "a_persons")
        ticket = self._keyed(canonical([channel.value, batch, number]))
        earlier = self._numbers.setdefault(ticket, self._index + 1)
        if number and earlier != self._index + 1:
            self._fault(Column.NUMBER, "twice", row=earlier)
        return ticket

    def _keyed(self, text: str) -> str:
        """Return 128 bits that only the holder of the secret can make from a text about this wave."""
        about = f"answer_import\0{self.wave.slug}\0{text}"
        return hmac.new(self.secret.encode(), about.encode(), hashlib.sha256).hexdigest()[:32]

    def _answers(self) -> dict[str, list[str]]:
        typed: dict[str, list[str]] = {}
        filled = 0
        for question in self.wave.version.questions:
            place = self.columns.questions.get(question.key)
            text = self._at(place)
            if place is None or not text:
                continue
            filled += 1
            reason, values = self._read(question, text)
            if reason:
                self._add(place, question, reason)
            elif question.is_shown(typed):
                typed[question.key] = values
            else:
                self.passed_over += 1
        if not typed and not self._faults and not filled:
            self._add(min(self.columns.questions.values()), None, "nothing_answered")
        return typed

    def _read(self, question: Question, text: str) -> tuple[str, list[str]]:
        """Return a reason why a cell is no answer, or the answer."""
        if text.startswith(BROKEN) and text[1:2].isalpha():
            return "broken_formula", []
        if question.type in CLOSED_TYPES:
            return self._options(question, text)
        if question.type is QuestionType.NUMBER:
            return ("", [text]) if surveys.read_number(text) is not None else ("not_a_number", [])
        return ("", [text]) if len(text) <= TEXT_LIMITS[question.type] else ("too_long", [])

    def _options(self, question: Question, text: str) -> tuple[str, list[str]]:
        labels = self._labels[question.key]
        whole = labels.get(_folded(text))
        pieces = [text] if whole else [piece for piece in _SEVERAL.split(text) if piece.strip()]
        chosen = [labels.get(_folded(piece), "") for piece in pieces]
        if not chosen or not all(chosen):
            return "unknown_option", []
        distinct = list(dict.fromkeys(chosen))
        if len(distinct) > 1 and question.type is not QuestionType.MULTIPLE:
            return "one_only", []
        return "", distinct


def _labels(question: Question) -> dict[str, str]:
    """Return what may stand for each option: its number, key, or text in any language.

    Where a text is itself a number, numbers mean texts and nothing else.
    """
    texts = {
        _folded(text): option.key
        for option in question.options
        for text in (option.text, *option.translations.values())
        if text
    }
    if any(text.isdigit() for text in texts):
        return texts
    keys = {option.key: option.key for option in question.options}
    numbers = {str(place): option.key for place, option in enumerate(question.options, start=1)}
    return {**keys, **numbers, **texts}


def _folded(text: str) -> str:
    return squeezed(text).casefold()
