"""Appointing a monitor, giving out the link, and showing what came through it, the way staff do it."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.participation import monitoring
from minsheng.participation.monitors import Monitor, MonitorReport, MonitorReportState
from minsheng.records.projects import Project
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
WORDS = "我叫张建国，电话13812345678，路基压实了。"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def browser(make: Make, project: Project, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER, division=project.division, post="某县民生办"))


@pytest.fixture
def monitor(session: Session, project: Project) -> Monitor:
    made = monitoring.appoint(session, project, "监督员012号", AT.date(), "某县民生办", AT)
    session.commit()
    return made


@pytest.fixture
def report(session: Session, monitor: Monitor) -> MonitorReport:
    made = monitoring.receive(session, monitor, AT.date(), WORDS, [], ticket="t", at=AT)
    session.commit()
    return made


def test_the_link_is_shown_once_and_works(
    session: Session, project: Project, browser: Browser, client: FlaskClient
) -> None:
    typed = {"project": project.slug, "badge": "监督员012号", "expires_on": "2026-12-31"}
    wrong = browser.post("/admin/monitors/new", {**typed, "expires_on": "2026-06-10"})
    assert wrong.status_code == 422
    assert "监督员012号" in wrong.text
    answer = browser.post("/admin/monitors/new", typed)
    found = re.search(r"/monitor/([\w-]{40,})", answer.text)
    assert found is not None
    assert client.get(f"/monitor/{found[1]}").status_code == 200
    monitor = session.scalars(sa.select(Monitor)).one()
    assert found[1] not in browser.get(f"/admin/monitors/{monitor.id}").text
    assert browser.post("/admin/monitors/new", typed).status_code == 422
    assert "监督员012号" in client.get(f"/projects/{project.slug}").text

    page = f"/admin/monitors/{monitor.id}"
    renewed = browser.post(f"{page}/invite", {"expires_on": "2026-12-31"}, on=page)
    newer = re.search(r"/monitor/([\w-]{40,})", renewed.text)
    assert newer is not None
    assert client.get(f"/monitor/{found[1]}").status_code == 404
    browser.post(f"{page}/revoke", on=page)
    assert client.get(f"/monitor/{newer[1]}").status_code == 404


def test_a_report_is_masked_and_shown_as_the_monitors(
    session: Session, project: Project, report: MonitorReport, browser: Browser, client: FlaskClient
) -> None:
    page = f"/admin/monitors/reports/{report.id}"
    shown = browser.fields(page)
    assert "13812345678" not in shown["text"]
    risky = browser.post(f"{page}/publish", {"text": WORDS}, on=page)
    assert risky.status_code == 422
    assert report.state is MonitorReportState.RECEIVED
    assert browser.post(f"{page}/publish", {"text": "路基压实了。"}, on=page).status_code == 302
    public = client.get(f"/projects/{project.slug}").text
    assert "路基压实了。" in public
    assert "张建国" not in public
    assert publishing.verify(session) == []

    assert browser.post(f"{page}/withdraw", {"withdrawn_reason": ""}, on=page).status_code == 422
    assert browser.post(f"{page}/withdraw", {"withdrawn_reason": "监督员要求"}, on=page).status_code == 302
    assert "监督员要求" in client.get(f"/projects/{project.slug}").text


def test_a_report_is_refused_with_a_reason(session: Session, report: MonitorReport, browser: Browser) -> None:
    page = f"/admin/monitors/reports/{report.id}"
    assert browser.post(f"{page}/refuse", {"refused_reason": " "}, on=page).status_code == 422
    assert browser.post(f"{page}/refuse", {"refused_reason": "说的是别的工地"}, on=page).status_code == 302
    assert report.state is MonitorReportState.REFUSED


def test_an_appointment_ends_publicly(
    session: Session, project: Project, monitor: Monitor, browser: Browser, client: FlaskClient
) -> None:
    page = f"/admin/monitors/{monitor.id}"
    assert browser.post(f"{page}/end", {"ended_because": "本人搬走了"}, on=page).status_code == 302
    assert "本人搬走了" in client.get(f"/projects/{project.slug}").text
    assert publishing.verify(session) == []


def test_another_county_sees_no_monitor_of_this_one(
    make: Make, monitor: Monitor, report: MonitorReport, browser_of: SignIn
) -> None:
    other = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    assert other.get(f"/admin/monitors/{monitor.id}").status_code == 403
    assert other.get(f"/admin/monitors/reports/{report.id}").status_code == 403
    assert "监督员012号" not in other.get("/admin/monitors/").text
