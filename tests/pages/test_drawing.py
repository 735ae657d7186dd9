import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import drawing

FUNDS = {"planned": 1000, "arrived": 800, "disbursed": 500, "spent": 250}


def widths(bar: drawing.TaskBar) -> dict[str, float]:
    return {fill.name: fill.width for fill in bar.money}


def test_time_against_task_on_one_scale() -> None:
    bar = drawing.task_bar(Decimal("47.6"), Decimal("41.7"), FUNDS)
    assert (bar.full, bar.hundred, bar.progress_width, bar.tick) == (100, 100.0, 47.6, 41.7)
    assert widths(bar) == {"arrived": 80.0, "disbursed": 50.0, "spent": 25.0}
    assert bar.gap == pytest.approx(5.9)
    assert not bar.exceeds


def test_more_than_everything_is_drawn_to_its_own_scale() -> None:
    bar = drawing.task_bar(166, 100, {"planned": 100, "arrived": 103.57})
    assert (bar.full, bar.progress_width) == (175, 94.9)
    assert bar.tick == bar.hundred == 57.1
    assert widths(bar) == {"arrived": 59.2}
    assert bar.exceeds


def test_an_archive_record_with_nothing_has_nothing_to_draw() -> None:
    bar = drawing.task_bar(None, None, {"planned": None, "arrived": None, "disbursed": None, "spent": None})
    assert not bar.has_task
    assert not bar.has_money
    assert bar.gap is None


def test_an_amount_without_a_plan_is_no_bar_but_two_can_be_compared() -> None:
    assert not drawing.task_bar(50, funds={"arrived": 9_060}).has_money
    assert not drawing.task_bar(50, funds={"planned": 9_060}).has_money
    assert drawing.task_bar(50, funds={"planned": 9_060, "arrived": 0}).has_money
    both = drawing.task_bar(50, funds={"arrived": 200, "spent": 50})
    assert both.has_money
    assert widths(both) == {"arrived": 100.0, "spent": 25.0}


def test_a_missing_report_still_shows_where_it_should_be() -> None:
    bar = drawing.task_bar(None, 66)
    assert bar.has_task
    assert bar.progress_width is None
    assert bar.tick == 66.0


def test_funds_may_be_an_object_with_names_in_fen() -> None:
    funds = SimpleNamespace(planned_fen=1000, arrived_fen=800, disbursed_fen=None, spent_fen=0)
    bar = drawing.task_bar(10, funds=funds)
    assert bar.planned == 1000
    assert widths(bar) == {"arrived": 80.0, "spent": 0.0}


figures = st.none() | st.decimals(0, 5000, places=2)


@given(
    figures,
    st.none() | st.decimals(0, 100, places=1),
    st.lists(st.none() | st.integers(0, 10**15), min_size=4, max_size=4),
)
def test_nothing_is_ever_drawn_outside(progress: Any, expected: Any, amounts: list[int | None]) -> None:
    bar = drawing.task_bar(progress, expected, dict(zip(("planned", *drawing.MONEY_STEPS), amounts, strict=True)))
    drawn = [bar.hundred, *(fill.width for fill in bar.money)]
    drawn += [width for width in (bar.progress_width, bar.tick) if width is not None]
    assert all(0 <= width <= 100 for width in drawn)


@pytest.mark.parametrize(
    ("values", "full"), [([], 100), ([None], 100), ([100], 100), ([100.1], 110), ([121], 125), ([1666], 1666)]
)
def test_scales(values: list[float | None], full: float) -> None:
    assert drawing.scale_for(values) == full


def test_a_month_without_a_report_breaks_the_line() -> None:
    points = [
        {"month": month, "planned": value, "actual": actual}
        for month, value, actual in ((1, 0, 0), (2, 50, None), (3, 75, 40), (4, 90, 60), (5, 100, None))
    ]
    curve = drawing.plan_curve(points)
    assert curve.planned.runs == ("0.0,100.0 25.0,50.0 50.0,25.0 75.0,10.0 100.0,0.0",)
    assert curve.actual.runs == ("50.0,60.0 75.0,40.0",)
    assert [dot[2] for dot in curve.actual.dots] == [0, 40, 60]
    assert [x for x, _ in curve.months] == [0.0, 25.0, 50.0, 75.0, 100.0]


def test_one_month_is_a_dot() -> None:
    curve = drawing.plan_curve([{"month": 1, "planned": 10, "actual": 5}])
    assert curve.actual.runs == ()
    assert curve.actual.dots == ((0.0, 95.0, 5),)


def test_parts_fill_the_whole_and_leave_out_what_is_empty() -> None:
    laid = drawing.parts({"done": 3, "behind": 0, "overdue": 1, "unknown": None})
    assert laid.total == 4
    assert [(part.name, part.start, part.width) for part in laid.parts] == [
        ("done", 0.0, 75.0),
        ("overdue", 75.0, 25.0),
    ]
    assert drawing.parts({}).parts == ()


def test_answers_lie_around_the_middle() -> None:
    row = drawing.diverging([30, 20, 20, 20, 10])
    assert (row.good, row.bad) == (50.0, 30.0)
    assert [(fill.name, fill.start, fill.width) for fill in row.fills] == [
        ("5", 30.0, 5.0), ("4", 35.0, 10.0), ("3", 45.0, 10.0), ("2", 55.0, 10.0), ("1", 65.0, 15.0),
    ]  # fmt: skip


def test_an_even_number_of_answers_has_no_middle() -> None:
    row = drawing.diverging([40, 30, 20, 10])
    assert (row.good, row.bad) == (70.0, 30.0)
    assert row.fills[1].start + row.fills[1].width == 50.0
    assert [drawing.answer_class(index, 4) for index in range(4)] == ["best", "good", "bad", "worst"]
    assert [drawing.answer_class(index, 5) for index in range(5)] == ["best", "good", "middle", "bad", "worst"]


@given(st.lists(st.integers(0, 100), min_size=2, max_size=7).filter(any))
def test_answers_stay_inside_at_the_reach_of_their_chart(counts: list[int]) -> None:
    shares = [100 * count / sum(counts) for count in counts]
    reach = drawing.diverging_reach([{"shares": shares}])
    row = drawing.diverging(shares, reach=reach)
    assert row.fills[0].start >= -0.2
    assert row.fills[-1].start + row.fills[-1].width <= 100.2


def test_intervals_on_a_common_scale() -> None:
    rows: list[dict[str, Any]] = [
        {"value": 86.2, "low": 83.7, "high": 88.7},
        {"value": 71, "low": 67.5, "high": 74.5},
        {"value": None},
    ]
    least, most = drawing.bounds(rows)
    assert (least, most) == (65, 90)
    assert drawing.span(77.5, 75, 80, least, most) == drawing.Span(50.0, 40.0, 20.0)
    assert drawing.span(77.5, None, None, least, most) == drawing.Span(50.0, None, None)
    assert drawing.bounds([]) == (0.0, 100.0)


def test_money_of_all_sources_on_one_scale() -> None:
    rows: list[dict[str, Any]] = [
        {"source": "a", "planned": 500, "arrived": 250, "disbursed": None, "spent": None},
        {"source": "b", "planned": None, "arrived": 1000, "disbursed": None, "spent": None},
    ]
    first, second = (drawing.money_row(row, rows) for row in rows)
    assert first.planned == 49.5
    assert [(fill.name, fill.width, fill.percent) for fill in first.fills] == [("arrived", 24.8, 50.0)]
    assert second.planned is None
    assert [(fill.name, fill.width, fill.percent) for fill in second.fills] == [("arrived", 99.0, None)]


def test_stages_are_late_against_the_first_published_date() -> None:
    day = dt.date
    steps = drawing.stage_steps(
        [
            {"name": "开工", "original": day(2025, 4, 1), "planned": day(2025, 4, 10), "actual": day(2025, 4, 10)},
            {"name": "主体完工", "original": day(2025, 8, 30), "planned": day(2025, 9, 30), "reason": "降雨"},
            {"name": "竣工验收", "original": day(2025, 9, 1)},
        ],
        as_of=day(2025, 9, 8),
    )
    assert [(step.state, step.days_late) for step in steps] == [("past", 9), ("current", 9), ("ahead", 7)]
    assert steps[1].reason == "降雨"


def test_stages_of_the_archive_are_never_late_without_dates() -> None:
    (step,) = drawing.stage_steps([{"name": "完工", "state": "past"}])
    assert (step.state, step.original, step.days_late) == ("past", None, None)


@pytest.mark.parametrize(("x", "side"), [(0, "start"), (50, "middle"), (99, "end")])
def test_labels_stay_inside(x: float, side: str) -> None:
    assert drawing.anchor(x) == side
