"""Programmes in full: sums that add up, laggards, comparisons, briefings and what can be taken away."""

import datetime as dt
import json
import re
from collections import Counter as Counted
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minsheng.database import db
from minsheng.oversight.lookbacks import LookBack, LookBackResult
from minsheng.oversight.problems import Problem, ProblemSource
from minsheng.records.funding import FundingLine, FundingSource
from minsheng.records.indicators import AssignedBy, Indicator
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Origin
from public.progress import briefing
from public.records.places import LISTS_IN_A_LINE, LISTS_IN_FULL
from tests.factories import Make
from tests.public.conftest import Counter, Reader

JANUARY = dt.datetime(2026, 1, 5, 4, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("address", ["/programmes/{slug}", "/programmes/{slug}/briefing", "/programmes/{slug}/places"])
def test_a_programme_without_projects_reads_well(make: Make, read: Reader, address: str) -> None:
    text = read(address.format(slug=make.programme().slug)).one("main").text
    assert "还没有项目" in text or "这里没有本站公示的项目" in text


@pytest.mark.parametrize("address", ["/programmes/{slug}", "/programmes/{slug}/briefing", "/programmes/{slug}/places"])
def test_a_programme_without_reports_reads_well(make: Make, read: Reader, address: str) -> None:
    programme = make.programme()
    make.project(programme=programme, indicators=[Indicator(position=0, name="硬化道路")], funding_lines=[])
    assert read(address.format(slug=programme.slug)).one("main").text


def test_a_compiled_programme_has_no_laggards_and_no_sums(make: Make, read: Reader, client: FlaskClient) -> None:
    programme = make.programme(origin=Origin.COMPILED, source_title="某通报", items_total=33, year=None, division=None)
    make.project(programme=programme, origin=Origin.COMPILED, source_title="某通报", stage=Stage.UNDER_WAY)
    text = read(f"/programmes/{programme.slug}").one("main").text
    assert "33" in text
    for words in ("落后的项目", "缺月报", "问题清单", "代表委员"):
        assert words not in text
    assert json.loads(client.get(f"/programmes/{programme.slug}/data.json").text)["sums"] is None
    assert client.get(f"/programmes/{programme.slug}/data.csv").status_code == 404
    assert "某通报" not in read("/laggards/").one("main").text


def test_the_silent_are_listed_with_since_when_and_who_answers(make: Make, read: Reader) -> None:
    agency = make.agency(name="某县交通局")
    project = make.project(title="一直不报的路", agency=agency)
    make.published_report(project, "2026-02")
    assert project.division is not None
    code, slug = project.division.code, project.programme.slug
    for address in (
        "/laggards/",
        f"/laggards/?agency={agency.slug}",
        f"/laggards/?place={code}",
        f"/laggards/?programme={slug}&kind=silent",
        f"/programmes/{slug}",
        f"/places/{code}",
        f"/agencies/{agency.slug}",
    ):
        text = read(address).one("main").text
        for words in ("一直不报的路", "连续 3 个月没有月报", "从2026年3月起", "某县交通局", "县交通局局长"):
            assert words in text, (address, words)


def test_a_list_of_laggards_has_pages_that_need_no_script(make: Make, read: Reader) -> None:
    programme = make.programme()
    for number in range(23):
        make.project(programme=programme, title=f"沉默的项目{number:02d}")
    first = read(f"/laggards/?programme={programme.slug}&kind=silent").one("main").text
    second = read(f"/laggards/?programme={programme.slug}&kind=silent&page=2").one("main").text
    assert "23 个缺月报" in first
    assert "沉默的项目00" in first
    assert "沉默的项目22" not in first
    assert "沉默的项目22" in second


@pytest.mark.parametrize("name", ["programme", "place", "agency"])
def test_laggards_of_nothing_are_404(client: FlaskClient, name: str) -> None:
    assert client.get(f"/laggards/?{name}=none").status_code == 404


amounts = st.one_of(st.none(), st.integers(min_value=1, max_value=10**13))


@given(plans=st.lists(st.lists(amounts, max_size=3), min_size=1, max_size=3))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_add_up_their_own_projects_and_never_across_programmes(
    make: Make, client: FlaskClient, standing_clock: None, plans: list[list[int | None]]
) -> None:
    county = make.session.scalar(sa.select(Division).where(Division.name == "某县")) or make.division()
    programmes = []
    for planned in plans:
        programme = make.programme(division=county)
        programmes.append(programme)
        for fen in planned:
            lines = [] if fen is None else [FundingLine(position=0, source=FundingSource.COUNTY, planned_fen=fen)]
            make.project(programme=programme, planned_investment_fen=None, funding_lines=lines)
    compiled = make.programme(division=county, origin=Origin.COMPILED, source_title="某通报")
    make.project(programme=compiled, origin=Origin.COMPILED, source_title="某通报", planned_investment_fen=7)
    for programme, planned in zip(programmes, plans, strict=True):
        sums = json.loads(client.get(f"/programmes/{programme.slug}/data.json").text)["sums"]
        known = [fen for fen in planned if fen is not None]
        assert sums["projects"] == len(planned)
        assert sums["planned"] == {"fen": sum(known) if known else None, "counted": len(known), "of": len(planned)}
        assert sum(sums["statuses"].values()) == len(planned)
    text = client.get(f"/places/{county.code}").text
    own = sa.select(sa.func.count(sa.distinct(Project.programme_id))).where(Project.origin == Origin.OWN)
    lists = make.session.scalar(own) or 0
    assert text.count("这份清单在某县的") == min(lists, LISTS_IN_FULL)
    in_a_line = re.findall(rf'href="/projects/\?programme=[^"&]+&amp;place={county.code}"', text)
    assert len(in_a_line) == min(max(lists - LISTS_IN_FULL, 0), LISTS_IN_A_LINE)


def test_the_table_of_sums_names_counts_and_denominators(make: Make, client: FlaskClient, standing_clock: None) -> None:
    programme = make.programme()
    make.published_report(make.project(programme=programme))
    make.project(programme=programme)
    lines = client.get(f"/programmes/{programme.slug}/data.csv").text.splitlines()
    assert "planned,200000000,fen,2,2,,2026-05-31" in lines
    assert "spent,40000000,fen,1,2,,2026-05-31" in lines
    assert "arrival rate,60.00,percent,,,planned,2026-05-31" in lines


def test_targets_say_what_is_not_assigned_and_compare_parts_with_the_whole(make: Make, read: Reader) -> None:
    programme = make.programme()
    road = Indicator(position=0, name="硬化道路", unit="公里", target=Decimal(20), assigned_by=AssignedBy.PROVINCE)
    project = make.project(programme=programme, indicators=[road, Indicator(position=1, name="新建邮政所", unit="个")])
    for position, (name, target) in enumerate((("甲乡", Decimal(12)), ("乙乡", Decimal("5.5"))), start=2):
        project.indicators.append(
            Indicator(position=position, name="硬化道路", part_name=name, unit="公里", target=target, whole_id=road.id)
        )
    db.session.flush()
    text = read(f"/programmes/{programme.slug}").one("main").text
    assert "共 2 个目标：省定 1 个，市定 0 个，自定 1 个；还没有下达数值的 1 个" in text
    assert "还差 2.5" in text
    assert "新建邮政所" in text


def test_problems_and_look_backs_are_told(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = make.project(programme=programme, title="甲路", agency=make.agency())
    facts: dict[str, Any] = {"project": project, "agency": project.agency, "source": ProblemSource.AUDIT}
    for description, deadline in (("路面开裂", dt.date(2026, 5, 1)), ("缺标志牌", dt.date(2026, 9, 1))):
        make.session.add(Problem(description=description, found_on=dt.date(2026, 4, 1), deadline=deadline, **facts))
    make.session.add(LookBack(project=project, looked_on=dt.date(2026, 6, 1), result=LookBackResult.NOT_WORKING))
    text = read(f"/programmes/{programme.slug}").one("main").text
    assert "共 2 个：超期未销号 1 个，整改中 1 个，已销号 0 个" in text
    assert "不能使用" in text
    briefing = read(f"/programmes/{programme.slug}/briefing").one("main").text
    assert "路面开裂" in briefing
    assert "已超期 40 天没有销号" in briefing
    assert "什么时候恢复使用" in briefing


def test_a_briefing_asks_only_from_facts(make: Make, read: Reader) -> None:
    programme = make.programme()
    project = make.project(programme=programme, title="乙路", planned_finish=dt.date(2026, 6, 30))
    make.published_report(project, physical_progress=Decimal(30), funds_arrived_fen=20_000_000)
    text = read(f"/programmes/{programme.slug}/briefing").one("main").text
    assert "计划 100万元 只到位 20万元（20%）" in text
    assert "按时间应达" in text
    assert "居民来件还有" not in text


def test_years_are_compared_at_the_same_month(make: Make, read: Reader) -> None:
    county = make.division()
    for year, progress in ((2025, 25), (2026, 40)):
        programme = make.programme(division=county, year=year, title=f"{year}年清单")
        span: dict[str, Any] = {"planned_start": dt.date(year, 1, 1), "planned_finish": dt.date(year, 12, 31)}
        project = make.project(programme=programme, **span)
        project.published_at = dt.datetime(year, 1, 5, tzinfo=dt.UTC)
        make.published_report(project, f"{year}-05", physical_progress=Decimal(progress))
        make.published_report(project, f"{year}-12", physical_progress=Decimal(99)) if year == 2025 else None
    page = read("/programmes/compare")
    text = page.one("main").text
    assert "截至2026年5月底" in text
    assert "截至2025年5月底" in text
    assert "25%" in text
    assert "99%" not in text
    assert "99%" in read("/programmes/compare?month=12").one("main").text


def test_one_list_alone_cannot_be_compared(make: Make, read: Reader) -> None:
    assert "还没有可以对比的清单" in read("/programmes/compare").one("main").text
    make.project()
    assert "还没有可以对比的清单" in read("/programmes/compare?month=99&of=none&with=none").one("main").text


def test_places_stand_side_by_side_and_small_ones_are_marked(make: Make, read: Reader) -> None:
    programme = make.programme()
    assert programme.division is not None
    towns = []
    for number, name in enumerate(("甲乡", "乙乡")):
        town = Division.under(
            programme.division, f"{programme.division.code}{number:03d}", name, DivisionLevel.TOWNSHIP
        )
        make.session.add(town)
        towns.append(town)
    for _ in range(3):
        make.published_report(make.project(programme=programme, division=towns[0]), physical_progress=Decimal(50))
    make.published_report(make.project(programme=programme, division=towns[1]), physical_progress=Decimal(10))
    page = read(f"/programmes/{programme.slug}/places")
    text = page.one("main").text
    assert "为什么不排名次" in text
    assert text.index("甲乡") < text.index("乙乡")
    assert text.count("项目少，不宜比") == 1
    turned = read(f"/programmes/{programme.slug}/places?sort=progress").one("main").text
    assert turned.index("乙乡") < turned.index("甲乡")


@pytest.mark.parametrize(
    "address",
    [
        "/programmes/{slug}",
        "/programmes/{slug}/places",
        "/programmes/{slug}/briefing",
        "/programmes/{slug}/bulletins/2026-04",
        "/programmes/compare",
        "/laggards/",
    ],
)
def test_the_number_of_queries_does_not_grow_with_projects(
    make: Make, read: Reader, queries: Counter, address: str
) -> None:
    programme = make.programme(policy_entitled="全体村民")

    def add(count: int) -> None:
        for _ in range(count):
            project: Project = make.project(programme=programme, agency=make.agency(name=f"局{count}"))
            project.published_at = JANUARY
            make.published_report(project, "2026-03", physical_progress=Decimal(5))
            make.session.add(
                Problem(
                    project=project,
                    agency=project.agency,
                    source=ProblemSource.AUDIT,
                    description="问题",
                    found_on=dt.date(2026, 4, 1),
                    deadline=dt.date(2026, 5, 1),
                )
            )

    add(2)
    read(address.format(slug=programme.slug))
    counts = []
    for more in (0, 4):
        add(more)
        read("/projects/")  # brings what the process remembers of all projects up to date
        with queries() as sent:
            read(f"{address.format(slug=programme.slug)}?fresh={more}")
        counts.append(Counted(re.sub(r"(\?, )+", "", each) for each in sent))
    assert not counts[1] - counts[0]


def test_a_place_with_more_projects_than_a_briefing_holds_leads_further_down(
    make: Make, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = make.division(name="某县")
    town = Division.under(county, f"{county.code}001", "某镇", DivisionLevel.TOWNSHIP)
    make.session.add(town)
    programme = make.programme(division=county)
    make.project(programme=programme, division=town)
    make.project(programme=programme, division=county)
    monkeypatch.setattr(briefing, "MOST_PROJECTS", 1)
    chosen = read(f"/places/{county.code}/briefing")
    assert "这里有 2 个项目，一份参阅写不下" in chosen.one("main").text
    assert f"/places/{town.code}/briefing" in [link.get("href") for link in chosen.every("a")]
    assert "答应办 1 个项目" in read(f"/places/{town.code}/briefing").one("main").text
