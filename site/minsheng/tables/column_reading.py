"""What each column of a table is taken to mean: by the words of its headings, else by its cells, then as a whole."""

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from minsheng.tables.bodies import is_agency, is_place
from minsheng.tables.column_proofs import Profile
from minsheng.tables.column_sets import as_a_whole
from minsheng.tables.columns import Column
from minsheng.tables.days import read_span
from minsheng.tables.grid import Cell, CellKind, Grid
from minsheng.tables.headings import headings_of
from minsheng.tables.meanings import MONEY, Guess, Meaning, guess, take_apart
from minsheng.tables.quantities import Reading, ReadingCode, read
from minsheng.tables.regions import Region
from minsheng.tables.units import NONE, Unit, is_unit, split_heading, unit_of
from minsheng.tables.wording import squeezed

MOST_PROFILED = 200
_TOWN = re.compile(r"[\u3400-\u9fff]{1,6}(?:[镇乡县州]|街道)|[总合小]计|全[省市县区]")
_ROLE = re.compile(r"(?:计划|目标|任务|实际|完成|应|实|已完成|累计|年度)+(?:数|量|值|完成)?")
"""Words by which a row says that it is the plan, or the result."""


def read_columns(grid: Grid, region: Region) -> tuple[Column, ...]:
    """Return what each column with a heading or with cells means; of hidden ones only the one with keys is read."""
    columns: list[Column] = []
    profiles: dict[int, Profile] = {}
    for index in region.columns:
        headings = headings_of(grid, region.heading, index)
        profile = _profile(grid, region, index)
        guessed = guess(headings)
        is_hidden = index in grid.hidden_columns and (guessed is None or guessed.meaning is not Meaning.KEY)
        if is_hidden or (not headings and not profile.filled):
            continue
        profiles[index] = profile
        columns.append(_with_cells(_column(index, headings, guessed or _by_cells(headings, profile)), profile))
    return tuple(as_a_whole(columns, profiles, region))


def _column(index: int, headings: tuple[str, ...], guessed: Guess) -> Column:
    return Column(
        index,
        headings,
        guessed.meaning,
        guessed.unit.name if guessed.unit != NONE else "",
        guessed.group,
        is_certain=guessed.is_certain,
        is_of_money=guessed.is_of_money,
    )


def _profile(grid: Grid, region: Region, index: int) -> Profile:
    cells = [
        cell
        for row in region.body
        if row not in region.skipped
        and row not in grid.hidden_rows
        and not (cell := grid.rows[row][index]).is_blank
        and not ((merge := grid.merge_at(row, index)) and merge.right > merge.left)
    ][:MOST_PROFILED]
    nothing = {ReadingCode.BLANK, ReadingCode.NO_TASK}
    said = [(cell, reading) for cell in cells if (reading := read(cell)).code not in nothing]

    def share(is_so: Callable[[Cell, Reading], bool]) -> float:
        return sum(is_so(cell, reading) for cell, reading in said) / max(len(said), 1)

    return Profile(
        filled=len(said),
        figures=share(lambda cell, reading: reading.value is not None or _is_in_digits(cell, reading)),
        plain=share(lambda _cell, reading: reading.value is not None and not reading.found),
        percents=share(lambda _cell, reading: reading.value is None and reading.percent is not None),
        agencies=share(lambda cell, _reading: cell.kind is CellKind.TEXT and is_agency(cell.text)),
        units=share(lambda cell, _reading: cell.kind is CellKind.TEXT and is_unit(cell.text)),
        places=share(lambda cell, _reading: is_place(cell.text)),
        towns=share(lambda cell, _reading: bool(_TOWN.fullmatch(cell.key))),
        days=share(lambda cell, _reading: read_span(cell) is not None),
        distinct=len({cell.key for cell, _reading in said}),
        roles=share(lambda cell, _reading: bool(_ROLE.fullmatch(cell.key))),
        values=_values(grid, region, index),
        length=sum(len(cell.key) for cell, _reading in said) / max(len(said), 1),
    )


def _is_in_digits(cell: Cell, reading: Reading) -> bool:
    """Whether a cell holds figures that are not one: 12 30, 3-5, 1,23."""
    is_other = reading.code in {ReadingCode.SEVERAL, ReadingCode.RANGE, ReadingCode.WORDS, ReadingCode.ERROR}
    count = len(re.findall(r"\d+", cell.text))
    return is_other and 1 <= count <= 2 and not re.search(r"[\u3400-\u9fff]", cell.key)


def _values(grid: Grid, region: Region, index: int) -> tuple[Decimal | None, ...]:
    """Return the figures of a column row by row, shares in percent."""
    rows = region.body[:MOST_PROFILED]
    readings = [read(grid.rows[row][index]) for row in rows]
    return tuple(Decimal(one.percent) if one.percent and one.value is None else one.value for one in readings)


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is known of a column whose headings hold no known word."""

    headings: Sequence[str]
    unit: Unit
    profile: Profile

    @property
    def says_unit(self) -> bool:
        """Whether its heading is 单位 alone, which may be an agency or a unit."""
        return bool(self.headings) and squeezed(self.headings[-1]) == "单位"


_BY_CELLS: tuple[tuple[Callable[[_Signs], bool], Meaning], ...] = (
    (lambda signs: signs.profile.units >= 0.6, Meaning.UNIT),
    (lambda signs: signs.profile.agencies >= 0.6, Meaning.AGENCY),
    (lambda signs: signs.profile.places >= 0.6, Meaning.PLACE),
    (lambda signs: signs.says_unit, Meaning.UNIT),
    (lambda signs: signs.profile.days >= 0.6 and signs.profile.figures < 0.9, Meaning.FINISH),
    (lambda signs: signs.profile.figures >= 0.6 and bool(signs.headings) and signs.unit.is_money, Meaning.PLANNED),
    (lambda signs: signs.profile.figures >= 0.6 and bool(signs.headings), Meaning.DONE),
    (lambda signs: signs.profile.percents >= 0.6, Meaning.RATE),
)
"""What a column is by its cells: of the first rule that applies."""


def _by_cells(headings: Sequence[str], profile: Profile) -> Guess:
    """Return what a column without any known word means, by its cells; doubtful but for plain lists of units."""
    leaf = headings[-1] if headings else ""
    name, printed = split_heading(leaf)
    signs = _Signs(headings, unit_of(printed) if printed else NONE, profile)
    meaning = next((meaning for applies, meaning in _BY_CELLS if applies(signs)), Meaning.IGNORED)
    is_list = meaning is Meaning.UNIT and profile.units >= 0.6
    is_of_units = signs.says_unit and meaning in {Meaning.AGENCY, Meaning.PLACE}
    is_counted = meaning is Meaning.DONE and not take_apart(squeezed(leaf)).is_known
    return Guess(meaning, signs.unit, name if is_counted else "", is_certain=is_list or is_of_units)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A meaning that the cells speak against, and what the column is taken for instead."""

    meanings: Set[Meaning]
    applies: Callable[[Column, Profile], bool]
    instead: Meaning | None
    is_certain: bool | None = None
    """None leaves the column as certain as it was."""


def _is_of_next(column: Column) -> bool:
    """Whether figures are of a time to come: 下月计划完成 is no target of this year."""
    return bool(re.match(r"下|次|明", squeezed(column.headings[-1])))


def _is_readable(profile: Profile) -> bool:
    return profile.figures + profile.percents >= 0.4


_FITS = (
    _Fit({Meaning.WORK}, lambda column, cells: cells.percents >= 0.5 and column.is_of_money, Meaning.MONEY_RATE),
    _Fit({Meaning.WORK}, lambda _column, cells: cells.percents >= 0.5, Meaning.RATE),
    _Fit({Meaning.NEXT_STEP}, lambda column, cells: cells.figures >= 0.5 and _is_of_next(column), Meaning.IGNORED),
    _Fit({Meaning.NEXT_STEP}, lambda _column, cells: cells.plain >= 0.6, Meaning.TARGET),
    _Fit({Meaning.DONE}, lambda _column, cells: not _is_readable(cells), Meaning.WORK),
    _Fit(
        {Meaning.TARGET},
        lambda _column, cells: (
            cells.figures + cells.percents < 0.5 or cells.length > (14 if cells.figures + cells.percents == 1 else 8)
        ),
        Meaning.ITEM,
    ),
    _Fit(
        {Meaning.RATE},
        lambda column, cells: cells.figures >= 0.5 and cells.percents < 0.2 and not column.has_percent_sign,
        None,
        is_certain=False,
    ),
    _Fit({Meaning.REMARK}, lambda _column, cells: cells.agencies >= 0.7, Meaning.AGENCY, is_certain=False),
    _Fit(MONEY, lambda _column, cells: cells.percents >= 0.5, Meaning.MONEY_RATE),
    _Fit(MONEY, lambda _column, cells: not _is_readable(cells), Meaning.CONTENT, is_certain=False),
    _Fit(
        {Meaning.CONTENT, Meaning.PLACE, Meaning.TITLE},
        lambda _column, cells: cells.figures == 1 and cells.length < 8,
        None,
        is_certain=False,
    ),
    _Fit({Meaning.TITLE}, lambda _column, cells: cells.filled > 1 and cells.towns == 1, Meaning.PLACE),
    _Fit({Meaning.AGENCY}, lambda _column, cells: cells.units >= 0.7, Meaning.UNIT),
)
"""What cells speak against: of the first rule that applies."""


def _with_cells(column: Column, profile: Profile) -> Column:
    """Return a column whose meaning also fits what its cells say."""
    if not profile.filled:
        return column
    fit = next((one for one in _FITS if column.meaning in one.meanings and one.applies(column, profile)), None)
    if fit is None:
        return column
    return replace(
        column,
        meaning=fit.instead or column.meaning,
        is_certain=column.is_certain if fit.is_certain is None else fit.is_certain,
    )
