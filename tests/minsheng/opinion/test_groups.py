"""Awareness by group, and that no group can be worked out from the totals."""

from dataclasses import replace

import pytest

from minsheng.opinion.cellbook import build
from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.errors import MissingColumnError
from minsheng.opinion.groups import UNKNOWN_GROUP, GroupFigure, group_figures
from minsheng.opinion.panels import ALL_DIVISIONS, Sample
from minsheng.opinion.scheme_reading import read_scheme
from minsheng.opinion.suppression import Reason

from .samples import invented, margins

SCHEME = read_scheme("""
[scheme]
id = "groups"
version = "1"
[items.awareness]
question = "awareness"
method = "share"
positive = ["know_well", "heard"]
[channels]
headline = ["phone"]
""")


def figures(answers: Answers, variable: str = "group") -> dict[tuple[str, str], GroupFigure]:
    sample = Sample(SCHEME, answers, margins(set(answers.division)))
    found = group_figures(sample, build(sample), "awareness", variable)
    return {(figure.division, figure.group): figure for figure in found}


def with_groups(sizes: dict[str, dict[str, int]], seed: int = 3) -> Answers:
    answers = invented({division: sum(groups.values()) for division, groups in sizes.items()}, seed, programmes=0)
    labels = [group for groups in sizes.values() for group, size in groups.items() for _ in range(size)]
    return replace(answers, columns={**answers.columns, "group": Column.of(labels)})


def test_each_group_has_its_own_share() -> None:
    answers = with_groups({"A": {"old": 200, "young": 150}, "B": {"old": 180, "young": 220}})
    found = figures(answers)
    column, groups = answers.columns["awareness"].values(), answers.columns["group"].values()
    own = [
        answer != "never_heard"
        for division, group, answer in zip(answers.division, groups, column, strict=True)
        if (division, group) == ("A", "old")
    ]
    estimate = found["A", "old"].estimate
    assert estimate is not None
    assert estimate.n == 200
    assert estimate.value == pytest.approx(sum(own) / 200)
    over_all = found[ALL_DIVISIONS, "old"].estimate
    assert over_all is not None
    assert over_all.n == 380
    assert found["A", UNKNOWN_GROUP].reason == Reason.NO_ANSWERS


def test_a_small_group_is_withheld_and_cannot_be_worked_out() -> None:
    found = figures(
        with_groups({"A": {"old": 200, "young": 5, "middle": 190}, "B": {"old": 180, "young": 220, "middle": 210}})
    )
    assert found["A", "young"].reason in {Reason.SMALL_GROUP, Reason.TOO_FEW}
    hidden = {place for place, figure in found.items() if figure.estimate is None and place[1] != UNKNOWN_GROUP}
    # The square A–B × young–middle or young–old: with one cell alone hidden, its row's total would tell it.
    assert len(hidden) == 4
    assert {division for division, _ in hidden} == {"A", "B"}


def test_people_who_did_not_say_are_a_group_of_their_own() -> None:
    found = figures(with_groups({"A": {"old": 200, "": 100}}))
    unknown = found["A", UNKNOWN_GROUP].estimate
    assert unknown is not None
    assert unknown.n == 100


def test_a_division_that_is_withheld_shows_no_group() -> None:
    found = figures(
        with_groups({"A": {"old": 10, "young": 12}, "B": {"old": 180, "young": 220}, "C": {"old": 90, "young": 95}})
    )
    assert found["A", "old"].estimate is None
    assert found["A", "young"].estimate is None


def test_a_variable_that_was_not_asked_is_named() -> None:
    with pytest.raises(MissingColumnError, match="income"):
        figures(with_groups({"A": {"old": 200}}), "income")
    sample = Sample(SCHEME, with_groups({"A": {"old": 200}}), {})
    book = build(sample)
    with pytest.raises(KeyError):
        group_figures(sample, book, "satisfaction", "group")


def test_nobody_answered() -> None:
    assert figures(with_groups({})) == {}
