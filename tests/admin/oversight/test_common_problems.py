"""One problem of several projects: written once, signed once, closed project by project."""

import csv
import io
from collections.abc import Callable
from typing import cast

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial.publishing import verify
from minsheng.journal import JournalEntry
from minsheng.outbox import RecordKind
from minsheng.oversight import common_problems, problem_acts
from minsheng.oversight.problems import CommonProblem, Problem, ProblemKind, ProblemState
from minsheng.pictures.media import StoredImage
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from search.documents import documents_of
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
NEW = "/admin/problems/common/new"
TITLE = "新修道路没有排水沟"


@pytest.fixture
def programme(make: Make) -> Programme:
    return make.programme()


@pytest.fixture
def projects(make: Make, programme: Programme) -> list[Project]:
    return [make.project(programme=programme, title=title, agency=make.agency()) for title in ("甲村道路", "乙村道路")]


@pytest.fixture
def finder(make: Make, programme: Programme) -> StaffMember:
    return make.staff(Role.SUPERVISOR, division=programme.division, post="某县督查室甲")


@pytest.fixture
def reader(make: Make, programme: Programme) -> StaffMember:
    return make.staff(Role.SUPERVISOR, division=programme.division, post="某县督查室乙")


def typed(**given: str) -> dict[str, str]:
    return {
        "title": TITLE,
        "description": "路面两侧没有排水沟，下雨积水。",
        "cause": "标准图集里没有画，明年改图集。",
        "source": "inspection",
        "projects": "甲村道路\n乙村\n\n甲村道路",
        "found_on": "2026-06-01",
        "deadline": "2026-07-01",
        **given,
    }


def written(session: Session, browser: Browser) -> CommonProblem:
    answer = browser.post(NEW, typed())
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return session.scalars(sa.select(CommonProblem)).one()


def text(browser: Browser | FlaskClient, url: str) -> str:
    return str(browser.get(url).get_data(as_text=True))


def test_it_is_written_once_and_opened_once(
    session: Session,
    projects: list[Project],
    finder: StaffMember,
    reader: StaffMember,
    browser_of: SignIn,
    client: FlaskClient,
) -> None:
    writer, signer = browser_of(finder), browser_of(reader)
    common = written(session, writer)
    url = f"/admin/problems/common/{common.id}"
    assert [(one.project, one.state, one.kind) for one in common.problems] == [
        (project, ProblemState.DRAFT, ProblemKind.COMMON) for project in projects
    ]
    assert {one.agency_id for one in common.problems} == {one.agency_id for one in projects}
    assert client.get(f"/problems/{common.id}").status_code == 404
    assert writer.post(f"{url}/open", on=url).status_code == 409

    version = signer.fields(url)["version"]
    assert signer.post(f"{url}/open", {"version": version}, on=url).status_code == 302

    page = text(client, f"/problems/{common.id}")
    assert TITLE in page
    assert "甲村道路" in page
    assert "明年改图集" in page
    for project in projects:
        assert f"/problems/{common.id}" in text(client, f"/projects/{project.slug}")
    acts = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "problem_opened")).all()
    snapshots = [cast("dict[str, object]", entry.details["snapshot"]) for entry in acts]
    assert [snapshot["common_title"] for snapshot in snapshots] == [TITLE, TITLE]
    assert verify(session) == []
    found = documents_of(session, RecordKind.PROJECT, [projects[0].id], AT.date())
    assert TITLE in found[0].text


def test_each_project_is_closed_by_itself_with_its_evidence(
    make: Make,
    session: Session,
    projects: list[Project],
    finder: StaffMember,
    reader: StaffMember,
    browser_of: SignIn,
    client: FlaskClient,
) -> None:
    common = written(session, browser_of(finder))
    common_problems.open_to_public(session, common, reader, AT)
    first = common.problems[0]
    worker = make.staff(Role.REPORTER, agency=projects[0].agency)
    picture = StoredImage("a" * 64, 640, 480, None)
    problem_acts.add_photo(session, first, picture, "排水沟", worker, is_cure=True)
    problem_acts.propose_closing(session, first, "沟已挖好", worker, AT)
    problem_acts.close(session, first, reader, AT)
    session.commit()

    assert common_problems.standing(common, AT.date(), is_public=True).closed == 1
    assert "2 个项目都有，已销号 1 个" in text(client, f"/problems/{common.id}")
    assert session.get_one(Problem, common.problems[1].id).state is ProblemState.OPEN
    ledger = browser_of(reader)
    assert TITLE in text(ledger, "/admin/problems/")
    assert TITLE in text(ledger, "/admin/problems/common/")


def test_further_projects_are_added_and_wait_for_a_second_person(
    make: Make,
    session: Session,
    programme: Programme,
    projects: list[Project],
    finder: StaffMember,
    reader: StaffMember,
    browser_of: SignIn,
) -> None:
    writer = browser_of(finder)
    common = written(session, writer)
    common_problems.open_to_public(session, common, reader, AT)
    make.project(programme=programme, title="丙村道路", agency=make.agency())
    session.commit()
    url = f"/admin/problems/common/{common.id}"
    days = {"found_on": "2026-06-02", "deadline": "2026-08-01"}

    again = writer.post(f"{url}/more", {"projects": "甲村道路", **days})
    assert again.status_code == 422
    assert "里面有已经列入的项目" in again.get_data(as_text=True)
    assert writer.post(f"{url}/more", {"projects": "丙村道路", **days}).status_code == 302

    session.expire_all()
    states = {one.project.title: one.state for one in common.problems}
    assert states == {
        "甲村道路": ProblemState.OPEN,
        "乙村道路": ProblemState.OPEN,
        "丙村道路": ProblemState.DRAFT,
    }
    assert common.problems[2].description == common.problems[0].description


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"projects": "甲村道路"}, "要 2 到 50 个不同的项目"),
        ({"projects": "甲村道路\n没有的村"}, "“没有的村”：您负责的范围里没有这个名称的项目"),
        ({"projects": "村道路\n乙村"}, "有几个项目都像"),
        ({"projects": "甲村道路\n无主的路"}, "没有责任单位"),
        ({"title": ""}, "请写名称"),
        ({"found_on": "2026-07-30", "deadline": "2026-08-30"}, "发现日期不能晚于今天"),
        ({"deadline": "2026-05-01"}, "整改期限不能早于发现日期"),
    ],
)
def test_what_cannot_be_written_says_why_and_loses_nothing(
    make: Make,
    session: Session,
    programme: Programme,
    projects: list[Project],
    finder: StaffMember,
    browser_of: SignIn,
    given: dict[str, str],
    complaint: str,
) -> None:
    assert len(projects) == 2
    make.project(programme=programme, title="无主的路")
    writer = browser_of(finder)

    answer = writer.post(NEW, typed(**given))

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert complaint in page
    assert "明年改图集" in page
    assert session.scalars(sa.select(Problem)).all() == []
    assert session.scalars(sa.select(CommonProblem)).all() == []


def test_it_stays_inside_the_part(
    make: Make,
    session: Session,
    projects: list[Project],
    finder: StaffMember,
    browser_of: SignIn,
) -> None:
    common = written(session, browser_of(finder))
    url = f"/admin/problems/common/{common.id}"
    elsewhere = browser_of(make.staff(Role.SUPERVISOR, division=make.division()))
    assert elsewhere.get(url).status_code == 404
    assert TITLE not in text(elsewhere, "/admin/problems/common/")
    partly = browser_of(make.staff(Role.PUBLISHER, agency=projects[0].agency))
    assert "要一起审核" in text(partly, url)
    assert partly.post(f"{url}/open", {"version": "x"}, on=url).status_code == 403


def test_the_export_names_it(
    session: Session, projects: list[Project], finder: StaffMember, browser_of: SignIn
) -> None:
    assert len(projects) == 2
    browser = browser_of(finder)
    written(session, browser)
    begun = browser.post("/admin/exports/", {"table": "problems.csv"})
    rows = list(csv.DictReader(io.StringIO(browser.get(begun.location).data.decode("utf-8-sig"))))
    assert [row["common_problem"] for row in rows] == [TITLE, TITLE]
