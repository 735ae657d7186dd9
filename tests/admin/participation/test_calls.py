"""A round from draft to published outcome, the way staff take it."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework.cases import Prominence
from minsheng.editorial import publishing
from minsheng.participation import call_acts
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, IdeaGroup, SetAsideReason
from minsheng.participation.calls import Call, CallState, CallTheme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
DRAFT = {
    "theme": "next_year_list",
    "title": "2027年民生实事征集",
    "slug": "ideas-2027",
    "text": "请说说明年最该办的事。",
    "year": "2027",
    "opens_on": "2026-06-10",
    "closes_on": "2026-06-30",
    "document": "",
}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def publisher(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.PUBLISHER, division=project.division, post="某县民生办")


@pytest.fixture
def call(session: Session, project: Project) -> Call:
    call = Call(
        slug="ideas-2027",
        state=CallState.DRAFT,
        theme=CallTheme.NEXT_YEAR_LIST,
        title="2027年民生实事征集",
        text="请说说明年最该办的事。",
        year=2027,
        division=project.division,
        opens_at=AT,
        closes_at=AT.replace(day=20),
        first_closes_at=AT.replace(day=20),
    )
    session.add(call)
    call_acts.publish(session, call, "某县民生办", AT)
    session.commit()
    return call


def send(session: Session, call: Call, words: str, *, consent: bool = True) -> CallIdea:
    number = session.scalar(sa.select(sa.func.count(CallIdea.id))) or 0
    idea = call_acts.submit(
        session,
        call,
        words,
        consent_to_publish=consent,
        division=None,
        ticket=f"t{number}",
        code=f"c{number}",
        at=AT,
    )
    session.commit()
    return idea


def test_a_draft_is_written_and_published(
    session: Session, project: Project, publisher: StaffMember, browser_of: SignIn, client: FlaskClient
) -> None:
    assert project.division is not None
    browser = browser_of(publisher)
    wrong = browser.post("/admin/calls/new", {**DRAFT, "place": project.division.code, "closes_on": "2026-06-01"})
    assert wrong.status_code == 422
    assert "截止日期不能早于开始日期" in wrong.text
    assert "请说说明年最该办的事。" in wrong.text
    made = browser.post("/admin/calls/new", {**DRAFT, "place": project.division.code})
    assert made.location == "/admin/calls/ideas-2027"
    assert client.get("/calls/ideas-2027").status_code == 404
    again = browser.post("/admin/calls/new", {**DRAFT, "place": project.division.code})
    assert "已经用过" in again.text

    assert browser.post("/admin/calls/ideas-2027/publish", on="/admin/calls/ideas-2027").status_code == 302
    call = session.scalars(sa.select(Call)).one()
    assert call.last_day.isoformat() == "2026-06-30"
    assert client.get("/calls/ideas-2027").status_code == 200
    assert browser.get("/admin/calls/ideas-2027/edit").status_code == 409


def test_ideas_are_read_masked_and_grouped_until_all_have_an_outcome(
    session: Session,
    project: Project,
    call: Call,
    publisher: StaffMember,
    browser_of: SignIn,
    client: FlaskClient,
    clock: Clock,
) -> None:
    first = send(session, call, "学校那一段装路灯，我叫张建国，电话13812345678。")
    second = send(session, call, "学校那一段晚上没有路灯，装几盏", consent=False)
    third = send(session, call, "低价办证")
    browser = browser_of(publisher)
    address = f"/admin/calls/ideas/{first.id}"

    shown = browser.fields(address)
    assert "13812345678" not in shown["words"]
    risky = browser.post(address, {**shown, "decision": "public", "words": "张建国家门口，电话13812345678"})
    assert risky.status_code == 422
    assert "13812345678" in risky.text
    told = {"decision": "public", "title": "学校路段装路灯", "words": "学校那一段装路灯。"}
    assert browser.post(address, told).location == f"/admin/calls/ideas/{second.id}"
    assert browser.post(f"/admin/calls/ideas/{second.id}", {"decision": "public"}).status_code == 422
    browser.post(f"/admin/calls/ideas/{second.id}", {"decision": "internal"})
    browser.post(f"/admin/calls/ideas/{third.id}", {"decision": "aside:not_an_idea"})
    assert (first.prominence, second.prominence) == (Prominence.PUBLIC, Prominence.INTERNAL)
    assert third.set_aside is SetAsideReason.NOT_AN_IDEA

    page = "/admin/calls/ideas-2027"
    liked = browser.get(f"{page}?like={first.id}").text
    assert liked.count(" checked") == 2
    grouped = {"ideas": [str(first.id), str(second.id)], "group": "", "title": "学校路段加装路灯"}
    assert browser.post(f"{page}/group", {"ideas": [], "group": "", "title": "空"}, on=page).status_code == 422
    assert browser.post(f"{page}/group", grouped, on=page).status_code == 302
    group = session.scalars(sa.select(IdeaGroup)).one()
    assert len(group.ideas) == 2

    closing = {"outcome_words": "采纳一组。"}
    assert browser.post(f"{page}/close", closing, on=page).status_code == 409
    clock.forward(days=30)
    browser = browser_of(publisher)
    early = browser.post(f"{page}/close", closing, on=page)
    assert early.status_code == 422
    assert "1 组没有结果" in early.text
    outcome = f"/admin/calls/groups/{group.id}"
    nothing = browser.post(outcome, {"outcome": "adopted", "reason": "列入", "project": ""})
    assert nothing.status_code == 422
    assert "要选出变成了哪个项目" in nothing.text
    browser.post(outcome, {"outcome": "adopted", "reason": "列入明年清单", "project": str(project.id), "indicator": ""})
    assert group.outcome is GroupOutcome.ADOPTED
    assert browser.post(f"{page}/close", closing, on=page).status_code == 302
    public = client.get("/calls/ideas-2027").text
    assert "采纳一组。" in public
    assert project.title in public
    assert publishing.verify(session) == []


def test_the_end_moves_with_a_reason_only_before_it(
    session: Session, call: Call, publisher: StaffMember, browser_of: SignIn, clock: Clock, client: FlaskClient
) -> None:
    browser, page = browser_of(publisher), "/admin/calls/ideas-2027"
    earlier = browser.post(f"{page}/extend", {"until": "2026-06-15", "extension_reason": "理由"}, on=page)
    assert earlier.status_code == 422
    moved = {"until": "2026-06-28", "extension_reason": "山区的村反映来不及"}
    assert browser.post(f"{page}/extend", moved, on=page).status_code == 302
    assert "山区的村反映来不及" in client.get("/calls/ideas-2027").text
    clock.forward(days=30)
    browser = browser_of(publisher)
    assert browser.post(f"{page}/extend", {**moved, "until": "2026-12-01"}, on=page).status_code == 409


def test_an_experts_answer_is_typed_in_once(
    session: Session, call: Call, publisher: StaffMember, browser_of: SignIn, client: FlaskClient
) -> None:
    browser, page = browser_of(publisher), "/admin/calls/ideas-2027"
    shown = browser.fields(page)
    typed = {
        "ticket": shown["ticket"],
        "expert_title": "县规划院道路工程师",
        "headline": "先修排水",
        "text": "等排水管埋好再走线。",
    }
    for _time in range(2):
        assert browser.post(f"{page}/experts", typed, on=page).status_code == 302
    ids = re.findall(r'\sid="([^"]+)"', browser.get(page).text)
    assert len(ids) == len(set(ids))
    assert session.scalar(sa.select(sa.func.count(CallIdea.id))) == 1
    assert "专家意见" in client.get("/calls/ideas-2027").text


def test_a_reviewer_reads_but_does_not_decide_and_another_county_sees_nothing(
    session: Session, make: Make, call: Call, browser_of: SignIn
) -> None:
    idea = send(session, call, "装路灯装路灯")
    reviewer = browser_of(make.staff(Role.CASE_REVIEWER, division=call.division))
    assert reviewer.get(f"/admin/calls/ideas/{idea.id}").status_code == 200
    assert reviewer.post("/admin/calls/ideas-2027/close", on="/admin/calls/ideas-2027").status_code == 403
    other = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    for address in ("/admin/calls/ideas-2027", f"/admin/calls/ideas/{idea.id}"):
        assert other.get(address).status_code == 403
    assert "2027年民生实事征集" not in other.get("/admin/calls/").text


def test_a_round_about_a_draft_plan_names_a_public_document(
    session: Session,
    make: Make,
    project: Project,
    publisher: StaffMember,
    browser_of: SignIn,
    client: FlaskClient,
) -> None:
    assert project.division is not None
    public, draft = make.document(project, title="城北片区图则"), make.document(project, title="内部稿")
    draft.publication = Publication.DRAFT
    session.commit()
    browser = browser_of(publisher)
    form = browser.get("/admin/calls/new").text
    assert "城北片区图则" in form
    assert "内部稿" not in form
    typed = {**DRAFT, "theme": "draft_plan", "year": "", "place": project.division.code}
    assert browser.post("/admin/calls/new", {**typed, "document": str(draft.id)}).status_code == 422
    assert browser.post("/admin/calls/new", {**typed, "document": str(public.id)}).status_code == 302
    assert browser.fields("/admin/calls/ideas-2027/edit")["document"] == str(public.id)
    browser.post("/admin/calls/ideas-2027/publish", on="/admin/calls/ideas-2027")
    assert f'href="/documents/{public.id}"' in client.get("/calls/ideas-2027").text
    assert not [fault for fault in publishing.verify(session) if fault.where == "call:ideas-2027"]
    public.publication, public.withdrawn_reason = Publication.WITHDRAWN, "有错"
    session.commit()
    assert "城北片区图则" not in client.get("/calls/ideas-2027").text
