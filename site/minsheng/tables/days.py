"""Days as offices write them: 2026年5月底, 2026.5, 46143, 二〇二六年五月, 115年5月, 2024-2026."""

import datetime as dt
import enum
import re
from collections.abc import Callable, Sequence
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
_LEAD = re.compile(r"^(?:力争|确保|计划|预计|原定|争取|拟|于|在)+")
_SHORT_YEAR = re.compile(r"^(?P<year>[2-4]\d)年(?=\d{1,2}月)")
"""26年9月; years of three digits are the Republic's."""
_WESTERN = re.compile(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>(?:19|20)\d\d)(?:\d\d?:.*)?")
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
_REPUBLIC = re.compile(r"(?<!\d)(1[01]\d)(?=年)")
_ROC = re.compile(r"(?:中华)?民国(\d{1,3})(?=年)|^(1\d\d)(?=年)")
_BETWEEN = re.compile(r"(?<=[\d年月日底末初])(?:至|到|-{1,2}|~|—)+(?=\d)")


LONGEST_DAY = 80
LONGEST_TITLE = 200
_WRITTEN_ON = re.compile(r"(?:填报|填表|制表|上报|报送|编制|打印|发布|印发)(?:日期|时间)[:：]?[\d年月日./号-]*")
"""The day somebody filled the table in says nothing about the month it is about."""


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
    if len(cell.text) > LONGEST_DAY:
        return None
    text = _with_digits(squeezed(cell.shown))
    if cell.kind is CellKind.NUMBER and text.isdigit() and int(text) in _SERIALS:
        day = _EPOCH + dt.timedelta(days=int(text))
        return Span(day, day, Exactness.DAY)
    if cell.kind is CellKind.NUMBER and re.fullmatch(rf"{_YEAR}\.1", text):
        return None
    return _span_of(text, year)


def read_period(cell: Cell, year: int | None = None) -> tuple[Span | None, Span | None]:
    """Return start and finish of a cell such as 2024-2026 or 2024年3月-2026年12月; a single one is the finish."""
    if len(cell.text) > LONGEST_DAY:
        return None, None
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


def month_of(titles: Sequence[str], headings: Sequence[str] = ()) -> str | None:
    """Return the month (``YYYY-MM``) a table describes: 截至2021年8月底, 2025年1季度, 1-11月 in its titles.

    Where the titles name none it is the latest that a heading names.
    """
    joined = _with_digits(" ".join(_WRITTEN_ON.sub("", squeezed(title)) for title in titles))
    years = years_in(joined) or [year for text in headings for year in years_in(text)]
    year = max(years, default=None)
    if found := _month_in(joined, year):
        return found
    named = [month for text in headings if (month := _month_in(_with_digits(squeezed(text)), year))]
    return max(named, default=None) or _month_in(_with_digits(" ".join(map(squeezed, titles))), year)


def years_in(text: str) -> list[int]:
    """Return the years that a text names with the word or before a month: 2025年, 2026.5."""
    return [int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?:年|[-.](?=\d))", _with_digits(squeezed(text)))]


def _month_in(text: str, default_year: int | None) -> str | None:
    dated = re.search(r"截[至止](?:到)?((?:19|20)\d\d)年(\d{1,2})月", text)
    if dated:
        return _month(int(dated[1]), int(dated[2]))
    year = re.search(r"((?:19|20)\d\d)(?:年|[-.])", text)
    number = int(year[1]) if year else default_year
    if number is None:
        return None
    after = text[year.end() :] if year else text
    for pattern in (r"截[至止](?:到)?(\d{1,2})月", r"1-(\d{1,2})月", r"(?<!\d)(\d{1,2})月"):
        if found := re.search(pattern, after) or re.search(pattern, text):
            return _month(number, int(found[1]))
    if quarter := re.search(r"(?:第|前)?([1-4一二三四])季度", text):
        return _month(number, 3 * _quarter(quarter[1]))
    half = re.search(r"([上下])半年", text)
    return _month(number, 6 if half[1] == "上" else 12) if half else None


def year_of(texts: Sequence[str]) -> int | None:
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
    """Return text with years, months and days in digits: 二〇二六年五月, and 115年5月 of the Republic's years."""
    if len(text) > LONGEST_TITLE * 4:
        return text

    def digits(found: re.Match[str]) -> str:
        value = read_numeral(found.group())
        return found.group() if value is None else format(value, "f")

    text = re.sub(rf"{NUMERAL.pattern}(?=[年月日号])", digits, text)
    return _REPUBLIC.sub(lambda found: str(int(found[1]) + 1911), text)


def _span_of(text: str, year: int | None) -> Span | None:
    text = _ROC.sub(lambda found: str(int(found[1] or found[2]) + 1911), _LEAD.sub("", text)).strip("。.;；,，")
    text = _SHORT_YEAR.sub(lambda found: f"20{found['year']}年", text)
    for pattern, span in _FORMS:
        if found := pattern.fullmatch(text):
            return span(found, year)
    return None


def _date(found: re.Match[str], year: int | None) -> Span | None:
    """Return a day or a month; one without a year needs the table's."""
    named = found.groupdict()
    own = int(named.get("year") or year or 0)
    month = int(named["month"])
    if named.get("day"):
        return _day(own, month, int(named["day"]))
    return _part_of(_months(own, month, month), named.get("part"))


def _quarter_of(found: re.Match[str], year: int | None) -> Span | None:
    quarter = _quarter(found["quarter"] or found["q"])
    return _months(int(found["year"] or found["year2"] or year or 0), 3 * quarter - 2, 3 * quarter)


def _half_of(found: re.Match[str], year: int | None) -> Span | None:
    own = int(found["year"] or year or 0)
    return _months(own, 1, 6) if found["half"] == "上" else _months(own, 7, 12)


def _year_of(found: re.Match[str], _year: int | None) -> Span | None:
    own = int(found["year"])
    month = {"底": 12, "末": 12, "初": 1}.get(found["part"] or "")
    if month:
        return _months(own, month, month)
    return Span(dt.date(own, 1, 1), dt.date(own, 12, 31), Exactness.YEAR) if own in YEARS else None


def _this_year(_found: re.Match[str], year: int | None) -> Span | None:
    return None if year is None else _months(year, 12, 12)


def _western(found: re.Match[str], _year: int | None) -> Span | None:
    """Return the day of 12/31/2026; 03/04/2026 may be either of two and is none."""
    one, two = int(found["one"]), int(found["two"])
    if max(one, two) <= 12 and one != two:
        return None
    return _day(int(found["year"]), min(one, two), max(one, two))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], int | None], Span | None]], ...] = (
    (_WESTERN, _western),
    (_FULL, _date),
    (_PACKED, _date),
    (_MONTH, _date),
    (_MONTH_ALONE, _date),
    (_QUARTER, _quarter_of),
    (_HALF, _half_of),
    (_WHOLE_YEAR, _year_of),
    (re.compile(rf"(?:(?:今|本|当)?年度?(?:底|末|内)|全年){_TAIL}"), _this_year),
)
"""How days, months, quarters and years are written, and what each means."""


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
