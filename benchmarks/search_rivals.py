"""Other engines, given the same text in the same tokens, answering the same pages."""

import importlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from search import analysis
from search.engine import Document
from search.highlight import Highlighter
from search.postgres_schema import SCHEMA
from search.query import parse

PLAIN_SHAPES = frozenset({"word", "two words", "phrase"})
"""Shapes of question that these engines are set up to answer here."""


class Rival(Protocol):
    """An engine to compare with."""

    name: str
    shapes: frozenset[str]

    def build(self, documents: Iterator[Document]) -> None:
        """Index the documents."""
        ...

    def megabytes(self) -> float:
        """Return the size of the index on the disk."""
        ...

    def page(self, text: str) -> object:
        """Return total, three facets and the first 20 records with snippets."""
        ...


def folder_megabytes(folder: Path) -> float:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _tokens(document: Document) -> str:
    """Return all of a document's words as pairs of characters, parted by spaces."""
    text = (document.title, document.text, document.place_name, document.agency_name, document.programme_title)
    return " ".join(_hex(token) for token in analysis.tokens("\n".join(text)))


def _hex(token: str) -> str:
    """Return a token spelt so that no tokenizer takes it apart."""
    return token.encode().hex()


def _asked(text: str) -> list[str]:
    """Return the tokens a query asks for."""
    return [_hex(token.text) for group in parse(text).wanted for token in group.alternatives[0].tokens]


def _snippets(text: str, rows: list[tuple[str, str]]) -> list[object]:
    highlighter = Highlighter(parse(text).wanted)
    return [(highlighter.whole(title), highlighter.snippet(body)) for title, body in rows]


def schema_megabytes(database: sa.Engine) -> float:
    """Return the size of the tables and indexes that search keeps in a PostgreSQL database."""
    each = sa.text("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = :schema ::regnamespace")
    with database.connect() as connection:
        return float(connection.scalar(each, {"schema": SCHEMA}) or 0) / 1e6


class SqliteRival:
    """SQLite FTS5 over pairs of characters, newest first."""

    name = "SQLite FTS5"
    shapes = PLAIN_SHAPES

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._database = sqlite3.connect(folder / "records.sqlite")

    def build(self, documents: Iterator[Document]) -> None:
        """Index the documents."""
        self._database.executescript(
            "CREATE VIRTUAL TABLE word USING fts5 (tokens, content = '', detail = 'none');"
            "CREATE TABLE record (id INTEGER PRIMARY KEY, title, body, year, category, stage, date)"
        )
        for number, item in enumerate(documents, start=1):
            self._database.execute("INSERT INTO word (rowid, tokens) VALUES (?, ?)", (number, _tokens(item)))
            self._database.execute(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, item.title, item.text, item.year, item.category, item.stage, str(item.date)),
            )
        self._database.commit()

    def megabytes(self) -> float:
        """Return the size of the database."""
        return folder_megabytes(self._folder)

    def page(self, text: str) -> object:
        """Return total, three facets and the first 20 records with snippets."""
        rows = self._database.execute(
            "SELECT record.* FROM word JOIN record ON record.id = word.rowid WHERE word MATCH ?"
            " ORDER BY record.date DESC",
            (" AND ".join(_asked(text)),),
        ).fetchall()
        facets = [Counter(row[column] for row in rows) for column in (3, 4, 5)]
        return len(rows), facets, _snippets(text, [(row[1], row[2]) for row in rows[:20]])


class TantivyRival:
    """tantivy over pairs of characters, by its own score."""

    name = "tantivy"
    shapes = PLAIN_SHAPES

    def __init__(self, folder: Path) -> None:
        # Compared with only where it is installed.
        tantivy = importlib.import_module("tantivy")
        folder.mkdir()
        self._folder = folder
        self._tantivy = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("tokens", tokenizer_name="whitespace", index_option="basic")
        for name in ("title", "body"):
            builder.add_text_field(name, stored=True, index_option="basic")
        for name in ("year", "category", "stage"):
            builder.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
        self._index = tantivy.Index(builder.build(), path=str(folder))

    def build(self, documents: Iterator[Document]) -> None:
        """Index the documents."""
        writer = self._index.writer()
        for item in documents:
            writer.add_document(
                self._tantivy.Document(
                    tokens=[_tokens(item)],
                    title=[item.title],
                    body=[item.text],
                    year=[str(item.year)],
                    category=[item.category],
                    stage=[item.stage],
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def megabytes(self) -> float:
        """Return the size of the index."""
        return folder_megabytes(self._folder)

    def page(self, text: str) -> object:
        """Return total, three facets and the first 20 records with snippets."""
        searcher = self._index.searcher()
        query = self._index.parse_query(" AND ".join(_asked(text)), ["tokens"])
        result = searcher.search(query, limit=20, count=True)
        facets = searcher.aggregate(
            query, {name: {"terms": {"field": name, "size": 50}} for name in ("year", "category", "stage")}
        )
        rows = [searcher.doc(address) for _, address in result.hits]
        return result.count, facets, _snippets(text, [(row["title"][0], row["body"][0]) for row in rows])
