"""Looking back at finished projects by the pages of staff: due, found, handed in, published by another."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.editorial.signatures import SignatureState
from minsheng.oversight import look_back_acts
from minsheng.oversight.lookbacks import LookBack, LookBackResult
from minsheng.records.aftercare import AfterCare, months_later
from minsheng.records.projects import Project, Stage
from tests.admin.conftest import AT, Browser
from tests.admin.pictures import jpeg
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TODAY = AT.date()


@pytest.fixture
def keeper(make: Make) -> StaffMember:
    return make.staff(Role.SUPERVISOR)


@pytest.fixture
def other(make: Make) -> StaffMember:
    return make.staff(Role.PUBLISHER)


def finished(make: Make, day: dt.date, **given: Any) -> Project:
    return make.project(stage=Stage.IN_USE, actual_finish=day, **given)


def told(**given: object) -> dict[str, object]:
    return {
        "looked_on": TODAY.isoformat(),
        "result": "partly",
        "note": "两盏路灯不亮。",
        "keeper": "某镇村建站",
        **given,
    }


def test_what_is_due_is_counted_as_it_is_listed(session: Session, make: Make, keeper: StaffMember) -> None:
    never = finished(make, dt.date(2025, 6, 10))
    finished(make, dt.date(2025, 6, 11))
    make.project(actual_finish=dt.date(2024, 1, 1))
    often = finished(make, dt.date(2025, 1, 1))
    often.after_care = AfterCare(keeper="某站", since=dt.date(2026, 4, 30), inspection_every_months=1)
    seen = finished(make, dt.date(2024, 1, 1))
    seen.lookbacks = [LookBack(looked_on=dt.date(2025, 12, 1), result=LookBackResult.WORKING)]
    session.commit()
    due = look_back_acts.due(session, keeper, TODAY, 12, limit=10)
    assert [one.project.id for one in due] == [never.id, often.id]
    assert [one.due_on for one in due] == [dt.date(2026, 6, 10), dt.date(2026, 5, 30)]
    assert look_back_acts.count_due(session, keeper, TODAY, 12) == 2
    assert look_back_acts.count_due(session, keeper, TODAY, 6) == 4


@pytest.mark.parametrize(
    "today", [dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2024, 2, 29), dt.date(2026, 5, 31)]
)
@pytest.mark.parametrize("months", [1, 6, 13])
def test_the_latest_day_is_the_last_from_which_so_many_months_have_passed(today: dt.date, months: int) -> None:
    day = look_back_acts._latest(today, months)
    assert months_later(day, months) <= today < months_later(day + dt.timedelta(days=1), months)


def test_a_look_back_is_public_once_someone_else_has_read_it(
    session: Session, make: Make, browser: Browser, browser_of: SignIn, keeper: StaffMember, other: StaffMember
) -> None:
    project = finished(make, dt.date(2025, 1, 1))
    writer = browser_of(keeper)
    assert project.title in writer.get("/admin/lookbacks/").text
    url = f"/admin/lookbacks/new/{project.slug}"
    assert "日期不能晚于今天" in writer.post(url, told(looked_on="2026-06-11")).text
    refused = writer.post(url, told(note="找王小明 13800138000"))
    assert refused.status_code == 422
    assert "13800138000" in refused.text
    assert writer.post(url, told(picture=(jpeg(), "a.jpg"), alt_text="不亮的路灯")).status_code == 302
    look_back = session.scalars(sa.select(LookBack)).one()
    page = f"/admin/lookbacks/{look_back.id}"
    public = f"/projects/{project.slug}"
    assert writer.post(f"{page}/submit", {"version": writer.fields(page)["version"]}, on=page).status_code == 302
    assert "两盏路灯不亮" not in browser.get(public).text
    assert writer.post(f"{page}/publish", {"version": "2"}, on=page).status_code == 409
    signer = browser_of(other)
    assert signer.post(f"{page}/return", {"reason": ""}, on=page).status_code == 422
    assert signer.post(f"{page}/publish", {"version": signer.fields(page)["version"]}, on=page).status_code == 302
    assert "两盏路灯不亮" in browser.get(public).text
    session.expire_all()
    assert look_back.state is SignatureState.PUBLISHED
    assert not look_back.photos[0].photo.is_held
    assert "没有到期要看的" in writer.get("/admin/lookbacks/").text
    assert publishing.verify(session) == []
    assert signer.post(f"{page}/withdraw", {"why": "看错了项目"}, on=page).status_code == 302
    assert "两盏路灯不亮" not in browser.get(public).text
    assert publishing.verify(session) == []


def test_a_problem_found_goes_to_the_ledger(
    session: Session, make: Make, browser_of: SignIn, keeper: StaffMember
) -> None:
    project = finished(make, dt.date(2025, 1, 1), agency=make.agency())
    writer = browser_of(keeper)
    writer.post(f"/admin/lookbacks/new/{project.slug}", told())
    number = session.scalars(sa.select(LookBack.id)).one()
    assert f"/admin/problems/new?look_back={number}" in writer.get(f"/admin/lookbacks/{number}").text
    fields = writer.fields(f"/admin/problems/new?look_back={number}")
    assert fields["project"] == project.title
    assert fields["source"] == "look_back"
    assert fields["description"].strip() == "两盏路灯不亮。"
