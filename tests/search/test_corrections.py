import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.corrections import one_slip_apart
from search.engine import Query, SearchEngine
from tests.search.conftest import MakeDocument, mark


@pytest.fixture
def filled(engine: SearchEngine, document: MakeDocument) -> SearchEngine:
    titles = ["农村低保提标", "城乡低保", "农村公路硬化", "青石桥道路", "Rural hospital", "Rural schools"]
    engine.apply([document(title, text="正文") for title in titles], [], mark(1))
    return engine


@pytest.mark.parametrize(
    ("typed", "meant", "title"),
    [
        ("低宝", "低保", "城乡低保"),
        ("農村底堡", "農村低保", "农村低保提标"),
        ("青石侨", "青石桥", "青石桥道路"),
        ("青古桥", "青石桥", "青石桥道路"),
        ("hospitel", "hospital", "Rural hospital"),
        ("rural skools", "", ""),
        ("rural schoolss", "rural schools", "Rural schools"),
    ],
)
def test_a_slip_is_corrected_to_a_word_that_stands_somewhere(
    filled: SearchEngine, typed: str, meant: str, title: str
) -> None:
    results = filled.search(Query(typed))
    assert results.corrected == meant
    if title:
        assert title in [hit.document.title for hit in results.hits]
        assert any(passage.is_match for passage in results.hits[0].title)


def test_words_that_stand_somewhere_are_left_alone(filled: SearchEngine) -> None:
    assert filled.search(Query("低保")).corrected == ""
    assert filled.search(Query("农村 火箭发射")).corrected == ""


def test_phrases_fields_of_nothing_and_exclusions_are_not_guessed_at(filled: SearchEngine) -> None:
    assert filled.search(Query("“低宝”")).corrected == ""
    assert filled.search(Query("低保 -底堡")).corrected == ""


@pytest.mark.parametrize(
    ("left", "right"), [("road", "raod"), ("road", "roads"), ("road", "rod"), ("road", "read"), ("road", "roax")]
)
def test_one_slip(left: str, right: str) -> None:
    assert one_slip_apart(left, right)
    assert one_slip_apart(right, left)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_slip_is_exactly_the_words_reached_by_one_change(left: str, right: str) -> None:
    letters = "abc"
    reached = {left[:at] + left[at + 1 :] for at in range(len(left))}
    reached |= {left[:at] + letter + left[at:] for at in range(len(left) + 1) for letter in letters}
    reached |= {left[:at] + letter + left[at + 1 :] for at in range(len(left)) for letter in letters}
    reached |= {left[:at] + left[at + 1] + left[at] + left[at + 2 :] for at in range(len(left) - 1)}
    assert one_slip_apart(left, right) == (right in reached - {left})
