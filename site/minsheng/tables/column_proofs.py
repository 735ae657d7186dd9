"""What the cells of a table prove about its columns: a share that fits its figures tells what all three are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from minsheng.tables.columns import Column
from minsheng.tables.meanings import MONEY, Meaning
from minsheng.tables.units import unit_of

_MOSTLY = Decimal("0.8")
_CLOSE = Decimal("0.05")
_Values = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the filled cells of a column are, as shares from 0 to 1; ``plain`` figures stand in no sentence."""

    filled: int
    figures: float
    plain: float
    percents: float
    agencies: float
    units: float
    places: float
    towns: float
    """Cells that name a town or a county and can hardly name a project, 合计 aside."""
    days: float
    distinct: int
    length: float
    roles: float = 0
    """Cells that say of their row that it is the plan or the result."""
    values: tuple[Decimal | None, ...] = ()
    """The figures from top to bottom, shares in percent, None for what is none."""


def by_arithmetic(columns: list[Column], profiles: Mapping[int, Profile]) -> list[Column]:
    """Take a column of figures for the target where the stated shares are the results' shares of it."""
    results = [one for one in columns if one.meaning is Meaning.DONE and one.is_certain]
    rates = [one for one in columns if one.meaning is Meaning.RATE]
    if len(results) != 1 or len(rates) != 1 or any(one.meaning is Meaning.TARGET for one in columns):
        return columns
    values = {one.index: profiles[one.index].values for one in columns}
    candidates = [
        one
        for one in columns
        if one.meaning is Meaning.DONE
        and not one.is_certain
        and _are_shares(values[results[0].index], values[one.index], values[rates[0].index], fewest=2)
    ]
    if len(candidates) != 1:
        return columns
    group, place = results[0].key
    target = replace(candidates[0], meaning=Meaning.TARGET, is_certain=True, group=group, place=place)
    told = {target.index: target, rates[0].index: replace(rates[0], group=group, place=place)}
    return [told.get(column.index, column) for column in columns]


def confirmed(columns: list[Column], profiles: Mapping[int, Profile]) -> list[Column]:
    """Let columns be certain that their figures prove: plain numbers that are the percentages they ought to be."""

    def is_proved(rate: Column) -> bool:
        if rate.meaning is not Meaning.RATE or rate.is_certain:
            return False
        of = {one.meaning: one for one in columns if one.key == rate.key}
        if not {Meaning.TARGET, Meaning.DONE} <= of.keys():
            return False
        parts, wholes = (profiles[of[one].index].values for one in (Meaning.DONE, Meaning.TARGET))
        return _are_shares(parts, wholes, profiles[rate.index].values, fewest=1)

    return [replace(column, is_certain=True) if is_proved(column) else column for column in columns]


def is_share_of_money(rate: Column, columns: Sequence[Column], profiles: Mapping[int, Profile]) -> bool | None:
    """Whether percentages are shares of one amount of their rows in another; None where there are no two amounts."""
    wholes = [one for one in columns if one.meaning in {Meaning.PLANNED, Meaning.TOTAL, Meaning.ARRIVED}]
    parts = [one for one in columns if one.meaning in MONEY - {Meaning.PLANNED, Meaning.TOTAL}]
    pairs = [(part, whole) for part in parts for whole in wholes if part is not whole]
    shares = profiles[rate.index].values
    if not pairs:
        return None
    return any(
        _are_shares(_amounts(part, profiles), _amounts(whole, profiles), shares, fewest=1) for part, whole in pairs
    )


def _amounts(column: Column, profiles: Mapping[int, Profile]) -> _Values:
    """Return the amounts of a column in yuan, as far as its heading says their unit."""
    power = unit_of(column.unit).power
    return [None if value is None else value.scaleb(power) for value in profiles[column.index].values]


def _are_shares(parts: _Values, wholes: _Values, percents: _Values, *, fewest: int) -> bool:
    """Whether at least so many percentages, and nearly all there are, are shares of parts in wholes as printed."""
    fits = list(_fits(parts, wholes, percents))
    return sum(fits) >= max(Decimal(fewest), _MOSTLY * len(fits))


def _fits(parts: _Values, wholes: _Values, percents: _Values) -> Iterator[bool]:
    """Say of each row with all three whether they fit, within what was rounded away."""
    for part, whole, percent in zip(parts, wholes, percents, strict=False):
        if part is not None and whole and percent is not None:
            last_place = Decimal(1).scaleb(min(int(percent.as_tuple().exponent), 0))
            yield abs(part / whole * 100 - percent) <= max(last_place, _CLOSE)
