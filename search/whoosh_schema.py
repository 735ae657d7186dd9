"""How documents are laid down in Whoosh: the fields, their tokens and the version of it all.

Postings say only that a token occurs: positions and weights would double the index, and phrases are checked on
the stored text. Token lists are handed over ready made, so no analyser of Whoosh's ever sees a text.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import whoosh
from whoosh import columns, fields

from minsheng.outbox import RecordKind
from search import analysis, pinyin
from search import tokens as tokens_of
from search.digest import digest
from search.engine import Document, Facet, Key
from search.query import Field

LAYOUT = "5"
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


@dataclass(frozen=True, slots=True)
class LaidDown:
    """A document as it is written: tokens by field, values by number column, and what is stored."""

    tokens: Mapping[str, Collection[str]]
    numbers: Mapping[str, int]
    stored: tuple[Any, ...]


def laid_down(document: Document) -> LaidDown:
    """Return what is written of a document."""
    numbers = {
        "date": document.date.toordinal() if document.date else NO_NUMBER,
        "money": document.money_fen if document.money_fen is not None else NO_NUMBER,
        "progress": round(document.progress * 100) if document.progress is not None else NO_NUMBER,
    }
    tokens: dict[str, Collection[str]] = {
        field.value: found for field, found in tokens_of.by_field(document).items() if found
    }
    tokens |= {KEY: (key_token(document.key),), EVERY: ("1",), FACETS: _facet_tokens(document)}
    if document.parent is not None:
        tokens[PARENT] = (key_token(document.parent),)
    known = {name: number for name, number in numbers.items() if number != NO_NUMBER}
    return LaidDown(tokens, known, _stored(document))


def _facet_tokens(document: Document) -> list[str]:
    below = [
        child_place_prefix(parent) + code
        for parent, code in zip(("", *document.place_path), document.place_path, strict=False)
    ]
    return [facet_token(facet, value) for facet, value in document.facet_values()] + below


NAMES = tuple(Document.__dataclass_fields__)
"""What is stored of a document, in this order."""


def _stored(document: Document) -> tuple[Any, ...]:
    """Return the document as plain values, whose pickle names no class of ours."""
    plain = {
        "kind": document.kind.value,
        "date": document.date.toordinal() if document.date else None,
        "parent": key_token(document.parent) if document.parent else None,
    }
    return tuple(plain.get(name, getattr(document, name)) for name in NAMES)


def restored(stored: tuple[Any, ...]) -> Document:
    """Return the document that :func:`_stored` wrote down."""
    values = dict(zip(NAMES, stored, strict=True))
    date, parent = values["date"], values["parent"]
    values["kind"] = RecordKind(values["kind"])
    values["date"] = dt.date.fromordinal(date) if date is not None else None
    values["parent"] = key_of(parent) if parent is not None else None
    return Document(**values)
