"""Days as offices write them: 2026年5月底, 2026.5, 46143, 二〇二六年五月, 115年5月, 2024-2026."""

import datetime as dt
import enum
import re
from dataclasses import dataclass

from minsheng.tables.grid import Cell, CellKind
from minsheng.tables.numerals import NUMERAL, read_numeral
from minsheng.tables.wording import squeezed

YEARS = range(1949, 2101)
_SERIALS = range(20_000, 73_050)
"""Day numbers of spreadsheets from 1954 to 2099."""
_EPOCH = dt.date(1899, 12, 30)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_TAIL = r"(?:[之以]?前|前后|左右|完成|完工|竣工|开工|建成|投用|起|止)*"
_FULL = re.compile(
    rf"{_YEAR}(?:年|[-./])(?P<month>\d{{1,2}})(?:月|[-./])(?P<day>\d{{1,2}})(?:日|号)?(?:\d\d?:.*)?{_TAIL}"
)
_PACKED = re.compile(rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)?")
_MONTH = re.compile(rf"{_YEAR}(?:年|[-./])(?P<month>\d{{1,2}})(?:月份?)?(?P<part>底|末|初|中旬|上旬|下旬|中)?{_TAIL}")
_MONTH_ALONE = re.compile(
    rf"(?P<month>\d{{1,2}})月份?(?:(?P<day>\d{{1,2}})[日号])?(?P<part>底|末|初|中旬|上旬|下旬|中)?{_TAIL}"
)
_QUARTER = re.compile(
    rf"(?:{_YEAR}年?)?第?(?P<quarter>[1-4一二三四])季度(?:底|末)?{_TAIL}|{_YEAR.replace('year', 'year2')}?Q(?P<q>[1-4])"
)
_HALF = re.compile(rf"(?:{_YEAR}年?)?(?P<half>[上下])半年(?:底|末)?{_TAIL}")
_WHOLE_YEAR = re.compile(rf"{_YEAR}年?(?P<part>底|末|初|内)?{_TAIL}")
_ROC = re.compile(r"(?:中华)?民国(\d{1,3})(?=年)|^(1\d\d)(?=年)")
_BETWEEN = re.compile(r"(?<=[\d年月日底末初])(?:至|到|-{1,2}|~|—)+(?=\d)")


class Exactness(enum.StrEnum):
    """How exactly a day was written."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """The days a writing can mean, both ends included."""

    first: dt.date
    last: dt.date
    exactness: Exactness


def read_span(cell: Cell, year: int | None = None) -> Span | None:
    """Return the days a cell means; ``year`` is the table's, for a month without one. None for no day.

    A bare number 2026.1 could be January or, with its nought lost, October: it means no day.
    """
    if cell.kind is CellKind.DAY:
        day = dt.date.fromisoformat(cell.text)
        return Span(day, day, Exactness.DAY)
    text = _with_digits(squeezed(cell.shown))
    if cell.kind is CellKind.NUMBER and text.isdigit() and int(text) in _SERIALS:
        day = _EPOCH + dt.timedelta(days=int(text))
        return Span(day, day, Exactness.DAY)
    if cell.kind is CellKind.NUMBER and re.fullmatch(rf"{_YEAR}\.1", text):
        return None
    return _span_of(text, year)


def read_period(cell: Cell, year: int | None = None) -> tuple[Span | None, Span | None]:
    """Return start and finish of a cell such as 2024-2026 or 2024年3月-2026年12月; a single one is the finish."""
    text = _with_digits(squeezed(cell.shown))
    if cell.kind is CellKind.TEXT and (
        years := re.fullmatch(rf"{_YEAR}年?[-至到~]+{_YEAR.replace('year', 'end')}年?", text)
    ):
        return _span_of(years["year"], None), _span_of(years["end"], None)
    if cell.kind is CellKind.TEXT and not _span_of(text, year):
        parts = _BETWEEN.split(text, maxsplit=1)
        if len(parts) == 2:
            start = _span_of(parts[0], year)
            finish = _span_of(parts[1], start.first.year if start else year)
            return start, finish
    span = read_span(cell, year)
    if span is not None and span.exactness is Exactness.YEAR:
        return span, span
    return None, span


def month_of(texts: list[str]) -> str | None:
    """Return the month (``YYYY-MM``) that titles say a table describes: 截至2021年8月底, 2025年1季度, 1-11月."""
    joined = _with_digits(" ".join(map(squeezed, texts)))
    dated = re.search(r"截[至止](?:到)?((?:19|20)\d\d)年(\d{1,2})月", joined)
    if dated:
        return _month(int(dated[1]), int(dated[2]))
    year = re.search(r"((?:19|20)\d\d)(?:年|[-.])", joined)
    if year is None:
        return None
    number = int(year[1])
    for pattern in (r"截[至止](?:到)?(\d{1,2})月", r"1-(\d{1,2})月", r"(?<!\d)(\d{1,2})月"):
        if found := re.search(pattern, joined[year.end() :]) or re.search(pattern, joined):
            return _month(number, int(found[1]))
    if quarter := re.search(r"(?:第|前)?([1-4一二三四])季度", joined):
        return _month(number, 3 * _quarter(quarter[1]))
    if half := re.search(r"([上下])半年", joined):
        return _month(number, 6 if half[1] == "上" else 12)
    return None


def year_of(texts: list[str]) -> int | None:
    """Return the year that titles name, the Republic's years reckoned in, or None."""
    joined = _with_digits(" ".join(map(squeezed, texts)))
    if found := re.search(r"((?:19|20)\d\d)(?:年|[-.])", joined):
        return int(found[1])
    if found := re.search(r"(?<!\d)(1[01]\d)年", joined):
        return int(found[1]) + 1911
    return None


def _month(year: int, month: int) -> str | None:
    return f"{year}-{month:02d}" if 1 <= month <= 12 else None


def _with_digits(text: str) -> str:
    """Return text with Chinese numerals of years, months and days as digits: 二〇二六年五月."""

    def digits(found: re.Match[str]) -> str:
        value = read_numeral(found.group())
        return found.group() if value is None else format(value, "f")

    return re.sub(rf"{NUMERAL.pattern}(?=[年月日号])", digits, text)


def _span_of(text: str, year: int | None) -> Span | None:
    text = _ROC.sub(lambda found: str(int(found[1] or found[2]) + 1911), text).strip("。.;；,，")
    if found := _FULL.fullmatch(text):
        return _day(int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _PACKED.fullmatch(text):
        if found["day"]:
            return _day(int(found["year"]), int(found["month"]), int(found["day"]))
        return _months(int(found["year"]), int(found["month"]), int(found["month"]))
    if found := _MONTH.fullmatch(text):
        return _part_of(_months(int(found["year"]), int(found["month"]), int(found["month"])), found["part"])
    if year is not None and (found := _MONTH_ALONE.fullmatch(text)):
        if found["day"]:
            return _day(year, int(found["month"]), int(found["day"]))
        return _part_of(_months(year, int(found["month"]), int(found["month"])), found["part"])
    return _longer(text, year)


def _longer(text: str, year: int | None) -> Span | None:
    """Return a quarter, a half or a whole year."""
    if found := _QUARTER.fullmatch(text):
        own = int(found["year"] or found["year2"] or year or 0)
        quarter = _quarter(found["quarter"] or found["q"])
        return _months(own, 3 * quarter - 2, 3 * quarter)
    if found := _HALF.fullmatch(text):
        own = int(found["year"] or year or 0)
        return _months(own, 1, 6) if found["half"] == "上" else _months(own, 7, 12)
    if found := _WHOLE_YEAR.fullmatch(text):
        own = int(found["year"])
        if found["part"] in {"底", "末"}:
            return _months(own, 12, 12)
        if found["part"] == "初":
            return _months(own, 1, 1)
        return Span(dt.date(own, 1, 1), dt.date(own, 12, 31), Exactness.YEAR) if own in YEARS else None
    if year is not None and re.fullmatch(rf"(?:今|本|当)?年(?:底|末|内){_TAIL}", text):
        return _months(year, 12, 12)
    return None


def _quarter(sign: str) -> int:
    return int(sign) if sign.isdigit() else "一二三四".index(sign) + 1


def _day(year: int, month: int, day: int) -> Span | None:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return Span(found, found, Exactness.DAY) if year in YEARS else None


def _months(year: int, first: int, last: int) -> Span | None:
    if year not in YEARS or not 1 <= first <= last <= 12:
        return None
    after = dt.date(year + last // 12, last % 12 + 1, 1)
    return Span(dt.date(year, first, 1), after - dt.timedelta(days=1), Exactness.MONTH)


def _part_of(span: Span | None, part: str | None) -> Span | None:
    """Return the part of a month that 上旬, 中旬, 初 or 底 leave."""
    if span is None or part is None:
        return span
    first, last = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (11, 20)}.get(part, (21, span.last.day))
    if part in {"底", "末"}:
        first = span.last.day
    return Span(span.first.replace(day=first), span.last.replace(day=last), Exactness.MONTH)
