"""The list of hard cases: everything on it is hidden, and nothing that only looks alike."""

import tomllib
from pathlib import Path

import pytest

from minsheng.casework.personal_numbers import PersonalKind
from minsheng.casework.privacy import likely_addresses, likely_names, mask

CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "personal_numbers.toml").read_text(encoding="utf-8"))
HIDDEN = [(PersonalKind(kind), text) for kind, texts in CASES["hidden"].items() for text in texts]
HOSTILE = tomllib.loads((Path(__file__).parents[1] / "data" / "hostile_numbers.toml").read_text(encoding="utf-8"))
KEPT = [text for texts in CASES["kept"].values() for text in texts]


@pytest.mark.parametrize(("kind", "text"), HIDDEN)
def test_every_hard_case_is_hidden_whole(kind: PersonalKind, text: str) -> None:
    start, end = (text.index("{"), text.index("}") - 1) if "{" in text else (0, len(text))
    plain = text.replace("{", "").replace("}", "")
    masked = mask(plain)
    left = [letter for letter in masked.text[start:end] if letter.isalnum() and not "\u4e00" <= letter <= "\u9fff"]
    assert left == []
    assert kind in {span.kind for span in masked.spans}
    assert (masked.text[:start], masked.text[end:]) == (plain[:start], plain[end:])


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_alike_comes_through(text: str) -> None:
    assert mask(text).text == text


def test_hidden_in_the_middle_of_words_and_lines() -> None:
    for kind, text in HIDDEN:
        plain = text.replace("{", "").replace("}", "")
        around = f"村口路灯坏了。\n{plain}\n请尽快修。"
        assert kind in {span.kind for span in mask(around).spans}, text


def test_what_was_written_to_get_past_masking_is_hidden() -> None:
    told = [pair for pairs in HOSTILE["hidden"].values() for pair in pairs]
    assert all(secret in text for text, secret in told)
    assert [text for text, secret in told if secret in mask(text).text] == []


def test_what_was_written_to_be_masked_wrongly_stays() -> None:
    assert [text for text in HOSTILE["kept"]["texts"] if mask(text).text != text] == []


def test_names_and_houses_in_any_writing_are_shown_to_the_reviewer() -> None:
    missed = []
    for text, wanted in HOSTILE["marked"]["texts"]:
        found = [text[span.start : span.end] for span in (*likely_names(text), *likely_addresses(text))]
        missed += [text] if not any(wanted in one for one in found) else []
    assert missed == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我家在大王庄村三组12号", "三组12号"),
        ("李家村第5村民组门口没有灯", "李家村第5村民组"),
        ("阳光花园12栋门口", "阳光花园12栋"),
        ("2单元402室漏水", "2单元402室"),
    ],
)
def test_houses_in_villages_and_estates_are_shown_to_the_reviewer(text: str, address: str) -> None:
    assert any(address in text[span.start : span.end] for span in likely_addresses(text))


def test_a_long_hostile_text_is_read_in_time() -> None:
    # Patterns whose time grows with the square of the text would take minutes here.
    for letters in ("1 3-", "a.@", "3424 ", "皖N·", "电话："):
        assert len(mask(letters * 2_000).text) == len(letters) * 2_000
