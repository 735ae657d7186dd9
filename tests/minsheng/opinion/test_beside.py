"""Figures beside the scores, and the same answers by other schemes."""

from dataclasses import replace

import pytest

from minsheng.opinion.beside import compare_schemes, figures_by_division
from minsheng.opinion.coding import Column, share_of
from minsheng.opinion.errors import MissingColumnError
from minsheng.opinion.panels import COMPOSITE, Handling, Sample
from minsheng.opinion.scheme_reading import shipped
from minsheng.opinion.schemes import Channels, shipped_names
from minsheng.opinion.scores import Score
from minsheng.opinion.suppression import Reason

from .samples import invented, margins

SIZES = {"A": 120, "B": 150, "C": 200}


def sample(sizes: dict[str, int] = SIZES) -> Sample:
    answers = invented(sizes)
    return Sample(shipped("default"), answers, margins(sizes), {name: Handling(9, 9, 8, 7, 6) for name in sizes})


def test_dont_know_is_shown_beside_the_score() -> None:
    given = sample({"A": 600, "B": 700, "C": 800})
    figures = figures_by_division(given, share_of("dont_know", "satisfaction", ["dont_know"]))
    assert [figure.division for figure in figures] == ["A", "B", "C"]
    for figure in figures:
        assert figure.estimate is not None
        assert 0 < figure.estimate.value < 0.3
        assert figure.estimate.n == given.answers.division.count(figure.division)


def test_people_told_what_to_answer() -> None:
    given = sample({"A": 100})
    told = Column.of(["yes"] * 40 + ["no"] * 60)
    answers = replace(given.answers, columns={**given.answers.columns, "told": told})
    (figure,) = figures_by_division(replace(given, answers=answers), share_of("told", "told", ["yes"]))
    assert figure.estimate is not None
    assert figure.estimate.value == pytest.approx(0.4, abs=0.1)
    assert figure.estimate.low is not None
    with pytest.raises(MissingColumnError, match="told"):
        figures_by_division(given, share_of("told", "told", ["yes"]))


def test_figures_keep_the_limits_and_reasons_of_the_scores() -> None:
    given = sample({"A": 12, "B": 150, "C": 200})
    margin = {name: held for name, held in given.margins.items() if name != "C"}
    figures = figures_by_division(replace(given, margins=margin), share_of("good", "satisfaction", ["satisfied"]))
    assert [(figure.division, figure.reason) for figure in figures] == [
        ("A", Reason.TOO_FEW),
        ("B", ""),
        ("C", "missing_margin"),
    ]


def composites(rows: "list[Score]") -> dict[str, Score]:
    return {row.division: row for row in rows if row.item == COMPOSITE}


def test_switching_the_scheme_moves_the_score() -> None:
    found = compare_schemes(sample(), [shipped(name) for name in shipped_names()])
    assert found.refused == {"five-part": "missing_column"}
    values = {}
    for name in ("top-two", "points-100-75-50-25-0", "points-100-80-60-30-0", "top-three"):
        row = composites(list(found.scores[name]))["A"]
        assert row.estimate is not None
        values[name] = row.estimate.value
        assert row.interval is not None
        assert row.interval.of == 3
    assert values["points-100-75-50-25-0"] < values["points-100-80-60-30-0"]
    assert values["top-two"] < values["top-three"]


def test_what_one_scheme_withholds_no_other_shows() -> None:
    # 27 of A's 60 people have an opinion: enough for the share that counts all 60, too few for the mean.
    given = sample({"A": 60, "B": 150, "C": 200})
    values = given.answers.columns["satisfaction"].values()
    said = ["satisfied", "dont_know", "neutral", "dont_know", "dissatisfied", "dont_know"] * 10
    said = [*said[:57], "dont_know", "dont_know", "dont_know", *values[60:]]
    given = replace(
        given, answers=replace(given.answers, columns={**given.answers.columns, "satisfaction": Column.of(said)})
    )
    loose = shipped("top-three")
    alone = composites(list(compare_schemes(given, [loose]).scores["top-three"]))
    assert alone["A"].estimate is not None
    both = compare_schemes(given, [loose, shipped("points-100-80-60-30-0")])
    for name, rows in both.scores.items():
        held = composites(list(rows))
        assert held["A"].estimate is None, name
        interval = held["B"].interval
        assert interval is not None
        assert interval.of == 2


def test_a_scheme_that_counts_a_few_people_fewer_shows_nothing_there() -> None:
    # 5 of A's and 50 of B's answers came on paper: phone and paper less phone alone would give A's 5 back.
    given = sample({"A": 120, "B": 150, "C": 200})
    paper = {"A": 5, "B": 50, "C": 0}
    channel = ["paper_sample" if number < paper[name] else "phone" for name in paper for number in range(SIZES[name])]
    given = replace(given, answers=replace(given.answers, channel=channel))
    own = shipped("points-100-80-60-30-0")
    phone = replace(shipped("top-three"), channels=Channels(("phone",)))
    found = compare_schemes(given, [own, phone]).scores
    assert {row.division: row.reason for row in found["top-three"] if row.item == COMPOSITE} == {
        "A": Reason.PART_WITHHELD,
        "B": "",
        "C": "",
    }
    assert all(row.estimate for row in composites(list(found[own.id])).values())
