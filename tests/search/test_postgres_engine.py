import datetime as dt
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.editorial import publishing
from minsheng.models import Base
from search import indexer, open_engine, synonyms
from search.engine import Document, Query, Results
from search.errors import IndexUnavailableError
from search.finding import find
from search.postgres_engine import PostgresEngine
from search.postgres_schema import SCHEMA
from tests.factories import Make
from tests.search.conftest import MakeDocument, mark

pytestmark = pytest.mark.postgresql
AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 10)


@pytest.fixture
def database(postgresql_url: str) -> Iterator[sa.Engine]:
    database = sa.create_engine(postgresql_url)
    yield database
    database.dispose()


@pytest.fixture
def engine(database: sa.Engine) -> PostgresEngine:
    return PostgresEngine(database)


def titles(results: Results) -> list[str]:
    return [hit.document.title for hit in results.hits]


def test_without_an_index_search_says_so(engine: PostgresEngine) -> None:
    assert engine.mark() is None
    with pytest.raises(IndexUnavailableError):
        engine.search(Query("公路"))
    engine.rebuild([], mark(3))
    assert engine.mark() == mark(3)
    assert engine.search(Query("公路")).total == 0


def test_an_index_of_another_version_is_not_used(
    engine: PostgresEngine, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.rebuild([], mark(1))
    monkeypatch.setattr("search.postgres_schema.LAYOUT", "another")
    assert PostgresEngine(database).mark() is None


def test_a_rebuild_that_dies_leaves_the_live_index_alone(engine: PostgresEngine, document: MakeDocument) -> None:
    engine.rebuild([document("公路")], mark(1))

    def dying() -> Iterator[Document]:
        yield document("甲")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.rebuild(dying(), mark(2))
    assert titles(engine.search(Query())) == ["公路"]
    assert engine.mark() == mark(1)


def test_a_rebuild_leaves_one_table_of_documents(
    engine: PostgresEngine, database: sa.Engine, document: MakeDocument
) -> None:
    for number in range(3):
        engine.rebuild([document(f"公路{number}")], mark(number))
    assert len(sa.inspect(database).get_table_names(SCHEMA)) == 2
    assert titles(engine.search(Query("公路"))) == ["公路2"]


def test_only_one_writer_holds_the_lock(engine: PostgresEngine, database: sa.Engine) -> None:
    other = PostgresEngine(database)
    with engine.lock() as first, other.lock() as second:
        assert (first, second) == (True, False)
    got = threading.Event()

    def waiting() -> None:
        with other.lock(wait=True) as is_ours:
            if is_ours:
                got.set()

    with engine.lock():
        thread = threading.Thread(target=waiting)
        thread.start()
        assert not got.wait(0.1)
    thread.join(5)
    assert got.is_set()


def test_synonyms_find_each_other_after_the_word_itself(database: sa.Engine, document: MakeDocument) -> None:
    engine = PostgresEngine(database, synonyms.read(["村村通 = 农村公路"]))
    engine.rebuild([document("农村公路养护", date=TODAY), document("村村通", date=dt.date(2020, 1, 1))], mark(1))
    assert titles(engine.search(Query("村村通"))) == ["村村通", "农村公路养护"]


def test_quotes_and_backslashes_in_a_text_do_no_harm(engine: PostgresEngine, document: MakeDocument) -> None:
    nasty = document("公路 o'neill \\ ''; DROP TABLE live; -- :* & | !")
    engine.rebuild([nasty], mark(1))
    for typed in ("o'neill", "\\", "公路 & | ! :*", "'; DROP"):
        assert engine.search(Query(typed)).total <= 1
    assert titles(engine.search(Query("neill"))) == [nasty.title]


def test_what_is_withdrawn_is_not_found_at_once(database: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    Base.metadata.create_all(database)
    engine = open_engine(tmp_path_factory.mktemp("unused"), database=database)
    with Session(database) as session:
        make = Make(session, AT)
        report = make.published_report(make.project(title="青石桥"), done="沥青路面铺设两公里。")
        session.commit()
        assert find(session, engine, Query("沥青路面"), TODAY).total == 2
        publishing.withdraw_report(session, report, "数字有误", make.staff(Role.PUBLISHER), AT)
        session.commit()
        with engine.lock() as is_ours:
            assert is_ours
            assert find(session, engine, Query("沥青路面"), TODAY).total == 0
        assert find(session, engine, Query("青石桥"), TODAY).total == 1
        assert indexer.drain(session, engine, TODAY) == 0
