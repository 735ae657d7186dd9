"""Looking back: figures, stages and silences as of the end of a month."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from minsheng.oversight.bulletins import Period, periods
from minsheng.progress.retrospect import (
    closing,
    last_closed_month,
    month_before,
    report_at,
    silent_at,
    stage_at,
    standing_at,
    sums_at,
    was_there,
)
from minsheng.progress.starts import starts_at
from minsheng.records.projects import Project, Stage
from tests.factories import Make

JANUARY = dt.datetime(2026, 1, 5, 4, 0, tzinfo=dt.UTC)


def project_since_january(make: Make, **given: Any) -> Project:
    """A project that has been public since January."""
    project = make.project(**given)
    project.published_at = JANUARY
    return project


def test_the_month_of_a_figure_is_not_the_day_it_is_looked_at(make: Make) -> None:
    project = project_since_january(make)
    for month, progress in (("2026-02", 10), ("2026-04", 30)):
        make.published_report(project, month, physical_progress=Decimal(progress))
    assert standing_at(project, "2026-02").progress == 10
    assert standing_at(project, "2026-03").progress == 10
    assert standing_at(project, "2026-03").as_of == dt.date(2026, 2, 28)
    assert standing_at(project, "2026-01").progress is None


def test_what_was_known_then_is_not_what_is_known_now(make: Make) -> None:
    project = project_since_january(make)
    report = make.published_report(project, "2026-03")
    report.published_at = closing("2026-03") + dt.timedelta(hours=1)
    assert report_at(project, "2026-03") is report
    assert report_at(project, "2026-03", closing("2026-03")) is None


def test_the_due_date_itself_is_still_in_time(make: Make) -> None:
    project = project_since_january(make)
    report = make.published_report(project, "2026-03")
    report.published_at = closing("2026-03") - dt.timedelta(seconds=1)
    assert silent_at(project, "2026-03", Stage.UNDER_WAY) == 0
    report.published_at = closing("2026-03")
    assert silent_at(project, "2026-03", Stage.UNDER_WAY) == 3


def test_a_withdrawn_report_was_in_force_until_it_was_withdrawn(make: Make) -> None:
    project = project_since_january(make)
    report = make.published_report(project, "2026-03")
    report.published_at = closing("2026-03") - dt.timedelta(days=1)
    report.withdraw("报错了项目", make.at)
    assert report_at(project, "2026-03") is None
    assert report_at(project, "2026-03", closing("2026-03")) is report


def test_a_stage_reached_later_was_not_reached_then(make: Make) -> None:
    project = project_since_january(make)
    make.published_report(project, "2026-03", stage=Stage.UNDER_WAY)
    make.published_report(project, "2026-05", stage=Stage.COMPLETED, physical_progress=Decimal(100))
    assert stage_at(project, "2026-03", report_at(project, "2026-03")) is Stage.UNDER_WAY
    assert stage_at(project, "2026-05", report_at(project, "2026-05")) is Stage.COMPLETED
    assert silent_at(project, "2026-05", Stage.COMPLETED) == 0


def test_a_project_published_later_was_not_there(make: Make) -> None:
    project = make.project()
    assert not was_there(project, "2026-04")
    make.published_report(project, "2026-03")
    assert was_there(project, "2026-03")


def test_sums_at_a_month_leave_later_projects_out(make: Make) -> None:
    programme = make.programme()
    old, new = project_since_january(make, programme=programme), make.project(programme=programme)
    assert sums_at([old, new], "2026-03").projects == 1


@pytest.mark.parametrize(
    ("today", "month"),
    [(dt.date(2026, 6, 8), "2026-04"), (dt.date(2026, 6, 9), "2026-05"), (dt.date(2026, 1, 20), "2025-12")],
)
def test_a_month_is_closed_when_its_reports_are_due(today: dt.date, month: str) -> None:
    assert last_closed_month(today) == month


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert month_before("2026-01") == "2025-12"
    assert month_before("2026-03", 15) == "2024-12"


def test_starts_are_counted_as_of_a_month(make: Make) -> None:
    programme = make.programme()
    begun = project_since_january(make, programme=programme, actual_start=dt.date(2026, 3, 2))
    waiting = project_since_january(make, programme=programme, planned_start=dt.date(2026, 2, 1), stage=Stage.PREPARING)
    later = project_since_january(make, programme=programme, planned_start=dt.date(2026, 9, 1), stage=Stage.PREPARING)
    starts = starts_at([begun, waiting, later], "2026-03")
    assert (starts.of, starts.due, starts.made) == (3, 2, 1)
    assert starts.missed == (waiting,)
    assert starts_at([begun], "2026-02").made == 0


def test_periods_are_read_and_written_alike() -> None:
    quarter = Period.parse("2026-Q3")
    assert (quarter.first, quarter.last, quarter.key) == ("2026-07", "2026-09", "2026-Q3")
    assert quarter.before == Period.parse("2026-Q2")
    assert Period.parse("2026-01").before.key == "2025-12"
    for text in ("2026-00", "2026-Q5", "202-01", "2026-1", "2026-01 "):
        with pytest.raises(ValueError, match="month or quarter"):
            Period.parse(text)


def test_bulletins_end_with_the_year_unless_somebody_reported_after_it(make: Make) -> None:
    programme = make.programme(year=2025)
    dates: dict[str, Any] = {"planned_start": dt.date(2025, 3, 1), "planned_finish": dt.date(2025, 12, 31)}
    project = make.project(programme=programme, **dates)
    months = [each.key for each in periods([project], programme, dt.date(2026, 6, 10)) if not each.is_quarter]
    assert (months[0], months[-1]) == ("2025-12", "2025-03")
    make.published_report(project, "2026-02")
    months = [each.key for each in periods([project], programme, dt.date(2026, 6, 10)) if not each.is_quarter]
    assert months[0] == "2026-02"
