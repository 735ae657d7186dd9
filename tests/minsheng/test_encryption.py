"""Contact data: sealed for one record, readable after a key change, unreadable elsewhere."""

import base64

import pytest

from minsheng.encryption import CannotOpenError, ContactBox

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_sealed_contact_opens_for_its_record_only() -> None:
    box = ContactBox({1: OLD})
    sealed = box.seal("000-0000 0001", "suggestion:1")
    assert b"0001" not in sealed
    assert box.open(sealed, "suggestion:1") == "000-0000 0001"
    with pytest.raises(CannotOpenError):
        box.open(sealed, "suggestion:2")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    box = ContactBox({1: OLD})
    assert box.seal("a", "r") != box.seal("a", "r")


def test_keys_rotate() -> None:
    sealed = ContactBox({1: OLD}).seal("a", "r")
    both = ContactBox({1: OLD, 2: NEW})
    assert both.open(sealed, "r") == "a"
    assert both.seal("a", "r")[0] == 2
    with pytest.raises(CannotOpenError):
        ContactBox({2: NEW}).open(sealed, "r")


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x01" + b"0" * 40])
def test_damage_is_noticed(damaged: bytes) -> None:
    with pytest.raises(CannotOpenError):
        ContactBox({1: OLD}).open(damaged, "r")


def test_keys_are_read_from_text() -> None:
    text = ",".join(f"{number}:{base64.b64encode(key).decode()}" for number, key in ((2, NEW), (1, OLD)))
    assert ContactBox.from_text(text).open(ContactBox({1: OLD}).seal("a", "r"), "r") == "a"


@pytest.mark.parametrize("text", ["", "1:AAAA", "x:" + base64.b64encode(OLD).decode(), "1:not base64!"])
def test_wrong_keys_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ContactBox.from_text(text)
