"""The clock of cases as a job: two processes at the same moment note each moment once, on either database."""

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from minsheng.casework import case_reminders, letters
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.case_reminders import CaseReminder
from minsheng.casework.cases import CaseEventKind, CaseState, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import LOCAL_ZONE
from minsheng.database import Base, db
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from pages.services import EXTENSION, services
from tests.conftest import AT
from tests.factories import Make
from website import jobs
from website.application import create_app
from website.config import Settings

CASES = 4
THREADS = 2


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
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


def send(*, answered: bool) -> list[Suggestion]:
    """Several cases with one agency, waiting for their answer or for the sender's judgement."""
    make, clock = Make(db.session(), AT), services().case_clock
    agency, cases = make.agency(), []
    for number in range(CASES):
        letter = Letter(SuggestionKind.COMPLAINT, "路灯坏了", consent_to_publish=False)
        case = letters.submit(db.session(), letter, ticket=f"t{number}", code=f"c{number}", at=AT, clock=clock)
        case.accept("a", AT)
        case.hand_over(agency, "a", AT)
        if answered:
            case.answer("已修好。", "b", AT, clock)
        cases.append(case)
    db.session.commit()
    return cases


def both_at_once(site: Flask, at: dt.datetime) -> list[int]:
    """Look at the clock from two threads that start together; return what each noted."""
    start, results = threading.Barrier(THREADS), []
    # What this thread has read must not keep the others waiting.
    db.session.commit()

    def run() -> None:
        with site.app_context():
            start.wait()
            results.append(case_reminders.watch(db.session(), services().case_clock, at))
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), LOCAL_ZONE)


def test_two_at_once_remind_once(site: Flask) -> None:
    due = send(answered=False)[0].reply_due
    assert sum(both_at_once(site, noon(due))) == CASES
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count(CaseReminder.id))) == CASES
    reminded = sa.select(sa.func.count(CaseEvent.id)).where(CaseEvent.kind == CaseEventKind.REMINDED)
    assert db.session.scalar(reminded) == CASES
    journaled = sa.select(sa.func.count()).where(JournalEntry.act == "suggestion_reminded")
    assert db.session.scalar(journaled) == CASES
    assert publishing.verify(db.session()) == []


def test_two_at_once_close_once(site: Flask) -> None:
    due = send(answered=True)[0].rating_due
    assert due is not None
    assert sum(both_at_once(site, noon(due + dt.timedelta(days=1)))) == CASES
    db.session.expire_all()
    assert {case.state for case in db.session.scalars(sa.select(Suggestion))} == {CaseState.CLOSED}
    closed = sa.select(sa.func.count(CaseEvent.id)).where(CaseEvent.kind == CaseEventKind.CLOSED)
    assert db.session.scalar(closed) == CASES


def test_a_tick_looks_at_the_clock_of_cases(site: Flask) -> None:
    due = send(answered=False)[0].reply_due
    site.extensions[EXTENSION] = dataclasses.replace(site.extensions[EXTENSION], clock=lambda: noon(due))
    outcomes = {one.name: (one.result, one.error) for one in jobs.tick()}
    assert outcomes["watch_cases"] == (CASES, "")
    again = {one.name: (one.result, one.error) for one in jobs.tick()}
    assert again["watch_cases"] == (0, "")
