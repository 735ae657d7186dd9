"""What no browser sends, sent to the forms of residents, while all is calm and under load: a clear answer, no crash."""

import dataclasses
import io
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy.orm import Session

from minsheng.casework import proof_of_work
from minsheng.casework.held_letters import HeldLetter
from minsheng.casework.submission_meter import CALM_PER_MINUTE
from minsheng.casework.suggestions import Suggestion
from pages import tickets
from pages.services import services
from public.casework.sending_gate import meter
from tests.admin.conftest import read_fields
from tests.factories import Make
from website.application import create_app
from website.config import Settings

NEW = "/suggestions/new"
WORDS = "东街小学门口的斑马线看不清了，请重新画一下。"
URLENCODED = "application/x-www-form-urlencoded"


def under_load() -> None:
    for number in range(CALM_PER_MINUTE + 1):
        meter().note(services().clock(), f"network {number}", [f"words {number}"])


@pytest.fixture(params=["calm", "under load"])
def _weather(app: Flask, request: pytest.FixtureRequest) -> None:
    if request.param == "under load":
        under_load()


def fields(client: FlaskClient, **typed: str) -> dict[str, str]:
    shown = read_fields(client.get(NEW))
    return {**shown, "kind": "suggestion", "place": "", "words": WORDS, "consent_to_publish": "", **typed}


def stored(session: Session) -> list[str]:
    return [*session.scalars(sa.select(Suggestion.words)), *session.scalars(sa.select(HeldLetter.words))]


@pytest.mark.usefixtures("_weather")
def test_headers_without_measure_change_nothing(settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, trusted_proxies=1, rate_limits=True))
    huge = {
        "X-Forwarded-For": ", ".join(["198.51.100.1'; DROP TABLE", "::1%" + "x" * 30_000, "\x7f" * 9_000]),
        "Accept-Language": ",".join(["zh-" + "x" * 500] * 100),
        "Cookie": "; ".join(f"text={number:0>300}" for number in range(100)) + "; minsheng=" + "A" * 4000,
        "Accept-Encoding": "br;q=" + "9" * 30_000,
        "Sec-Fetch-Site": "none" * 9_000,
        "Referer": "x" * 60_000,
    }
    with app.app_context():
        under_load()
    client = app.test_client()
    assert client.get(NEW, headers=huge).status_code == 200
    assert client.post(NEW, data={"words": WORDS}, headers=huge).status_code == 400


@pytest.mark.usefixtures("_weather")
def test_sixty_kilobytes_come_back_whole_and_more_than_a_form_is_refused(client: FlaskClient, session: Session) -> None:
    words = "路灯不亮，" * 4_000
    answer = client.post(NEW, data=fields(client, words=words, place_words="某" * 3_000, proof="none"))
    assert answer.status_code == 422
    assert words in answer.text
    assert "某" * 3_000 in answer.text
    assert client.post(NEW, data=fields(client, words="路" * 2_000_000)).status_code == 413
    parts: dict[str, object] = {**fields(client), **{f"part{number}": "x" for number in range(1_200)}}
    assert client.post(NEW, data=parts, content_type="multipart/form-data").status_code == 413
    assert stored(session) == []


@pytest.mark.usefixtures("_weather")
@pytest.mark.parametrize(
    "bytes_of_words",
    [b"%FF%FE%00%80" * 5, b"%ED%A0%80%ED%B0%80" * 4, "路灯".encode("gb18030") * 5, b"%u8def%" * 9, b"%00%1B%5B31m" * 6],
)
def test_bytes_that_are_no_text_are_no_crash(client: FlaskClient, session: Session, bytes_of_words: bytes) -> None:
    known = fields(client)
    del known["words"]
    body = urlencode(known).encode() + b"&words=" + bytes_of_words
    answer = client.post(NEW, data=body, content_type=URLENCODED)
    # A body that is not even in the form's own writing is no form, and so has no token.
    assert answer.status_code in {302, 422} or (answer.status_code == 400 and not bytes_of_words.isascii())
    assert all(one.isprintable() or "\ufffd" in one for one in stored(session))


@pytest.mark.usefixtures("_weather")
def test_of_repeated_fields_the_first_counts(client: FlaskClient, session: Session) -> None:
    known = fields(client, checked="yes")
    twice = [
        *known.items(),
        ("words", "另一段话，也要收下。"),
        ("kind", "complaint"),
        ("ticket", "forged"),
        ("proof", "7"),
    ]
    answer = client.post(NEW, data=urlencode(twice), content_type=URLENCODED)
    assert answer.status_code == 302
    assert stored(session) == [WORDS]


@pytest.mark.usefixtures("_weather")
@pytest.mark.parametrize("seconds", [3_600, 10**9])
def test_a_ticket_from_the_future_is_none(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    known, present = fields(client), TimestampSigner.get_timestamp
    with monkeypatch.context() as patched:
        patched.setattr(TimestampSigner, "get_timestamp", lambda signer: present(signer) + seconds)
        future = tickets.issue(services().secret, tickets.LETTER)
    proof = proof_of_work.find(future, proof_of_work.BITS) if known.get("proof") == "none" else ""
    answer = client.post(NEW, data={**known, "ticket": future, "proof": proof})
    assert answer.status_code == 422
    assert WORDS in answer.text
    assert read_fields(answer)["ticket"] != future
    assert stored(session) == []


def test_work_done_for_one_form_is_none_for_another(
    client: FlaskClient, session: Session, make: Make, standing_clock: None
) -> None:
    first, second = make.call(), make.call()
    session.commit()
    under_load()
    letter = fields(client)
    idea = read_fields(client.get(f"/calls/{first.slug}/new"))
    for known in (letter, idea):
        known["proof"] = proof_of_work.find(known["ticket"])
    address = f"/calls/{second.slug}/new"
    for known in (letter, idea):
        answer = client.post(address, data={"place": "", "words": WORDS, **_proved(known)})
        assert answer.status_code == 422
        assert WORDS in answer.text
    assert client.post(NEW, data={**letter, **_proved(idea)}).status_code == 422
    assert stored(session) == []
    again = [client.post(NEW, data={**letter, "words": words}).status_code for words in (WORDS, f"{WORDS}又一封")]
    assert again == [302, 422]
    assert stored(session) == [WORDS]


def _proved(known: dict[str, str]) -> dict[str, str]:
    return {name: known[name] for name in ("csrf_token", "ticket", "proof")}


def test_pictures_without_work_are_not_looked_at_under_load(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_load()
    media = services().media
    monkeypatch.setattr(type(media), "add_image", lambda *_given, **_named: pytest.fail("a picture was read"))
    for proof in ("", "none", "7"):
        sent: dict[str, object] = {**fields(client), "proof": proof, "photos": (io.BytesIO(b"\x89PNG" * 999), "a.png")}
        answer = client.post(NEW, data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "照片没有收" in answer.text
    assert stored(session) == []
