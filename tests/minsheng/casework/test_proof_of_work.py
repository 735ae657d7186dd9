"""A proof is as much work as was asked for, and of this very ticket."""

import hashlib

import pytest

from minsheng.casework.proof_of_work import BITS, MOST_BITS, bits_under, find, is_proof


@pytest.mark.parametrize("bits", [1, 7, 10])
def test_a_proof_begins_with_so_many_zero_bits_and_is_the_first_that_does(bits: int) -> None:
    number = find("ticket", bits)
    digests = [hashlib.sha256(f"ticket:{tried}".encode()).digest() for tried in range(int(number) + 1)]
    zeros = [len(f"{int.from_bytes(digest, 'big'):0256b}".partition("1")[0]) for digest in digests]
    assert zeros[-1] >= bits
    assert max(zeros[:-1], default=0) < bits
    assert is_proof("ticket", number, bits)


def test_less_work_and_work_for_another_ticket_are_no_proof() -> None:
    number = find("ticket", 8)
    assert not is_proof("ticket", number, 24)
    assert not is_proof("another ticket", number, 8)


@pytest.mark.parametrize("number", ["", " 1", "-1", "1e3", "１", "1" * 16, "0x1", "1\n"])
def test_what_is_no_number_is_no_proof(number: str) -> None:
    assert not is_proof("ticket", number, 0)


def test_each_doubling_asks_for_twice_the_work_up_to_a_bound() -> None:
    assert [bits_under(doublings) for doublings in (0, 1, 2)] == [BITS, BITS + 1, BITS + 2]
    assert bits_under(100) == MOST_BITS
