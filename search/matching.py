"""Which documents answer a parsed query, as sets of positions per segment.

All words must be in a document. Where a word as typed is nowhere, its looser readings are tried; where no
document has all words, those with as many as possible are the answer, which then says that it is partial.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from search import analysis, bitsets
from search.corrections import LOOKED_AT, one_slip_apart, readings
from search.engine import Document
from search.query import Alternative, Field, Group, ParsedQuery, Token
from search.whoosh_segment import LiveSegment, Segment

MAX_PHRASE_CHECKS = 900
"""How many leading candidates of an exact phrase are checked against their text, shared out among the segments."""

TITLED = {Field.ANY: Field.TITLE, Field.TITLE: Field.TITLE, Field.PARTS: Field.PARTS, Field.PINYIN: Field.PINYIN}
"""Where to look whether a word that was found in a field stands in a title. Pinyin is that of names, mostly titles."""

Sets = list[int]
"""One set of positions per segment."""


@dataclass(frozen=True, slots=True)
class Matched:
    """The answer to a query's words.

    ``everywhere`` are all answers; ``in_title`` those with all words in the title, ``some_in_title`` with at
    least one; ``as_typed`` those with all words themselves rather than synonyms of them. ``wanted`` are the groups
    as they were answered; ``corrected`` maps words that stand nowhere to those that were looked for instead.
    """

    everywhere: Sets
    in_title: Sets
    some_in_title: Sets
    as_typed: Sets
    is_partial: bool = False
    is_estimate: bool = False
    wanted: tuple[Group, ...] = ()
    corrected: Mapping[str, str] = field(default_factory=dict)


class Matcher:
    """Evaluates one parsed query over the segments of one commit. ``universe`` are the documents that may answer."""

    def __init__(self, segments: Sequence[LiveSegment], universe: Sets) -> None:
        self._segments = [live.segment for live in segments]
        self._universe = universe
        self._is_estimate = False
        self._corrected: dict[str, str] = {}

    def match(self, query: ParsedQuery) -> Matched:
        """Return the documents that answer."""
        for group in query.excluded:
            barred = self._holding(group)
            self._universe = [bits & ~unwanted for bits, unwanted in zip(self._universe, barred, strict=True)]
        if not query.wanted:
            nothing = [0] * len(self._segments)
            # A query of nothing but exclusions lists the rest; so does an empty one.
            return Matched(self._universe, nothing, nothing, nothing)
        groups, held = [], []
        for asked in query.wanted:
            group, sets = self._answered(asked)
            groups.append(group)
            held.append(sets)
        levels = [
            bitsets.at_least([sets[number] for sets in held], universe)
            for number, universe in enumerate(self._universe)
        ]
        depth = next((k for k in range(len(held), 0, -1) if any(level[k] for level in levels)), len(held))
        everywhere = [level[depth] for level in levels]
        titled = [self._holding_in_title(group) for group in groups]
        in_title, some_in_title = list(everywhere), [0] * len(everywhere)
        for sets in titled:
            for number, bits in enumerate(sets):
                in_title[number] &= bits
                some_in_title[number] |= bits & everywhere[number]
        return Matched(
            everywhere,
            in_title,
            some_in_title,
            self._as_typed(groups, held, everywhere),
            is_partial=depth < len(held),
            is_estimate=self._is_estimate,
            wanted=tuple(groups),
            corrected=self._corrected,
        )

    def _as_typed(self, groups: Sequence[Group], held: Sequence[Sets], answers: Sets) -> Sets:
        """Return the answers that satisfy every group they satisfy by its first alternative."""
        sets = list(answers)
        for group, any_way in zip(groups, held, strict=True):
            if len(group.alternatives) == 1:
                continue
            first = self._holding(replace(group, alternatives=group.alternatives[:1]))
            for number, bits in enumerate(first):
                sets[number] &= bits | ~any_way[number]
        return sets

    def _answered(self, group: Group) -> tuple[Group, Sets]:
        """Return the documents that satisfy a group, and the group in the reading that they satisfy."""
        for reading, meant in readings(group, self):
            sets = self._holding(reading)
            if self._has_any(sets):
                if meant is not None:
                    self._corrected[group.text] = meant
                return replace(reading, fallbacks=()), sets
        return group, [0] * len(self._segments)

    def some_documents(self, groups: Iterable[Group]) -> Iterator[Document]:
        """Yield a few documents of each segment that satisfy all groups, the newest first."""
        sets = list(self._universe)
        for group in groups:
            sets = [bits & held for bits, held in zip(sets, self._holding(group), strict=True)]
        for segment, bits in zip(self._segments, sets, strict=True):
            for position in islice(bitsets.positions(bits), LOOKED_AT):
                yield segment.document(position)

    def words_near(self, word: str) -> Mapping[str, int]:
        """Return the Latin words of the index one slip away from ``word``, with the number of their documents."""
        found: Counter[str] = Counter()
        for segment in self._segments:
            for letter in string.ascii_lowercase:
                for known in segment.tokens(Field.ANY.value, letter):
                    if one_slip_apart(word, known):
                        found[known] += segment.holding(Field.ANY.value, known).bit_count()
        return found

    def _holding(self, group: Group) -> Sets:
        return [self._any_of(segment, group, group.alternatives) for segment in self._segments]

    def _has_any(self, sets: Sets) -> bool:
        return any(bits & universe for bits, universe in zip(sets, self._universe, strict=True))

    def _holding_in_title(self, group: Group) -> Sets:
        ways = [TITLED.get(way.field) and replace(way, field=TITLED[way.field]) for way in group.alternatives]
        return [self._any_of(segment, None, [way for way in ways if way]) for segment in self._segments]

    def _any_of(self, segment: Segment, group: Group | None, ways: Sequence[Alternative]) -> int:
        bits = 0
        for way in ways:
            held = self._all_of(segment, way)
            if held and group is not None and group.phrase is not None:
                held = self._with_phrase(segment, group, way.field, held)
            bits |= held
        return bits

    @staticmethod
    def _all_of(segment: Segment, way: Alternative) -> int:
        bits = -1
        for token in way.tokens:
            bits &= _look_up(segment, way.field)(token)
            if not bits:
                return 0
        return bits if way.tokens else 0

    def _with_phrase(self, segment: Segment, group: Group, field: Field, candidates: int) -> int:
        """Return the candidates whose text holds the phrase; beyond a bound, the rest is taken on trust."""
        pattern = group.phrase
        if pattern is None:
            return candidates
        most = max(MAX_PHRASE_CHECKS // len(self._segments), 1)
        if candidates.bit_count() > most:
            self._is_estimate = True
        name = (pattern.pattern, field, most)
        return candidates & segment.satisfying(name, lambda: _confirmed(segment, pattern, field, candidates, most))


def _confirmed(segment: Segment, pattern: re.Pattern[str], field: Field, candidates: int, most: int) -> int:
    """Return the candidates less those, among the ``most`` leading ones, whose text does not hold the phrase."""
    names = _SEARCHED[field]
    without = 0
    for position in islice(bitsets.positions(candidates), most):
        if not any(pattern.search(analysis.fold(text)) for text in segment.texts(position, names)):
            without |= 1 << position
    return candidates & ~without


def _look_up(segment: Segment, field: Field) -> Callable[[Token], int]:
    def holding(token: Token) -> int:
        look_up = segment.holding_prefix if token.is_prefix else segment.holding
        return look_up(field.value, token.text)

    return holding


_SEARCHED: dict[Field, tuple[str, ...]] = {
    Field.ANY: ("title", "text", "place_name", "agency_name", "programme_title", "category_words", "keywords"),
    Field.TITLE: ("title",),
    Field.PLACE: ("place_name",),
    Field.AGENCY: ("agency_name",),
    Field.PROGRAMME: ("programme_title",),
    Field.CATEGORY: ("category_words",),
}
"""The texts of a document that a phrase in a field may stand in, the most likely first."""
