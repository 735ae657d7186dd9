"""Weights: worked by hand, published by others, in general, and where none can be had."""

import csv
import math
from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minsheng.opinion.errors import (
    EmptyCellError,
    EmptySampleError,
    InvalidColumnError,
    MarginTotalsError,
    MissingMarginError,
    NotConvergedError,
    UnnamedMarginError,
    WeightingError,
    ZeroMarginError,
)
from minsheng.opinion.estimates import Note
from minsheng.opinion.weighting import Method, WeightingRules, Weights, weigh

from .samples import OUTSIDE, worked_example

RAKE = WeightingRules(Method.RAKE, ("area", "age"))
POST = WeightingRules(Method.POST_STRATIFY, ("area", "age"))
people = st.lists(st.tuples(st.sampled_from("UR"), st.sampled_from("YMO"), st.floats(0.5, 2)), min_size=1, max_size=80)


def variables(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    return {"area": [area for area, _ in rows], "age": [age for _, age in rows]}


def worked(rules: WeightingRules, margins: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    rows = worked_example()
    found = weigh(rules, variables([(row["area"], row["age"]) for row in rows]), [1.0] * 100, margins)
    return {row["cell"]: weight for row, weight in zip(rows, found.values, strict=True)}


def test_post_stratified_worked_example() -> None:
    shares = {"U*Y": 20.0, "U*O": 20.0, "R*Y": 20.0, "R*O": 40.0}
    found = worked(POST, {"area*age": shares})
    assert found == pytest.approx({"UY": 0.5, "UO": 1.0, "RY": 0.8, "RO": 40 / 15})


def test_raked_worked_example() -> None:
    found = worked(RAKE, {"area": {"U": 40.0, "R": 60.0}, "age": {"Y": 40.0, "O": 60.0}})
    assert [round(found[cell], 6) for cell in ("UY", "UO", "RY", "RO")] == [0.426328, 1.147344, 0.917875, 2.470208]
    kept = {row["cell"]: float(row["w_rake"]) for row in worked_example()}
    assert found == pytest.approx(kept, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "printed"),
    [
        (
            Method.POST_STRATIFY,
            [4.00, 1.00, 1.38, 1.20, 1.07, 1.10, 1.70, 1.20, 4.00, 1.83, 1.65, 1.79],
        ),
        (Method.RAKE, [1.81, 1.45, 2.02, 1.08, 0.87, 1.21, 2.20, 1.76, 2.45, 1.83, 1.47, 2.04]),
    ],
)
def test_weights_as_published_by_kalton_and_flores_cervantes(method: Method, printed: list[float]) -> None:
    path = OUTSIDE / "kalton_flores_cervantes.csv"
    if not path.exists():
        pytest.skip("the published table is not kept in this repository")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    margins: dict[str, dict[str, float]] = {"a": {}, "b": {}, "a*b": {}}
    columns: dict[str, list[str]] = {"a": [], "b": []}
    for row in rows:
        for variable, value in (("a", row["a"]), ("b", row["b"]), ("a*b", f"{row['a']}*{row['b']}")):
            margins[variable][value] = margins[variable].get(value, 0) + float(row["pop_N"])
        columns["a"] += [row["a"]] * int(row["sample_n"])
        columns["b"] += [row["b"]] * int(row["sample_n"])
    found = weigh(WeightingRules(method, ("a", "b")), columns, [1.0] * len(columns["a"]), margins)
    by_cell = dict(zip(zip(columns["a"], columns["b"], strict=True), found.values, strict=True))
    for row, expected in zip(rows, printed, strict=True):
        # Two figures (1.375, 1.83…) are printed rounded half to even or half up; half a unit covers both.
        assert by_cell[row["a"], row["b"]] == pytest.approx(expected, abs=0.00501)


def margins_of(rows: Sequence[tuple[str, str]], random: Random) -> dict[str, dict[str, float]]:
    """Margins of an invented population in which every cell of the sample occurs, so that weights exist."""
    population = {cell: random.uniform(50, 150) for cell in sorted(set(rows))}
    margins: dict[str, dict[str, float]] = {"area": {}, "age": {}, "area*age": {}}
    for (area, age), count in population.items():
        for variable, value in (("area", area), ("age", age), ("area*age", f"{area}*{age}")):
            margins[variable][value] = margins[variable].get(value, 0) + count
    return margins


@given(people, st.sampled_from([RAKE, POST]), st.randoms(use_true_random=False))
def test_weights_sum_to_the_population_and_meet_every_margin(
    sample: list[tuple[str, str, float]], rules: WeightingRules, random: Random
) -> None:
    rows = [(area, age) for area, age, _ in sample]
    margins = margins_of(rows, random)
    try:
        found = weigh(rules, variables(rows), [base for _, _, base in sample], margins)
    except NotConvergedError:
        assume(False)
    assert math.fsum(found.values) == pytest.approx(math.fsum(margins["area"].values()), rel=1e-9)
    for variable, column in variables(rows).items() if rules is RAKE else ():
        for value, wanted in margins[variable].items():
            held = math.fsum(w for w, own in zip(found.values, column, strict=True) if own == value)
            assert held == pytest.approx(wanted, rel=1e-9)


@given(people, st.sampled_from([RAKE, POST]), st.randoms(use_true_random=False))
def test_the_order_of_respondents_changes_no_digit(
    sample: list[tuple[str, str, float]], rules: WeightingRules, random: Random
) -> None:
    margins = margins_of([(area, age) for area, age, _ in sample], random)

    def by_person(people: list[tuple[str, str, float]]) -> list[tuple[tuple[str, str, float], float]] | str:
        try:
            found = weigh(rules, variables([(a, b) for a, b, _ in people]), [base for _, _, base in people], margins)
        except WeightingError as error:
            return error.code
        return sorted(zip(people, found.values, strict=True))

    # Unknown shares and totals are summed exactly, entries in a fixed order.
    assert by_person(sample) == by_person(random.sample(sample, len(sample)))


def test_weights_are_trimmed_and_the_margins_still_hold() -> None:
    rows = [("U", "Y")] * 60 + [("U", "O")] * 6 + [("R", "Y")] * 30 + [("R", "O")] * 4
    margins = {"area": {"U": 50.0, "R": 50.0}, "age": {"Y": 74.0, "O": 26.0}}
    loose = weigh(WeightingRules(Method.RAKE, ("area", "age"), trim=None), variables(rows), [1.0] * 100, margins)
    assert max(loose.values) > 3
    found = weigh(RAKE, variables(rows), [1.0] * 100, margins)
    assert Note.TRIM_NOT_HELD not in found.notes
    assert max(found.values) <= 3
    assert min(found.values) >= 0.3
    old = math.fsum(w for w, (_, age) in zip(found.values, rows, strict=True) if age == "O")
    assert old == pytest.approx(26, rel=1e-9)


def test_limits_that_cannot_hold_are_said_and_the_margins_kept() -> None:
    rows = [("U", "Y")] * 90 + [("R", "Y")] * 10
    found = weigh(RAKE, variables(rows), [1.0] * 100, {"area": {"U": 20.0, "R": 80.0}, "age": {"Y": 100.0}})
    assert Note.TRIM_NOT_HELD in found.notes
    assert math.fsum(found.values[90:]) == pytest.approx(80)


def small(neighbours: dict[str, dict[str, str]], rows: Sequence[tuple[str, str]]) -> Weights:
    rules = WeightingRules(Method.RAKE, ("age",), neighbours=neighbours)
    margins = {"age": {"Y": 30.0, "M": 40.0, "O": 30.0}}
    return weigh(rules, variables(rows), [1.0] * len(rows), margins)


def test_small_cells_join_the_neighbour_the_scheme_names() -> None:
    rows = [("U", "Y")] * 3 + [("U", "M")] * 10 + [("U", "O")] * 7
    found = small({"age": {"Y": "M"}}, rows)
    assert found.collapsed == (("age", "Y", "M"),)
    assert found.notes == (Note.COLLAPSED,)
    assert found.values[0] == pytest.approx(70 / 13)
    assert found.values[-1] == pytest.approx(30 / 7)


def test_neighbours_are_followed_until_the_group_is_large_enough() -> None:
    rows = [("U", "Y")] * 1 + [("U", "M")] * 2 + [("U", "O")] * 17
    found = small({"age": {"Y": "M", "M": "O"}}, rows)
    assert found.collapsed == (("age", "Y", "M"), ("age", "M", "O"))
    assert found.values == pytest.approx([5] * 20)


def test_a_small_cell_without_a_neighbour_stays_and_is_said() -> None:
    found = small({}, [("U", "Y")] * 3 + [("U", "M")] * 10 + [("U", "O")] * 7)
    assert found.notes == (Note.SMALL_CELLS_LEFT,)
    assert found.values[0] == pytest.approx(10)


def test_neighbours_that_name_each_other_end() -> None:
    found = small({"age": {"Y": "M", "M": "Y"}}, [("U", "Y")] + [("U", "M")] + [("U", "O")] * 20)
    assert found.collapsed == (("age", "M", "Y"),)
    assert found.notes == (Note.SMALL_CELLS_LEFT, Note.COLLAPSED, Note.TRIM_NOT_HELD)


def test_people_who_did_not_say_keep_their_share() -> None:
    rows = [("U", "Y")] * 10 + [("U", "O")] * 20 + [("U", "")] * 10
    margins = {"age": {"Y": 50.0, "O": 50.0}}
    found = weigh(WeightingRules(Method.RAKE, ("age",)), variables(rows), [1.0] * 40, margins)
    assert math.fsum(found.values[30:]) == pytest.approx(25)
    assert math.fsum(found.values[:10]) == pytest.approx(37.5)
    assert math.fsum(found.values) == pytest.approx(100)


def test_without_weighting_the_base_weights_stay() -> None:
    assert weigh(WeightingRules(), {}, [1.0, 2.5], {}).values == (1.0, 2.5)


@pytest.mark.parametrize(
    ("rows", "margins", "error"),
    [
        ([], {"area": {"U": 1.0}}, EmptySampleError),
        ([("U", "Y")], {}, MissingMarginError),
        ([("U", "Y")], {"area": {}, "age": {"Y": 1.0}}, MissingMarginError),
        ([("U", "Y")], {"area": {"R": 1.0}, "age": {"Y": 1.0}}, MissingMarginError),
        ([("U", "Y")], {"area": {"U": 0.0}, "age": {"Y": 1.0}}, ZeroMarginError),
        ([("U", "Y")], {"area": {"U": -1.0}, "age": {"Y": 1.0}}, ZeroMarginError),
        ([("U", "Y")], {"area": {"U": math.nan}, "age": {"Y": 1.0}}, ZeroMarginError),
        ([("U", "Y")], {"area": {"U": math.inf}, "age": {"Y": 1.0}}, ZeroMarginError),
        ([("", "Y")], {"area": {"U": 0.0}, "age": {"Y": 1.0}}, ZeroMarginError),
        ([("U", "Y")], {"area": {"U": 5.0, "R": 5.0}, "age": {"Y": 10.0}}, EmptyCellError),
        ([("U", "Y")], {"area": {"U": 10.0}, "age": {"Y": 20.0}}, MarginTotalsError),
        # U and Y are the same people, as are R and O: no weights give U 9 and Y 1.
        ([("U", "Y"), ("R", "O")], {"area": {"U": 9.0, "R": 1.0}, "age": {"Y": 1.0, "O": 9.0}}, NotConvergedError),
    ],
)
def test_no_weights_have_a_named_reason(
    rows: list[tuple[str, str]], margins: dict[str, dict[str, float]], error: type[WeightingError]
) -> None:
    with pytest.raises(error) as raised:
        weigh(RAKE, variables(rows), [1.0] * len(rows), margins)
    assert raised.value.code != WeightingError.code


@pytest.mark.parametrize("base", [0.0, -1.0, math.nan, math.inf])
def test_base_weights_must_be_positive(base: float) -> None:
    with pytest.raises(InvalidColumnError):
        weigh(RAKE, variables([("U", "Y")]), [base], {})


def test_a_variable_that_was_not_asked_is_named() -> None:
    with pytest.raises(InvalidColumnError, match="age: missing"):
        weigh(RAKE, {"area": ["U"]}, [1.0], {"area": {"U": 1.0}})


def test_counts_and_weights_that_no_population_has_are_refused() -> None:
    # Sums of squares of 1e200 are no numbers any more, and those of 1e-200 are nothing: neither may pass for a figure.
    rules = WeightingRules(Method.RAKE, ("area",))
    for weight in (1e200, 1e-200, 0.0, -1.0, math.nan):
        with pytest.raises(InvalidColumnError, match="base_weight"):
            weigh(rules, {"area": ["U"]}, [weight], {"area": {"U": 1.0}})
    for count in (1e200, 1e-200, -1.0, math.nan):
        with pytest.raises(ZeroMarginError, match="area: U"):
            weigh(rules, {"area": ["U"]}, [1.0], {"area": {"U": count}})
    with pytest.raises(UnnamedMarginError, match="area"):
        weigh(rules, {"area": ["U", ""]}, [1.0, 1.0], {"area": {"U": 5.0, "": 5.0}})


@pytest.mark.parametrize(("people", "times"), [(10, 3.0), (17, 3.0), (10, 0.3), (8, 0.3)])
def test_weights_at_the_limits_of_trimming_hold_them(people: int, times: float) -> None:
    # The weight of one of the people is just 3 or 0.3 times the mean; of 17 or 8, a last digit more or less.
    rules = WeightingRules(Method.POST_STRATIFY, ("area",), (0.3, 3.0), 1)
    share = times / people
    areas = ["U"] + ["R"] * (people - 1)
    found = weigh(rules, {"area": areas}, [1.0] * people, {"area": {"U": share, "R": 1 - share}})
    assert found.notes == ()
    assert found.values[0] * people == pytest.approx(times)
    assert found.values[1] * people == pytest.approx((people - times) / (people - 1))
