"""Withholding: each rule, and random tables that linear algebra cannot undo."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.errors import LinkedTablesError
from minsheng.opinion.estimates import Estimate, Kind
from minsheng.opinion.schemes import Publishing
from minsheng.opinion.suppression import (
    TOTAL,
    Cell,
    Reason,
    is_disclosed_by_difference,
    protect_list,
    protect_table,
    reason_to_withhold,
)

RULES = Publishing()


@pytest.mark.parametrize(
    ("estimate", "reason"),
    [
        (Estimate(Kind.SHARE, 0.5, 400, 0.02, 0.46, 0.54, 380), None),
        (Estimate(Kind.SHARE, 0.5, 29, 0.02, 0.46, 0.54, 29), Reason.TOO_FEW),
        (Estimate(Kind.SHARE, 0.5, 30, 0.02, 0.46, 0.54, 30), None),
        (Estimate(Kind.SHARE, 0.5, 400, 0.09, 0.36, 0.64, 29.9), Reason.TOO_FEW_EFFECTIVE),
        (Estimate(Kind.SHARE, 0.5, 400, 0.09, 0.35, 0.65, 40), Reason.TOO_WIDE),
        (Estimate(Kind.SHARE, 0.03, 60, 0.02, 0.01, 0.061, 60), Reason.RELATIVELY_WIDE),
        (Estimate(Kind.SHARE, 0.03, 60, 0.02, 0.01, 0.059, 60), None),
        (Estimate(Kind.SHARE, 0.0, 60, 0.0, 0.0, 0.0602, 60), Reason.RELATIVELY_WIDE),
        (Estimate(Kind.MEAN, 70, 60, 8, 54, 84, 50), Reason.TOO_WIDE),
        (Estimate(Kind.MEAN, 70, 60, 7, 56, 84, 50), None),
        (Estimate(Kind.MEAN, 70, 60), None),
    ],
)
def test_each_rule_names_its_reason(estimate: Estimate, reason: Reason | None) -> None:
    assert reason_to_withhold(estimate, RULES) is reason


def test_small_differences_between_nested_groups() -> None:
    assert is_disclosed_by_difference(100, 95, 10)
    assert not is_disclosed_by_difference(100, 100, 10)
    assert not is_disclosed_by_difference(100, 90, 10)


def test_a_single_part_takes_the_smallest_other_with_it() -> None:
    assert protect_list({"a": 5, "b": 400, "c": 80}, {"a"}, 10) == {"a", "c"}
    assert protect_list({"a": 5, "b": 400, "c": 4}, {"a", "c"}, 10) == {"a", "b", "c"}
    assert protect_list({"a": 50, "b": 0, "c": 80}, {"a"}, 10) == {"a", "c"}
    assert protect_list({"a": 50, "b": 40, "c": 80}, {"a", "b"}, 10) == {"a", "b"}
    assert protect_list({"a": 50}, set(), 10) == frozenset()


def test_a_total_that_nothing_can_protect_goes_too() -> None:
    assert protect_list({"a": 5}, {"a"}, 10) == {"a", TOTAL}
    assert protect_list({"a": 5, "b": 3}, {"a"}, 10) == {"a", "b", TOTAL}


def test_a_table_by_hand() -> None:
    counts = {
        ("A", "x"): 5, ("A", "y"): 40, ("A", "z"): 90,
        ("B", "x"): 60, ("B", "y"): 30, ("B", "z"): 80,
        ("C", "x"): 70, ("C", "y"): 50, ("C", "z"): 20,
    }  # fmt: skip
    # A–y (40) and B–y (30) close the square with B–x (60): 130, against 90 + 20 + 70 for A–z, C–z, C–x.
    assert protect_table(counts, {("A", "x")}, 10) == {("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")}


def test_one_cell_alone_can_only_be_hidden_with_its_totals() -> None:
    assert protect_table({("A", "x"): 5}, {("A", "x")}, 10) == {("A", "x"), ("A", TOTAL), (TOTAL, "x"), (TOTAL, TOTAL)}


def test_nothing_to_hide_hides_nothing() -> None:
    assert protect_table({("A", "x"): 50}, set(), 10) == frozenset()
    assert protect_table({}, set(), 10) == frozenset()


@pytest.mark.parametrize(
    ("counts", "primary"),
    [
        ({("A", "x"): -1}, {("A", "x")}),
        ({("A", "x"): 1}, {("B", "x")}),
        ({(TOTAL, "x"): 1}, set()),
    ],
)
def test_tables_that_cannot_be_are_refused(counts: dict[Cell, int], primary: set[Cell]) -> None:
    with pytest.raises(LinkedTablesError):
        protect_table(counts, primary, 10)


tables = st.integers(1, 4).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 60), min_size=columns, max_size=columns), min_size=1, max_size=4)
)


def recovered(unknown: list[Cell], lines: list[list[tuple[Cell, int]]]) -> set[Cell]:
    """The cells that follow from the sums of the lines, by Gauss–Jordan elimination over the withheld cells."""
    matrix = [[Fraction(dict(line).get(cell, 0)) for cell in unknown] for line in lines]
    row = 0
    for column in range(len(unknown)):
        pivot = next((place for place in range(row, len(matrix)) if matrix[place][column]), None)
        if pivot is None:
            continue
        matrix[row], matrix[pivot] = matrix[pivot], matrix[row]
        matrix[row] = [figure / matrix[row][column] for figure in matrix[row]]
        for other in range(len(matrix)):
            if other != row and matrix[other][column]:
                factor = matrix[other][column]
                matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[row], strict=True)]
        row += 1
    return {
        unknown[next(place for place, figure in enumerate(line) if figure)]
        for line in matrix
        if sum(1 for figure in line if figure) == 1
    }


@given(tables)
def test_suppression_cannot_be_undone_by_differencing(figures: list[list[int]]) -> None:
    rows = [f"r{number}" for number in range(len(figures))]
    columns = [f"c{number}" for number in range(len(figures[0]))]
    counts = {(row, column): figures[i][j] for i, row in enumerate(rows) for j, column in enumerate(columns)}
    primary = {cell for cell, number in counts.items() if 0 < number < 10}
    withheld = protect_table(counts, primary, 10)
    assert primary <= withheld
    # Each line says: its cells less its total are 0.
    lines = [[((row, column), 1) for column in columns] + [((row, TOTAL), -1)] for row in (*rows, TOTAL)]
    lines += [[((row, column), 1) for row in rows] + [((TOTAL, column), -1)] for column in (*columns, TOTAL)]
    assert recovered(sorted(withheld), lines) == set()
    # Nor does a shown total tell that the cells hidden in its line hold almost nobody.
    for line in lines:
        *inner, (total, _) = line
        hidden = [cell for cell, _ in inner if cell in withheld]
        if hidden and total not in withheld and TOTAL not in {part for cell in hidden for part in cell}:
            assert sum(counts[cell] for cell in hidden) >= 10


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 60)))
def test_a_list_never_leaves_one_part_or_few_people_to_its_total(counts: dict[str, int]) -> None:
    primary = {part for part, number in counts.items() if 0 < number < 10}
    withheld = protect_list(counts, primary, 10)
    assert primary <= withheld
    if primary and TOTAL not in withheld:
        assert len([part for part in withheld if counts[part]]) >= 2
        assert sum(counts[part] for part in withheld) >= 10
