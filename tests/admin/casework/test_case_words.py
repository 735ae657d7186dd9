"""Word lists and templates on the staff's pages, and what they do on the page of a case."""

import re

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework.cases import CaseState
from minsheng.casework.reply_templates import ReplyTemplate, TemplateUse
from minsheng.casework.suggestions import Suggestion
from minsheng.casework.word_lists import ListedWord
from minsheng.journal import JournalEntry
from minsheng.records.places import Agency
from minsheng.records.projects import Category, Project
from pages.services import EXTENSION
from tests.admin.casework.test_suggestions import (
    SignIn,
    _hand_over,
    agency,
    case,
    handler,
    project,
    reviewer,
)
from tests.admin.conftest import AT
from tests.factories import Make

__all__ = ["agency", "case", "handler", "project", "reviewer"]
PAGE = "/admin/case-words/"


def test_a_listed_word_marks_a_letter_and_refuses_nothing(
    session: Session, case: Suggestion, reviewer: StaffMember, browser_of: SignIn
) -> None:
    case.words = "这帮坏 蛋，路灯坏了三个月！"
    browser = browser_of(reviewer)
    page = f"/admin/suggestions/{case.id}"
    assert "含词表里的词" not in browser.get(page).get_data(as_text=True)

    added = browser.post(f"{PAGE}words", {"word_list": "abuse", "words": "坏蛋\n\n<b>x</b>词"}, on=PAGE)

    assert added.status_code == 302
    shown = browser.get(page).get_data(as_text=True)
    assert "<strong>坏 蛋</strong>（辱骂词表）" in shown
    session.expire_all()
    assert case.state is CaseState.RECEIVED
    listed = session.scalars(sa.select(ListedWord).order_by(ListedWord.id)).first()
    assert listed is not None
    assert browser.post(f"{PAGE}words/{listed.id}/remove", on=PAGE).status_code == 302
    assert "含词表里的词" not in browser.get(page).get_data(as_text=True)


def test_words_that_cannot_be_looked_for_come_back(session: Session, reviewer: StaffMember, browser_of: SignIn) -> None:
    answer = browser_of(reviewer).post(f"{PAGE}words", {"word_list": "abuse", "words": "好的\n坏"}, on=PAGE)
    assert answer.status_code == 422
    assert "好的\n坏" in answer.get_data(as_text=True)
    assert session.scalars(sa.select(ListedWord)).all() == []


def test_a_template_begins_the_reply_to_cases_of_its_category(
    session: Session,
    make: Make,
    project: Project,
    case: Suggestion,
    agency: Agency,
    reviewer: StaffMember,
    handler: StaffMember,
    browser_of: SignIn,
) -> None:
    project.category = Category.WATER
    browser = browser_of(reviewer)
    text = "您好！您反映的供水问题已核实。＿＿月＿＿日前恢复。"
    for title, category in (("供水", "water"), ("道路", "transport"), ("通用", "")):
        typed = {"use": "reply", "category": category, "refusal_reason": "", "title": title, "text": text + title}
        assert browser.post(f"{PAGE}templates/new", typed).status_code == 302
    _hand_over(browser, case, agency)
    handling = browser_of(handler)
    page = f"/admin/suggestions/{case.id}"

    shown = handling.get(page).get_data(as_text=True)
    assert shown.index(">供水</a>") < shown.index(">通用</a>")
    assert ">道路</a>" not in shown
    wanted = session.scalars(sa.select(ReplyTemplate).where(ReplyTemplate.title == "供水")).one()
    assert handling.fields(f"{page}?template={wanted.id}")["text"] == f"{text}供水"
    assert handling.fields(f"{page}?template=999")["text"] == ""


def test_a_template_is_changed_and_removed_with_entries_in_the_journal(
    session: Session, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    typed = {
        "use": "refusal",
        "category": "water",
        "refusal_reason": "unclear",
        "title": "说不清",
        "text": "请说清是哪里。",
    }
    browser.post(f"{PAGE}templates/new", typed)
    made = session.scalars(sa.select(ReplyTemplate)).one()
    assert (made.use, made.category, made.changed_at) == (TemplateUse.REFUSAL, None, AT)

    browser.post(f"{PAGE}templates/{made.id}", {**typed, "title": "请说清楚"})
    session.expire_all()
    assert made.title == "请说清楚"
    empty = browser.post(f"{PAGE}templates/{made.id}", {**typed, "text": " "})
    assert empty.status_code == 422
    browser.post(f"{PAGE}templates/{made.id}/remove", on=f"{PAGE}templates/{made.id}")

    acts = session.scalars(
        sa.select(JournalEntry.act).where(JournalEntry.subject.like("reply_template:%")).order_by(JournalEntry.sequence)
    ).all()
    assert acts == ["reply_template_added", "reply_template_changed", "reply_template_removed"]
    assert session.scalars(sa.select(ReplyTemplate)).all() == []


def test_those_who_only_answer_do_not_keep_the_lists(app: Flask, make: Make, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.CASE_HANDLER))
    assert browser.get(PAGE).status_code == 403
    assert (
        browser.post(f"{PAGE}words", {"word_list": "abuse", "words": "词语"}, on="/admin/password").status_code == 403
    )


def test_a_template_begins_the_final_reply_of_the_supervising_office(
    session: Session, make: Make, project: Project, case: Suggestion, agency: Agency, app: Flask, browser_of: SignIn
) -> None:
    supervisor = make.staff(Role.SUPERVISOR, division=project.division, post="某县民生办")
    browser = browser_of(supervisor)
    typed = {"use": "reply", "category": "", "refusal_reason": "", "title": "督办", "text": "经督办核实："}
    assert browser.post(f"{PAGE}templates/new", typed).status_code == 302
    clock = app.extensions[EXTENSION].case_clock
    case.accept("某县信访局", AT)
    case.hand_over(agency, "某县信访局", AT)
    case.answer("已修好。", "某县住建局", AT, clock)
    case.dispute("还是不亮", AT, clock)
    session.commit()
    page = f"/admin/suggestions/{case.id}"
    assert ">督办</a>" in browser.get(page).text
    made = session.scalars(sa.select(ReplyTemplate)).one()
    assert browser.fields(f"{page}?template={made.id}")["text"] == "经督办核实："


def test_the_page_of_lists_names_every_part_once(reviewer: StaffMember, browser_of: SignIn) -> None:
    ids = re.findall(r'\sid="([^"]+)"', browser_of(reviewer).get(PAGE).text)
    assert len(ids) == len(set(ids))
