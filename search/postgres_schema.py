"""How documents are laid down in PostgreSQL: one narrow table per build, in a schema of its own.

The tokens of all fields stand in one ``tsvector``, each with a letter for its field in front, so that one GIN
index serves every question. The vectors are made here, from the tokens every engine uses; PostgreSQL's own
dictionaries and parsers see no text.
"""

import functools
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSQUERY, TSVECTOR

from minsheng.outbox import RecordKind
from search import analysis, pinyin
from search.digest import digest
from search.engine import Document, Facet, Key
from search.query import Alternative, Field, Group, Token
from search.tokens import by_field

LAYOUT = "5"
SCHEMA = "minsheng_search"
MAX_TOKENS = 60_000
"""Two to six octets and a few for the entry each; a long contract has a third as many."""
PLAIN_FACETS = tuple(facet for facet in Facet if facet is not Facet.PLACE)
_LETTERS = {
    Field.ANY: "a",
    Field.TITLE: "t",
    Field.PLACE: "p",
    Field.AGENCY: "g",
    Field.PROGRAMME: "l",
    Field.CATEGORY: "c",
    Field.PARTS: "x",
    Field.PINYIN: "y",
}
_STORED = (
    "slug",
    "title",
    "text",
    "keywords",
    "place_name",
    "agency_name",
    "programme_title",
    "category_words",
    "month",
    "owner_title",
    "has_pages",
    "is_invented",
)

LIVE = sa.Table(
    "live",
    sa.MetaData(schema=SCHEMA),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("documents", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
)
"""Which table is the live one for each version of the index, and its mark."""


def version() -> str:
    """Return the name of this way of indexing."""
    return digest(analysis.version(), pinyin.version(), LAYOUT, " ".join(Document.__dataclass_fields__))


@functools.lru_cache(maxsize=4)
def document_table(name: str) -> sa.Table:
    """Return the table of documents with this name, for reading and writing its rows.

    The same object each time: SQLAlchemy keeps compiled statements per table object.
    """
    return new_document_table(name)


def new_document_table(name: str) -> sa.Table:
    """Return a table of documents yet to be made; it gets its indexes once it is filled."""
    return sa.Table(
        name,
        sa.MetaData(schema=SCHEMA),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("record_id", sa.BigInteger, primary_key=True),
        sa.Column("row", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.Column("runs", sa.Text, nullable=False),
        sa.Column("place", ARRAY(sa.Text), nullable=False),
        *(sa.Column(facet.value, sa.Text) for facet in PLAIN_FACETS if facet is not Facet.KIND),
        sa.Column("date", sa.Date),
        sa.Column("money", sa.BigInteger),
        sa.Column("progress", sa.Float),
        sa.Column("stored", JSONB, nullable=False),
    )


def indexes(table: sa.Table) -> list[sa.Index]:
    """Return the indexes of a filled table."""
    return [
        sa.Index(f"{table.name}_words", table.c.words, postgresql_using="gin"),
        sa.Index(f"{table.name}_date", table.c.date.desc().nulls_last()),
        sa.Index(f"{table.name}_parent", table.c.parent, postgresql_where=table.c.parent.is_not(None)),
    ]


def row_of(document: Document) -> dict[str, Any]:
    """Return the row for a document."""
    facets = {facet: value for facet, value in document.facet_values() if facet is not Facet.PLACE}
    return {
        **{facet.value: facets.get(facet) for facet in PLAIN_FACETS},
        "record_id": document.record_id,
        "parent": key_text(document.parent) if document.parent else None,
        "words": " ".join(_quoted(letter + token) for letter, token in _lexemes(document)),
        "runs": runs_text("\n".join(_texts(document))),
        "place": list(document.place_path),
        "date": document.date,
        "money": document.money_fen,
        "progress": document.progress,
        "stored": {name: getattr(document, name) for name in _STORED},
    }


def document_of(row: sa.Row[Any]) -> Document:
    """Return the document a row was made from."""
    values: dict[str, Any] = dict(row._mapping)
    codes: dict[str, Any] = {
        name: values[name] or "" for name in ("category", "programme", "agency", "stage", "status", "origin")
    }
    return Document(
        kind=RecordKind(values["kind"]),
        record_id=values["record_id"],
        place_path=tuple(values["place"]),
        year=int(values["year"]) if values["year"] else None,
        **codes,
        date=values["date"],
        money_fen=values["money"],
        progress=values["progress"],
        parent=_key_of(values["parent"]) if values["parent"] else None,
        **values["stored"],
    )


def key_text(key: Key) -> str:
    """Return a key as text."""
    return f"{key.kind.value}:{key.record_id}"


def _key_of(text: str) -> Key:
    kind, _, number = text.partition(":")
    return Key(RecordKind(kind), int(number))


def runs_text(text: str) -> str:
    """Return the runs of a text, folded and parted by single spaces: what exact phrases are looked for in."""
    return " ".join(run.text for run in analysis.runs(analysis.fold(text)))


def query_text(groups: Iterable[Group], field: Field | None = None) -> str:
    """Return the ``tsquery`` of all groups, each in any of its ways; with ``field``, looked for there instead."""
    return " & ".join(f"({' | '.join(_way(way, field) for way in group.alternatives)})" for group in groups)


def as_query(text: str) -> sa.ColumnElement[Any]:
    """Return a ``tsquery`` value."""
    return sa.cast(sa.literal(text), TSQUERY)


def _way(way: Alternative, field: Field | None) -> str:
    letter = _LETTERS[field or way.field]
    return f"({' & '.join(_asked(letter, token) for token in way.tokens)})"


def _asked(letter: str, token: Token) -> str:
    return _quoted(letter + token.text) + (":*" if token.is_prefix else "")


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _within_bounds(tokens: Collection[str]) -> Collection[str]:
    """Return the tokens, of a monstrous text only so many: a vector holds a megabyte, and one that does not fit
    would stop all changes behind it.
    """
    return tokens if len(tokens) <= MAX_TOKENS else sorted(tokens)[:MAX_TOKENS]


def _texts(document: Document) -> tuple[str, ...]:
    names = (document.title, document.place_name, document.agency_name, document.programme_title)
    return (*names, document.category_words, document.text, document.keywords)


def _lexemes(document: Document) -> Iterable[tuple[str, str]]:
    return ((_LETTERS[field], token) for field, held in by_field(document).items() for token in _within_bounds(held))
