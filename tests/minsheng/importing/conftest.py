"""An empty database in memory, the project's own copy of the published facts, and an import of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import website
from minsheng.importing.notes import ImportResult
from minsheng.importing.published import import_published, read_rows
from minsheng.models import Base

AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 7, 10, 4, 0, tzinfo=dt.UTC)
COPY = Path(website.__file__).parent / "sample" / "published"

Row = dict[str, Any]
Dump = dict[str, list[tuple[Any, ...]]]


def load(
    session: Session, projects: list[Row], programmes: list[Row] | None = None, at: dt.datetime = AT
) -> ImportResult:
    """Import rows as the compiling office."""
    result = import_published(session, projects, programmes or [], actor="资料整理", at=at)
    session.commit()
    return result


def dump(session: Session) -> Dump:
    """Return every row of every table."""
    return {
        table.name: [tuple(row) for row in session.execute(sa.select(table).order_by(*table.primary_key.columns))]
        for table in Base.metadata.sorted_tables
    }


def empty_database() -> sa.Engine:
    """Return an engine on empty tables in memory that keeps foreign keys."""
    engine = sa.create_engine("sqlite://")
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    Base.metadata.create_all(engine)
    return engine


@pytest.fixture(scope="package")
def engine() -> Iterator[sa.Engine]:
    """One engine for all tests, so that statements are compiled once."""
    engine = empty_database()
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session on a database that is emptied afterwards."""
    with Session(engine) as opened:
        yield opened
    with engine.connect() as connection:
        # A tree of places cannot be deleted in one statement while its links are kept.
        connection.execute(sa.text("PRAGMA foreign_keys=OFF"))
        for table in Base.metadata.sorted_tables:
            connection.execute(sa.delete(table))
        connection.commit()
        connection.execute(sa.text("PRAGMA foreign_keys=ON"))


@pytest.fixture(scope="session")
def projects() -> list[Row]:
    """All 528 project rows."""
    return cast("list[Row]", read_rows(COPY / "projects.json"))


@pytest.fixture(scope="session")
def programmes() -> list[Row]:
    """All 68 programme rows."""
    return cast("list[Row]", read_rows(COPY / "programmes.json"))


@dataclass
class Archive:
    """The whole copy, imported."""

    session: Session
    result: ImportResult
    projects: list[Row]
    programmes: list[Row]


@pytest.fixture(scope="package")
def archive(projects: list[Row], programmes: list[Row]) -> Iterator[Archive]:
    """The whole copy in a database; tests that use it change nothing in it."""
    engine = empty_database()
    with Session(engine) as session:
        yield Archive(session, load(session, projects, programmes), projects, programmes)
    engine.dispose()


@pytest.fixture
def row() -> Row:
    """A complete project row in a county."""
    return {
        "id": "wz24-01",
        "source_kind": "official",
        "source_url": "http://www.wz.gov.cn/notice/1.html",
        "source_title": "2024年万州区重点民生实事完成情况",
        "published": "2025-01-20",
        "division": {"province": "重庆市", "city": None, "county": "万州区", "township": None},
        "programme": "2024年万州区重点民生实事",
        "year": 2024,
        "level": "county",
        "title": "农村公路“村村通”",
        "category": "transport",
        "lead_unit": "区交通运输委",
        "owner_unit": None,
        "total_investment_yuan": 3000000,
        "planned_investment_yuan": 2000000,
        "completed_investment_yuan": 1500000,
        "funding": [
            {"source": "市级补助", "amount_yuan": 1200000},
            {"source": "村民筹资", "amount_yuan": 800000},
        ],
        "targets": [
            {"indicator": "硬化道路", "unit": "公里", "target": 22.5, "done": 18, "stated_percent": 80},
            {"indicator": "通达率", "unit": "%", "target": 100, "done": None, "comparator": ">="},
        ],
        "stage_stated": "路面施工",
        "stage": "under_construction",
        "progress_percent": 75,
        "progress_basis": "investment",
        "progress_percent_derived": None,
        "report_period": "2024-12",
        "start_date": "2024-03-01",
        "finish_date": "2024-12",
        "data_depth": "full",
        "inferred": [],
        "notes": None,
    }
