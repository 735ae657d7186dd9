"""The columns of a table: headings from top to bottom, what they mean, in which unit, of which target."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from minsheng.tables.days import read_span
from minsheng.tables.grid import CellKind, Grid
from minsheng.tables.meanings import MONEY, NAMING, Guess, Meaning, guess, is_agency, take_apart
from minsheng.tables.quantities import ReadingCode, read
from minsheng.tables.regions import Region
from minsheng.tables.units import NONE, is_unit, split_heading, unit_of
from minsheng.tables.wording import in_one_line, squeezed

MOST_PROFILED = 200
_PLACE = re.compile(
    r"[\u3400-\u9fff]{1,10}(?:省|市|县|区|州|盟|旗|镇|乡|街道|村|新区|开发区|高新区|经开区|示范区|林区|苏木|农场|本级|片区|社区)"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``unit`` is as printed or chosen, empty for none; ``group`` names the target of a figure.

    ``is_certain`` is False where the meaning was told by the cells alone or the headings leave a doubt.
    """

    index: int
    headings: tuple[str, ...]
    meaning: Meaning
    unit: str = ""
    group: str = ""
    is_certain: bool = True

    @property
    def heading(self) -> str:
        """The headings as one text."""
        return " / ".join(self.headings)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What the filled cells of a column are, as shares from 0 to 1."""

    filled: int
    figures: float
    percents: float
    several: float
    agencies: float
    units: float
    places: float
    days: float
    distinct: int
    length: float


def read_columns(grid: Grid, region: Region) -> tuple[Column, ...]:
    """Return what each column with a heading or with cells is taken to mean."""
    columns = []
    for index in range(grid.width):
        headings = headings_of(grid, region.heading, index)
        profile = _profile(grid, region, index)
        if not headings and not profile.filled:
            continue
        guessed = guess(headings)
        if guessed is None:
            guessed = _by_cells(headings, profile)
        columns.append(
            _with_cells(
                Column(
                    index,
                    headings,
                    guessed.meaning,
                    guessed.unit.name if guessed.unit != NONE else "",
                    guessed.group,
                    guessed.is_certain,
                ),
                profile,
            )
        )
    return _as_a_whole(columns, {column.index: _profile(grid, region, column.index) for column in columns}, region)


def headings_of(grid: Grid, rows: range, index: int) -> tuple[str, ...]:
    """Return a column's headings from top to bottom, each once; a heading over several columns belongs to each."""
    path: list[str] = []
    for row in rows:
        cell = grid.at(row, index)
        if cell.is_blank and grid.merge_at(row, index) is None and row < rows[-1]:
            below = any(not grid.at(lower, index).is_blank for lower in range(row + 1, rows.stop))
            left = index - 1
            while below and left >= 0 and grid.at(row, left).is_blank:
                left -= 1
            # In a flattened table only the first of the columns says what stood over them all.
            if below and left >= 0 and any(not grid.at(lower, left).is_blank for lower in range(row + 1, rows.stop)):
                cell = grid.at(row, left)
        if not cell.is_blank and (not path or path[-1] != in_one_line(cell.text)):
            path.append(in_one_line(cell.text))
    return tuple(path)


def fingerprint(columns: Sequence[Column]) -> str:
    """Return a digest of the headings that stays the same from month to month, as hexadecimal."""
    words = "\n".join(
        re.sub(r"[\d一二三四上下]+(?=年|月|季度|半年)|\d+", "#", squeezed(column.heading)) for column in columns
    )
    return hashlib.sha256(words.encode()).hexdigest()


def remapped(columns: Sequence[Column], wanted: Mapping[int, Mapping[str, str]]) -> tuple[Column, ...]:
    """Return the columns with what a person chose for some of them: ``meaning``, ``unit``, ``group``."""
    meanings = {one.value for one in Meaning}
    changed = []
    for column in columns:
        choice = wanted.get(column.index, {})
        if choice.get("meaning") in meanings:
            column = replace(
                column,
                meaning=Meaning(choice["meaning"]),
                unit=choice.get("unit", column.unit),
                group=choice.get("group", column.group),
                is_certain=True,
            )
        changed.append(column)
    return tuple(changed)


def _profile(grid: Grid, region: Region, index: int) -> _Profile:
    cells = [
        cell
        for row in region.body
        if row not in region.skipped
        and row not in grid.hidden_rows
        and not (cell := grid.rows[row][index]).is_blank
        and not ((merge := grid.merge_at(row, index)) and merge.right > merge.left)
    ][:MOST_PROFILED]
    readings = [read(cell) for cell in cells]
    said = [
        (cell, reading)
        for cell, reading in zip(cells, readings, strict=True)
        if reading.code not in {ReadingCode.BLANK, ReadingCode.NO_TASK}
    ]
    count = max(len(said), 1)

    def share(flags: Sequence[bool]) -> float:
        return sum(flags) / count

    return _Profile(
        filled=len(said),
        figures=share([reading.code is ReadingCode.NUMBER and reading.value is not None for _c, reading in said]),
        percents=share([reading.code is ReadingCode.NUMBER and reading.value is None for _c, reading in said]),
        several=share([reading.code in {ReadingCode.SEVERAL, ReadingCode.RANGE} for _c, reading in said]),
        agencies=share([cell.kind is CellKind.TEXT and is_agency(cell.text) for cell, _r in said]),
        units=share([cell.kind is CellKind.TEXT and is_unit(cell.text) for cell, _r in said]),
        places=share([bool(_PLACE.fullmatch(cell.key)) for cell, _r in said]),
        days=share([read_span(cell) is not None for cell, _r in said]),
        distinct=len({cell.key for cell, _r in said}),
        length=sum(len(cell.key) for cell, _r in said) / count,
    )


def _by_cells(headings: Sequence[str], profile: _Profile) -> Guess:
    """Return what a column without any known word means, by its cells."""
    leaf = headings[-1] if headings else ""
    name, printed = split_heading(leaf)
    unit = unit_of(printed) if printed else NONE
    for share, meaning in (
        (profile.units, Meaning.UNIT),
        (profile.agencies, Meaning.AGENCY),
        (profile.places, Meaning.PLACE),
    ):
        if share >= 0.6 and profile.filled:
            return Guess(meaning, is_certain=meaning is Meaning.UNIT or squeezed(leaf) == "单位")
    if squeezed(leaf) == "单位":
        return Guess(Meaning.UNIT, is_certain=False)
    if profile.days >= 0.6 and profile.figures < 0.9:
        return Guess(Meaning.FINISH, is_certain=False)
    if profile.figures >= 0.6 and headings:
        meaning = Meaning.DONE if not unit.is_money else Meaning.PLANNED
        group = name if not take_apart(squeezed(leaf)).is_known else ""
        return Guess(meaning, unit, group, is_certain=False)
    if profile.percents >= 0.6:
        return Guess(Meaning.RATE, is_certain=False)
    return Guess(Meaning.IGNORED, is_certain=False)


def _with_cells(column: Column, profile: _Profile) -> Column:
    """Return a column whose meaning also fits what its cells say."""
    if not profile.filled:
        return column
    meaning, is_certain = column.meaning, column.is_certain
    readable = profile.figures + profile.percents
    match meaning:
        case Meaning.WORK | Meaning.DONE if profile.percents >= 0.5:
            meaning = Meaning.RATE
        case Meaning.WORK if profile.figures >= 0.5 and profile.length <= 24:
            meaning = Meaning.DONE
        case Meaning.DONE if readable < 0.4:
            meaning = Meaning.WORK
        case Meaning.TARGET if profile.figures < 0.5 or profile.length > 8 + 6 * (profile.figures == 1):
            meaning = Meaning.ITEM
        case Meaning.RATE if (
            profile.figures >= 0.5 and profile.percents < 0.2 and not column.unit and _is_no_share(column)
        ):
            is_certain = False
        case Meaning.REMARK if profile.agencies >= 0.7:
            meaning, is_certain = Meaning.AGENCY, False
        case one if one in MONEY and readable < 0.4:
            meaning, is_certain = Meaning.CONTENT, False
        case Meaning.CONTENT | Meaning.PLACE | Meaning.TITLE if profile.figures == 1 and profile.length < 8:
            is_certain = False
        case Meaning.AGENCY if profile.units >= 0.7:
            meaning = Meaning.UNIT
    return replace(column, meaning=meaning, is_certain=is_certain)


def _is_no_share(column: Column) -> bool:
    return "%" not in column.heading and "％" not in column.heading


def _as_a_whole(columns: Sequence[Column], profiles: Mapping[int, _Profile], region: Region) -> tuple[Column, ...]:
    """Return the columns so that they make sense together: one name, each target once, a unit where one is due."""
    found = [_with_line_unit(column, region.units) for column in columns]
    found = _names(found, profiles)
    found = _progress(found)
    return tuple(_once(found, profiles))


def _with_line_unit(column: Column, units: Sequence[str]) -> Column:
    """Give a figure without a unit the one of the table's unit line: money to money, others to targets."""
    if column.unit or not units:
        return column
    money = [one for one in units if unit_of(one).is_money]
    others = [one for one in units if not unit_of(one).is_money]
    if column.meaning in MONEY and money:
        return replace(column, unit=money[0])
    if column.meaning in {Meaning.TARGET, Meaning.DONE} and len(others) == 1 and not money:
        return replace(column, unit=others[0])
    return column


def _names(columns: list[Column], profiles: Mapping[int, _Profile]) -> list[Column]:
    """Let the longest column of words be the name where no heading says which it is."""
    if any(column.meaning in NAMING for column in columns) or any(
        column.meaning is Meaning.PLACE for column in columns
    ):
        return columns
    words = [
        column
        for column in columns
        if column.meaning in {Meaning.IGNORED, Meaning.WORK, Meaning.CATEGORY, Meaning.REMARK}
        and profiles[column.index].filled
        and profiles[column.index].figures < 0.5
    ]
    best = max(words, key=lambda column: (profiles[column.index].distinct, -column.index), default=None)
    return [
        replace(column, meaning=Meaning.TITLE, is_certain=False) if column is best else column for column in columns
    ]


def _progress(columns: list[Column]) -> list[Column]:
    """Let a percentage that is a share of no target of its table be the progress of the project."""
    has_figures = {column.group for column in columns if column.meaning in {Meaning.TARGET, Meaning.DONE}}
    has_sentence = any(column.meaning is Meaning.ITEM for column in columns) and has_figures
    return [
        replace(column, meaning=Meaning.PROGRESS)
        if column.meaning is Meaning.RATE and not has_figures and not has_sentence and not column.group
        else column
        for column in columns
    ]


def _once(columns: list[Column], profiles: Mapping[int, _Profile]) -> list[Column]:
    """Let each meaning stand once in each target: of two the fuller one, of two texts the first as the name of a target."""
    counted = Counter((column.meaning, column.group) for column in columns)
    several = {key for key, count in counted.items() if count > 1}
    taken: set[tuple[Meaning, str]] = set()
    has_item = False
    result = []
    for column in columns:
        key = (column.meaning, column.group)
        if column.meaning is Meaning.ITEM and not has_item and key in several:
            has_item = True
        elif (
            key in several
            and key in taken
            and column.meaning not in {Meaning.IGNORED, Meaning.REMARK, Meaning.LEADER, Meaning.SUPPORT}
        ):
            column = replace(column, meaning=_other(column, profiles[column.index]), is_certain=False)
        taken.add(key)
        result.append(column)
    return _latest_work(_without_plans(result), columns)


def _without_plans(columns: list[Column]) -> list[Column]:
    """Leave out what is planned for one quarter or month beside what the item is about."""
    has_content = any(column.meaning is Meaning.CONTENT for column in columns)
    return [
        replace(column, meaning=Meaning.IGNORED)
        if has_content and column.meaning is Meaning.ITEM and re.search(r"季度?|月", column.headings[-1])
        else column
        for column in columns
    ]


def _other(column: Column, profile: _Profile) -> Meaning:
    """Return what the second column of a meaning is taken for."""
    if column.meaning in {Meaning.ITEM, Meaning.TITLE, Meaning.CONTENT}:
        return Meaning.CONTENT if column.meaning is not Meaning.CONTENT else Meaning.IGNORED
    if column.meaning is Meaning.WORK and profile.filled:
        return Meaning.REMARK
    return Meaning.IGNORED


def _latest_work(result: list[Column], before: Sequence[Column]) -> list[Column]:
    """Of several columns of progress in words let the one whose heading names a month be the month's."""
    works = [column for column in before if column.meaning is Meaning.WORK]
    dated = [
        column for column in works if take_apart(squeezed(column.headings[-1] if column.headings else "")).is_dated
    ]
    if len(works) < 2 or not dated:
        return result
    chosen = dated[-1].index
    return [
        replace(column, meaning=Meaning.WORK if column.index == chosen else Meaning.REMARK)
        if column.index in {one.index for one in works}
        else column
        for column in result
    ]
