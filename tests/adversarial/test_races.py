"""Two at once: the same form, the same case, the same report; the journal stays one chain."""

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.passwords import hash_password
from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import letters
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.cases import CaseEventKind, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from pages.services import services
from tests.admin.conftest import read_fields
from tests.adversarial.reading import WORDS, sent_fields
from tests.factories import Make

PASSWORD = "correct horse battery staple"
AT_ONCE = 4


def at_once(acts: Sequence[Callable[[], int]]) -> list[int]:
    """Start every act at the same moment and return their answers; what one raises is raised here."""
    db.session.rollback()
    gate, answers, failures = threading.Barrier(len(acts)), [0] * len(acts), []

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = acts[place]()
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return answers


def poster(app: Flask, like: FlaskClient, url: str, data: dict[str, str]) -> Callable[[], int]:
    """Return the sending of a form from a second window of the same browser, in a thread of its own."""
    window = FlaskClient(app, app.response_class, use_cookies=True)
    cookie = like.get_cookie("minsheng")
    assert cookie is not None
    window.set_cookie("minsheng", cookie.value)

    def post() -> int:
        return window.post(url, data=data).status_code

    return post


@pytest.fixture
def staff_client(app: Flask, session: Session) -> Callable[[StaffMember], FlaskClient]:
    """Makes a browser in which a member of staff is signed in, by the real clock."""

    def sign_in(member: StaffMember) -> FlaskClient:
        member.password_hash = hash_password(PASSWORD)
        session.commit()
        client = app.test_client()
        fields = {"username": member.username, "password": PASSWORD, "csrf_token": token(client, "/admin/sign-in")}
        assert client.post("/admin/sign-in", data=fields).status_code == 302
        return client

    return sign_in


def token(client: FlaskClient, url: str) -> str:
    """Return the token of the forms on a page."""
    return read_fields(client.get(url))["csrf_token"]


def handed_over(session: Session, make: Make) -> Suggestion:
    """Return a case that waits for its agency's answer."""
    place, number = make.division(), next(_numbers)
    case = letters.submit(
        session,
        Letter(SuggestionKind.QUESTION, WORDS, consent_to_publish=True, division=place),
        ticket=f"ticket-{number}",
        code=f"code-{number}",
        at=make.at,
        clock=services().case_clock,
    )
    case.accept("来信组", make.at)
    case.hand_over(make.agency(division=place), "来信组", make.at)
    publishing.record_suggestion(session, case, "suggestion_handed_over", "来信组", make.at)
    session.commit()
    return case


_numbers = itertools.count()


def test_one_form_sent_many_times_at_once_is_one_case(app: Flask, client: FlaskClient, session: Session) -> None:
    fields = sent_fields(client)
    answers = at_once([poster(app, client, "/suggestions/new", fields) for _window in range(AT_ONCE)])
    assert answers == [302] * AT_ONCE
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1
    assert session.scalar(sa.select(sa.func.count(CaseEvent.id))) == 1
    assert not publishing.verify(session)


def test_one_questionnaire_sent_many_times_at_once_is_one_answer(
    app: Flask, client: FlaskClient, make: Make, session: Session
) -> None:
    wave = make.wave(opens_on=dt.date(2000, 1, 1), closes_on=dt.date(2999, 1, 1))
    address = f"/surveys/{wave.slug}"
    session.commit()
    shown = read_fields(client.get(address))
    fields = {"csrf_token": shown["csrf_token"], "ticket": shown["ticket"], "place": "", "q-aware": "never"}
    answers = at_once([poster(app, client, address, fields) for _window in range(AT_ONCE)])
    assert answers == [302] * AT_ONCE
    assert len(wave.responses) == 1


def test_a_case_answered_twice_at_once_has_one_answer(
    app: Flask, make: Make, session: Session, staff_client: Callable[[StaffMember], FlaskClient]
) -> None:
    case = handed_over(session, make)
    url = f"/admin/suggestions/{case.id}"
    member = make.staff(Role.CASE_HANDLER, agency=case.agency)
    client = staff_client(member)
    sent = {"csrf_token": token(client, url)}
    answers = at_once(
        [poster(app, client, f"{url}/reply", {**sent, "text": f"已经修好，第{turn}次。"}) for turn in range(AT_ONCE)]
    )
    assert sorted(answers) == [302] + [409] * (AT_ONCE - 1)
    replied = sa.select(sa.func.count(CaseEvent.id)).where(CaseEvent.kind == CaseEventKind.REPLIED)
    assert session.scalar(replied) == 1
    assert not publishing.verify(session)


def test_a_report_published_by_two_at_once_is_published_once(
    app: Flask, make: Make, session: Session, staff_client: Callable[[StaffMember], FlaskClient]
) -> None:
    report = make.report(make.project())
    report.submit(make.at)
    session.commit()
    url, acts = f"/admin/publishing/{report.id}", []
    for client in [staff_client(make.staff(Role.PUBLISHER)) for _publisher in range(2)]:
        shown = read_fields(client.get(url))
        sent = {"csrf_token": shown["csrf_token"], "version": shown["version"]}
        acts.append(poster(app, client, f"{url}/publish", sent))
    assert sorted(at_once(acts)) == [302, 409]
    published = sa.select(sa.func.count()).select_from(JournalEntry).where(JournalEntry.act == "report_published")
    assert session.scalar(published) == 1
    assert not publishing.verify(session)
