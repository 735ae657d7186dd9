"""Answering with a one-time code: mistyped, unknown, another survey's, used, and once."""

import dataclasses
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.surveying import invites
from minsheng.surveying.invites import Invite
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.admin.conftest import read_fields
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, drawn

ANSWERS = {"q-aware": "heard", "q-satisfied": "very_satisfied"}


@pytest.fixture
def wave(client: FlaskClient, make: Make) -> Wave:
    client.application.config["WTF_CSRF_ENABLED"] = False
    return make.wave()


@pytest.fixture
def code(session: Session, make: Make, wave: Wave) -> str:
    sample = drawn(session, make, wave, {"城镇": 20}, {"城镇": Wanted(4)})
    made = invites.letters(session, sample, actor="某办", box=BOX, secret=SECRET, at=make.at)
    session.commit()
    return made[0].code


@pytest.fixture(autouse=True)
def _noon(client: FlaskClient, make: Make) -> None:
    known = client.application.extensions["minsheng"]
    client.application.extensions["minsheng"] = dataclasses.replace(known, clock=lambda: make.at)


def test_a_code_admits_once(session: Session, client: FlaskClient, wave: Wave, code: str) -> None:
    address = f"/surveys/{wave.slug}/code"
    page = client.post(address, data={"code": f" {code.lower()} "})
    assert page.status_code == 200
    fields = read_fields(page)
    for _ in range(2):
        sent = client.post(address, data={"code": fields["code"], "ticket": fields["ticket"], **ANSWERS})
        assert sent.location.endswith("/thanks")
    response = session.scalars(sa.select(Response)).one()
    assert (response.channel, response.stratum, response.base_weight) == (Channel.PHONE, "城镇", Decimal(5))
    used = [one.used_week for one in session.scalars(sa.select(Invite)) if one.used_week]
    assert used == ["2026-W24"]
    again = client.post(address, data={"code": code})
    assert again.status_code == 422
    assert "已经用过了" in again.text


def test_answers_by_a_code_can_be_too_fast_as_well(
    session: Session, client: FlaskClient, wave: Wave, code: str
) -> None:
    wave.quality_rules = {"too_fast": 60.0}
    session.commit()
    address = f"/surveys/{wave.slug}/code"
    fields = read_fields(client.post(address, data={"code": code}))
    client.post(address, data={"code": fields["code"], "ticket": fields["ticket"], **ANSWERS})
    assert session.scalars(sa.select(Response)).one().flags == ["too_fast"]


def test_answers_that_do_not_fit_keep_the_code(session: Session, client: FlaskClient, wave: Wave, code: str) -> None:
    address = f"/surveys/{wave.slug}/code"
    fields = read_fields(client.post(address, data={"code": code}))
    page = client.post(address, data={**fields, "q-aware": "heard", "q-words": "路灯"})
    assert page.status_code == 422
    assert "路灯" in page.text
    assert {one.used_week for one in session.scalars(sa.select(Invite))} == {""}
    sent = client.post(address, data={**read_fields(page), **ANSWERS})
    assert sent.status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填信上的答题码"),
        ("2222-2222-2223", "有一处不对"),
        ("<script>", "有一处不对"),
        ("x" * 41, "最多 40 个字"),
    ],
)
def test_what_is_no_code_is_told(client: FlaskClient, wave: Wave, typed: str, said: str) -> None:
    page = client.post(f"/surveys/{wave.slug}/code", data={"code": typed})
    assert page.status_code == 422
    assert said in page.text


def test_unknown_codes_and_those_of_other_surveys_are_told_apart(
    client: FlaskClient, make: Make, wave: Wave, code: str
) -> None:
    other = make.wave()
    unknown = invites.new_code(SECRET)
    assert "没有这个码" in client.post(f"/surveys/{wave.slug}/code", data={"code": unknown}).text
    assert "另一次调查" in client.post(f"/surveys/{other.slug}/code", data={"code": code}).text


def test_no_code_is_taken_outside_the_period(session: Session, client: FlaskClient, wave: Wave, code: str) -> None:
    wave.closes_on = wave.opens_on
    session.commit()
    assert client.post(f"/surveys/{wave.slug}/code", data={"code": code}).status_code == 409
    assert client.get(f"/surveys/{wave.slug}/code").status_code == 200
