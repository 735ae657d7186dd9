"""Rows of a table of answers, cell by cell: what each would become, and what is wrong with it."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.case_tables import cell_name
from minsheng.journal import canonical
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying import answer_imports, answer_results, surveys
from minsheng.surveying.answer_cells import labels_of, read_cell
from minsheng.surveying.answer_results import ANSWERED, Origin
from minsheng.surveying.answer_tables import BROKEN, Column, Columns
from minsheng.surveying.invites import InvalidCodeError
from minsheng.surveying.questionnaires import Question
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Design, Wave
from minsheng.surveying.wave_places import place_code, places_of
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
DESIGN_COLUMNS = (Column.STRATUM, Column.PSU, Column.WEIGHT)
_A_PERSONS = re.compile(r"1[3-9]\d{9}|\d{17}[\dXx]")


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
    """One row by its number in the file. ``ticket`` and ``content`` are keyed hashes of its number and answers.

    ``origin`` is where a code or the serial of a printed sheet leads; ``disposition`` what became of somebody drawn,
    None where the file does not say.
    """

    number: int
    channel: Channel
    division: Division
    design: Design
    typed: dict[str, list[str]]
    ticket: str
    content: str
    faults: tuple[Fault, ...]
    is_known: bool = False
    origin: Origin | None = None
    disposition: Disposition | None = None

    @property
    def brings_answers(self) -> bool:
        """Whether answers are stored at once: those of drawn sheets printed here wait in their batch."""
        return bool(self.typed) and not (self.origin is not None and self.origin.is_entry)

    @property
    def is_new(self) -> bool:
        """Whether it can be written."""
        return not self.faults and not self.is_known


@dataclass
class RowReader:
    """Reads rows one after the other, and remembers numbers to find the same one twice in a file."""

    session: Session
    wave: Wave
    columns: Columns
    secret: str
    passed_over: int = 0
    _faults: list[tuple[int, Fault]] = field(default_factory=list)
    _index: int = 0
    _cells: Sequence[str] = ()
    _answered: bool = False

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
        self._labels = {question.key: labels_of(question) for question in self.wave.version.questions}
        self._codes: dict[str, int] = {}
        self._compared = places_of(self.wave)
        self._here = answer_results.counted_here(self.session, self.wave)
        self._stated = answer_results.stated(self.session, self.wave)

    def row(self, index: int, cells: Sequence[str]) -> PlannedRow:
        """Return one row; ``index`` is its place in the file, counted from 0."""
        self._index, self._cells, self._faults = index, cells, []
        channel = self._channel()
        typed = self._answers()
        stratum, psu = self._short(Column.STRATUM), self._short(Column.PSU)
        design = Design(stratum, psu, self._weight(), self._short(Column.BATCH), may_lack=True)
        division = self._division()
        if channel not in {None, *DRAWN_CHANNELS}:
            self._refuse((*DESIGN_COLUMNS, Column.CODE, Column.DISPOSITION), "only_drawn")
        ticket = self._number(channel or Channel.PAPER_WALK_IN, design.batch)
        is_known = ticket in self._written
        origin = self._origin(channel, is_known=is_known)
        if origin is not None:
            self._refuse((*DESIGN_COLUMNS, Column.PLACE), "from_code")
            channel, division = origin.channel, origin.division
            design = replace(origin.design, batch=origin.design.batch or design.batch)
        disposition = self._disposition(channel, division, origin, typed)
        channel = channel or Channel.PAPER_WALK_IN
        said = [channel.value, division.code, design.stratum, design.psu, str(design.base_weight), typed]
        if self._text(Column.DISPOSITION) and disposition is not None:
            said.append(disposition.value)
        content = self._keyed(canonical(said))
        if is_known and self._written[ticket] != content:
            self._fault(Column.NUMBER, "known_otherwise")
        faults = tuple(fault for _place, fault in sorted(self._faults, key=lambda pair: pair[0]))
        is_known = is_known and not faults
        return PlannedRow(
            index + 1, channel, division, design, typed, ticket, content, faults, is_known, origin, disposition
        )

    def _refuse(self, columns: Sequence[Column], reason: str) -> None:
        """Put a fault in each of these cells that says anything."""
        for column in columns:
            if self._text(column):
                self._fault(column, reason)

    def _origin(self, channel: Channel | None, *, is_known: bool) -> Origin | None:
        """Return where a code, or the serial of a sheet printed here, leads; None without one, or with a wrong one."""
        typed = self._text(Column.CODE)
        if not typed:
            found = answer_results.from_serial(self.session, self.wave, channel, self._text(Column.NUMBER))
            if found is not None and not is_known and (reason := answer_results.refusal_of(self.session, found)):
                self._fault(Column.NUMBER, reason)
            return found
        if channel not in DRAWN_CHANNELS:
            return None
        try:
            found = answer_results.from_code(self.session, self.wave, typed, is_known=is_known)
        except InvalidCodeError as error:
            self._fault(Column.CODE, f"code_{error.reason}")
            return None
        if found.invite is not None:
            earlier = self._codes.setdefault(found.invite.code_hash, self._index + 1)
            if earlier != self._index + 1:
                self._fault(Column.CODE, "code_twice", row=earlier)
        if found.channel is not channel:
            self._fault(Column.CHANNEL, "other_channel")
        return found

    def _disposition(
        self, channel: Channel | None, division: Division, origin: Origin | None, typed: Mapping[str, list[str]]
    ) -> Disposition | None:
        """Return what became of somebody drawn, None where nobody says; with what does not go together as faults."""
        text = self._text(Column.DISPOSITION)
        found = answer_results.read_disposition(text) if text else None
        if text and found is None:
            self._fault(Column.DISPOSITION, "unknown_disposition")
            return None
        is_misread = any(isinstance(fault.column, Question) for _place, fault in self._faults)
        if not typed and not is_misread and (found is None or found in ANSWERED):
            self._add(min(self.columns.questions.values()), None, "nothing_answered")
        elif found is not None and self._answered and found not in ANSWERED:
            self._fault(Column.DISPOSITION, "answered_beside")
        if channel not in DRAWN_CHANNELS:
            return None
        if found is None and (origin is not None or Column.DISPOSITION in self.columns.design):
            found = Disposition.COMPLETE
        if text and (reason := self._uncountable(channel, division, origin, found)):
            self._fault(Column.DISPOSITION, reason)
        is_counted = origin is not None or (channel not in self._here and (division.id, channel) not in self._stated)
        return found if is_counted else None

    def _uncountable(
        self, channel: Channel, division: Division, origin: Origin | None, found: Disposition | None
    ) -> str:
        """Return why what became of somebody cannot be counted from a file, or an empty text."""
        if origin is not None and origin.batch is not None:
            return "with_batch" if found not in ANSWERED else ""
        if origin is not None:
            return "code_of_call" if channel is Channel.PHONE and found is not Disposition.COMPLETE else ""
        if channel in self._here:
            return "counted_here"
        if (division.id, channel) in self._stated:
            return "stated"
        return "" if place_code(self._compared, division.path) else "no_place"

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
        self._answered = False
        for question in self.wave.version.questions:
            place = self.columns.questions.get(question.key)
            text = self._at(place)
            if place is None or not text:
                continue
            self._answered = True
            reason, values = read_cell(question, self._labels[question.key], text)
            if reason:
                self._add(place, question, reason)
            elif question.is_shown(typed):
                typed[question.key] = values
            else:
                self.passed_over += 1
        return typed
