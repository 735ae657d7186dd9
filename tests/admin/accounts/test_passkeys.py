"""Passkeys with an authenticator of software: adding, signing in, and answers that prove nothing."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.passkeys import Passkey, PasskeyChallenge, Site
from minsheng.accounts.staff import Role, StaffMember
from pages.services import EXTENSION
from tests.admin.authenticator import Authenticator
from tests.admin.conftest import AT, HASHED, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
MINE, ASK = "/admin/second-factor/", "/admin/second-factor/ask"
ADD, SIGN_IN = "/admin/passkeys/", "/admin/passkeys/sign-in"


@pytest.fixture(autouse=True)
def _address(app: Flask, clock: Clock) -> None:
    app.extensions[EXTENSION] = dataclasses.replace(
        app.extensions[EXTENSION], public_address="https://minsheng.example"
    )


@pytest.fixture
def member(make: Make, session: Session) -> StaffMember:
    found = make.staff(Role.PUBLISHER, password_hash=HASHED)
    session.commit()
    return found


@pytest.fixture
def mine(browser_of: SignIn, member: StaffMember) -> Browser:
    return browser_of(member)


def options(browser: Browser, address: str, on: str) -> dict[str, Any]:
    """What the page's script is told to ask the device for."""
    answer = browser.client.post(address, headers={"X-CSRFToken": browser.token(on)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return cast("dict[str, Any]", answer.get_json())


def add(browser: Browser, device: Authenticator, name: str = "我的手机") -> None:
    answer = device.create(options(browser, f"{ADD}options", MINE))
    assert browser.post(ADD, {"name": name, "answer": answer}, on=MINE).location == MINE


def half_way(app: Flask, member: StaffMember) -> Browser:
    browser = Browser(app.test_client())
    assert browser.sign_in(member).location == ASK
    return browser


def test_a_key_is_added_and_opens_the_door(app: Flask, session: Session, mine: Browser, member: StaffMember) -> None:
    device = Authenticator()
    asked = options(mine, f"{ADD}options", MINE)
    assert asked["rp"] == {"id": "minsheng.example", "name": "民生·民声"}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    add(mine, device)
    browser = half_way(app, member)

    wanted = options(browser, f"{SIGN_IN}/options", ASK)
    answer = browser.post(SIGN_IN, {"answer": device.get(wanted)}, on=ASK)

    assert answer.location == "/admin/"
    assert browser.get("/admin/").status_code == 200
    key = session.scalars(sa.select(Passkey)).one()
    assert (key.name, key.used_at, key.sign_count) == ("我的手机", AT, device.count)
    assert session.scalars(sa.select(PasskeyChallenge)).all() == []


def refused(app: Flask, member: StaffMember, answer_of: Callable[[dict[str, Any]], str]) -> None:
    """Assert that an answer opens nothing, and that its challenge is used up."""
    browser = half_way(app, member)
    wanted = options(browser, f"{SIGN_IN}/options", ASK)
    assert browser.post(SIGN_IN, {"answer": answer_of(wanted)}, on=ASK).status_code == 422
    assert browser.get("/admin/").location.split("?")[0] == ASK


def test_answers_for_other_origins_and_sites_are_refused(app: Flask, mine: Browser, member: StaffMember) -> None:
    device = Authenticator()
    add(mine, device)

    for origin in ("https://evil.example", "http://minsheng.example", "https://minsheng.example.evil.example"):
        refused(app, member, lambda wanted, origin=origin: device.get(wanted, origin=origin))  # type: ignore[misc]  # mypy cannot infer the default
    refused(app, member, lambda wanted: device.get({**wanted, "rpId": "evil.example"}))
    refused(app, member, lambda wanted: device.get(wanted, type="webauthn.create"))


def test_a_device_that_did_not_verify_its_user_is_refused(app: Flask, mine: Browser, member: StaffMember) -> None:
    device = Authenticator()
    add(mine, device)
    device.verifies_user = False

    refused(app, member, device.get)


def test_another_key_and_a_copied_key_are_refused(app: Flask, mine: Browser, member: StaffMember) -> None:
    device, forged = Authenticator(), Authenticator()
    add(mine, device)
    forged.credential_id = device.credential_id
    forged.count = 50
    refused(app, member, forged.get)
    refused(app, member, Authenticator().get)

    device.count = -1
    refused(app, member, device.get)


def test_a_stolen_or_replayed_challenge_opens_nothing(app: Flask, mine: Browser, member: StaffMember) -> None:
    device = Authenticator()
    add(mine, device)
    theirs = half_way(app, member)
    stolen = options(theirs, f"{SIGN_IN}/options", ASK)
    refused(app, member, lambda _wanted: device.get(stolen))

    # Naming a challenge from elsewhere did not use it up; answering it does, whatever the answer.
    answer = device.get(stolen)
    assert theirs.post(SIGN_IN, {"answer": answer}, on=ASK).location == "/admin/"
    again = half_way(app, member)
    options(again, f"{SIGN_IN}/options", ASK)
    assert again.post(SIGN_IN, {"answer": answer}, on=ASK).status_code == 422


def test_a_challenge_ends_after_five_minutes(app: Flask, mine: Browser, member: StaffMember, clock: Clock) -> None:
    device = Authenticator()
    add(mine, device)
    browser = half_way(app, member)
    wanted = options(browser, f"{SIGN_IN}/options", ASK)
    clock.forward(minutes=5)

    assert browser.post(SIGN_IN, {"answer": device.get(wanted)}, on=ASK).status_code == 422


def test_a_challenge_for_adding_signs_nobody_in(app: Flask, mine: Browser, member: StaffMember) -> None:
    device = Authenticator()
    add(mine, device)
    other = options(mine, f"{ADD}options", MINE)

    refused(app, member, lambda _wanted: device.get({"challenge": other["challenge"], "rpId": "minsheng.example"}))


def test_the_key_of_someone_else_opens_nothing(
    app: Flask, make: Make, browser_of: SignIn, mine: Browser, member: StaffMember
) -> None:
    device, other_device = Authenticator(), Authenticator()
    add(mine, device)
    add(browser_of(make.staff(Role.PUBLISHER)), other_device)

    refused(app, member, other_device.get)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "null",
        "[]",
        "{",
        '{"id": 1}',
        '{"response": {"clientDataJSON": "AAAA"}}',
        '{"response": {"clientDataJSON": "bnVsbA"}}',
        json.dumps({"id": "é", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUFBQSJ9"}}),
        "[" * 19_000,
        "x" * 30_000,
    ],
)
def test_what_is_no_answer_is_refused(app: Flask, mine: Browser, member: StaffMember, answer: str) -> None:
    add(mine, Authenticator())

    refused(app, member, lambda _wanted: answer)


def test_adding_refuses_the_same_tricks(mine: Browser, session: Session, clock: Clock) -> None:
    unverified = Authenticator()
    unverified.verifies_user = False
    answers = (
        Authenticator("https://evil.example").create(options(mine, f"{ADD}options", MINE)),
        unverified.create(options(mine, f"{ADD}options", MINE)),
        Authenticator().create({**options(mine, f"{ADD}options", MINE), "challenge": "AAAA"}),
    )
    for answer in answers:
        mine.post(ADD, {"name": "手机", "answer": answer}, on=MINE)
    clock.forward(minutes=16)
    late = mine.client.post(f"{ADD}options", headers={"X-CSRFToken": mine.token(MINE)})

    assert late.status_code == 403
    assert session.scalars(sa.select(Passkey)).all() == []


def test_one_key_is_added_to_one_account(make: Make, browser_of: SignIn, session: Session, mine: Browser) -> None:
    device = Authenticator()
    add(mine, device)

    add(browser_of(make.staff(Role.PUBLISHER)), device)

    assert session.scalar(sa.select(sa.func.count()).select_from(Passkey)) == 1


@pytest.mark.usefixtures("factors_needed")
def test_a_key_is_a_second_factor_and_the_last_one_stays(
    session: Session, make: Make, browser_of: SignIn, mine: Browser
) -> None:
    assert mine.get("/admin/").location.split("?")[0] == MINE
    add(mine, Authenticator())
    assert mine.get("/admin/").status_code == 200
    key = session.scalars(sa.select(Passkey)).one()

    assert mine.post(f"{ADD}{key.id}/remove", on=MINE).status_code == 409
    stranger = browser_of(make.staff(Role.REPORTER))
    assert stranger.post(f"{ADD}{key.id}/remove", on=MINE).status_code == 409
    add(mine, Authenticator(), "办公室电脑")
    assert mine.post(f"{ADD}{key.id}/remove", on=MINE).status_code == 302


def test_without_an_address_of_its_own_the_site_makes_no_keys(app: Flask, mine: Browser) -> None:
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], public_address="")
    token = mine.token("/admin/password")
    for host in ("evil.example", "127.0.0.1"):
        page = mine.client.get(MINE, base_url=f"http://{host}/").get_data(as_text=True)
        assert "data-passkey" not in page
    answer = mine.client.post(f"{ADD}options", headers={"X-CSRFToken": token}, base_url="http://evil.example/")
    assert answer.status_code in {302, 400, 409}

    assert Site.at("https://Minsheng.Example:8443/below") == Site("https://minsheng.example:8443", "minsheng.example")
    assert not Site.at("http://10.0.0.1").can_hold_keys
