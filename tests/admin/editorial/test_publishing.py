"""The review queue: differences, remarks, publishing at a time and many at once."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.clock import LOCAL_ZONE
from minsheng.editorial import timed_publishing
from minsheng.editorial.review_comments import ReviewComment
from minsheng.editorial.timed_publishing import TimedPublication
from minsheng.journal import JournalEntry
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport, ReportState
from tests.admin.conftest import Browser, Clock
from tests.admin.pictures import jpeg
from tests.factories import Make
from website import jobs

SignIn = Callable[[StaffMember], Browser]
FIGURES: dict[str, Any] = {
    "stage": "under_way",
    "physical_progress": "40",
    "funds_arrived_fen": "60",
    "funds_disbursed_fen": "50",
    "funds_spent_fen": "40",
    "indicator_0": "8.5",
    "done": "路基完成8.5公里。",
}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def reporter(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.REPORTER, division=project.division, post="某县交通局工程股")


@pytest.fixture
def publisher(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.PUBLISHER, division=project.division, post="某县民生办")


def handed_in(session: Session, writer: Browser, project: Project, **typed: Any) -> ProgressReport:
    url = f"/admin/reports/{project.slug}/2026-05"
    answer = writer.post(url, {**FIGURES, **typed, "then": "submit"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return newest(session, project)


def newest(session: Session, project: Project) -> ProgressReport:
    session.expire_all()
    query = sa.select(ProgressReport).where(ProgressReport.project_id == project.id, ProgressReport.month == "2026-05")
    return session.scalars(query.order_by(ProgressReport.id.desc())).first()  # type: ignore[return-value]  # there is one


def is_timed(reader: Browser) -> bool:
    """Whether the queue says of anything when it becomes public."""
    return re.search(r"\d 自动公示", reader.get("/admin/publishing/").get_data(as_text=True)) is not None


def at_local(moment: dt.datetime) -> str:
    return f"{moment.astimezone(LOCAL_ZONE):%Y-%m-%dT%H:%M}"


def test_texts_differ_word_by_word_and_pictures_are_told_apart(
    make: Make, session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    picture = {"photos-0-picture": (jpeg(), "a.jpg"), "photos-0-alt_text": "压路机", "photos-0-phase": "during"}
    report = handed_in(session, writer, project, **picture)
    page = f"/admin/publishing/{report.id}"
    reader.post(f"{page}/publish", {"version": str(report.version)}, on=page)
    writer.post(f"{page}/correct", {"correct_reason": "少算一段"}, on=page)
    url = f"/admin/reports/{project.slug}/2026-05"
    photo = newest(session, project).photos[0]
    writer.post(url, {**writer.fields(url), "remove_photo": str(photo.id)})
    other = {
        "photos-0-picture": (jpeg(size=(640, 480)), "b.jpg"),
        "photos-0-alt_text": "摊铺机",
        "photos-0-phase": "during",
    }
    writer.post(url, {**writer.fields(url), **other, "done": "路基完成9.5公里。", "then": "submit"})

    shown = reader.get(f"/admin/publishing/{newest(session, project).id}").get_data(as_text=True)

    assert "路基完成<del>8.5</del>公里。" in shown
    assert "路基完成<ins>9.5</ins>公里。" in shown
    assert "这一版去掉了" in shown
    assert "新放进来" in shown


def test_a_remark_travels_to_the_field_and_its_answer_back(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    report = handed_in(session, writer, project)
    page, url = f"/admin/publishing/{report.id}", f"/admin/reports/{project.slug}/2026-05"

    reader.post(f"/admin/remarks/reports/{report.id}", {"field": "done", "text": "哪一段的路基？"}, on=page)
    returned = reader.post(f"{page}/return", {"reason": ""}, on=page)

    assert returned.status_code == 302
    form = writer.get(url).get_data(as_text=True)
    assert "见 1 条审核意见" in form
    assert "哪一段的路基？" in form
    comment = session.scalars(sa.select(ReviewComment)).one()
    assert comment.field == "done"
    writer.post(f"/admin/remarks/{comment.id}/settle", {"answer": "已写明是一标段。"}, on=url)
    writer.post(url, {**writer.fields(url), "done": "一标段路基完成8.5公里。", "then": "submit"})
    shown = reader.get(page).get_data(as_text=True)
    assert "已写明是一标段。" in shown
    assert reader.post(f"/admin/remarks/{comment.id}/take-up", on=page).status_code == 302
    assert "还有 1 条意见等答复" in reader.get(page).get_data(as_text=True)


def test_remarks_stay_inside_the_part_and_on_reports_that_wait(
    make: Make, session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer = browser_of(reporter)
    report = handed_in(session, writer, project)
    elsewhere = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    address = f"/admin/remarks/reports/{report.id}"

    assert elsewhere.post(address, {"field": "", "text": "x"}, on="/admin/").status_code == 403
    assert writer.post(address, {"field": "", "text": "x"}, on="/admin/").status_code == 403
    reader = browser_of(publisher)
    assert reader.post(address, {"field": "", "text": "  "}, on="/admin/").status_code == 302
    assert session.scalars(sa.select(ReviewComment)).all() == []
    page = f"/admin/publishing/{report.id}"
    reader.post(f"{page}/publish", {"version": str(report.version)}, on=page)
    assert reader.post(address, {"field": "", "text": "晚了"}, on="/admin/").status_code == 409


def test_a_report_is_published_at_its_time_once_and_not_before(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    reader = browser_of(publisher)
    report = handed_in(session, browser_of(reporter), project)
    page = f"/admin/publishing/{report.id}"
    due = {"version": str(report.version), "due_at": at_local(clock.at + dt.timedelta(hours=3))}

    early = reader.post(f"{page}/time", {**due, "due_at": at_local(clock.at - dt.timedelta(hours=1))}, on=page)
    assert early.status_code == 422
    assert "请选以后的时间" in early.get_data(as_text=True)
    assert reader.post(f"{page}/time", due, on=page).status_code == 302
    assert is_timed(reader)
    assert timed_publishing.publish_due(session, clock.at) == 0

    clock.forward(hours=4)
    assert [one.result for one in jobs.tick() if one.name == "publish_due"] == [1]
    assert timed_publishing.publish_due(session, clock.at) == 0
    published = newest(session, project)
    assert (published.state, published.publisher_id) == (ReportState.PUBLISHED, publisher.id)
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "report_published")).one()
    assert (entry.actor, entry.is_public) == ("某县民生办", True)


def test_a_time_is_called_off_by_hand_and_by_returning(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    reader = browser_of(publisher)
    report = handed_in(session, browser_of(reporter), project)
    page = f"/admin/publishing/{report.id}"
    due = {"version": str(report.version), "due_at": at_local(clock.at + dt.timedelta(hours=3))}
    reader.post(f"{page}/time", due, on=page)
    reader.post(f"{page}/time/cancel", on=page)
    assert not is_timed(reader)
    reader.post(f"{page}/time", due, on=page)
    reader.post(f"{page}/return", {"reason": "再核"}, on=page)

    clock.forward(hours=4)
    assert timed_publishing.publish_due(session, clock.at) == 0
    assert newest(session, project).state is ReportState.RETURNED
    assert [one.was_cancelled for one in session.scalars(sa.select(TimedPublication))] == [True, True]


def test_what_no_longer_stands_when_the_time_comes_is_not_published_and_says_so(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    reader = browser_of(publisher)
    report = handed_in(session, browser_of(reporter), project)
    page = f"/admin/publishing/{report.id}"
    due = {"version": str(report.version), "due_at": at_local(clock.at + dt.timedelta(hours=3))}
    reader.post(f"{page}/time", due, on=page)
    publisher.is_active = False
    session.commit()

    clock.forward(hours=4)
    assert timed_publishing.publish_due(session, clock.at) == 0

    assert newest(session, project).state is ReportState.SUBMITTED
    timed = session.scalars(sa.select(TimedPublication)).one()
    assert (timed.failure, timed.ended_at is not None) == ("not_allowed", True)
    publisher.is_active = True
    session.commit()
    assert "没能自动公示" in browser_of(publisher).get(page).get_data(as_text=True)


def test_own_work_is_not_published_at_a_time_either(
    session: Session, project: Project, publisher: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    browser = browser_of(publisher)
    report = handed_in(session, browser, project)
    page = f"/admin/publishing/{report.id}"
    due = {"version": str(report.version), "due_at": at_local(clock.at + dt.timedelta(hours=3))}

    assert browser.post(f"{page}/time", due, on=page).status_code == 409
    assert session.scalars(sa.select(TimedPublication)).all() == []


def test_many_are_published_and_one_that_cannot_be_stops_none(
    make: Make, session: Session, reporter: StaffMember, publisher: StaffMember, project: Project, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    more = [make.project(programme=project.programme, title=title) for title in ("乙村水渠", "丙村学校")]
    session.commit()
    first, second, third = (handed_in(session, writer, one) for one in (project, *more))
    page = f"/admin/publishing/{second.id}"
    reader.post(f"/admin/remarks/reports/{second.id}", {"field": "", "text": "请再核"}, on=page)
    chosen = [f"{first.id}:{first.version}", f"{second.id}:{second.version}", f"{third.id}:{third.version - 1}"]

    answer = reader.post("/admin/publishing/many", {"report": chosen}, on="/admin/publishing/")

    assert answer.status_code == 302
    told = reader.get("/admin/publishing/").get_data(as_text=True)
    assert "已公示 1 份。" in told
    assert "没有公示：乙村水渠（2026年5月）" in told
    assert "没有公示：丙村学校（2026年5月）" in told
    states = {one.project.title: one.state for one in session.scalars(sa.select(ProgressReport))}
    assert states["乙村水渠"] is ReportState.SUBMITTED
    assert newest(session, project).state is ReportState.PUBLISHED


def test_publishing_many_reaches_no_other_part_and_no_own_work(
    make: Make, session: Session, project: Project, publisher: StaffMember, browser_of: SignIn, app: Flask
) -> None:
    own = browser_of(publisher)
    report = handed_in(session, own, project)
    chosen = {"report": f"{report.id}:{report.version}"}
    elsewhere = browser_of(make.staff(Role.PUBLISHER, division=make.division()))

    own.post("/admin/publishing/many", chosen, on="/admin/")
    elsewhere.post("/admin/publishing/many", chosen, on="/admin/")

    assert newest(session, project).state is ReportState.SUBMITTED
