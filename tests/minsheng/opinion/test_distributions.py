"""Quantiles and Wilson's interval against published tables."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.distributions import incomplete_beta, normal_quantile, student_quantile, wilson


@pytest.mark.parametrize(
    ("probability", "df", "printed"),
    [
        # NIST/SEMATECH e-Handbook of Statistical Methods, § 1.3.6.7.2.
        (0.90, 1, 3.078),
        (0.975, 1, 12.706),
        (0.999, 1, 318.309),
        (0.975, 2, 4.303),
        (0.95, 5, 2.015),
        (0.975, 10, 2.228),
        (0.99, 30, 2.457),
        (0.975, 60, 2.000),
        (0.975, 100, 1.984),
        (0.999, 100, 3.174),
    ],
)
def test_student_quantiles_as_tabulated(probability: float, df: int, printed: float) -> None:
    assert round(student_quantile(probability, df), 3) == printed


def test_student_has_closed_forms_at_one_and_two_degrees() -> None:
    for probability in (0.6, 0.9, 0.975, 0.9995):
        assert student_quantile(probability, 1) == pytest.approx(math.tan(math.pi * (probability - 0.5)), rel=1e-12)
        closed = (2 * probability - 1) * math.sqrt(2 / (4 * probability * (1 - probability)))
        assert student_quantile(probability, 2) == pytest.approx(closed, rel=1e-12)


@pytest.mark.parametrize("df", [1_000_000, 100_000_000])
def test_student_becomes_normal(df: int) -> None:
    assert student_quantile(0.975, df) == pytest.approx(normal_quantile(0.975), rel=2e-6)


@given(st.floats(0.001, 0.999), st.integers(1, 5000))
def test_student_is_symmetric_and_wider_than_normal(probability: float, df: int) -> None:
    value = student_quantile(probability, df)
    assert value == pytest.approx(-student_quantile(1 - probability, df), rel=1e-9, abs=1e-9)
    assert abs(value) >= abs(normal_quantile(probability)) * (1 - 1e-9) - 1e-12


@pytest.mark.parametrize(("probability", "df"), [(0, 5), (1, 5), (-0.1, 5), (0.5, 0), (math.nan, 5)])
def test_student_refuses_what_has_no_quantile(probability: float, df: int) -> None:
    with pytest.raises(ValueError, match=r"\("):
        student_quantile(probability, df)


@pytest.mark.parametrize("probability", [0, 1, -1, 2, math.nan])
def test_normal_refuses_what_has_no_quantile(probability: float) -> None:
    with pytest.raises(ValueError, match=str(probability)):
        normal_quantile(probability)


def test_incomplete_beta_at_its_ends_and_by_hand() -> None:
    assert incomplete_beta(2, 3, 0) == 0
    assert incomplete_beta(2, 3, 1) == 1
    # I_x(2, 3) = 6x² − 8x³ + 3x⁴
    assert incomplete_beta(2, 3, 0.4) == pytest.approx(6 * 0.16 - 8 * 0.064 + 3 * 0.0256, rel=1e-14)


@pytest.mark.parametrize(
    ("chosen", "asked", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published_by_newcombe(chosen: int, asked: int, low: float, high: float) -> None:
    interval = wilson(chosen / asked, asked)
    assert (round(interval[0], 4), round(interval[1], 4)) == (low, high)


@given(st.floats(0, 1), st.floats(0.5, 1e6), st.floats(0.5, 0.999))
def test_wilson_holds_its_share_inside_0_and_1(share: float, size: float, level: float) -> None:
    low, high = wilson(share, size, level)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


@pytest.mark.parametrize(("share", "size"), [(-0.1, 5), (1.1, 5), (0.5, 0), (0.5, -1), (math.nan, 5), (0.5, math.inf)])
def test_wilson_refuses_what_is_no_share(share: float, size: float) -> None:
    with pytest.raises(ValueError, match=r"\("):
        wilson(share, size)
