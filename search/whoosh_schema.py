"""How documents are laid down in Whoosh: the fields, the postings pool and the version of it all.

Postings say only that a token occurs: positions and weights would double the index, and phrases are checked on
the stored text. Token lists are handed over ready made, so no analyser of Whoosh's ever sees a text.
"""

import datetime as dt
from array import array
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import whoosh
from whoosh import columns, fields
from whoosh.codec.whoosh3 import W3Codec
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from minsheng.outbox import RecordKind
from search import analysis, pinyin
from search.digest import digest
from search.engine import Document, Facet, Key
from search.query import Field

LAYOUT = "2"
"""Raise it when the fields or what is stored in them change."""

SEPARATOR = "\x1f"
EVERY = "every"
FACETS = "facets"
KEY = "key"
PARENT = "parent"
STORED = "document"
NO_NUMBER = -1
NUMBERS = ("date", "money", "progress")
_TYPE_CODES = {"date": "i", "money": "q", "progress": "i"}
_BLOCK = 1024
_LARGEST_MERGED = 5_000


def version() -> str:
    """Return the name of this way of indexing; an index of another version is not used."""
    release = ".".join(map(str, whoosh.__version__))
    return digest(analysis.version(), pinyin.version(), LAYOUT, release, " ".join(Document.__dataclass_fields__))


def schema() -> fields.Schema:
    """Return the fields of the index."""
    token_fields = {field.value: fields.ID() for field in Field}
    number_fields = {name: fields.COLUMN(number_column(name)) for name in NUMBERS}
    return fields.Schema(
        **token_fields,
        **number_fields,
        **{KEY: fields.ID(), PARENT: fields.ID(), FACETS: fields.ID(), EVERY: fields.ID(), STORED: fields.STORED()},
    )


def number_column(name: str) -> columns.NumericColumn:
    """Return the column that holds one number per document, ``NO_NUMBER`` where there is none."""
    return columns.NumericColumn(_TYPE_CODES[name], default=NO_NUMBER)


def number_type(name: str) -> str:
    """Return the type code (as in ``array``) of a number column."""
    return _TYPE_CODES[name]


def key_token(key: Key) -> str:
    """Return the token that stands for a document's identity."""
    return f"{key.kind.value}:{key.record_id}"


def key_of(token: str) -> Key:
    """Return the identity that :func:`key_token` wrote."""
    kind, _, record_id = token.partition(":")
    return Key(RecordKind(kind), int(record_id))


def facet_token(facet: Facet, value: str) -> str:
    """Return the token that stands for a facet's value."""
    return f"{facet.value}{SEPARATOR}{value}"


def child_place_prefix(parent: str) -> str:
    """Return what the tokens of all places directly below ``parent`` begin with ("" is the country)."""
    return f"below{SEPARATOR}{parent}{SEPARATOR}"


def fields_of(document: Document) -> dict[str, Any]:
    """Return what Whoosh is given for a document."""
    searched = {
        Field.TITLE: document.title,
        Field.PLACE: document.place_name,
        Field.AGENCY: document.agency_name,
        Field.PROGRAMME: document.programme_title,
        Field.CATEGORY: document.category_words,
    }
    token_sets = {field: analysis.tokens(text) for field, text in searched.items()}
    everything = analysis.tokens(document.text) | analysis.tokens(document.keywords)
    token_sets[Field.ANY] = everything.union(*token_sets.values())
    token_sets[Field.PARTS] = analysis.part_tokens(document.title)
    names = (document.title, document.place_name, document.agency_name)
    token_sets[Field.PINYIN] = set().union(*map(pinyin.tokens, names))
    numbers = {
        "date": document.date.toordinal() if document.date else NO_NUMBER,
        "money": document.money_fen if document.money_fen is not None else NO_NUMBER,
        "progress": round(document.progress * 100) if document.progress is not None else NO_NUMBER,
    }
    laid_down: dict[str, Any] = {field.value: list(tokens) for field, tokens in token_sets.items() if tokens}
    laid_down |= {name: number for name, number in numbers.items() if number != NO_NUMBER}
    laid_down |= {KEY: key_token(document.key), EVERY: "1", STORED: _stored(document)}
    if document.parent is not None:
        laid_down[PARENT] = key_token(document.parent)
    return laid_down | {FACETS: _facet_tokens(document)}


def _facet_tokens(document: Document) -> list[str]:
    below = [
        child_place_prefix(parent) + code
        for parent, code in zip(("", *document.place_path), document.place_path, strict=False)
    ]
    return [facet_token(facet, value) for facet, value in document.facet_values()] + below


_NAMES = tuple(Document.__dataclass_fields__)


def _stored(document: Document) -> tuple[Any, ...]:
    """Return the document as plain values, whose pickle names no class of ours."""
    plain = {
        "kind": document.kind.value,
        "date": document.date.toordinal() if document.date else None,
        "parent": key_token(document.parent) if document.parent else None,
    }
    return tuple(plain.get(name, getattr(document, name)) for name in _NAMES)


def restored(stored: tuple[Any, ...]) -> Document:
    """Return the document that :func:`_stored` wrote down."""
    values = dict(zip(_NAMES, stored, strict=True))
    date, parent = values["date"], values["parent"]
    values["kind"] = RecordKind(values["kind"])
    values["date"] = dt.date.fromordinal(date) if date is not None else None
    values["parent"] = key_of(parent) if parent is not None else None
    return Document(**values)


class _InvertedPool:
    """Collects postings inverted and in memory: Whoosh's own pool sorts and pickles every single one.

    Keeps the small interface that Whoosh's segment writer uses.
    """

    def __init__(self) -> None:
        self.fieldnames: set[str] = set()
        self._numbers: defaultdict[tuple[str, bytes], array[int]] = defaultdict(lambda: array("I"))

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Take one posting: field, token, document number, weight and payload; the last two are constant here."""
        field, token, number, _weight, _payload = posting
        self._numbers[field, token].append(number)

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, float, bytes]]:
        """Yield all postings by field, token and document number."""
        for (field, token), numbers in sorted(self._numbers.items(), key=itemgetter(0)):
            for number in sorted(numbers):
                yield field, token, number, 1.0, b""

    def cleanup(self) -> None:
        """Give the memory back."""
        self._numbers.clear()


def open_writer(index: FileIndex) -> SegmentWriter:
    """Return a writer for ``index``. The caller holds the index lock; Whoosh's own lock then never waits."""
    # Not a compound file: that would be a second copy of every segment, and maps make it needless.
    writer = SegmentWriter(index, codec=W3Codec(blocklimit=_BLOCK), compound=False)
    writer.pool = _InvertedPool()
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
