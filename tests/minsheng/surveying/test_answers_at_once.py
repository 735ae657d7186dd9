"""Many sheets stored in one go are stored as one by one."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.errors import InvalidAnswersError, NotOpenError
from minsheng.surveying import answers_at_once, surveys
from minsheng.surveying.answers_at_once import Sheet
from minsheng.surveying.surveys import Answer, Channel, Design, Response, Wave
from tests.factories import Make

DESIGN = Design("rural", "石桥村", Decimal("2.5"), "P1-1", may_lack=True)
COLUMNS = [column.name for column in Response.__table__.columns if column.name not in {"id", "ticket"}]
VALUES = ("question_id", "option_id", "number", "text")


def sheet(wave: Wave, ticket: str, **typed: str) -> Sheet:
    given = {key: [value] for key, value in typed.items()}
    return Sheet(ticket, given, Channel.PAPER_SAMPLE, wave.division, DESIGN)


def test_they_are_what_one_by_one_would_be(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    one = sheet(wave, "a", aware="heard", satisfied="very_satisfied", words="好")
    answers_at_once.store(session, wave, [one], at)
    surveys.respond(
        session, wave, one.typed, ticket="b", channel=one.channel, at=at, division=one.division, design=one.design
    )
    first, second = session.scalars(sa.select(Response).order_by(Response.ticket))
    for column in COLUMNS:
        assert getattr(first, column) == getattr(second, column), column
    answers = [
        sorted((tuple(getattr(answer, name) for name in VALUES) for answer in response.answers), key=str)
        for response in (first, second)
    ]
    assert answers[0] == answers[1]
    assert wave.version.frozen_at == at


def test_known_tickets_change_nothing(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    sheets = [sheet(wave, "a", aware="heard"), sheet(wave, "a", aware="never"), sheet(wave, "b", aware="never")]
    assert answers_at_once.store(session, wave, sheets, at) == 2
    assert answers_at_once.store(session, wave, sheets, at) == 0
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 2


def test_one_that_does_not_fit_stores_none(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    with pytest.raises(InvalidAnswersError):
        answers_at_once.store(session, wave, [sheet(wave, "a", aware="heard"), sheet(wave, "b", aware="x")], at)
    assert session.scalar(sa.select(sa.func.count(Answer.id))) == 0


def test_not_when_closed_and_not_by_a_channel_it_does_not_use(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    with pytest.raises(NotOpenError):
        answers_at_once.store(session, wave, [sheet(wave, "a", aware="heard")], at + dt.timedelta(days=40))
    wave.channels = ["web"]
    with pytest.raises(NotOpenError):
        answers_at_once.store(session, wave, [sheet(wave, "a", aware="heard")], at)
