"""What must not be seen: unreviewed words, contacts, codes, sealed counts, errors from inside."""

import logging

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.surveying import surveys
from minsheng.surveying.surveys import Channel
from tests.adversarial.reading import send_letter, sent_fields
from tests.factories import Make

MARK = "斑马线旁的石榴树"
CONTACT = "13812345678"


def letter_of_a_resident(client: FlaskClient) -> str:
    """Send a letter with a mark and a contact; return where its sender follows it."""
    answer = send_letter(client, words=f"{MARK}挡住了红绿灯。", contact=CONTACT, consent_to_publish="y")
    return answer.headers["Location"].partition("?")[0]


def test_an_unreviewed_letter_is_nowhere_but_on_its_senders_page(
    client: FlaskClient, make: Make, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    project = make.published_report(make.project()).project
    followed = letter_of_a_resident(client)
    case = session.scalars(sa.select(Suggestion)).one()
    assert MARK in client.get(followed).text
    for address in (
        "/", "/suggestions/", "/suggestions/?kind=suggestion&state=open", f"/search/?q={MARK}", "/changes/",
        "/changes/journal.jsonl", "/data/projects.csv", f"/projects/{project.slug}/data.json", "/suggestions/follow",
    ):  # fmt: skip
        text = client.get(address).text
        # The search box and the heading repeat what was looked for.
        assert text.replace(f'value="{MARK}"', "").count(MARK) <= (2 if "search" in address else 0), address
        assert CONTACT not in text, address
    assert client.get(f"/suggestions/{case.id}").status_code == 404
    assert CONTACT not in caplog.text
    assert MARK not in caplog.text


def test_a_contact_is_in_no_column_in_the_clear(client: FlaskClient, session: Session) -> None:
    letter_of_a_resident(client)
    for table in sa.inspect(db.engine).get_table_names():
        for row in session.execute(sa.text(f'SELECT * FROM "{table}"')):  # noqa: S608 - names come from the database
            assert CONTACT not in str(tuple(row)), table


def test_pages_of_a_case_are_kept_by_no_browser(client: FlaskClient) -> None:
    followed = letter_of_a_resident(client)
    assert client.get(followed).headers["Cache-Control"] == "no-store"
    assert client.get("/suggestions/follow").headers["Cache-Control"] == "no-store"
    assert client.get(followed).headers["Referrer-Policy"] == "same-origin"


def test_whoever_writes_anew_over_a_sent_form_gets_no_other_receipt(client: FlaskClient, session: Session) -> None:
    """A shared computer: the next person goes back to the form and sends own words with the first one's ticket."""
    fields = sent_fields(client)
    first = client.post("/suggestions/new", data=fields)
    again = client.post("/suggestions/new", data=fields)
    assert again.headers["Location"] == first.headers["Location"]
    other = client.post("/suggestions/new", data={**fields, "words": "这是另一个人写的话。"})
    assert other.status_code == 422
    assert "这是另一个人写的话。" in other.text
    assert first.headers["Location"].partition("?")[0] not in other.text
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1


def test_counts_of_an_open_survey_are_nowhere(client: FlaskClient, make: Make, session: Session) -> None:
    at = make.at
    wave = make.wave(opens_on=at.date().replace(year=2000), closes_on=at.date().replace(year=2999))
    for number in range(7):
        answers = {"aware": ["never"], "words": [MARK]}
        surveys.respond(session, wave, answers, ticket=str(number), channel=Channel.WEB, at=at)
    session.commit()
    pages = {}
    for address in (
        f"/surveys/{wave.slug}",
        f"/surveys/{wave.slug}/results",
        f"/surveys/{wave.slug}/thanks",
        "/surveys/",
    ):
        pages[address] = client.get(address)
        assert MARK not in pages[address].text
    assert pages[f"/surveys/{wave.slug}/results"].status_code == 403
    before = client.get(f"/surveys/{wave.slug}/results").text
    surveys.respond(session, wave, {"aware": ["never"]}, ticket="8", channel=Channel.WEB, at=at)
    session.commit()
    assert client.get(f"/surveys/{wave.slug}/results").text == before, "a page that changes with answers tells of them"
    assert "never" not in client.get("/changes/journal.jsonl").text


def test_a_failure_tells_the_log_and_not_the_visitor(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("sqlite:///secret/place")

    monkeypatch.setitem(app.view_functions, "public.home.index", fail)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/")
    assert answer.status_code == 500
    assert "secret/place" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret/place" in caplog.text


def test_codes_that_cannot_be_and_codes_that_are_not_answer_alike(client: FlaskClient) -> None:
    fields = {"csrf_token": sent_fields(client)["csrf_token"]}
    answers = [
        client.post("/suggestions/follow", data={**fields, "code": code}).text.replace(code, "")
        for code in ("2222-2222-2223", "AAAA-BBBB-CCCC")
    ]
    assert answers[0] == answers[1]
    assert client.get("/suggestions/follow/2222-2222-2223").status_code == 404
