"""Sums per weighting cell: everything the estimates need, and nothing about any one person.

Respondents are first gathered into classes of equal stratum, sampling unit and weight; answers are then counted
per class. Sums are built from those counts with ``math.fsum``, which rounds once, so the order of the answers
never changes a digit.
"""

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add

CODES = 256
"""An item's codes are bytes: 0 for people the item leaves out, else the place of the value among its values."""


ALONE = -1
"""The unit of people who are each a sampling unit of their own."""


@dataclass(frozen=True)
class CellSums:
    """One stratum's sums of one item: y the coded answer, w the weight.

    ``n`` counts the people who answered, ``units`` all sampling units of the stratum (answering or not; a person
    where there are no clusters), ``population`` the units the stratum was drawn from, 0 where that is not to be
    taken into account. ``w``, ``ww``, ``wy``, ``wyy`` are Σw, Σw², Σwy, Σwy² over people; the ``unit_`` sums are
    over units, of their totals Σw and Σwy: where each person is a unit they are Σw², Σw²y and Σw²y².
    """

    cell: str
    n: int
    units: int
    population: float
    w: float
    ww: float
    wy: float
    wyy: float
    unit_ww: float
    unit_wwy: float
    unit_wwyy: float

    @property
    def fraction(self) -> float:
        """The sampling fraction f, from 0 to 1; 0 where the population is not to be taken into account."""
        return min(1.0, self.units / self.population) if self.population > 0 else 0.0


@dataclass(frozen=True)
class Classes:
    """Respondents gathered by equal stratum, unit and weight.

    ``of`` holds each respondent's class number times ``CODES``. ``strata``, ``units`` and ``weights`` describe
    each class: stratum number, unit number (−1: each person is a unit) and weight. ``sizes`` is the number of
    units in each stratum, ``populations`` and ``names`` describe the strata.
    """

    of: "array[int]"
    strata: tuple[int, ...]
    units: tuple[int, ...]
    weights: tuple[float, ...]
    sizes: tuple[int, ...]
    populations: tuple[float, ...]
    names: tuple[str, ...]

    @classmethod
    def gather(
        cls,
        strata: Sequence[int],
        weights: Sequence[float],
        names: Sequence[str],
        psus: Sequence[str] | None = None,
        populations: Sequence[float] | None = None,
    ) -> "Classes":
        """Gather respondents given each one's stratum number (into ``names``), weight and, if clustered, PSU.

        Whoever has no PSU (``""``) is a unit of their own, also beside others who have one: phone calls beside paper
        from drawn villages. ``populations`` gives the sampling units each stratum was drawn from, 0 where unknown.
        """
        if psus is None:
            keys = list(zip(strata, weights, strict=True))
            known: dict[tuple[int, float], int] = {key: place for place, key in enumerate(sorted(set(keys)))}
            places = [known[key] for key in keys]
            described = [(stratum, ALONE, weight) for stratum, weight in known]
            counts = Counter(strata)
        else:
            pairs = list(zip(strata, psus, strict=True))
            numbers = {pair: place for place, pair in enumerate(sorted({pair for pair in pairs if pair[1]}))}
            in_unit = [numbers.get(pair, ALONE) for pair in pairs]
            triples = list(zip(strata, in_unit, weights, strict=True))
            described = sorted(set(triples))
            by_triple = {triple: place for place, triple in enumerate(described)}
            places = [by_triple[triple] for triple in triples]
            counts = Counter(stratum for stratum, _ in numbers) + Counter(stratum for stratum, psu in pairs if not psu)
        return cls(
            array("q", [place * CODES for place in places]),
            tuple(stratum for stratum, _, _ in described),
            tuple(unit for _, unit, _ in described),
            tuple(weight for _, _, weight in described),
            tuple(counts[stratum] for stratum in range(len(names))),
            tuple(populations) if populations is not None else (0.0,) * len(names),
            tuple(names),
        )


def tally(classes: Classes, codes: bytes) -> dict[int, list[tuple[int, int, int]]]:
    """Count the answers to one item: class, code and count, by stratum, without the people left out."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for key, count in Counter(map(add, classes.of, codes)).items():
        place, code = divmod(key, CODES)
        if code:
            found.setdefault(classes.strata[place], []).append((place, code, count))
    return found


def cell_sums(classes: Classes, codes: bytes, values: Sequence[float]) -> list[CellSums]:
    """Return the sums of one item for each stratum, in the order of ``classes.names``, empty strata included.

    ``codes`` has one byte per respondent; ``values[code]`` is y, in the item's own unit; code 0 is left out.
    """
    counted = tally(classes, codes)
    return [_sum_stratum(classes, stratum, counted.get(stratum, ()), values) for stratum in range(len(classes.names))]


def _sum_stratum(
    classes: Classes, stratum: int, counted: Iterable[tuple[int, int, int]], values: Sequence[float]
) -> CellSums:
    people: list[tuple[int, int, float, float]] = [
        (classes.units[place], count, classes.weights[place], values[code]) for place, code, count in counted
    ]
    alone = [(count, w, y) for unit, count, w, y in people if unit == ALONE]
    clusters = _unit_totals(person for person in people if person[0] != ALONE)
    return CellSums(
        classes.names[stratum],
        sum(count for _, count, _, _ in people),
        classes.sizes[stratum],
        classes.populations[stratum],
        math.fsum(count * w for _, count, w, _ in people),
        math.fsum(count * w * w for _, count, w, _ in people),
        math.fsum(count * w * y for _, count, w, y in people),
        math.fsum(count * w * y * y for _, count, w, y in people),
        math.fsum([*(count * w * w for count, w, _ in alone), *(w * w for w, _ in clusters)]),
        math.fsum([*(count * w * w * y for count, w, y in alone), *(w * wy for w, wy in clusters)]),
        math.fsum([*(count * w * w * y * y for count, w, y in alone), *(wy * wy for _, wy in clusters)]),
    )


def _unit_totals(people: Iterable[tuple[int, int, float, float]]) -> list[tuple[float, float]]:
    """Return each unit's Σw and Σwy."""
    by_unit: dict[int, list[tuple[float, float]]] = {}
    for unit, count, w, y in people:
        by_unit.setdefault(unit, []).append((count * w, count * w * y))
    return [(math.fsum(w for w, _ in part), math.fsum(wy for _, wy in part)) for part in by_unit.values()]


def add_cells(cells: Sequence[CellSums], name: str) -> CellSums:
    """Return the sums of several strata taken as one. A population not known for all is not known for the whole."""
    known = all(cell.population > 0 for cell in cells)
    return CellSums(
        name,
        sum(cell.n for cell in cells),
        sum(cell.units for cell in cells),
        math.fsum(cell.population for cell in cells) if known else 0.0,
        math.fsum(cell.w for cell in cells),
        math.fsum(cell.ww for cell in cells),
        math.fsum(cell.wy for cell in cells),
        math.fsum(cell.wyy for cell in cells),
        math.fsum(cell.unit_ww for cell in cells),
        math.fsum(cell.unit_wwy for cell in cells),
        math.fsum(cell.unit_wwyy for cell in cells),
    )


def group_small(views: Sequence[Sequence[CellSums]], least: int) -> list[tuple[str, ...]]:
    """Return which cells to take as one so that no view, and no difference between views, shows a small group.

    ``views`` are nested (such as all answers, then those without flags): each later one holds fewer people. A group
    of fewer than ``least`` people joins the next smallest. Where views do not have the same cells, all become one.
    """
    sizes = [{cell.cell: cell.n for cell in cells if cell.units} for cells in views]
    names = sorted(sizes[0]) if sizes else []
    if any(sorted(size) != names for size in sizes):
        return [tuple(sorted({name for size in sizes for name in size}))]

    def ranked(group: tuple[str, ...], counts: tuple[int, ...]) -> tuple[bool, tuple[int, ...], tuple[str, ...]]:
        differences = [more - fewer for more, fewer in pairwise(counts)]
        is_small = any(n < least for n in counts) or any(0 < difference < least for difference in differences)
        # The small ones join each other before they draw in one that could stand alone.
        return not is_small, counts, group

    queue = [ranked((name,), tuple(size[name] for size in sizes)) for name in names]
    heapq.heapify(queue)
    while len(queue) > 1 and not queue[0][0]:
        (_, counts, group), (_, more, other) = heapq.heappop(queue), heapq.heappop(queue)
        heapq.heappush(queue, ranked(tuple(sorted((*group, *other))), tuple(map(add, counts, more))))
    return sorted(group for _, _, group in queue)


def join_groups(groupings: Iterable[Sequence[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Return the finest groups of cells of which every group of every grouping is a part."""
    joined: list[set[str]] = []
    for group in (group for groups in groupings for group in groups):
        touching = [held for held in joined if not held.isdisjoint(group)]
        joined = [held for held in joined if held.isdisjoint(group)] + [set(group).union(*touching)]
    return sorted(tuple(sorted(held)) for held in joined)


def pool(cells: Sequence[CellSums], groups: Iterable[tuple[str, ...]]) -> list[CellSums]:
    """Return one cell for each group of cell names, in the order of the groups; cells without units are dropped.

    Pooling strata can only overstate the variance on average (Wolter 2007, Introduction to Variance Estimation,
    ch. 2), so it never makes an estimate look better than it is. Both editions of the package estimate from pooled
    cells, so both give the same figures.
    """
    known = {cell.cell: cell for cell in cells if cell.units}
    pooled = []
    for group in groups:
        held = [known[name] for name in group if name in known]
        if len(held) == 1:
            pooled.append(held[0])
        elif held:
            pooled.append(add_cells(held, "+".join(cell.cell for cell in held)))
    return pooled


def by_name(cells: Mapping[str, Sequence[CellSums]]) -> list[CellSums]:
    """Return the cells of several places as the strata of the whole, named ``place/cell``."""
    return [
        CellSums(f"{place}/{cell.cell}", *[getattr(cell, field) for field in SUM_FIELDS])
        for place in sorted(cells)
        for cell in cells[place]
    ]


SUM_FIELDS = tuple(name for name in CellSums.__dataclass_fields__ if name != "cell")
"""The fields of ``CellSums`` that are figures, in the order of its columns in the package."""
