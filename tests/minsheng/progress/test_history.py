"""A project's months: reported, missing, due — and never filled in."""

import datetime as dt
from decimal import Decimal

from minsheng.progress.history import MonthState, months_of, plan_points
from minsheng.records.projects import Milestone, MilestoneKind, Stage
from minsheng.records.publication import Origin
from tests.factories import Make

TODAY = dt.date(2026, 6, 10)


def test_a_gap_is_missing_and_the_running_month_is_due(make: Make) -> None:
    project = make.project()
    for month in ("2026-01", "2026-03"):
        make.published_report(project, month)
    assert [(month.month[5:], month.state.value) for month in months_of(project, TODAY)] == [
        ("01", "published"),
        ("02", "missing"),
        ("03", "published"),
        ("04", "missing"),
        ("05", "missing"),
        ("06", "due"),
    ]


def test_a_month_is_not_missing_before_its_due_day(make: Make) -> None:
    project = make.project(planned_start=dt.date(2026, 5, 1))
    assert [month.state for month in months_of(project, dt.date(2026, 6, 8))] == [MonthState.DUE, MonthState.DUE]
    assert months_of(project, dt.date(2026, 6, 9))[0].state is MonthState.MISSING


def test_a_finished_project_owes_nothing_after_its_last_report(make: Make) -> None:
    project = make.project()
    make.published_report(project, "2026-01")
    make.published_report(project, "2026-03", stage=Stage.COMPLETED, physical_progress=Decimal(100))
    states = [month.state for month in months_of(project, TODAY)]
    assert states == [MonthState.PUBLISHED, MonthState.MISSING, MonthState.PUBLISHED]


def test_an_archive_record_has_no_months_and_no_curve(make: Make) -> None:
    programme = make.programme(origin=Origin.COMPILED, source_title="某通报")
    project = make.project(programme=programme, origin=Origin.COMPILED, source_title="某通报")
    assert months_of(project, TODAY) == []
    assert plan_points(project, TODAY) == []


def test_the_curve_breaks_where_no_report_came(make: Make) -> None:
    project = make.project()
    make.published_report(project, "2026-01", physical_progress=Decimal(5))
    make.published_report(project, "2026-03", physical_progress=Decimal(20))
    points = plan_points(project, TODAY)
    assert [point.month for point in points] == [f"2026-{month:02d}" for month in range(1, 13)]
    assert [point.actual for point in points[:4]] == [5, None, 20, None]
    assert points[5].planned == 50


def test_weighted_milestones_make_the_plan(make: Make) -> None:
    day = dt.date(2026, 3, 1)
    later = dt.date(2026, 9, 1)
    project = make.project(
        milestones=[
            Milestone(kind=MilestoneKind.START, first_planned_on=day, planned_on=day, weight=Decimal(30)),
            Milestone(kind=MilestoneKind.COMPLETION, first_planned_on=later, planned_on=later, weight=Decimal(70)),
        ]
    )
    planned = {point.month: point.planned for point in plan_points(project, TODAY)}
    assert [planned[month] for month in ("2026-02", "2026-03", "2026-08", "2026-09")] == [0, 30, 30, 100]
