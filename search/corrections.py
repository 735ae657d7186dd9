"""Corrections: what a reader may have meant by a word that stands nowhere.

Chinese is looked up by sound first, since most slips are homophones of the input method, then with one
character wrong; Latin words with one letter wrong, missing, too many or swapped. The correction is always a
word that does stand in the index, taken from it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from search import analysis, pinyin, segmentation
from search.engine import Document
from search.query import Alternative, Field, Group, Token, word_group

MIN_LATIN = 4
LOOKED_AT = 40
"""How many records are read to find the commonest correction."""


class Lexicon(Protocol):
    """What an index can tell about the words in it."""

    def some_documents(self, groups: Iterable[Group]) -> Iterator[Document]:
        """Yield a few documents that satisfy all groups, as they stand."""
        ...

    def words_near(self, word: str) -> Mapping[str, int]:
        """Return the Latin words of the index one slip away from ``word``, with the number of their documents."""
        ...


def readings(group: Group, lexicon: Lexicon) -> Iterator[tuple[Group, str | None]]:
    """Yield ways to read a group, with the word meant where that is another.

    As typed, then by its sound, then its looser readings, then by its looks; each is worked out only if the ones
    before found nothing.
    """
    field = group.alternatives[0].field
    yield group, None
    if meant := _sounds_like(group, lexicon):
        yield word_group(meant, field), meant
    for fallback in group.fallbacks:
        yield replace(group, alternatives=(fallback,)), None
    if meant := _looks_like(group, lexicon):
        yield word_group(meant, field), meant


def _sounds_like(group: Group, lexicon: Lexicon) -> str | None:
    """Return the commonest word in names that is read like a Chinese word that stands nowhere, or None."""
    word = group.text
    tokens = pinyin.homophone_tokens(word) if _nature(group) == "han" else []
    if not tokens or not all(tokens):
        return None
    asked = [_any_of(sorted(alternatives), Field.PINYIN) for alternatives in tokens]
    return _commonest(pinyin.homophone_pattern(word), word, lexicon.some_documents(asked))


def _looks_like(group: Group, lexicon: Lexicon) -> str | None:
    """Return the commonest word of the index one slip away from a word that stands nowhere, or None."""
    word, nature = group.text, _nature(group)
    if nature == "han":
        return _one_character_wrong(word, lexicon)
    if nature == "word" and word.isalpha() and len(word) >= MIN_LATIN:
        counts = lexicon.words_near(word)
        return min(counts, key=lambda text: (-counts[text], -len(text), text)) if counts else None
    return None


def _nature(group: Group) -> str | None:
    """Return the nature of a group's one run; None for phrases, which are taken at their word."""
    pieces = list(analysis.runs(group.text))
    return pieces[0].nature if len(pieces) == 1 and not group.is_exact else None


def _any_of(tokens: Iterable[str], field: Field) -> Group:
    ways = tuple(Alternative((Token(token),), field=field) for token in tokens)
    return Group("", ways)


def _one_character_wrong(word: str, lexicon: Lexicon) -> str | None:
    """Return the commonest text in titles that differs from ``word``, of three or more, in one character."""
    for wrong in range(len(word)) if len(word) >= 3 else ():
        # Every occurrence of a character begins a pair or ends a run, so its prefix finds them all.
        others = [Token(character, is_prefix=True) for character in word[:wrong] + word[wrong + 1 :]]
        asked = Group("", (Alternative(tuple(others), field=Field.TITLE),))
        pattern = re.compile(f"{re.escape(word[:wrong])}[{analysis.HAN}]{re.escape(word[wrong + 1 :])}")
        if found := _commonest(pattern, word, lexicon.some_documents([asked])):
            return found
    return None


def _commonest(pattern: re.Pattern[str], word: str, documents: Iterable[Document]) -> str | None:
    """Return what ``pattern`` matches most often in the names of the documents, other than ``word``."""
    counts: Counter[str] = Counter()
    for document in documents:
        names = _names(document)
        counts.update(
            found.group()
            for found in pattern.finditer(names)
            if found.group() != word and _is_plausible(found, word, names)
        )
    return min(counts, key=lambda text: (-counts[text], text)) if counts else None


def _is_plausible(found: re.Match[str], word: str, names: str) -> bool:
    """Whether what reads or looks like a word is a word itself, not the end of one and the beginning of the next.

    It begins and ends where words of the dictionary do, or differs from what was typed so little that it may be a
    name the dictionary does not know.
    """
    shared = sum(one == other for one, other in zip(found.group(), word, strict=True))
    if shared * 4 >= len(word) * 3:
        return True
    begin = names.rfind("\n", 0, found.start()) + 1
    end = names.find("\n", found.end())
    edges = {begin}
    for piece in segmentation.pieces(names[begin : end if end >= 0 else len(names)]):
        edges.add(max(edges) + len(piece))
    aligned = (found.start() in edges) + (found.end() in edges)
    # Of two characters that share one, the dictionary may join the other with its neighbour (危|房改|造).
    return aligned == 2 or (aligned == 1 and shared > 0 and len(word) == 2)


def _names(document: Document) -> str:
    return analysis.fold("\n".join((document.title, document.place_name, document.agency_name)))


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
