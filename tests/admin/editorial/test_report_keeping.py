"""What is typed into a month is kept, checked and found again, whatever happens to the page or the sign-in."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.desk import typed_forms
from minsheng.desk.typed_forms import TypedForm
from minsheng.pictures.photos import Photo
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport
from tests.admin.conftest import Browser, Clock, read_fields
from tests.admin.pictures import jpeg
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TYPED: dict[str, Any] = {
    "stage": "under_way",
    "physical_progress": "40",
    "funds_arrived_fen": "60",
    "funds_disbursed_fen": "50",
    "funds_spent_fen": "40",
    "indicator_0": "8.5",
    "done": "路基完成8.5公里。",
}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def reporter(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.REPORTER, division=project.division, post="某县交通局工程股")


@pytest.fixture
def url(project: Project) -> str:
    return f"/admin/reports/{project.slug}/2026-05"


def _reports(session: Session) -> list[ProgressReport]:
    session.expire_all()
    return list(session.scalars(sa.select(ProgressReport).where(ProgressReport.month == "2026-05")))


def test_what_is_typed_is_kept_and_is_no_draft(
    session: Session, reporter: StaffMember, browser_of: SignIn, url: str
) -> None:
    browser = browser_of(reporter)

    answer = browser.post(f"{url}/keep", {**TYPED, "funds_spent_fen": "大约四十万"}, on=url)

    assert answer.json is not None
    assert answer.json["kept"] == "已自动保存 12:00"
    assert answer.json["errors"] == {"funds_spent_fen": ["请填金额，例如 1200.5（万元）或 3亿"]}
    assert _reports(session) == []
    again = browser.fields(url)
    assert (again["done"], again["funds_spent_fen"]) == ("路基完成8.5公里。", "大约四十万")
    assert "表里有没保存的内容" in browser.get(url).get_data(as_text=True)


def test_the_checks_speak_while_typing_and_save_nothing(
    make: Make, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn, url: str
) -> None:
    make.published_report(project, "2026-04", physical_progress=Decimal("33.3"))
    session.commit()
    browser = browser_of(reporter)

    answer = browser.post(f"{url}/keep", {**TYPED, "funds_spent_fen": "55", "physical_progress": "20"}, on=url)

    assert answer.json is not None
    found = {one["field"]: one["text"] for one in answer.json["findings"]}
    assert "大于拨付" in found["funds_spent_fen"]
    assert "降到" in found["physical_progress"]
    assert _reports(session) == []


def test_saving_forgets_what_was_typed_and_so_does_throwing_it_away(
    session: Session, reporter: StaffMember, browser_of: SignIn, url: str
) -> None:
    browser = browser_of(reporter)
    browser.post(f"{url}/keep", TYPED, on=url)
    browser.post(url, TYPED)
    assert session.scalars(sa.select(TypedForm)).all() == []

    browser.post(f"{url}/keep", {**browser.fields(url), "done": "后来想改的话"}, on=url)
    assert browser.fields(url)["done"] == "后来想改的话"
    browser.post(f"{url}/forget", on=url)
    assert browser.fields(url)["done"] == "路基完成8.5公里。"


def test_nobody_else_sees_what_was_typed_only_that_somebody_types(
    make: Make, project: Project, reporter: StaffMember, browser_of: SignIn, clock: Clock, url: str
) -> None:
    colleague = browser_of(make.staff(Role.REPORTER, division=project.division))
    browser_of(reporter).post(f"{url}/keep", TYPED, on=url)

    page = colleague.get(url).get_data(as_text=True)
    answer = colleague.post(f"{url}/keep", {"done": "我也在写"}, on=url)

    assert "也有人正在写这份月报" in page
    assert "某县交通局工程股" in page
    assert "路基完成8.5公里。" not in page
    assert answer.json is not None
    assert "某县交通局工程股" in answer.json["others"]
    clock.forward(minutes=20)
    assert "也有人正在写这份月报" not in colleague.get(url).get_data(as_text=True)


def test_a_form_sent_after_the_sign_in_ran_out_is_filled_in_again(
    session: Session, reporter: StaffMember, browser_of: SignIn, clock: Clock, url: str
) -> None:
    browser = browser_of(reporter)
    form = browser.fields(url)
    clock.forward(hours=13)

    answer = browser.post_as_typed(url, {**form, **TYPED, "funds_spent_fen": "看不懂的数", "then": "submit"})

    assert answer.status_code == 401
    signed_in = browser.post_as_typed(
        "/admin/sign-in",
        {**read_fields(answer), "username": reporter.username, "password": "correct horse battery staple"},
    )
    assert (signed_in.status_code, signed_in.location) == (302, url)
    page = browser.get(url).get_data(as_text=True)
    assert "登录到期前填的内容都在下面" in page
    again = browser.fields(url)
    assert (again["done"], again["funds_spent_fen"]) == ("路基完成8.5公里。", "看不懂的数")
    assert _reports(session) == []


def test_two_people_are_shown_each_difference_and_choose(
    make: Make, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn, url: str
) -> None:
    first = browser_of(reporter)
    second = browser_of(make.staff(Role.REPORTER, division=project.division, post="某县交通局规划股"))
    first.post(url, TYPED)
    mine = first.fields(url)
    second.post(url, {**second.fields(url), "physical_progress": "45", "done": "同事的话"})

    kept = first.post(f"{url}/keep", {**mine, "physical_progress": "43", "done": "我的话"}, on=url)
    assert kept.json is not None
    assert "某县交通局规划股 于 12:00 保存了另一版" in kept.json["conflict"]
    page = first.get(url)
    text = page.get_data(as_text=True)
    assert "用某县交通局规划股的" in text
    assert 'name="choose-done"' in text
    sent = {**read_fields(page), "choose-physical_progress": "theirs", "choose-done": "mine"}
    assert first.post(url, sent).status_code == 302

    (report,) = _reports(session)
    assert (report.physical_progress, report.done) == (Decimal(45), "我的话")


def test_a_picture_is_sent_by_itself_and_its_error_stays_with_it(
    session: Session, reporter: StaffMember, browser_of: SignIn, url: str
) -> None:
    browser = browser_of(reporter)
    browser.post(f"{url}/keep", TYPED, on=url)

    without = browser.post(f"{url}/photos", {"picture": (jpeg(), "a.jpg"), "version": ""}, on=url)
    good = browser.post(
        f"{url}/photos", {"picture": (jpeg(), "a.jpg"), "alt_text": "压路机", "phase": "during", "version": ""}, on=url
    )

    assert without.status_code == 422
    assert without.json is not None
    assert "读屏用户" in without.json["errors"]["alt_text"][0]
    assert good.json is not None
    (report,) = _reports(session)
    assert good.json["version"] == str(report.version)
    assert session.scalars(sa.select(Photo.alt_text)).all() == ["压路机"]
    page = browser.get(url)
    assert "别人刚刚改过" not in page.get_data(as_text=True)
    assert read_fields(page)["done"] == "路基完成8.5公里。"


def test_taking_a_picture_out_saves_the_rest(
    session: Session, reporter: StaffMember, browser_of: SignIn, url: str
) -> None:
    browser = browser_of(reporter)
    browser.post(f"{url}/photos", {"picture": (jpeg(), "a.jpg"), "alt_text": "压路机", "phase": "during"}, on=url)
    photo = session.scalars(sa.select(Photo)).one()

    answer = browser.post(url, {**browser.fields(url), **TYPED, "remove_photo": str(photo.id)})

    assert answer.status_code == 302
    assert session.scalars(sa.select(Photo)).all() == []
    assert _reports(session)[0].done == "路基完成8.5公里。"


def test_what_was_typed_is_not_kept_elsewhere_nor_for_ever(
    make: Make, session: Session, reporter: StaffMember, browser_of: SignIn, clock: Clock, url: str
) -> None:
    other = browser_of(make.staff(Role.REPORTER, division=make.division()))
    assert other.post(f"{url}/keep", TYPED, on="/admin/").status_code == 403
    browser_of(reporter).post(f"{url}/keep", {**TYPED, "made_up": "x"}, on=url)
    (typed,) = session.scalars(sa.select(TypedForm))
    assert "made_up" not in typed.fields

    clock.forward(days=61)
    assert typed_forms.forget_old(session, clock.at) == 1
