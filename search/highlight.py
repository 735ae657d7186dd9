"""Highlights: which pieces of a text answer the query, and the stretch of text that shows it best.

Matches are looked for in folded text and cut from the original, whose characters stand at the same offsets.
Text is returned in pieces, never as markup: escaping is the template's business.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from search import analysis
from search.engine import PAGE_BREAK, Document, Hit, Passage, Snippet
from search.query import Group

SNIPPET_CHARACTERS = 110
_CONTEXT_BEFORE = 24
_STRETCH = 40_000
"""Characters looked through at a time: a long file is read on only while nothing is found in it."""
_BREAK = re.compile(r"[。！？；\n\f!?;]")


class Span(NamedTuple):
    """A stretch of text that satisfies group number ``group``."""

    start: int
    end: int
    group: int


class Highlighter:
    """Marks the words of one query in any number of texts."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._patterns: list[tuple[int, re.Pattern[str]]] = []
        self._latin: dict[str, int] = {}
        self._pairs: list[tuple[int, re.Pattern[str]]] = []
        self._loose: list[tuple[int, re.Pattern[str]]] = []
        for number, group in enumerate(groups):
            self._add(number, group)

    def _add(self, number: int, group: Group) -> None:
        han: list[str] = []
        for way in (*group.alternatives, *group.fallbacks):
            if way.marks is not None:
                self._loose.append((number, way.marks))
            for literal in way.literals:
                for run in analysis.runs(literal):
                    if run.nature == "han":
                        han.append(run.text)
                    elif group.phrase is None:
                        self._latin[analysis.word_token(run.text)] = number
        if group.phrase is not None:
            self._patterns.append((number, group.phrase))
            return
        if han:
            longest_first = sorted(dict.fromkeys(han), key=len, reverse=True)
            # Looking ahead finds words that share characters (农村饮水 and 饮水安全); overlaps are joined later.
            self._patterns.append((number, re.compile(f"(?=({'|'.join(map(re.escape, longest_first))}))")))
            pairs = {pair for word in han for pair in analysis.pairs(word)}
            if pairs:
                self._pairs.append((number, re.compile("|".join(map(re.escape, sorted(pairs))))))

    def spans(self, text: str) -> list[Span]:
        """Return the stretches of ``text`` to mark, in order and without overlap."""
        folded = analysis.fold(text)
        found = [
            Span(match.start(), match.end(match.re.groups), number)
            for number, pattern in self._patterns
            for match in pattern.finditer(folded)
        ]
        if self._latin:
            found.extend(self._latin_spans(folded))
        for number, pattern in (*self._pairs, *self._loose):
            if all(span.group != number for span in found):
                found.extend(Span(match.start(), match.end(), number) for match in pattern.finditer(folded))
        return _without_overlap(found)

    def _latin_spans(self, folded: str) -> Iterable[Span]:
        for run in analysis.runs(folded):
            if run.nature == "han":
                continue
            token = analysis.word_token(run.text)
            number = self._latin.get(token)
            if number is None:
                number = next((self._latin[word] for word in self._latin if token.startswith(word)), None)
            if number is not None:
                yield Span(run.start, run.end, number)

    def hit(self, document: Document) -> Hit:
        """Return a document as a result, with the page its snippet stands on."""
        start, spans = self._first_spans(document.text)
        stretch = document.text[start : start + _STRETCH]
        best = _most_telling(spans, SNIPPET_CHARACTERS)
        page = document.text.count(PAGE_BREAK, 0, start + best.start) + 1 if document.has_pages and best else 0
        return Hit(document, self.whole(document.title), _around(stretch, best, spans, SNIPPET_CHARACTERS), page)

    def _first_spans(self, text: str) -> tuple[int, list[Span]]:
        """Return where the first stretch with matches begins, and these; the beginning where there are none."""
        for start in range(0, len(text), _STRETCH):
            if spans := self.spans(text[start : start + _STRETCH]):
                return start, spans
        return 0, []

    def whole(self, text: str) -> Snippet:
        """Return all of ``text`` with its matches marked."""
        return _cut(text, self.spans(text), 0, len(text))

    def snippet(self, text: str, length: int = SNIPPET_CHARACTERS) -> Snippet:
        """Return the stretch of at most ``length`` characters that satisfies the most groups, else the beginning."""
        spans = self.spans(text)
        return _around(text, _most_telling(spans, length), spans, length)


def _most_telling(spans: list[Span], length: int) -> Span | None:
    """Return the match from which ``length`` characters satisfy the most groups, or None without any."""
    best, best_score = None, 0
    starts = [span.start for span in spans]
    for position, span in enumerate(spans[:200]):
        last = bisect_left(starts, span.start + length - _CONTEXT_BEFORE)
        score = len({near.group for near in spans[position:last]})
        if score > best_score:
            best, best_score = span, score
    return best


def _around(text: str, match: Span | None, spans: list[Span], length: int) -> Snippet:
    """Return the stretch of ``text`` around a match, or its beginning."""
    start = _start(text, match.start) if match else 0
    return _cut(text, spans, start, _end(text, start, length))


def _without_overlap(spans: list[Span]) -> list[Span]:
    """Return the spans in order; overlapping ones are joined."""
    joined: list[Span] = []
    for span in sorted(span for span in spans if span.end > span.start):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Span(last.start, max(last.end, span.end), last.group)
        else:
            joined.append(span)
    return joined


def _start(text: str, match: int) -> int:
    """Return where to begin so that ``match`` has some context, preferably at the start of a sentence."""
    earliest = max(0, match - _CONTEXT_BEFORE)
    breaks = [found.end() for found in _BREAK.finditer(text, earliest, match)]
    return breaks[-1] if breaks else earliest


def _end(text: str, start: int, length: int) -> int:
    """Return where to stop after ``length`` characters, at a line's end if one comes first past the half."""
    line_end = text.find("\n", start + length // 2, start + length)
    return line_end if line_end >= 0 else min(len(text), start + length)


def _cut(text: str, spans: list[Span], start: int, end: int) -> Snippet:
    """Return the passages of ``text[start:end]``, with an ellipsis where text was left out."""
    passages: list[Passage] = []
    at = start
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        low, high = max(span.start, start), min(span.end, end)
        if low > at:
            passages.append(Passage(text[at:low], is_match=False))
        passages.append(Passage(text[low:high], is_match=True))
        at = high
    if at < end:
        passages.append(Passage(text[at:end], is_match=False))
    before = [Passage("…", is_match=False)] if start > 0 else []
    after = [Passage("…", is_match=False)] if end < len(text.rstrip()) else []
    return (*before, *passages, *after)
