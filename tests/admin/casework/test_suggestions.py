import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import letters
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_photos import CasePhoto, PhotoSource
from minsheng.casework.cases import CaseState, Prominence, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from pages.services import EXTENSION
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
WORDS = "村民张建国反映：村口路灯坏了三个月，请尽快修。电话13812345678。"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def agency(make: Make, project: Project) -> Agency:
    return make.agency(division=project.division, name="某县住建局")


@pytest.fixture
def case(app: Flask, session: Session, project: Project) -> Suggestion:
    """A letter of today, with a telephone number, about a project; its sender agreed to publication."""
    services = app.extensions[EXTENSION]
    letter = Letter(SuggestionKind.COMPLAINT, WORDS, consent_to_publish=True, project=project)
    made = letters.submit(
        session,
        letter,
        ticket="t",
        code="ABCD",
        at=AT,
        clock=services.case_clock,
        seal=lambda record: services.contacts.seal("13812345678", record),
    )
    publishing.record_suggestion(session, made, "suggestion_received", "", AT)
    session.commit()
    return made


@pytest.fixture
def reviewer(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.CASE_REVIEWER, division=project.division, post="某县信访局")


@pytest.fixture
def handler(make: Make, agency: Agency) -> StaffMember:
    return make.staff(Role.CASE_HANDLER, agency=agency, post="某县住建局办公室")


def _page(case: Suggestion, step: str = "") -> str:
    return f"/admin/suggestions/{case.id}{'/' if step else ''}{step}"


def _step(browser: Browser, case: Suggestion, step: str, **data: Any) -> Any:
    return browser.post(_page(case, step), data, on=_page(case))


def _seen(answer: Any, step: str) -> str:
    """What the form of a step says that it has shown."""
    form = re.search(rf'<form class="form"[^>]*/{step}".*?</form>', answer.get_data(as_text=True), re.DOTALL)
    assert form is not None
    found = re.search(r'name="seen"[^>]*value="([0-9a-f]{64})"', form[0])
    assert found is not None
    return found[1]


def _last(session: Session) -> JournalEntry:
    return session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(1)).one()


def _hand_over(browser: Browser, case: Suggestion, agency: Agency) -> None:
    answer = _step(browser, case, "hand-over", agency=str(agency.id), note="请先到现场看")
    assert answer.status_code == 302, answer.get_data(as_text=True)


def test_a_case_goes_from_review_to_the_reply(
    session: Session,
    case: Suggestion,
    agency: Agency,
    reviewer: StaffMember,
    handler: StaffMember,
    browser_of: SignIn,
    clock: Clock,
) -> None:
    review, handle = browser_of(reviewer), browser_of(handler)
    due = case.reply_due
    shown = review.get(_page(case)).get_data(as_text=True)
    assert '<mark class="masked" title="手机号">13812345678</mark>' in shown
    assert '<mark class="likely-name" title="姓名">张建国</mark>' in shown
    form = review.fields(_page(case))
    assert "13812345678" not in form["words"]
    assert "张建国" in form["words"]

    public = form["words"].replace("张建国", "王某某").replace("王某某", "一位村民")
    answer = _step(review, case, "review", title="村口路灯坏了三个月", words=public, prominence="public")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    _hand_over(review, case, agency)
    clock.forward(hours=3)
    assert _step(handle, case, "reply", text="已派人修好，三盏灯都亮了。").status_code == 302

    session.expire_all()
    assert (case.state, case.prominence) == (CaseState.REPLIED, Prominence.PUBLIC)
    assert case.reply_due == due
    assert "13812345678" not in case.public_words
    acts = session.scalars(
        sa.select(JournalEntry.act).where(JournalEntry.subject == case.subject).order_by(JournalEntry.sequence)
    ).all()
    assert acts == [
        "suggestion_received",
        "suggestion_reviewed",
        "suggestion_accepted",
        "suggestion_handed_over",
        "suggestion_replied",
    ]
    assert [event.kind.value for event in case.events] == ["received", "reviewed", "accepted", "handed_over", "replied"]
    assert publishing.verify(session) == []


def test_names_and_numbers_left_in_the_public_words_must_be_confirmed(
    session: Session, case: Suggestion, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    words = "村民张建国反映路灯坏了，家住幸福路18号。"
    typed = {"title": "路灯坏了", "words": words, "prominence": "public"}

    first = _step(browser, case, "review", **typed)

    assert first.status_code == 422
    page = first.get_data(as_text=True)
    assert "<strong>张建国</strong>" in page
    assert "幸福路18号</strong>" in page
    assert words in page
    session.expire_all()
    assert case.public_words == ""
    seen = _seen(first, "review")
    other = {**typed, "words": f"{words}电话13900139000。"}
    assert _step(browser, case, "review", **other, confirm="y", seen=seen).status_code == 422
    assert _step(browser, case, "review", **typed, confirm="y", seen=seen).status_code == 302
    session.expire_all()
    assert case.public_words == words


def test_without_the_senders_consent_nothing_becomes_public(
    session: Session, case: Suggestion, reviewer: StaffMember, browser_of: SignIn
) -> None:
    case.consent_to_publish = False
    session.commit()
    browser = browser_of(reviewer)

    answer = _step(browser, case, "review", title="路灯", words="路灯坏了", prominence="public")

    assert answer.status_code == 422
    assert _step(browser, case, "review", title="", words="", prominence="internal").status_code == 302
    session.expire_all()
    assert case.prominence is Prominence.INTERNAL


def test_a_reply_that_gives_somebody_away_must_be_confirmed(
    session: Session, case: Suggestion, agency: Agency, reviewer: StaffMember, handler: StaffMember, browser_of: SignIn
) -> None:
    _hand_over(browser_of(reviewer), case, agency)
    browser = browser_of(handler)
    text = "已联系您的电话13812345678，三天内修好。"

    first = _step(browser, case, "reply", text=text)

    assert first.status_code == 422
    assert "第 1 行“联系您的电话13812345678，三天内修好”，是来件人的手机号" in first.get_data(as_text=True)
    assert text in first.get_data(as_text=True)
    assert case.state is CaseState.HANDED_OVER
    assert _step(browser, case, "reply", text=text, confirm="y").status_code == 422
    assert _step(browser, case, "reply", text=text, confirm="y", seen=_seen(first, "reply")).status_code == 302


def test_a_case_is_refused_with_a_reason_in_words(
    session: Session, case: Suggestion, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)

    assert _step(browser, case, "refuse", reason="not_our_matter", refusal_words="").status_code == 422
    assert _step(browser, case, "refuse", reason="not_our_matter", refusal_words="请找供电公司。").status_code == 302

    session.expire_all()
    assert (case.state, case.refusal_words) == (CaseState.REFUSED, "请找供电公司。")
    assert _last(session).act == "suggestion_refused"


def test_the_deadline_moves_once(
    session: Session, case: Suggestion, agency: Agency, reviewer: StaffMember, handler: StaffMember, browser_of: SignIn
) -> None:
    _hand_over(browser_of(reviewer), case, agency)
    browser, due = browser_of(handler), case.reply_due

    assert _step(browser, case, "extend", extension_reason=" ").status_code == 422
    assert _step(browser, case, "extend", extension_reason="要等供电部门停电").status_code == 302
    session.expire_all()
    moved = case.reply_due
    assert moved > due
    assert _step(browser, case, "extend", extension_reason="再等等").status_code == 409
    session.expire_all()
    assert case.reply_due == moved


def test_the_contact_is_for_the_handling_agency_only_and_every_view_is_journaled(
    make: Make,
    session: Session,
    case: Suggestion,
    agency: Agency,
    reviewer: StaffMember,
    handler: StaffMember,
    browser_of: SignIn,
) -> None:
    review, handle = browser_of(reviewer), browser_of(handler)
    other = browser_of(make.staff(Role.CASE_HANDLER, agency=make.agency(division=agency.division)))
    _hand_over(review, case, agency)
    assert "来件人留了联系方式" not in review.get(_page(case)).get_data(as_text=True)
    assert _step(review, case, "contact").status_code == 403
    assert other.post(_page(case, "contact"), on="/admin/").status_code == 403
    assert _last(session).act == "suggestion_handed_over"

    answer = _step(handle, case, "contact")

    assert answer.status_code == 200
    assert "13812345678" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    entry = _last(session)
    assert (entry.act, entry.actor, entry.is_public) == ("contact_viewed", handler.post, False)
    assert "13812345678" not in entry.content
    assert len(str(entry.details["commitment"])) == 64


def test_cases_of_other_places_and_agencies_are_refused(
    make: Make, session: Session, case: Suggestion, agency: Agency, reviewer: StaffMember, browser_of: SignIn
) -> None:
    elsewhere = browser_of(make.staff(Role.CASE_REVIEWER, division=make.division()))
    handler = browser_of(make.staff(Role.CASE_HANDLER, agency=make.agency(division=agency.division)))
    _hand_over(browser_of(reviewer), case, agency)

    for browser in (elsewhere, handler):
        assert browser.get(_page(case)).status_code == 403
        assert "路灯" not in browser.get("/admin/suggestions/?show=all").get_data(as_text=True)
    assert elsewhere.post(_page(case, "refuse"), {"reason": "unclear"}, on="/admin/").status_code == 403
    assert handler.post(_page(case, "reply"), {"text": "好的"}, on="/admin/").status_code == 403
    session.expire_all()
    assert case.state is CaseState.HANDED_OVER


def test_a_case_about_no_place_is_every_reviewers(app: Flask, make: Make, session: Session, browser_of: SignIn) -> None:
    letter = Letter(SuggestionKind.QUESTION, "医保怎么报销？", consent_to_publish=False)
    case = letters.submit(session, letter, ticket="q", code="QRST", at=AT, clock=app.extensions[EXTENSION].case_clock)
    session.commit()
    browser = browser_of(make.staff(Role.CASE_REVIEWER, division=make.division()))

    assert browser.get(_page(case)).status_code == 200
    assert "医保怎么报销" in browser.get("/admin/suggestions/").get_data(as_text=True)


def test_a_dispute_is_answered_by_the_supervising_office(
    make: Make,
    app: Flask,
    session: Session,
    case: Suggestion,
    agency: Agency,
    reviewer: StaffMember,
    handler: StaffMember,
    browser_of: SignIn,
) -> None:
    _hand_over(browser_of(reviewer), case, agency)
    handle = browser_of(handler)
    _step(handle, case, "reply", text="正在研究。")
    case.dispute("灯还是不亮", AT, app.extensions[EXTENSION].case_clock)
    session.commit()
    supervise = browser_of(make.staff(Role.SUPERVISOR, division=agency.division, post="某县政府督查室"))

    assert "灯还是不亮" in supervise.get(_page(case)).get_data(as_text=True)
    assert handle.post(_page(case, "reply-finally"), {"text": "好的"}, on="/admin/").status_code == 403
    assert _step(supervise, case, "reply-finally", text="督办后已修好。").status_code == 302

    session.expire_all()
    assert (case.state, case.final_reply) == (CaseState.FINALLY_REPLIED, "督办后已修好。")


def test_an_unrated_case_is_closed_only_after_its_time(
    session: Session,
    case: Suggestion,
    agency: Agency,
    reviewer: StaffMember,
    handler: StaffMember,
    browser_of: SignIn,
    clock: Clock,
) -> None:
    _hand_over(browser_of(reviewer), case, agency)
    _step(browser_of(handler), case, "reply", text="已修好。")
    assert _step(browser_of(handler), case, "close").status_code == 409

    clock.forward(days=30)
    browser = browser_of(handler)
    assert "到期没有评价" in browser.get(_page(case)).get_data(as_text=True)
    assert _step(browser, case, "close").status_code == 302

    session.expire_all()
    assert case.closed_as is not None
    assert case.closed_as.value == "unrated"


def test_the_queue_puts_the_next_deadline_first_and_marks_what_is_late(
    app: Flask, session: Session, case: Suggestion, project: Project, reviewer: StaffMember, browser_of: SignIn
) -> None:
    clock = app.extensions[EXTENSION].case_clock
    letter = Letter(SuggestionKind.COMPLAINT, "更早的一封信", consent_to_publish=False, project=project)
    early = letters.submit(session, letter, ticket="e", code="EFGH", at=AT.replace(month=5, day=1), clock=clock)
    session.commit()
    browser = browser_of(reviewer)

    page = browser.get("/admin/suggestions/").get_data(as_text=True)

    assert page.index(early.number) < page.index(case.number)
    overdue = browser.get("/admin/suggestions/?show=overdue").get_data(as_text=True)
    assert early.number in overdue
    assert case.number not in overdue
    desk = browser.get("/admin/").get_data(as_text=True)
    assert "等我办的来件" in desk
    assert early.number in desk


def test_the_page_of_a_case_shows_where_it_is_how_it_came_and_whether_to_call(
    session: Session, case: Suggestion, reviewer: StaffMember, browser_of: SignIn
) -> None:
    page = f"/admin/suggestions/{case.id}"
    bare = browser_of(reviewer).get(page).text
    assert "没有同意，请不要打" in bare
    case.place_words, case.latitude, case.longitude = "东街<小学>门口", Decimal("30.1234"), Decimal("112.5678")
    case.consent_to_call, case.channel, case.original_number = True, CaseChannel.HOTLINE, "12345-0099"
    case.entered_at = AT
    case.photos.append(CasePhoto(key="k" * 64, width=640, height=480, source=PhotoSource.SENDER))
    session.commit()
    shown = browser_of(reviewer).get(page).text
    for words in ("东街&lt;小学&gt;门口", "纬度 30.1234，经度 112.5678", "12345-0099", "可以打电话问吗", 'id="photos"'):
        assert words in shown
    assert "没有同意，请不要打" not in shown


def test_pictures_of_a_reply_are_read_while_nobody_waits_for_the_database(
    app: Flask,
    session: Session,
    case: Suggestion,
    agency: Agency,
    reviewer: StaffMember,
    handler: StaffMember,
    browser_of: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _hand_over(browser_of(reviewer), case, agency)
    store, seen = app.extensions[EXTENSION].media, []
    read = store.add_image

    def reading(*arguments: Any, **options: Any) -> Any:
        seen.append(db.session().in_transaction())
        return read(*arguments, **options)

    monkeypatch.setattr(store, "add_image", reading)
    held = io.BytesIO()
    Image.new("RGB", (64, 48)).save(held, "PNG")
    sent = {"text": "已修好。", "evidence": (io.BytesIO(held.getvalue()), "a.png"), "evidence_words": "新路灯"}
    assert _step(browser_of(handler), case, "reply", **sent).status_code == 302
    assert seen == [False]
    assert len(case.photos) == 1
