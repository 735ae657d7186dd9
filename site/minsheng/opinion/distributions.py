"""Quantiles of the normal and Student distributions with Python's standard library alone."""

import functools
import math
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_FRACTION_STEPS = 10_000
_BISECTIONS = 200


def normal_quantile(probability: float) -> float:
    """Return z with Φ(z) = ``probability``. Raises ``ValueError`` outside the open interval 0 to 1."""
    if not 0 < probability < 1:
        raise ValueError(probability)
    return _NORMAL.inv_cdf(probability)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function by Lentz's method.

    Source: DLMF 8.17.22, https://dlmf.nist.gov/8.17#v.
    """
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _FRACTION_STEPS):
        change = 1.0
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 + term * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + term / c
            c = c if abs(c) > _TINY else _TINY
            change = d * c
            value *= change
        if abs(change - 1) < 1e-16:
            break
    return value


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for a, b > 0 and x from 0 to 1 (DLMF 8.17)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges fast only on this side of the mean; the other side follows by symmetry.
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1 - front * _continued_fraction(b, a, 1 - x) / b


@functools.cache
def student_quantile(probability: float, df: int) -> float:
    """Return t with P(T ≤ t) = ``probability`` for Student's distribution with ``df`` degrees of freedom.

    P(|T| > t) = I_{df/(df+t²)}(df/2, 1/2) is inverted by bisection, so the answer has full precision without a
    table. Raises ``ValueError`` for a probability outside the open interval 0 to 1 or fewer than one degree.
    """
    if not 0 < probability < 1 or df < 1:
        raise ValueError((probability, df))
    if probability == 0.5:
        return 0.0
    tail = 2 * min(probability, 1 - probability)
    low, high = 0.0, 1.0
    while incomplete_beta(df / 2, 0.5, df / (df + high * high)) > tail:
        low, high = high, high * 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if incomplete_beta(df / 2, 0.5, df / (df + middle * middle)) > tail:
            low = middle
        else:
            high = middle
    return math.copysign((low + high) / 2, probability - 0.5)


def wilson(share: float, size: float, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a ``share`` (0 to 1) observed on ``size`` people, or on an effective size.

    ``[p + z²/2n ± z√(p(1−p)/n + z²/4n²)] / (1 + z²/n)``. Source: Wilson 1927; checked against Newcombe 1998.
    Raises ``ValueError`` for a share outside 0 to 1 or a size that is not positive and finite.
    """
    if not 0 <= share <= 1 or not 0 < size < math.inf:
        raise ValueError((share, size))
    z = normal_quantile((1 + level) / 2)
    middle = share + z * z / (2 * size)
    reach = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    # At 0 and 1 the two terms cancel exactly in theory and nearly in floating point.
    low = 0.0 if share == 0 else max(0.0, (middle - reach) / scale)
    high = 1.0 if share == 1 else min(1.0, (middle + reach) / scale)
    return low, high
