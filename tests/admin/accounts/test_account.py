from collections.abc import Callable

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session

from admin.access import safe_next
from admin.accounts.sign_in_form import kept_fields
from minsheng.accounts import passwords
from minsheng.accounts.sign_in_refusals import SignInRefusals
from minsheng.accounts.staff import Role, StaffMember, StaffSession
from minsheng.journal import JournalEntry
from minsheng.records.reports import ProgressReport
from tests.admin.conftest import HASHED, PASSWORD, Browser, Clock, read_fields
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


def _acts(session: Session) -> list[str]:
    return list(session.scalars(sa.select(JournalEntry.act).order_by(JournalEntry.sequence)))


def test_nobody_gets_in_without_signing_in(browser: Browser) -> None:
    answer = browser.get("/admin/reports/?show=owed")

    assert answer.status_code == 302
    assert answer.location == "/admin/sign-in?next=/admin/reports/?show%3Dowed"


def test_signing_in_leads_to_the_page_that_was_wanted(make: Make, session: Session, browser: Browser) -> None:
    member = make.staff(Role.REPORTER, password_hash=HASHED)
    session.commit()

    answer = browser.sign_in(member, next="/admin/reports/?show=owed")

    assert answer.location == "/admin/reports/?show=owed"
    assert browser.get("/admin/").status_code == 200


def test_signing_in_leaves_nothing_of_the_session_before(make: Make, session: Session, browser: Browser) -> None:
    """Somebody else may have had the browser, or planted a session in it: its form token is worth nothing any more."""
    member = make.staff(Role.REPORTER, password_hash=HASHED)
    session.commit()
    planted = browser.token("/admin/sign-in")
    browser.sign_in(member)

    answer = browser.post_as_typed("/admin/sign-out", {"csrf_token": planted})

    assert answer.status_code == 400
    assert browser.get("/admin/").status_code == 200


def test_someone_who_is_signed_in_is_not_asked_again(make: Make, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.REPORTER))

    assert browser.get("/admin/sign-in").location == "/admin/"
    assert browser.get("/admin/sign-in?next=/admin/reports/").location == "/admin/reports/"
    assert browser.get("/admin/sign-in?next=//evil.example/").location == "/admin/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/admin/",
        "/\\evil.example",
        "/admin/\\..\\..",
        "javascript:alert(1)",
        "/admin/../../elsewhere",
        "/admin/\r\nSet-Cookie: a=b",
        "\t//evil.example",
        "/admin",
        "/",
        "",
        None,
    ],
)
def test_hostile_ways_back_are_ignored(target: str | None) -> None:
    assert safe_next(target) is None


def test_a_wrong_password_says_neither_which_part_was_wrong_nor_who(
    make: Make, session: Session, browser: Browser
) -> None:
    member = make.staff(Role.REPORTER, password_hash=HASHED)
    session.commit()

    wrong = browser.sign_in(member, "not the password")
    unknown = browser.sign_in(StaffMember(username="nobody"), "not the password")

    assert wrong.status_code == unknown.status_code == 422
    message = "用户名或密码不对"
    assert message in wrong.get_data(as_text=True)
    assert message in unknown.get_data(as_text=True)
    counted = session.execute(sa.select(SignInRefusals.account, SignInRefusals.count)).all()
    assert sorted(tuple(row) for row in counted) == [(0, 1), (member.id, 1)]
    assert "sign_in_refused" not in _acts(session)


def test_signing_in_makes_a_new_token_and_keeps_only_its_hash(make: Make, session: Session, browser: Browser) -> None:
    member = make.staff(Role.REPORTER, password_hash=HASHED)
    session.commit()
    with browser.client.session_transaction() as cookie:
        cookie["staff"] = "planted"

    browser.sign_in(member)

    with browser.client.session_transaction() as cookie:
        token = cookie["staff"]
    stored = session.scalars(sa.select(StaffSession)).one()
    assert token != "planted"
    assert token not in stored.token_hash
    assert len(stored.token_hash) == 64
    assert _acts(session)[-1] == "staff_signed_in"


def test_signing_in_again_ends_the_sign_in_this_browser_held(make: Make, session: Session, browser_of: SignIn) -> None:
    member = make.staff(Role.REPORTER)
    browser = browser_of(member)

    browser.sign_in(member)

    ended = [one.revoked_at is not None for one in session.scalars(sa.select(StaffSession).order_by(StaffSession.id))]
    assert ended == [True, False]


def test_a_sign_in_ends_after_twelve_hours(make: Make, browser_of: SignIn, clock: Clock) -> None:
    browser = browser_of(make.staff(Role.REPORTER))

    clock.forward(hours=11, minutes=59)
    assert browser.get("/admin/").status_code == 200
    clock.forward(minutes=2)
    assert browser.get("/admin/").status_code == 302


def test_signing_out_ends_the_sign_in_on_the_server(make: Make, session: Session, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.REPORTER))
    with browser.client.session_transaction() as cookie:
        stolen = dict(cookie)

    assert browser.post("/admin/sign-out", on="/admin/").location == "/admin/sign-in"

    with browser.client.session_transaction() as cookie:
        cookie.update(stolen)
    assert browser.get("/admin/").status_code == 302
    assert _acts(session)[-1] == "staff_signed_out"


def test_a_sign_in_elsewhere_can_be_ended_from_the_list(make: Make, browser_of: SignIn, clock: Clock) -> None:
    member = make.staff(Role.REPORTER)
    elsewhere = browser_of(member)
    clock.forward(minutes=30)
    elsewhere.get("/admin/")
    here = browser_of(member)
    page = here.get("/admin/sign-ins").get_data(as_text=True)
    assert "就是这里" in page
    assert "2026年6月10日 12:30" in page

    assert here.post("/admin/sign-ins/1/revoke", on="/admin/sign-ins").status_code == 302

    assert elsewhere.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200


def test_the_sign_in_of_someone_else_cannot_be_ended(make: Make, browser_of: SignIn) -> None:
    victim = browser_of(make.staff(Role.REPORTER))
    browser = browser_of(make.staff(Role.REPORTER))

    assert browser.post("/admin/sign-ins/1/revoke", on="/admin/sign-ins").status_code == 404
    assert victim.get("/admin/").status_code == 200


def test_changing_the_password_ends_every_other_sign_in(make: Make, browser_of: SignIn, browser: Browser) -> None:
    member = make.staff(Role.REPORTER)
    elsewhere, here = browser_of(member), browser_of(member)
    new = "一句自己记得住的很长的话"

    short = here.post("/admin/password", {"old": PASSWORD, "new": "short", "again": "short"})
    wrong = here.post("/admin/password", {"old": "wrong", "new": new, "again": new})
    answer = here.post("/admin/password", {"old": PASSWORD, "new": new, "again": new})

    assert short.status_code == wrong.status_code == 422
    assert "至少 12 个字" in short.get_data(as_text=True)
    assert "现在的密码不对" in wrong.get_data(as_text=True)
    assert answer.status_code == 302
    assert elsewhere.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
    assert browser.sign_in(member, PASSWORD).status_code == 422
    assert browser.sign_in(member, new).status_code == 302


def test_a_hash_with_outdated_costs_is_renewed_at_sign_in(make: Make, session: Session, browser: Browser) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    member = make.staff(Role.REPORTER, password_hash=weak)
    session.commit()

    assert browser.sign_in(member).status_code == 302

    assert member.password_hash != weak
    assert not passwords.needs_rehash(member.password_hash)
    assert passwords.verify(member.password_hash, PASSWORD)


def test_those_who_left_are_out_at_once(make: Make, session: Session, browser_of: SignIn, browser: Browser) -> None:
    member = make.staff(Role.REPORTER)
    inside = browser_of(member)

    member.is_active = False
    session.commit()

    assert inside.get("/admin/").status_code == 302
    assert browser.sign_in(member).status_code == 422


def test_a_form_sent_after_the_sign_in_ran_out_is_not_lost(
    make: Make, session: Session, browser_of: SignIn, clock: Clock
) -> None:
    project = make.project()
    member = make.staff(Role.REPORTER, division=project.division)
    browser = browser_of(member)
    url = f"/admin/reports/{project.slug}/2026-05"
    form = {**browser.fields(url), "stage": "under_way", "done": "写了一个上午的话。"}
    clock.forward(hours=13)

    asked = browser.post_as_typed(url, form)

    assert asked.status_code == 401
    assert "您填的内容还在" in asked.get_data(as_text=True)
    resumed = browser.post_as_typed(
        "/admin/sign-in", {**read_fields(asked), "username": member.username, "password": PASSWORD}
    )
    assert resumed.location == url
    filled = browser.get(url)
    assert "写了一个上午的话。" in filled.get_data(as_text=True)
    assert session.scalars(sa.select(ProgressReport)).all() == []
    waiting = {name: value for name, value in read_fields(filled).items() if name}
    assert browser.post_as_typed(url, waiting).status_code == 302
    assert session.scalars(sa.select(ProgressReport.done)).all() == ["写了一个上午的话。"]


def test_a_form_is_kept_for_addresses_of_this_face_only(make: Make, session: Session, browser: Browser) -> None:
    member = make.staff(Role.REPORTER, password_hash=HASHED)
    session.commit()

    answer = browser.sign_in(member, kept='[["a", "b"]]', going_to="//evil.example/admin/")

    assert answer.status_code == 302
    assert answer.location == "/admin/"
    assert kept_fields("not json") == kept_fields('{"a": 1}') == kept_fields("[1]") == []


def test_guessing_shuts_out_the_guesser_and_not_the_person(make: Make, session: Session, throttled: Flask) -> None:
    member = StaffMember(username=make.staff(Role.REPORTER, password_hash=HASHED).username)
    session.commit()
    known = Browser(throttled.test_client())
    assert known.sign_in(member).status_code == 302

    stranger = Browser(throttled.test_client())
    statuses = [stranger.sign_in(member, f"guess {number}").status_code for number in range(12)]

    assert statuses[:10] == [422] * 10
    assert statuses[10:] == [429, 429]
    assert stranger.sign_in(member).status_code == 429
    assert known.sign_in(member).status_code == 302


def test_guessing_at_many_accounts_shuts_out_the_address_and_a_morning_of_sign_ins_does_not(
    make: Make, session: Session, throttled: Flask
) -> None:
    names = [make.staff(Role.REPORTER, password_hash=HASHED).username for _ in range(24)]
    session.commit()

    office = [Browser(throttled.test_client()).sign_in(StaffMember(username=name)).status_code for name in names]
    guesses = [
        Browser(throttled.test_client()).sign_in(StaffMember(username=name), "guess").status_code for name in names
    ]

    assert set(office) == {302}
    assert guesses == [422] * 20 + [429] * 4
