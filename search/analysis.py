"""Text analysis: folding, and the tokens a text is indexed under.

Folding is length-preserving (one character in, one character out), so an offset found in folded text is an
offset in the original, and highlights can be shown in the script the publisher wrote in. It makes Traditional
and Simplified, full-width and half-width, upper and lower case, and accented and plain letters the same.

Chinese is indexed as every overlapping pair of characters plus the last character of each run. Whatever
piece of two or more characters a reader types is therefore found; no dictionary decides what exists, and a
better dictionary never forces a new index. Only queries are segmented (see :mod:`search.segmentation`).
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import opencc
from whoosh.lang.porter import stem as porter_stem

from search.digest import digest

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(
    rf"(?P<han>[{HAN}]+)"
    r"|(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9a-z])|[0-9]+\.[0-9]+(?![0-9a-z.]))"
    r"|(?P<word>[a-z0-9]+|[^\W_])"
)
_LETTERS_THEN_DIGITS = re.compile(r"[a-z]+|[0-9]+")

# OpenCC leaves a Traditional character alone where it is also a Simplified one in some words (乾坤, 名著).
# Folding both sides the same way costs nothing, so these are folded always.
_ALSO = str.maketrans(
    "乾著瞭藉摺覆徵於祇隻閤儘餘幺麽麼夥裏裡妳牠祂彆", "干着了借折复征于只只合尽余么么么伙里里你它它别"
)
_VARIANTS = ("t2s", "tw2s", "hk2s")
LONGEST_TOKEN = 64
_CACHED_CHARACTERS = 50_000


class Run(NamedTuple):
    """A maximal piece of folded text of one nature: ``han``, ``number`` or ``word``; offsets in the text."""

    nature: str
    text: str
    start: int
    end: int


class _Folding(dict[int, int]):
    """A translation table that works out a character when first met, and stays bounded under hostile input."""

    def __missing__(self, point: int) -> int:
        folded = ord(_fold_character(chr(point)))
        if len(self) < _CACHED_CHARACTERS:
            self[point] = point if folded == point else folded
        return folded


@functools.cache
def _converters() -> tuple[opencc.OpenCC, ...]:
    return tuple(opencc.OpenCC(name) for name in _VARIANTS)


def _fold_character(character: str) -> str:
    """Return the one character that stands for this one and its variants."""
    if unicodedata.category(character) == "Cs":
        return character  # half of a pair: no letter, and no library takes it
    for form in ("NFKC", "NFKD"):
        normal = unicodedata.normalize(form, character)
        if len(normal) == 1 or (form == "NFKD" and all(map(unicodedata.combining, normal[1:]))):
            character = normal[0]
    if len(lower := character.lower()) == 1:
        character = lower
    for converter in _converters():
        if len(simplified := converter.convert(character)) == 1:
            character = simplified
    return character.translate(_ALSO)


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return ``text`` with variants of a character made the same; as long as ``text``."""
    return text.translate(_FOLDING)


def runs(folded: str) -> Iterator[Run]:
    """Yield the searchable runs of a folded text in order; numbers keep the form they were printed in."""
    for match in _RUN.finditer(folded):
        yield Run(str(match.lastgroup), match.group(), match.start(), match.end())


def normal_number(printed: str) -> str:
    """Return a printed number without thousands separators and idle zeros: ``1,200.50`` → ``1200.5``."""
    plain = printed.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@functools.lru_cache(maxsize=4096)
def word_token(word: str) -> str:
    """Return the token of a folded Latin word or number: its English stem, or the number in normal form.

    Of a monstrous word only the beginning counts: no index takes entries of any length.
    """
    word = word[:LONGEST_TOKEN]
    if word.isascii() and word.isalpha() and len(word) > 3:
        return str(porter_stem(word))
    return normal_number(word) if word[0].isdigit() else word


def pairs(characters: str) -> Iterator[str]:
    """Yield every overlapping pair of characters."""
    return (characters[at : at + 2] for at in range(len(characters) - 1))


def tokens(text: str) -> set[str]:
    """Return the tokens under which ``text`` is indexed.

    A Latin word is found by its stem and as it stands, a mixed one such as ``g318`` also by its parts of two or
    more characters.
    """
    found: set[str] = set()
    for run in runs(fold(text)):
        if run.nature == "han":
            found.update(pairs(run.text))
            found.add(run.text[-1])
            continue
        found.add(word_token(run.text))
        if run.nature == "word":
            found.add(run.text[:LONGEST_TOKEN])
            parts = _LETTERS_THEN_DIGITS.findall(run.text)
            found.update(word_token(part) for part in parts if len(parts) > 1 and len(part) > 1)
    return found


def part_tokens(text: str) -> set[str]:
    """Return the pairs of neighbouring characters in Latin words and numbers, and the last character of each.

    They make a cut-off piece of a word or number findable ("2.5" of 22.5公里) and serve only as a last resort.
    """
    found: set[str] = set()
    for run in runs(fold(text)):
        if run.nature != "han":
            plain = run.text.replace(",", "")
            found.update(pairs(plain))
            found.add(plain[-1])
    return found


def version() -> str:
    """Return a short digest of everything that decides the tokens; another version needs another index."""
    sample = "".join(map(chr, (*range(0x20, 0x250), *range(0x4E00, 0xA000), *range(0xFF00, 0xFFF0))))
    return digest(_RUN.pattern, fold(sample), " ".join(map(word_token, ("cities", "projects", "1,200.50"))))
