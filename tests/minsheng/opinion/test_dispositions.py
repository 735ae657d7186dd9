"""Response rates by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.dispositions import Disposition, response_rates

COUNTS = {
    Disposition.COMPLETE: 400,
    Disposition.PARTIAL: 50,
    Disposition.REFUSAL: 200,
    Disposition.NON_CONTACT: 150,
    Disposition.OTHER: 0,
    Disposition.UNKNOWN_HOUSEHOLD: 100,
    Disposition.UNKNOWN_OTHER: 100,
    Disposition.NOT_ELIGIBLE: 200,
}


def test_rates_by_hand() -> None:
    rates = response_rates(COUNTS)
    assert rates.rr1 == pytest.approx(400 / 1000)
    assert rates.rr2 == pytest.approx(450 / 1000)
    # e = 800 eligible of the 1,000 whose eligibility is known, so 160 of the 200 unknown count.
    assert rates.e == pytest.approx(0.8)
    assert rates.is_e_estimated
    assert rates.rr3 == pytest.approx(400 / 960)
    assert rates.rr4 == pytest.approx(450 / 960)


def test_a_given_e_is_used_and_stated() -> None:
    rates = response_rates(COUNTS, e=0.5)
    assert (rates.e, rates.is_e_estimated) == (0.5, False)
    assert rates.rr3 == pytest.approx(400 / 900)


def test_nobody_drawn_has_no_rate() -> None:
    rates = response_rates({})
    assert (rates.rr1, rates.rr2, rates.rr3, rates.rr4, rates.e) == (None, None, None, None, None)
    unknown_only = response_rates({Disposition.UNKNOWN_OTHER: 5})
    assert unknown_only.rr1 == 0
    assert unknown_only.rr3 is None


@given(st.dictionaries(st.sampled_from(Disposition), st.integers(0, 1000)), st.floats(0, 1))
def test_rates_are_ordered(counts: dict[Disposition, int], e: float) -> None:
    rates = response_rates(counts, e)
    if rates.rr1 is None or rates.rr2 is None or rates.rr3 is None or rates.rr4 is None:
        return
    assert 0 <= rates.rr1 <= rates.rr2 <= rates.rr4 + 1e-12
    assert rates.rr1 <= rates.rr3 + 1e-12
    assert rates.rr3 <= rates.rr4 <= 1


@pytest.mark.parametrize(("counts", "e"), [({Disposition.REFUSAL: -1}, None), ({}, 1.5), ({}, -0.1)])
def test_what_cannot_be_is_refused(counts: dict[Disposition, int], e: float | None) -> None:
    with pytest.raises(ValueError, match=r"\("):
        response_rates(counts, e)
