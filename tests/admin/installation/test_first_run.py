"""The first steps of a real place, in the browser."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember, staff_by_username
from minsheng.editorial import publishing
from minsheng.errors import InvalidFileError
from minsheng.importing.divisions import gazetteer
from minsheng.installation import first_run
from minsheng.installation.first_run import FirstAdministrator, InvalidPlacesError, read_places
from minsheng.installation.settings import read
from minsheng.journal import JournalEntry
from minsheng.records.places import Division
from pages.services import services
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TYPED = {
    "site_name": "清河县民生公示",
    "place": "清河县",
    "username": "Li.Fang",
    "display_name": "李芳",
    "post": "清河县民生办",
    "new": "一句自己记得住的很长的话",
    "again": "一句自己记得住的很长的话",
}
PLACES = """code,name,level,parent
990000,试验省,省,
990100,试验市,市,990000
990101,试验县,县,990100
990101001,试验镇,镇,990101
"""


@pytest.fixture
def address(app: Flask) -> str:
    return f"/admin/first-run/{first_run.token(services().secret)}"


@pytest.mark.usefixtures("factors_needed")
def test_an_empty_site_becomes_a_place_with_an_administrator(browser: Browser, session: Session, address: str) -> None:
    assert "这里还没有任何账号" in browser.get("/admin/sign-in").get_data(as_text=True)

    assert browser.post(address, TYPED).location == "/admin/sign-in"

    assert browser.get(address).status_code == 404
    member = staff_by_username(session, "li.fang")
    assert member is not None
    assert [(grant.role, grant.division_id) for grant in member.grants] == [(Role.ADMINISTRATOR, None)]
    place = session.scalars(sa.select(Division).where(Division.name == "清河县")).one()
    assert place.full_name.endswith("清河县")
    assert len(session.scalars(sa.select(Division.id).where(Division.parent_id == place.id)).all()) > 5
    assert (read(session).site_name, read(session).home_place, read(session).set_up) == (
        "清河县民生公示",
        place.code,
        True,
    )
    assert "清河县民生公示" in browser.get("/").get_data(as_text=True)
    assert browser.sign_in(member, TYPED["new"]).location == "/admin/"
    assert browser.get("/admin/").location.split("?")[0] == "/admin/second-factor/"
    acts = session.scalars(sa.select(JournalEntry.act)).all()
    assert {"settings_changed", "installation_set_up"} <= set(acts)
    assert publishing.verify(session) == []


def test_only_who_has_the_address_takes_the_first_steps(browser: Browser, session: Session, address: str) -> None:
    for other in (address[:-1] + ("0" if address[-1] != "0" else "1"), "/admin/first-run/x", "/admin/first-run/é"):
        assert browser.get(other).status_code == 404
    assert session.scalars(sa.select(StaffMember)).all() == []


def test_nobody_takes_them_where_somebody_works(make: Make, browser: Browser, session: Session, address: str) -> None:
    token = browser.token(address)
    make.staff(Role.REPORTER)
    session.commit()

    assert browser.get(address).status_code == 404
    assert browser.post_as_typed(address, {**TYPED, "csrf_token": token}).status_code == 404
    assert staff_by_username(session, "li.fang") is None


def test_what_is_missing_or_ambiguous_is_said_beside_the_field(
    browser: Browser, session: Session, address: str
) -> None:
    for field, value, says in (
        ("place", "没有的县", "没有找到"),
        ("place", "鼓楼区", "同名的不止一个"),
        ("new", "short", "至少 12 个字"),
        ("again", "another", "两次填写的不一样"),
        ("username", "a b", "用户名只用字母"),
        ("site_name", "", "请填网站名称"),
    ):
        answer = browser.post(address, {**TYPED, field: value})
        assert answer.status_code == 422, field
        assert says in answer.get_data(as_text=True)
        assert 'value="清河县民生办"' in answer.get_data(as_text=True)
    assert session.scalars(sa.select(StaffMember)).all() == []
    assert session.scalars(sa.select(Division)).all() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_places_come_from_a_file(browser: Browser, session: Session, address: str, encoding: str) -> None:
    sent = {**TYPED, "place": "试验县", "places": (io.BytesIO(PLACES.encode(encoding)), "places.csv")}

    assert browser.post(address, sent).status_code == 302

    names = session.scalars(sa.select(Division.name).order_by(Division.path)).all()
    assert names == ["试验省", "试验市", "试验县", "试验镇"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unreadable"),
        ("a,b\n1,2\n", "unreadable"),
        ("code,name,level,parent\n", "no_places"),
        ("code,name,level,parent\n99,某省,省,\n", "bad_code"),
        ("code,name,level,parent\n９９００００,某省,省,\n", "bad_code"),
        ("code,name,level,parent\n990000,,省,\n", "bad_name"),
        ("code,name,level,parent\n990000,某省,州,\n", "bad_level"),
        ("code,name,level,parent\n990100,某市,市,990000\n", "no_parent"),
        ("code,name,level,parent\n990100,甲,市,990200\n990200,乙,市,990100\n", "no_parent"),
        ("code,name,level,parent\n990100,甲,市,990100\n", "no_parent"),
        ("code,name,level,parent\n990000,某省,省,\n990000,某省,省,\n", "twice"),
    ],
)
def test_files_that_cannot_be_right_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        read_places(text.encode())
    assert refused.value.reason == reason
    assert isinstance(refused.value, InvalidPlacesError) == (reason not in {"unreadable", "no_places"})


def test_two_who_set_up_at_once_make_one_administrator(session: Session) -> None:
    home = gazetteer().named("清河县")[0].code
    first_run.set_up(session, "甲", gazetteer(), home, FirstAdministrator("first", "甲", "某岗", "x" * 20), AT)

    with pytest.raises(Exception, match="set_up"):
        first_run.set_up(session, "乙", gazetteer(), home, FirstAdministrator("second", "乙", "某岗", "x" * 20), AT)
