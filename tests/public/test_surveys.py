"""Filling in a survey and reading its results through the pages."""

import datetime as dt
import re

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.clock import local_date
from minsheng.database import now
from minsheng.surveys import Channel, Response, Wave
from tests.factories import Make
from tests.public.test_suggestions import hidden

DAY = dt.timedelta(days=1)


def open_wave(session: Session, make: Make) -> Wave:
    today = local_date(now())
    wave = make.wave(opens_on=today - DAY, closes_on=today + DAY)
    session.commit()
    return wave


def answers(client: FlaskClient, wave: Wave, **typed: object) -> dict[str, object]:
    page = client.get(f"/surveys/{wave.slug}").text
    return {
        "csrf_token": hidden(page, "csrf_token"),
        "ticket": hidden(page, "ticket"),
        "place": "",
        "q-aware": "heard",
        "q-satisfied": "dissatisfied",
        "q-words": "",
        **typed,
    }


def test_answers_are_taken_once_and_thanked_for(client: FlaskClient, session: Session, make: Make) -> None:
    wave = open_wave(session, make)
    typed = answers(client, wave)
    for _ in range(2):
        assert client.post(f"/surveys/{wave.slug}", data=typed).headers["Location"].endswith("/thanks")
    response = session.scalars(sa.select(Response)).one()
    assert response.channel is Channel.WEB
    assert "已经答过" in client.get(f"/surveys/{wave.slug}").text
    assert 'name="q-aware"' in client.get(f"/surveys/{wave.slug}?again=1").text


def test_mistakes_are_named_and_answers_kept(client: FlaskClient, session: Session, make: Make) -> None:
    wave = open_wave(session, make)
    typed = answers(client, wave, **{"q-aware": "", "q-words": "路修得好"})
    answer = client.post(f"/surveys/{wave.slug}", data=typed)
    assert answer.status_code == 422
    assert 'href="#q-aware"' in answer.text
    assert "请回答这一题" in answer.text
    assert "路修得好</textarea>" in answer.text


def test_chosen_options_are_kept_beside_a_mistake(client: FlaskClient, session: Session, make: Make) -> None:
    wave = open_wave(session, make)
    answer = client.post(f"/surveys/{wave.slug}", data=answers(client, wave, **{"q-satisfied": "made_up"}))
    assert re.search(r'value="heard" checked', answer.text)


def test_drafts_of_waves_are_not_there(client: FlaskClient, session: Session, make: Make) -> None:
    wave = make.wave(is_published=False)
    session.commit()
    assert client.get(f"/surveys/{wave.slug}").status_code == 404
    assert client.get(f"/surveys/{wave.slug}/results").status_code == 404


def test_the_survey_speaks_the_readers_language(client: FlaskClient, session: Session, make: Make) -> None:
    wave = open_wave(session, make)
    wave.version.questions[0].translations = {"en": "Do you know this year's projects?"}
    session.commit()
    page = client.get(f"/surveys/{wave.slug}", headers={"Accept-Language": "en"}).text
    assert "Do you know this year&#39;s projects?" in page


def test_a_retry_after_closing_is_thanked_and_a_first_try_turned_away(
    client: FlaskClient, session: Session, make: Make
) -> None:
    wave = open_wave(session, make)
    stored, late = answers(client, wave), answers(client, wave)
    client.post(f"/surveys/{wave.slug}", data=stored)
    wave.close(now())
    session.commit()
    assert client.post(f"/surveys/{wave.slug}", data=stored).headers["Location"].endswith("/thanks")
    assert client.post(f"/surveys/{wave.slug}", data=late).status_code == 409
    assert len(session.scalars(sa.select(Response)).all()) == 1
