"""Options to points: what counts, what is left out, and what is refused."""

import pytest

from minsheng.opinion.coding import Answers, Column, code_item, share_of
from minsheng.opinion.errors import InvalidColumnError, MissingColumnError, UnknownOptionError
from minsheng.opinion.schemes import Filter, ItemMethod, SurveyItem, Treatment

SATISFACTION = SurveyItem(
    "satisfaction",
    "",
    "q",
    ItemMethod.MEAN_OF_POINTS,
    {"good": 100, "fair": 60, "bad": 0},
    (),
    {"dont_know": Treatment.EXCLUDE, "no_view": Treatment.IN_DENOMINATOR, "half": 50},
)
AWARENESS = SurveyItem(
    "awareness",
    "",
    "a",
    ItemMethod.SHARE,
    {},
    ("know", "heard"),
    {"dont_know": Treatment.IN_DENOMINATOR, "refused": Treatment.EXCLUDE, "half": 50},
)


def answers(**columns: list[str]) -> Answers:
    size = len(next(iter(columns.values())))
    held = {key: Column.of(values) for key, values in columns.items()}
    return Answers(["p"] * size, ["phone"] * size, held, [1.0] * size)


def figures(item: SurveyItem, given: Answers, filters: dict[str, Filter] | None = None) -> list[float | None]:
    coded = code_item(item, given, filters or {})
    return [coded.values[code] if code else None for code in coded.codes]


def test_points_and_the_treatments_of_no_opinion() -> None:
    given = answers(q=["good", "bad", "dont_know", "no_view", "half", "", "fair"])
    assert figures(SATISFACTION, given) == [100, 0, None, 0, 50, None, 60]


def test_a_share_counts_the_positive_among_those_in_the_denominator() -> None:
    given = answers(a=["know", "heard", "never", "dont_know", "refused", "half", ""])
    assert figures(AWARENESS, given) == [1, 1, 0, 0, None, 0.5, None]


def test_a_filter_leaves_people_out() -> None:
    item = SurveyItem("s", "", "q", ItemMethod.MEAN_OF_POINTS, {"good": 100, "bad": 0}, (), {}, "aware")
    given = answers(q=["good", "bad", "good", "bad"], a=["know", "never", "heard", ""])
    assert figures(item, given, {"aware": Filter("a", ("know", "heard"))}) == [100, None, 100, None]


def test_an_option_the_scheme_does_not_know_is_refused_only_where_it_was_chosen() -> None:
    with pytest.raises(UnknownOptionError, match="satisfaction: superb"):
        code_item(SATISFACTION, answers(q=["good", "superb"]), {})
    unused = Answers(["p"], ["phone"], {"q": Column(("good", "superb"), b"\x01")}, [1.0])
    assert figures(SATISFACTION, unused) == [100]


def test_a_question_that_was_not_asked_is_named() -> None:
    with pytest.raises(MissingColumnError, match="q"):
        code_item(SATISFACTION, answers(a=["know"]), {})


def test_another_question_is_coded_by_the_same_rules() -> None:
    given = answers(roads=["bad", "good"])
    coded = code_item(SATISFACTION, given, {}, "roads")
    assert [coded.values[code] for code in coded.codes] == [0, 100]


def test_shares_shown_beside_a_score() -> None:
    assert figures(share_of("told", "t", ["yes"]), answers(t=["yes", "no", "", "yes"])) == [1, 0, None, 1]


def test_nobody_answered() -> None:
    assert figures(SATISFACTION, answers(q=[])) == []
    assert figures(SATISFACTION, answers(q=["", ""])) == [None, None]


def test_columns_keep_their_values_and_choose_people() -> None:
    given = Answers(
        ["p", "q", "p"],
        ["phone", "web", "phone"],
        {"a": Column.of(["x", "", "y"])},
        [1.0, 2.0, 3.0],
        stratum=["s", "t", "s"],
        flagged=b"\x00\x00\x01",
    )
    assert len(given) == 3
    phone = given.of_channels(["phone"])
    assert phone.columns["a"].values() == ["x", "y"]
    assert list(phone.base_weight) == [1.0, 3.0]
    assert phone.stratum == ["s", "s"]
    assert given.without_flagged().columns["a"].values() == ["x", ""]
    assert phone.without_flagged().columns["a"].values() == ["x"]
    assert answers(a=["x"]).without_flagged().columns["a"].values() == ["x"]


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidColumnError, match="a: wrong_length"):
        Answers(["p"], ["phone"], {"a": Column.of(["x", "y"])}, [1.0])
    with pytest.raises(InvalidColumnError, match="base_weight: wrong_length"):
        Answers(["p"], ["phone"], {}, [])
    with pytest.raises(InvalidColumnError, match="a: unknown_code"):
        Answers(["p"], ["phone"], {"a": Column(("x",), b"\x02")}, [1.0])
    with pytest.raises(InvalidColumnError, match="too_many"):
        Column.of([str(number) for number in range(300)])
