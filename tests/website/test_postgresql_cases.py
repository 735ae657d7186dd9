"""Cases on PostgreSQL: statistics, the clock, similar cases, held letters and adoptions, as on SQLite."""

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterator

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.casework import (
    case_adoptions,
    case_reminders,
    case_statistics,
    quarantine,
    similar_cases,
    submission_counts,
)
from minsheng.casework.case_reminders import CaseReminder
from minsheng.casework.case_statistics import Dimension
from minsheng.casework.cases import CaseClock, Prominence, SuggestionKind
from minsheng.casework.held_letters import HeldLetter, HeldReason, HeldState
from minsheng.casework.letters import Letter, submit
from minsheng.casework.quarantine import Handed
from minsheng.casework.suggestions import Suggestion
from minsheng.codes import code_hash
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.participation import call_outcomes
from minsheng.records.projects import Category
from minsheng.workdays import WorkCalendar
from pages.services import services
from public.casework import case_mail, similar
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.casework.test_case_statistics import counted_by_hand, random_case
from website.application import create_app
from website.config import Settings

pytestmark = pytest.mark.postgresql
CLOCK = CaseClock(WorkCalendar.load())
AS_OF = AT.date()


@pytest.fixture
def site(settings: Settings, postgresql_url: str) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, database_url=postgresql_url))
    app.config["TESTING"] = True
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(site: Flask) -> Session:
    return db.session()


@pytest.fixture
def make(session: Session) -> Make:
    return Make(session, AT)


def test_statistics_count_what_plain_python_counts(site: Flask, session: Session, make: Make) -> None:
    dice = random.Random(20260610)  # noqa: S311 - invented cases must come out the same each time
    agencies = [make.agency(), make.agency()]
    projects = [make.project(category=Category.WATER), make.project(category=Category.TRANSPORT), None]
    cases = [random_case(session, dice, dice.choice(projects), agencies) for _number in range(40)]
    session.commit()
    assert case_statistics.count(session, AS_OF) == counted_by_hand(cases, AS_OF)
    keys: tuple[tuple[Dimension, Callable[[Suggestion], object]], ...] = (
        (Dimension.AGENCY, lambda case: case.agency_id),
        (Dimension.PLACE, lambda case: case.division_id),
        (Dimension.CATEGORY, lambda case: case.project.category.value if case.project else None),
        (Dimension.CHANNEL, lambda case: case.channel.value),
    )
    for dimension, key in keys:
        found = case_statistics.count_by(session, dimension, AS_OF)
        assert found == {
            value: counted_by_hand([case for case in cases if key(case) == value], AS_OF)
            for value in {key(case) for case in cases}
        }
    assert sum(one.received for one in case_statistics.count_by(session, Dimension.MONTH, AS_OF).values()) == len(cases)
    pages = [f"/suggestions/statistics/?by={by.value}" for by in Dimension]
    for address in [*pages, "/suggestions/statistics/cases.csv", "/suggestions/"]:
        assert site.test_client().get(address).status_code == 200, address


def test_the_clock_notes_each_moment_once_and_tells_the_sender(site: Flask, session: Session, make: Make) -> None:
    at = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
    letter = Letter(SuggestionKind.COMPLAINT, "路灯不亮", consent_to_publish=True)
    contacts = services().contacts
    waiting, silent = (
        submit(
            session,
            letter,
            ticket=code,
            code=code,
            at=at,
            clock=CLOCK,
            seal=lambda record: contacts.seal("a@example.com", record),
        )
        for code in ("one", "two")
    )
    agency = make.agency()
    for case in (waiting, silent):
        case.accept("某局", at)
        case.hand_over(agency, "某局", at)
    silent.answer("已修好。", "某局", at, CLOCK)
    session.commit()
    for _turn in range(2):
        for days in range(60):
            case_reminders.watch(session, CLOCK, at + dt.timedelta(days=days))
    moments = session.execute(sa.select(CaseReminder.suggestion_id, CaseReminder.moment)).all()
    assert len(moments) == len(set(moments)) == 5
    assert publishing.verify(session) == []
    assert case_mail.tell_senders(lambda: at) == 0


def test_similar_cases_are_found(site: Flask, session: Session, make: Make) -> None:
    words = "东街小学门口的斑马线看不清了，请重新画一下。"
    case = submit(
        session,
        Letter(SuggestionKind.COMPLAINT, words, consent_to_publish=True, project=make.project()),
        ticket="t",
        code="c",
        at=services().clock(),
        clock=CLOCK,
    )
    case.review(is_public=True, title="斑马线看不清", words=words, by="某局", at=AT)
    session.commit()
    found = similar.similar_to("小学门口斑马线看不清，请重新画", case.project, None)
    assert [one.id for one in found] == [case.id]
    assert similar_cases.most_alike("完全无关的一句话", [case]) == []


def test_held_letters_are_grouped_released_and_fetched_back(site: Flask, session: Session, make: Make) -> None:
    call, member = make.call(), make.staff(Role.CASE_REVIEWER)
    for number in range(6):
        letter = Letter(SuggestionKind.SUGGESTION, f"装路灯{number % 3}", consent_to_publish=True)
        handed = Handed(f"t{number}", code_hash(f"c{number}"), "", alike_as="m", call=call if number % 2 else None)
        quarantine.hold(session, letter, handed, HeldReason.MANY_ALIKE, AT)
    session.commit()
    query = quarantine.within(session, member, HeldState.WAITING)
    groups, total = quarantine.groups(session, query, 0, 10)
    assert (total, [(one.copies, one.wordings) for one in groups]) == (2, [(3, 3), (3, 3)])
    assert quarantine.groups(session, query, 0, 10, by_wording=True)[1] == 6
    assert quarantine.has_room_for_words(session, "装路灯1", AT, call)
    letters = session.scalars(query.order_by(HeldLetter.id).limit(2)).all()
    known = services()
    made = quarantine.release(
        session, letters, member, AT, known.case_clock, known.contacts, lambda one: f"c{one.ticket[1:]}"
    )
    session.commit()
    assert [type(one).__name__ for one in made] == ["Suggestion", "CallIdea"]
    assert quarantine.discard(session, query, member, AT) == 4
    discarded = quarantine.within(session, member, HeldState.DISCARDED)
    assert quarantine.fetch_back(session, discarded, member, AT) == 4
    session.commit()
    assert call_outcomes.counts_of(session, call).received == 1
    assert publishing.verify(session) == []


def test_adoptions_are_listed(site: Flask, session: Session, make: Make) -> None:
    programme = make.programme()
    case = submit(
        session,
        Letter(SuggestionKind.SUGGESTION, "装路灯", consent_to_publish=True, project=make.project()),
        ticket="t",
        code="c",
        at=AT,
        clock=CLOCK,
    )
    case.accept("某局", AT)
    case.review(is_public=True, title="装路灯", words="装路灯", by="某局", at=AT)
    case_adoptions.adopt(case, programme, None, "", "某局", AT)
    session.commit()
    assert [one.suggestion for one in case_adoptions.made_public(session)] == [case]
    assert case.prominence is Prominence.PUBLIC
    assert "装路灯" in site.test_client().get("/suggestions/statistics/").text
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1


def test_hosts_that_share_a_database_add_up_what_they_count(session: Session) -> None:
    with db.engine.connect() as one, db.engine.connect() as other:
        assert submission_counts.exchange(one, {100: 3, 101: 4}, 50) == {100: 3, 101: 4}
        one.commit()
        assert submission_counts.exchange(other, {101: 6}, 50) == {100: 3, 101: 10}
        other.commit()
        assert submission_counts.exchange(one, {}, 100) == {101: 10}
