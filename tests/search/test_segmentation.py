import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import analysis, segmentation

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=30)


def texts(han: str) -> list[str]:
    return [word.text for word in segmentation.words(han)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("示例县低保", ["示例县", "低保"]),
        ("县低保", ["县低保"]),
        ("三门峡村道路", ["三门峡村", "道路"]),
        ("我们村的路什么时候修好", ["村", "路", "修好"]),
        ("的", ["的"]),
        ("村", ["村"]),
    ],
)
def test_queries_are_cut_into_words_without_idle_ones(typed: str, words: list[str]) -> None:
    assert texts(typed) == words


def test_a_joined_word_keeps_its_core() -> None:
    (first, _) = segmentation.words("示例县低保")
    assert first == segmentation.Word("示例县", "示例")


@given(HAN)
def test_words_are_pieces_of_what_was_typed(typed: str) -> None:
    words = texts(analysis.fold(typed))
    assert words
    for word in words:
        assert word in analysis.fold(typed)
