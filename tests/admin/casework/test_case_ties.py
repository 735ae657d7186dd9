"""The pages that tie a case to others say first what will happen, refuse beside the field, and leave their trace."""

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import case_reminders, letters
from minsheng.casework.case_photos import PhotoSource
from minsheng.casework.cases import CaseState, ClosedAs, Prominence, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from pages.services import EXTENSION
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def agency(make: Make, project: Project) -> Agency:
    return make.agency(division=project.division, name="某县住建局")


@pytest.fixture
def send(app: Flask, session: Session, project: Project) -> Callable[..., Suggestion]:
    """Sends a letter about the project or, with ``about=None``, about its place only."""
    known = app.extensions[EXTENSION]

    def sent(ticket: str, words: str = "村口路灯坏了三个月", about: Project | None = project) -> Suggestion:
        letter = Letter(
            SuggestionKind.COMPLAINT, words, consent_to_publish=True, project=about, division=project.division
        )
        code = codes.tracking_code(known.secret, "suggestion", ticket)
        case = letters.submit(session, letter, ticket=ticket, code=code, at=AT, clock=known.case_clock)
        publishing.record_suggestion(session, case, "suggestion_received", "", AT)
        session.commit()
        return case

    return sent


@pytest.fixture
def reviewer(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.CASE_REVIEWER, division=project.division, post="某县信访局")


@pytest.fixture
def handler(make: Make, agency: Agency) -> StaffMember:
    return make.staff(Role.CASE_HANDLER, agency=agency, post="某县住建局办公室")


@pytest.fixture
def supervisor(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.SUPERVISOR, division=project.division, post="某县民生办")


def hand_over(case: Suggestion, agency: Agency, session: Session) -> None:
    case.accept("某县信访局", AT)
    case.hand_over(agency, "某县信访局", AT)
    session.commit()


def acts(session: Session) -> list[str]:
    return [entry.act for entry in session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence))]


def test_merging_shows_the_other_case_first(
    session: Session, browser_of: SignIn, reviewer: StaffMember, send: Callable[..., Suggestion]
) -> None:
    main, later = send("one", "路灯全不亮"), send("two")
    browser = browser_of(reviewer)
    url = f"/admin/suggestions/{later.id}/merge"
    assert "不能撤回" in browser.get(url).get_data(as_text=True)
    unknown = browser.post(url, {"main_number": "2026-99999"})
    assert unknown.status_code == 422
    assert "没有这个编号的来件" in unknown.get_data(as_text=True)
    shown = browser.post(url, {"main_number": main.number})
    assert "路灯全不亮" in shown.get_data(as_text=True)
    assert later.state is CaseState.RECEIVED
    browser.post(url, {"main_number": main.number, "confirmed": str(main.id)})
    assert (later.closed_as, later.main_case) == (ClosedAs.MERGED, main)
    assert {"suggestion_merged", "suggestion_took_in"} <= set(acts(session))
    assert main.number in browser.get(f"/admin/suggestions/{later.id}").get_data(as_text=True)


def test_an_earlier_case_is_not_merged_into_a_later_one(
    browser_of: SignIn, reviewer: StaffMember, send: Callable[..., Suggestion]
) -> None:
    first, later = send("one"), send("two")
    answer = browser_of(reviewer).post(f"/admin/suggestions/{first.id}/merge", {"main_number": later.number})
    assert answer.status_code == 422
    assert "只能把后来的并到先来的" in answer.get_data(as_text=True)


def test_a_letter_about_two_things_is_split_once(
    session: Session, browser_of: SignIn, reviewer: StaffMember, send: Callable[..., Suggestion]
) -> None:
    case = send("one", "路灯坏了，桥也裂了")
    browser = browser_of(reviewer)
    url = f"/admin/suggestions/{case.id}/split"
    typed = {**browser.fields(url), "words": "桥也裂了"}
    empty = browser.post(url, {"ticket": typed["ticket"], "words": " "})
    assert empty.status_code == 422
    for _twice in range(2):
        assert browser.post_as_typed(url, typed).status_code == 302
    second = session.scalars(sa.select(Suggestion).where(Suggestion.split_from_id == case.id)).one()
    assert (second.words, second.reply_due, second.received_at) == ("桥也裂了", case.reply_due, case.received_at)
    assert acts(session).count("suggestion_split_off") == 1


def test_a_case_becomes_a_problem_that_a_second_person_makes_public(
    session: Session,
    browser_of: SignIn,
    reviewer: StaffMember,
    send: Callable[..., Suggestion],
    project: Project,
    agency: Agency,
    supervisor: StaffMember,
) -> None:
    case = send("one", about=None)
    hand_over(case, agency, session)
    browser = browser_of(reviewer)
    url = f"/admin/suggestions/{case.id}/problem"
    typed = {"description": "路灯三个月不亮", "agency": str(agency.id), "deadline": "2026-07-01"}
    assert "请先关联到一个项目" in browser.post(url, typed).get_data(as_text=True)
    browser.post(f"/admin/suggestions/{case.id}/project", {"project": str(project.id)})
    assert case.project is project
    past = browser.post(url, {**typed, "deadline": "2026-06-01"})
    assert "期限不能早于今天" in past.get_data(as_text=True)
    assert browser.post(url, typed).status_code == 302
    problem = case.problem
    assert problem is not None
    public = f"/projects/{project.slug}"
    assert "路灯三个月不亮" not in browser.get(public).text
    assert "problem_opened" not in acts(session)
    page = f"/admin/suggestions/{case.id}"
    assert "等另一位同事审核" in browser.get(page).text
    reader, entry = browser_of(supervisor), f"/admin/problems/{problem.id}"
    version = reader.fields(entry)["version"]
    assert reader.post(f"{entry}/return", {"version": version, "reason": "写明在哪里"}, on=entry).status_code == 302
    assert "写明在哪里" in browser.get(url).text
    browser.post(url, {**typed, "description": "示洲村口路灯三个月不亮"})
    assert f"第 {case.number} 号来件" in reader.get(entry).text
    version = reader.fields(entry)["version"]
    assert reader.post(f"{entry}/open", {"version": version}, on=entry).status_code == 302
    assert {"problem_opened", "suggestion_linked", "suggestion_made_problem"} <= set(acts(session))
    assert "示洲村口路灯三个月不亮" in browser.get(public).text
    shown = re.sub(r"[\s\u2009\u202f]", "", browser.get(page).text)
    assert "由某县住建局在2026年7月1日前整改" in shown


def test_an_adopted_suggestion_is_traced_on_both_pages(
    session: Session,
    browser_of: SignIn,
    reviewer: StaffMember,
    send: Callable[..., Suggestion],
    project: Project,
    agency: Agency,
) -> None:
    case = send("one")
    case.review(is_public=True, title="装路灯", words="村口装路灯", by="某县信访局", at=AT)
    hand_over(case, agency, session)
    browser = browser_of(reviewer)
    url = f"/admin/suggestions/{case.id}/adopt"
    browser.post(url, {"programme": str(project.programme_id), "project": str(project.id), "note": "明年装二十盏"})
    page = browser.get(f"/suggestions/{case.id}").get_data(as_text=True)
    assert "明年装二十盏" in page
    assert f"/projects/{project.slug}" in page
    assert re.search(
        rf'来自居民的建议：<a href="/suggestions/{case.id}">', browser.get(f"/projects/{project.slug}").text
    )
    again = browser.post(url, {"programme": str(project.programme_id), "project": str(project.id)})
    assert "已经记过" in again.get_data(as_text=True)


def test_ties_are_the_reviewers(
    session: Session, browser_of: SignIn, handler: StaffMember, send: Callable[..., Suggestion], agency: Agency
) -> None:
    case = send("one")
    hand_over(case, agency, session)
    browser = browser_of(handler)
    for tie in ("merge", "split", "project", "problem", "adopt"):
        assert browser.get(f"/admin/suggestions/{case.id}/{tie}").status_code == 403


def picture() -> io.BytesIO:
    held = io.BytesIO()
    Image.new("RGB", (640, 480), "#2f6b52").save(held, "JPEG")
    held.seek(0)
    return held


def test_a_reply_takes_pictures_of_the_result_that_wait_for_review(
    session: Session, browser_of: SignIn, handler: StaffMember, send: Callable[..., Suggestion], agency: Agency
) -> None:
    case = send("one")
    hand_over(case, agency, session)
    browser, url = browser_of(handler), f"/admin/suggestions/{case.id}"
    bad = {"text": "已修好。", "evidence": (io.BytesIO(b"no picture"), "a.jpg"), "evidence_words": "新路灯"}
    refused = browser.post(f"{url}/reply", bad, on=url)
    assert refused.status_code == 422
    assert "不是能用的照片" in refused.get_data(as_text=True)
    unsaid = browser.post(f"{url}/reply", {"text": "已修好。", "evidence": (picture(), "a.jpg")}, on=url)
    assert "照片里看得到什么" in unsaid.get_data(as_text=True)
    assert case.state is CaseState.HANDED_OVER
    good = {"text": "已修好。", "evidence": (picture(), "a.jpg"), "evidence_words": "新装的路灯"}
    assert browser.post(f"{url}/reply", good, on=url).status_code == 302
    assert [(one.source, one.prominence, one.alt_text) for one in case.photos] == [
        (PhotoSource.HANDLER, Prominence.UNREVIEWED, "新装的路灯")
    ]


def test_a_case_is_not_transferred_to_whoever_has_it(
    session: Session, browser_of: SignIn, reviewer: StaffMember, send: Callable[..., Suggestion], agency: Agency
) -> None:
    case = send("one")
    hand_over(case, agency, session)
    url = f"/admin/suggestions/{case.id}"
    answer = browser_of(reviewer).post(f"{url}/hand-over", {"agency": str(agency.id)}, on=url)
    assert answer.status_code == 422
    assert "已经是这个单位在办" in answer.get_data(as_text=True)


def test_late_cases_stand_on_the_desks_of_handler_and_supervisor(
    app: Flask,
    session: Session,
    browser_of: SignIn,
    handler: StaffMember,
    supervisor: StaffMember,
    send: Callable[..., Suggestion],
    agency: Agency,
    clock: Clock,
) -> None:
    case = send("one")
    hand_over(case, agency, session)
    known = app.extensions[EXTENSION]
    clock.forward(days=(case.reply_due - AT.date()).days)
    case_reminders.watch(session, known.case_clock, clock.at)
    assert "催我办的来件" in browser_of(handler).get("/admin/").get_data(as_text=True)
    assert "要我督办的来件</h2>" not in browser_of(supervisor).get("/admin/").get_data(as_text=True)
    clock.forward(days=14)
    case_reminders.watch(session, known.case_clock, clock.at)
    desk = browser_of(supervisor).get("/admin/").get_data(as_text=True)
    assert "超期，要我督办的来件" in desk
    assert case.number in browser_of(supervisor).get("/admin/suggestions/?show=escalated").get_data(as_text=True)


def test_each_page_of_a_tie_names_every_part_once(
    session: Session, browser_of: SignIn, reviewer: StaffMember, send: Callable[..., Suggestion], agency: Agency
) -> None:
    case = send("one")
    hand_over(case, agency, session)
    browser = browser_of(reviewer)
    for name in ("", "/merge", "/split", "/project", "/problem", "/adopt"):
        page = browser.get(f"/admin/suggestions/{case.id}{name}")
        assert page.status_code == 200
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), (name, sorted(one for one in ids if ids.count(one) > 1))
