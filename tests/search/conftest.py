"""An engine on an empty folder, and documents to hand."""

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minsheng.outbox import RecordKind
from search.engine import Document, Mark
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
def engine(tmp_path: Path) -> WhooshEngine:
    """An engine with an empty index."""
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild([], mark(0))
    return engine
