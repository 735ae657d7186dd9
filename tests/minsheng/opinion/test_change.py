"""Year-on-year change with its interval."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.change import change
from minsheng.opinion.distributions import student_quantile, wilson
from minsheng.opinion.estimates import Estimate, Kind


def share(chosen: int, asked: int) -> Estimate:
    low, high = wilson(chosen / asked, asked)
    return Estimate(Kind.SHARE, chosen / asked, asked, 0.1, low, high, asked, 1.0, asked - 1)


def points(value: float, se: float | None, df: int | None = 100) -> Estimate:
    return Estimate(Kind.MEAN, value, 101, se, df=df)


def test_a_mean_by_hand() -> None:
    found = change(points(70, 3, 50), points(78, 4, 80))
    assert found.difference == 8
    # df = 25² / (9²/50 + 16²/80) = 129.3; t(.975, 129) = 1.97852
    assert found.low == pytest.approx(8 - 1.97852 * 5, abs=1e-4)
    assert found.high == pytest.approx(8 + 1.97852 * 5, abs=1e-4)
    assert not found.is_clear
    assert change(points(60, 3), points(78, 4)).is_clear
    assert change(points(78, 3), points(60, 4)).is_clear


def test_a_share_as_published_by_newcombe() -> None:
    # Newcombe 1998, table II (a), method 10: 56/70 − 48/80 = +.2000, interval .0524 to .3339.
    found = change(share(48, 80), share(56, 70))
    assert found.low is not None
    assert found.high is not None
    assert (round(found.difference, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)


def test_without_a_standard_error_there_is_no_interval() -> None:
    for found in (
        change(points(70, None, None), points(80, 2)),
        change(Estimate(Kind.SHARE, 0.5, 9), share(5, 10)),
    ):
        assert (found.low, found.high, found.is_clear) == (None, None, False)


def test_no_error_at_all_is_exact() -> None:
    found = change(points(70, 0), points(70, 0))
    assert (found.difference, found.low, found.high, found.is_clear) == (0, 0, 0, False)


def test_a_mean_is_not_compared_with_a_share() -> None:
    with pytest.raises(ValueError, match="mean"):
        change(points(70, 1), share(1, 2))


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_a_change_of_shares_stays_possible(a: int, m: int, b: int, n: int) -> None:
    found = change(share(min(a, m), m), share(min(b, n), n))
    assert found.low is not None
    assert found.high is not None
    assert -1 - 1e-9 <= found.low <= found.difference + 1e-9
    assert found.difference - 1e-9 <= found.high <= 1 + 1e-9
    assert math.isfinite(found.low + found.high)


def test_beside_a_figure_without_error_the_degrees_are_those_of_the_other() -> None:
    found = change(Estimate(Kind.MEAN, 60, 400, 1.119097629068564, df=399), Estimate(Kind.MEAN, 70, 400, 0.0, df=399))
    assert found.low == pytest.approx(10 - student_quantile(0.975, 399) * 1.119097629068564, abs=1e-9)
