"""Ranks, twice: at the published precision with ties skipping, and as joint intervals."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import NormalDist

from minsheng.opinion.estimates import Estimate
from minsheng.opinion.schemes import RankMethod

SETTLED = 9
"""Decimals of a score that are the same however it was summed."""


@dataclass(frozen=True)
class RankInterval:
    """Between ``best`` and ``worst`` of ``of``, 1 being the first."""

    best: int
    worst: int
    of: int


def joint_z(count: int, alpha: float, method: RankMethod) -> float:
    """Return z so that ``count`` intervals hold together with probability 1 − ``alpha``.

    Independent estimates: Φ⁻¹(1 − (1 − (1−α)^{1/K})/2). Estimates from the same people: Bonferroni,
    Φ⁻¹(1 − α/2K). Raises ``ValueError`` for no estimates or an α outside the open interval 0 to 1.
    """
    if count < 1 or not 0 < alpha < 1:
        raise ValueError((count, alpha))
    tail = alpha / count if method is RankMethod.BONFERRONI else 1 - (1 - alpha) ** (1 / count)
    return NormalDist().inv_cdf(1 - tail / 2)


def rank_intervals(
    estimates: Mapping[str, tuple[float, float]], alpha: float, method: RankMethod
) -> dict[str, RankInterval]:
    """Return each place's joint rank interval from its score and standard error (same unit, SE ≥ 0), highest first.

    Best rank 1 + #{j : L_j ≥ U_k}, worst K − #{j : U_j ≤ L_k}, with L and U = score ∓ z·SE; an infinite SE leaves
    every rank open. Source: Klein, Wright & Wieczorek 2020, JRSS-C 69, 589–606, doi 10.1111/rssc.12402. Raises
    ``ValueError`` for a negative or unknown SE.
    """
    if not estimates:
        return {}
    z = joint_z(len(estimates), alpha, method)
    for name, (value, se) in estimates.items():
        if not se >= 0 or math.isnan(value):
            raise ValueError(name)
    limits = {name: (value - z * se, value + z * se, value) for name, (value, se) in estimates.items()}
    found = {}
    for name, (low, high, value) in limits.items():
        # Comparing the scores too keeps two equal scores without any error from being above each other.
        above = sum(other_low >= high and other > value for other_low, _, other in limits.values())
        below = sum(other_high <= low and other < value for _, other_high, other in limits.values())
        found[name] = RankInterval(1 + above, len(limits) - below, len(limits))
    return found


def intervals_of(scores: Mapping[str, Estimate], alpha: float, method: RankMethod) -> dict[str, RankInterval]:
    """Return each place's joint rank interval; a place without a standard error may have any rank.

    Where no place has one, as in a blend, there are no intervals.
    """
    if all(found.se is None for found in scores.values()):
        return {}
    errors = {name: math.inf if found.se is None else found.se for name, found in scores.items()}
    return rank_intervals({name: (found.value, errors[name]) for name, found in scores.items()}, alpha, method)


def printed(score: float, decimals: int) -> Decimal:
    """Return a score as it is printed: rounded half up, from the digits that do not depend on the order of sums."""
    settled = Decimal(repr(round(score, SETTLED)))
    return settled.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def printed_ranks(scores: Mapping[str, float], decimals: int) -> dict[str, int]:
    """Return each place's rank by its score as printed to ``decimals``, highest first, ties skipping (1, 2, 2, 4)."""
    shown = {name: printed(score, decimals) for name, score in scores.items()}
    in_order = sorted(shown.values(), reverse=True)
    return {name: 1 + in_order.index(score) for name, score in shown.items()}
