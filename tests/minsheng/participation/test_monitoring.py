"""Private links of monitors, and how what comes through them becomes public."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.journal import JournalEntry
from minsheng.participation import monitoring
from minsheng.participation.monitoring import LIFETIME, LinkVoidError
from minsheng.participation.monitors import Monitor, MonitorLink, MonitorReport, MonitorReportState
from minsheng.pictures.media import StoredImage
from minsheng.pictures.photos import Photo
from minsheng.records.publication import Origin
from tests.factories import Make

ACTOR = "某县民生办"
PICTURE = StoredImage("a" * 64, 1200, 800, dt.date(2026, 6, 9))


@pytest.fixture
def monitor(session: Session, make: Make, at: dt.datetime) -> Monitor:
    return monitoring.appoint(session, make.project(), "监督员012号", dt.date(2026, 6, 1), ACTOR, at)


def report_of(session: Session, monitor: Monitor, at: dt.datetime, ticket: str = "t1") -> MonitorReport:
    day = dt.date(2026, 6, 9)
    return monitoring.receive(session, monitor, day, "路基压实了，没看到积水。", [PICTURE], ticket=ticket, at=at)


def test_only_the_hash_of_a_link_is_kept(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    token = monitoring.invite(session, monitor, ACTOR, at)
    assert monitoring.find(session, token, at) is monitor
    link = session.scalars(sa.select(MonitorLink)).one()
    assert token not in {str(value) for value in vars(link).values()}
    assert not any(token in entry.payload for entry in session.scalars(sa.select(JournalEntry)))
    invited = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "monitor_invited")).one()
    assert not invited.is_public


def test_a_link_is_void_once_it_is_old_replaced_taken_back_or_the_monitor_has_left(
    session: Session, monitor: Monitor, at: dt.datetime
) -> None:
    first = monitoring.invite(session, monitor, ACTOR, at)
    with pytest.raises(LinkVoidError):
        monitoring.find(session, first, at + LIFETIME)
    second = monitoring.invite(session, monitor, ACTOR, at)
    with pytest.raises(LinkVoidError):
        monitoring.find(session, first, at)
    monitoring.revoke(session, monitor, ACTOR, at)
    with pytest.raises(LinkVoidError):
        monitoring.find(session, second, at)
    third = monitoring.invite(session, monitor, ACTOR, at)
    monitoring.end(session, monitor, "搬走了", dt.date(2026, 6, 10), ACTOR, at)
    for token in (third, "", "x" * 200, third[:-1]):
        with pytest.raises(LinkVoidError):
            monitoring.find(session, token, at)
    with pytest.raises(WrongStateError):
        monitoring.invite(session, monitor, ACTOR, at)


def test_a_link_ends_with_the_publication_of_its_project(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    token = monitoring.invite(session, monitor, ACTOR, at)
    publishing.withdraw(session, monitor.project, "重复", ACTOR, at)
    with pytest.raises(LinkVoidError):
        monitoring.find(session, token, at)


def test_archives_and_drafts_have_no_monitors(session: Session, make: Make, at: dt.datetime) -> None:
    compiled = make.project(origin=Origin.COMPILED, source_title="某通报")
    for project in (make.project(published=False), compiled):
        with pytest.raises(WrongStateError):
            monitoring.appoint(session, project, "监督员1号", at.date(), ACTOR, at)


def test_the_same_ticket_makes_one_report(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    assert report_of(session, monitor, at) is report_of(session, monitor, at)
    assert len(session.scalars(sa.select(Photo)).all()) == 1


def test_pictures_and_words_are_public_only_after_review(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    report = report_of(session, monitor, at)
    session.flush()
    assert not session.scalars(Photo.visible_to_residents()).all()
    (photo,) = report.photos
    monitoring.publish(session, report, "路基压实了。", {photo.id: "压实的路基"}, ACTOR, at)
    assert session.scalars(Photo.visible_to_residents()).all() == [photo]
    assert (report.text, report.sent_text) == ("路基压实了。", "路基压实了，没看到积水。")
    assert report.was_masked
    assert publishing.verify(session) == []


def test_a_picture_without_words_is_not_shown(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    report = report_of(session, monitor, at)
    monitoring.publish(session, report, report.text, {report.photos[0].id: " "}, ACTOR, at)
    session.flush()
    assert not session.scalars(sa.select(Photo)).all()


def test_a_report_that_is_taken_back_leaves_its_reason_and_no_pictures(
    session: Session, monitor: Monitor, at: dt.datetime
) -> None:
    report = report_of(session, monitor, at)
    with pytest.raises(WrongStateError):
        monitoring.withdraw(session, report, "理由", ACTOR, at)
    monitoring.publish(session, report, report.text, {report.photos[0].id: "路基"}, ACTOR, at)
    with pytest.raises(ReasonRequiredError):
        monitoring.withdraw(session, report, " ", ACTOR, at)
    monitoring.withdraw(session, report, "拍到了别人的脸", ACTOR, at)
    session.flush()
    assert not report.is_public
    assert not session.scalars(Photo.visible_to_residents()).all()
    assert publishing.verify(session) == []
    with pytest.raises(WrongStateError):
        monitoring.withdraw(session, report, "再一次", ACTOR, at)


def test_a_refused_report_stays_inside(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    report = report_of(session, monitor, at)
    monitoring.refuse(session, report, "说的是别的工地", ACTOR, at)
    assert report.state is MonitorReportState.REFUSED
    told = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "monitor_report_refused")).one()
    assert not told.is_public
    with pytest.raises(WrongStateError):
        monitoring.publish(session, report, report.text, {}, ACTOR, at)
