"""OC4IDS files become drafts and proposals: previewed with every repair, all or none, never by those who may not."""

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial.proposals import Proposal
from minsheng.exporting import oc4ids as exporting
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.journal import JournalEntry
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Publication
from tests.admin.conftest import Browser
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.oc4ids_projects import PUBLISHER, full

SignIn = Callable[[StaffMember], Browser]
SCHOOL = {
    "id": "oc4ids-abc123-1",
    "title": "石桥小学扩建",
    "status": "implementation",
    "sector": ["education"],
    "period": {"startDate": "2026-01-01", "endDate": "2026-12-31T00:00:00+08:00"},
    "budget": {"amount": {"amount": "1234567.89", "currency": "CNY"}},
}


@pytest.fixture
def programme(make: Make) -> Programme:
    return make.programme()


@pytest.fixture
def browser(browser_of: SignIn, make: Make, programme: Programme) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER, division=programme.division))


def send(browser: Browser, programme: Programme, content: Any) -> TestResponse:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return browser.post("/admin/oc4ids/", {"programme": programme.slug, "file": (io.BytesIO(data), "projects.json")})


def preview(browser: Browser, answer: TestResponse) -> tuple[str, str]:
    """Return the address of a preview and its text."""
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location, browser.get(answer.location).get_data(as_text=True)


def test_a_file_is_previewed_with_its_repairs_and_becomes_a_draft(
    browser: Browser, programme: Programme, session: Session
) -> None:
    address, page = preview(browser, send(browser, programme, {"projects": [SCHOOL]}))
    assert "石桥小学扩建" in page
    assert "projects[0].period.startDate" in page
    assert "projects[0].budget.amount.amount" in page
    assert session.scalar(sa.select(sa.func.count(Project.id))) == 0, "a preview writes nothing"

    browser.post(f"{address}/write", on=address)

    project = session.scalars(sa.select(Project)).one()
    assert (project.title, project.publication, project.stage) == ("石桥小学扩建", Publication.DRAFT, Stage.UNDER_WAY)
    assert project.total_investment_fen == 123_456_789
    assert project.external_id == "oc4ids-abc123-1"
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "oc4ids_imported")).one()
    assert not entry.is_public
    assert "新项目草稿" in browser.get(address).get_data(as_text=True)


def test_the_same_project_again_changes_the_draft_and_makes_no_second(
    browser: Browser, programme: Programme, session: Session
) -> None:
    address, _page = preview(browser, send(browser, programme, {"projects": [SCHOOL]}))
    browser.post(f"{address}/write", on=address)
    dearer = {**SCHOOL, "budget": {"amount": {"amount": 2, "currency": "CNY"}}}
    address, page = preview(browser, send(browser, programme, {"projects": [dearer]}))
    assert "对上：" in page
    browser.post(f"{address}/write", on=address)
    assert session.scalars(sa.select(Project)).one().total_investment_fen == 200


def test_a_published_project_gets_proposals_and_stays_as_it_is(
    browser_of: SignIn, make: Make, session: Session
) -> None:
    project = make.project()
    said = exporting.project(project, PUBLISHER, AT.date()) | {"identifiers": [], "title": project.title}
    said["budget"] = {"amount": {"amount": 77, "currency": "CNY"}}
    browser = browser_of(make.staff(Role.PUBLISHER))
    address, page = preview(browser, send(browser, project.programme, {"projects": [said]}))
    assert "修改申请" in page
    refused = browser.post(f"{address}/write", on=address)
    assert refused.status_code == 422, "a likeness must be looked at"
    browser.post(f"{address}/write", {"looked": "1"}, on=address)
    session.refresh(project)
    assert project.total_investment_fen is None
    proposal = session.scalars(sa.select(Proposal).where(Proposal.part == "project")).one()
    assert proposal.values["total_investment_fen"] == 7700
    assert "projects.json" in proposal.reason


def test_our_own_file_finds_its_project_by_its_address(browser_of: SignIn, make: Make) -> None:
    project = full(make)
    here = exporting.Publisher("此处", "http://localhost", lambda _document: "http://localhost/d")
    said = exporting.project(project, here, AT.date()) | {"title": "完全不同的名称"}
    browser = browser_of(make.staff(Role.PUBLISHER))
    _address, page = preview(browser, send(browser, project.programme, said))
    assert f"对上：{project.title}" in page


def test_what_was_sent_out_arrives_at_another_site_with_the_same_figures(
    browser_of: SignIn, make: Make, session: Session
) -> None:
    project = full(make)
    said = exporting.project(project, PUBLISHER, AT.date()) | {"title": "另一个站上的项目"}
    other = make.programme()
    browser = browser_of(make.staff(Role.PUBLISHER))
    address, _page = preview(browser, send(browser, other, said))
    answer = browser.post(f"{address}/write", {"looked": "1"}, on=address)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    arrived = session.scalars(sa.select(Project).where(Project.programme_id == other.id)).one()
    assert arrived.publication is Publication.DRAFT
    for name in ("planned_investment_fen", "total_investment_fen", "planned_start", "planned_finish", "latitude"):
        assert getattr(arrived, name) == getattr(project, name)
    assert [one.target for one in arrived.indicators] == [Decimal("22.5"), Decimal("10.25"), None]
    assert arrived.indicators[1].whole_id == arrived.indicators[0].id
    assert [one.planned_fen for one in arrived.funding_lines] == [100_000_001, None, 5_000]
    assert [one.planned_on for one in arrived.milestones] == [one.planned_on for one in project.milestones]
    assert arrived.contracts[0].current_amount_fen == project.contracts[0].current_amount_fen
    assert arrived.contracts[0].paid_fen == project.contracts[0].paid_fen
    assert arrived.agency is project.agency


def test_all_or_nothing(browser: Browser, programme: Programme, session: Session) -> None:
    nameless = {"sector": ["health"]}
    twice = {**SCHOOL, "title": "同一编号的另一个项目"}
    address, page = preview(browser, send(browser, programme, {"projects": [SCHOOL, nameless, twice]}))
    assert "要改正" in page
    assert browser.post(f"{address}/write", {"looked": "1"}, on=address).status_code == 422
    assert session.scalar(sa.select(sa.func.count(Project.id))) == 0
    browser.post(f"{address}/write", {"then": "leave_out_wrong"}, on=address)
    browser.post(f"{address}/write", {"looked": "1"}, on=address)
    assert session.scalars(sa.select(Project)).one().title == "石桥小学扩建"


def test_what_the_record_refuses_is_said_and_nothing_is_written(
    browser: Browser, programme: Programme, session: Session
) -> None:
    address, _page = preview(browser, send(browser, programme, {"projects": [SCHOOL]}))
    browser.post(f"{address}/write", on=address)
    backwards = {**SCHOOL, "period": {"endDate": "2025-01-01T00:00:00+08:00"}}
    other = {**SCHOOL, "id": "other", "title": "不相干的另一处工程"}
    address, _page = preview(browser, send(browser, programme, {"projects": [other, backwards]}))
    answer = browser.post(f"{address}/write", {"looked": "1"}, on=address)
    assert answer.status_code == 422
    assert "石桥小学扩建" in answer.get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count(Project.id))) == 1


def test_the_choice_of_a_project_can_be_put_right(browser: Browser, programme: Programme, make: Make) -> None:
    road = make.project(title="石桥村道路", programme=programme)
    address, _page = preview(browser, send(browser, programme, {"projects": [SCHOOL]}))
    line = f"{address}/projects/0"
    assert "另一个" not in browser.get(line).get_data(as_text=True)
    browser.post(line, {"about": road.slug})
    assert "对上：石桥村道路" in browser.get(address).get_data(as_text=True)
    browser.post(line, {"about": "skip"})
    assert "已选不导入" in browser.get(address).get_data(as_text=True)
    assert browser.post(line, {"about": "nowhere"}).status_code == 400
    assert browser.get(f"{address}/projects/7").status_code == 404


@pytest.mark.parametrize("content", [b"", b"hello", b"[" * 100_000, b'{"projects":[]}', b"\x00\x81\xff"])
def test_what_cannot_be_read_is_said_beside_the_field(browser: Browser, programme: Programme, content: bytes) -> None:
    answer = send(browser, programme, content)
    assert answer.status_code == 422
    assert "file-error" in answer.get_data(as_text=True)


def test_only_ones_own_places_and_uploads(
    browser: Browser, browser_of: SignIn, make: Make, programme: Programme, session: Session
) -> None:
    elsewhere = make.programme()
    assert send(browser, elsewhere, {"projects": [SCHOOL]}).status_code == 422
    address, _page = preview(browser, send(browser, programme, {"projects": [SCHOOL]}))
    assert browser_of(make.staff(Role.PUBLISHER)).get(address).status_code == 404
    assert browser_of(make.staff(Role.REPORTER)).get("/admin/oc4ids/").status_code == 403


def test_an_upload_can_be_put_away(browser: Browser, programme: Programme, session: Session) -> None:
    address, _page = preview(browser, send(browser, programme, {"projects": [SCHOOL]}))
    browser.post(f"{address}/discard", on=address)
    assert session.scalars(sa.select(Oc4idsUpload)).one().state == "discarded"
    assert browser.post(f"{address}/write", on="/admin/oc4ids/").status_code == 409
