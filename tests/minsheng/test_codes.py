"""Tracking codes: the same for the same ticket, unguessable, and a slip of the pen is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng import codes

tickets = st.text(min_size=1, max_size=40)


@given(tickets)
def test_a_code_is_stable_and_normalises_to_itself(ticket: str) -> None:
    code = codes.tracking_code("secret", "suggestion", ticket)
    assert code == codes.tracking_code("secret", "suggestion", ticket)
    assert codes.normalise(code) == code
    assert codes.normalise(code.lower().replace("-", " ")) == code


@given(tickets)
def test_another_secret_or_purpose_makes_another_code(ticket: str) -> None:
    code = codes.tracking_code("secret", "suggestion", ticket)
    assert code != codes.tracking_code("other", "suggestion", ticket)
    assert code != codes.tracking_code("secret", "survey", ticket)


@given(tickets, st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_every_single_wrong_letter_is_noticed(ticket: str, place: int, letter: str) -> None:
    plain = codes.tracking_code("secret", "suggestion", ticket).replace("-", "")
    if plain[place] != letter:
        assert codes.normalise(plain[:place] + letter + plain[place + 1 :]) is None


@given(tickets, st.integers(0, 9))
def test_swapped_neighbours_are_noticed(ticket: str, place: int) -> None:
    plain = codes.tracking_code("secret", "suggestion", ticket).replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if swapped != plain:
        assert codes.normalise(swapped) is None


@pytest.mark.parametrize("typed", ["", "ABCD", "0000-0000-0000", "ABCD-EFGH-JKLM-NPQR", "一二三四", "A" * 10_000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert codes.normalise(typed) is None
