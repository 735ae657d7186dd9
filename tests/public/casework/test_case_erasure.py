"""A sender erases the contact by the code: asked first, done at once, and only with the right code."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.casework import letters
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from pages.services import EXTENSION, Services
from tests.public.casework.test_suggestions import hidden


@pytest.fixture
def code(app: Flask) -> str:
    services: Services = app.extensions[EXTENSION]
    return codes.tracking_code(services.secret, "suggestion", "t")


@pytest.fixture
def case(app: Flask, session: Session, code: str, at: dt.datetime) -> Suggestion:
    services: Services = app.extensions[EXTENSION]
    made = letters.submit(
        session,
        Letter(SuggestionKind.QUESTION, "什么时候修路？", consent_to_publish=False),
        ticket="t",
        code=code,
        at=at,
        clock=services.case_clock,
        seal=lambda record: services.contacts.seal("13812345678", record),
    )
    publishing.record_suggestion(session, made, "suggestion_received", "", at)
    session.commit()
    return made


def test_looking_changes_nothing_and_pressing_erases_at_once(
    session: Session, client: FlaskClient, case: Suggestion, code: str
) -> None:
    address = f"/suggestions/follow/{code}/contact/erase"
    page = client.get(address)
    assert page.status_code == 200
    assert page.headers["Cache-Control"].startswith(("no-store", "private", "no-cache"))
    assert case.contact_sealed is not None

    answer = client.post(address, data={"csrf_token": hidden(page.text, "csrf_token")})

    assert answer.status_code == 302
    assert answer.location.endswith(f"/suggestions/follow/{code}")
    session.expire_all()
    assert case.contact_sealed is None
    assert case.contact_erased_at is not None
    assert "已在" in client.get(address).text
    again = client.post(address, data={"csrf_token": hidden(page.text, "csrf_token")})
    assert again.status_code == 302
    acts = session.scalars(sa.select(JournalEntry.act).where(JournalEntry.subject == case.subject)).all()
    assert acts.count("contact_erased") == 1


@pytest.mark.parametrize("wrong", ["AAAA-AAAA-AAAA", "x", "2345-6789-ABCD"])
def test_without_the_code_there_is_nothing(
    session: Session, client: FlaskClient, case: Suggestion, code: str, wrong: str
) -> None:
    token = hidden(client.get(f"/suggestions/follow/{code}/contact/erase").text, "csrf_token")
    assert client.get(f"/suggestions/follow/{wrong}/contact/erase").status_code == 404
    assert client.post(f"/suggestions/follow/{wrong}/contact/erase", data={"csrf_token": token}).status_code == 404
    session.expire_all()
    assert case.contact_sealed is not None


def test_a_press_from_another_site_is_refused(
    session: Session, client: FlaskClient, case: Suggestion, code: str
) -> None:
    assert client.post(f"/suggestions/follow/{code}/contact/erase").status_code in {400, 422}
    session.expire_all()
    assert case.contact_sealed is not None
