"""The year's cycle by the pages of staff: what is due when, who has done it, reviews, and targets broken down."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import applying, publishing
from minsheng.editorial.proposals import Proposal
from minsheng.installation import settings
from minsheng.oversight.target_breakdowns import TargetBreakdown
from minsheng.progress import cycle
from minsheng.progress.cycle import CycleStep, Occasion, period_end
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Project
from minsheng.records.reviews import Review, ReviewKind
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def project(session: Session, make: Make) -> Project:
    """A road of 22.5 km in a county with three townships."""
    programme = make.programme(slug="roads")
    county = programme.division
    assert county is not None
    for number, name in enumerate(("青禾镇", "白鹭乡", "石桥乡")):
        code = f"{county.code}{number + 1:03d}"
        session.add(Division.under(county, code, name, DivisionLevel.TOWNSHIP))
    return make.project(programme=programme, slug="road", agency=make.agency())


@pytest.fixture
def writer(make: Make) -> StaffMember:
    return make.staff(Role.REPORTER)


@pytest.fixture
def publisher(make: Make) -> StaffMember:
    return make.staff(Role.PUBLISHER)


def occasion(session: Session, project: Project, step: CycleStep, period: str) -> Occasion:
    year = cycle.year_of(session, project.programme, settings.read(session))
    return next(one for one in year if (one.step, one.period) == (step, period))


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("2026-02", dt.date(2026, 2, 28)),
        ("2026-Q3", dt.date(2026, 9, 30)),
        ("2026-H1", dt.date(2026, 6, 30)),
        ("2026", dt.date(2026, 12, 31)),
    ],
)
def test_a_period_ends_on_its_last_day(period: str, last: dt.date) -> None:
    assert period_end(period) == last


def test_a_year_has_its_steps_with_days_from_the_settings(session: Session, make: Make, project: Project) -> None:
    make.published_report(project, "2026-03")
    year = cycle.year_of(session, project.programme, settings.read(session))
    assert len(year) == 1 + 12 + 4 + 1 + 1
    assert [one.due_on for one in year] == sorted(one.due_on for one in year)
    march = occasion(session, project, CycleStep.MONTHLY_REPORT, "2026-03")
    assert (march.due_on, march.done, march.of) == (dt.date(2026, 4, 8), 1, 1)
    quarter = occasion(session, project, CycleStep.QUARTERLY_SELF_REVIEW, "2026-Q1")
    assert (quarter.due_on, quarter.done, quarter.of) == (dt.date(2026, 4, 15), 0, 1)
    assert quarter.is_late(AT.date())
    settings.put(session, {"self_review_days": 60}, "某县民生办", AT)
    assert not occasion(session, project, CycleStep.QUARTERLY_SELF_REVIEW, "2026-Q1").due_on < dt.date(2026, 5, 30)
    assert occasion(session, project, CycleStep.BREAKDOWN, "2026").due_on == dt.date(2026, 3, 31)


def test_a_self_review_is_written_beside_the_figures_and_signed_by_another(
    session: Session,
    make: Make,
    browser: Browser,
    browser_of: SignIn,
    project: Project,
    writer: StaffMember,
    publisher: StaffMember,
) -> None:
    make.published_report(project, "2026-03", physical_progress=Decimal(40))
    staff = browser_of(writer)
    assert "过期，差 1 个" in staff.get("/admin/calendar/").text
    listed = "/admin/calendar/roads/quarterly_self_review/2026-Q1"
    assert f"{listed}/road" in staff.get(listed).text
    page = staff.get(f"{listed}/road").text
    assert "40%" in page
    sent = {"held_on": "2026-04-12", "score": "95", "points": "", "meets_standard": "", "finding": "比时间进度快。"}
    refused = staff.post(f"{listed}/road", sent)
    assert refused.status_code == 422
    assert "得分和满分要一起填" in refused.text
    assert "比时间进度快。" in refused.text
    assert staff.post(f"{listed}/road", sent | {"points": "100", "meets_standard": "yes"}).status_code == 302
    assert "等审核" in staff.get(listed).text
    proposal = session.scalars(sa.select(Proposal)).one()
    applying.accept(session, proposal, publisher, AT)
    session.commit()
    review = session.scalars(sa.select(Review)).one()
    assert (review.kind, review.period, review.meets_standard) == (
        ReviewKind.QUARTERLY_SELF_REVIEW,
        "2026-Q1",
        True,
    )
    assert "95 分" in staff.get(listed).text
    assert "都做了" in staff.get("/admin/calendar/").text
    assert "比时间进度快。" in browser.get("/projects/road").text


@pytest.mark.parametrize("period", ["2026-Q5", "2026-H1", "2026", "x"])
def test_a_period_that_is_none_of_the_step_is_not_there(
    browser_of: SignIn, project: Project, writer: StaffMember, period: str
) -> None:
    assert browser_of(writer).get(f"/admin/calendar/roads/quarterly_self_review/{period}").status_code == 404


def sheet_url(session: Session, project: Project) -> str:
    return f"/admin/targets/roads/{project.indicators[0].id}"


def test_a_target_is_broken_down_with_its_sum_checked_and_signed_by_another(
    session: Session,
    browser: Browser,
    browser_of: SignIn,
    project: Project,
    writer: StaffMember,
    publisher: StaffMember,
) -> None:
    staff, url = browser_of(writer), sheet_url(session, project)
    first, second, third = session.scalars(
        sa.select(Division.id).where(Division.level == DivisionLevel.TOWNSHIP).order_by(Division.code)
    )
    assert "没有分" in staff.get("/admin/targets/roads").text
    assert "至少要分给一个地方" in staff.post(url, {}).text
    short = staff.post(url, {f"target_d{first}": "10", f"target_d{second}": "10"})
    assert short.status_code == 422
    assert "加起来是 20" in short.text.replace("\xa0", " ")
    assert "差 2.5" in short.text.replace("\xa0", " ")
    wrong = staff.post(url, {f"target_d{first}": "十"})
    assert "请填数字" in wrong.text
    good = {f"target_d{first}": "10", f"target_d{second}": "10", "name_n0": "县公路站", "target_n0": "2.5"}
    assert staff.post(url, good).status_code == 302
    assert staff.post(url, good).status_code == 409
    sheet = session.scalars(sa.select(TargetBreakdown)).one()
    decide = f"/admin/targets/sheets/{sheet.id}"
    assert staff.post(f"{decide}/publish", {"version": str(sheet.version)}, on=url).status_code == 403
    signer = browser_of(publisher)
    assert signer.post(f"{decide}/publish", {"version": signer.fields(url)["version"]}, on=url).status_code == 302
    session.expire_all()
    parts = session.scalars(sa.select(Indicator).where(Indicator.whole_id.is_not(None)).order_by(Indicator.id)).all()
    assert [(one.division_id, one.target) for one in parts] == [
        (first, Decimal(10)),
        (second, Decimal(10)),
        (None, Decimal("2.5")),
    ]
    assert "青禾镇" in browser.get("/projects/road").text
    assert "分完了" in staff.get("/admin/targets/roads").text
    assert publishing.verify(session) == []
    changed = {f"target_d{first}": "9", f"target_d{second}": "11", "name_n0": "县公路站", "target_n0": "2.5"}
    asked = staff.post(url, changed)
    assert "已公示的分解数变了" in asked.text
    assert staff.post(url, changed | {"reason": "青禾镇一段改线"}).status_code == 302
    assert signer.post(f"{decide}/publish", {"version": "1"}, on=url).status_code == 409
    assert third
