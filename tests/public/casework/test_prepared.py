"""Forms under load: filled, they are letter for letter what the template makes, and no one sees another's words."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask, has_request_context
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from minsheng.casework.held_letters import HeldLetter
from minsheng.casework.submission_meter import CALM_PER_MINUTE
from minsheng.database import db, now
from minsheng.installation import settings
from pages.services import services
from public.casework import prepared
from public.casework.prepared import LASTS, MOST, Prepared
from public.casework.sending_gate import meter
from tests.admin.conftest import read_fields
from tests.factories import Make

NEW = "/suggestions/new"
WORDS = "东街小学门口的斑马线看不清了，请重新画一下。"
HOSTILE = "\"><script>alert('1')</script> &amp; {{ 7*7 }} \\1 %(x)s gap"
TYPED: tuple[dict[str, str], ...] = (
    {},
    {"kind": "complaint", "place": "", "place_words": HOSTILE, "consent_to_publish": "y"},
    {"kind": "none such", "place": "999999", "words": HOSTILE},
    {"kind": "question", "contact": "13800000000", "consent_to_call": "y", "email": HOSTILE},
    {"kind": "suggestion", "contact": "", "consent_to_call": "y", "words": "短"},
    {"kind": "suggestion", "homepage": "http://spam.invalid", "words": WORDS},
    {"kind": "suggestion", "words": WORDS, "ticket": "forged"},
    {"kind": "suggestion", "words": WORDS, "latitude": "31.0", "longitude": "112.0"},
    {"kind": "suggestion", "words": WORDS, "proof": "12"},
)


def under_load() -> None:
    for number in range(CALM_PER_MINUTE + 1):
        meter().note(services().clock(), f"network {number}", [f"words {number}"])


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what requests ask the database inside."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if has_request_context():
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def without_signatures(page: str) -> str:
    """Return a page without what is signed with the time, which differs from second to second."""
    return re.sub(r'(name="(?:ticket|csrf_token)" type="hidden" value=")[^"]*', r"\1", page)


@pytest.mark.parametrize("language", ["zh-CN", "en", "zh-TW"])
def test_a_filled_page_is_the_page_that_the_template_makes(
    app: Flask, client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    make.programme()
    under_load()
    shown = read_fields(client.get(NEW))
    hidden = {name: shown.get(name, "") for name in ("csrf_token", "ticket")}
    headers = {"Accept-Language": language}
    for typed in TYPED:
        sent = {**hidden, "kind": "suggestion", "words": WORDS, **typed}
        filled = [client.post(NEW, data=sent, headers=headers) for _turn in range(2)]
        with monkeypatch.context() as patched:
            patched.setattr(prepared, "fill", lambda _form, _key, _empty, render: render())
            made = client.post(NEW, data=sent, headers=headers)
        for one in filled:
            assert one.status_code == made.status_code == 422
            assert without_signatures(one.text) == without_signatures(made.text), typed
        assert "<script>alert" not in made.text


def test_a_form_is_opened_and_sent_back_without_the_database(app: Flask, client: FlaskClient, session: Session) -> None:
    under_load()
    client.get(NEW)
    fields = {**read_fields(client.get(NEW)), "kind": "suggestion", "words": WORDS, "place": ""}
    client.post(NEW, data={**fields, "proof": ""})
    with statements() as asked:
        opened = app.test_client().get(NEW)
        returned = client.post(NEW, data={**fields, "proof": "", "words": f"{WORDS}谢谢"})
        trapped = client.post(NEW, data={**fields, "proof": "", "homepage": "x"})
        forged = client.post(NEW, data={**fields, "ticket": "forged"})
    # Once a second the meter asks what others counted, in a transaction of its own.
    assert {one.partition(" ")[0] for one in asked if "submission_minute" not in one} <= {"BEGIN"}
    assert opened.status_code == 200
    assert {returned.status_code, trapped.status_code, forged.status_code} == {422}
    assert f"{WORDS}谢谢" in returned.text
    assert max(len(one.data) for one in (opened, returned, trapped, forged)) < 12_000
    assert session.scalar(sa.select(sa.func.count(HeldLetter.id))) == 0


def test_nobody_gets_anothers_words_token_or_ticket(app: Flask) -> None:
    under_load()
    first, second = app.test_client(), app.test_client()
    mine, other = read_fields(first.get(NEW)), read_fields(second.get(NEW))
    assert mine["csrf_token"] != other["csrf_token"]
    assert mine["ticket"] != other["ticket"]
    first.post(NEW, data={**mine, "kind": "complaint", "words": f"{WORDS}甲", "place": "", "proof": ""})
    answer = second.post(NEW, data={**other, "kind": "question", "words": f"{WORDS}乙", "place": "", "proof": ""})
    assert f"{WORDS}甲" not in answer.text
    again = read_fields(answer)
    assert (again["ticket"], again["csrf_token"]) == (other["ticket"], other["csrf_token"])
    assert 'value="question" checked' in answer.text
    assert 'value="complaint" checked' not in answer.text


def test_a_change_of_the_sites_name_is_seen_soon(app: Flask, client: FlaskClient, session: Session) -> None:
    under_load()
    client.get(NEW)
    settings.put(session, {"site_name": "某县民生公示"}, "系统管理员", now())
    session.commit()
    assert "某县民生公示" not in client.get(NEW).text
    known = prepared.prepared()
    with known._lock:
        known._known = {key: (at - LASTS, made) for key, (at, made) in known._known.items()}
    assert "某县民生公示" in client.get(NEW).text


def test_an_idea_under_load_is_asked_for_work_and_given_back(
    client: FlaskClient, session: Session, make: Make, standing_clock: None
) -> None:
    call = make.call()
    session.commit()
    address = f"/calls/{call.slug}/new"
    calm = client.get(address)
    assert calm.status_code == 200
    assert "这一页暂时从简" not in calm.text
    under_load()
    fields = {**read_fields(client.get(address)), "words": WORDS, "place": "", "proof": ""}
    for _turn in range(2):
        asked = client.post(address, data=fields)
        assert asked.status_code == 422
        assert "再按一次" in asked.text
        assert WORDS in asked.text
        assert "这一页暂时从简" in asked.text
    waiting = client.post(address, data={**fields, **read_fields(asked), "place": ""})
    assert waiting.status_code == 302
    assert session.scalars(sa.select(HeldLetter.words)).all() == [WORDS]


def test_forms_refused_by_the_thousand_are_a_flood_too(client: FlaskClient) -> None:
    fields = {**read_fields(client.get(NEW)), "kind": "suggestion", "words": WORDS, "place": "", "homepage": "x"}
    for _turn in range(CALM_PER_MINUTE):
        client.post(NEW, data=fields)
    assert not meter().is_high(now())
    assert client.post(NEW, data={"words": WORDS}).status_code == 400
    assert meter().is_high(now())


def test_what_is_remembered_has_an_end_and_an_age(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    known, made = Prepared(), []

    def make(number: int) -> int:
        made.append(number)
        return number

    for number in range(MOST + 5):
        assert known.remember(number, partial(make, number)) == number
    assert len(known._known) == MOST
    known.remember(MOST + 4, lambda: make(-1))
    assert -1 not in made
    known.remember(0, lambda: make(-2))
    assert made[-1] == -2
    known._known[0] = (now() - LASTS - dt.timedelta(seconds=1), 0)
    assert known.remember(0, lambda: make(-3)) == -3
