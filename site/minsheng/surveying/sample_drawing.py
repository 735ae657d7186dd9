"""Drawing a sample: pure arithmetic over identities, strata and sampling units, from a seed that nobody chose.

The random order of a stratum is that of ``SHA-256(seed / stratum / identity)``: anybody who has the seed and the frame
draws the same people, in whatever order the frame is read.
"""

import decimal
import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

PLACES = decimal.Decimal("0.0001")
"""Weights are kept with four places."""
Weight = decimal.Decimal
Named = TypeVar("Named", bound=Hashable)


class CannotDrawError(ValueError):
    """The sizes do not fit the frame; ``reason`` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Wanted:
    """What to draw from one stratum: ``size`` people, and ``reserve`` more that wait in order.

    With ``units`` above 0 so many sampling units are drawn first, and the people from them in equal parts.
    """

    size: int
    reserve: int = 0
    units: int = 0


@dataclass(frozen=True)
class Drawn:
    """One drawn identity. ``turn`` counts from 1 in the random order of its stratum, or of its unit."""

    identity: int
    unit: str
    turn: int
    is_reserve: bool
    weight: Fraction


@dataclass(frozen=True)
class Part:
    """What was drawn from one stratum, or from one drawn unit of it: ``drawn`` and ``reserve`` out of ``total``.

    ``units`` of ``units_total`` sampling units were drawn; 0 of 0 where a stratum is drawn from at once.
    """

    unit: str
    total: int
    drawn: int
    reserve: int
    units: int
    units_total: int

    @property
    def weight(self) -> Fraction:
        """How many people of the frame one drawn person stands for: N_h / n_h, times M_h / m_h with units."""
        return weight_of(self.total, self.drawn, self.units, self.units_total)


def weight_of(total: int, drawn: int, units: int = 0, units_total: int = 0) -> Fraction:
    """Return N_h / n_h, or with sampling units M_h / m_h × N_hi / n_hi."""
    return Fraction(total, drawn) * (Fraction(units_total, units) if units else 1)


def stored(weight: Fraction) -> decimal.Decimal:
    """Return a weight as it is kept, rounded to four places."""
    exact = decimal.Decimal(weight.numerator) / decimal.Decimal(weight.denominator)
    return exact.quantize(PLACES, decimal.ROUND_HALF_EVEN)


def in_random_order(seed: str, name: str, identities: Iterable[Named]) -> list[Named]:
    """Return identities in the order that the seed gives them, whatever order they come in."""
    return sorted(identities, key=lambda one: (hashlib.sha256(f"{seed}/{name}/{one}".encode()).digest(), str(one)))


def draw(seed: str, stratum: str, units: Mapping[str, Sequence[int]], wanted: Wanted) -> tuple[list[Drawn], list[Part]]:
    """Draw from one stratum, whose identities are given by sampling unit.

    Raises ``CannotDrawError``: ``size`` below 1 or above the stratum, ``units`` above those there are, ``unit_size``
    where a unit would give nobody.
    """
    total = sum(len(members) for members in units.values())
    if not 0 < wanted.size <= total or wanted.reserve < 0:
        raise CannotDrawError("size")
    if not wanted.units:
        everybody = [identity for members in units.values() for identity in members]
        home = {identity: unit for unit, members in units.items() for identity in members}
        part = Part("", total, wanted.size, min(wanted.reserve, total - wanted.size), 0, 0)
        return _take(seed, stratum, everybody, part, home), [part]
    if wanted.units > len(units):
        raise CannotDrawError("units")
    if wanted.size < wanted.units:
        raise CannotDrawError("unit_size")
    chosen = in_random_order(seed, f"{stratum}/units", units)[: wanted.units]
    people: list[Drawn] = []
    parts: list[Part] = []
    for place, unit in enumerate(chosen):
        members = units[unit]
        size = min(len(members), _share(wanted.size, wanted.units, place))
        reserve = min(len(members) - size, _share(wanted.reserve, wanted.units, place))
        part = Part(unit, len(members), size, reserve, wanted.units, len(units))
        people.extend(_take(seed, f"{stratum}/{unit}", members, part, dict.fromkeys(members, unit)))
        parts.append(part)
    return people, parts


def _share(whole: int, parts: int, place: int) -> int:
    """Return the part of a whole at ``place`` when it is dealt out evenly."""
    return whole // parts + (1 if place < whole % parts else 0)


def _take(seed: str, name: str, identities: Iterable[int], part: Part, home: Mapping[int, str]) -> list[Drawn]:
    order = in_random_order(seed, name, identities)[: part.drawn + part.reserve]
    return [
        Drawn(identity, home[identity], turn, turn > part.drawn, part.weight)
        for turn, identity in enumerate(order, start=1)
    ]
