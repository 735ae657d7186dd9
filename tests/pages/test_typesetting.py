"""Lines of Chinese: where they may break, and what is left out when they are too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.typesetting import ELLIPSIS, fit, wrap


def squares(text: str) -> float:
    """Every character is one wide."""
    return float(len(text))


def test_chinese_breaks_anywhere_and_words_stay_whole() -> None:
    assert wrap("修路六公里", 2, squares) == ["修路", "六公", "里"]
    assert wrap("用 concrete 修路", 9, squares) == ["用", "concrete", "修路"]


def test_punctuation_never_begins_a_line() -> None:
    lines = wrap("路修好了，桥也修好了。大家都说好！", 4, squares)

    assert "".join(lines) == "路修好了，桥也修好了。大家都说好！"
    assert not any(line[0] in "，。！" for line in lines)


def test_opening_brackets_never_end_a_line() -> None:
    assert not any(line.endswith("（") for line in wrap("修路（含桥）工程（二期）", 3, squares))


def test_a_word_wider_than_the_line_is_cut() -> None:
    assert wrap("a" * 25, 10, squares) == ["a" * 10, "a" * 10, "a" * 5]


def test_too_many_lines_end_in_an_ellipsis() -> None:
    assert fit("一二三四五六七八九十", 4, 2, squares) == ["一二三四", f"五六七{ELLIPSIS}"]
    assert fit("一二三", 4, 2, squares) == ["一二三"]
    assert fit("", 4, 2, squares) == []


@given(st.text(max_size=200), st.integers(3, 30))
@pytest.mark.filterwarnings("error")
def test_no_line_is_wider_than_asked_but_for_clinging_punctuation(text: str, width: int) -> None:
    lines = wrap(text, width, squares)

    assert all(line.strip() for line in lines)
    assert all(len(line) <= width + 6 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
