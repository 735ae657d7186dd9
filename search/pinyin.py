"""Pinyin: Chinese found by how it is read, in full (``cuncuntong``) or by initials (``cct``).

Each pair of neighbouring characters of a name is indexed under its readings, and each two and three of them
under their initials; a query is cut into syllables in every way it can be. Characters with two readings count
under both. Readings carry no tones, as people type none.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from search import analysis
from search.digest import digest

SEPARATOR = "'"
INITIALS = "="
MAX_LETTERS = 30
MAX_READINGS = 4
"""In how many ways a query is cut into syllables at most."""

_LONGEST_SYLLABLE = 6
_MAX_INITIALS = 8


@functools.cache
def _table() -> dict[str, str]:
    """Return the characters of each syllable."""
    found = {}
    for line in Path(__file__).with_name("pinyin.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            syllable, characters = line.split(" ")
            found[syllable] = characters
    return found


def version() -> str:
    """Return a digest of the table, which decides the tokens."""
    return digest(*itertools.chain.from_iterable(_table().items()))


@functools.cache
def _readings() -> dict[str, tuple[str, ...]]:
    """Return the syllables of each character."""
    found: dict[str, tuple[str, ...]] = {}
    for syllable, characters in _table().items():
        for character in characters:
            found[character] = (*found.get(character, ()), syllable)
    return found


def readings(character: str) -> tuple[str, ...]:
    """Return how a folded character is read; empty for one that is not in the table."""
    return _readings().get(character, ())


def tokens(text: str) -> set[str]:
    """Return the tokens under which the readings of ``text`` are indexed."""
    found: set[str] = set()
    for run in analysis.runs(analysis.fold(text)):
        if run.nature != "han":
            continue
        read = [readings(character) for character in run.text]
        for left, right in itertools.pairwise(read):
            found.update(pair_token(*pair) for pair in itertools.product(left, right))
        initials = [sorted({syllable[0] for syllable in syllables}) for syllables in read]
        for length in (2, 3):
            for start in range(len(initials) - length + 1):
                chosen = itertools.product(*initials[start : start + length])
                found.update(INITIALS + "".join(letters) for letters in chosen)
    return found


def pair_token(left: str, right: str) -> str:
    """Return the token of two neighbouring syllables."""
    return f"{left}{SEPARATOR}{right}"


def homophone_tokens(han: str) -> list[set[str]]:
    """Return for each neighbouring pair of folded characters the tokens of its readings."""
    pairs = itertools.pairwise(readings(character) for character in han)
    return [{pair_token(*pair) for pair in itertools.product(left, right)} for left, right in pairs]


def homophone_pattern(han: str) -> re.Pattern[str]:
    """Return the pattern of all folded text that reads like ``han``."""
    return re.compile("".join(_class("".join(map(_characters, readings(one))) + one) for one in han))


def splits(letters: str, *, is_open: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield up to ``MAX_READINGS`` ways to cut folded letters into syllables, those with long syllables first.

    With ``is_open`` the last piece may be the beginning of a syllable: the reader is still typing.
    """
    if 0 < len(letters) <= MAX_LETTERS and letters.isascii() and letters.isalpha():
        # Some input methods take "jv" for 居: after these initials there is no other ü.
        letters = re.sub(r"(?<=[jqxy])v", "u", letters)
        yield from itertools.islice(_splits(letters, is_open=is_open), MAX_READINGS)


def _splits(letters: str, *, is_open: bool) -> Iterator[tuple[str, ...]]:
    if not _can_be_cut(letters, is_open):
        return
    for length in range(min(_LONGEST_SYLLABLE, len(letters)), 0, -1):
        head, rest = letters[:length], letters[length:]
        if head in _table():
            if not rest:
                yield (head,)
            else:
                yield from ((head, *tail) for tail in _splits(rest, is_open=is_open))
        elif is_open and not rest and _begins_syllable(head):
            yield (head,)


@functools.lru_cache(maxsize=4096)
def _can_be_cut(letters: str, is_open: bool) -> bool:
    """Return whether there is any way: cutting then never wanders into dead ends."""
    if not letters:
        return True
    if is_open and _begins_syllable(letters):
        return True
    longest = min(_LONGEST_SYLLABLE, len(letters))
    return any(
        letters[:length] in _table() and _can_be_cut(letters[length:], is_open) for length in range(longest, 0, -1)
    )


@functools.cache
def _beginnings() -> frozenset[str]:
    return frozenset(syllable[:length] for syllable in _table() for length in range(1, len(syllable) + 1))


def _begins_syllable(letters: str) -> bool:
    return letters in _beginnings()


def syllables_pattern(syllables: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of folded text that is read so; the last syllable may be only begun."""
    *whole, last = syllables
    ends = [syllable for syllable in _table() if syllable.startswith(last)]
    return re.compile("".join(_class(_characters(one)) for one in whole) + _class("".join(map(_characters, ends))))


def initials_tokens(letters: str) -> list[str]:
    """Return the tokens of a word of initials, or none where it is too short or too long to be one."""
    if not (2 <= len(letters) <= _MAX_INITIALS and letters.isascii() and letters.isalpha()):
        return []
    length = min(3, len(letters))
    return [INITIALS + letters[start : start + length] for start in range(len(letters) - length + 1)]


def initials_pattern(letters: str) -> re.Pattern[str]:
    """Return the pattern of folded text whose characters are read with these initials."""
    return re.compile("".join(_class(_of_initial(letter)) for letter in letters))


@functools.cache
def _of_initial(letter: str) -> str:
    return "".join(characters for syllable, characters in _table().items() if syllable[0] == letter)


def _characters(syllable: str) -> str:
    return _table().get(syllable, "")


def _class(characters: str) -> str:
    # An empty class would not compile; a letter without characters matches nothing.
    return f"[{re.escape(characters)}]" if characters else r"(?!)"
