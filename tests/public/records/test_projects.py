"""The list of projects and the page of an own one."""

import datetime as dt
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.records.funding import FundingLine, FundingSource, FundMovement, MovementKind
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Category, Milestone, MilestoneKind, ProjectKind
from tests.factories import Make
from tests.public.conftest import Counter, Reader

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_an_empty_list_says_what_will_be_here(read: Reader) -> None:
    assert "还没有公示的项目" in read("/projects/").one("main").text


def test_a_list_that_filters_leave_empty_offers_the_way_back(make: Make, read: Reader) -> None:
    make.project()
    page = read("/projects/?category=health")
    assert "没有符合这些条件的项目" in page.one("main").text
    assert any(link["href"] == "/projects/" for link in page.every("a", "button-secondary"))


def test_the_list_filters_by_what_the_address_says(make: Make, read: Reader) -> None:
    make.project(title="甲路", category=Category.TRANSPORT)
    make.project(title="乙校", category=Category.EDUCATION)
    text = read("/projects/?category=education").one("main").text
    assert "乙校" in text
    assert "甲路" not in text


@pytest.mark.parametrize(
    "query", ["category=nonsense", "year=20x6", "page=-3", "page=99", "place=000000&x=1", "sort=no"]
)
def test_a_senseless_address_is_no_error(make: Make, client: FlaskClient, query: str) -> None:
    make.project()
    db.session.commit()
    assert client.get(f"/projects/?{query}").status_code == 200


def test_a_filter_shows_how_many_each_value_would_leave(make: Make, read: Reader) -> None:
    for category in (Category.EDUCATION, Category.EDUCATION, Category.HEALTH):
        make.project(category=category)
    labels = [label.text.split() for label in read("/projects/?category=health").every("label", "facet-option")]
    assert ["教育", "2"] in labels
    assert ["卫生", "1"] in labels


def test_the_status_filter_finds_who_is_behind(make: Make, read: Reader) -> None:
    behind, ahead = make.project(title="慢的"), make.project(title="快的")
    make.published_report(behind, physical_progress=Decimal(5))
    make.published_report(ahead, physical_progress=Decimal(90))
    text = read("/projects/?status=seriously_behind").one("main").text
    assert "慢的" in text
    assert "快的" not in text


def test_the_widest_gap_comes_first(make: Make, read: Reader) -> None:
    for title, progress in (("中间", 30), ("最慢", 5), ("最快", 80)):
        make.published_report(make.project(title=title), physical_progress=Decimal(progress))
    titles = [heading.text for heading in read("/projects/?sort=gap").every("h3", "card-title")]
    assert titles == ["最慢", "中间", "最快"]


def test_the_silent_are_found_and_shown(make: Make, read: Reader) -> None:
    make.published_report(make.project(title="报了的"), "2026-05")
    make.published_report(make.project(title="没报的"), "2026-03")
    page = read("/projects/?silent=1")
    text = page.one("main").text
    assert "没报的" in text
    assert "报了的" not in text
    assert "连续 2 个月没有月报" in text


def test_drafts_and_withdrawn_projects_appear_nowhere(make: Make, session: Session, client: FlaskClient) -> None:
    hidden = make.project(published=False, title="还是草稿")
    make.published_report(make.project(title="公示的"))
    session.commit()
    assert client.get(f"/projects/{hidden.slug}").status_code == 404
    for address in ("/", "/projects/", "/data/projects.csv", f"/programmes/{hidden.programme.slug}", "/changes/"):
        assert "还是草稿" not in client.get(address).text


def test_a_draft_report_is_not_on_the_page(make: Make, read: Reader) -> None:
    project = make.project()
    make.published_report(project, "2026-04", done="四月铺了路基")
    make.report(project, "2026-05", done="五月还没审")
    text = read(f"/projects/{project.slug}").one("main").text
    assert "四月铺了路基" in text
    assert "五月还没审" not in text


def test_a_missing_month_is_shown_as_missing(make: Make, read: Reader) -> None:
    project = make.project()
    for month in ("2026-01", "2026-02", "2026-04"):
        make.published_report(project, month)
    page = read(f"/projects/{project.slug}")
    states = {item.text.split()[0]: item["class"].split()[-1] for item in page.every("li", "month")}
    assert states == {
        "1月": "month-published",
        "2月": "month-published",
        "3月": "month-missing",
        "4月": "month-published",
        "5月": "month-missing",
        "6月": "month-due",
    }
    assert "2026年3月没有月报" in page.one("main").text


def test_the_page_names_status_as_of_and_denominators(make: Make, read: Reader) -> None:
    project = make.project()
    make.published_report(project, physical_progress=Decimal("41.7"))
    page = read(f"/projects/{project.slug}")
    assert page.every("figure", "task-full")
    text = page.one("main").text
    assert "按序时" in text
    assert "2026年5月31日" in text
    assert "60万元 ÷ 100万元（计划数）" in text


def test_fulfilment_is_never_capped(make: Make, read: Reader) -> None:
    project = make.project(
        kind=ProjectKind.TRAINING, indicators=[Indicator(position=0, name="培训", unit="人", target=Decimal(5))]
    )
    make.published_report(project)
    assert "完成 170%" in read(f"/projects/{project.slug}").one("main").text


def test_a_slip_shows_both_dates_and_the_reason(make: Make, read: Reader) -> None:
    project = make.project(
        milestones=[
            Milestone(
                kind=MilestoneKind.START,
                first_planned_on=dt.date(2026, 3, 1),
                planned_on=dt.date(2026, 3, 20),
                actual_on=dt.date(2026, 3, 25),
                slip_reason="征地多用了二十天",
            )
        ]
    )
    stage = read(f"/projects/{project.slug}").one("li", "stage").text
    for part in ("2026年3月1日", "2026年3月20日", "2026年3月25日", "比原计划晚 24 天", "征地多用了二十天"):
        assert part in stage


def test_a_correction_shows_old_new_and_reason(make: Make, session: Session, read: Reader) -> None:
    project = make.project()
    report = make.published_report(project, physical_progress=Decimal(40))
    author, publisher = make.staff(Role.REPORTER), make.staff(Role.PUBLISHER)
    revision = report.correction(author, "多算了一段", make.at)
    revision.physical_progress = Decimal(36)
    session.add(revision)
    session.flush()
    revision.submit(make.at)
    publishing.publish_report(session, revision, publisher, make.at)
    page = read(f"/projects/{project.slug}")
    assert "多算了一段" in page.one("main").text
    changed = [item.text.split() for item in page.every("li") if "→" in item.text]
    assert ["形象进度", "40%", "→", "36%"] in changed


def test_the_ledger_lists_every_movement(make: Make, read: Reader) -> None:
    line = FundingLine(position=0, source=FundingSource.COUNTY, year=2026, planned_fen=100_000_000)
    project = make.project(funding_lines=[line])
    line.movements = [
        FundMovement(kind=MovementKind.ARRIVED, moved_on=dt.date(2026, 2, 3), amount_fen=12_345_678, note="首批")
    ]
    text = read(f"/projects/{project.slug}").one("main").text
    assert "123,456.78元" in text
    assert "首批" in text


def test_hostile_text_is_only_text(make: Make, read: Reader) -> None:
    project = make.project(title=HOSTILE, summary=HOSTILE, location=HOSTILE, quality_standard=HOSTILE)
    make.published_report(project, done=HOSTILE, difficulties=HOSTILE)
    for address in (
        "/",
        "/projects/",
        f"/projects/{project.slug}",
        f"/programmes/{project.programme.slug}",
        "/changes/",
    ):
        page = read(address)
        assert not [image for image in page.every("img") if image.get("src") == "x"]
        assert all("src" in script or script.get("type") == "application/ld+json" for script in page.every("script"))


def test_the_data_of_a_project_can_be_taken_away(make: Make, client: FlaskClient) -> None:
    project = make.project()
    make.published_report(project)
    make.report(project, "2026-06", done="草稿不给")
    db.session.commit()
    response = client.get(f"/projects/{project.slug}/data.json")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{project.slug}.json"'
    assert [report["month"] for report in response.get_json()["reports"]] == ["2026-05"]
    assert "草稿不给" not in response.text


def test_the_invented_county_is_labelled_on_its_pages(make: Make, read: Reader) -> None:
    county = make.division(name="示例县", is_invented=True)
    project = make.project(programme=make.programme(division=county))
    for address in ("/", "/projects/", f"/projects/{project.slug}", f"/programmes/{project.programme.slug}"):
        assert "虚构" in read(address).one("aside", "ribbon-sample").text


@pytest.mark.parametrize("address", ["/", "/projects/", "/projects/?sort=gap&status=behind", "/places/", "/agencies/"])
def test_more_projects_do_not_mean_more_queries(
    make: Make, session: Session, client: FlaskClient, queries: Counter, standing_clock: None, address: str
) -> None:
    programme = make.programme()

    def grow(count: int) -> None:
        for _ in range(count):
            project = make.project(programme=programme, agency=make.agency())
            make.published_report(project, physical_progress=Decimal(30))
            make.published_report(project, "2026-04")
        session.commit()

    def sent() -> int:
        session.expire_all()
        session.expunge_all()
        with queries() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    grow(3)
    programme = session.merge(programme)
    few = sent()
    programme = session.merge(programme)
    grow(9)
    assert sent() == few
