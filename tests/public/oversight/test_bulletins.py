"""Bulletins: figures of their month, silence as of its due day, and every later change said."""

import datetime as dt
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from minsheng.accounts.staff import Role
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import ProgressReport
from tests.factories import Make
from tests.public.conftest import Reader

APRIL_DUE = dt.datetime(2026, 5, 8, 4, 0, tzinfo=dt.UTC)
"""A moment on the day the reports of April are due."""


def early(project: Project) -> Project:
    """Let a project have been public since January."""
    project.published_at = dt.datetime(2026, 1, 5, 4, 0, tzinfo=dt.UTC)
    return project


def told(make: Make, project: Project, month: str, progress: int, at: dt.datetime) -> ProgressReport:
    """A report published at a moment."""
    report = make.published_report(project, month, physical_progress=Decimal(progress))
    report.published_at = at
    return report


def test_a_bulletin_tells_its_own_month_and_not_a_later_one(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = early(make.project(programme=programme))
    told(make, project, "2026-03", 20, dt.datetime(2026, 4, 6, 4, 0, tzinfo=dt.UTC))
    told(make, project, "2026-04", 33, APRIL_DUE)
    told(make, project, "2026-05", 41, dt.datetime(2026, 6, 7, 4, 0, tzinfo=dt.UTC))
    text = read(f"/programmes/{programme.slug}/bulletins/2026-04").one("main").text
    assert "1 个项目总进度 33%" in text
    assert "比2026年3月推进 13 个百分点" in text
    assert "41%" not in text
    assert "这一期的数字没有变过" in text


def test_a_correction_after_the_due_day_is_said_with_old_and_new(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = early(make.project(programme=programme, title="老街修路"))
    report = told(make, project, "2026-04", 50, APRIL_DUE)
    correction = report.correction(make.staff(Role.REPORTER), "把计划数填成了完成数", make.at)
    correction.physical_progress = Decimal(35)
    db.session.add(correction)
    db.session.flush()
    correction.submit(make.at)
    publishing.publish_report(db.session(), correction, make.staff(Role.PUBLISHER), make.at)
    text = read(f"/programmes/{programme.slug}/bulletins/2026-04").one("main").text
    assert "总进度 35%" in text
    assert "期限那天是 50%" in text
    assert "把计划数填成了完成数" in text
    assert "有 1 个项目的数字变过" in text


def test_who_reported_late_was_silent_then_and_is_named(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = early(make.project(programme=programme))
    told(make, project, "2026-04", 30, dt.datetime(2026, 5, 20, 4, 0, tzinfo=dt.UTC))
    text = read(f"/programmes/{programme.slug}/bulletins/2026-04").one("main").text
    assert "连续 4 个月没有月报" in text
    assert "期限后才报" in text


def test_a_project_nobody_could_read_yet_is_not_called_silent(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = make.project(programme=programme)
    told(make, project, "2026-04", 30, make.at)
    text = read(f"/programmes/{programme.slug}/bulletins/2026-04").one("main").text
    assert "应交的月报都交了" in text
    assert "30%" in text


def test_a_quarter_compares_with_the_quarter_before(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = early(make.project(programme=programme))
    told(make, project, "2026-03", 21, dt.datetime(2026, 4, 6, 4, 0, tzinfo=dt.UTC))
    page = read(f"/programmes/{programme.slug}/bulletins/2026-Q1")
    assert "2026年第1季度点评" in page.one("h1").text
    assert "21%" in page.one("main").text


@pytest.mark.parametrize(
    "period", ["2026-05", "2026-06", "2027-01", "2025-12", "2026-Q2", "2026-13", "April", "2026-Q5"]
)
def test_only_closed_months_of_the_year_have_a_bulletin(
    make: Make, client: FlaskClient, standing_clock: None, period: str
) -> None:
    programme = make.programme()
    make.published_report(early(make.project(programme=programme)), "2026-04")
    db.session.commit()
    status = client.get(f"/programmes/{programme.slug}/bulletins/{period}").status_code
    assert status == (200 if period == "2026-05" else 404)


def test_an_archive_has_no_bulletins(make: Make, client: FlaskClient) -> None:
    programme = make.programme(origin=Origin.COMPILED, source_title="某通报")
    db.session.commit()
    assert client.get(f"/programmes/{programme.slug}/bulletins/").status_code == 404
    assert client.get(f"/programmes/{programme.slug}/briefing").status_code == 404
    assert client.get(f"/laggards/?programme={programme.slug}").status_code == 404


def test_the_list_has_every_closed_month_and_quarter(make: Make, read: Reader) -> None:
    programme = make.programme()
    early(make.project(programme=programme))
    links = {link.get("href") for link in read(f"/programmes/{programme.slug}/bulletins/").every("a")}
    base = f"/programmes/{programme.slug}/bulletins/"
    assert {base + key for key in ("2026-01", "2026-05", "2026-Q1")} <= links
    assert base + "2026-06" not in links


def test_a_programme_without_projects_says_what_will_be_here(make: Make, read: Reader) -> None:
    programme = make.programme()
    assert "还没有通报" in read(f"/programmes/{programme.slug}/bulletins/").one("main").text
