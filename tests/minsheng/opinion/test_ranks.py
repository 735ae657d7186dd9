"""Ranks: the worked tables, and what must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.estimates import Estimate, Kind
from minsheng.opinion.ranks import RankInterval, intervals_of, joint_z, printed, printed_ranks, rank_intervals
from minsheng.opinion.schemes import RankMethod

INDEPENDENT, BONFERRONI = RankMethod.INDEPENDENT, RankMethod.BONFERRONI
scores = st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=2), st.tuples(st.floats(0, 100), st.floats(0, 20)))


def spans(estimates: dict[str, tuple[float, float]], method: RankMethod) -> list[tuple[int, int]]:
    return [(rank.best, rank.worst) for rank in rank_intervals(estimates, 0.10, method).values()]


def test_the_joint_z_of_five() -> None:
    assert round(joint_z(5, 0.10, INDEPENDENT), 6) == 2.310660
    assert round(joint_z(5, 0.10, BONFERRONI), 6) == 2.326348


def test_the_worked_ranks() -> None:
    table = {"A": (86.2, 1.1), "B": (84.9, 1.3), "C": (79.0, 1.2), "D": (78.4, 2.4), "E": (71.0, 1.5)}
    assert spans(table, INDEPENDENT) == [(1, 3), (1, 3), (3, 4), (1, 5), (4, 5)]
    assert rank_intervals(table, 0.10, INDEPENDENT)["A"] == RankInterval(1, 3, 5)


def test_the_table_that_tells_the_two_rules_apart() -> None:
    table = {name: (score, 1.0) for name, score in zip("ABCDE", (80.00, 75.36, 70, 60, 50), strict=True)}
    assert spans(table, INDEPENDENT) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]
    assert spans(table, BONFERRONI) == [(1, 2), (1, 2), (3, 3), (4, 4), (5, 5)]


def test_ties_at_the_printed_precision_skip() -> None:
    assert printed_ranks({"a": 90.0, "b": 85.004, "c": 85.0, "d": 70.0}, 2) == {"a": 1, "b": 2, "c": 2, "d": 4}
    assert printed_ranks({"a": 90.0, "b": 85.004, "c": 85.0, "d": 70.0}, 3) == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert printed_ranks({}, 2) == {}


@given(scores, st.sampled_from(RankMethod), st.floats(0.01, 0.4))
def test_the_interval_contains_the_point_rank(
    table: dict[str, tuple[float, float]], method: RankMethod, alpha: float
) -> None:
    found = rank_intervals(table, alpha, method)
    for name, rank in found.items():
        point = 1 + sum(value > table[name][0] for value, _ in table.values())
        assert 1 <= rank.best <= point <= rank.worst <= len(table)


@given(scores)
def test_bonferroni_is_never_narrower(table: dict[str, tuple[float, float]]) -> None:
    independent = rank_intervals(table, 0.1, INDEPENDENT)
    for name, rank in rank_intervals(table, 0.1, BONFERRONI).items():
        assert rank.best <= independent[name].best
        assert rank.worst >= independent[name].worst


@given(scores, st.floats(0, 30))
def test_a_better_score_never_ranks_worse(table: dict[str, tuple[float, float]], gain: float) -> None:
    if not table:
        return
    name = min(table)
    value, se = table[name]
    before = rank_intervals(table, 0.1, INDEPENDENT)[name]
    after = rank_intervals(table | {name: (value + gain, se)}, 0.1, INDEPENDENT)[name]
    assert after.best <= before.best
    assert after.worst <= before.worst


def test_equal_scores_without_error_share_their_rank() -> None:
    assert spans({"A": (50.0, 0.0), "B": (50.0, 0.0)}, INDEPENDENT) == [(1, 2), (1, 2)]


def test_one_place_is_first_of_one_and_none_gives_none() -> None:
    assert spans({"A": (50.0, 3.0)}, INDEPENDENT) == [(1, 1)]
    assert rank_intervals({}, 0.1, INDEPENDENT) == {}


@pytest.mark.parametrize("estimate", [(50.0, -1.0), (50.0, math.nan), (math.nan, 1.0)])
def test_estimates_that_cannot_be_are_refused(estimate: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="A"):
        rank_intervals({"A": estimate}, 0.1, INDEPENDENT)


@pytest.mark.parametrize(("count", "alpha"), [(0, 0.1), (3, 0), (3, 1), (3, math.nan)])
def test_no_joint_z_without_places_or_error_rate(count: int, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"\("):
        joint_z(count, alpha, INDEPENDENT)


def test_a_place_without_a_standard_error_may_have_any_rank_and_leaves_the_others_theirs() -> None:
    scores = {"A": 80.0, "B": 75.0, "C": 60.0, "D": 50.0}
    errors = {"A": 1.0, "B": None, "C": 1.0, "D": 1.0}
    found = intervals_of(
        {name: Estimate(Kind.MEAN, scores[name], 100, errors[name]) for name in scores}, 0.1, RankMethod.INDEPENDENT
    )
    assert {name: (span.best, span.worst, span.of) for name, span in found.items()} == {
        "A": (1, 2, 4),
        "B": (1, 4, 4),
        "C": (2, 3, 4),
        "D": (3, 4, 4),
    }
    assert intervals_of({"A": Estimate(Kind.MEAN, 80, 100)}, 0.1, RankMethod.INDEPENDENT) == {}
    assert intervals_of({}, 0.1, RankMethod.INDEPENDENT) == {}


def test_scores_that_are_printed_alike_share_a_rank() -> None:
    # 70.125 is printed as 70.13, whatever last digits its sum has: as a reader of the page rounds it.
    scores = {"A": 70.13, "B": 70.125, "C": 70.12499999999999, "D": 70.115, "E": 70.1149}
    assert [str(printed(score, 2)) for score in scores.values()] == ["70.13", "70.13", "70.13", "70.12", "70.11"]
    assert printed_ranks(scores, 2) == {"A": 1, "B": 1, "C": 1, "D": 4, "E": 5}
