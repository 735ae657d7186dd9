import re
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember, staff_by_username
from minsheng.journal import JournalEntry
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
NEW = {"username": "Li.Fang", "display_name": "李芳", "post": "某县交通局规划股", "role": "reporter", "way": "password"}


def test_a_new_member_gets_a_first_password_that_works_and_is_shown_once(
    make: Make, session: Session, browser_of: SignIn, browser: Browser
) -> None:
    agency = make.agency(division=make.division())
    admin = browser_of(make.staff(Role.ADMINISTRATOR, post="某县民生办"))
    scope = {"division": str(agency.division_id), "agency": str(agency.id)}

    page = admin.post("/admin/staff/new", {**NEW, **scope}).get_data(as_text=True)

    shown = re.search(r"<code class=\"code\">([a-z2-9-]{19})</code>", page)
    assert shown is not None
    member = staff_by_username(session, "li.fang")
    assert member is not None
    assert [(one.role, one.agency_id) for one in member.grants] == [(Role.REPORTER, agency.id)]
    assert shown[1] not in admin.get(f"/admin/staff/{member.id}").get_data(as_text=True)
    assert browser.sign_in(member, shown[1]).status_code == 302
    assert browser.get("/admin/").location == "/admin/password?next=/admin/"
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "staff_added")).one()
    assert (entry.actor, entry.is_public) == ("某县民生办", False)
    assert "李芳" not in entry.content
    assert shown[1] not in entry.content


def test_a_name_is_given_once(make: Make, session: Session, browser_of: SignIn) -> None:
    make.agency(division=make.division())
    make.staff(Role.REPORTER, username="li.fang")
    admin = browser_of(make.staff(Role.ADMINISTRATOR))

    answer = admin.post("/admin/staff/new", {**NEW, "division": "", "agency": ""})

    assert answer.status_code == 422
    assert "这个用户名已经有人用了" in answer.get_data(as_text=True)
    assert 'value="某县交通局规划股"' in answer.get_data(as_text=True)


def test_those_who_leave_are_deactivated_and_may_come_back(make: Make, session: Session, browser_of: SignIn) -> None:
    member = make.staff(Role.REPORTER)
    theirs, admin = browser_of(member), browser_of(make.staff(Role.ADMINISTRATOR))
    page = f"/admin/staff/{member.id}"

    assert admin.post(f"{page}/deactivate", on=page).status_code == 302
    assert theirs.get("/admin/").status_code == 302
    session.expire_all()
    assert not member.is_active

    assert admin.post(f"{page}/reactivate", on=page).status_code == 302
    assert theirs.get("/admin/").status_code == 302
    assert browser_of(member).get("/admin/").status_code == 200


def test_roles_are_added_and_taken_back(make: Make, session: Session, browser_of: SignIn) -> None:
    member = make.staff(Role.REPORTER)
    theirs, admin = browser_of(member), browser_of(make.staff(Role.ADMINISTRATOR))
    page = f"/admin/staff/{member.id}"
    assert theirs.get("/admin/journal/").status_code == 403

    admin.post(f"{page}/roles", {"role": "assessor", "division": "", "agency": ""}, on=page)
    assert theirs.get("/admin/journal/").status_code == 200
    session.expire_all()
    admin.post(f"{page}/roles/{member.grants[1].id}/remove", on=page)

    assert theirs.get("/admin/journal/").status_code == 403
    acts = session.scalars(sa.select(JournalEntry.act).where(JournalEntry.act == "roles_changed")).all()
    assert len(acts) == 2


def test_a_new_password_ends_every_sign_in(make: Make, browser_of: SignIn, browser: Browser) -> None:
    member = make.staff(Role.REPORTER)
    theirs, admin = browser_of(member), browser_of(make.staff(Role.ADMINISTRATOR))
    page = f"/admin/staff/{member.id}"

    answer = admin.post(f"{page}/password", on=page).get_data(as_text=True)

    shown = re.search(r"<code class=\"code\">([a-z2-9-]{19})</code>", answer)
    assert shown is not None
    assert theirs.get("/admin/").status_code == 302
    assert browser.sign_in(member).status_code == 422
    assert browser.sign_in(member, shown[1]).status_code == 302


def test_nobody_shuts_themselves_out(make: Make, session: Session, browser_of: SignIn) -> None:
    administrator = make.staff(Role.ADMINISTRATOR)
    admin = browser_of(administrator)
    page = f"/admin/staff/{administrator.id}"

    assert admin.post(f"{page}/deactivate", on="/admin/").status_code == 409
    assert admin.post(f"{page}/roles/{administrator.grants[0].id}/remove", on="/admin/").status_code == 409
    session.expire_all()
    assert administrator.is_active
    assert len(administrator.grants) == 1


def test_an_administrator_of_one_place_reaches_no_other(make: Make, session: Session, browser_of: SignIn) -> None:
    here, elsewhere = make.division(), make.division()
    make.agency(division=here)
    make.agency(division=elsewhere)
    stranger = make.staff(Role.REPORTER, division=elsewhere)
    everywhere = make.staff(Role.ADMINISTRATOR)
    admin = browser_of(make.staff(Role.ADMINISTRATOR, division=here))

    for member in (stranger, everywhere):
        assert admin.get(f"/admin/staff/{member.id}").status_code == 403
        assert admin.post(f"/admin/staff/{member.id}/deactivate", on="/admin/").status_code == 403
        assert admin.post(f"/admin/staff/{member.id}/password", on="/admin/").status_code == 403
        assert member.post not in admin.get("/admin/staff/").get_data(as_text=True)
    page = admin.get("/admin/staff/new").get_data(as_text=True)
    assert "全部地方" not in page
    for division in ("", str(elsewhere.id)):
        answer = admin.post("/admin/staff/new", {**NEW, "division": division, "agency": ""})
        assert answer.status_code == 422
        assert "请从列出的选项中选一个" in answer.get_data(as_text=True)
    assert staff_by_username(session, "li.fang") is None
