import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from minsheng.outbox import RecordKind
from search.engine import MAX_LIMIT, Document, Key, Query, Results
from search.errors import IndexUnavailableError
from search.whoosh_engine import WhooshEngine
from tests.search.conftest import MakeDocument, mark


@pytest.fixture
def engine(whoosh_engine: WhooshEngine) -> WhooshEngine:
    return whoosh_engine


def titles(results: Results) -> list[str]:
    return [hit.document.title for hit in results.hits]


def test_phrases_with_very_many_candidates_say_that_the_total_is_an_estimate(
    engine: WhooshEngine, document: MakeDocument
) -> None:
    engine.apply([document("农村公路") for _ in range(901)], [], mark(1))
    results = engine.search(Query('"农村公路"'))
    assert results.total == 901
    assert results.is_estimate


def test_many_small_changes_leave_few_segments_and_nothing_lost(
    engine: WhooshEngine, document: MakeDocument, tmp_path: Path
) -> None:
    chance = random.Random(3)  # noqa: S311 - a fixed sequence, no secret
    expected: dict[Key, Document] = {}
    for sequence in range(60):
        added = [document(f"记录{chance.randrange(99)}", record_id=chance.randrange(1, 40)) for _ in range(2)]
        removed = [Key(RecordKind.PROJECT, chance.randrange(1, 40))]
        engine.apply(added, [key for key in removed if key not in {item.key for item in added}], mark(sequence))
        for key in removed:
            expected.pop(key, None)
        expected.update({item.key: item for item in added})
    held = {hit.document.key: hit.document for hit in engine.search(Query(limit=MAX_LIMIT)).hits}
    assert held == expected
    assert engine.held() == frozenset(expected)
    assert len(list((tmp_path / "index").glob("*/*.trm"))) <= 6


def test_without_an_index_search_says_so(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "nothing")
    assert engine.mark() is None
    with pytest.raises(IndexUnavailableError):
        engine.search(Query("公路"))


def test_a_torn_file_is_noticed_and_a_rebuild_heals_it(
    engine: WhooshEngine, document: MakeDocument, tmp_path: Path
) -> None:
    engine.apply([document("公路")], [], mark(4))
    (terms,) = (tmp_path / "index").glob("*/*.trm")
    terms.write_bytes(terms.read_bytes()[:40])
    fresh = WhooshEngine(tmp_path / "index")
    assert fresh.mark() is None
    fresh.rebuild([document("公厕")], mark(5))
    assert titles(engine.search(Query())) == ["公厕"]
    assert engine.mark() == mark(5)


def test_an_index_of_another_version_is_not_used(
    engine: WhooshEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.mark() == mark(0)
    monkeypatch.setattr("search.whoosh_schema.LAYOUT", "another")
    assert WhooshEngine(tmp_path / "index").mark() is None


def test_a_rebuild_that_dies_leaves_the_live_index_alone(
    engine: WhooshEngine, document: MakeDocument, tmp_path: Path
) -> None:
    engine.apply([document("公路")], [], mark(4))

    def dying() -> Iterator[Document]:
        yield document("甲")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.rebuild(dying(), mark(9))
    assert titles(WhooshEngine(tmp_path / "index").search(Query())) == ["公路"]
    engine.rebuild([document("乙")], mark(10))
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


def test_only_one_writer_holds_the_lock(engine: WhooshEngine, tmp_path: Path) -> None:
    with engine.lock() as first, WhooshEngine(tmp_path / "index").lock() as second:
        assert (first, second) == (True, False)
    with engine.lock() as again:
        assert again


def test_stored_documents_name_no_class_of_ours(engine: WhooshEngine, document: MakeDocument) -> None:
    engine.apply([document("公路", parent=Key(RecordKind.PROJECT, 1))], [], mark(1))
    live = engine._snapshot().segments[0]
    assert json.dumps(live.segment.stored(0))
