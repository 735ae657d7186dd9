"""Columns of several times: the latest counts, what one month or quarter alone shows is no cumulative figure."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from minsheng.tables.columns import Column, TargetKey
from minsheng.tables.days import years_in
from minsheng.tables.meanings import FIGURES, MONEY, NUMBERS, Meaning, take_apart
from minsheng.tables.wording import squeezed

_NUMBER = "[一二三四五六七八九十]{1,2}|\\d{1,2}"
_ONE_MONTH = re.compile(rf"(?<![-~至到\\d截止])(?:{_NUMBER})月(?:份|(?![底末\\d前-]))")
_ONE_QUARTER = re.compile(r"(?<![前-])第?[一二三四1-4]季度?(?!末|底|止)|[上下]半年")
_FIRST = re.compile(r"第?[一1]季度?|(?<!\d)[一1]月|上半年")
"""The first month, quarter or half year adds up to itself."""
_UNTIL_YEAR = re.compile(r"截[至止]|年[底末]")
_SINCE_BEGUN = re.compile(r"自?开工(?:以来|至今|累计)|建设以来|历年")
_CUMULATIVE = re.compile(r"累|截[至止]|前[二三]季度|1-|至今|迄今")
_WITHIN_YEAR = re.compile(r"月|季度|半年")
_YEAR = re.compile(r"年|1-|截[至止]|[月季]")
_WHOLE_YEAR = re.compile(r"全年|年度|本年|当年|今年")


_RESULTS = {Meaning.DONE, *MONEY} - {Meaning.PLANNED, Meaning.TOTAL}


def of_this_year(columns: Sequence[Column], titles: Sequence[str]) -> list[Column]:
    """Leave out figures whose heading names an earlier year than another's or than the title; a lone one is doubted."""
    years = {column.index: max(years_in(column.heading), default=0) for column in columns if column.meaning in NUMBERS}
    named = {year for title in titles for year in years_in(title)}
    newest = max([*years.values(), *named], default=0)

    def judged(column: Column) -> Column:
        year = years.get(column.index, 0)
        is_lonely = year > 0 and not named and list(years.values()).count(year) == 1 and min(years.values()) == 0
        if is_lonely and column.meaning in _RESULTS:
            # 2025年完成数 may be last year's, where nothing else says which year the table is about.
            return replace(column, is_certain=False)
        if not 0 < year < newest or year in named:
            return column
        is_told = any(one.meaning is column.meaning and years[one.index] in {0, newest} for one in columns)
        is_before = bool(_UNTIL_YEAR.search(squeezed(column.heading))) or column.meaning is Meaning.TARGET
        if is_told or is_before or max(years.values()) == newest:
            return replace(column, meaning=Meaning.IGNORED)
        return replace(column, is_certain=False)

    return [judged(column) for column in columns]


def latest_of(columns: Sequence[Column]) -> dict[tuple[Meaning, TargetKey], int]:
    """Return which of several columns of one meaning is of the latest time, where all their headings name one."""
    timed = [column for column in columns if column.meaning in FIGURES | MONEY | {Meaning.WORK}]
    mixed = {
        (one.meaning, one.key)
        for one in timed
        for other in timed
        if (one.meaning, one.key) == (other.meaning, other.key)
        and one.meaning in NUMBERS
        and bool(_time_of(one)[0]) != bool(_time_of(other)[0])
    }
    undated = mixed | {
        (column.meaning, column.key)
        for column in timed
        if not any(take_apart(squeezed(text)).is_dated for text in column.headings) and column.meaning in NUMBERS
    }
    dated = [
        column
        for column in timed
        if (column.meaning, column.key) not in undated
        and any(take_apart(squeezed(text)).is_dated for text in column.headings)
    ]
    return {(column.meaning, column.key): column.index for column in sorted(dated, key=_time_of)}


def _time_of(column: Column) -> tuple[int, int]:
    """Return the last year and month that headings name, as far as they do: 0 for none."""
    heading = squeezed(column.heading)
    months = [int(one) for one in re.findall(r"(\d{1,2})月", heading)]
    months += [3 * int(one) for one in re.findall(r"([1-4])季度", heading)]
    months += [3 * ("一二三四".index(one) + 1) for one in re.findall(r"([一二三四])季度", heading)]
    months += [6 * ("上下".index(one) + 1) for one in re.findall("([上下])半年", heading)]
    return max(years_in(heading), default=0), max(months, default=0)


def by_periods(columns: Sequence[Column]) -> list[Column]:
    """Leave out figures of one month or quarter, or of all years, beside one of the year; alone they are doubted.

    5月完成 may be what was done in May or until May: only 截至5月, 1-5月 and 累计 say which.
    """
    alike: dict[tuple[Meaning, TargetKey], list[Column]] = defaultdict(list)
    for column in columns:
        if column.meaning in NUMBERS:
            alike[column.meaning, column.key].append(column)

    def judged(column: Column) -> Column:
        alikes = alike[column.meaning, column.key] if column.meaning in NUMBERS else []
        if _is_stage(column, alikes) or _is_of_all_years(column, alikes):
            return replace(column, meaning=Meaning.IGNORED)
        if not alikes or not _is_of_period(column):
            return column
        others = [one for one in alikes if one is not column]
        if not others and _FIRST.search(squeezed(column.heading)):
            return column
        is_told = any(not _is_of_period(one) for one in others)
        return replace(column, meaning=Meaning.IGNORED) if is_told else replace(column, is_certain=False)

    return [judged(column) for column in columns]


def _is_stage(column: Column, alikes: Sequence[Column]) -> bool:
    """Whether a target is the part of another that is due by some month: 6月底前应完成 beside 全年目标."""
    due = [bool(_WITHIN_YEAR.search(squeezed(one.heading))) for one in alikes]
    is_target = column.meaning in {Meaning.TARGET, Meaning.PLANNED}
    return is_target and not all(due) and bool(_WITHIN_YEAR.search(squeezed(column.heading)))


def _is_of_all_years(column: Column, alikes: Sequence[Column]) -> bool:
    """Whether a result counts more than the year: 累计完成 beside 本年完成."""
    of_year = [bool(_WHOLE_YEAR.search(squeezed(one.heading))) for one in alikes]
    heading = squeezed(column.heading)
    return column.meaning in _RESULTS and any(of_year) and "累" in heading and not _YEAR.search(heading)


def _is_of_period(column: Column) -> bool:
    """Whether a figure's headings name one month or quarter and nothing that says it adds up, or all the years."""
    heading = squeezed(column.heading)
    if _SINCE_BEGUN.search(heading):
        return True
    if _CUMULATIVE.search(heading) or _WHOLE_YEAR.search(squeezed(column.headings[-1] if column.headings else "")):
        return False
    return bool(_ONE_MONTH.search(heading) or _ONE_QUARTER.search(heading))


def without_quarters(columns: Sequence[Column]) -> list[Column]:
    """Leave out what is planned for one quarter or month beside what the item is about."""
    if not any(column.meaning is Meaning.CONTENT for column in columns):
        return list(columns)
    return [
        replace(column, meaning=Meaning.IGNORED)
        if column.meaning is Meaning.ITEM and re.search(r"季度?|月", column.headings[-1])
        else column
        for column in columns
    ]
