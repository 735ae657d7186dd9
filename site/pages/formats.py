"""Money, quantities, percentages, dates and deadlines as a reader sees them, per language.

Everything here is integer or decimal arithmetic and string joining: formatting through Babel costs more than
the rest of a list page. A value that was not published shows as ``—``, never as zero. A figure published as
rounded text keeps its printed precision and is never shown more exact than it was.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from flask import Flask

from minsheng.opinion.ranks import SETTLED
from pages.language import current_language, gettext, ngettext, plain_record_text

NOTHING = "—"
CHINA = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
"""China has one time zone and, since 1991, no summer time."""

YUAN = 100
"""Fen in a yuan."""
TEN_THOUSAND = 10_000 * YUAN
HUNDRED_MILLION = 100_000_000 * YUAN
MILLION = 1_000_000 * YUAN
BILLION = 1_000_000_000 * YUAN

_MONEY_UNITS = {
    "zh_Hans": ((HUNDRED_MILLION, "亿元"), (TEN_THOUSAND, "万元"), (YUAN, "元")),
    "zh_Hant": ((HUNDRED_MILLION, "億元"), (TEN_THOUSAND, "萬元"), (YUAN, "元")),
    "en": ((BILLION, "billion"), (MILLION, "million"), (YUAN, "")),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PRINTED = re.compile(r"^\s*(?:约|近)?\s*([\d,，]+)(?:\.(\d+))?\s*(万亿|亿|億|万|萬|千)?\s*(?:元)?\s*$")
_PRINTED_UNITS = {
    None: YUAN,
    "千": 1_000 * YUAN,
    "万": TEN_THOUSAND,
    "萬": TEN_THOUSAND,
    "亿": HUNDRED_MILLION,
    "億": HUNDRED_MILLION,
    "万亿": 10_000 * HUNDRED_MILLION,
}


class Amount(NamedTuple):
    """An amount of money split for large type: ``prefix`` (CNY or nothing), digits, unit."""

    prefix: str
    digits: str
    unit: str

    def __str__(self) -> str:
        """Join the parts as running text. The English unit is a word and may go to the next line."""
        if not self.prefix:
            return self.digits + self.unit
        digits = f"{self.prefix}\N{NO-BREAK SPACE}{self.digits}"
        return f"{digits} {self.unit}" if self.unit else digits


def printed_precision(printed: str) -> int | None:
    """Return what the last printed digit of an amount is worth, in fen: ``157.3亿`` → 0.1 亿元 = 10^9 fen.

    None when the text is not a plain amount.
    """
    found = _PRINTED.match(printed)
    if not found:
        return None
    decimals = len(found.group(2) or "")
    return max(1, int(_PRINTED_UNITS[found.group(3)] // 10**decimals))


def _decimals(unit: int, precision: int) -> int:
    """Return how many decimals of ``unit`` a figure exact to ``precision`` fen may carry."""
    decimals = 0
    while unit > precision and unit % 10 == 0:
        unit //= 10
        decimals += 1
    return decimals


def _group(digits: str) -> str:
    """Put thousands separators into a plain decimal."""
    whole, point, fraction = digits.partition(".")
    return f"{int(whole):,}{point}{fraction}"


def _rounded(fen: int, unit: int, decimals: int) -> str:
    return str((Decimal(fen) / unit).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


@lru_cache(maxsize=16384)
def _amount(fen: int, precision: int | None, language: str) -> Amount:
    sign, size = ("\N{MINUS SIGN}" if fen < 0 else ""), abs(fen)
    unit, name = next(
        ((unit, name) for unit, name in _MONEY_UNITS[language] if size >= unit), _MONEY_UNITS[language][-1]
    )
    if precision is not None:
        digits = _rounded(size, unit, _decimals(unit, precision))
    elif unit == YUAN:
        digits = _rounded(size, unit, 2 if size % YUAN else 0)
    else:
        digits = _rounded(size, unit, 2).rstrip("0").rstrip(".")
    return Amount("CNY" if language == "en" else "", sign + _group(digits), name)


def amount(fen: int | None, precision: int | None = None) -> Amount:
    """Return an amount of money in parts for large type. ``precision`` as in :func:`money`."""
    return Amount("", NOTHING, "") if fen is None else _amount(fen, precision, current_language())


def money(fen: int | None, precision: int | None = None, printed: str | None = None) -> str:
    """Return integer ``fen`` as 元, 万元 or 亿元 (en: CNY, million, billion), two decimals at most.

    ``precision`` is what the last published digit is worth in fen; the figure then shows exactly that many
    digits. ``printed`` is the published text: its precision is used, and readers of Simplified Chinese see
    the text itself.
    """
    if fen is None:
        return NOTHING
    if printed:
        if current_language() == "zh_Hans":
            return printed if printed.endswith("元") else f"{printed}元"
        precision = precision or printed_precision(printed)
    return str(_amount(fen, precision, current_language()))


@lru_cache(maxsize=4096)
def _exact(fen: int, language: str) -> str:
    digits = _group(_rounded(abs(fen), YUAN, 2 if fen % YUAN else 0))
    sign = "\N{MINUS SIGN}" if fen < 0 else ""
    return f"CNY\N{NO-BREAK SPACE}{sign}{digits}" if language == "en" else f"{sign}{digits}元"


def money_exact(fen: int | None) -> str:
    """Return the whole amount in yuan, to the fen where there is one: for ledgers and tables of record."""
    return NOTHING if fen is None else _exact(fen, current_language())


def number(value: Decimal | float | None, digits: int | None = None) -> str:
    """Return a number with thousands separators; ``digits`` fixes the decimals, else as many as it has."""
    if value is None:
        return NOTHING
    exact = Decimal(str(value))
    if digits is not None:
        # A float's last digits depend on how it was summed: 70.12499999999999 is 70.125, in ranks as well.
        exact = Decimal(repr(round(value, SETTLED))) if isinstance(value, float) else exact
        exact = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    sign = "\N{MINUS SIGN}" if exact < 0 else ""
    plain = format(abs(exact), "f")
    if digits is None and "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return sign + _group(plain)


def quantity(value: Decimal | float | None, unit: str | None = "") -> str:
    """Return a number and the unit its publisher counts in: ``22.5 公里``."""
    if value is None:
        return NOTHING
    return f"{number(value)}\N{NO-BREAK SPACE}{plain_record_text(unit)}" if unit else number(value)


def percent(value: Decimal | float | None, digits: int = 1) -> str:
    """Return percentage points as text: 41.66 → ``41.7%``; whole values without decimals; never capped."""
    if value is None:
        return NOTHING
    text = number(value, digits)
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def ratio(value: Decimal | float | None, digits: int = 1) -> str:
    """Return a fraction of one as a percentage: 0.4166 → ``41.7%``."""
    return percent(None if value is None else Decimal(str(value)) * 100, digits)


def points(value: Decimal | float | None) -> str:
    """Return a gap in percentage points with its sign: ``+5.9 个百分点``."""
    if value is None:
        return NOTHING
    text = number(value, 1)
    signed = text if text.startswith("\N{MINUS SIGN}") or not float(value) else f"+{text}"
    return gettext("%(number)s 个百分点", number=signed.removesuffix(".0"))


def _as_date(value: dt.date) -> dt.date:
    """Return the day it was in China at an aware moment; a date as it is."""
    return value.astimezone(CHINA).date() if isinstance(value, dt.datetime) else value


@lru_cache(maxsize=4096)
def _date(value: dt.date, language: str) -> str:
    if language == "en":
        return f"{value.day}\N{NO-BREAK SPACE}{_MONTHS[value.month - 1]}\N{NO-BREAK SPACE}{value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def date(value: dt.date | None) -> str:
    """Return a day: ``2025年5月8日``, ``8 May 2025``. A moment is the day it was in China."""
    return NOTHING if value is None else _date(_as_date(value), current_language())


def time(value: dt.datetime | None) -> str:
    """Return a moment in China's time: ``2025年5月8日 14:05``."""
    if value is None:
        return NOTHING
    local = value.astimezone(CHINA)
    return f"{date(local)} {local:%H:%M}"


def _year_month(value: dt.date | str) -> tuple[int, int]:
    """Split a date or ``YYYY-MM``; raises ``ValueError`` for anything else."""
    if isinstance(value, str):
        parsed = dt.date.fromisoformat(f"{value[:7]}-01")
        return parsed.year, parsed.month
    return value.year, value.month


def month(value: dt.date | str | None) -> str:
    """Return a month, given a day in it or ``YYYY-MM``: ``2025年5月``, ``May 2025``."""
    if value is None:
        return NOTHING
    year, index = _year_month(value)
    return f"{_MONTHS[index - 1]}\N{NO-BREAK SPACE}{year}" if current_language() == "en" else f"{year}年{index}月"


def month_short(value: dt.date | str | None) -> str:
    """Return a month without its year, for the axis of a chart: ``5月``, ``May``."""
    if value is None:
        return NOTHING
    _, index = _year_month(value)
    return _MONTHS[index - 1][:3] if current_language() == "en" else f"{index}月"


def date_range(start: dt.date | None, finish: dt.date | None) -> str:
    """Return a period; an end that was not published shows as ``—``."""
    if start is None and finish is None:
        return NOTHING
    separator = " – " if current_language() == "en" else "至"
    return f"{date(start)}{separator}{date(finish)}"


def due_in(due: dt.date | None, as_of: dt.date) -> str:
    """Return how far a deadline is from ``as_of``: days left, today, or days past."""
    if due is None:
        return NOTHING
    days = (_as_date(due) - _as_date(as_of)).days
    if days == 0:
        return gettext("今天到期")
    if days > 0:
        return ngettext("还有 %(num)s 天", "还有 %(num)s 天", days)
    return ngettext("已超期 %(num)s 天", "已超期 %(num)s 天", -days)


def file_size(size: int | None) -> str:
    """Return a number of bytes in the unit a reader knows: ``350 kB``, ``1.2 MB``."""
    if size is None:
        return NOTHING
    if size < 1_000:
        return f"{size}\N{NO-BREAK SPACE}B"
    if size < 1_000_000:
        return f"{round(size / 1_000)}\N{NO-BREAK SPACE}kB"
    return f"{size / 1_000_000:.1f}\N{NO-BREAK SPACE}MB"


def iso(value: dt.date | None) -> str:
    """Return the machine form of a day or moment, for ``<time datetime>``."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else value.isoformat()


def register(app: Flask) -> None:
    """Make the formats available as filters of the same name."""
    formats = (
        amount, money, money_exact, number, quantity, percent, ratio, points,
        date, time, month, month_short, date_range, due_in, file_size, iso,
    )  # fmt: skip
    app.jinja_env.filters.update({function.__name__: function for function in formats})
