"""The private page of a monitor: what holders of a link can do, and what nobody else can."""

import datetime as dt
import io
import re
import zlib

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.participation import monitoring
from minsheng.participation.monitors import Monitor, MonitorReport, MonitorReportState
from minsheng.pictures.photos import Photo
from public.keeping import reason_not_to_keep
from tests.admin.pictures import jpeg
from tests.factories import Make
from tests.public.conftest import Reader

ACTOR = "某县民生办"
TEXT = "路基压实了，没看到积水。"


@pytest.fixture
def monitor(session: Session, make: Make, at: dt.datetime, standing_clock: None) -> Monitor:
    return monitoring.appoint(session, make.project(), "监督员012号", dt.date(2026, 6, 1), ACTOR, at)


@pytest.fixture
def link(session: Session, monitor: Monitor, at: dt.datetime) -> str:
    token = monitoring.invite(session, monitor, ACTOR, at)
    session.commit()
    return f"/monitor/{token}"


def fields(client: FlaskClient, address: str) -> dict[str, str]:
    page = client.get(address).text
    return dict(re.findall(r'name="(csrf_token|ticket)"[^>]*value="([^"]*)"', page))


def send(client: FlaskClient, link: str, *pictures: tuple[io.BytesIO, str], **typed: str) -> TestResponse:
    values = fields(client, link) | {"visited_on": "2026-06-09", "text": TEXT, **typed}
    data = {**values, "photos": list(pictures)} if pictures else values
    return client.post(link, data=data, content_type="multipart/form-data")


def reports(session: Session) -> list[MonitorReport]:
    return list(session.scalars(sa.select(MonitorReport)))


def test_a_report_goes_from_the_link_to_the_project_page(
    client: FlaskClient, session: Session, monitor: Monitor, link: str, at: dt.datetime
) -> None:
    answer = send(client, link, (jpeg(), "a.jpg"))
    assert answer.status_code == 302
    assert "收到了" in client.get(answer.location).text
    (report,) = reports(session)
    assert (report.state, report.visited_on) == (MonitorReportState.RECEIVED, dt.date(2026, 6, 9))
    page = f"/projects/{monitor.project.slug}"
    assert TEXT not in client.get(page).text
    (photo,) = report.photos
    assert client.get(f"/photos/{photo.key}-480.webp").status_code == 404

    monitoring.publish(session, report, TEXT, {photo.id: "压实的路基"}, ACTOR, at)
    session.commit()
    shown = client.get(page).text
    assert TEXT in shown
    assert "监督员012号" in shown
    assert client.get(f"/photos/{photo.key}-480.webp").status_code == 200

    monitoring.withdraw(session, report, "拍到了别人的脸", ACTOR, at)
    session.commit()
    shown = client.get(page).text
    assert TEXT not in shown
    assert "拍到了别人的脸" in shown
    assert client.get(f"/photos/{photo.key}-480.webp").status_code == 404


def test_the_page_has_what_every_page_has_and_is_kept_from_search_engines(read: Reader, link: str) -> None:
    page = read(link)
    assert any(tag.get("content") == "noindex" for tag in page.every("meta"))


def test_a_guessed_an_expired_and_a_revoked_link_meet_the_same_answer(
    client: FlaskClient, session: Session, monitor: Monitor, link: str, at: dt.datetime
) -> None:
    typed = fields(client, link) | {"visited_on": "2026-06-09", "text": TEXT}
    guessed = client.get("/monitor/" + "A" * 43)
    monitoring.revoke(session, monitor, ACTOR, at)
    session.commit()
    revoked = client.get(link)
    assert (guessed.status_code, revoked.status_code) == (404, 404)
    assert "这个链接不能用" in revoked.text
    assert "监督员012号" not in revoked.text
    assert client.post(link, data=typed).status_code == 404
    assert reports(session) == []


def test_a_link_reports_on_its_own_project_and_no_other(
    client: FlaskClient, session: Session, make: Make, monitor: Monitor, link: str, at: dt.datetime
) -> None:
    other = make.project()
    theirs = monitoring.appoint(session, other, "监督员013号", dt.date(2026, 6, 1), ACTOR, at)
    their_link = f"/monitor/{monitoring.invite(session, theirs, ACTOR, at)}"
    session.commit()
    stolen = fields(client, their_link)["ticket"]
    assert send(client, link, ticket=stolen).status_code == 422
    sent = send(client, link, project=other.slug, monitor_id=str(theirs.id))
    assert sent.status_code == 302
    (report,) = reports(session)
    assert report.monitor.project is monitor.project


def test_the_same_form_twice_makes_one_report(client: FlaskClient, session: Session, link: str) -> None:
    typed = fields(client, link) | {"visited_on": "2026-06-09", "text": TEXT}
    for _time in range(2):
        assert client.post(link, data=typed).status_code == 302
    assert len(reports(session)) == 1


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"text": "短"}, "5"),
        ({"visited_on": "2026-06-11"}, "不能晚于今天"),
        ({"visited_on": "2026-05-30"}, "受聘以后"),
        ({"visited_on": "昨天"}, "请填去现场的日期"),
        ({"ticket": "forged"}, "放得太久"),
    ],
)
def test_mistakes_are_named_and_lose_nothing(
    client: FlaskClient, session: Session, link: str, typed: dict[str, str], complaint: str
) -> None:
    answer = send(client, link, (jpeg(), "a.jpg"), **typed)
    assert answer.status_code == 422
    assert complaint in answer.text
    assert typed.get("text", TEXT) in answer.text
    assert "已收到第 1 张" in answer.text
    assert reports(session) == []


def bomb() -> io.BytesIO:
    """A PNG of a few kilobytes that says it is 40,000 pixels wide and high."""
    header = b"IHDR" + (40_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    chunk = (13).to_bytes(4) + header + zlib.crc32(header).to_bytes(4)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk + b"\0" * 2000)


def test_photo_bombs_and_pages_in_disguise_are_refused(client: FlaskClient, session: Session, link: str) -> None:
    page = io.BytesIO(b"<html><script>alert(1)</script></html>")
    for picture in ((bomb(), "bomb.png"), (page, "page.jpg"), (io.BytesIO(b""), "empty.jpg")):
        answer = send(client, link, picture)
        assert answer.status_code == 422
        assert TEXT in answer.text
    assert reports(session) == []
    assert not session.scalars(sa.select(Photo)).all()


def test_script_in_words_stays_words(
    client: FlaskClient, session: Session, monitor: Monitor, link: str, at: dt.datetime
) -> None:
    words = "<img src=x onerror=alert(1)>路基压实了"
    send(client, link, text=words)
    assert "<img src=x" not in client.get(link).text
    (report,) = reports(session)
    monitoring.publish(session, report, report.text, {}, ACTOR, at)
    session.commit()
    shown = client.get(f"/projects/{monitor.project.slug}").text
    assert "<img src=x" not in shown
    assert "&lt;img src=x" in shown


def test_no_more_than_five_pictures(client: FlaskClient, session: Session, link: str) -> None:
    pictures = [(jpeg(size=(60 + number, 40)), f"{number}.jpg") for number in range(6)]
    assert send(client, link, *pictures).status_code == 422
    assert reports(session) == []


def test_no_process_keeps_the_page_of_a_link() -> None:
    assert reason_not_to_keep("public.monitoring.report")
