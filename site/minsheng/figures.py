"""Printed figures: "21.1亿", "1,200万元", "47.6%", "22.5公里" — an exact value and how exactly it was printed.

A printed figure stands for every exact value that could have been printed so. Offices round, and some cut off,
so the true value lies between half a last digit below what was printed and one last digit above it. Whatever
is said about printed figures — above all that two of them contradict each other — is said about these
intervals, and a figure is never shown with more digits than it was printed with.
"""

import enum
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self


class FigureError(ValueError):
    """Text that is no figure. ``code`` says why: ``not_a_number``, ``doubled_multiplier`` or ``wrong_unit``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text!r}")
        self.code = code
        self.text = text


class FigureKind(enum.StrEnum):
    """What a figure counts."""

    MONEY = "money"
    PERCENT = "percent"
    QUANTITY = "quantity"


class Qualifier(enum.StrEnum):
    """约, 超过 or 不足 before or after a number: such a figure bounds a value or comes near it, no more."""

    PLAIN = "plain"
    ABOUT = "about"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


@dataclass(frozen=True, slots=True)
class Interval:
    """All exact values between two ends, both included."""

    low: Fraction
    high: Fraction

    def overlaps(self, other: Self) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def plus(self, other: Self) -> "Interval":
        """Return the interval of the sums."""
        return Interval(self.low + other.low, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure.

    ``text`` is what was printed; ``value`` is in yuan for money, in percent for percentages and in ``unit``
    without 万 and 亿 for quantities; ``step`` is the worth of the last printed digit on the same scale, zero
    for a value that is known exactly.
    """

    text: str
    value: Decimal
    step: Decimal
    unit: str
    qualifier: Qualifier = Qualifier.PLAIN

    @property
    def kind(self) -> FigureKind:
        """Money, percentage or quantity, by the unit."""
        return _KINDS.get(self.unit, FigureKind.QUANTITY)

    @property
    def is_plain(self) -> bool:
        """Whether the figure states a value rather than a bound or a neighbourhood."""
        return self.qualifier is Qualifier.PLAIN

    @property
    def is_count(self) -> bool:
        """Whether it counts things one by one (人, 座, 户…), printed to the last one, and so is exact."""
        return self.unit in COUNT_UNITS and self.step == 1

    @property
    def fen(self) -> int:
        """The amount in fen. Raises ``FigureError`` (``wrong_unit``) unless it is money in whole fen."""
        amount = self.value * 100
        if self.kind is not FigureKind.MONEY or amount != amount.to_integral_value():
            raise FigureError("wrong_unit", self.text)
        return int(amount)

    @property
    def significant_digits(self) -> int:
        """How many digits another way of writing the figure may show at most: 157.3亿 has four."""
        step = self.step or Decimal(1).scaleb(min(int(self.value.normalize().as_tuple().exponent), 0))
        return len(str(int(abs(self.value) / step)))

    @property
    def interval(self) -> Interval:
        """The exact values that the printed figure can stand for, rounded or cut off; a count only itself."""
        value, step = Fraction(self.value), Fraction(self.step)
        if self.is_count:
            return Interval(value, value)
        if value < 0:
            return Interval(value - step, value + step / 2)
        return Interval(max(value - step / 2, Fraction(0)), value + step)


COUNT_UNITS = frozenset(
    (
        "个",
        "人",
        "名",
        "户",
        "家",
        "座",
        "处",
        "所",
        "项",
        "件",
        "条",
        "台",
        "套",
        "间",
        "栋",
        "幢",
        "辆",
        "部",
        "只",
        "口",
        "盏",
        "张",
        "眼",
        "棵",
        "株",
        "村",
        "批",
        "期",
        "次",
        "例",
        "份",
        "支",
        "台套",
        "人次",
        "户次",
        "剂次",
        "场次",
        "场",
        "站",
        "片",
        "架",
        "对",
        "组",
        "班",
        "校",
        "院",
    )
)
"""Units of things that come whole."""

YUAN = "元"
PERCENT = "%"
_KINDS = {YUAN: FigureKind.MONEY, PERCENT: FigureKind.PERCENT}
_UNITS = {"块": YUAN, "块钱": YUAN, "元钱": YUAN, "人民币": YUAN, "个百分点": PERCENT, "百分点": PERCENT, "‰": "‰"}
_MULTIPLIERS = {
    "": 0,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}
"""Powers of ten."""

_VARIANTS = str.maketrans({"億": "亿", "萬": "万", "圓": "元", "圆": "元", "−": "-", "–": "-", "餘": "余"})
_QUALIFIERS = {
    Qualifier.ABOUT: ("约 大约 约为", "左右"),
    Qualifier.MORE_THAN: ("超 超过 逾 不少于 不低于 至少 ≥ >", "以上 多 余"),
    Qualifier.LESS_THAN: ("近 不足 不超过 不高于 ≤ <", "以下 以内"),
}
_BEFORE = {word: qualifier for qualifier, (before, _) in _QUALIFIERS.items() for word in before.split()}
_AFTER = {word: qualifier for qualifier, (_, after) in _QUALIFIERS.items() for word in after.split()}


def _one_of(words: Iterable[str]) -> str:
    """Return a pattern that matches one of the words, the longest that fits."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LEAD = re.compile(rf"(?P<before>{_one_of(_BEFORE)})?(?P<lead>人民币|RMB|CNY|¥|百分之)?(?P<sign>-?)")
# Twenty digits are more than any budget has; the limit keeps hostile input from costing time or precision.
_PART = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3}){1,5}|\d{1,20})(?:\.(?P<decimals>\d{1,8}))?(?P<more>[多余]?)"
    rf"(?P<multiplier>(?:(?!百分)(?:{_one_of(word for word in _MULTIPLIERS if word)}))?)"
)
_TAIL = re.compile(rf"(?P<unit>[^\d.,~-]*?[23]?)(?P<after>{_one_of(_AFTER)})?")
_LONGEST = 80


def parse(text: str, unit: str = "") -> Figure:
    """Read one printed figure; ``unit`` is what it counts if the text does not say so (``元`` for "157.3亿").

    Full- and half-width forms, simplified and traditional characters, thousands separators, 万 and 亿 (also
    "1亿2000万元"), ¥ and 人民币, % and 百分之 are understood. Raises ``FigureError`` with code
    ``not_a_number`` for anything else and ``doubled_multiplier`` for the likes of "1091万万".
    """
    plain = "".join(unicodedata.normalize("NFKC", text[: _LONGEST + 1]).translate(_VARIANTS).split())
    lead = _LEAD.match(plain)
    if lead is None or len(text) > _LONGEST:
        raise FigureError("not_a_number", text)
    value, step, position, more = _parts(plain, lead.end(), text)
    rest = plain[position:]
    if rest.startswith(("万", "亿")):
        raise FigureError("doubled_multiplier", text)
    tail = _TAIL.fullmatch(rest)
    if tail is None:
        raise FigureError("not_a_number", text)
    qualifier = _BEFORE.get(lead["before"] or "") or _AFTER.get(tail["after"] or more, Qualifier.PLAIN)
    return Figure(
        text=text.strip(),
        value=-value if lead["sign"] else value,
        step=step,
        unit=_unit(lead["lead"] or "", tail["unit"], unit),
        qualifier=qualifier,
    )


def _parts(plain: str, position: int, text: str) -> tuple[Decimal, Decimal, int, str]:
    """Read "1亿2000万" as its parts; return the value, the last digit's worth, the end and a 多 or 余."""
    value, step, more, last_power = Decimal(0), Decimal(1), "", 99
    while part := _PART.match(plain, position):
        power = _MULTIPLIERS[part["multiplier"]]
        if power >= last_power:
            break
        decimals = part["decimals"] or ""
        digits = Decimal(part["number"].replace(",", "") + decimals)
        step = Decimal(1).scaleb(power - len(decimals))
        value, more, last_power, position = value + digits * step, part["more"], power, part.end()
        if not power:
            break
    if last_power == 99:
        raise FigureError("not_a_number", text)
    return value, step, position, more


def _unit(lead: str, printed: str, fallback: str) -> str:
    """Return the unit under one name; the sign before a number counts as one."""
    if lead == "百分之":
        return PERCENT
    if lead and not printed:
        return YUAN
    return _UNITS.get(printed, printed) or fallback


def parse_money(text: str) -> Figure:
    """Read an amount of money; a bare number is yuan. Raises ``FigureError``, also for any other unit."""
    figure = parse(text, YUAN)
    if figure.kind is not FigureKind.MONEY:
        raise FigureError("wrong_unit", text)
    return figure


def parse_percent(text: str) -> Figure:
    """Read a percentage; a bare number is one. Raises ``FigureError``, also for any other unit."""
    figure = parse(text, PERCENT)
    if figure.kind is not FigureKind.PERCENT:
        raise FigureError("wrong_unit", text)
    return figure


def money_of(fen: int) -> Figure:
    """Return an amount whose printed form was not kept, at the coarsest precision it is usually printed with.

    From 1亿 up the zeros at the end may never have been printed (2.3亿); below, 万 are printed in full
    (6000万). Errs towards less precision, so that no contradiction is found that is not there.
    """
    zeros = len(str(fen)) - len(str(fen).rstrip("0")) if fen else 0
    power = min(zeros - 2, 8 if abs(fen) >= 10**10 else 4)
    value = Decimal(fen).scaleb(-2)
    scale, name = next(
        (scale, name)
        for scale, name, finest in ((8, "亿元", 4), (4, "万元", 2), (0, YUAN, -2))
        if power >= finest and (abs(value) >= 10**scale or not scale)
    )
    text = f"{value.scaleb(-scale):.{max(scale - power, 0)}f}{name}"
    # Below 万 amounts are printed to the yuan or finer: 10元 does not stand for 12元.
    return Figure(text=text, value=value, step=Decimal(1).scaleb(min(power, scale)), unit=YUAN)


def exact_money(fen: int) -> Figure:
    """Return an amount that is known to the fen, as this installation's own amounts are."""
    value = Decimal(fen).scaleb(-2)
    return Figure(text=f"{value:f}{YUAN}", value=value, step=Decimal(0), unit=YUAN)


def exact_quantity(value: Decimal, unit: str) -> Figure:
    """Return a quantity that is known exactly, such as a target as it was set."""
    return Figure(text=f"{value:f}{unit}", value=value, step=Decimal(0), unit=unit)


def quantity_of(value: Decimal, unit: str) -> Figure:
    """Return a stored quantity as a figure in ``unit`` as it stands (万人 stays 万人)."""
    exponent = value.normalize().as_tuple().exponent
    power = min(exponent, 0) if isinstance(exponent, int) else 0
    return Figure(text=f"{value:f}{unit}", value=value, step=Decimal(1).scaleb(power), unit=unit)


def possible_percent(part: Figure, whole: Figure) -> Interval | None:
    """Return the percentages that part ÷ whole can be within what was printed, or None without a denominator.

    Both must be in the same unit; amounts below zero have no share here. Raises ``FigureError``
    (``wrong_unit``) for different units.
    """
    if part.unit != whole.unit:
        raise FigureError("wrong_unit", whole.text)
    over, under = part.interval, whole.interval
    if under.low <= 0 or over.low < 0:
        return None
    return Interval(over.low / under.high * 100, over.high / under.low * 100)


def is_impossible(part: Figure, whole: Figure, stated: Figure) -> bool:
    """Whether the stated percentage contradicts part ÷ whole whatever the unprinted digits were.

    Figures with 约, 超过 and the like never contradict anything here.
    """
    if not (part.is_plain and whole.is_plain and stated.is_plain):
        return False
    possible = possible_percent(part, whole)
    return possible is not None and not possible.overlaps(stated.interval)
