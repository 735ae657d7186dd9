"""Tables: nothing a spreadsheet would run, and nothing lost on the way back."""

import csv
import io
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.errors import PackageError
from minsheng.opinion.panels import Handling
from minsheng.opinion.tables import (
    BYTE_ORDER_MARK,
    Fixed,
    book_from_tables,
    guarded,
    handling_table,
    read_handling,
    read_table,
    unguarded,
    write_table,
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " =1",
        "\t=1",
        "\tx",
        "\rx",
        "＝1",
        "　=1",
        "\u00a0@x",
        "\ufeff=1",
        "|x",
        "%x",
        "\n\n-x",
    ],
)
def test_what_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "县", "a=b", "18_29", "3-5", "x@y"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" 　").startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.floats(allow_nan=False))))
def test_tables_come_back_to_the_last_digit(rows: list[tuple[str, float]]) -> None:
    table = write_table(("text", "figure"), rows)
    assert [(row["text"], float(row["figure"])) for row in read_table(table, ("text", "figure"))] == rows


def test_figures_are_not_quoted_and_nothing_has_a_sign_for_zero() -> None:
    table = write_table(("a", "b", "c", "d"), [[-3, -0.5, None, Fixed(-0.00001, 4)]])
    assert table == BYTE_ORDER_MARK + "a,b,c,d\r\n-3,-0.5,,0.0000\r\n"


def test_rows_must_fit_the_header() -> None:
    with pytest.raises(ValueError, match="1"):
        write_table(("a", "b"), [[1]])


@pytest.mark.parametrize("text", ["", "a,c\n1,2\n", "b,a\n"])
def test_another_table_is_refused(text: str) -> None:
    with pytest.raises(PackageError, match="columns"):
        read_table(text, ("a", "b"))
    with pytest.raises(PackageError):
        book_from_tables(text, text)


@pytest.mark.parametrize("text", ["a,b\n1\n", "a,b\n1,2,3\n"])
def test_a_torn_line_is_refused(text: str) -> None:
    with pytest.raises(PackageError, match="line 2"):
        read_table(text, ("a", "b"))


def test_handling_comes_back() -> None:
    handling = {"340000": Handling(9, 8, 7, 6, 5), "110000": Handling()}
    table = handling_table(handling)
    assert read_handling(table) == handling
    first = next(csv.DictReader(io.StringIO(table.removeprefix(BYTE_ORDER_MARK))))
    assert first["division"] == "110000"


def test_infinite_figures_would_be_seen() -> None:
    assert math.isinf(float(write_table(("a",), [[math.inf]]).splitlines()[1]))


@pytest.fixture(params=[131_072, 10_000_000], ids=["usual", "raised"])
def limit(request: pytest.FixtureRequest) -> Iterator[int]:
    """The process's limit of a cell, as the csv module comes and as readers of office tables leave it."""
    before = csv.field_size_limit(request.param)
    yield request.param
    csv.field_size_limit(before)


@pytest.mark.parametrize("text", ['a,b\r\n1,"2\r\n', "a,b\r\n1\r\n", f"a,b\r\n1,{'x' * 200_000}\r\n", "a\r\n1\r\n", ""])
def test_what_is_no_table_of_a_package_is_refused(text: str, limit: int) -> None:
    with pytest.raises(PackageError):
        read_table(text, ("a", "b"))
