"""Answers with random keys go down to numbers that fit the earlier version, and up again, with all they belong to."""

import dataclasses
from collections.abc import Iterator

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from minsheng.database import db
from minsheng.surveying import surveys
from minsheng.surveying.surveys import Answer, Channel, Response, new_ticket
from tests.conftest import AT
from tests.factories import Make
from website.application import create_app
from website.config import Settings

BEFORE = "0025"
SMALL = 2**31


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def site(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    if request.param == "postgresql":
        settings = dataclasses.replace(settings, database_url=request.getfixturevalue("postgresql_url"))
    application = create_app(settings)
    with application.app_context():
        flask_migrate.upgrade()
        yield application
        db.session.remove()
        db.engine.dispose()


def answers() -> set[tuple[str, int | None]]:
    """The ticket of each answer with the option chosen."""
    query = sa.select(Response.ticket, Answer.option_id).join(Answer, Answer.response_id == Response.id)
    with db.engine.connect() as connection:
        return {(ticket, option) for ticket, option in connection.execute(query)}


def test_answers_go_down_and_up_with_what_belongs_to_them(site: Flask) -> None:
    make = Make(db.session(), AT)
    wave = make.wave()
    for option in ("never", "know_well", "never", "heard"):
        typed = {"aware": [option], "satisfied": ["dissatisfied"]}
        surveys.respond(db.session(), wave, typed, ticket=new_ticket(), channel=Channel.WEB, at=AT)
    db.session.commit()
    before, wave_id = answers(), wave.id
    db.session.remove()
    flask_migrate.downgrade(revision=BEFORE)
    with db.engine.connect() as connection:
        keys = connection.scalars(sa.text("SELECT id FROM response")).all()
    assert len(keys) == 4
    assert db.engine.dialect.name == "sqlite" or max(keys) < SMALL
    flask_migrate.upgrade()
    assert answers() == before
    version_id = db.session.scalar(sa.select(Response.version_id).limit(1))
    new = Response(wave_id=wave_id, version_id=version_id, ticket=new_ticket(), channel=Channel.WEB, week="2026-W24")
    db.session.add(new)
    db.session.commit()
    assert new.id > 0
