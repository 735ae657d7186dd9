"""Taking in offline cases on the staff's pages, and printing their sheets and receipts."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import suggestions
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.suggestions import Suggestion
from minsheng.journal import JournalEntry
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from tests.admin.casework.test_suggestions import SignIn
from tests.admin.conftest import Browser, Clock
from tests.factories import Make

PAGE = "/admin/case-entry/"
WORDS = "村民张建国来电：村口路灯坏了三个月，请尽快修。"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def reviewer(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.CASE_REVIEWER, division=project.division, post="某县信访局")


def typed(project: Project, **other: Any) -> dict[str, Any]:
    return {
        "channel": "hotline",
        "original_number": "AH-20260608-001",
        "received_on": "2026-06-08",
        "kind": "complaint",
        "words": WORDS,
        "project": project.slug,
        "place": "",
        "contact": "13812345678",
        "consent_to_publish": "y",
        **other,
    }


def enter(browser: Browser, project: Project, **other: Any) -> Any:
    ticket = browser.fields(PAGE)["ticket"]
    return browser.post(PAGE, {"ticket": ticket, **typed(project, **other)})


def only(session: Session) -> Suggestion:
    return session.scalars(sa.select(Suggestion)).one()


def test_a_case_from_the_hotline_is_entered_and_shown_with_its_channel(
    session: Session, project: Project, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)

    answer = enter(browser, project)

    case = only(session)
    assert answer.status_code == 302
    assert answer.location.endswith(f"/admin/suggestions/{case.id}")
    assert (case.channel, case.original_number) == (CaseChannel.HOTLINE, "AH-20260608-001")
    assert case.project is project
    page = browser.get(answer.location).get_data(as_text=True)
    assert "12345 热线" in page
    assert "AH-20260608-001" in page
    assert "13812345678" not in page
    listed = browser.get("/admin/suggestions/").get_data(as_text=True)
    assert "投诉 · 12345 热线" in listed


def test_the_same_form_twice_makes_one_case(
    session: Session, project: Project, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    data = {"ticket": browser.fields(PAGE)["ticket"], **typed(project)}

    assert browser.post(PAGE, data).status_code == 302
    assert browser.post(PAGE, data).status_code == 302
    assert only(session).words == WORDS


def test_the_same_number_again_is_refused_with_a_link(
    session: Session, project: Project, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    enter(browser, project)
    case = only(session)

    again = enter(browser, project, original_number="ah-20260608-001", words="另一种说法，说的是同一件事。")

    page = again.get_data(as_text=True)
    assert again.status_code == 422
    assert f'href="/admin/suggestions/{case.id}"' in page
    assert "这个编号已经录入过" in page
    assert "另一种说法，说的是同一件事。" in page
    assert only(session) is case


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"received_on": "2026-06-11"}, "不能晚于今天"),
        ({"received_on": "2025-05-01"}, "最早到一年前"),
        ({"received_on": "昨天"}, "请填日期"),
        ({"original_number": ""}, "要填原编号"),
        ({"channel": ""}, "请选来源渠道"),
        ({"channel": "web"}, "请从列出的选项中选"),
        ({"words": ""}, "请写下当事人的话"),
        ({"kind": "x"}, "请从列出的选项中选"),
        ({"ticket": "forged"}, "这张表单放得太久了"),
        ({"contact": "1" * 101}, "最多 100 个字"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    session: Session,
    project: Project,
    reviewer: StaffMember,
    browser_of: SignIn,
    other: dict[str, str],
    message: str,
) -> None:
    answer = enter(browser_of(reviewer), project, **other)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    if "words" not in other:
        assert WORDS in page
    assert session.scalars(sa.select(Suggestion)).all() == []


def test_another_countys_place_cannot_be_chosen(
    session: Session, make: Make, project: Project, reviewer: StaffMember, browser_of: SignIn
) -> None:
    elsewhere = make.division(name="别县")
    other = make.project(division=elsewhere)
    browser = browser_of(reviewer)

    assert elsewhere.code not in browser.get(PAGE).get_data(as_text=True)
    ticket = browser.fields(PAGE)["ticket"]
    data = {"ticket": ticket, **typed(project), "project": "", "place": elsewhere.code}
    assert browser.post(PAGE, data).status_code == 422
    assert enter(browser, other).status_code == 422
    assert session.scalars(sa.select(Suggestion)).all() == []


def test_the_receipt_shows_the_code_once_asked_for_and_is_journaled(
    session: Session, app: Flask, project: Project, make: Make, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    enter(browser, project)
    case = only(session)
    page = f"/admin/suggestions/{case.id}"
    assert not re.search(r"[2-9A-Y]{4}-[2-9A-Y]{4}-[2-9A-Y]{4}", browser.get(page).get_data(as_text=True))

    receipt = browser.post(f"{PAGE}{case.id}/receipt", on=page)

    code = re.search(r'class="code">([^<]+)<', receipt.get_data(as_text=True))
    assert code is not None
    assert suggestions.by_code(session, code[1]) is case
    last = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert last is not None
    assert (last.act, last.actor) == ("case_receipt_printed", "某县信访局")
    assert code[1] not in last.payload


def test_who_answers_a_case_gets_no_receipt(
    session: Session, make: Make, project: Project, reviewer: StaffMember, browser_of: SignIn
) -> None:
    enter(browser_of(reviewer), project)
    case = only(session)
    case.agency = make.agency(division=project.division)
    session.commit()
    both = browser_of(make.staff(Role.CASE_REVIEWER, Role.CASE_HANDLER))

    assert "打印给当事人的回执" not in both.get(f"/admin/suggestions/{case.id}").get_data(as_text=True)
    assert both.post(f"{PAGE}{case.id}/receipt", on="/admin/password").status_code == 403


def test_sheets_are_printed_as_far_as_the_case_has_come(
    session: Session,
    make: Make,
    project: Project,
    reviewer: StaffMember,
    browser_of: SignIn,
    clock: Clock,
) -> None:
    browser = browser_of(reviewer)
    enter(browser, project)
    case = only(session)
    sheets = f"/admin/suggestions/{case.id}/sheets"

    def statuses() -> list[int]:
        names = ("problem", "hand-over", "reminder", "reply", "evaluation", "nothing")
        return [browser.get(f"{sheets}/{name}").status_code for name in names]

    assert statuses() == [200, 404, 404, 404, 404, 404]
    problem = browser.get(f"{sheets}/problem").get_data(as_text=True)
    assert WORDS in problem
    assert "AH-20260608-001" in problem
    assert "13812345678" not in problem
    agency: Agency = make.agency(division=project.division, name="某县住建局")
    browser.post(
        f"/admin/suggestions/{case.id}/hand-over",
        {"agency": str(agency.id), "note": "先看现场"},
        on=f"/admin/suggestions/{case.id}",
    )
    assert statuses() == [200, 200, 200, 404, 404, 404]
    handed_over = browser.get(f"{sheets}/hand-over").get_data(as_text=True)
    assert "某县住建局" in handed_over
    assert "先看现场" in handed_over
    handler = browser_of(make.staff(Role.CASE_HANDLER, agency=agency))
    handler.post(f"/admin/suggestions/{case.id}/reply", {"text": "灯已修好。"}, on=f"/admin/suggestions/{case.id}")
    assert statuses() == [200, 200, 404, 200, 404, 404]
    assert "灯已修好。" in browser.get(f"{sheets}/reply").get_data(as_text=True)
    stranger = browser_of(make.staff(Role.CASE_HANDLER, agency=make.agency(division=make.division())))
    assert stranger.get(f"{sheets}/problem").status_code == 403
