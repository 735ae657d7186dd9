"""Rates of money name their denominator and are never capped."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.records import rates
from minsheng.records.rates import Denominator, RateKind


def test_a_city_may_publish_more_than_100_percent_arrived() -> None:
    arrived, planned = 10_357, 10_000
    rate = rates.arrival(arrived, planned)
    assert rate.percent == Fraction("103.57")
    assert rate.denominator is Denominator.PLANNED


def test_each_rate_has_its_own_denominator() -> None:
    assert rates.disbursement(25_600, 26_300).denominator is Denominator.ARRIVED
    assert rates.spending(1, 2).denominator is Denominator.DISBURSED
    assert rates.completion(1, 2).denominator is Denominator.PLANNED_INVESTMENT_OF_YEAR
    assert set(rates.DENOMINATORS) == set(RateKind)


def test_xuancheng_2013() -> None:
    """宣城市2013年1-8月民生工程资金: 26.3亿 arrived, 25.6亿 disbursed."""
    percent = rates.disbursement(256_000_000_000, 263_000_000_000).percent
    assert percent is not None
    assert rates.rounded(percent) == Decimal("97.3")


def test_no_denominator_gives_no_rate() -> None:
    for rate in (rates.arrival(5, 0), rates.arrival(5, None), rates.arrival(None, 5), rates.arrival(0, 0)):
        assert rate.percent is None
    assert rates.arrival(0, 5).percent == 0


@pytest.mark.parametrize(
    ("percent", "places", "shown"),
    [
        (Fraction(1, 3) * 100, 1, "33.3"),
        (Fraction("0.05"), 1, "0.1"),
        (Fraction("-0.05"), 1, "-0.1"),
        (Fraction("99.96"), 1, "100.0"),
        (Fraction(500, 12), 1, "41.7"),
        (Fraction("2.5"), 0, "3"),
        (Fraction(0), 2, "0.00"),
    ],
)
def test_rounding_is_half_away_from_zero(percent: Fraction, places: int, shown: str) -> None:
    assert str(rates.rounded(percent, places)) == shown


@given(st.fractions(-10_000, 10_000, max_denominator=10_000), st.integers(0, 4))
def test_rounding_is_never_off_by_more_than_half_a_place(percent: Fraction, places: int) -> None:
    assert abs(Fraction(rates.rounded(percent, places)) - percent) <= Fraction(1, 2 * 10**places)


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_rate_times_its_denominator_is_its_numerator(part: int, whole: int) -> None:
    percent = rates.share(part, whole)
    assert percent is not None
    assert percent * whole / 100 == part
