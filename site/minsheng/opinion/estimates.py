"""Means and shares with their standard error, from weighted sums per stratum."""

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.opinion.cells import CellSums
from minsheng.opinion.distributions import student_quantile, wilson
from minsheng.opinion.errors import NoEstimateError

# Sums carry rounding of about 1e-16 a term; a variance below this part of its terms is no variance.
ROUNDING = 1e-13


class Kind(enum.StrEnum):
    """What is estimated: a mean of points, or a share from 0 to 1."""

    MEAN = "mean"
    SHARE = "share"


class Note(enum.StrEnum):
    """What must be said beside a figure."""

    SINGLE_UNIT_STRATA = "single_unit_strata"
    KISH = "kish"
    NO_STANDARD_ERROR = "no_standard_error"
    NO_DEGREES_OF_FREEDOM = "no_degrees_of_freedom"
    BLENDED = "blended"
    TRIM_NOT_HELD = "trim_not_held"
    SMALL_CELLS_LEFT = "small_cells_left"
    COLLAPSED = "collapsed"
    PARTS_LEFT_OUT = "parts_left_out"


@dataclass(frozen=True)
class Estimate:
    """A figure and what it is worth. ``value``, ``se``, ``low`` and ``high`` are in the unit of the answers
    (points, or 0 to 1 for a share); ``se``, ``low``, ``high``, ``n_eff``, ``deff`` and ``df`` are None where none
    can be had, and ``notes`` says why.
    """

    kind: Kind
    value: float
    n: int
    se: float | None = None
    low: float | None = None
    high: float | None = None
    n_eff: float | None = None
    deff: float | None = None
    df: int | None = None
    notes: tuple[Note, ...] = ()

    @property
    def margin(self) -> float | None:
        """The margin of error: half the interval's width, in the unit of the value."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def mean(cells: Sequence[CellSums]) -> float:
    """Return ȳ = Σwy / Σw. Raises ``NoEstimateError`` where nobody answered."""
    weight = math.fsum(cell.w for cell in cells)
    if not weight > 0:
        raise NoEstimateError("no_answers")
    return math.fsum(cell.wy for cell in cells) / weight


def stratum_variance(squares: float, total: float, units: int, fraction: float) -> float:
    """Return one stratum's part of the variance of a total: (1−f) · n/(n−1) · Σ(t − t̄)².

    ``squares`` is Σt² and ``total`` Σt over the stratum's ``units``, those contributing 0 included; ``fraction``
    is f. A stratum of one unit is centred at the grand mean, which is 0 for the residuals of a mean. Source:
    Särndal, Swensson & Wretman 1992, § 5.5 and 3.7; lonely units as ``survey.lonely.psu="adjust"`` in R's survey.
    """
    if units == 1:
        return (1 - fraction) * squares
    about_mean = squares - total * total / units
    if about_mean < ROUNDING * squares:
        return 0.0
    return (1 - fraction) * units / (units - 1) * about_mean


def variance(cells: Sequence[CellSums]) -> float:
    """Return SE² of the mean by Taylor linearisation, with t = w(y − ȳ)/Σw summed per unit."""
    centre, weight = mean(cells), math.fsum(cell.w for cell in cells)
    parts = []
    for cell in cells:
        terms = (cell.unit_wwyy, -2 * centre * cell.unit_wwy, centre * centre * cell.unit_ww)
        squares = math.fsum(terms)
        if squares < ROUNDING * math.fsum(abs(term) for term in terms):
            continue
        total = cell.wy - centre * cell.w
        parts.append(stratum_variance(squares, total, cell.units, cell.fraction))
    return math.fsum(parts) / (weight * weight)


def population_variance(cells: Sequence[CellSums]) -> float:
    """Return Σw(y−ȳ)²/Σw, the weighted variance of the answers themselves."""
    centre, weight = mean(cells), math.fsum(cell.w for cell in cells)
    squares = math.fsum(cell.wyy for cell in cells) / weight
    spread = squares - centre * centre
    return spread if spread > ROUNDING * squares else 0.0


def kish(cells: Sequence[CellSums]) -> float:
    """Return Kish's effective size (Σw)²/Σw² (Kish 1965, § 11.2C). Raises ``NoEstimateError`` without answers."""
    squares = math.fsum(cell.ww for cell in cells)
    if not squares > 0:
        raise NoEstimateError("no_answers")
    weight = math.fsum(cell.w for cell in cells)
    return weight * weight / squares


def degrees_of_freedom(cells: Sequence[CellSums]) -> int:
    """Return units minus strata, over the strata that have units."""
    return sum(cell.units - 1 for cell in cells if cell.units)


def simple_variance(cells: Sequence[CellSums], kind: Kind) -> float:
    """Return the variance that deff compares with: p(1−p)/n for a share, n/(n−1)·Σw(y−ȳ)²/Σw ÷ n for a mean."""
    n = sum(cell.n for cell in cells)
    if kind is Kind.SHARE:
        share = mean(cells)
        return share * (1 - share) / n
    return population_variance(cells) / (n - 1) if n > 1 else 0.0


def estimate(cells: Sequence[CellSums], kind: Kind, *, level: float = 0.95, use_kish: bool = False) -> Estimate:
    """Estimate a mean or a share from its strata's sums, with an interval of confidence ``level``.

    A share has Wilson's interval on n_eff = p(1−p)/SE², a mean ȳ ± t·SE. Kish's n_eff stands in where there is no
    SE or it is 0, and everywhere if ``use_kish``. Raises ``NoEstimateError`` where nobody answered.
    """
    cells = [cell for cell in cells if cell.units]
    value, n, df = mean(cells), sum(cell.n for cell in cells), degrees_of_freedom(cells)
    if kind is Kind.SHARE:
        value = min(1.0, max(0.0, value))
    notes = []
    squared = variance(cells)
    if any(cell.units == 1 for cell in cells):
        notes.append(Note.SINGLE_UNIT_STRATA)
    simple = simple_variance(cells, kind)
    se = math.sqrt(squared) if df > 0 else None
    if se is None:
        notes.append(Note.NO_DEGREES_OF_FREEDOM)
    if use_kish or not se or not simple:
        n_eff = kish(cells)
        notes.append(Note.KISH)
    else:
        n_eff = n * simple / squared
    low: float | None = None
    high: float | None = None
    if kind is Kind.SHARE:
        low, high = wilson(value, n_eff, level)
    elif se is not None:
        reach = student_quantile((1 + level) / 2, df) * se
        low, high = value - reach, value + reach
    return Estimate(kind, value, n, se, low, high, n_eff, n / n_eff, df if df > 0 else None, tuple(notes))
