"""The change from one year to the next, with an interval of its own."""

import math
from dataclasses import dataclass

from minsheng.opinion.distributions import student_quantile
from minsheng.opinion.estimates import Estimate, Kind

ROUNDING = 1e-9


@dataclass(frozen=True)
class Change:
    """Later minus earlier, in the unit of the estimates; ``low`` and ``high`` are None where none can be had."""

    difference: float
    low: float | None = None
    high: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0, so that one may speak of a rise or a fall."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def change(earlier: Estimate, later: Estimate, level: float = 0.95) -> Change:
    """Return the change between two estimates from different samples, whose intervals have confidence ``level``.

    Means: difference ± t·√(SE₁² + SE₂²) with Welch and Satterthwaite's degrees of freedom. Shares: Newcombe's
    hybrid of the two Wilson intervals (Newcombe 1998, Statistics in Medicine 17, 873–890, method 10), which never
    leaves −1 to 1. Raises ``ValueError`` for a mean and a share.
    """
    if earlier.kind is not later.kind:
        raise ValueError((earlier.kind, later.kind))
    difference = later.value - earlier.value
    if later.kind is Kind.SHARE:
        return _of_shares(earlier, later, difference)
    if earlier.se is None or later.se is None or not earlier.df or not later.df:
        return Change(difference)
    parts = (earlier.se**2, later.se**2)
    spread = math.fsum(part * part / df for part, df in zip(parts, (earlier.df, later.df), strict=True))
    if spread == 0:
        return Change(difference, difference, difference)
    # Where one SE is 0 the degrees are those of the other, whole but for rounding.
    df = max(1, math.floor(math.fsum(parts) ** 2 / spread + ROUNDING))
    reach = student_quantile((1 + level) / 2, df) * math.sqrt(math.fsum(parts))
    return Change(difference, difference - reach, difference + reach)


def _of_shares(earlier: Estimate, later: Estimate, difference: float) -> Change:
    if earlier.low is None or earlier.high is None or later.low is None or later.high is None:
        return Change(difference)
    down = math.hypot(later.value - later.low, earlier.high - earlier.value)
    up = math.hypot(later.high - later.value, earlier.value - earlier.low)
    return Change(difference, difference - down, difference + up)
