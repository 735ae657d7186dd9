"""Jobs: two processes at the same moment do the work once, on either database; a failing job stops no other."""

import dataclasses
import datetime as dt
import email
import email.policy
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from minsheng.database import Base, db
from minsheng.installation import scheduling
from minsheng.installation.scheduling import Job, JobLease
from minsheng.installation.settings import put
from minsheng.mailing import mail, subscriptions
from minsheng.mailing.mail import Mail, QueuedMail
from minsheng.mailing.subscriptions import Keys, Request, Rhythm, Subscription
from minsheng.mailing.topics import Topic, TopicKind
from pages.services import services
from public.mailing.following import follow
from public.mailing.mail_texts import confirmation
from public.mailing.news_mail import tell_news
from tests.conftest import AT
from tests.factories import Make
from website import jobs
from website.application import create_app
from website.config import Settings

FOLLOWERS = 6
THREADS = 2


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    """An application on either database."""
    if request.param == "postgresql":
        settings = dataclasses.replace(settings, database_url=request.getfixturevalue("postgresql_url"))
    application = create_app(settings)
    with application.app_context():
        Base.metadata.create_all(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()


def _follow_and_publish() -> None:
    """Let several follow everything, then publish two reports."""
    make = Make(db.session(), AT)
    project = make.project()
    topic = Topic(TopicKind.EVERYTHING)
    found = follow(topic)
    assert found is not None
    known = services()
    for number in range(FOLLOWERS):
        address = f"reader{number}@example.com"
        subscriptions.ask(
            db.session(),
            Keys(known.secret, known.contacts),
            Request(address, topic, Rhythm.AT_ONCE, "zh_Hans"),
            AT,
            lambda made, _purpose, address=address: confirmation(address, made, found),  # type: ignore[misc]  # bound now
        )
    for one in db.session.scalars(sa.select(Subscription)):
        subscriptions.confirm(db.session(), one, AT)
    make.published_report(project, "2026-04")
    make.published_report(project, "2026-05")
    db.session.commit()


def _at_once(site: Flask, work: object) -> list[object]:
    """Run something in two threads that start together, each with an application context of its own."""
    start = threading.Barrier(THREADS)
    results: list[object] = []

    def run() -> None:
        with site.app_context():
            start.wait()
            results.append(work())  # type: ignore[operator]  # a callable

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == THREADS
    return results


def _news() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(QueuedMail.key).where(QueuedMail.key.startswith("news:"))))


def test_two_who_tell_at_the_same_moment_tell_each_reader_once(site: Flask) -> None:
    _follow_and_publish()
    told = _at_once(site, lambda: tell_news(lambda: AT))
    assert sum(told) == FOLLOWERS  # type: ignore[arg-type]  # numbers
    assert len(set(_news())) == len(_news()) == FOLLOWERS
    head = subscriptions.last_sequence(db.session())
    assert set(db.session.scalars(sa.select(Subscription.cursor))) == {head}
    assert tell_news(lambda: AT) == 0


def test_two_ticks_at_the_same_moment_do_each_job_once(site: Flask, settings: Settings) -> None:
    _follow_and_publish()
    _at_once(site, jobs.tick)
    with site.app_context():
        jobs.tick()
    assert len(_news()) == FOLLOWERS
    files = list((settings.data / "mail").glob("*.eml"))
    assert len(files) == FOLLOWERS * 2  # one to confirm, one with the news
    assert set(db.session.scalars(sa.select(JobLease.error))) == {""}


def test_a_lease_keeps_others_out_until_it_is_over(site: Flask) -> None:
    inside: list[object] = []

    def again() -> None:
        db.session.commit()
        inside.append(scheduling.tick(db.session(), [job], lambda: AT + dt.timedelta(minutes=1)))

    job = Job("slow", dt.timedelta(0), again)
    scheduling.tick(db.session(), [job], lambda: AT)
    assert inside == [[]]


def test_one_who_died_loses_the_lease(site: Flask) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    ran: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        scheduling.tick(db.session(), [Job("job", dt.timedelta(0), die)], lambda: AT)
    db.session.rollback()
    job = Job("job", dt.timedelta(0), lambda: ran.append(1))
    scheduling.tick(db.session(), [job], lambda: AT + dt.timedelta(minutes=1))
    assert ran == []
    scheduling.tick(db.session(), [job], lambda: AT + scheduling.LEASE)
    assert ran == [1]


def test_a_failing_job_stops_no_other_and_is_tried_again(site: Flask) -> None:
    def fail() -> None:
        raise LookupError("with words that are not kept")

    both = [Job("bad", dt.timedelta(0), fail), Job("good", dt.timedelta(hours=1), lambda: 3)]
    outcomes = scheduling.tick(db.session(), both, lambda: AT)
    assert [(one.name, one.result, one.error) for one in outcomes] == [("bad", None, "LookupError"), ("good", 3, "")]
    later = scheduling.tick(db.session(), both, lambda: AT + dt.timedelta(minutes=1))
    assert [one.name for one in later] == ["bad"]


def test_mail_bears_the_name_the_installation_has_by_now(app: Flask, settings: Settings) -> None:
    def sent_from() -> str:
        jobs.tick()
        (file,) = (settings.data / "mail").glob("*.eml")
        sender = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["From"]
        file.unlink()
        return str(sender.addresses[0].display_name)

    def queue(key: str) -> None:
        assert mail.queue(db.session(), services().contacts, key, Mail("wang@example.com", "主题", "正文"), AT)
        db.session.commit()

    queue("before")
    assert sent_from() == "民生·民声"
    put(db.session(), {"site_name": "石桥县民生公示"}, "系统管理员", AT)
    queue("after")
    assert sent_from() == "石桥县民生公示"
