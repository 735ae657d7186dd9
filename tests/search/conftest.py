"""An engine on an empty folder, and documents to hand."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from minsheng.outbox import RecordKind
from search.engine import Document, Mark, SearchEngine
from search.postgres_engine import PostgresEngine
from search.whoosh_engine import WhooshEngine

MakeDocument = Callable[..., Document]


def mark(sequence: int) -> Mark:
    """The mark of a change made on some day."""
    return Mark(sequence, dt.date(2026, 6, 10))


_numbers = itertools.count(1)


@pytest.fixture
def document() -> MakeDocument:
    """Makes a document; every field may be overridden."""

    def make(title: str = "农村公路“村村通”", **given: Any) -> Document:
        number = given.pop("record_id", None) or next(_numbers)
        values = {
            "kind": RecordKind.PROJECT,
            "slug": f"project-{number}",
            "place_path": ("990000", "990100"),
            "place_name": "示例省示例县",
            "year": 2026,
            "category": "transport",
            "date": dt.date(2026, 5, 31),
            **given,
        }
        return Document(record_id=number, title=title, **values)

    return make


@pytest.fixture
def whoosh_engine(tmp_path: Path) -> WhooshEngine:
    """The embedded engine with an empty index."""
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild([], mark(0))
    return engine


@pytest.fixture
def postgres_engine(postgresql_url: str) -> Iterator[PostgresEngine]:
    """The engine in PostgreSQL with an empty index."""
    database = sa.create_engine(postgresql_url)
    engine = PostgresEngine(database)
    engine.rebuild([], mark(0))
    yield engine
    database.dispose()


@pytest.fixture(params=["embedded", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> SearchEngine:
    """Each engine in turn, with an empty index: both must behave alike."""
    name = {"embedded": "whoosh_engine", "postgresql": "postgres_engine"}[request.param]
    chosen: SearchEngine = request.getfixturevalue(name)
    return chosen
