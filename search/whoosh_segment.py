"""One segment of a Whoosh index, read as sets of positions.

A segment never changes once written, except that documents in it are marked deleted. Its documents are given
positions newest first, so that walking a set upwards yields the order most readers want.
"""

import threading
from array import array
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.matching import ListMatcher
from whoosh.reading import TermNotFound

from search import bitsets
from search.engine import Document
from search.whoosh_schema import EVERY, FACETS, NAMES, NO_NUMBER, NUMBERS, STORED, number_type, restored, schema

MAX_PREFIX_TOKENS = 2_000
_TOKEN_LISTS = 200


@dataclass(frozen=True, slots=True)
class Caches:
    """The sets kept in memory: of words; of facet values, which nearly every query counts; of phrases.

    Apart, so that the many sets of words do not push out those that cost more to find again.
    """

    words: bitsets.BitsetCache
    facets: bitsets.BitsetCache
    phrases: bitsets.BitsetCache

    @classmethod
    def of(cls, octets: int) -> "Caches":
        """Return caches that keep about ``octets`` in all."""
        words, facets, phrases = (bitsets.BitsetCache(octets * part // 10) for part in (6, 3, 1))
        return cls(words, facets, phrases)


class Segment:
    """What is constant about a segment: its postings, its documents and their order.

    Whoosh's readers seek in shared files, so a lock is held around each read; the sets themselves are shared
    freely between threads.
    """

    def __init__(self, storage: FileStorage, segment: Any, caches: Caches) -> None:
        self.name: str = segment.segment_id()
        self.size: int = segment.doc_count_all()
        self._caches = caches
        self._lock = threading.Lock()
        self._orders: dict[Hashable, array[int]] = {}
        self._token_lists: dict[tuple[str, str], list[str]] = {}
        self._formats = {name: field.format for name, field in schema().items()}
        codec = segment.codec()
        self._terms = codec.terms_reader(storage, segment)
        self._documents = codec.per_document_reader(storage, segment)
        self.numbers = {name: self._load_numbers(storage, segment, name) for name in NUMBERS}
        dates = self.numbers["date"]
        self._document_at = array("I", sorted(range(self.size), key=lambda number: (-dates[number], number)))
        self._position_of = array("I", bytes(4 * self.size))
        for position, number in enumerate(self._document_at):
            self._position_of[number] = position
        self.numbers = {
            name: array(column.typecode, (column[number] for number in self._document_at))
            for name, column in self.numbers.items()
        }

    def _load_numbers(self, storage: FileStorage, segment: Any, name: str) -> "array[int]":
        """Return a number column by document number. Trailing documents without a number are not in the file."""
        column: array[int] = array(number_type(name))
        if self._documents.has_column(name):
            file_name = W3Codec.column_filename(segment, name)
            count = storage.file_length(file_name) // column.itemsize
            column = storage.open_file(file_name).get_array(0, column.typecode, count)
        column.extend([NO_NUMBER] * (self.size - len(column)))
        return column

    def holding(self, field: str, token: str) -> int:
        """Return the positions of the documents that hold ``token`` in ``field``, deleted ones included."""
        cache = self._caches.facets if field == FACETS else self._caches.words
        return cache.get(
            (self.name, field, token),
            lambda: self.positions(self._document_numbers(field, token.encode())),
        )

    def holding_prefix(self, field: str, prefix: str) -> int:
        """Return the positions of the documents that hold in ``field`` any token that begins with ``prefix``."""

        def union() -> int:
            numbers: set[int] = set()
            with self._lock:
                tokens = list(islice(self._tokens(field, prefix.encode()), MAX_PREFIX_TOKENS))
            for token in tokens:
                numbers.update(self._document_numbers(field, token.encode()))
            return self.positions(numbers)

        return self._caches.words.get((self.name, field, prefix, "prefix"), union)

    def tokens(self, field: str, prefix: str) -> list[str]:
        """Return the tokens of ``field`` that begin with ``prefix``, sorted."""
        key = (field, prefix)
        found = self._token_lists.get(key)
        if found is None:
            with self._lock:
                found = list(self._tokens(field, prefix.encode()))
            if len(self._token_lists) < _TOKEN_LISTS:
                self._token_lists[key] = found
        return found

    def _tokens(self, field: str, prefix: bytes) -> Iterator[str]:
        for name, token in self._terms.terms_from(field, prefix):
            if name != field or not token.startswith(prefix):
                return
            yield token.decode()

    def order(self, name: Hashable, key: Callable[[int], Any]) -> "array[int]":
        """Return all positions sorted by ``key``, worked out once for each ``name``."""
        if name not in self._orders:
            self._orders[name] = array("I", sorted(range(self.size), key=key))
        return self._orders[name]

    def satisfying(self, name: Hashable, make: Callable[[], int]) -> int:
        """Return the set kept under ``name``, or what ``make`` finds; for findings that cost reading texts."""
        return self._caches.phrases.get((self.name, name), make)

    def every(self) -> int:
        """Return the positions of all documents, without the index's own record of where it stands."""
        return self.holding(EVERY, "1")

    def document_number(self, field: str, token: str, deleted: frozenset[int]) -> int | None:
        """Return the number of the one document that holds a unique token and is not deleted, or None."""
        alive = [number for number in self._document_numbers(field, token.encode()) if number not in deleted]
        return alive[0] if alive else None

    def document(self, position: int) -> Document:
        """Return the document at a position."""
        return restored(self.stored(self._document_at[position]))

    def texts(self, position: int, names: Iterable[str]) -> Iterator[str]:
        """Yield these texts of the document at a position, without making the whole document anew."""
        values = self.stored(self._document_at[position])
        return (values[NAMES.index(name)] for name in names)

    def stored(self, number: int) -> tuple[Any, ...]:
        """Return what was stored with a document number."""
        with self._lock:
            kept: tuple[Any, ...] = self._documents.stored_fields(number)[STORED]
            return kept

    def positions(self, numbers: Collection[int]) -> int:
        """Return the set of positions of these document numbers."""
        return bitsets.from_positions(map(self._position_of.__getitem__, numbers), len(numbers), self.size)

    def _document_numbers(self, field: str, token: bytes) -> list[int]:
        """Return the document numbers of a posting list, read block by block rather than one by one."""
        with self._lock:
            try:
                postings = self._terms.matcher(field, token, self._formats[field])
            except TermNotFound:
                return []
            if isinstance(postings, ListMatcher):
                return list(postings._ids)  # a short list, which stands beside its term
            numbers: list[int] = []
            while postings.is_active():
                # Whoosh would turn the differences kept in a block into numbers one by one.
                postings._read_data()
                numbers.extend(accumulate(postings._data[0]))
                postings._next_block()
            return numbers


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A segment as of one commit: ``live`` are the positions not deleted since."""

    segment: Segment
    live: int
    deleted_numbers: frozenset[int]
