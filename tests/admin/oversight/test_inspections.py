"""Inspections by the pages of staff: planned, drawn by lot, checked by the sheet of the kind, published by another."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.oversight import inspection_acts
from minsheng.oversight.inspection_sheets import COMMON, KINDS, every_item, items_of
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan
from minsheng.oversight.problems import Problem
from minsheng.records.places import Division
from minsheng.records.projects import Category, Project, Stage
from pages.words import WORDS
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def programme_projects(make: Make) -> list[Project]:
    """Five finished roads and two finished schools of one county, and one road finished too late."""
    programme = make.programme()
    given: dict[str, Any] = {"programme": programme, "stage": Stage.IN_USE, "actual_finish": dt.date(2025, 9, 1)}
    roads = [make.project(title=f"道路{n}", category=Category.TRANSPORT, **given) for n in range(5)]
    schools = [make.project(title=f"学校{n}", category=Category.EDUCATION, **given) for n in range(2)]
    make.project(title="晚了的道路", **{**given, "actual_finish": dt.date(2026, 1, 2)})
    return [*roads, *schools]


@pytest.fixture
def county(programme_projects: list[Project]) -> Division:
    place = programme_projects[0].division
    assert place is not None
    return place


@pytest.fixture
def planner(make: Make) -> StaffMember:
    return make.staff(Role.SUPERVISOR)


@pytest.fixture
def plan(session: Session, browser_of: SignIn, planner: StaffMember, county: Division) -> InspectionPlan:
    sent = {
        "title": "2025年建成项目检查",
        "division": str(county.id),
        "finished_from": "2025-01-01",
        "finished_until": "2025-12-31",
        "size_transport": "2",
        "size_education": "5",
    }
    assert browser_of(planner).post("/admin/inspections/new", sent).status_code == 302
    return session.scalars(sa.select(InspectionPlan)).one()


def sheet(check: InspectionCheck, browser: Browser, **given: str) -> dict[str, str]:
    url = f"/admin/inspections/checks/{check.id}"
    answers = {f"answer_{item}": "yes" for item in items_of(check.category)}
    return {"version": browser.fields(url)["version"], "visited_on": "2026-06-09", **answers, **given}


def test_there_are_thirteen_kinds_and_every_item_has_words() -> None:
    assert len(KINDS) == 13
    assert items_of(Category.OTHER) == COMMON
    assert all(len(items_of(kind)) > len(COMMON) for kind in KINDS)
    assert set(every_item()) == set(WORDS["sheet_item"])


def test_a_draw_takes_the_smallest_lots_and_everyone_can_repeat_it() -> None:
    pool = [(number, f"road-{number}", Category.TRANSPORT) for number in range(20)]
    drawn = inspection_acts.chosen("20260610", pool, {"transport": 3})
    lots = sorted((inspection_acts.rank("20260610", slug), number) for number, slug, _kind in pool)
    assert [number for number, _kind in drawn] == [number for _lot, number in lots[:3]]
    assert drawn == inspection_acts.chosen("20260610", reversed(pool), {"transport": 3})
    assert drawn != inspection_acts.chosen("20260611", pool, {"transport": 3})


def test_a_round_from_plan_to_the_public_page(
    session: Session,
    make: Make,
    browser: Browser,
    browser_of: SignIn,
    planner: StaffMember,
    plan: InspectionPlan,
    programme_projects: list[Project],
) -> None:
    staff, url = browser_of(planner), f"/admin/inspections/{plan.id}"
    assert "范围里现在有 7 个项目" in staff.get(url).text
    assert staff.post(f"{url}/draw", {"seed": " "}, on=url).status_code == 422
    assert staff.post(f"{url}/draw", {"seed": "20260610"}, on=url).status_code == 302
    assert staff.post(f"{url}/draw", {"seed": "again"}, on=url).status_code == 409
    session.expire_all()
    assert len(plan.checks) == 4
    assert plan.pool == {"transport": 5, "education": 2}
    drawn = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "inspection_drawn")).one()
    assert not drawn.is_public
    early = staff.post(f"{url}/submit", {"summary": "都好"}, on=url)
    assert "还有 4 个项目没有检查" in early.text
    first, *rest = plan.checks
    check_url = f"/admin/inspections/checks/{first.id}"
    unsaid = staff.post(check_url, sheet(first, staff, answer_kept="no"))
    assert "不合格的，请写明怎么不合格" in unsaid.text
    future = staff.post(check_url, sheet(first, staff, visited_on="2026-06-11"))
    assert "日期不能晚于今天" in future.text
    assert staff.post(check_url, sheet(first, staff, answer_kept="no", note_kept="路边杂草没人清")).status_code == 302
    stale = staff.post(check_url, sheet(first, staff) | {"version": "1"})
    assert stale.status_code == 409
    for check in rest:
        assert staff.post(f"/admin/inspections/checks/{check.id}", sheet(check, staff)).status_code == 302
    fields = staff.fields(f"/admin/problems/new?check={first.id}&item=kept")
    assert fields["source"] == "inspection"
    assert "路边杂草没人清" in fields["description"]
    assert staff.post(f"{url}/submit", {"summary": "抽查四个，一个没人管。"}, on=url).status_code == 302
    assert browser.get(f"/inspections/{plan.id}").status_code == 404
    session.expire_all()
    assert staff.post(f"{url}/publish", {"version": str(plan.version)}, on=url).status_code == 409
    other = browser_of(make.staff(Role.PUBLISHER))
    assert other.post(f"{url}/publish", {"version": other.fields(url)["version"]}, on=url).status_code == 302
    page = browser.get(f"/inspections/{plan.id}").text
    for words in (
        "抽查四个，一个没人管。",
        "路边杂草没人清",
        "20260610",
        plan.pool_digest,
        "抽查了 4 个建成项目，3 个每项都合格",
    ):
        assert words in page
    assert "2025年建成项目检查" in browser.get("/inspections/").text
    assert publishing.verify(session) == []
    assert other.post(f"{url}/withdraw", {"why": "抽错了年份"}, on=url).status_code == 302
    stub = browser.get(f"/inspections/{plan.id}").text
    assert "抽错了年份" in stub
    assert "路边杂草没人清" not in stub
    assert publishing.verify(session) == []


def test_a_problem_keeps_the_check_it_came_from(
    session: Session,
    make: Make,
    browser_of: SignIn,
    planner: StaffMember,
    plan: InspectionPlan,
    programme_projects: list[Project],
) -> None:
    inspection_acts.draw(session, plan, "1", planner, AT)
    check = plan.checks[0]
    agency = make.agency()
    session.commit()
    staff = browser_of(planner)
    sent = {
        "project": check.project.title,
        "kind": "individual",
        "source": "inspection",
        "description": "没有人管护。",
        "agency": str(agency.id),
        "found_on": "2026-06-09",
        "deadline": "2026-07-09",
    }
    url = f"/admin/problems/new?check={check.id}&item=kept"
    assert staff.post(url, sent).status_code == 302
    assert session.scalars(sa.select(Problem.inspection_check_id)).one() == check.id


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"size_transport": "", "size_education": ""}, "至少有一类要抽一个"),
        ({"size_transport": "-1"}, "应在 0 与 50 之间"),
        ({"finished_until": "2024-12-31"}, "不能早于前一个日期"),
        ({"division": ""}, "请选地方"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_beside_its_field(
    session: Session, browser_of: SignIn, planner: StaffMember, county: Division, given: dict[str, str], words: str
) -> None:
    sent = {
        "title": "检查",
        "division": str(county.id),
        "finished_from": "2025-01-01",
        "finished_until": "2025-12-31",
        "size_transport": "2",
    }
    answer = browser_of(planner).post("/admin/inspections/new", sent | given)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalar(sa.select(sa.func.count(InspectionPlan.id))) == 0
