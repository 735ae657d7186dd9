"""Staff issue notice boards for their own projects, and note when one comes down."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import JournalEntry
from minsheng.records.boards import Board
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from tests.admin.conftest import Browser
from tests.factories import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project(slug="road", title="村村通公路")


@pytest.fixture
def browser(make: Make, browser_of: Callable[[StaffMember], Browser]) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER, post="某县民生办审核组"))


def boards(session: Session) -> list[Board]:
    return list(session.scalars(sa.select(Board).order_by(Board.number)))


def test_a_board_is_issued_listed_and_retired(session: Session, project: Project, browser: Browser) -> None:
    answer = browser.post("/admin/boards/road", {"place": "施工现场东门"})
    assert answer.status_code == 302
    page = browser.get("/admin/boards/road").text
    assert "1001 号" in page
    assert "施工现场东门" in page
    assert "1001 施工现场东门" in browser.get("/admin/boards/").text

    assert browser.post("/admin/boards/road/1001/retire", on="/admin/boards/road").status_code == 302
    (board,) = boards(session)
    assert not board.is_in_use
    acts = session.scalars(sa.select(JournalEntry).where(JournalEntry.subject == "board:1001")).all()
    assert [(entry.act, entry.actor) for entry in acts] == [
        ("board_issued", "某县民生办审核组"),
        ("board_retired", "某县民生办审核组"),
    ]


def test_a_board_without_a_place_is_asked_for_one(session: Session, project: Project, browser: Browser) -> None:
    answer = browser.post("/admin/boards/road", {"place": "  "})

    assert answer.status_code == 422
    assert "请写明牌子立在哪里" in answer.text
    assert browser.post("/admin/boards/road", {"place": "门" * 121}).status_code == 422
    assert boards(session) == []


def test_a_board_that_is_down_stays_down(project: Project, browser: Browser) -> None:
    browser.post("/admin/boards/road", {"place": "东门"})
    browser.post("/admin/boards/road/1001/retire", on="/admin/boards/road")

    assert browser.post("/admin/boards/road/1001/retire", on="/admin/boards/road").status_code == 409


def test_boards_of_another_place_or_project_are_out_of_reach(
    app: Flask, make: Make, project: Project, browser: Browser, browser_of: Callable[[StaffMember], Browser]
) -> None:
    make.project(slug="other")
    browser.post("/admin/boards/road", {"place": "东门"})
    assert browser.post("/admin/boards/other/1001/retire", on="/admin/boards/road").status_code == 404

    stranger = browser_of(make.staff(Role.PUBLISHER, division=make.division(name="邻县")))
    assert stranger.get("/admin/boards/road").status_code == 403
    assert "村村通公路" not in stranger.get("/admin/boards/").text


def test_drafts_and_compiled_records_get_no_board(make: Make, browser: Browser) -> None:
    make.project(slug="draft", published=False)
    make.project(slug="archive", origin=Origin.COMPILED, source_title="某县通报")

    for slug in ("draft", "archive", "missing"):
        assert browser.get(f"/admin/boards/{slug}").status_code == 404
