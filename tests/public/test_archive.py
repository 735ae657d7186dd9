"""Compiled records: what was published with its source, and nothing else."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.records.indicators import Indicator
from minsheng.records.places import DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project
from minsheng.records.publication import Origin, SourceKind
from minsheng.records.reports import IndicatorValue, ProgressReport
from tests.factories import Make
from tests.public.conftest import Reader

FORBIDDEN = ("没有月报", "严重滞后", "滞后", "逾期", "按序时", "提前", "应达", "提建议", "对这个项目")


class MakeCompiled:
    """Makes compiled records as the import does."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.count = 0

    def programme(self, **given: object) -> Programme:
        self.count += 1
        values = {
            "slug": f"compiled-{self.count}",
            "title": "2024年某区重点民生实事",
            "level": DivisionLevel.COUNTY,
            "year": 2024,
            "origin": Origin.COMPILED,
            "source_title": "2024年某区完成情况",
            "source_kind": SourceKind.NEWS,
            **given,
        }
        programme = Programme(**values)
        self.make.session.add(programme)
        publishing.publish_programme(self.make.session, programme, "资料整理", self.make.at)
        return programme

    def project(self, programme: Programme, **given: object) -> Project:
        self.count += 1
        values = {
            "slug": f"record-{self.count}",
            "title": f"城市供水质量提升{self.count}",
            "programme": programme,
            "level": programme.level,
            "division": programme.division,
            "year": programme.year,
            "category": Category.WATER,
            "origin": Origin.COMPILED,
            "source_title": programme.source_title,
            "source_kind": programme.source_kind,
            **given,
        }
        project = Project(**values)
        self.make.session.add(project)
        publishing.publish_project(self.make.session, project, "资料整理", self.make.at)
        return project

    def report(self, project: Project, **given: object) -> ProgressReport:
        report = ProgressReport(
            project=project, is_compiled=True, **{"month": "2024-12", "updated_at": self.make.at, **given}
        )
        report.values = [IndicatorValue(indicator=indicator, value=Decimal(95)) for indicator in project.indicators]
        self.make.session.add(report)
        publishing.publish_compiled_report(self.make.session, report, "资料整理", self.make.at)
        return report


@pytest.fixture
def compiled(make: Make) -> MakeCompiled:
    return MakeCompiled(make)


def test_the_emptiest_record_is_still_worth_reading(compiled: MakeCompiled, read: Reader) -> None:
    programme = compiled.programme(items_total=10, items_completed=9, completed_investment_fen=144_000_000_000)
    empty = compiled.project(programme)
    compiled.project(programme, title="同一份清单的路")
    compiled.project(compiled.programme(), title="别处的水")
    text = read(f"/projects/{empty.slug}").one("main").text
    for part in (
        "2024年某区完成情况",
        "2024年某区重点民生实事",
        "14.4亿元",
        "同一份清单的路",
        "别处的水",
        "没有公布钱数",
    ):
        assert part in text
    assert not [word for word in FORBIDDEN if word in text]


def test_an_old_record_with_figures_is_not_judged(compiled: MakeCompiled, read: Reader) -> None:
    project = compiled.project(
        compiled.programme(),
        finish_printed="2024-06",
        planned_investment_fen=100_000_000,
        indicators=[Indicator(position=0, name="改造管网", unit="公里", target=Decimal(100))],
    )
    compiled.report(project, physical_progress=Decimal("19.9"), investment_completed_fen=19_900_000)
    page = read(f"/projects/{project.slug}")
    text = page.one("main").text
    assert "19.9%" in text
    assert "95\N{NO-BREAK SPACE}公里" in text
    assert not [word for word in FORBIDDEN if word in text]
    assert not page.every("svg", "tick")
    assert not page.every("ol", "months")


def test_compiled_records_are_labelled_everywhere(compiled: MakeCompiled, read: Reader) -> None:
    programme = compiled.programme()
    project = compiled.project(programme)
    for address in ("/projects/", f"/projects/{project.slug}", f"/programmes/{programme.slug}", "/programmes/"):
        assert "不是官方网站" in read(address).one("aside", "ribbon-archive").text


def test_only_official_sources_are_linked(compiled: MakeCompiled, read: Reader) -> None:
    official = compiled.programme(source_kind=SourceKind.OFFICIAL, source_url="https://www.example.gov.cn/notice")
    linked = compiled.project(official, source_url="https://www.example.gov.cn/notice")
    unlinked = compiled.project(compiled.programme(), source_title="某报报道")
    assert "https://www.example.gov.cn/notice" in {
        link.get("href") for link in read(f"/projects/{linked.slug}").every("a")
    }
    page = read(f"/projects/{unlinked.slug}")
    assert "某报报道" in page.one("main").text
    assert not [link for link in page.every("a") if link["href"].startswith("http")]


def test_what_the_compiler_inferred_is_said_to_be(compiled: MakeCompiled, read: Reader) -> None:
    project = compiled.project(compiled.programme(), report_period="2024-12", inferred=["year", "report_period"])
    text = read(f"/projects/{project.slug}").one("main").text
    assert "由整理者推定，通报未写明" in text
    assert "由整理者按通报内容推定" in text


def test_compiled_programmes_are_never_added_up(compiled: MakeCompiled, make: Make, read: Reader) -> None:
    county = make.division()
    for planned in (10_000_000_000, 25_000_000_000):
        programme = compiled.programme(division=county, planned_investment_fen=planned)
        compiled.project(programme, planned_investment_fen=planned)
    for address in ("/programmes/", f"/places/{county.code}", f"/programmes/{programme.slug}", "/"):
        text = read(address).one("main").text
        assert "3.5亿元" not in text
    listed = read(f"/places/{county.code}").one("main").text
    assert "1亿元" in listed
    assert "2.5亿元" in listed


def test_a_compiled_record_takes_no_suggestion(compiled: MakeCompiled, client: FlaskClient) -> None:
    project = compiled.project(compiled.programme())
    db.session.commit()
    assert "/suggestions/new?project=" not in client.get(f"/projects/{project.slug}").text


def test_home_keeps_the_way_into_the_records_apart(compiled: MakeCompiled, make: Make, read: Reader) -> None:
    compiled.project(compiled.programme(division=make.division()), title="真实的水厂")
    page = read("/")
    assert "不是官方网站" in page.one("section", "archive-door").text
    assert "真实的水厂" not in page.one("main").text
