"""Invitations: one link, once, for one person; and what an administrator of one part cannot do with it."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts import staffing
from minsheng.accounts.invitations import Invitation
from minsheng.accounts.staff import Permission, Role, RoleGrant, StaffMember, staff_by_username
from minsheng.accounts.staffing import Scope
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.journal import JournalEntry
from tests.admin.conftest import AT, PASSWORD, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
LINK = re.compile(r'<code class="code link-once">http://localhost(/admin/invitations/[\w-]{40,})</code>')
NEW = {"username": "li.fang", "display_name": "李芳", "post": "某县交通局规划股", "role": "reporter", "way": "link"}
CHOSEN = {"new": "一句自己记得住的很长的话", "again": "一句自己记得住的很长的话"}


@pytest.fixture
def admin(make: Make, browser_of: SignIn) -> Browser:
    make.agency(division=make.division())
    return browser_of(make.staff(Role.ADMINISTRATOR))


def link_in(page: str) -> str:
    found = LINK.search(page)
    assert found is not None
    return found[1]


def test_the_invited_set_a_password_of_their_own_once(
    app: Flask, session: Session, admin: Browser, browser: Browser
) -> None:
    page = admin.post("/admin/staff/new", {**NEW, "division": "", "agency": ""}).get_data(as_text=True)
    link = link_in(page)
    member = staff_by_username(session, "li.fang")
    assert member is not None
    assert browser.sign_in(member, "").status_code == 422
    assert link.rsplit("/", 1)[1] not in session.scalars(sa.select(Invitation)).one().token_hash

    assert "某县交通局规划股" in browser.get(link).get_data(as_text=True)
    assert browser.post(link, {"new": "short", "again": "short"}).status_code == 422
    assert browser.post(link, CHOSEN).location == "/admin/sign-in"

    assert browser.get(link).status_code == 410
    again = Browser(app.test_client())
    token = again.token("/admin/sign-in")
    assert again.post_as_typed(link, {"csrf_token": token, "new": "x" * 20, "again": "x" * 20}).status_code == 410
    assert browser.sign_in(member, CHOSEN["new"]).location == "/admin/"
    acts = session.scalars(sa.select(JournalEntry.act)).all()
    assert {"staff_added", "staff_invited", "invitation_accepted"} <= set(acts)
    assert all(link.rsplit("/", 1)[1] not in entry.content for entry in session.scalars(sa.select(JournalEntry)))


def test_a_link_ends_by_age_by_a_newer_one_and_by_leaving(
    make: Make, admin: Browser, browser: Browser, clock: Clock
) -> None:
    member = make.staff(Role.REPORTER)
    page = f"/admin/staff/{member.id}"

    first = link_in(admin.post(f"{page}/invite", on=page).get_data(as_text=True))
    second = link_in(admin.post(f"{page}/invite", on=page).get_data(as_text=True))
    assert browser.get(first).status_code == 410
    assert browser.get(second).status_code == 200
    clock.forward(days=3)
    assert browser.get(second).status_code == 410
    clock.forward(days=-3)
    admin.post(f"{page}/deactivate", on=page)
    assert browser.get(second).status_code == 410
    assert browser.get("/admin/invitations/nonsense").status_code == 410


def test_accepting_ends_the_sign_ins_under_the_former_password(
    make: Make, admin: Browser, browser_of: SignIn, browser: Browser
) -> None:
    member = make.staff(Role.REPORTER)
    theirs = browser_of(member)
    page = f"/admin/staff/{member.id}"
    link = link_in(admin.post(f"{page}/invite", on=page).get_data(as_text=True))

    browser.post(link, CHOSEN)

    assert theirs.get("/admin/").status_code == 302
    assert browser.sign_in(member, PASSWORD).status_code == 422


def test_a_first_password_must_be_changed_before_anything_else(
    make: Make, session: Session, admin: Browser, browser: Browser
) -> None:
    page = admin.post("/admin/staff/new", {**NEW, "way": "password", "division": "", "agency": ""})
    first = re.search(r"<code class=\"code\">([a-z2-9-]{19})</code>", page.get_data(as_text=True))
    member = staff_by_username(session, "li.fang")
    assert first is not None
    assert member is not None
    browser.sign_in(member, first[1])

    assert browser.get("/admin/reports/").location.split("?")[0] == "/admin/password"
    assert "请先换成自己的密码" in browser.get("/admin/password").get_data(as_text=True)
    assert browser.post("/admin/password", {"old": first[1], "new": first[1], "again": first[1]}).status_code == 422
    assert browser.post("/admin/password", {"old": first[1], **CHOSEN}).status_code == 302
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_nobody_gives_themselves_a_role(make: Make, session: Session, browser_of: SignIn, role: Role) -> None:
    make.agency(division=make.division())
    member = make.staff(role)
    browser = browser_of(member)
    for wanted in Role:
        answer = browser.post(
            f"/admin/staff/{member.id}/roles",
            {"role": wanted.value, "division": "", "agency": ""},
            on="/admin/password",
        )
        assert answer.status_code in {403, 409}
    session.expire_all()
    assert [grant.role for grant in member.grants] == [role]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_manages_staff(make: Make, browser_of: SignIn, role: Role) -> None:
    victim = make.staff(Role.REPORTER)
    browser = browser_of(make.staff(role))
    for step in ("invite", "factors/reset", "sign-ins/end", "password", "deactivate", "roles"):
        assert browser.post(f"/admin/staff/{victim.id}/{step}", on="/admin/password").status_code == 403, step


def test_an_administrator_of_one_part_gives_nothing_beyond_it(make: Make, session: Session) -> None:
    here, elsewhere = make.division(), make.division()
    own, other = make.agency(division=here), make.agency(division=elsewhere)
    local = make.staff(Role.ADMINISTRATOR, division=here)
    of_agency = make.staff(Role.ADMINISTRATOR, agency=own)
    everywhere = make.staff(Role.REPORTER)
    colleague = make.staff(Role.REPORTER, division=here)

    for by, scope in (
        (local, Scope(Role.PUBLISHER)),
        (local, Scope(Role.PUBLISHER, elsewhere)),
        (local, Scope(Role.PUBLISHER, here.parent)),
        (local, Scope(Role.PUBLISHER, None, own)),
        (of_agency, Scope(Role.PUBLISHER, here)),
        (of_agency, Scope(Role.PUBLISHER, here, other)),
    ):
        with pytest.raises(NotAllowedError):
            staffing.grant(session, by, colleague, scope, AT)
    for step in (staffing.invite, staffing.reset_factors, staffing.end_sign_ins, staffing.deactivate):
        with pytest.raises(NotAllowedError):
            step(session, local, everywhere, AT)
    with pytest.raises(WrongStateError):
        staffing.grant(session, local, local, Scope(Role.PUBLISHER, here), AT)
    staffing.grant(session, local, colleague, Scope(Role.PUBLISHER, here), AT)
    assert colleague.may(Permission.PUBLISH_REPORT, division=here)


def test_one_role_beyond_the_part_puts_the_whole_person_out_of_reach(make: Make, session: Session) -> None:
    here = make.division()
    member = make.staff(Role.REPORTER, division=here)
    member.grants.append(RoleGrant(role=Role.ASSESSOR))
    session.flush()

    with pytest.raises(NotAllowedError):
        staffing.reset_password(session, make.staff(Role.ADMINISTRATOR, division=here), member, "x" * 20, AT)
