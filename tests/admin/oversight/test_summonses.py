"""The summons list by the pages of staff: made from the figures, signed by another, withdrawn with a reason."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.oversight.summonses import SummonsList
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.programmes import Programme
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def programme(make: Make) -> Programme:
    """Of four projects at the end of March one is 25 points behind, one past its finish, two are in time."""
    programme = make.programme(slug="roads")
    for title, progress in (("落后的路", "0"), ("按时的路", "25"), ("快的路", "60")):
        make.published_report(
            make.project(programme=programme, title=title), "2026-03", physical_progress=Decimal(progress)
        )
    late = make.project(programme=programme, title="超期的路", planned_finish=dt.date(2026, 3, 15))
    make.published_report(late, "2026-03", physical_progress=Decimal(90))
    return programme


@pytest.fixture
def keeper(make: Make) -> StaffMember:
    return make.staff(Role.SUPERVISOR)


@pytest.fixture
def summons(session: Session, browser_of: SignIn, keeper: StaffMember, programme: Programme) -> SummonsList:
    staff = browser_of(keeper)
    answer = staff.post("/admin/summonses/roads/2026-Q1", on="/admin/summonses/")
    assert answer.status_code == 302
    return session.scalars(sa.select(SummonsList)).one()


def edit(browser: Browser, summons: SummonsList, **given: str) -> int:
    url = f"/admin/summonses/{summons.id}"
    return browser.post(url, {"version": browser.fields(url)["version"], **given}).status_code


def test_the_list_holds_who_is_seriously_late_with_the_figures(summons: SummonsList) -> None:
    said = [(one.project.title, one.status, one.progress, one.gap) for one in summons.entries]
    assert said == [
        ("落后的路", ScheduleStatus.SERIOUSLY_BEHIND, Decimal(0), Decimal(-25)),
        ("超期的路", ScheduleStatus.OVERDUE, Decimal(90), Decimal(-10)),
    ]
    assert summons.of == 4
    assert summons.rule == {"seriously_behind": "-20"}
    assert summons.entries[0].post == "县交通局局长"


def test_a_quarter_has_one_list_and_only_once_it_is_closed(
    browser_of: SignIn, keeper: StaffMember, summons: SummonsList
) -> None:
    staff = browser_of(keeper)
    assert staff.post("/admin/summonses/roads/2026-Q1", on="/admin/summonses/").status_code == 409
    assert staff.post("/admin/summonses/roads/2026-Q2", on="/admin/summonses/").status_code == 409
    assert staff.post("/admin/summonses/roads/2026-03", on="/admin/summonses/").status_code == 409
    assert staff.post("/admin/summonses/roads/x", on="/admin/summonses/").status_code == 404


def test_the_list_from_draft_to_the_public_page_and_back(
    session: Session,
    make: Make,
    browser: Browser,
    browser_of: SignIn,
    keeper: StaffMember,
    summons: SummonsList,
) -> None:
    staff, url, public = browser_of(keeper), f"/admin/summonses/{summons.id}", "/programmes/roads/summonses/2026-Q1"
    spared = summons.entries[1]
    reason = {f"left_out_{spared.id}": "等上游水库放水，省里同意延后"}
    assert edit(staff, summons, words="四月十日约谈。", **reason) == 302
    assert edit(staff, summons, words="四月十日约谈。", then="submit", **reason) == 302
    assert browser.get(public).status_code == 404
    session.expire_all()
    assert staff.post(f"{url}/publish", {"version": str(summons.version)}, on=url).status_code == 409
    other = browser_of(make.staff(Role.PUBLISHER))
    assert other.post(f"{url}/publish", {"version": other.fields(url)["version"]}, on=url).status_code == 302
    page = browser.get(public).text
    for words in ("落后的路", "-25", "四月十日约谈。", "等上游水库放水", "县交通局局长", "1 个严重滞后或者超期"):
        assert words in page.replace("−", "-"), words
    assert public in browser.get("/programmes/roads/bulletins/").text
    assert publishing.verify(session) == []
    assert other.post(f"{url}/withdraw", {"why": ""}, on=url).status_code == 422
    assert other.post(f"{url}/withdraw", {"why": "月报有更正"}, on=url).status_code == 302
    stub = browser.get(public).text
    assert "月报有更正" in stub
    assert "落后的路" not in stub
    assert publishing.verify(session) == []
    again = staff.post("/admin/summonses/roads/2026-Q1", on="/admin/summonses/")
    assert again.status_code == 302
    assert session.scalars(sa.select(SummonsList.number).order_by(SummonsList.id)).all() == [1, 2]


def test_figures_that_changed_since_stop_the_publication(
    session: Session, make: Make, browser_of: SignIn, keeper: StaffMember, summons: SummonsList
) -> None:
    assert edit(browser_of(keeper), summons, then="submit") == 302
    report = summons.entries[0].project.published_reports[-1]
    publishing.withdraw_report(session, report, "报错了", make.staff(Role.PUBLISHER), make.at)
    session.commit()
    other, url = browser_of(make.staff(Role.PUBLISHER)), f"/admin/summonses/{summons.id}"
    assert "数字变了" in other.get(url).text
    assert other.post(f"{url}/publish", {"version": other.fields(url)["version"]}, on=url).status_code == 409
    assert other.post(f"{url}/return", {"reason": "数字变了，请重列"}, on=url).status_code == 302
    mine = browser_of(keeper)
    assert mine.post(f"{url}/discard", on=url).status_code == 302
    assert session.scalar(sa.select(sa.func.count(SummonsList.id))) == 0
