"""Interviewers who ask in the same moment, and one code used twice in the same moment, on either database."""

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, db
from minsheng.surveying import call_sheets, invites
from minsheng.surveying.call_attempts import CallClaim
from minsheng.surveying.invites import InvalidCodeError
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.surveys import Response, Wave, new_ticket
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, drawn, interviewer
from website.application import create_app
from website.config import Settings

CALLERS = 5


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def site(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    if request.param == "postgresql":
        settings = dataclasses.replace(settings, database_url=request.getfixturevalue("postgresql_url"))
    application = create_app(settings)
    with application.app_context():
        Base.metadata.create_all(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()


def at_once(site: Flask, work: Callable[[int], object]) -> list[object]:
    """Do the same work several times in the same moment; what it raises is its result."""
    start = threading.Barrier(CALLERS)

    def one(number: int) -> object:
        with site.app_context():
            start.wait(timeout=20)
            try:
                result = work(number)
                db.session.commit()
            except InvalidCodeError as error:
                db.session.rollback()
                return error.reason
            finally:
                db.session.remove()
            return result

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


def test_nobody_gets_the_number_of_another(site: Flask) -> None:
    make = Make(db.session(), AT)
    wave = make.wave()
    drawn(db.session(), make, wave, {"城镇": 20}, {"城镇": Wanted(CALLERS)})
    callers = [interviewer(make, f"访员{place}").id for place in range(CALLERS)]
    db.session.commit()
    wave_id = wave.id
    db.session.remove()

    def take(number: int) -> object:
        wave, by = db.session.get_one(Wave, wave_id), db.session.get_one(StaffMember, callers[number])
        return call_sheets.claim_next(db.session(), wave, by, SECRET, AT).person_id

    taken = at_once(site, take)
    assert len(set(taken)) == CALLERS
    claims = db.session.scalars(sa.select(CallClaim)).all()
    assert {claim.person_id for claim in claims} == set(taken)
    assert {claim.until - AT for claim in claims} == {dt.timedelta(minutes=45)}


def test_a_code_is_used_once(site: Flask) -> None:
    make = Make(db.session(), AT)
    wave = make.wave()
    sample = drawn(db.session(), make, wave, {"城镇": 20}, {"城镇": Wanted(2)})
    code = invites.letters(db.session(), sample, actor="某办", box=BOX, secret=SECRET, at=AT)[0].code
    db.session.commit()
    wave_id = wave.id
    db.session.remove()

    def use(_number: int) -> object:
        wave = db.session.get_one(Wave, wave_id)
        invites.answer(db.session(), wave, code, {"aware": ["never"]}, ticket=new_ticket(), at=AT)
        return "stored"

    assert sorted(map(str, at_once(site, use))) == ["stored", *["used"] * (CALLERS - 1)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1
