"""The items of a table: for each row and target the names, the exact figures, and what is doubtful about them."""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from minsheng import figures
from minsheng.tables.columns import Column, headings_of
from minsheng.tables.days import read_period, read_span, year_of
from minsheng.tables.grid import BLANK, Cell, Grid
from minsheng.tables.meanings import FIGURES, MONEY, Meaning, guess, is_agency, take_apart
from minsheng.tables.quantities import Reading, ReadingCode, read
from minsheng.tables.regions import Region
from minsheng.tables.row_kinds import RowKind, RowReading
from minsheng.tables.units import NONE, Unit, converted, fen_of, split_heading, unit_of
from minsheng.tables.wording import in_one_line, squeezed, without_ordinal

SCALE = 4
"""Decimals a value may have."""


class Trouble(enum.StrEnum):
    """What is the matter with a row. ``IS_WRONG`` says which keep it out until somebody decides."""

    NOT_A_FIGURE = "not_a_figure"
    SEVERAL_FIGURES = "several_figures"
    RANGE = "range"
    FORMULA_ERROR = "formula_error"
    NEGATIVE = "negative"
    TOO_PRECISE = "too_precise"
    NO_UNIT = "no_unit"
    UNIT_DIFFERS = "unit_differs"
    NOT_WHOLE_FEN = "not_whole_fen"
    FROM_SENTENCE = "from_sentence"
    BOUND = "bound"
    RATE_DIFFERS = "rate_differs"
    SHARE_OR_PERCENT = "share_or_percent"
    UNREADABLE_DAY = "unreadable_day"
    NO_NAME = "no_name"


IS_WRONG = frozenset(
    {
        Trouble.FORMULA_ERROR,
        Trouble.NEGATIVE,
        Trouble.TOO_PRECISE,
        Trouble.NO_UNIT,
        Trouble.NOT_WHOLE_FEN,
        Trouble.NO_NAME,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the matter with a cell; ``column`` is None for the row, ``detail`` what stands there."""

    trouble: Trouble
    column: int | None = None
    detail: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the row cannot be imported so."""
        return self.trouble in IS_WRONG


@dataclass(frozen=True)
class Entry:
    """One target of one row. ``row`` counts from 0; money in fen; ``rate`` and ``progress`` are printed percentages.

    ``words`` maps meanings of texts to what stands there; ``money_rate`` is the printed share of the planned money.
    """

    row: int
    group: str
    words: Mapping[Meaning, str]
    unit: str = ""
    target: Decimal | None = None
    done: Decimal | None = None
    rate: str | None = None
    progress: str | None = None
    money: Mapping[Meaning, int] = field(default_factory=dict)
    money_rate: str | None = None
    start: dt.date | None = None
    finish: dt.date | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """The name of the item as a project would be called."""
        for meaning in (Meaning.SUBTITLE, Meaning.TITLE, Meaning.ITEM, Meaning.CONTENT):
            if self.words.get(meaning):
                return without_ordinal(self.words[meaning])
        return ""

    @property
    def target_name(self) -> str:
        """The name of the target as the table gives it; empty where the row has one figure without a name."""
        return self.group or without_ordinal(self.words.get(Meaning.ITEM, ""))

    @property
    def place(self) -> str:
        """The place as printed, empty where none is."""
        return self.words.get(Meaning.PLACE, "")

    @property
    def has_figures(self) -> bool:
        """Whether anything can be counted in it."""
        return any(one is not None for one in (self.target, self.done, self.rate, self.progress)) or bool(self.money)


_DOWN = (Meaning.SERIAL, Meaning.CATEGORY, Meaning.PLACE, Meaning.TITLE, Meaning.AGENCY)
_TEXTS = (
    Meaning.KEY,
    Meaning.SERIAL,
    Meaning.CATEGORY,
    Meaning.PLACE,
    Meaning.TITLE,
    Meaning.SUBTITLE,
    Meaning.ITEM,
    Meaning.CONTENT,
    Meaning.AGENCY,
    Meaning.STAGE,
    Meaning.WORK,
    Meaning.DIFFICULTIES,
    Meaning.NEXT_STEP,
    Meaning.LOCATION,
    Meaning.REMARK,
    Meaning.UNIT,
)


def read_entries(grid: Grid, region: Region, columns: Sequence[Column], rows: Sequence[RowReading]) -> list[Entry]:
    """Return the items of a table in the order of its rows."""
    reader = _Reader(grid, region, columns)
    found: list[Entry] = []
    for row in rows:
        if row.kind is RowKind.SECTION:
            reader.section = without_ordinal(row.label)
        elif row.kind is RowKind.ITEM:
            found += reader.entries(row.row)
    return found


class _Reader:
    """Reads row after row; names that only the first row of a block gives go on down."""

    def __init__(self, grid: Grid, region: Region, columns: Sequence[Column]) -> None:
        self.grid = grid
        self.columns = columns
        self.year = year_of(list(region.titles))
        self.section = ""
        self.by_meaning: dict[Meaning, Column] = {}
        for column in columns:
            self.by_meaning.setdefault(column.meaning, column)
        self.groups = list(dict.fromkeys(column.group for column in columns if column.meaning in FIGURES)) or [""]
        self.above = {group: _names_above(grid, region, columns, group) for group in self.groups}
        self._last: dict[Meaning, str] = {}

    def entries(self, row: int) -> list[Entry]:
        """Return the entries of a row: one for each target that has a figure in it, at least one."""
        words = self._words(row)
        entries = [self._entry(row, group, words) for group in self._groups_of(row)]
        first = self._with_row_figures(entries[0], row)
        return [_checked(entry) for entry in (first, *entries[1:])]

    def _cell(self, row: int, column: Column) -> Cell:
        """Return a cell; a figure merged over several rows belongs to the first of them alone."""
        merge = self.grid.merge_at(row, column.index)
        if merge is None:
            return self.grid.rows[row][column.index]
        if column.meaning in FIGURES | MONEY | {Meaning.MONEY_RATE, Meaning.PROGRESS} and merge.top != row:
            return BLANK
        return BLANK if merge.left != column.index and merge.top == merge.bottom else self.grid.at(row, column.index)

    def _words(self, row: int) -> dict[Meaning, str]:
        said = {
            meaning: in_one_line(cell.shown)
            for meaning in _TEXTS
            if (column := self.by_meaning.get(meaning))
            and not (cell := self._cell(row, column)).is_blank
            and read(cell).code is not ReadingCode.BLANK
        }
        begins = (
            Meaning.SERIAL in said
            or Meaning.TITLE in said
            or (Meaning.PLACE in said and Meaning.TITLE not in self.by_meaning)
        )
        for meaning in _DOWN:
            if meaning in said:
                if meaning in {Meaning.CATEGORY, Meaning.PLACE} and said[meaning] != self._last.get(meaning):
                    self._last.pop(Meaning.TITLE, None)
                self._last[meaning] = said[meaning]
            elif meaning in self._last and meaning in self.by_meaning:
                if begins and meaning in {Meaning.SERIAL, Meaning.AGENCY}:
                    self._last.pop(meaning)
                elif not (
                    meaning is Meaning.TITLE
                    and Meaning.SERIAL in said
                    and Meaning.SUBTITLE not in self.by_meaning
                    and Meaning.CONTENT not in said
                    and Meaning.ITEM not in said
                ):
                    said[meaning] = self._last[meaning]
        if self.section and Meaning.CATEGORY not in said:
            said[Meaning.CATEGORY] = self.section
        return said

    def _groups_of(self, row: int) -> list[str]:
        filled = [
            group
            for group in self.groups
            if any(
                not self._cell(row, column).is_blank
                for column in self.columns
                if column.meaning in FIGURES and column.group == group
            )
        ]
        named = [group for group in filled if group]
        if named and "" in filled and not self._has("", Meaning.DONE):
            # 计划数 beside 开工数 and 开工率: the one target without a name is what the named ones are shares of.
            filled.remove("")
        return filled or [self.groups[0] if len(self.groups) == 1 else ""]

    def _has(self, group: str, meaning: Meaning) -> Column | None:
        return next((one for one in self.columns if one.meaning is meaning and one.group == group), None)

    def _entry(self, row: int, group: str, words: Mapping[Meaning, str]) -> Entry:
        problems: list[Problem] = []
        readings: dict[Meaning, Reading] = {}
        places: dict[Meaning, Column] = {}
        for meaning in FIGURES:
            column = self._has(group, meaning)
            if column is None and group and meaning is Meaning.TARGET and not self._has("", Meaning.DONE):
                column = self._has("", meaning)
            if column is not None:
                readings[meaning], places[meaning] = read(self._cell(row, column)), column
        more = dict(words) | {key: text for key, text in self.above.get(group, {}).items() if key not in words}
        target, done = readings.get(Meaning.TARGET), readings.get(Meaning.DONE)
        if (target is None or target.code is ReadingCode.BLANK) and (item := self.by_meaning.get(Meaning.ITEM)):
            sentence = _target_in(self._cell(row, item), done)
            if sentence is not None:
                target, places[Meaning.TARGET] = sentence, item
        unit = self._unit(words, target, done, places)
        for meaning, reading in ((Meaning.TARGET, target), (Meaning.DONE, done)):
            if (
                reading is not None
                and reading.code in {ReadingCode.WORDS, ReadingCode.SEVERAL}
                and meaning is Meaning.DONE
            ):
                more[Meaning.WORK] = "；".join(filter(None, [more.get(Meaning.WORK), reading.remark]))
        return Entry(
            row=row,
            group=group,
            words=more,
            unit=unit.name,
            target=_value(target, unit, places.get(Meaning.TARGET), problems),
            done=_value(done, unit, places.get(Meaning.DONE), problems),
            rate=self._rate(readings.get(Meaning.RATE), done, places.get(Meaning.RATE), problems),
            problems=tuple(problems),
        )

    def _unit(
        self,
        words: Mapping[Meaning, str],
        target: Reading | None,
        done: Reading | None,
        places: Mapping[Meaning, Column],
    ) -> Unit:
        """Return the unit of a target: the unit column's, the heading's, or the one printed beside the figure."""
        if words.get(Meaning.UNIT):
            return unit_of(words[Meaning.UNIT])
        for meaning in (Meaning.DONE, Meaning.TARGET):
            if meaning in places and places[meaning].unit:
                return unit_of(places[meaning].unit)
        for reading in (done, target):
            if reading is not None and reading.unit.base:
                return Unit(
                    reading.unit.power if not (done and target and done.unit != target.unit) else 0, reading.unit.base
                )
        return NONE

    def _rate(
        self, reading: Reading | None, done: Reading | None, column: Column | None, problems: list[Problem]
    ) -> str | None:
        if reading is None:
            return done.percent if done is not None else None
        return _percent(reading, column, problems) or (done.percent if done is not None else None)

    def _with_row_figures(self, entry: Entry, row: int) -> Entry:
        """Add what belongs to the row as a whole: money, progress, days."""
        problems = list(entry.problems)
        money: dict[Meaning, int] = {}
        for meaning in MONEY:
            column = self.by_meaning.get(meaning)
            fen = _fen(read(self._cell(row, column)), column, problems) if column else None
            if fen is not None:
                money[meaning] = fen
        shares = {}
        words = dict(entry.words)
        for meaning in (Meaning.MONEY_RATE, Meaning.PROGRESS):
            if column := self.by_meaning.get(meaning):
                reading = read(self._cell(row, column))
                shares[meaning] = _percent(reading, column, problems)
                if reading.remark and meaning is Meaning.PROGRESS:
                    words[Meaning.WORK] = "；".join(filter(None, [words.get(Meaning.WORK), reading.remark]))
        start, finish = self._days(row, problems)
        return replace(
            entry,
            words=words,
            money=money,
            money_rate=shares.get(Meaning.MONEY_RATE),
            progress=shares.get(Meaning.PROGRESS),
            start=start,
            finish=finish,
            problems=tuple(problems),
        )

    def _days(self, row: int, problems: list[Problem]) -> tuple[dt.date | None, dt.date | None]:
        start = finish = None
        for meaning in (Meaning.PERIOD, Meaning.START, Meaning.FINISH):
            column = self.by_meaning.get(meaning)
            if column is None or (cell := self._cell(row, column)).is_blank or read(cell).code is ReadingCode.BLANK:
                continue
            if meaning is Meaning.PERIOD:
                first, last = read_period(cell, self.year)
            else:
                span = read_span(cell, self.year)
                first, last = (span, None) if meaning is Meaning.START else (None, span)
            if first is None and last is None:
                problems.append(Problem(Trouble.UNREADABLE_DAY, column.index, cell.shown))
            start = first.first if first else start
            finish = last.last if last else finish
        return start, finish


def _names_above(grid: Grid, region: Region, columns: Sequence[Column], group: str) -> dict[Meaning, str]:
    """Return what the headings over a named target say: the item it is of, and the agency."""
    column = next((one for one in columns if one.group == group and one.meaning in FIGURES), None)
    if column is None or not group:
        return {}
    found: dict[Meaning, str] = {}
    for text in headings_of(grid, region.heading, column.index)[:-1]:
        name = split_heading(text)[0]
        if is_agency(text):
            found[Meaning.AGENCY] = text
        elif squeezed(name) != squeezed(group) and guess([text]) is None and len(take_apart(squeezed(text)).rest) >= 2:
            found[Meaning.TITLE if Meaning.CATEGORY in found else Meaning.CATEGORY] = text
    if Meaning.TITLE not in found and Meaning.CATEGORY in found:
        found[Meaning.TITLE] = found.pop(Meaning.CATEGORY)
    return found


def _target_in(cell: Cell, done: Reading | None) -> Reading | None:
    """Return the target that a sentence states: its one figure, or the one in the unit of what was done."""
    if cell.is_blank:
        return None
    reading = read(Cell(without_ordinal(cell.text), cell.kind))
    if reading.code is ReadingCode.NUMBER and reading.value is not None:
        return replace(reading, found=())
    if reading.code is ReadingCode.RANGE:
        return reading
    if done is not None and done.unit.base:
        same = [one for one in reading.found if one[1].base == done.unit.base]
        if len(same) == 1:
            return Reading(ReadingCode.NUMBER, same[0][0], same[0][1])
    return None


def _value(reading: Reading | None, unit: Unit, column: Column | None, problems: list[Problem]) -> Decimal | None:
    """Return a figure in the target's unit, exactly; note what keeps it from being read."""
    if reading is None or column is None:
        return None
    index = column.index
    if reading.code in _UNREAD:
        problems.append(Problem(_UNREAD[reading.code], index, reading.remark))
        return None
    if reading.value is None:
        return None
    value = reading.value
    if reading.unit != NONE and not unit.base.startswith(f"{reading.unit.base}/"):
        exact = converted(value, reading.unit, unit) if unit != NONE else value.scaleb(reading.unit.power)
        if exact is None:
            problems.append(Problem(Trouble.UNIT_DIFFERS, index, reading.unit.name))
            if reading.unit.base.removesuffix("次") != unit.base.removesuffix("次"):
                return None
            exact = value.scaleb(reading.unit.power - unit.power)
        value = exact
    if value < 0:
        problems.append(Problem(Trouble.NEGATIVE, index, str(value)))
        return None
    if value != round(value, SCALE):
        problems.append(Problem(Trouble.TOO_PRECISE, index, format(value, "f")))
        return None
    if reading.found and reading.percent is None:
        problems.append(Problem(Trouble.FROM_SENTENCE, index, reading.remark))
    return _plain(value)


_UNREAD = {
    ReadingCode.WORDS: Trouble.NOT_A_FIGURE,
    ReadingCode.SEVERAL: Trouble.SEVERAL_FIGURES,
    ReadingCode.RANGE: Trouble.RANGE,
    ReadingCode.ERROR: Trouble.FORMULA_ERROR,
}


def _plain(value: Decimal) -> Decimal:
    """Return a number without an exponent and without noughts behind its decimals."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _percent(reading: Reading, column: Column | None, problems: list[Problem]) -> str | None:
    """Return a printed percentage as its digits; a bare number under a heading with % is one."""
    if column is None:
        return None
    if reading.percent is not None:
        return reading.percent
    if reading.code is ReadingCode.ERROR:
        problems.append(Problem(Trouble.FORMULA_ERROR, column.index, reading.remark))
    if reading.code is not ReadingCode.NUMBER or reading.value is None or reading.unit.base not in {"", "%"}:
        return None
    if column.unit == "%" or reading.value > 2 or "%" in squeezed(column.heading):
        return format(reading.value, "f")
    if reading.value in {0, 1}:
        return format(reading.value * 100, "f")
    # 0.302 under 完成率 may be 30.2 % whose format was lost, or truly less than one percent.
    problems.append(Problem(Trouble.SHARE_OR_PERCENT, column.index, format(reading.value, "f")))
    return format(_plain(reading.value * 100), "f")


def _fen(reading: Reading, column: Column, problems: list[Problem]) -> int | None:
    if reading.code in {ReadingCode.BLANK, ReadingCode.NO_TASK}:
        return None
    if reading.code in _UNREAD or reading.value is None:
        problems.append(Problem(_UNREAD.get(reading.code, Trouble.NOT_A_FIGURE), column.index, reading.remark))
        return None
    stated = unit_of(column.unit) if column.unit else NONE
    unit = reading.unit if reading.unit.base else Unit(reading.unit.power or stated.power, stated.base)
    if not unit.is_money:
        problems.append(
            Problem(
                Trouble.NO_UNIT if not unit.base else Trouble.UNIT_DIFFERS, column.index, format(reading.value, "f")
            )
        )
        return None
    if reading.value < 0:
        problems.append(Problem(Trouble.NEGATIVE, column.index, format(reading.value, "f")))
        return None
    fen = fen_of(reading.value, unit)
    if fen is None or fen > 10**16:
        problems.append(Problem(Trouble.NOT_WHOLE_FEN, column.index, format(reading.value, "f")))
        return None
    return fen


def _checked(entry: Entry) -> Entry:
    """Add what does not fit inside an entry: no name, or a stated share that its figures cannot give."""
    problems = list(entry.problems)
    if not entry.title and not entry.group and not entry.place:
        problems.append(Problem(Trouble.NO_NAME))
    if entry.rate and entry.target and entry.done is not None and not entry.unit.startswith("%"):
        part, whole = figures.quantity_of(entry.done, entry.unit), figures.quantity_of(entry.target, entry.unit)
        stated = figures.parse_percent(f"{entry.rate}%")
        if figures.is_impossible(part, whole, stated):
            problems.append(Problem(Trouble.RATE_DIFFERS, None, entry.rate))
    return replace(entry, problems=tuple(problems))
