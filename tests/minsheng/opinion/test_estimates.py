"""Means, shares, standard errors and intervals: worked by hand, published by others, and in general."""

import csv
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.cells import add_cells, by_name, group_small, join_groups, pool
from minsheng.opinion.errors import NoEstimateError
from minsheng.opinion.estimates import Estimate, Kind, Note, estimate, kish, mean

from .samples import OUTSIDE, sums, worked_example

POINTS = [0.0, 30.0, 60.0, 80.0, 100.0]
people = st.lists(
    st.tuples(st.sampled_from(POINTS), st.floats(0.1, 10), st.sampled_from("abc")), min_size=1, max_size=60
)


def columns(sample: list[tuple[float, float, str]]) -> tuple[list[float], list[float], list[str]]:
    return [y for y, _, _ in sample], [w for _, w, _ in sample], [stratum for _, _, stratum in sample]


def worked(column: str, weight: str, *, use_kish: bool = False) -> Estimate:
    rows = worked_example()
    cells = sums([float(row[column]) for row in rows], [float(row[weight]) for row in rows], [r["cell"] for r in rows])
    return estimate(cells, Kind.MEAN if column == "score" else Kind.SHARE, use_kish=use_kish)


def test_the_cells_of_the_worked_example() -> None:
    rows = worked_example()
    cells = sums([float(row["score"]) for row in rows], [1.0] * len(rows), [row["cell"] for row in rows])
    assert {cell.cell: (cell.n, round(mean([cell]), 4)) for cell in cells} == {
        "UY": (40, 72.0),
        "UO": (20, 77.0),
        "RY": (25, 78.4),
        "RO": (15, 63.3333),
    }


def test_unweighted_worked_example() -> None:
    rows = worked_example()
    assert mean(sums([float(row["score"]) for row in rows], [1.0] * 100)) == pytest.approx(73.30, abs=1e-12)
    assert mean(sums([float(row["top2"]) for row in rows], [1.0] * 100)) == pytest.approx(0.65, abs=1e-12)


def test_post_stratified_worked_example() -> None:
    score = worked("score", "w_ps")
    assert round(score.value, 4) == 70.8133
    assert score.se is not None
    assert round(score.se, 6) == 3.443392
    top_two = worked("top2", "w_ps")
    assert round(top_two.value, 6) == 0.600667
    assert top_two.se is not None
    assert round(top_two.se, 7) == 0.0620958
    assert top_two.n_eff is not None
    assert top_two.deff is not None
    assert top_two.low is not None
    assert top_two.high is not None
    assert round(top_two.n_eff, 3) == 62.208
    assert round(top_two.deff, 4) == 1.6075
    assert (round(top_two.low, 6), round(top_two.high, 6)) == (0.476554, 0.713070)
    assert top_two.notes == ()
    assert top_two.df == 96


def test_kish_worked_example() -> None:
    rows = worked_example()
    cells = sums([float(row["top2"]) for row in rows], [float(row["w_ps"]) for row in rows])
    assert round(cells[0].ww, 4) == 152.6667
    assert math.isclose(cells[0].w, 100)
    assert round(kish(cells), 4) == 65.5022
    top_two = worked("top2", "w_ps", use_kish=True)
    assert top_two.deff is not None
    assert top_two.low is not None
    assert top_two.high is not None
    assert round(top_two.deff, 6) == 1.526667
    assert (round(top_two.low, 6), round(top_two.high, 6)) == (0.479682, 0.710498)
    assert top_two.notes == (Note.KISH,)


def test_raked_worked_example() -> None:
    assert round(worked("score", "w_rake").value, 5) == 71.40467
    assert round(worked("top2", "w_rake").value, 6) == 0.609606


def test_mean_as_published_by_kigyo_and_tsuchiya() -> None:
    path = OUTSIDE / "kigyo_tsuchiya.csv"
    if not path.exists():
        pytest.skip("the reference data of R's survey package are not kept in this repository")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = estimate(sums([float(row["y"]) for row in rows], [float(row["w"]) for row in rows]), Kind.MEAN)
    assert found.se is not None
    assert found.deff is not None
    assert (round(found.value, 3), round(found.se, 3), round(found.deff, 6)) == (243.914, 48.752, 1.974067)


def test_two_clusters_by_hand() -> None:
    # Two units of two people, equal weights: totals of residuals are (10+20−50)/4 and (30+40−50)/4, so
    # SE² = 2/1 · (5² + 5²) = 100.
    found = estimate(sums([10.0, 20.0, 30.0, 40.0], [1.0] * 4, psus=["p", "p", "q", "q"]), Kind.MEAN)
    assert found.value == 25
    assert found.se == pytest.approx(10)
    assert found.df == 1
    assert found.low == pytest.approx(25 - 127.06204736)


def test_a_finite_population_correction_by_hand() -> None:
    free = estimate(sums([0.0, 100.0] * 5, [1.0] * 10), Kind.MEAN)
    drawn = estimate(sums([0.0, 100.0] * 5, [1.0] * 10, populations={"all": 40}), Kind.MEAN)
    census = estimate(sums([0.0, 100.0] * 5, [1.0] * 10, populations={"all": 10}), Kind.MEAN)
    assert free.se is not None
    assert drawn.se == pytest.approx(free.se * math.sqrt(0.75))
    assert census.se == 0


def test_a_stratum_of_one_unit_is_centred_at_the_grand_mean() -> None:
    found = estimate(sums([10.0, 20.0, 60.0], [1.0] * 3, ["a", "a", "b"]), Kind.MEAN)
    # Residuals −20, −10, 30 over 3: stratum a gives 2/1 · 2 · (5/3)², stratum b (30/3)².
    assert found.se == pytest.approx(math.sqrt(4 * 25 / 9 + 100))
    assert Note.SINGLE_UNIT_STRATA in found.notes
    assert found.df == 1


def test_no_answers_have_no_estimate() -> None:
    with pytest.raises(NoEstimateError):
        estimate([], Kind.MEAN)
    with pytest.raises(NoEstimateError):
        kish([])


def test_one_respondent_has_a_value_and_no_interval() -> None:
    found = estimate(sums([80.0], [2.5]), Kind.MEAN)
    assert (found.value, found.n, found.se, found.low, found.high, found.df) == (80, 1, None, None, None, None)
    assert set(found.notes) == {Note.SINGLE_UNIT_STRATA, Note.NO_DEGREES_OF_FREEDOM, Note.KISH}
    assert found.margin is None


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_shares_of_0_and_1_fall_back_to_kish(value: float) -> None:
    found = estimate(sums([value] * 20, [1.0] * 20), Kind.SHARE)
    assert found.n_eff == pytest.approx(20)
    assert Note.KISH in found.notes
    assert found.low is not None
    assert found.high is not None
    printed = (0, 0.1611) if value == 0 else (0.8389, 1)
    assert (round(found.low, 4), round(found.high, 4)) == printed


def test_everybody_saying_the_same_gives_an_exact_mean_without_nan() -> None:
    found = estimate(sums([60.0] * 30, [0.1, 1.7, 3.3] * 10, ["a", "b", "c"] * 10), Kind.MEAN)
    assert found.value == pytest.approx(60)
    assert found.se == 0
    assert found.n_eff is not None
    assert math.isfinite(found.n_eff)


def figures(found: Estimate) -> list[float | None]:
    return [found.value, found.se, found.low, found.high, found.n_eff, found.deff]


@given(people, st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_no_digit(sample: list[tuple[float, float, str]], random: Random) -> None:
    shuffled = random.sample(sample, len(sample))
    first, second = (estimate(sums(*columns(rows)), Kind.MEAN) for rows in (sample, shuffled))
    assert first == second


@given(people, st.floats(0.01, 100))
def test_scaling_all_weights_changes_nothing(sample: list[tuple[float, float, str]], factor: float) -> None:
    y, w, strata = columns(sample)
    first = estimate(sums(y, w, strata), Kind.MEAN)
    second = estimate(sums(y, [factor * weight for weight in w], strata), Kind.MEAN)
    for one, other in zip(figures(first), figures(second), strict=True):
        assert (one is None) == (other is None)
        assert one is None or one == pytest.approx(other, rel=1e-6, abs=1e-4)


@given(people)
def test_better_answers_never_lower_the_mean(sample: list[tuple[float, float, str]]) -> None:
    y, w, strata = columns(sample)
    better = [POINTS[min(len(POINTS) - 1, POINTS.index(value) + 1)] for value in y]
    assert mean(sums(better, w, strata)) >= mean(sums(y, w, strata)) - 1e-9


@given(people)
def test_every_figure_is_a_number_or_absent(sample: list[tuple[float, float, str]]) -> None:
    found = estimate(sums(*columns(sample)), Kind.MEAN)
    assert all(figure is None or math.isfinite(figure) for figure in figures(found))
    share = estimate(
        sums([float(y >= 80) for y, _, _ in sample], [w for _, w, _ in sample], [s for _, _, s in sample]), Kind.SHARE
    )
    assert share.low is not None
    assert share.high is not None
    assert 0 <= share.low <= share.value + 1e-9
    assert share.value - 1e-9 <= share.high <= 1


@given(people, st.integers(1, 15))
def test_pooling_small_cells_keeps_the_mean_and_leaves_no_small_group(
    sample: list[tuple[float, float, str]], least: int
) -> None:
    cells = sums(*columns(sample))
    pooled = pool(cells, group_small([cells], least))
    assert mean(pooled) == pytest.approx(mean(cells))
    assert sum(cell.n for cell in pooled) == len(sample)
    assert all(cell.n >= least for cell in pooled) or len(pooled) == 1


def test_pooling_takes_the_smallest_first_and_names_what_it_joined() -> None:
    cells = sums([0.0] * 36, [1.0] * 36, ["a"] * 3 + ["b"] * 4 + ["c"] * 12 + ["d"] * 17)
    pooled = pool(cells, group_small([cells], 10))
    assert [(cell.cell, cell.n) for cell in pooled] == [("a+b+c", 19), ("d", 17)]


def test_pooling_hides_small_differences_between_views() -> None:
    every = sums([0.0] * 60, [1.0] * 60, ["a"] * 20 + ["b"] * 20 + ["c"] * 20)
    unflagged = sums([0.0] * 48, [1.0] * 48, ["a"] * 20 + ["b"] * 18 + ["c"] * 10)
    assert group_small([every, unflagged], 10) == [("a",), ("b", "c")]
    other_cells = sums([0.0] * 48, [1.0] * 48, ["a"] * 20 + ["b+c"] * 28)
    assert group_small([every, other_cells], 10) == [("a", "b", "b+c", "c")]
    assert group_small([], 10) == []


def test_places_become_strata_of_the_whole() -> None:
    cells = sums([0.0, 100.0] * 4, [1.0] * 8, ["x", "y"] * 4)
    whole = by_name({"B": cells, "A": [add_cells(cells, "both")]})
    assert [cell.cell for cell in whole] == ["A/both", "B/x", "B/y"]
    assert mean(whole) == 50


def test_people_without_a_unit_beside_a_drawn_village_are_each_their_own() -> None:
    # ȳ = 3/4; totals of the units ÷ 4: 0.25, −0.75 and, of the village, 0.5; SE² = 3/2 · 0.875/16 with 3 − 1 degrees.
    cells = sums([1, 0, 1, 1], [1] * 4, psus=["", "", "v", "v"])
    found = estimate(cells, Kind.SHARE)
    assert (cells[0].units, found.df) == (3, 2)
    assert found.se == pytest.approx(math.sqrt(0.08203125))
    assert Note.SINGLE_UNIT_STRATA not in found.notes


def test_groups_of_several_figures_are_joined_where_they_touch() -> None:
    one = [("a", "b"), ("c",), ("d",), ("e",)]
    assert join_groups([one, [("a",), ("b", "c")], [("e", "d")]]) == [("a", "b", "c"), ("d", "e")]
    assert join_groups([]) == []
