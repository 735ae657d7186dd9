"""The table of many reports: rows saved by themselves, conflicts by name, and nothing typed lost."""

from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.desk.typed_forms import TypedForm
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport, ReportState
from tests.admin.conftest import PASSWORD, Browser, Clock, read_fields
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
URL = "/admin/reports/grid"
MONTH = "2026-05"


@pytest.fixture
def projects(make: Make, session: Session) -> list[Project]:
    programme = make.programme()
    made = [make.project(programme=programme, title=title) for title in ("甲村道路", "乙村水渠", "丙村学校")]
    for one in made:
        make.published_report(one, "2026-04", physical_progress=Decimal("33.3"))
    session.commit()
    return made


@pytest.fixture
def reporter(make: Make, projects: list[Project]) -> StaffMember:
    return make.staff(Role.REPORTER, division=projects[0].division, post="某县交通局工程股")


def row(project: Project, **typed: str) -> dict[str, str]:
    return {f"row-{project.id}-{name}": text for name, text in typed.items()}


def reports(session: Session) -> dict[str, ProgressReport]:
    session.expire_all()
    found = session.scalars(sa.select(ProgressReport).where(ProgressReport.month == MONTH))
    return {one.project.title: one for one in found}


def test_only_rows_that_were_changed_are_saved(
    session: Session, projects: list[Project], reporter: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reporter)
    form = browser.fields(f"{URL}?month={MONTH}")
    first = projects[0]
    assert form[f"row-{first.id}-physical_progress"] == "33.3"

    answer = browser.post(URL, {**form, **row(first, physical_progress="41", done="路基完成。")})

    assert answer.status_code == 302
    assert "已保存 1 行" in browser.get(f"{URL}?month={MONTH}").get_data(as_text=True)
    assert list(reports(session)) == ["甲村道路"]
    report = reports(session)["甲村道路"]
    assert (report.physical_progress, report.done, report.state) == (Decimal(41), "路基完成。", ReportState.DRAFT)
    assert report.funds_arrived_fen == 60_000_000
    assert report.values[0].value == Decimal("8.5")


def test_many_are_handed_in_and_each_that_is_not_is_named(
    session: Session, projects: list[Project], reporter: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reporter)
    first, second, third = projects
    form = browser.fields(f"{URL}?month={MONTH}")
    typed = {
        **row(first, done="路基完成。"),
        **row(second, done=""),
        **row(third, done="教学楼封顶。", funds_spent_fen="99"),
        "chosen": [one.slug for one in projects],
        "then": "submit",
    }

    answer = browser.post(URL, {**form, **typed})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "已提交 1 份" in page
    assert "还缺要填的，没有提交：乙村水渠" in page
    assert "没有提交：丙村学校" in page
    assert "大于拨付" in page
    found = reports(session)
    assert found["甲村道路"].state is ReportState.SUBMITTED
    assert {found[one].state for one in ("乙村水渠", "丙村学校")} == {ReportState.DRAFT}
    form = browser.fields(f"{URL}?month={MONTH}")
    (name,) = [one for one in form if "explanation_" in one]
    answer = browser.post(URL, {**form, name: "镇里先垫付。", "chosen": third.slug, "then": "submit"})
    assert reports(session)["丙村学校"].state is ReportState.SUBMITTED, answer.get_data(as_text=True)


def test_what_cannot_be_read_stays_in_its_cell_and_the_other_rows_are_saved(
    session: Session, projects: list[Project], reporter: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reporter)
    form = browser.fields(f"{URL}?month={MONTH}")

    answer = browser.post(
        URL, {**form, **row(projects[0], funds_spent_fen="大约四十万"), **row(projects[1], done="渠道贯通。")}
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="大约四十万"' in page
    assert "请填金额" in page
    assert "有看不懂的数，没有保存：甲村道路" in page
    assert list(reports(session)) == ["乙村水渠"]
    assert browser.fields(f"{URL}?month={MONTH}")[f"row-{projects[0].id}-funds_spent_fen"] == "大约四十万"


def test_a_row_somebody_else_saved_is_named_and_chosen_from(
    make: Make, session: Session, projects: list[Project], reporter: StaffMember, browser_of: SignIn
) -> None:
    first = browser_of(reporter)
    second = browser_of(make.staff(Role.REPORTER, division=projects[0].division, post="某县水利局"))
    opened = first.fields(f"{URL}?month={MONTH}")
    second.post(
        URL, {**second.fields(f"{URL}?month={MONTH}"), **row(projects[0], done="同事的话", physical_progress="45")}
    )

    answer = first.post(
        URL,
        {**opened, **row(projects[0], done="我的话", physical_progress="43"), **row(projects[1], done="渠道贯通。")},
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "别人刚刚改过，没有保存：甲村道路" in page
    assert "某县水利局" in page
    assert reports(session)["乙村水渠"].done == "渠道贯通。"
    again = {
        **read_fields(answer),
        **row(projects[0], **{"choose-done": "mine", "choose-physical_progress": "theirs"}),
    }
    assert first.post(URL, again).status_code == 302
    report = reports(session)["甲村道路"]
    assert (report.done, report.physical_progress) == ("我的话", Decimal(45))


def test_a_table_sent_after_the_sign_in_ran_out_is_filled_in_again(
    session: Session, projects: list[Project], reporter: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    browser = browser_of(reporter)
    form = browser.fields(f"{URL}?month={MONTH}")
    clock.forward(hours=13)

    answer = browser.post_as_typed(URL, {**form, **row(projects[0], done="路基完成。")})
    assert answer.status_code == 401
    sign_in = {**read_fields(answer), "username": reporter.username, "password": PASSWORD}
    signed_in = browser.post_as_typed("/admin/sign-in", sign_in)

    assert signed_in.status_code == 302
    assert browser.fields(f"{URL}?month={MONTH}")[f"row-{projects[0].id}-done"] == "路基完成。"
    assert browser.fields(f"/admin/reports/{projects[0].slug}/{MONTH}")["done"] == "路基完成。"
    assert reports(session) == {}
    assert session.scalars(sa.select(TypedForm.subject)).all()


def test_rows_of_others_are_neither_shown_nor_saved(
    make: Make, session: Session, projects: list[Project], browser_of: SignIn
) -> None:
    stranger = browser_of(make.staff(Role.REPORTER, division=make.division()))

    page = stranger.get(f"{URL}?month={MONTH}").get_data(as_text=True)
    assert "这个月没有要填的项目" in page
    stranger.post(URL, {"month": MONTH, **row(projects[0], done="不该有的话", version="")}, on="/admin/")
    assert reports(session) == {}
    assert stranger.get(f"{URL}?month=2026-13").status_code == 404
