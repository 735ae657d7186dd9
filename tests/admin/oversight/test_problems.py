"""The problem ledger by its pages: registered, read by another, cured with evidence, closed by someone else."""

import datetime as dt
import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.oversight.problems import Light, Problem, ProblemSource, ProblemState
from minsheng.records.documents import Document
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from tests.admin.conftest import AT, Browser
from tests.admin.pictures import jpeg
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TODAY = AT.date()


@pytest.fixture
def agency(make: Make) -> Agency:
    return make.agency(name="某县交通局")


@pytest.fixture
def project(make: Make, agency: Agency) -> Project:
    return make.project(agency=agency)


@pytest.fixture
def keeper(make: Make) -> StaffMember:
    return make.staff(Role.SUPERVISOR)


@pytest.fixture
def other(make: Make) -> StaffMember:
    return make.staff(Role.PUBLISHER)


@pytest.fixture
def worker(make: Make, agency: Agency) -> StaffMember:
    return make.staff(Role.REPORTER, agency=agency)


def entry(project: Project, agency: Agency, **given: object) -> dict[str, object]:
    return {
        "project": project.title,
        "kind": "common",
        "source": "media",
        "description": "涵洞口堵塞，雨后漫水。",
        "agency": str(agency.id),
        "post": "县交通局养护科长",
        "found_on": TODAY.isoformat(),
        "deadline": (TODAY + dt.timedelta(days=20)).isoformat(),
        **given,
    }


@pytest.fixture
def registered(session: Session, browser_of: SignIn, keeper: StaffMember, project: Project, agency: Agency) -> Problem:
    """A problem that waits for its second reader, with a picture of it."""
    browser = browser_of(keeper)
    sent = entry(project, agency, picture=(jpeg(), "a.jpg"), alt_text="涵洞口的淤泥")
    assert browser.post("/admin/problems/new", sent).status_code == 302
    return session.scalars(sa.select(Problem)).one()


@pytest.fixture
def opened(session: Session, browser_of: SignIn, other: StaffMember, registered: Problem) -> Problem:
    browser = browser_of(other)
    url = f"/admin/problems/{registered.id}"
    token = browser.fields(url)
    assert browser.post(f"{url}/open", {"version": token["version"]}, on=url).status_code == 302
    session.expire_all()
    return registered


def act(browser: Browser, problem: Problem, step: str, **data: object) -> int:
    url = f"/admin/problems/{problem.id}"
    version = browser.fields(url).get("version", "")
    return browser.post(f"{url}/{step}", {"version": version, **data}, on=url).status_code


def test_nobody_outside_sees_an_entry_before_another_person_has_read_it(
    session: Session, browser: Browser, browser_of: SignIn, keeper: StaffMember, other: StaffMember, registered: Problem
) -> None:
    page = f"/projects/{registered.project.slug}"
    assert registered.state is ProblemState.DRAFT
    assert "涵洞口堵塞" not in browser.get(page).text
    assert registered.photos[0].photo.is_held
    assert publishing.verify(session) == []
    own = browser_of(keeper)
    assert "等另一位同事审核" in own.get(f"/admin/problems/{registered.id}").text
    assert act(own, registered, "open") == 409
    assert act(browser_of(other), registered, "open") == 302
    text = browser.get(page).text
    assert "涵洞口堵塞" in text
    assert "共性问题" in text
    assert "县交通局养护科长" in text
    session.expire_all()
    assert not registered.photos[0].photo.is_held
    assert publishing.verify(session) == []


def test_a_returned_entry_is_put_right_by_its_author(
    session: Session,
    browser_of: SignIn,
    keeper: StaffMember,
    other: StaffMember,
    registered: Problem,
    agency: Agency,
) -> None:
    reader = browser_of(other)
    assert act(reader, registered, "return") == 422
    assert act(reader, registered, "return", reason="写清楚是哪个涵洞") == 302
    url = f"/admin/problems/{registered.id}/edit"
    text = "K3+200 涵洞口堵塞，雨后漫水。"
    assert reader.post(url, entry(registered.project, agency, description=text)).status_code == 409
    assert browser_of(keeper).post(url, entry(registered.project, agency, description=text)).status_code == 302
    session.expire_all()
    assert registered.state is ProblemState.DRAFT
    assert registered.description == text


def test_closing_takes_evidence_and_someone_else(
    session: Session, browser: Browser, browser_of: SignIn, worker: StaffMember, other: StaffMember, opened: Problem
) -> None:
    agency_face = browser_of(worker)
    url = f"/admin/problems/{opened.id}"
    refused = agency_face.post(f"{url}/propose", {"cure": "已清淤。"}, on=url)
    assert refused.status_code == 422
    assert "先在上面传一张" in refused.text
    assert "已清淤。" in refused.text
    assert act(agency_face, opened, "progress") == 422
    assert act(agency_face, opened, "progress", picture=(io.BytesIO(b"no"), "a.jpg"), alt_text="清好") == 422
    assert (
        act(agency_face, opened, "progress", words="清了一半", picture=(jpeg(), "a.jpg"), alt_text="清好的涵洞") == 302
    )
    assert act(agency_face, opened, "propose", cure="已清淤并加装拦污栅。") == 302
    assert act(agency_face, opened, "close") == 403
    page = f"/projects/{opened.project.slug}"
    assert "责任单位说整改好了" in browser.get(page).text
    assert "已清淤并加装" not in browser.get(page).text
    checker = browser_of(other)
    assert act(checker, opened, "return-closing", why="拦污栅没有装") == 302
    assert act(agency_face, opened, "propose", cure="已清淤，拦污栅装好了。") == 302
    assert act(checker, opened, "close") == 302
    session.expire_all()
    assert opened.state is ProblemState.CLOSED
    assert opened.photo_after is not None
    assert not opened.photo_after.is_held
    text = browser.get(page).text
    assert "拦污栅装好了" in text
    assert "清好的涵洞" in text
    acts = set(session.scalars(sa.select(JournalEntry.act).where(JournalEntry.subject == f"problem:{opened.id}")))
    assert {"problem_opened", "problem_closing_proposed", "problem_closing_returned", "problem_closed"} <= acts
    assert publishing.verify(session) == []


def test_whoever_brought_evidence_does_not_close_it(
    browser_of: SignIn, worker: StaffMember, other: StaffMember, keeper: StaffMember, opened: Problem
) -> None:
    both = browser_of(other)
    assert act(both, opened, "progress", picture=(jpeg(), "a.jpg"), alt_text="清好的涵洞") == 302
    assert act(browser_of(worker), opened, "propose", cure="已清淤。") == 302
    assert act(both, opened, "close") == 409
    assert act(browser_of(keeper), opened, "close") == 302


def test_a_file_of_evidence_is_public_with_the_closing(
    session: Session, browser_of: SignIn, worker: StaffMember, keeper: StaffMember, opened: Problem
) -> None:
    agency_face = browser_of(worker)
    assert act(agency_face, opened, "progress", file=(jpeg(), "a.jpg")) == 422
    assert act(agency_face, opened, "progress", file=(jpeg(), "a.jpg"), file_title="清淤验收单") == 302
    document = session.scalars(sa.select(Document)).one()
    assert document.publication is Publication.DRAFT
    assert act(agency_face, opened, "propose", cure="已清淤。") == 302
    assert act(browser_of(keeper), opened, "close") == 302
    assert session.scalar(sa.select(Document.publication)) is Publication.PUBLISHED


def test_a_closed_problem_is_opened_again_with_a_reason_and_a_deadline(
    session: Session, browser: Browser, browser_of: SignIn, keeper: StaffMember, worker: StaffMember, opened: Problem
) -> None:
    agency_face, keeping = browser_of(worker), browser_of(keeper)
    assert act(agency_face, opened, "progress", picture=(jpeg(), "a.jpg"), alt_text="清好的涵洞") == 302
    assert act(agency_face, opened, "propose", cure="已清淤。") == 302
    assert act(keeping, opened, "close") == 302
    assert act(keeping, opened, "reopen", because="雨后又堵了", new_deadline="2026-06-01") == 422
    assert act(keeping, opened, "reopen", because="", new_deadline="2026-07-01") == 422
    assert act(keeping, opened, "reopen", because="雨后又堵了", new_deadline="2026-07-01") == 302
    session.expire_all()
    assert opened.state is ProblemState.OPEN
    assert opened.deadline == dt.date(2026, 7, 1)
    assert "雨后又堵了" in browser.get(f"/projects/{opened.project.slug}").text
    assert publishing.verify(session) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"found_on": "2026-06-11"}, "发现日期不能晚于今天"),
        ({"deadline": "2026-06-01"}, "整改期限不能早于发现日期"),
        ({"project": "没有的项目"}, "没有这个名称的项目"),
        ({"description": "请联系 13800138000。"}, "像是电话"),
        ({"agency": "99999"}, "请从列出的选项中选"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_beside_its_field(
    session: Session,
    browser_of: SignIn,
    keeper: StaffMember,
    project: Project,
    agency: Agency,
    given: dict[str, str],
    words: str,
) -> None:
    answer = browser_of(keeper).post("/admin/problems/new", entry(project, agency) | given)
    assert answer.status_code == 422
    assert words in answer.text
    assert "养护科长" in answer.text
    assert session.scalar(sa.select(sa.func.count(Problem.id))) == 0


def problem_due(session: Session, project: Project, agency: Agency, deadline: dt.date) -> Problem:
    problem = Problem(
        project=project,
        agency=agency,
        source=ProblemSource.AUDIT,
        description=f"期限 {deadline}",
        found_on=dt.date(2026, 5, 1),
        deadline=deadline,
    )
    session.add(problem)
    publishing.record_problem(session, problem, "某县民生办", AT)
    return problem


def test_the_list_lights_up_around_the_deadline_and_counts_what_it_links_to(
    session: Session, browser_of: SignIn, keeper: StaffMember, project: Project, agency: Agency
) -> None:
    days = {Light.RED: -1, Light.YELLOW: 7, Light.GREEN: 8}
    for light, offset in days.items():
        problem = problem_due(session, project, agency, TODAY + dt.timedelta(days=offset))
        assert problem.light(TODAY, 7) is light
    session.commit()
    browser = browser_of(keeper)
    for light, offset in days.items():
        page = browser.get(f"/admin/problems/?light={light.value}").text
        assert page.count('<span class="cell"><a href="/admin/problems/') == 1, light
        assert f"期限 {TODAY + dt.timedelta(days=offset)}" in page
    assert "红灯：已超期" in browser.get("/admin/problems/").text
    assert "没有符合条件" in browser.get("/admin/problems/?state=closed&q=<b>").text


def test_a_role_reaches_only_its_own_agencies(
    session: Session, make: Make, browser_of: SignIn, project: Project, agency: Agency
) -> None:
    unit = make.agency(parent=agency)
    problem_due(session, project, unit, TODAY)
    stranger, boss = make.staff(Role.REPORTER, agency=make.agency()), make.staff(Role.REPORTER, agency=agency)
    session.commit()
    number = session.scalars(sa.select(Problem.id)).one()
    assert browser_of(stranger).get(f"/admin/problems/{number}").status_code == 403
    assert "还没有问题" in browser_of(stranger).get("/admin/problems/").text
    assert browser_of(boss).get(f"/admin/problems/{number}").status_code == 200
    assert f"/admin/problems/{number}" in browser_of(boss).get("/admin/problems/").text
