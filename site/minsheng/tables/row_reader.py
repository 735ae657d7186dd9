"""Rows read one after another: their names, carried down where only the first of a block gives them, and figures."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from minsheng.tables.bodies import is_office, is_place
from minsheng.tables.columns import Column, TargetKey
from minsheng.tables.days import read_period, read_span, year_of
from minsheng.tables.entries import Entry, Problem, Trouble
from minsheng.tables.entry_figures import (
    Doubts,
    Found,
    fen_in,
    in_unit_of,
    joined,
    lacking_power,
    percent_of,
    rate_differs,
    unit_of_target,
    value_of,
)
from minsheng.tables.grid import BLANK, Cell, Grid
from minsheng.tables.headings import headings_of
from minsheng.tables.meanings import FIGURES, MONEY, NUMBERS, Meaning, guess, take_apart
from minsheng.tables.quantities import Reading, ReadingCode, read
from minsheng.tables.regions import Region
from minsheng.tables.row_kinds import RowKind, RowReading
from minsheng.tables.units import is_unit, split_heading, unit_of
from minsheng.tables.wording import in_one_line, squeezed, without_ordinal

_DOWN = (Meaning.SERIAL, Meaning.CATEGORY, Meaning.PLACE, Meaning.TITLE, Meaning.AGENCY)
"""What the first row of a block says for all of its rows."""
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
_UNIT_BEHIND = re.compile(r"^(.+)[（(]\s*([^（）()\d]{1,6})\s*[)）]$")


def read_entries(grid: Grid, region: Region, columns: Sequence[Column], rows: Sequence[RowReading]) -> list[Entry]:
    """Return the items of a table in the order of its rows."""
    reader = _Reader(grid, region, columns)
    found: list[Entry] = []
    for row in rows:
        if row.kind is RowKind.SECTION:
            reader.section = without_ordinal(row.label)
        elif row.kind is RowKind.ITEM:
            found += reader.entries(row.row)
        elif row.kind is RowKind.SUBTOTAL:
            reader.note_place(row.row)
    return found


class _Reader:
    """Reads row after row; names that only the first row of a block gives go on down."""

    def __init__(self, grid: Grid, region: Region, columns: Sequence[Column]) -> None:
        self.grid = grid
        self.columns = columns
        self.year = year_of(list(region.titles)) or year_of([column.heading for column in columns])
        self.section = ""
        self.by_meaning: dict[Meaning, Column] = {}
        for column in columns:
            self.by_meaning.setdefault(column.meaning, column)
        # What belongs to the row as a whole goes to the first target that is no guess.
        counted = sorted(
            (column for column in columns if column.meaning in FIGURES), key=lambda column: not column.is_certain
        )
        found = dict.fromkeys(column.key for column in counted)
        self.keys: list[TargetKey] = list(found) or [("", "")]
        self.above = {key: _names_above(grid, region, columns, key) for key in self.keys}
        self.told_at = {column.index for column in columns if column.meaning in {Meaning.ITEM, Meaning.TARGET}}
        """Where targets may stand in sentences."""
        self._last: dict[Meaning, str] = {}

    def note_place(self, row: int) -> None:
        """Let the rows below the sum of a town's projects be of that town: 石桥镇, 2个, and its projects under it."""
        column = self.by_meaning.get(Meaning.PLACE)
        cell = self._cell(row, column) if column else BLANK
        if is_place(cell.text):
            self._last[Meaning.PLACE] = in_one_line(cell.shown)

    def entries(self, row: int) -> list[Entry]:
        """Return the entries of a row: one for each target that has a figure in it, at least one."""
        words = self._words(row)
        entries = [self._entry(row, key, words) for key in self._keys_of(row)]
        first = self._with_row_figures(entries[0], row)
        return [_checked(entry, self.told_at) for entry in (first, *entries[1:])]

    def _cell(self, row: int, column: Column) -> Cell:
        """Return a cell; a figure merged over several rows belongs to the first of them alone."""
        merge = self.grid.merge_at(row, column.index)
        if merge is None:
            return self.grid.rows[row][column.index]
        is_repeated_figure = column.meaning in NUMBERS and merge.top != row
        is_repeated_text = merge.left != column.index and merge.top == merge.bottom
        return BLANK if is_repeated_figure or is_repeated_text else self.grid.at(row, column.index)

    def _words(self, row: int) -> dict[Meaning, str]:
        said = {
            meaning: in_one_line(cell.shown)
            for meaning in _TEXTS
            if (column := self.by_meaning.get(meaning))
            and not (cell := self._cell(row, column)).is_blank
            and read(cell).code is not ReadingCode.BLANK
        }
        self._carry_down(said)
        if self.section:
            # 石桥镇 over its projects is their place, 教育类 their kind.
            is_of_place = is_place(self.section) and Meaning.PLACE not in self.by_meaning
            said.setdefault(Meaning.PLACE if is_of_place else Meaning.CATEGORY, self.section)
        if self.by_meaning.keys() & FIGURES:
            _part_units(said)
        return said

    def _carry_down(self, said: dict[Meaning, str]) -> None:
        """Add the names that a row above gives, and keep those of this row for the rows below."""
        begins = Meaning.SERIAL in said or Meaning.TITLE in said
        begins = begins or (Meaning.PLACE in said and Meaning.TITLE not in self.by_meaning)
        for meaning in _DOWN:
            if meaning in said:
                if meaning in {Meaning.CATEGORY, Meaning.PLACE} and said[meaning] != self._last.get(meaning):
                    self._last.pop(Meaning.TITLE, None)
                self._last[meaning] = said[meaning]
            elif begins and meaning is Meaning.SERIAL:
                self._last.pop(meaning, None)
            elif meaning in self._last and self._goes_on(meaning, said, begins=begins):
                said[meaning] = self._last[meaning]

    def _goes_on(self, meaning: Meaning, said: Mapping[Meaning, str], *, begins: bool) -> bool:
        """Whether a name above is also this row's: an agency is not, once an item of its own begins."""
        if meaning is Meaning.AGENCY and begins and not self._agency_comes_first:
            self._last.pop(meaning)
            return False
        names_itself = {Meaning.CONTENT, Meaning.ITEM} & said.keys() or Meaning.SUBTITLE in self.by_meaning
        return meaning is not Meaning.TITLE or Meaning.SERIAL not in said or bool(names_itself)

    @property
    def _agency_comes_first(self) -> bool:
        """Whether the agency stands before the names, so that rows are listed under it."""
        names = [self.by_meaning[one].index for one in (Meaning.SERIAL, Meaning.TITLE) if one in self.by_meaning]
        return bool(names) and self.by_meaning[Meaning.AGENCY].index < min(names)

    def _keys_of(self, row: int) -> list[TargetKey]:
        filled = [
            key
            for key in self.keys
            if any(
                not self._cell(row, column).is_blank
                for column in self.columns
                if column.meaning in FIGURES and column.key == key
            )
        ]
        if len(filled) > 1 and ("", "") in filled and not self._has(("", ""), Meaning.DONE):
            # 计划数 beside 开工数 and 开工率: the one target without a name is what the named ones are shares of.
            filled.remove(("", ""))
        return filled or [self.keys[0] if len(self.keys) == 1 else ("", "")]

    def _has(self, key: TargetKey, meaning: Meaning) -> Column | None:
        return next((one for one in self.columns if one.meaning is meaning and one.key == key), None)

    def _found(self, row: int, key: TargetKey, meaning: Meaning) -> Found | None:
        """Return what a column of a target says; a target without a number may share the one without a name."""
        column = self._has(key, meaning)
        if column is None and key != ("", "") and meaning is Meaning.TARGET and not self._has(("", ""), Meaning.DONE):
            column = self._has(("", ""), meaning)
        return Found(read(self._cell(row, column)), column) if column else None

    def _entry(self, row: int, key: TargetKey, words: Mapping[Meaning, str]) -> Entry:
        group, place = key
        doubts = Doubts()
        more = {**self.above.get(key, {}), **words} | ({Meaning.PLACE: place} if place else {})
        target, done, rate = (self._found(row, key, one) for one in (Meaning.TARGET, Meaning.DONE, Meaning.RATE))
        if done is not None and done.reading.whole is not None and target is None:
            target = Found(replace(done.reading, value=done.reading.whole), done.column)
        if target is None or target.reading.code is ReadingCode.BLANK:
            target = self._target_in_sentence(row, done) or target
        unit = unit_of_target(words.get(Meaning.UNIT, ""), target, done)
        if done is not None and _is_told_in_words(done.reading):
            more[Meaning.WORK] = joined(more.get(Meaning.WORK), done.reading.remark)
        planned = value_of(target, unit, doubts, is_result=False)
        reached = value_of(done, unit, doubts, is_result=True)
        bare = None if words.get(Meaning.UNIT) else lacking_power(target, done)
        if bare is not None:
            doubts.note(Trouble.UNIT_DIFFERS, bare)
        share = None if unit.is_percent else percent_of(rate, doubts, done=reached, target=planned)
        if share is None and done is not None and not unit.is_percent:
            share = done.reading.percent
        return Entry(
            row=row,
            group=group,
            words=more,
            place_across=place,
            unit=unit.name,
            target=planned,
            done=reached,
            rate=share,
            problems=tuple(doubts.problems),
        )

    def _target_in_sentence(self, row: int, done: Found | None) -> Found | None:
        """Return the target that a sentence states: its one figure, or the one in the unit of what was done."""
        item = self.by_meaning.get(Meaning.ITEM)
        cell = self._cell(row, item) if item else BLANK
        if item is None or cell.is_blank:
            return None
        reading = read(Cell(without_ordinal(cell.text), cell.kind))
        if reading.code is ReadingCode.NUMBER and reading.value is not None:
            return Found(replace(reading, found=()), item)
        if reading.code is ReadingCode.RANGE:
            return Found(reading, item)
        same = in_unit_of(reading.found, done.reading.unit.base if done else "")
        return Found(same, item) if same else None

    def _with_row_figures(self, entry: Entry, row: int) -> Entry:
        """Add what belongs to the row as a whole: money, progress, days."""
        doubts = Doubts(list(entry.problems))
        money = {}
        for meaning in filter(MONEY.__contains__, self.by_meaning):
            fen = fen_in(self._read(row, meaning), doubts)
            if fen is not None:
                money[meaning] = fen
        words = dict(entry.words)
        shares = {}
        for meaning in filter({Meaning.MONEY_RATE, Meaning.PROGRESS}.__contains__, self.by_meaning):
            found = self._read(row, meaning)
            shares[meaning] = percent_of(found, doubts)
            if found.reading.remark and meaning is Meaning.PROGRESS:
                words[Meaning.WORK] = joined(words.get(Meaning.WORK), found.reading.remark)
        start, finish = self._days(row, doubts)
        return replace(
            entry,
            words=words,
            money=money,
            money_rate=shares.get(Meaning.MONEY_RATE),
            progress=shares.get(Meaning.PROGRESS),
            start=start,
            finish=finish,
            problems=tuple(doubts.problems),
        )

    def _read(self, row: int, meaning: Meaning) -> Found:
        column = self.by_meaning[meaning]
        return Found(read(self._cell(row, column)), column)

    def _days(self, row: int, doubts: Doubts) -> tuple[dt.date | None, dt.date | None]:
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
                doubts.problems.append(Problem(Trouble.UNREADABLE_DAY, column.index, cell.shown))
            start = first.first if first else start
            finish = last.last if last else finish
        return start, finish


def _is_told_in_words(reading: Reading) -> bool:
    return reading.code in {ReadingCode.WORDS, ReadingCode.SEVERAL} or reading.is_of_work_begun


def _part_units(said: dict[Meaning, str]) -> None:
    """Take the unit behind a name, 卫生厕所（户）, for the unit of its figures where no column gives one."""
    if Meaning.UNIT in said:
        return
    for meaning in (Meaning.ITEM, Meaning.SUBTITLE, Meaning.TITLE):
        found = _UNIT_BEHIND.match(said.get(meaning, ""))
        if found and is_unit(found[2]) and unit_of(found[2]).base:
            said[meaning], said[Meaning.UNIT] = found[1].strip(), found[2]
            return


def _names_above(grid: Grid, region: Region, columns: Sequence[Column], key: TargetKey) -> dict[Meaning, str]:
    """Return what the headings over a named target say: the item it is of, and the agency."""
    group, _place = key
    column = next((one for one in columns if one.key == key and one.meaning in FIGURES), None)
    if column is None or not group:
        return {}
    found: dict[Meaning, str] = {}
    for text in headings_of(grid, region.heading, column.index)[:-1]:
        name = split_heading(text)[0]
        if is_office(text):
            found[Meaning.AGENCY] = text
        elif squeezed(name) != squeezed(group) and guess([text]) is None and len(take_apart(squeezed(text)).rest) >= 2:
            found[Meaning.TITLE if Meaning.CATEGORY in found else Meaning.CATEGORY] = text
    if Meaning.TITLE not in found and Meaning.CATEGORY in found:
        found[Meaning.TITLE] = found.pop(Meaning.CATEGORY)
    return found


def _checked(entry: Entry, told_at: Set[int]) -> Entry:
    """Add what does not fit inside an entry: no name, or a stated share that its figures cannot give."""
    problems = list(entry.problems)
    if not entry.title and not entry.group and not entry.place:
        problems.append(Problem(Trouble.NO_NAME))
    if entry.rate and rate_differs(entry.rate, entry.done, entry.target, entry.unit):
        problems.append(Problem(Trouble.RATE_DIFFERS, None, entry.rate))
    elif entry.rate and entry.done and entry.target:
        # 改造3200户 and 1856户 are right where the printed 58% is the one's share of the other.
        problems = [one for one in problems if one.trouble is not Trouble.FROM_SENTENCE or one.column not in told_at]
    return replace(entry, problems=tuple(problems))
