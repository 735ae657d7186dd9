"""The gate: what several server processes know of a flood, and the room in the quarantine."""

import datetime as dt
import logging
from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.casework import quarantine, submission_counts
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.held_letters import HeldReason
from minsheng.casework.letters import Letter
from minsheng.casework.quarantine import Handed
from minsheng.casework.submission_counts import SubmissionMinute
from minsheng.casework.submission_meter import CALM_PER_MINUTE
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db, now
from public.casework import sending_gate
from tests.admin.conftest import read_fields
from website.application import create_app
from website.config import Settings

SECOND = dt.timedelta(seconds=1)


def held(session: Session, number: int, words: str) -> None:
    letter = Letter(SuggestionKind.COMPLAINT, words, consent_to_publish=False)
    quarantine.hold(session, letter, Handed(f"t{number}", f"h{number}", "zh_Hans"), HeldReason.NO_PROOF, now())


def test_two_processes_see_one_flood_that_neither_sees_alone(app: Flask, settings: Settings) -> None:
    other = create_app(settings)
    half = CALM_PER_MINUTE // 2 + 5
    for one in (app, other):
        with one.app_context():
            for number in range(half):
                sending_gate.meter().note(now(), f"n{number}", [f"w{number}"])
            assert not sending_gate.is_high()
    with app.app_context():
        sending_gate.hear()
        assert not sending_gate.is_high()
    with other.app_context():
        sending_gate.hear()
        assert sending_gate.is_high()
        assert db.session.scalar(sa.select(sa.func.sum(SubmissionMinute.letters))) == 2 * half
        db.session.remove()
        db.engine.dispose()


def test_a_process_that_starts_anew_learns_of_the_flood_before_its_first_letter(app: Flask, settings: Settings) -> None:
    for number in range(CALM_PER_MINUTE * 3):
        sending_gate.meter().note(now(), f"n{number}", [f"w{number}"])
    sending_gate.hear()
    anew = create_app(settings)
    with anew.app_context():
        assert not sending_gate.is_high()
        sending_gate.hear()
        assert sending_gate.is_high()
        assert sending_gate.bits_asked() > 16
        db.engine.dispose()


def test_what_is_kept_of_a_flood_are_numbers_for_a_day(session: Session) -> None:
    assert set(SubmissionMinute.__table__.columns.keys()) == {"minute", "letters"}
    connection = session.connection()
    assert submission_counts.exchange(connection, {100: 3, 101: 2}, 0) == {100: 3, 101: 2}
    assert submission_counts.exchange(connection, {101: 5}, 0) == {100: 3, 101: 7}
    assert submission_counts.exchange(connection, {}, 100) == {101: 7}
    assert submission_counts.exchange(connection, {1600: 1}, 101) == {1600: 1}
    assert session.scalars(sa.select(SubmissionMinute.minute)).all() == [1600]


def test_counts_wait_while_the_database_cannot_be_asked(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    meter, at = sending_gate.meter(), now()
    meter.note(at, "n", ["w"])
    sent: list[dict[int, int]] = []

    def fails(_counted: Mapping[int, int], _after: int) -> Mapping[int, int]:
        raise sa.exc.OperationalError("", {}, ValueError())

    def works(counted: Mapping[int, int], _after: int) -> Mapping[int, int]:
        sent.append(dict(counted))
        return counted

    with pytest.raises(sa.exc.OperationalError):
        meter.tell(at, fails)
    meter.tell(at + SECOND / 2, works)
    assert sent == []
    meter.tell(at + SECOND, works)
    assert sum(sent[0].values()) == 1
    session.execute(sa.text("DROP TABLE submission_minute"))
    session.commit()
    meter.note(at, "n", ["w"])
    with caplog.at_level(logging.ERROR):
        sending_gate.hear()
    assert "could not be exchanged" in caplog.text


def test_nothing_is_exchanged_inside_a_transaction_that_may_write(app: Flask, session: Session) -> None:
    sending_gate.meter().note(now(), "n", ["w"])
    session.execute(sa.select(1))
    sending_gate.hear()
    assert session.scalar(sa.select(sa.func.count(SubmissionMinute.minute))) == 0
    session.rollback()
    sending_gate.hear()
    assert session.scalar(sa.select(SubmissionMinute.letters)) == 1


def test_room_is_counted_now_and_then_and_its_own_letters_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MOST_A_DAY", 3)
    monkeypatch.setattr(quarantine, "MOST_COPIES_A_DAY", 2)
    room, at = sending_gate.Room(), now()
    held(session, 1, "路灯不亮，请修一修。")
    held(session, 2, "路灯不亮，请修一修！")
    assert not room.takes(session, "路灯不亮请修一修", at)
    assert room.takes(session, "公厕没有水，请修一修。", at)
    assert not room.takes(session, "桥头积水，请修一修。", at)
    assert room.is_used_up()
    later = at + sending_gate.ROOM_LASTS
    assert room.takes(session, "桥头积水，请修一修。", later)


def test_who_presses_twice_as_the_load_begins_is_led_to_the_receipt(client: FlaskClient, session: Session) -> None:
    sent = {
        **read_fields(client.get("/suggestions/new")),
        "kind": "complaint",
        "words": "路灯不亮，请修。",
        "place": "",
    }
    first = client.post("/suggestions/new", data=sent)
    for number in range(CALM_PER_MINUTE + 1):
        sending_gate.meter().note(now(), f"n{number}", [f"w{number}"])
    assert client.post("/suggestions/new", data=sent).headers["Location"] == first.headers["Location"]
    other = {**sent, "words": "另外一件事，公厕没有水。"}
    assert client.post("/suggestions/new", data=other).status_code == 422
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1


def test_forms_remembered_as_spent_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_gate, "MOST_SPENT", 2)
    spent = sending_gate.Spent()
    for signed in ("a", "b", "c"):
        spent.note(signed)
    assert [signed in spent for signed in ("a", "b", "c")] == [False, True, True]
