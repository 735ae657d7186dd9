"""Filling in a survey and reading its results through the pages."""

import datetime as dt
import re

import brotli
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.clock import local_date
from minsheng.database import now
from minsheng.surveying import questionnaire_editing as editing
from minsheng.surveying.question_library import standard_questions
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.factories import Make
from tests.public.casework.test_suggestions import hidden
from tests.public.conftest import Counter, Reader
from tests.public.test_weight import travelling

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


def long_wave(session: Session, make: Make, count: int | None = None) -> Wave:
    """An open survey with the library's questions, or the first of them."""
    asked = [one.question for one in standard_questions().values()][:count]
    today = local_date(now())
    number = next(make._numbers)
    version = editing.start(session, f"library-{number}", "标准问卷", None, questions=asked)
    wave = make.wave(version=version, opens_on=today - DAY, closes_on=today + DAY)
    session.commit()
    return wave


def test_every_row_of_a_matrix_is_a_named_group(read: Reader, session: Session, make: Make, at: dt.datetime) -> None:
    asked = [one.question for one in standard_questions().values()]
    version = editing.start(session, "library", "标准问卷", None, questions=asked)
    wave = make.wave(version=version, opens_on=at.date(), closes_on=at.date() + DAY)
    page = read(f"/surveys/{wave.slug}")
    rows = {question.key: question.text for question in version.questions if question.matrix}
    found = {element.get("id", "") for element in page.every("fieldset")}
    assert {f"q-{key}" for key in rows} <= found
    legends = [element.text.strip() for element in page.every("legend")]
    assert set(rows.values()) <= set(legends)
    assert any("您对下面各项满意吗" in legend for legend in legends)
    assert len(page.every("fieldset")) == len(legends)


def test_answering_is_light(client: FlaskClient, session: Session, make: Make) -> None:
    wave = long_wave(session, make)
    answer = client.get(f"/surveys/{wave.slug}", headers={"Accept-Encoding": "br", "Sec-Fetch-Site": "none"})
    page = brotli.decompress(answer.data).decode()
    files = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page) + re.findall(r'<script[^>]* src="([^"]+)"', page)
    assert len(answer.data) + sum(travelling(client, each) for each in files) < 40_000


def test_more_questions_do_not_mean_more_queries(
    client: FlaskClient, session: Session, make: Make, queries: Counter
) -> None:
    def sent(wave: Wave) -> int:
        address = f"/surveys/{wave.slug}"
        client.get(address)
        session.expire_all()
        with queries() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    assert sent(long_wave(session, make, 2)) == sent(long_wave(session, make))


def test_conditions_and_hints_are_told_in_words(client: FlaskClient, session: Session, make: Make) -> None:
    wave = open_wave(session, make)
    wave.version.questions[1].hint, wave.version.questions[1].hint_translations = "想一想", {"en": "Take your time"}
    session.commit()
    page = client.get(f"/surveys/{wave.slug}").text
    assert "第 1 题选了“很了解”或“听说过”的人才答" in page
    assert "Take your time" in client.get(f"/surveys/{wave.slug}", headers={"Accept-Language": "en"}).text


def test_a_survey_that_is_not_asked_on_the_web_takes_no_answer_there(
    client: FlaskClient, make: Make, session: Session
) -> None:
    today = make.at.date()
    wave = make.wave(opens_on=today.replace(year=2000), closes_on=today.replace(year=2999), channels=["phone"])
    session.commit()
    page = client.get(f"/surveys/{wave.slug}")
    assert "不在网上填写" in page.text
    assert "<textarea" not in page.text
    other = answers(client, open_wave(session, make))
    assert client.post(f"/surveys/{wave.slug}", data=other).status_code == 409
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 0
    assert "不在网上填写" in client.get("/surveys/").text


def test_answers_sent_at_once_are_marked_as_too_fast_without_a_time(
    client: FlaskClient, make: Make, session: Session
) -> None:
    today = make.at.date()
    period = {"opens_on": today.replace(year=2000), "closes_on": today.replace(year=2999)}
    for wave in (make.wave(**period, quality_rules={"too_fast": 60.0}), make.wave(**period)):
        session.commit()
        client.post(f"/surveys/{wave.slug}", data=answers(client, wave))
    flags = {response.wave_id: response.flags for response in session.scalars(sa.select(Response))}
    assert sorted(flags.values()) == [[], ["too_fast"]]
