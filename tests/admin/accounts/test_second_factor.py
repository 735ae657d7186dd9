"""The second factor by code: setting it up, needing it, and every way to get around it."""

import re
from collections.abc import Callable

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts import second_factors
from minsheng.accounts.second_factors import AuthenticatorApp, RecoveryCode
from minsheng.accounts.sign_in_refusals import SignInRefusals
from minsheng.accounts.staff import Role, StaffMember, StaffSession
from minsheng.installation import settings
from minsheng.journal import JournalEntry
from tests.admin.conftest import AT, HASHED, PASSWORD, Browser, Clock, read_fields
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
ASK, APP, MINE = "/admin/second-factor/ask", "/admin/second-factor/app", "/admin/second-factor/"
SECRET = re.compile(r'class="secret"><code class="code">([A-Z2-7 ]+)</code>')
CODE = re.compile(r'<li><code class="code">([a-z0-9-]{19})</code></li>')


class Phone:
    """An authenticator app that has read one secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.totp, self.clock = pyotp.TOTP(secret.replace(" ", "")), clock

    def shows(self) -> str:
        return self.totp.at(self.clock())


def set_up(browser: Browser, clock: Clock) -> tuple[Phone, list[str]]:
    """Set up an app and return it with the recovery codes."""
    browser.post(f"{APP}/begin", on=MINE)
    found = SECRET.search(browser.get(APP).get_data(as_text=True))
    assert found is not None
    phone = Phone(found[1], clock)
    page = browser.post(APP, {"code": phone.shows()}).get_data(as_text=True)
    return phone, CODE.findall(page)


def acts(session: Session) -> list[str]:
    return list(session.scalars(sa.select(JournalEntry.act).order_by(JournalEntry.sequence)))


@pytest.fixture
def member(make: Make, session: Session) -> StaffMember:
    found = make.staff(Role.PUBLISHER, password_hash=HASHED)
    session.commit()
    return found


@pytest.fixture
def phone_and_codes(browser_of: SignIn, member: StaffMember, clock: Clock) -> tuple[Phone, list[str]]:
    found = set_up(browser_of(member), clock)
    clock.forward(seconds=60)
    return found


def test_an_app_counts_only_after_its_first_code(
    session: Session, browser_of: SignIn, browser: Browser, member: StaffMember, clock: Clock
) -> None:
    mine = browser_of(member)
    mine.post(f"{APP}/begin", on=MINE)

    wrong = mine.post(APP, {"code": "000000"})
    assert wrong.status_code == 422
    assert browser.sign_in(member).location == "/admin/"

    phone, codes = set_up(mine, clock)
    assert len(set(codes)) == second_factors.RECOVERY_CODES
    assert second_factors.app_of(session, member) is not None
    assert acts(session)[-2:] == ["factor_added", "recovery_codes_issued"]
    kept = session.scalars(sa.select(AuthenticatorApp)).one()
    assert phone.totp.secret.encode() not in kept.sealed_secret
    assert not {row.code_hash for row in session.scalars(sa.select(RecoveryCode))} & set(codes)


def test_a_right_password_alone_opens_nothing(
    browser: Browser, member: StaffMember, phone_and_codes: tuple[Phone, list[str]], session: Session
) -> None:
    assert browser.sign_in(member).location == ASK
    for address in ("/admin/", "/admin/sign-ins", "/admin/password", MINE, APP, "/admin/reports/"):
        answer = browser.get(address)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, ASK), address
    token = browser.token(ASK)
    refused = browser.post_as_typed("/admin/password", {"csrf_token": token, "old": PASSWORD, "new": "x" * 20})
    assert refused.location.split("?")[0] == ASK
    assert "staff_signed_in" not in acts(session)[-1:]

    assert browser.post(ASK, {"code": phone_and_codes[0].shows()}).location == "/admin/"
    assert browser.get("/admin/").status_code == 200
    entry = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(1)).one()
    assert (entry.act, entry.details["factor"]) == ("staff_signed_in", "app")


def test_passing_gives_a_new_token_and_half_a_sign_in_ends_soon(
    browser: Browser, member: StaffMember, phone_and_codes: tuple[Phone, list[str]], clock: Clock, app: Flask
) -> None:
    phone, _ = phone_and_codes
    browser.sign_in(member)
    with browser.client.session_transaction() as cookie:
        half = dict(cookie)
    browser.post(ASK, {"code": phone.shows()})

    stolen = Browser(app.test_client())
    with stolen.client.session_transaction() as cookie:
        cookie.update(half)
    assert stolen.get("/admin/").location.split("?")[0] == "/admin/sign-in"

    late = Browser(app.test_client())
    late.sign_in(member)
    token = late.token(ASK)
    clock.forward(minutes=11)
    answer = late.post_as_typed(ASK, {"csrf_token": token, "code": phone.shows()})
    assert answer.status_code == 401
    assert late.get("/admin/").status_code == 302


def test_a_time_code_is_taken_once_and_never_an_earlier_one(
    app: Flask, member: StaffMember, phone_and_codes: tuple[Phone, list[str]], clock: Clock
) -> None:
    phone, _ = phone_and_codes
    earlier = phone.shows()
    clock.forward(seconds=30)
    present = phone.shows()
    first, second, third = (Browser(app.test_client()) for _ in range(3))
    for each in (first, second, third):
        each.sign_in(member)

    assert first.post(ASK, {"code": f" {present[:3]} {present[3:]} "}).status_code == 302
    assert second.post(ASK, {"code": present}).status_code == 422
    assert second.post(ASK, {"code": earlier}).status_code == 422
    clock.forward(seconds=30)
    assert third.post(ASK, {"code": phone.shows()}).status_code == 302


@pytest.mark.parametrize("seconds", [-120, -61, 61, 120])
def test_codes_of_other_times_are_refused(
    browser: Browser, member: StaffMember, phone_and_codes: tuple[Phone, list[str]], clock: Clock, seconds: int
) -> None:
    clock.forward(minutes=10)
    browser.sign_in(member)
    token = browser.token(ASK)
    clock.forward(seconds=seconds)
    code = phone_and_codes[0].shows()
    clock.forward(seconds=-seconds)

    assert browser.post_as_typed(ASK, {"csrf_token": token, "code": code}).status_code == 422


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef", "٠١٢٣٤٥", "'; --", "x" * 60])
def test_what_is_no_code_is_refused_in_words(
    browser: Browser, member: StaffMember, phone_and_codes: tuple[Phone, list[str]], code: str
) -> None:
    browser.sign_in(member)

    assert browser.post(ASK, {"code": code}).status_code == 422


def test_a_recovery_code_works_once_as_copied_from_paper(
    app: Flask, session: Session, member: StaffMember, phone_and_codes: tuple[Phone, list[str]]
) -> None:
    code = phone_and_codes[1][0]
    one, other = Browser(app.test_client()), Browser(app.test_client())
    one.sign_in(member)
    other.sign_in(member)

    assert one.post(ASK, {"code": code.upper().replace("-", " ")}).status_code == 302
    assert other.post(ASK, {"code": code}).status_code == 422
    assert second_factors.codes_left(session, member) == second_factors.RECOVERY_CODES - 1
    assert "recovery_code_used" in acts(session)


def test_a_code_of_someone_else_opens_nothing(
    make: Make, browser_of: SignIn, member: StaffMember, phone_and_codes: tuple[Phone, list[str]], clock: Clock
) -> None:
    other = make.staff(Role.PUBLISHER)
    _, codes = set_up(browser_of(other), clock)
    browser = Browser(browser_of(make.staff(Role.REPORTER)).client)
    browser.post("/admin/sign-out", on="/admin/")
    browser.sign_in(member)

    assert browser.post(ASK, {"code": codes[0]}).status_code == 422


def test_new_recovery_codes_make_the_former_void(
    app: Flask, member: StaffMember, phone_and_codes: tuple[Phone, list[str]]
) -> None:
    browser = Browser(app.test_client())
    browser.sign_in(member)
    browser.post(ASK, {"code": phone_and_codes[0].shows()})

    page = browser.post("/admin/second-factor/codes", on=MINE).get_data(as_text=True)

    assert len(CODE.findall(page)) == second_factors.RECOVERY_CODES
    again = Browser(app.test_client())
    again.sign_in(member)
    assert again.post(ASK, {"code": phone_and_codes[1][0]}).status_code == 422
    assert again.post(ASK, {"code": CODE.findall(page)[0]}).status_code == 302


def test_wrong_codes_are_counted_and_throttled_by_account(
    member: StaffMember, phone_and_codes: tuple[Phone, list[str]], throttled: Flask, session: Session
) -> None:
    known = StaffMember(username=member.username)
    session.commit()
    guesser = Browser(throttled.test_client())
    guesser.sign_in(known)
    statuses = [guesser.post(ASK, {"code": f"{number:06d}"}).status_code for number in range(12)]

    assert statuses[:10] == [422] * 10
    assert statuses[10:] == [429] * 2
    assert session.scalars(sa.select(SignInRefusals.count)).one() == 10


@pytest.mark.usefixtures("factors_needed")
@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.ADMINISTRATOR])
def test_who_publishes_or_administers_must_set_one_up_first(
    make: Make, browser_of: SignIn, clock: Clock, role: Role
) -> None:
    browser = browser_of(make.staff(role))
    for address in ("/admin/", "/admin/sign-ins", "/admin/staff/", "/admin/publishing/"):
        assert browser.get(address).location.split("?")[0] == MINE, address
    assert "请先设好两步登录" in browser.get(MINE).get_data(as_text=True)

    set_up(browser, clock)

    assert browser.get("/admin/").status_code == 200


@pytest.mark.usefixtures("factors_needed")
def test_others_may_do_without_and_a_setting_may_let_all_in(
    make: Make, session: Session, browser_of: SignIn, clock: Clock
) -> None:
    assert browser_of(make.staff(Role.REPORTER)).get("/admin/").status_code == 200
    settings.put(session, {"second_factor_required": False}, "系统管理员", AT)
    session.commit()

    page = browser_of(make.staff(Role.PUBLISHER)).get("/admin/")

    assert page.status_code == 200
    assert "这里没有要求两步登录" in page.get_data(as_text=True)


@pytest.mark.usefixtures("factors_needed")
def test_the_last_factor_of_who_needs_one_stays(
    session: Session, browser_of: SignIn, member: StaffMember, clock: Clock
) -> None:
    browser = browser_of(member)
    set_up(browser, clock)

    assert browser.post(f"{APP}/remove", on=MINE).status_code == 409
    assert second_factors.app_of(session, member) is not None


def test_ways_to_sign_in_change_only_after_the_password(
    session: Session, browser_of: SignIn, member: StaffMember, clock: Clock
) -> None:
    browser = browser_of(member)
    clock.forward(minutes=16)
    again = "/admin/second-factor/again"

    for address in (f"{APP}/begin", "/admin/second-factor/codes"):
        assert browser.post(address, on=MINE).location.split("?")[0] == again
    assert session.scalars(sa.select(AuthenticatorApp)).all() == []
    assert browser.post(again, {"password": "wrong"}).status_code == 422
    assert browser.post(f"{again}?next={APP}", {"password": PASSWORD}).location == APP
    assert browser.post(f"{APP}/begin", on=MINE).location == APP


def test_a_form_survives_both_steps(
    make: Make,
    browser_of: SignIn,
    app: Flask,
    member: StaffMember,
    phone_and_codes: tuple[Phone, list[str]],
    clock: Clock,
) -> None:
    project = make.project()
    browser = Browser(app.test_client())
    browser.sign_in(member)
    browser.post(ASK, {"code": phone_and_codes[0].shows()})
    url = f"/admin/reports/{project.slug}/2026-05"
    form = {**browser.fields(url), "stage": "under_way", "done": "写了一个上午的话。"}
    clock.forward(hours=13)

    asked = browser.post_as_typed(url, form)
    half = browser.post_as_typed(
        "/admin/sign-in", {**read_fields(asked), "username": member.username, "password": PASSWORD}
    )
    assert "您填的内容还在" in half.get_data(as_text=True)
    wrong = browser.post_as_typed(ASK, {**read_fields(half), "code": "000000"})
    resumed = browser.post_as_typed(ASK, {**read_fields(wrong), "code": phone_and_codes[0].shows()})

    assert resumed.location == url
    assert "写了一个上午的话。" in browser.get(url).get_data(as_text=True)


def test_an_administrator_clears_lost_factors_and_is_journaled(
    make: Make, session: Session, browser_of: SignIn, browser: Browser, member: StaffMember, clock: Clock
) -> None:
    theirs = browser_of(member)
    set_up(theirs, clock)
    admin = browser_of(make.staff(Role.ADMINISTRATOR, post="某县民生办"))
    page = f"/admin/staff/{member.id}"

    assert admin.post(f"{page}/factors/reset", on=page).status_code == 302

    assert theirs.get("/admin/").status_code == 302
    assert browser.sign_in(member).location == "/admin/"
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "factors_reset")).one()
    assert (entry.actor, entry.subject) == ("某县民生办", f"staff:{member.id}")


def test_sign_ins_are_listed_with_their_device_and_an_administrator_ends_them(
    make: Make, session: Session, browser_of: SignIn, member: StaffMember
) -> None:
    theirs = browser_of(member)
    known = session.scalars(sa.select(StaffSession).where(StaffSession.staff_member_id == member.id)).one()
    known.device = "Firefox · Windows"
    assert "Firefox · Windows" in theirs.get("/admin/sign-ins").get_data(as_text=True)
    admin = browser_of(make.staff(Role.ADMINISTRATOR))
    page = f"/admin/staff/{member.id}"

    admin.post(f"{page}/sign-ins/end", on=page)

    assert theirs.get("/admin/").status_code == 302
    assert "sign_ins_ended" in acts(session)
