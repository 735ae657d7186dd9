"""The figures of a row made exact: in one unit, money in fen, shares in percent — and what is doubtful about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from minsheng import figures
from minsheng.tables.columns import Column
from minsheng.tables.entries import Problem, Trouble
from minsheng.tables.meanings import Meaning
from minsheng.tables.quantities import Reading, ReadingCode
from minsheng.tables.units import NONE, Unit, converted, fen_of, unit_of

SCALE = 4
"""Decimals a value may have."""
MOST_FEN = 10**16
_USUAL_POWER = 4
_UNREAD = {
    ReadingCode.WORDS: Trouble.NOT_A_FIGURE,
    ReadingCode.SEVERAL: Trouble.SEVERAL_FIGURES,
    ReadingCode.RANGE: Trouble.RANGE,
    ReadingCode.ERROR: Trouble.FORMULA_ERROR,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A reading and the column it comes from."""

    reading: Reading
    column: Column


@dataclass
class Doubts:
    """What is the matter with the cells of a row, in the order it was met."""

    problems: list[Problem] = field(default_factory=list)

    def note(self, trouble: Trouble, found: Found, detail: str | None = None) -> None:
        """Add a trouble with a cell; the detail is the cell's words unless given."""
        self.problems.append(Problem(trouble, found.column.index, found.reading.remark if detail is None else detail))


def unit_of_target(printed: str, target: Found | None, done: Found | None) -> Unit:
    """Return the unit of a target: the printed one, the heading's, or the one beside the figure.

    Two units of one kind become the target's: 60公里 and 31500米 are counted in 公里.
    """
    stated = next((one.column.unit for one in (done, target) if one and one.column.unit), "")
    if printed or stated:
        return unit_of(printed or stated)
    beside = [one.reading.unit for one in (target, done) if one and one.reading.unit.base]
    if not beside:
        shares = [one.reading for one in (target, done) if one]
        is_share = len(shares) == 2 and all(one.value is None and one.percent is not None for one in shares)
        return unit_of("%") if is_share else NONE
    said = sum(1 for one in (target, done) if one and one.reading.value is not None)
    is_one = len(beside) == said and len(set(beside)) == 1
    # Nobody counts in 百户 or 千亩; 万人 is usual. 28600 beside 2.1万平方米 is no number of 万平方米.
    return beside[0] if is_one and beside[0].power >= _USUAL_POWER else Unit(0, beside[0].base)


def lacking_power(target: Found | None, done: Found | None) -> Found | None:
    """Return the figure without a unit beside one in 万人, or None: 3.5 beside 2.1万人 may mean either."""
    both = [one for one in (target, done) if one and one.reading.value is not None and not one.column.unit]
    if len(both) < 2 or not any(one.reading.unit.power >= _USUAL_POWER for one in both):
        return None
    return next((one for one in both if one.reading.unit == NONE), None)


def value_of(found: Found | None, unit: Unit, doubts: Doubts, *, is_result: bool) -> Decimal | None:
    """Return a figure in the target's unit, exactly; note what keeps it from being read.

    A result that is only bounded (约15个) is doubtful, a target (不少于15个) is not.
    """
    if found is None:
        return None
    reading = found.reading
    trouble = Trouble.NOT_A_FIGURE if is_result and reading.is_of_work_begun else _UNREAD.get(reading.code)
    if trouble is not None:
        doubts.note(trouble, found)
        return None
    if unit.is_percent and reading.value is None and reading.percent is not None:
        return Decimal(reading.percent)
    value = None if reading.value is None else _in_unit(reading, unit, found, doubts)
    if value is None:
        return None
    if refused := _refused(value, found, is_result=is_result):
        doubts.note(refused, found, format(value, "f"))
        return None
    if reading.found and reading.percent is None:
        doubts.note(Trouble.FROM_SENTENCE, found)
    elif is_result and reading.is_bound:
        doubts.note(Trouble.BOUND, found, format(value, "f"))
    return plain(value)


def _refused(value: Decimal, found: Found, *, is_result: bool) -> Trouble | None:
    """Return what keeps a value from being taken: below nothing, too many decimals, or a target of 2/3."""
    is_part = found.reading.whole is not None and not is_result and found.column.meaning is Meaning.TARGET
    return next(
        (
            trouble
            for trouble, is_so in (
                (Trouble.NEGATIVE, value < 0),
                (Trouble.TOO_PRECISE, value != round(value, SCALE)),
                (Trouble.SEVERAL_FIGURES, is_part),
            )
            if is_so
        ),
        None,
    )


def _in_unit(reading: Reading, unit: Unit, found: Found, doubts: Doubts) -> Decimal | None:
    """Return a reading's value in a unit, None where it counts something else."""
    value = reading.value or Decimal(0)
    if reading.unit == NONE or unit.base.startswith(f"{reading.unit.base}/"):
        return value
    exact = converted(value, reading.unit, unit) if unit != NONE else value.scaleb(reading.unit.power)
    if exact is not None:
        return exact
    doubts.note(Trouble.UNIT_DIFFERS, found, reading.unit.name)
    is_nearly = reading.unit.base.removesuffix("次") == unit.base.removesuffix("次")
    return value.scaleb(reading.unit.power - unit.power) if is_nearly else None


def _rounded(percent: Decimal) -> Decimal:
    """Return a percentage that a formula gave, one seventh, with as many decimals as anyone prints."""
    return plain(round(percent, SCALE))


def plain(value: Decimal) -> Decimal:
    """Return a number without an exponent and without noughts behind its decimals."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def percent_of(
    found: Found | None, doubts: Doubts, *, done: Decimal | None = None, target: Decimal | None = None
) -> str | None:
    """Return a printed percentage as its digits.

    A bare number up to 2 may be a share whose format was lost: 0.302 for 30.2 %. The figures beside it decide, where
    they can; else it is taken for a share and doubted.
    """
    if found is None:
        return None
    reading = found.reading
    if reading.percent is not None:
        if reading.is_bound:
            doubts.note(Trouble.BOUND, found, f"{reading.percent}%")
        return reading.percent
    if reading.code is ReadingCode.ERROR:
        doubts.note(Trouble.FORMULA_ERROR, found)
    if reading.code is not ReadingCode.NUMBER or reading.value is None or reading.unit.base not in {"", "%"}:
        return None
    as_percent, as_share = _rounded(reading.value), _rounded(reading.value * 100)
    possible = [one for one in (as_percent, as_share) if _is_possible(one, done, target)]
    if len(possible) == 1:
        return format(possible[0], "f")
    if found.column.has_percent_sign or as_percent > 2:
        return format(as_percent, "f")
    if as_percent not in {0, 1}:
        doubts.note(Trouble.SHARE_OR_PERCENT, found, format(as_percent, "f"))
    return format(as_share, "f")


def _is_possible(percent: Decimal, done: Decimal | None, target: Decimal | None) -> bool:
    """Whether figures can give a percentage within its printed digits; always where there are none."""
    if done is None or not target:
        return True
    part, whole = figures.quantity_of(done, ""), figures.quantity_of(target, "")
    return not figures.is_impossible(part, whole, figures.parse_percent(f"{percent:f}%"))


def fen_in(found: Found, doubts: Doubts) -> int | None:
    """Return an amount in fen; note what keeps it from being one."""
    reading = found.reading
    if reading.says_nothing:
        return None
    if reading.code in _UNREAD or reading.value is None:
        doubts.note(_UNREAD.get(reading.code, Trouble.NOT_A_FIGURE), found)
        return None
    unit = _unit_of_money(reading, found.column)
    fen = fen_of(reading.value, unit)
    for trouble, is_so in (
        (Trouble.NO_UNIT, not unit.base),
        (Trouble.UNIT_DIFFERS, not unit.is_money),
        (Trouble.NEGATIVE, reading.value < 0),
        (Trouble.NOT_WHOLE_FEN, fen is None or fen > MOST_FEN),
    ):
        if is_so:
            doubts.note(trouble, found, format(reading.value, "f"))
            return None
    if reading.whole is not None:
        doubts.note(Trouble.SEVERAL_FIGURES, found, f"{reading.value}/{reading.whole}")
        return None
    if reading.found:
        doubts.note(Trouble.FROM_SENTENCE, found)
    elif reading.is_bound:
        doubts.note(Trouble.BOUND, found, format(reading.value, "f"))
    return fen


def _unit_of_money(reading: Reading, column: Column) -> Unit:
    """Return the unit of an amount: printed beside it, else the column's; 1200万 is 万元 under a heading of money."""
    stated = unit_of(column.unit) if column.unit else NONE
    if reading.unit.base:
        return reading.unit
    if reading.unit.power:
        return Unit(reading.unit.power, stated.base or "元")
    return stated


def rate_differs(rate: str, done: Decimal | None, target: Decimal | None, unit: str) -> bool:
    """Whether a stated share cannot come from its figures within the printed digits; False where one is missing."""
    if done is None or not target or unit.startswith("%"):
        return False
    part, whole = figures.quantity_of(done, unit), figures.quantity_of(target, unit)
    return figures.is_impossible(part, whole, figures.parse_percent(f"{rate}%"))


def joined(*texts: str | None) -> str:
    """Return remarks as one text."""
    return "；".join(filter(None, texts))


def in_unit_of(cells: Sequence[tuple[Decimal, Unit]], base: str) -> Reading | None:
    """Return the one figure of a sentence that counts what ``base`` counts, or None."""
    same = [one for one in cells if one[1].base == base]
    return Reading(ReadingCode.NUMBER, same[0][0], same[0][1]) if base and len(same) == 1 else None
