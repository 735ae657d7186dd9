"""The embedded search engine: Whoosh keeps the files, sets of positions answer the queries."""

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh.index import FileIndex

from search import bitsets, ordering, whoosh_schema, whoosh_writing
from search.engine import (
    MAX_LIMIT,
    MAX_REACH,
    Document,
    Facet,
    FacetCount,
    Hit,
    Key,
    Mark,
    Query,
    Results,
    Sort,
)
from search.errors import IndexUnavailableError
from search.highlight import Highlighter
from search.index_folder import IndexFolder
from search.matching import Matched, Matcher, Sets
from search.query import corrected_text, parse
from search.storage import MappedStorage
from search.synonyms import NONE, Synonyms
from search.whoosh_segment import Caches, LiveSegment, Segment

CACHE_OCTETS = 40_000_000
_SEGMENT_DOCUMENTS = 20_000
_MARK_TOKEN = "mark"  # noqa: S105 - an index entry
_OPEN_ATTEMPTS = 20
_SUGGESTIONS_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The index as of one commit."""

    folder: Path
    generation: int
    segments: tuple[LiveSegment, ...]
    mark: Mark | None


class WhooshEngine:
    """Searches and writes an index in ``folder``; any number of processes and threads may hold one."""

    def __init__(self, folder: Path, synonyms: Synonyms = NONE, cache_octets: int = CACHE_OCTETS) -> None:
        self.synonyms = synonyms
        self._folder = IndexFolder(folder, whoosh_schema.version())
        self._caches = Caches.of(cache_octets)
        self._current: _Snapshot | None = None
        self._opening = threading.Lock()

    # Reading

    def search(self, query: Query) -> Results:
        """Answer a query from the latest committed state. Raises ``IndexUnavailableError`` without an index."""
        segments = self._snapshot().segments
        parsed = parse(query.text, self.synonyms)
        if parsed.is_void:
            return Results(truncated=parsed.truncated)
        universe = [_without(live, query.hidden) for live in segments]
        matched = Matcher(segments, universe).match(parsed)
        narrowed = _Narrowed(segments, query)
        answers = narrowed.all_of(matched.everywhere)
        return Results(
            total=sum(bits.bit_count() for bits in answers),
            hits=tuple(self._hits(segments, matched, answers, query)),
            facets={facet: narrowed.counts(matched.everywhere, facet) for facet in query.counted},
            is_partial=matched.is_partial,
            is_estimate=matched.is_estimate,
            truncated=parsed.truncated,
            corrected=corrected_text(query.text, matched.corrected) if matched.corrected else "",
        )

    @staticmethod
    def _hits(segments: Sequence[LiveSegment], matched: Matched, answers: Sets, query: Query) -> Iterator[Hit]:
        """Yield the hits of the page asked for."""
        first = max(0, min(query.offset, MAX_REACH))
        last = min(first + max(0, min(query.limit, MAX_LIMIT)), MAX_REACH)
        if query.sort is Sort.RELEVANCE:
            reached = replace(matched, everywhere=answers)
            typed = " ".join(group.text for group in matched.wanted)
            places = ordering.by_relevance(segments, reached, typed)
        else:
            places = ordering.by_number(segments, answers, query.sort, last)
        highlighter = Highlighter(matched.wanted)
        for number, position in islice(places, first, last):
            document = segments[number].segment.document(position)
            yield highlighter.hit(document)

    def suggest(self, text: str, limit: int = 8, hidden: frozenset[Key] = frozenset()) -> tuple[Hit, ...]:
        """Return records whose names hold what has been typed so far, each title once."""
        parsed = parse(text, self.synonyms, is_typing=True)
        if not parsed.wanted:
            return ()
        segments = self._snapshot().segments
        own = [
            _without(live, hidden) & ~live.segment.holding(whoosh_schema.FACETS, ordering.REPORT) for live in segments
        ]
        matched = Matcher(segments, own).match(parsed)
        named = replace(matched, everywhere=matched.in_title)
        typed = " ".join(group.text for group in matched.wanted)
        highlighter = Highlighter(matched.wanted)
        found: dict[str, Hit] = {}
        for number, position in islice(ordering.by_relevance(segments, named, typed), _SUGGESTIONS_LOOKED_AT):
            document = segments[number].segment.document(position)
            found.setdefault(document.title, Hit(document, highlighter.whole(document.title), ()))
            if len(found) == limit:
                break
        return tuple(found.values())

    def mark(self) -> Mark | None:
        """Return where the index stands, or None where there is no usable index."""
        try:
            return self._snapshot().mark
        except IndexUnavailableError:
            return None

    def held(self) -> frozenset[Key]:
        """Return the identities of all documents held."""
        return frozenset(
            live.segment.document(position).key
            for live in self._snapshot().segments
            for position in bitsets.positions(live.live)
        )

    def forget_cached(self) -> None:
        """Empty the caches of words and phrases, as if none had been asked for yet; for measuring."""
        self._caches.words.clear()
        self._caches.phrases.clear()

    def _snapshot(self) -> _Snapshot:
        """Return the index as of the last commit, opening what is new since."""
        for attempt in range(_OPEN_ATTEMPTS):
            folder = self._folder.live()
            if folder is None:
                break
            try:
                return self._opened(folder)
            except FileNotFoundError:
                # A writer removed what it had just replaced; the newer state is there by now, or soon.
                time.sleep(0.005 * attempt)
            except Exception as error:
                # A torn or foreign file can make the reader fail in any way; all mean: rebuild.
                raise IndexUnavailableError(str(error)) from error
        raise IndexUnavailableError("there is no index")

    def _opened(self, folder: Path) -> _Snapshot:
        storage = MappedStorage(str(folder))
        index = FileIndex(storage, schema=whoosh_schema.schema())
        current = self._current
        if current is not None and current.folder == folder and current.generation == index.latest_generation():
            return current
        with self._opening:
            contents = index._read_toc()
            known = {live.segment.name: live.segment for live in self._current.segments} if self._current else {}
            segments = []
            for entry in contents.segments:
                segment = known.get(entry.segment_id()) or Segment(storage, entry, self._caches)
                numbers = frozenset(entry.deleted_docs())
                live = segment.every() & ~segment.positions(numbers)
                segments.append(LiveSegment(segment, live, numbers))
            self._current = _Snapshot(folder, contents.generation, tuple(segments), _read_mark(segments))
            return self._current

    # Writing

    def apply(self, documents: Iterable[Document], removed: Iterable[Key], mark: Mark) -> None:
        """Add, replace and remove documents in one commit that also records ``mark``."""
        snapshot = self._snapshot()
        added = {document.key: document for document in documents}
        with _writing(snapshot.folder) as writer:
            gone = {whoosh_schema.key_token(key) for key in (*removed, *added)} | {_MARK_TOKEN}
            for segment in writer.segments:
                _delete(segment, gone, snapshot)
            for document in added.values():
                _add(writer, document)
            _record_mark(writer, mark)

    def rebuild(self, documents: Iterable[Document], mark: Mark) -> None:
        """Build a new index beside the live one and switch to it at once."""
        folder = self._folder.new()
        FileIndex.create(MappedStorage(str(folder)), whoosh_schema.schema())
        remaining = iter(documents)
        while batch := list(islice(remaining, _SEGMENT_DOCUMENTS)):
            with _writing(folder, merge=False) as writer:
                for document in batch:
                    _add(writer, document)
        with _writing(folder, merge=False) as writer:
            _record_mark(writer, mark)
        self._folder.switch_to(folder)

    def lock(self, *, wait: bool = False) -> contextlib.AbstractContextManager[bool]:
        """Return a context that holds the writer's lock and tells whether it was got."""
        return self._folder.lock(wait=wait)


@contextlib.contextmanager
def _writing(folder: Path, *, merge: bool = True) -> Iterator[Any]:
    """Yield a writer whose work is committed if the block ends well and dropped if it does not."""
    index = FileIndex(MappedStorage(str(folder)), schema=whoosh_schema.schema())
    writer = whoosh_writing.open_writer(index)
    try:
        yield writer
    except BaseException:
        writer.cancel()
        raise
    if merge:
        writer.commit(mergetype=whoosh_writing.merge_policy)
    else:
        writer.commit(merge=False)


def _delete(segment: Any, tokens: set[str], snapshot: _Snapshot) -> None:
    """Mark the documents with these key tokens deleted in a segment of the writer's."""
    for live in snapshot.segments:
        if live.segment.name == segment.segment_id():
            for token in tokens:
                number = live.segment.document_number(whoosh_schema.KEY, token, live.deleted_numbers)
                if number is not None:
                    segment.delete_document(number)


def _read_mark(segments: Iterable[LiveSegment]) -> Mark | None:
    for live in segments:
        number = live.segment.document_number(whoosh_schema.KEY, _MARK_TOKEN, live.deleted_numbers)
        if number is not None:
            sequence, day = live.segment.stored(number)
            return Mark(sequence, dt.date.fromordinal(day))
    return None


def _record_mark(writer: Any, mark: Mark) -> None:
    writer.add_laid_down({whoosh_schema.KEY: (_MARK_TOKEN,)}, {}, (mark.sequence, mark.day.toordinal()))


def _add(writer: whoosh_writing.Writer, document: Document) -> None:
    laid_down = whoosh_schema.laid_down(document)
    writer.add_laid_down(laid_down.tokens, laid_down.numbers, laid_down.stored)


def _both(left: Sets, right: Sets) -> Sets:
    return [one & other for one, other in zip(left, right, strict=True)]


def _without(live: LiveSegment, hidden: Iterable[Key]) -> int:
    bits = live.live
    for key in hidden:
        token = whoosh_schema.key_token(key)
        bits &= ~live.segment.holding(whoosh_schema.KEY, token)
        bits &= ~live.segment.holding(whoosh_schema.PARENT, token)
    return bits


class _Narrowed:
    """The filters of a query as sets, and the facet counts under them."""

    def __init__(self, segments: Sequence[LiveSegment], query: Query) -> None:
        self._segments = segments
        self._query = query
        self._filters = {facet: self._any_of(facet, values) for facet, values in query.filters.items() if values}

    def _any_of(self, facet: Facet, values: Iterable[str]) -> Sets:
        tokens = [whoosh_schema.facet_token(facet, value) for value in values]
        sets = []
        for live in self._segments:
            bits = 0
            for token in tokens:
                bits |= live.segment.holding(whoosh_schema.FACETS, token)
            sets.append(bits)
        return sets

    def all_of(self, sets: Sets, but: Facet | None = None) -> Sets:
        """Return what is left of ``sets`` under all filters, except those on the facet ``but``."""
        for facet, allowed in self._filters.items():
            if facet is not but:
                sets = _both(sets, allowed)
        return sets

    def counts(self, sets: Sets, facet: Facet) -> tuple[FacetCount, ...]:
        """Return how many results each value would leave, most first; a facet's own filter is set aside."""
        # Places narrow down a tree, so the filter on the place stays when its children are counted.
        left = self.all_of(sets, None if facet is Facet.PLACE else facet)
        if facet is Facet.PLACE:
            prefix = whoosh_schema.child_place_prefix(self._query.place_parent)
        else:
            prefix = whoosh_schema.facet_token(facet, "")
        found: dict[str, int] = {}
        for live, bits in zip(self._segments, left, strict=True):
            if not bits:
                continue
            for token in live.segment.tokens(whoosh_schema.FACETS, prefix):
                count = (bits & live.segment.holding(whoosh_schema.FACETS, token)).bit_count()
                if count:
                    value = token.removeprefix(prefix)
                    found[value] = found.get(value, 0) + count
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return tuple(FacetCount(value, count) for value, count in ordered)
