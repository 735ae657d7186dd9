"""In which order answers are shown.

By relevance means in tiers: all words in the title, some, or only in the text; in each of these the words typed
before their synonyms, this installation's records before those compiled from others' notices, and newest first.
Monthly reports repeat the titles of their projects: for that alone they come last of all.
The leading title matches are then put in order of how closely the title is what was typed. Tiers rather than
scores keep the order explainable, and it does not depend on how long a text is.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from minsheng.outbox import RecordKind
from minsheng.records.publication import Origin
from search import analysis, bitsets
from search.engine import Document, Facet, Sort
from search.matching import Matched, Sets
from search.whoosh_schema import NO_NUMBER, facet_token
from search.whoosh_segment import LiveSegment, Segment

CLOSELY_COMPARED = 60
"""How many of the newest title matches are compared with what was typed, letter by letter."""

_SPARSE = 30
"""A set with fewer than one in so many of a segment's documents is sorted; larger ones are picked from an order."""

REPORT = facet_token(Facet.KIND, RecordKind.REPORT.value)
"""The entry that monthly reports stand under."""

COMPILED = facet_token(Facet.ORIGIN, Origin.COMPILED.value)
"""The entry that records compiled from others' notices stand under."""

Place = tuple[int, int]
"""Where a document is: number of the segment, position in it."""

_COLUMNS = {
    Sort.NEWEST: ("date", -1),
    Sort.OLDEST: ("date", 1),
    Sort.MOST_MONEY: ("money", -1),
    Sort.LEAST_MONEY: ("money", 1),
    Sort.MOST_PROGRESS: ("progress", -1),
    Sort.LEAST_PROGRESS: ("progress", 1),
}


def by_number(segments: Sequence[LiveSegment], sets: Sets, sort: Sort, reach: int) -> Iterator[Place]:
    """Yield up to ``reach`` places by a number of theirs; those without it come last, newest first."""
    name, sign = _COLUMNS[sort]
    if sort is Sort.NEWEST:
        return islice(newest_first(segments, sets), reach)

    def ranked(number: int, segment: Segment, bits: int) -> Iterator[tuple[tuple[bool, int], int, int]]:
        values = segment.numbers[name]
        keys = ((_rank(values[position], sign), number, position) for position in _in_order(segment, name, sign, bits))
        return keys if bits.bit_count() * _SPARSE > segment.size else iter(sorted(keys))

    streams = [
        ranked(number, live.segment, bits)
        for number, (live, bits) in enumerate(zip(segments, sets, strict=True))
        if bits
    ]
    return ((number, position) for _, number, position in islice(heapq.merge(*streams), reach))


def _in_order(segment: Segment, name: str, sign: int, bits: int) -> Iterator[int]:
    """Yield the positions in a set: of a large one in the order of their numbers, else as they come."""
    if bits.bit_count() * _SPARSE <= segment.size:
        return bitsets.positions(bits)
    octets = bits.to_bytes(segment.size // 8 + 1, "little")
    values = segment.numbers[name]
    ordered = segment.order((name, sign), lambda position: _rank(values[position], sign))
    return (position for position in ordered if octets[position >> 3] >> (position & 7) & 1)


def _rank(value: int, sign: int) -> tuple[bool, int]:
    return value == NO_NUMBER, sign * value


def newest_first(segments: Sequence[LiveSegment], sets: Sets) -> Iterator[Place]:
    """Yield the places of all sets, newest first over all segments."""

    def dated(number: int, segment: Segment, bits: int) -> Iterator[tuple[int, int, int]]:
        dates = segment.numbers["date"]
        return ((-dates[position], number, position) for position in bitsets.positions(bits))

    streams = [
        dated(number, live.segment, bits)
        for number, (live, bits) in enumerate(zip(segments, sets, strict=True))
        if bits
    ]
    return ((number, position) for _, number, position in heapq.merge(*streams))


def by_relevance(segments: Sequence[LiveSegment], matched: Matched, typed: str) -> Iterator[Place]:
    """Yield the places of all answers, the best first."""
    reports = [live.segment.holding("facets", REPORT) for live in segments]
    compiled = [live.segment.holding("facets", COMPILED) for live in segments]
    repeating = _both(matched.some_in_title, reports)
    whole_title = _without(matched.in_title, reports)
    left = list(matched.everywhere)
    tiers = (whole_title, _without(matched.some_in_title, reports), _without(matched.everywhere, repeating), repeating)
    for tier in tiers:
        for narrower in (matched.as_typed, matched.everywhere):
            current = _both(_both(tier, narrower), left)
            left = _without(left, current)
            for part in _by_origin(current, compiled) if typed else (current,):
                for kind in (_without(part, reports), _both(part, reports)):
                    ordered = newest_first(segments, kind)
                    if tier is whole_title and typed:
                        yield from _closest_first(segments, list(islice(ordered, CLOSELY_COMPARED)), typed)
                    yield from ordered


def _by_origin(sets: Sets, compiled: Sets) -> tuple[Sets, Sets]:
    return _without(sets, compiled), _both(sets, compiled)


def _both(one: Sets, other: Sets) -> Sets:
    return [left & right for left, right in zip(one, other, strict=True)]


def _without(sets: Sets, others: Sets) -> Sets:
    return [bits & ~barred for bits, barred in zip(sets, others, strict=True)]


def _closest_first(segments: Sequence[LiveSegment], places: list[Place], typed: str) -> list[Place]:
    wanted = _letters(typed)
    return sorted(places, key=lambda place: _distance(wanted, segments[place[0]].segment.document(place[1])))


def closest_first(documents: Sequence[Document], typed: str) -> list[Document]:
    """Return documents with the first ``CLOSELY_COMPARED`` of them in order of how close their titles are."""
    wanted = _letters(typed)
    compared = sorted(documents[:CLOSELY_COMPARED], key=lambda document: _distance(wanted, document))
    return [*compared, *documents[CLOSELY_COMPARED:]]


def _distance(wanted: str, document: Document) -> tuple[int, int]:
    """Return how far a title is from what was typed: not equal, not begun with, not in one piece; then its length."""
    title = _letters(document.title)
    if title == wanted:
        return (0, 0)
    if title.startswith(wanted):
        return (1, len(title) // 8)
    return (2 if wanted in title else 3, len(title) // 8)


def _letters(text: str) -> str:
    return "".join(run.text for run in analysis.runs(analysis.fold(text)))
