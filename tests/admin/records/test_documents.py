"""Public documents at the desk: added by one, published by another, taken back with a reason."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.records.documents import Document
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from tests.admin.conftest import Browser
from tests.factories import Make
from tests.office_files import pdf, word

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def project(make: Make) -> Project:
    return make.project(title="石桥村道路硬化")


@pytest.fixture
def reporter(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.REPORTER, division=project.division)


@pytest.fixture
def publisher(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.PUBLISHER, division=project.division)


def upload(browser: Browser, record: str, data: bytes, **given: Any) -> TestResponse:
    typed = {
        "record": record,
        "kind": "approval",
        "title": "关于初步设计的批复",
        "dated": "2026-02-01",
        "file": (io.BytesIO(data), "a.pdf"),
        **given,
    }
    return browser.post("/admin/documents/new", typed)


def only(session: Session) -> Document:
    session.expire_all()
    return session.scalars(sa.select(Document)).one()


def test_one_adds_another_publishes_and_everyone_finds_it(
    session: Session,
    browser_of: SignIn,
    client: FlaskClient,
    project: Project,
    reporter: StaffMember,
    publisher: StaffMember,
) -> None:
    writer = browser_of(reporter)
    answer = upload(writer, f"project:{project.slug}", pdf("第一页说别的", "涵洞加固费用另行核定"))
    assert answer.status_code == 302
    document = only(session)
    address = f"/admin/documents/{document.id}"
    assert document.publication is Publication.DRAFT
    assert document.page_count == 2
    assert client.get(f"/documents/{document.id}").status_code == 404
    assert client.get("/search/?q=涵洞加固").get_data(as_text=True).find("初步设计的批复") < 0
    second = browser_of(publisher)
    assert "关于初步设计的批复" in second.get("/admin/documents/").get_data(as_text=True)
    assert second.post(f"{address}/publish", on=address).status_code == 302
    found = client.get("/search/?q=涵洞加固").get_data(as_text=True)
    assert f"/documents/{document.id}#page-2" in found
    assert "第 2 页" in found
    assert "涵洞加固费用另行核定" in client.get(f"/documents/{document.id}").get_data(as_text=True)
    assert f"/documents/{document.id}" in client.get(f"/projects/{project.slug}").get_data(as_text=True)
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "document_published")).one()
    assert entry.is_public
    assert entry.about_project == project.slug
    assert publishing.verify(session) == []


def test_whoever_added_a_file_cannot_publish_it(
    session: Session, browser_of: SignIn, project: Project, publisher: StaffMember
) -> None:
    browser = browser_of(publisher)
    upload(browser, f"project:{project.slug}", pdf("批复"))
    address = f"/admin/documents/{only(session).id}"
    assert "要由另一位同事" in browser.get(address).get_data(as_text=True)
    assert browser.post(f"{address}/publish", on="/admin/documents/new").status_code == 409
    assert only(session).publication is Publication.DRAFT


def test_a_file_of_a_programme_is_a_policy_to_find(
    session: Session, make: Make, browser_of: SignIn, client: FlaskClient, project: Project, publisher: StaffMember
) -> None:
    programme = project.programme
    writer = browser_of(make.staff(Role.PUBLISHER, division=project.division))
    upload(writer, f"programme:{programme.slug}", word("符合条件的老人每月补助六十元"), kind="policy", title="补助办法")
    document = only(session)
    address = f"/admin/documents/{document.id}"
    assert browser_of(publisher).post(f"{address}/publish", on=address).status_code == 302
    assert f"/documents/{document.id}" in client.get("/search/?q=老人每月补助").get_data(as_text=True)
    assert "补助办法" in client.get(f"/programmes/{programme.slug}").get_data(as_text=True)


def test_a_withdrawn_file_leaves_a_stub_with_the_reason(
    session: Session, make: Make, browser_of: SignIn, client: FlaskClient, project: Project, publisher: StaffMember
) -> None:
    document = make.document(project, title="中标公告")
    address = f"/admin/documents/{document.id}"
    browser = browser_of(publisher)
    assert browser.post(f"{address}/withdraw", {"reason": ""}, on=address).status_code == 422
    assert browser.post(f"{address}/withdraw", {"reason": "含有个人信息"}, on=address).status_code == 302
    gone = client.get(f"/documents/{document.id}")
    assert gone.status_code == 410
    assert "含有个人信息" in gone.get_data(as_text=True)
    assert "含有个人信息" in client.get(f"/projects/{project.slug}").get_data(as_text=True)
    assert client.get(f"/documents/{document.id}/a.pdf").status_code == 302
    assert f"/documents/{document.id}" not in client.get("/search/?q=中标公告").get_data(as_text=True)
    assert publishing.verify(session) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>", "只收 PDF"),
        (b"%PDF-1.7 torn %%EOF", "文件打不开"),
        (pdf("x") + b"PK\x05\x06" + b"\0" * 18, "夹带了别的内容"),
    ],
)
def test_a_refused_file_is_told_beside_the_field_and_nothing_typed_is_lost(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember, data: bytes, message: str
) -> None:
    answer = upload(browser_of(reporter), f"project:{project.slug}", data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    assert "关于初步设计的批复" in page
    assert session.scalar(sa.select(Document.id)) is None


def test_what_is_missing_is_told(browser_of: SignIn, project: Project, reporter: StaffMember) -> None:
    answer = upload(browser_of(reporter), "project:another", pdf("x"), title="", dated="明天")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请写文件名称" in page
    assert "请填日期" in page


def test_a_scan_is_said_to_hold_no_text(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember
) -> None:
    browser = browser_of(reporter)
    upload(browser, f"project:{project.slug}", pdf(""))
    assert "没有读到文字" in browser.get(f"/admin/documents/{only(session).id}").get_data(as_text=True)


def test_a_draft_can_be_thrown_away_a_published_one_not(
    session: Session, make: Make, browser_of: SignIn, project: Project, publisher: StaffMember
) -> None:
    published = make.document(project)
    browser = browser_of(publisher)
    address = f"/admin/documents/{published.id}"
    assert browser.post(f"{address}/discard", on="/admin/documents/new").status_code == 409
    draft = make.document(project, publication=Publication.DRAFT)
    address = f"/admin/documents/{draft.id}"
    assert browser.post(f"{address}/discard", on=address).status_code == 302
    assert [one.id for one in session.scalars(sa.select(Document))] == [published.id]


def test_another_countys_files_are_out_of_reach(make: Make, browser_of: SignIn, project: Project) -> None:
    document = make.document(project, publication=Publication.DRAFT)
    stranger = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    assert stranger.get(f"/admin/documents/{document.id}").status_code == 403
    assert stranger.get(f"/admin/documents/{document.id}/file").status_code == 403
    assert document.title not in stranger.get("/admin/documents/").get_data(as_text=True)
