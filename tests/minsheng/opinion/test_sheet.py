"""The assessment sheet and recognition lists."""

import math

import pytest

from minsheng.opinion.estimates import Estimate, Kind
from minsheng.opinion.scheme_reading import shipped
from minsheng.opinion.schemes import Ranking
from minsheng.opinion.sheet import SheetError, recognition, sheet_keys, sheet_rows

PARTS = shipped("anhui-2010").sheet
FULL = sheet_keys(PARTS)


def score(value: float, se: float | None = 1.0) -> Estimate:
    return Estimate(Kind.MEAN, value, 400, se)


def test_the_sheet_of_2010_has_34_parts_and_3500_points() -> None:
    assert len(FULL) == 34
    assert sum(FULL.values()) == 3500
    assert FULL["other_programme.28"] == 100
    assert FULL["drinking_water"] == 120


def test_totals_rank_with_ties_skipping() -> None:
    less = FULL | {"drinking_water": 110.0}
    rows = sheet_rows(PARTS, {"a": FULL, "b": less, "c": less, "d": FULL | {"low_rent_housing": 0.0}})
    assert [(row.division, row.total, row.rank) for row in rows] == [
        ("a", 3500, 1),
        ("b", 3490, 2),
        ("c", 3490, 2),
        ("d", 3380, 4),
    ]


def test_a_place_lacking_points_has_no_total_and_no_rank() -> None:
    partial = {key: points for key, points in FULL.items() if key != "funding_guarantee"}
    whole, lacking = sheet_rows(PARTS, {"a": FULL, "b": partial})
    assert (lacking.total, lacking.rank, lacking.missing) == (None, None, ("funding_guarantee",))
    assert whole.rank == 1


@pytest.mark.parametrize(
    ("part", "points"),
    [("weather", 1.0), ("drinking_water", 121.0), ("drinking_water", -1.0), ("drinking_water", math.nan)],
)
def test_points_that_cannot_be_are_refused(part: str, points: float) -> None:
    with pytest.raises(SheetError) as raised:
        sheet_rows(PARTS, {"a": {part: points}})
    assert (raised.value.division, raised.value.part) == ("a", part)


def test_a_recognition_list_states_what_is_certain() -> None:
    scores = {"p": score(90), "q": score(80), "r": score(79), "s": score(50), "t": score(70)}
    groups = {"p": "north", "q": "north", "r": "north", "s": "north", "t": "south"}
    rows = {row.division: row for row in recognition(scores, groups, {"north": 2}, Ranking())}
    assert [name for name, row in rows.items() if row.is_listed] == ["p", "q"]
    assert [name for name, row in rows.items() if row.is_certain] == ["p", "s", "t"]
    assert rows["r"].rank == 3
    assert rows["t"].group == "south"


def test_ties_for_the_last_seat_are_all_listed_and_nothing_is_certain_without_errors() -> None:
    scores = {"p": score(90, None), "q": score(80.001, None), "r": score(80.0, None), "s": score(70, None)}
    rows = recognition(scores, dict.fromkeys(scores, "city"), {"city": 2}, Ranking())
    assert [row.division for row in rows if row.is_listed] == ["p", "q", "r"]
    assert not any(row.is_certain for row in rows)
    assert all(row.interval is None for row in rows)
