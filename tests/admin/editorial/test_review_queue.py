"""Changes to projects and pages have in the queue what reports have: differences, remarks, a time, many at once."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.clock import LOCAL_ZONE
from minsheng.desk import desk_proposals
from minsheng.editorial import applying, content_pages, timed_publishing
from minsheng.editorial.content_pages import ContentKind, ContentPage
from minsheng.editorial.proposals import Proposal, ProposalAction, ProposalState
from minsheng.editorial.record_changes import Change
from minsheng.editorial.review_comments import ReviewComment
from minsheng.editorial.timed_publishing import TimedPublication
from minsheng.records.projects import Project
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make
from website import jobs

SignIn = Callable[[StaffMember], Browser]
DUE = f"{(AT + dt.timedelta(hours=3)).astimezone(LOCAL_ZONE):%Y-%m-%dT%H:%M}"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project(quality_standard="四级公路标准，一次验收合格")


@pytest.fixture
def author(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.REPORTER, division=project.division, post="某县交通局工程股")


@pytest.fixture
def publisher(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.PUBLISHER, division=project.division, post="某县民生办")


def change(session: Session, project: Project, by: StaffMember, standard: str) -> Proposal:
    wanted = Change("project", {"quality_standard": standard}, project.id, None, "设计调整")
    made = applying.propose(session, project, wanted, by, AT)
    session.commit()
    return made


def page(session: Session, make: Make, slug: str = "rules") -> ContentPage:
    writer = make.staff(Role.PUBLISHER, post="某县写的人")
    made = content_pages.begin(session, ContentKind.POLICY, slug, writer)
    content_pages.write(session, made, "高龄津贴办法", "年满八十岁，次月自动发放。", writer, AT)
    content_pages.submit(session, made, 1, writer, AT)
    session.commit()
    return made


def text(browser: Browser, url: str) -> str:
    return browser.get(url).get_data(as_text=True)


def tick(clock: Clock) -> object:
    clock.forward(hours=4)
    return next(one.result for one in jobs.tick() if one.name == "publish_due")


def test_a_change_shows_which_words_differ_and_takes_remarks(
    session: Session, project: Project, author: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    proposal = change(session, project, author, "三级公路标准，一次验收合格")
    url, writer, reader = f"/admin/proposals/{proposal.id}", browser_of(author), browser_of(publisher)
    shown = text(reader, url)
    assert "<del>四</del>级公路标准，一次验收合格" in shown
    assert "<ins>三</ins>级公路标准，一次验收合格" in shown

    reader.post(f"/admin/remarks/proposals/{proposal.id}", {"field": "quality_standard", "text": "依据？"}, on=url)
    assert "还有 1 条意见等答复" in text(reader, url)
    many = reader.post("/admin/publishing/many", {"proposal": f"{proposal.id}:{proposal.version}"}, on=url)
    assert many.status_code == 302
    assert "还有 1 条审核意见没有处理" in text(reader, "/admin/publishing/")
    assert reader.post(f"{url}/return", {"reason": ""}, on=url).status_code == 302

    assert "依据？" in text(writer, f"{url}/rewrite")
    comment = session.scalars(sa.select(ReviewComment)).one()
    assert writer.post(f"/admin/remarks/{comment.id}/settle", {"answer": "县发改批复"}, on=url).status_code == 302
    again = {**writer.fields(f"{url}/rewrite"), "c_quality_standard": "三级公路，一次验收合格", "reason": "设计调整"}
    assert writer.post_as_typed(f"{url}/rewrite", again).status_code == 302
    assert "县发改批复" in text(reader, url)
    assert session.get_one(Proposal, proposal.id).state is ProposalState.SUBMITTED


def test_remarks_on_a_change_or_a_page_need_the_right_to_publish_it(
    session: Session, make: Make, project: Project, author: StaffMember, browser_of: SignIn
) -> None:
    proposal, written = change(session, project, author, "三级"), page(session, make)
    elsewhere = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    for address in (f"/admin/remarks/proposals/{proposal.id}", f"/admin/remarks/pages/{written.id}"):
        assert elsewhere.post(address, {"field": "", "text": "x"}, on="/admin/").status_code == 403
        assert browser_of(author).post(address, {"field": "", "text": "x"}, on="/admin/").status_code == 403
    assert session.scalars(sa.select(ReviewComment)).all() == []


def test_a_change_and_a_page_become_public_at_their_time(
    session: Session,
    make: Make,
    project: Project,
    author: StaffMember,
    browser_of: SignIn,
    clock: Clock,
) -> None:
    proposal, written = change(session, project, author, "三级公路标准"), page(session, make)
    signer = make.staff(Role.PUBLISHER)
    reader = browser_of(signer)
    for url, version in ((f"/admin/proposals/{proposal.id}", proposal.version), (f"/admin/content/{written.id}", 1)):
        late = reader.post(f"{url}/time", {"version": str(version), "due_at": "2026-01-01T08:00"}, on=url)
        assert late.status_code == 422
        assert "请选以后的时间" in late.get_data(as_text=True)
        assert reader.post(f"{url}/time", {"version": str(version), "due_at": DUE}, on=url).status_code == 302
        assert "已定在" in text(reader, url)
    assert timed_publishing.publish_due(session, clock.at) == 0

    assert tick(clock) == 2
    assert session.get_one(Project, project.id).quality_standard == "三级公路标准"
    assert session.get_one(Proposal, proposal.id).decided_by_id == signer.id
    assert session.get_one(ContentPage, written.id).public_number == 1


def test_a_time_ends_where_the_author_writes_on_or_takes_back(
    session: Session, project: Project, author: StaffMember, publisher: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    proposal = change(session, project, author, "三级公路标准")
    url, writer, reader = f"/admin/proposals/{proposal.id}", browser_of(author), browser_of(publisher)
    reader.post(f"{url}/time", {"version": str(proposal.version), "due_at": DUE}, on=url)
    again = {**writer.fields(f"{url}/rewrite"), "c_quality_standard": "二级公路标准", "reason": "设计调整"}
    assert writer.post_as_typed(f"{url}/rewrite", again).status_code == 302

    for browser in (reader, writer):
        desk = text(browser, "/admin/")
        assert "没能按时公示的" in desk
        assert "签完以后内容又改过" in desk
    assert tick(clock) == 0
    version = str(session.get_one(Proposal, proposal.id).version)
    reader.post(f"{url}/accept", {"version": version}, on=url)
    assert session.get_one(Proposal, proposal.id).state is ProposalState.ACCEPTED
    assert "没能按时公示的" not in text(reader, "/admin/")


def test_what_failed_stands_on_the_desks_of_author_and_publisher_with_its_reason(
    session: Session,
    make: Make,
    project: Project,
    author: StaffMember,
    publisher: StaffMember,
    browser_of: SignIn,
    clock: Clock,
) -> None:
    first = change(session, project, author, "三级公路标准")
    second = change(session, project, author, "二级公路标准")
    url, reader = f"/admin/proposals/{first.id}", browser_of(publisher)
    reader.post(f"{url}/time", {"version": str(first.version), "due_at": DUE}, on=url)
    applying.accept(session, second, publisher, clock.at)
    session.commit()

    assert tick(clock) == 0

    stranger = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    assert "没能按时公示的" not in text(stranger, "/admin/")
    for member in (author, publisher):
        desk = text(browser_of(member), "/admin/")
        assert "别人先改了同样的内容" in desk
        assert url in desk
    assert "没能自动公示" in text(browser_of(publisher), url)
    sender = browser_of(publisher)
    sender.post(f"{url}/return", {"reason": "看现在的再报"}, on=url)
    assert timed_publishing.failures(session, publisher) == []


def test_many_of_all_kinds_are_signed_for_later_or_now(
    session: Session, make: Make, project: Project, author: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    proposal, written = change(session, project, author, "三级公路标准"), page(session, make)
    taking = applying.propose_step(session, project, ProposalAction.WITHDRAW, author, AT, reason="重复公示")
    session.commit()
    reader = browser_of(make.staff(Role.PUBLISHER))
    chosen = {
        "proposal": [f"{proposal.id}:{proposal.version}", f"{taking.id}:{taking.version}"],
        "page": f"{written.id}:1",
    }

    undated = reader.post("/admin/publishing/many", {**chosen, "then": "later"}, on="/admin/publishing/")
    assert undated.status_code == 422
    assert f'value="{proposal.id}:{proposal.version}" id="proposal-{proposal.id}"' in undated.get_data(as_text=True)
    assert "checked" in undated.get_data(as_text=True)
    later = {**chosen, "then": "later", "due_at": DUE}
    assert reader.post("/admin/publishing/many", later, on="/admin/publishing/").status_code == 302
    told = text(reader, "/admin/publishing/")
    assert "已签 2 份，到时候自动公示" in told
    assert "要拿掉公示过的内容，请打开看过再定" in told
    assert len(session.scalars(sa.select(TimedPublication)).all()) == 2

    assert reader.post("/admin/publishing/many", chosen, on="/admin/publishing/").status_code == 302
    assert "已公示 2 份" in text(reader, "/admin/publishing/")
    assert session.get_one(ContentPage, written.id).public_number == 1
    assert session.get_one(Proposal, taking.id).state is ProposalState.SUBMITTED
    assert tick(clock) == 0


def test_an_administrator_signs_pages_and_sees_no_reports(session: Session, make: Make, browser_of: SignIn) -> None:
    written = page(session, make)
    browser = browser_of(make.staff(Role.ADMINISTRATOR))
    shown = text(browser, "/admin/publishing/")
    assert "等我审核的月报" not in shown
    browser.post("/admin/publishing/many", {"page": f"{written.id}:1"}, on="/admin/publishing/")
    assert session.get_one(ContentPage, written.id).public_number == 1


def test_changes_are_counted_as_they_are_listed(session: Session, make: Make, project: Project) -> None:
    both = make.staff(Role.REPORTER, Role.PUBLISHER)
    other = make.staff(Role.REPORTER)
    mine, theirs = change(session, project, both, "甲"), change(session, project, other, "乙")
    taken_over = change(session, project, both, "丙")
    taken_over.rewrite({"quality_standard": "丁"}, {"quality_standard": project.quality_standard}, "改", other, AT)
    draft = make.project(published=False, draft_writer_ids=[both.id])
    step = applying.propose_step(session, draft, ProposalAction.PUBLISH, other, AT)
    elsewhere = make.staff(Role.PUBLISHER, division=make.division())
    session.commit()

    everything = [mine, theirs, taken_over, step]
    assert [one for one in everything if not one.is_work_of(both)] == [theirs]
    assert desk_proposals.waiting(session, both, 10) == (1, [theirs])
    assert desk_proposals.own(session, both, 10)[0] == 3
    assert desk_proposals.waiting(session, both, 10, 1) == (1, [])
    assert desk_proposals.waiting(session, elsewhere, 10) == (0, [])
