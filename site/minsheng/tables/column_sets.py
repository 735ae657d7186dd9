"""The columns of one table as a whole: one name for a row, each target once, a unit where one is due."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from minsheng.tables.bodies import is_place
from minsheng.tables.column_proofs import Profile, by_arithmetic, confirmed, is_share_of_money
from minsheng.tables.column_times import by_periods, latest_of, of_this_year, without_quarters
from minsheng.tables.columns import Column, TargetKey
from minsheng.tables.meanings import FIGURES, MONEY, NAMING, NUMBERS, Meaning, take_apart
from minsheng.tables.regions import Region
from minsheng.tables.units import is_unit, unit_of
from minsheng.tables.wording import alike, squeezed

_PLAN = re.compile(r"分解|任务分配|分配表|计划表|任务表|任务下达")
"""Titles of tables whose figures are targets, none of them results."""
_WHOLE = re.compile(r"全[省市县区州镇乡国]|(?:总|合|小|共)计|全部")
_SHARE = re.compile(r"率|比|占")
"""完成率 may be of the money; 形象进度 and 进度 are not."""
_STAGE = re.compile(r"开工|在建|竣工|完工")
"""What works go through: how many are to begin is not how many are to be done."""
_PAIRED = 0.5
_MOSTLY = 0.8
_LONGEST_NAME = 20


@dataclass(frozen=True, slots=True)
class _Table:
    profiles: Mapping[int, Profile]
    region: Region


def as_a_whole(columns: Sequence[Column], profiles: Mapping[int, Profile], region: Region) -> list[Column]:
    """Return the columns so that they make sense together."""
    table = _Table(profiles, region)
    found = list(columns)
    for rule in _RULES:
        found = rule(found, table)
    return found


def _line_units(columns: list[Column], table: _Table) -> list[Column]:
    """Give figures without a unit the one of the table's unit line: money to money, others to targets."""
    money = [one for one in table.region.units if unit_of(one).is_money]
    others = [one for one in table.region.units if not unit_of(one).is_money]

    def unit(column: Column) -> str:
        if column.unit:
            return column.unit
        if column.meaning in MONEY and money:
            return money[0]
        is_counted = column.meaning in {Meaning.TARGET, Meaning.DONE}
        return others[0] if is_counted and len(others) == 1 and not money else ""

    return [replace(column, unit=unit(column)) for column in columns]


def _results(columns: list[Column], table: _Table) -> list[Column]:
    """Take progress told in figures for results: plain ones, or sentences beside a target they are a part of."""
    has_targets = any(column.meaning in {Meaning.TARGET, Meaning.ITEM} for column in columns)

    def is_result(column: Column) -> bool:
        cells = table.profiles[column.index]
        is_told = cells.figures >= 0.5 and cells.length <= 24 and (has_targets or cells.plain >= 0.5)
        return column.meaning is Meaning.WORK and bool(cells.filled) and is_told

    return [replace(column, meaning=Meaning.DONE) if is_result(column) else column for column in columns]


_AS_MONEY = {Meaning.TARGET: Meaning.PLANNED, Meaning.DONE: Meaning.COMPLETED, Meaning.RATE: Meaning.MONEY_RATE}


def _rows_of_two_kinds(columns: list[Column], table: _Table) -> list[Column]:
    """Leave figures out where one row is the plan and the next the result: no column is either."""
    if not any(table.profiles[column.index].roles >= _MOSTLY for column in columns):
        return columns
    return [
        replace(column, meaning=Meaning.IGNORED, is_certain=False) if column.meaning in NUMBERS else column
        for column in columns
    ]


def _sums_of_sources(columns: list[Column], _table: _Table) -> list[Column]:
    """Take 合计 beside 上级补助 and 县级配套, under one heading, for the money that they are the parts of."""
    sums = {one.headings[:-1]: one for one in columns if len(one.headings) > 1 and _WHOLE.fullmatch(one.headings[-1])}
    parts = {
        path: part.meaning
        for part in columns
        if (path := part.headings[:-1]) in sums and part is not sums[path] and part.meaning in MONEY
    }

    def part_or_sum(column: Column) -> Column:
        meaning = parts.get(column.headings[:-1])
        if meaning is None or column.meaning not in NUMBERS:
            return column
        if sums[column.headings[:-1]] is not column:
            return replace(column, meaning=Meaning.IGNORED)
        return column if column.meaning in MONEY else replace(column, meaning=meaning, group="")

    return [part_or_sum(column) for column in columns]


_FLOWING = {Meaning.ARRIVED, Meaning.DISBURSED, Meaning.SPENT}
_OF_MONEY = re.compile(r"投资|资金|经费|预算|补助")


def _money_alone(columns: list[Column], table: _Table) -> list[Column]:
    """Take 计划 and 完成 for money in a table about money whose unit line has no other unit, where nothing else is.

    That is certain only where the title says so: beside 总投资 a 任务数 may well be counted in pieces.
    """
    units = table.region.units
    meanings = {column.meaning for column in columns}
    is_in_title = any(map(_OF_MONEY.search, table.region.titles))
    is_told = Meaning.TOTAL in meanings or is_in_title
    only_money = bool(units) and all(unit_of(one).is_money for one in units)
    counts = any(one.meaning is Meaning.UNIT or (one.meaning in FIGURES and (one.group or one.unit)) for one in columns)
    # Beside money that arrives a 计划 is of money too; beside money planned or a result it is a count.
    has_both = bool(meanings & {Meaning.PLANNED, Meaning.COMPLETED}) or (
        Meaning.DONE in meanings and meanings & _FLOWING
    )
    if not (is_told and only_money) or counts or has_both:
        return columns

    def as_money(column: Column) -> Column:
        is_certain = column.is_certain and is_in_title and not column.headings[-1].rstrip("）)").endswith("数")
        meaning = _AS_MONEY.get(column.meaning)
        return replace(column, meaning=meaning, is_certain=is_certain) if meaning else column

    return [as_money(column) for column in columns]


def _names(columns: list[Column], table: _Table) -> list[Column]:
    """Let the column with the most different words be the name where no heading says which it is."""
    if any(column.meaning in NAMING | {Meaning.PLACE} for column in columns):
        return columns
    towns = [one for one in columns if one.meaning is Meaning.AGENCY and table.profiles[one.index].towns == 1]
    if len(towns) == 1:
        # 单位 over the names of towns is their place.
        return [replace(one, meaning=Meaning.PLACE) if one is towns[0] else one for one in columns]
    spare = {Meaning.IGNORED, Meaning.WORK, Meaning.CATEGORY, Meaning.REMARK}
    words = [
        column
        for column in columns
        if column.meaning in spare
        and table.profiles[column.index].filled
        and table.profiles[column.index].figures < 0.5
    ]
    best = max(words, key=lambda column: (table.profiles[column.index].distinct, -column.index), default=None)
    return [
        replace(column, meaning=Meaning.TITLE, is_certain=False) if column is best else column for column in columns
    ]


def _places_across(columns: list[Column], _table: _Table) -> list[Column]:
    """Take headings that name places for the place of their figures; the column of the whole is their total."""
    named = {text for column in columns for text in column.headings if _is_place_heading(text)}
    if len(named) < 2 or any(column.meaning is Meaning.PLACE for column in columns):
        return columns

    def placed(column: Column) -> Column:
        place = next((text for text in column.headings if text in named), "")
        if not place and column.meaning in NUMBERS and any(map(_is_whole, column.headings)):
            return replace(column, meaning=Meaning.IGNORED)
        if not place:
            return column
        return replace(column, place=place, group="" if squeezed(column.group) == squeezed(place) else column.group)

    return [placed(column) for column in columns]


def _is_place_heading(text: str) -> bool:
    return is_place(text) and not _is_whole(text) and not is_unit(text) and take_apart(squeezed(text)).noun is None


def _is_whole(text: str) -> bool:
    return bool(_WHOLE.fullmatch(squeezed(text)))


def _plans(columns: list[Column], table: _Table) -> list[Column]:
    """Take figures under mere names for targets in a table that breaks targets down."""
    is_plan = any(_PLAN.search(squeezed(text)) for text in table.region.titles)
    if not is_plan or any(column.meaning is Meaning.DONE and column.is_certain for column in columns):
        return columns
    return [replace(one, meaning=Meaning.TARGET) if one.meaning is Meaning.DONE else one for one in columns]


def _shared_targets(columns: list[Column], _table: _Table) -> list[Column]:
    """Bring a target and its results under one name: 计划新开工数 beside 累计开工数, one 计划数 for 开工 and 竣工."""
    has_result = {column.key for column in columns if column.meaning in {Meaning.DONE, Meaning.RATE}}
    has_target = {column.key for column in columns if column.meaning is Meaning.TARGET}
    lonely = [one for one in columns if one.meaning is Meaning.TARGET and one.group and one.key not in has_result]
    results = [one for one in columns if one.meaning is Meaning.DONE and one.group and one.key not in has_target]
    names: dict[int, str] = {}
    for target in lonely:
        open_groups = dict.fromkeys(one.group for one in results if _may_pair(target, one))
        alikes = [group for group in open_groups if alike(squeezed(group), squeezed(target.group)) >= _PAIRED]
        if len(alikes) == 1 or len(open_groups) == 1:
            names[target.index] = (alikes if len(alikes) == 1 else list(open_groups))[0]
        elif len(lonely) == 1 and open_groups and not _STAGE.search(target.group):
            names[target.index] = ""
    return [replace(column, group=names.get(column.index, column.group)) for column in columns]


def _lone_rates(columns: list[Column], _table: _Table) -> list[Column]:
    """Let a share without a name be of the one target that is named: 计划里程, 完成里程, 完成率."""
    named = {one.key for one in columns if one.meaning is Meaning.DONE}
    rated = {one.key for one in columns if one.meaning is Meaning.RATE and one.group}
    if len(named) != 1 or rated or ("", "") in named:
        return columns
    (group, place) = next(iter(named))
    return [
        replace(one, group=group, place=place) if one.meaning is Meaning.RATE and not one.group else one
        for one in columns
    ]


def _may_pair(target: Column, result: Column) -> bool:
    return target.place == result.place and (not target.unit or not result.unit or target.unit == result.unit)


def _shares(columns: list[Column], table: _Table) -> list[Column]:
    """Take results in percent for shares, unless their targets are percentages too."""
    percent_targets = {
        column.key
        for column in columns
        if column.meaning is Meaning.TARGET and (table.profiles[column.index].percents >= 0.25 or column.unit == "%")
    }

    def share(column: Column) -> Column:
        is_share = column.meaning is Meaning.DONE and table.profiles[column.index].percents >= 0.5
        if not is_share or column.key in percent_targets:
            return column
        return replace(column, meaning=Meaning.MONEY_RATE if column.is_of_money else Meaning.RATE)

    return [share(column) for column in columns]


def _progress(columns: list[Column], table: _Table) -> list[Column]:
    """Let a percentage that is a share of no target of its table be the progress of the project.

    Beside money planned and spent it is the share of that, if it is: otherwise nobody can be sure.
    """
    if any(column.meaning in {Meaning.TARGET, Meaning.DONE} for column in columns):
        return columns

    def share(column: Column) -> Column:
        if column.meaning is not Meaning.RATE or column.group:
            return column
        says_share = _SHARE.search(squeezed(column.headings[-1] if column.headings else ""))
        is_of_money = is_share_of_money(column, columns, table.profiles) if says_share else None
        if is_of_money:
            return replace(column, meaning=Meaning.MONEY_RATE)
        return replace(column, meaning=Meaning.PROGRESS, is_certain=column.is_certain and is_of_money is None)

    return [share(column) for column in columns]


_SEVERAL = {Meaning.IGNORED, Meaning.REMARK, Meaning.LEADER, Meaning.SUPPORT}
"""What a table may have any number of."""


def _once(columns: list[Column], table: _Table) -> list[Column]:
    """Let each meaning stand once in each target; of two texts the first is the name of a target."""
    counted = Counter((column.meaning, column.key) for column in columns)
    latest = latest_of(columns)
    taken: set[tuple[Meaning, TargetKey]] = set()
    result = []
    for column in columns:
        key = (column.meaning, column.key)
        is_other = counted[key] > 1 and latest.get(key, column.index) != column.index
        if column.meaning not in _SEVERAL and (is_other if key in latest else key in taken):
            meaning = _other(column, columns, table)
            result.append(replace(column, meaning=meaning, is_certain=False))
        elif counted[key] > 1 and key not in latest and column.meaning in NUMBERS:
            # 年初预算 or 调整预算: nothing says which of two is meant.
            result.append(replace(column, is_certain=False))
        else:
            result.append(column)
        taken.add(key)
    return result


def _other(column: Column, columns: Sequence[Column], table: _Table) -> Meaning:
    """Return what the second column of a meaning is taken for; under one merged heading it is the finer name."""
    profile = table.profiles[column.index]
    first = next(one for one in columns if one.meaning is column.meaning)
    is_finer = first.headings == column.headings and profile.distinct > table.profiles[first.index].distinct
    if column.meaning is Meaning.TITLE and is_finer and profile.length <= _LONGEST_NAME:
        return Meaning.SUBTITLE
    if column.meaning in {Meaning.ITEM, Meaning.TITLE}:
        return Meaning.CONTENT
    return Meaning.REMARK if column.meaning is Meaning.WORK and profile.filled else Meaning.IGNORED


_RULES: tuple[Callable[[list[Column], _Table], list[Column]], ...] = (
    _rows_of_two_kinds,
    lambda columns, table: by_arithmetic(columns, table.profiles),
    _results,
    _sums_of_sources,
    _money_alone,
    _line_units,
    _names,
    _places_across,
    _plans,
    lambda columns, table: of_this_year(columns, table.region.titles),
    _shared_targets,
    _shares,
    _lone_rates,
    _progress,
    lambda columns, _table: by_periods(columns),
    _once,
    lambda columns, table: confirmed(columns, table.profiles),
    lambda columns, _table: without_quarters(columns),
)
"""What makes columns a table, in this order."""
