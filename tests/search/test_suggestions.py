import pytest

from minsheng.outbox import RecordKind
from search.engine import Query, SearchEngine
from search.query import parse
from tests.search.conftest import MakeDocument, mark


@pytest.fixture
def filled(engine: SearchEngine, document: MakeDocument) -> SearchEngine:
    engine.apply(
        [
            document("农村公路村村通", text="供水"),
            document("农村公路村村通", record_id=5_001),
            document("农村公路村村通 2026年5月月报", kind=RecordKind.REPORT),
            document("城乡供水"),
            document("示例县水利局", kind=RecordKind.AGENCY),
            document("Rural hospital"),
        ],
        [],
        mark(1),
    )
    return engine


def suggested(engine: SearchEngine, typed: str) -> list[str]:
    return [hit.document.title for hit in engine.suggest(typed)]


@pytest.mark.parametrize("typed", ["农", "农村", "农村公", "cunc", "cuncunt", "cct", "農村"])
def test_names_are_suggested_once_from_the_first_letters_on(filled: SearchEngine, typed: str) -> None:
    assert suggested(filled, typed) == ["农村公路村村通"]


@pytest.mark.parametrize(
    ("typed", "title"),
    [("hos", "Rural hospital"), ("rural ho", "Rural hospital"), ("shuili", "示例县水利局"), ("供水", "城乡供水")],
)
def test_latin_words_may_be_begun(filled: SearchEngine, typed: str, title: str) -> None:
    assert suggested(filled, typed) == [title]


@pytest.mark.parametrize("typed", ["", " ", "火箭", "-农村", '"'])
def test_nothing_is_suggested_for_nothing(filled: SearchEngine, typed: str) -> None:
    assert suggested(filled, typed) == []


def test_what_was_typed_is_marked(filled: SearchEngine) -> None:
    (hit,) = filled.suggest("hos")
    assert [passage.text for passage in hit.title if passage.is_match] == ["hospital"]
    assert hit.snippet == ()


def test_hidden_records_are_not_suggested(filled: SearchEngine) -> None:
    (hit,) = filled.suggest("水利局")
    assert filled.suggest("水利局", hidden=frozenset({hit.document.key})) == ()


def test_a_finished_word_is_not_a_beginning(filled: SearchEngine) -> None:
    assert len(parse("road ", is_typing=True).groups[0].alternatives) == 1
    assert filled.search(Query("rural")).total == 1
