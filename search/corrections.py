"""Corrections: what a reader may have meant by a word that stands nowhere.

Chinese is looked up by sound first, since most slips are homophones of the input method, then with one
character wrong; Latin words with one letter wrong, missing, too many or swapped. The correction is always a
word that does stand in the index, taken from it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from search import analysis, bitsets, pinyin
from search.engine import Document
from search.query import Field, Group
from search.whoosh_segment import Segment

MIN_LATIN = 4
_LOOKED_AT = 40
_FROM, _TO = "a", "z"


def sounds_like(group: Group, segments: Sequence[Segment], universe: Sequence[int]) -> str | None:
    """Return the commonest word of the index that is read like a Chinese word that stands nowhere, or None."""
    return _by_sound(group.text, segments, universe) if _nature(group) == "han" else None


def looks_like(group: Group, segments: Sequence[Segment], universe: Sequence[int]) -> str | None:
    """Return the commonest word of the index one slip away from a word that stands nowhere, or None."""
    word, nature = group.text, _nature(group)
    if nature == "han":
        return _one_character_wrong(word, segments, universe)
    is_word = nature == "word" and word.isalpha() and len(word) >= MIN_LATIN
    return _one_letter_wrong(word, segments) if is_word else None


def _nature(group: Group) -> str | None:
    """Return the nature of a group's one run; None for phrases, which are taken at their word."""
    pieces = list(analysis.runs(group.text))
    return pieces[0].nature if len(pieces) == 1 and not group.is_exact else None


def _by_sound(word: str, segments: Sequence[Segment], universe: Sequence[int]) -> str | None:
    """Return the commonest text in names that reads like ``word``."""
    tokens = pinyin.homophone_tokens(word)
    if not tokens or not all(tokens):
        return None
    candidates = []
    for segment, bits in zip(segments, universe, strict=True):
        for alternatives in tokens:
            held = 0
            for token in alternatives:
                held |= segment.holding(Field.PINYIN.value, token)
            bits &= held  # noqa: PLW2901 - narrowed step by step
        candidates.append(bits)
    return _commonest(pinyin.homophone_pattern(word), word, segments, candidates)


def _one_character_wrong(word: str, segments: Sequence[Segment], universe: Sequence[int]) -> str | None:
    """Return the commonest text in titles that differs from ``word``, of three or more, in one character."""
    for wrong in range(len(word)) if len(word) >= 3 else ():
        candidates = list(universe)
        for character in word[:wrong] + word[wrong + 1 :]:
            # Every occurrence of a character begins a pair or ends a run, so its prefix finds them all.
            candidates = [
                bits & segment.holding_prefix(Field.TITLE.value, character) if bits else 0
                for segment, bits in zip(segments, candidates, strict=True)
            ]
        pattern = re.compile(f"{re.escape(word[:wrong])}[{analysis.HAN}]{re.escape(word[wrong + 1 :])}")
        found = _commonest(pattern, word, segments, candidates)
        if found:
            return found
    return None


def _commonest(
    pattern: re.Pattern[str], word: str, segments: Sequence[Segment], candidates: Sequence[int]
) -> str | None:
    """Return what ``pattern`` matches most often in the names of some candidates, other than ``word``."""
    counts: Counter[str] = Counter()
    for segment, bits in zip(segments, candidates, strict=True):
        for position in islice(bitsets.positions(bits), _LOOKED_AT):
            counts.update(pattern.findall(_names(segment.document(position))))
    counts.pop(word, None)
    return min(counts, key=lambda text: (-counts[text], text)) if counts else None


def _names(document: Document) -> str:
    return analysis.fold("\n".join((document.title, document.place_name, document.agency_name)))


def _one_letter_wrong(word: str, segments: Sequence[Segment]) -> str | None:
    """Return the token of the index nearest to a misspelt word: one slip away, and in the most documents."""
    counts: Counter[str] = Counter()
    for segment in segments:
        for known in _latin_tokens(segment):
            if one_slip_apart(word, known):
                counts[known] += segment.holding(Field.ANY.value, known).bit_count()
    return min(counts, key=lambda text: (-counts[text], -len(text), text)) if counts else None


def _latin_tokens(segment: Segment) -> Iterator[str]:
    for letter in map(chr, range(ord(_FROM), ord(_TO) + 1)):
        yield from segment.tokens(Field.ANY.value, letter)


def one_slip_apart(left: str, right: str) -> bool:
    """Whether one letter changed, left out, put in, or two neighbours swapped turn one word into the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    shorter, longer = sorted((left, right), key=len)
    at = next((at for at, letter in enumerate(shorter) if letter != longer[at]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
    return swapped or shorter[at + 1 :] == longer[at + 1 :]
