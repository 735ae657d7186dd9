"""Paper and imported answers on PostgreSQL: two who enter the same sheet, a batch counted, a file taken over twice."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.errors import WrongStateError
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import paper_batches, paper_sheets
from minsheng.surveying.answer_tables import HEADINGS
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.paper_entry import PaperEntry
from minsheng.surveying.paper_sheets import PlannedBatch, PlannedRun
from minsheng.surveying.surveys import Channel, Response
from tests.factories import Make
from tests.minsheng.surveying.test_answer_import import write
from website.application import create_app
from website.config import Settings

pytestmark = pytest.mark.postgresql
AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)
TYPED = {"aware": "1", "satisfied": "1", "words": ""}


@pytest.fixture
def site(settings: Settings, postgresql_url: str) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, database_url=postgresql_url))
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_batch_is_entered_checked_and_counted(site: Flask) -> None:
    session, make = db.session(), Make(db.session(), AT)
    wave, boss, one, other = make.wave(), make.staff(Role.SURVEYOR), make.staff(Role.CLERK), make.staff(Role.CLERK)
    planned = PlannedRun(
        Channel.PAPER_SAMPLE, "en", [PlannedBatch(wave.division, 4, "a", "b", Decimal("2.5"))], why="plan"
    )
    batch = paper_sheets.make_run(session, wave, planned, boss, AT).batches[0]
    for number in batch.numbers[:3]:
        paper_batches.enter(session, batch, number, TYPED, one, AT)
    session.commit()
    # Where two requests pass the check in the same moment, the database keeps the second entry out.
    same = sa.insert(PaperEntry).values(
        batch_id=batch.id, attempt=1, number=batch.numbers[0], turn=1, clerk_id=other.id, typed={}, field_count=0
    )
    with Session(db.engine) as beside, pytest.raises(IntegrityError):
        beside.execute(same)
    paper_batches.finish_first(session, batch, {Disposition.NON_CONTACT: 1}, boss, AT)
    for number in batch.drawn:
        paper_batches.enter(session, batch, number, TYPED, other, AT)
    assert paper_batches.count(session, batch, boss, AT) == 3
    session.commit()
    counts = {row.disposition: row.count for row in session.scalars(sa.select(DispositionCount)) if row.count}
    assert counts == {Disposition.COMPLETE: 3, Disposition.NON_CONTACT: 1}
    assert publishing.verify(session) == []
    late = paper_sheets.make_run(session, wave, planned, boss, AT).batches[0]
    paper_batches.enter(session, late, late.numbers[0], TYPED, one, AT)
    assert paper_batches.forget_closed(session, dt.date(2026, 7, 1)) == 1
    assert paper_batches.forget_closed(session, dt.date(2026, 7, 1)) == 0


def test_a_file_is_taken_over_once(site: Flask) -> None:
    session, make = db.session(), Make(db.session(), AT)
    wave, by = make.wave(), make.staff(Role.SURVEYOR)
    rows = [[*HEADINGS.values(), "aware"], ["1", "现场填写", "", "", "", "", "", "", "", "2"]]
    assert write(session, wave, rows, by, AT) == 1
    session.commit()
    with pytest.raises(WrongStateError):
        write(session, wave, rows, by, AT)
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 1
