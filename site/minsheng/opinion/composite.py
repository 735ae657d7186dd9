"""The composite score: weighted items, with a standard error that knows that the same people answered them."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add, mul

from minsheng.opinion.cells import ALONE, CODES, CellSums, Classes
from minsheng.opinion.coding import Coded
from minsheng.opinion.distributions import student_quantile
from minsheng.opinion.estimates import Estimate, Kind, Note, degrees_of_freedom, stratum_variance

PERCENT = 100.0


@dataclass(frozen=True)
class Part:
    """One item of a composite: its weight, its estimate, and whether it was sampled.

    A figure counted in full (the handling of suggestions) is not sampled and adds nothing to the standard error.
    """

    weight: float
    estimate: Estimate
    is_sampled: bool = True

    @property
    def scale(self) -> float:
        """Points for one unit of the estimate: a share of 1 is worth 100."""
        return PERCENT if self.estimate.kind is Kind.SHARE else 1.0


@dataclass(frozen=True)
class Linear:
    """What one sampled item adds to a person's residual: coefficient · w · (y − mean).

    The coefficient is item weight · scale ÷ Σw of the item, in points per person of the population.
    """

    coefficient: float
    mean: float


def composite_value(parts: Iterable[Part], max_points: float = PERCENT) -> float:
    """Return Σ weight · item score, in points out of ``max_points``."""
    total = math.fsum(part.weight * part.scale * part.estimate.value for part in parts)
    return total * max_points / PERCENT


def residual_sums(
    classes: Classes, items: Sequence[Coded], terms: Mapping[int, Sequence[Linear]]
) -> dict[int, CellSums]:
    """Return the sums of the combined residual r = Σ coefficient · w · (y − mean) for the strata in ``terms``.

    ``terms[stratum]`` has one entry per item; people an item leaves out contribute 0 to it. In the result ``wy`` is
    Σr and ``unit_wwyy`` is Σ(unit total of r)²; ``n``, ``w`` and ``ww`` count those who answered any item. Source:
    linearisation of a sum of ratios, Särndal, Swensson & Wretman 1992, § 5.5.
    """
    keys: Iterable[int] = classes.of
    for place, item in enumerate(items):
        keys = map(add, keys if place == 0 else map(mul, keys, repeat(CODES)), item.codes)
    found: dict[int, list[tuple[int, int, float, float]]] = {stratum: [] for stratum in terms}
    for key, count in Counter(keys).items():
        codes = []
        rest = key
        for _ in items:
            rest, code = divmod(rest, CODES)
            codes.append(code)
        stratum = classes.strata[rest]
        if stratum not in terms or not any(codes):
            continue
        weight = classes.weights[rest]
        residual = math.fsum(
            term.coefficient * weight * (item.values[code] - term.mean)
            for item, code, term in zip(items, reversed(codes), terms[stratum], strict=True)
            if code
        )
        found[stratum].append((classes.units[rest], count, weight, residual))
    return {stratum: _sum_residuals(classes, stratum, people) for stratum, people in found.items()}


def _sum_residuals(classes: Classes, stratum: int, people: Sequence[tuple[int, int, float, float]]) -> CellSums:
    by_unit: dict[int, list[float]] = {}
    for unit, count, _, residual in people:
        if unit != ALONE:
            by_unit.setdefault(unit, []).append(count * residual)
    squares = [count * residual * residual for unit, count, _, residual in people if unit == ALONE]
    squares += [math.fsum(part) ** 2 for part in by_unit.values()]
    return CellSums(
        classes.names[stratum],
        sum(count for _, count, _, _ in people),
        classes.sizes[stratum],
        classes.populations[stratum],
        math.fsum(count * weight for _, count, weight, _ in people),
        math.fsum(count * weight * weight for _, count, weight, _ in people),
        math.fsum(count * residual for _, count, _, residual in people),
        0.0,
        0.0,
        0.0,
        math.fsum(squares),
    )


def combine(
    parts: Sequence[Part], residuals: Sequence[CellSums], *, level: float = 0.95, max_points: float = PERCENT
) -> Estimate:
    """Return the composite of ``parts`` with the interval score ± t·SE from the residuals' sums per stratum.

    ``n`` and ``n_eff`` are the smallest of the sampled parts': a composite rests on its weakest item. There is no
    interval without degrees of freedom.
    """
    value = composite_value(parts, max_points)
    sampled = [part.estimate for part in parts if part.is_sampled and part.weight > 0]
    n = min((estimate.n for estimate in sampled), default=0)
    sizes = [estimate.n_eff for estimate in sampled if estimate.n_eff is not None]
    n_eff = min(sizes, default=None)
    deff = n / n_eff if n_eff else None
    cells = [cell for cell in residuals if cell.units]
    notes = [note for note in Note if any(note in estimate.notes for estimate in sampled) and note is not Note.KISH]
    df = degrees_of_freedom(cells)
    if df < 1:
        return Estimate(Kind.MEAN, value, n, None, None, None, n_eff, deff, None, tuple(notes))
    squared = math.fsum(stratum_variance(cell.unit_wwyy, cell.wy, cell.units, cell.fraction) for cell in cells)
    se = math.sqrt(squared) * max_points / PERCENT
    reach = student_quantile((1 + level) / 2, df) * se
    return Estimate(Kind.MEAN, value, n, se, value - reach, value + reach, n_eff, deff, df, tuple(notes))


def counted_share(shares: Iterable[tuple[int, int]]) -> Estimate | None:
    """Return the mean of shares that were counted in full, each given as part and whole; None if all wholes are 0.

    For the handling of suggestions: replied, on time, and satisfied of rated. A share without a whole is left out
    and the note says so.
    """
    given = list(shares)
    known = [part / whole for part, whole in given if whole > 0]
    if not known:
        return None
    notes = (Note.PARTS_LEFT_OUT,) if len(known) < len(given) else ()
    return Estimate(Kind.SHARE, math.fsum(known) / len(known), max(whole for _, whole in given), notes=notes)
