"""Writing segments of a Whoosh index: whole posting lists at a time, and which segments to merge.

Whoosh's own writer sorts, checks and measures every posting by itself; ours all weigh the same and have no lengths,
so a list goes to the file as it was collected. What is written is in Whoosh's own format.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter, W3TermInfo
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from search.whoosh_schema import STORED

_BLOCK = 1024
_INLINE = 8
"""Lists of at most so many documents stand beside their term; most terms have no more."""
_LARGEST_MERGED = 5_000
_ONES = array("f", [1.0] * _BLOCK)

PostingList = tuple[str, bytes, "array[int]"]
"""Field, token and the sorted numbers of the documents that hold it."""


class _PostingsWriter(W3PostingsWriter):  # type: ignore[misc]  # Whoosh ships no types
    """Writes the lists of one field."""

    def add_list(self, numbers: "array[int]") -> W3TermInfo:
        """Write one list, begun with ``start_postings``, and return where it stands."""
        terminfo: W3TermInfo = self._terminfo
        if len(numbers) <= _INLINE:
            self._hold(numbers)
            terminfo.add_block(self)
            terminfo.set_inlined(numbers, (), ())
        else:
            for start in range(0, len(numbers), _BLOCK):
                self._hold(numbers[start : start + _BLOCK])
                self._write_block(last=start + _BLOCK >= len(numbers))
            terminfo.set_extent(self._startoffset, self._postfile.tell() - self._startoffset)
        self._new_block()
        self._terminfo: W3TermInfo | None = None
        return terminfo

    def _hold(self, numbers: "array[int]") -> None:
        self._ids = numbers
        self._weights = _ONES[: len(numbers)]
        self._maxweight = 1.0

    def _mini_weights(self) -> None:
        """Return how all weights are said to be 1."""


class _FieldWriter(W3FieldWriter):  # type: ignore[misc]  # Whoosh ships no types
    """Writes all lists of a segment."""

    def add_postings(self, schema: Any, _lengths: object, items: Iterable[PostingList]) -> None:
        """Write lists that come sorted by field and token."""
        present = None
        for field, token, numbers in items:
            if field != present:
                if present is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                present = field
            self.start_term(token)
            terminfo = self._postwriter.add_list(numbers)
            self._tindex.add(self._fieldid.to_bytes(2, "big") + token, terminfo.to_bytes())
        if present is not None:
            self.finish_field()


class Codec(W3Codec):  # type: ignore[misc]  # Whoosh ships no types
    """Whoosh's format, written by the list."""

    def __init__(self) -> None:
        super().__init__(blocklimit=_BLOCK)

    def field_writer(self, storage: Any, segment: Any) -> _FieldWriter:
        """Return what writes the lists of a segment."""
        return _FieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> _PostingsWriter:
        """Return what writes the lists of a field."""
        return _PostingsWriter(dbfile, blocklimit=_BLOCK, byteids=byteids)


class _Pool:
    """Collects postings inverted and in memory. Keeps the small interface that Whoosh's segment writer uses."""

    def __init__(self) -> None:
        self.fieldnames: set[str] = set()
        self._is_mixed = False
        self._lists: defaultdict[str, defaultdict[str, array[int]]] = defaultdict(
            lambda: defaultdict(lambda: array("I"))
        )

    def add_tokens(self, field: str, tokens: Iterable[str], number: int) -> None:
        """Take the tokens of one field of a document; documents come in the order of their numbers."""
        lists = self._lists[field]
        for token in tokens:
            lists[token].append(number)

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Take one posting, as Whoosh hands them over when segments are merged."""
        field, token, number, _weight, _payload = posting
        self._is_mixed = True
        self._lists[field][token.decode()].append(number)

    def iter_postings(self) -> Iterator[PostingList]:
        """Yield all lists by field and token. Text sorts as its UTF-8 does."""
        for field, lists in sorted(self._lists.items()):
            for token in sorted(lists):
                # Merged segments bring their documents behind those just added, so their numbers may come first.
                numbers = array("I", sorted(lists[token])) if self._is_mixed else lists[token]
                yield field, token.encode(), numbers

    def cleanup(self) -> None:
        """Give the memory back."""
        self._lists.clear()


class Writer(SegmentWriter):  # type: ignore[misc]  # Whoosh ships no types
    """Writes documents whose tokens are laid down already."""

    def add_laid_down(self, tokens: Mapping[str, Iterable[str]], numbers: Mapping[str, int], stored: object) -> None:
        """Add a document: its tokens by field, its values by number column, and what is stored with it."""
        number = self.docnum
        self.perdocwriter.start_doc(number)
        for field, held in tokens.items():
            self.pool.add_tokens(field, held, number)
        for field, value in numbers.items():
            self.perdocwriter.add_column_value(field, self.schema[field].column_type, value)
        self.perdocwriter.add_field(STORED, self.schema[STORED], stored, 0)
        self.perdocwriter.finish_doc()
        self._added = True
        self.docnum += 1


def open_writer(index: FileIndex) -> Writer:
    """Return a writer for ``index``. The caller holds the index lock; Whoosh's own lock then never waits."""
    # Not a compound file: that would be a second copy of every segment, and maps make it needless.
    writer = Writer(index, codec=Codec(), compound=False)
    writer.pool = _Pool()
    return writer


def merge_policy(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Return the segments to keep; the others are merged into the one being written.

    Segments grow at least fourfold in size, so there are few of them, and each document is rewritten a
    logarithmic number of times. A segment more than half deleted is merged at once. Large segments are left
    alone: merging them would hold up changes for minutes, and a rebuild does it better.
    """
    merged_size = writer.doc_count()
    merged: list[Any] = []
    kept: list[Any] = []
    for segment in sorted(segments, key=lambda segment: segment.doc_count_all()):
        live = segment.doc_count_all() - segment.deleted_count()
        is_due = live < segment.doc_count_all() / 2 or (live < 4 * merged_size and not kept)
        if is_due and live <= _LARGEST_MERGED:
            merged.append(segment)
            merged_size += live
        else:
            kept.append(segment)
    for segment in merged:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept
