"""Bulletins before they are public: prepared, edited in words and not in figures, signed by another, corrected."""

from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.oversight.bulletin_issues import BulletinIssue, filled, typed_figures, unknown_fields
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
PUBLIC = "/programmes/roads/bulletins/2026-03"


@pytest.fixture
def project(make: Make) -> Project:
    programme: Programme = make.programme(slug="roads")
    project = make.project(programme=programme)
    make.published_report(project, "2026-03", physical_progress=Decimal(40))
    return project


@pytest.fixture
def writer(make: Make) -> StaffMember:
    return make.staff(Role.SUPERVISOR)


@pytest.fixture
def issue(session: Session, browser_of: SignIn, writer: StaffMember, project: Project) -> BulletinIssue:
    staff = browser_of(writer)
    assert staff.post("/admin/bulletins/roads/2026-03", on="/admin/bulletins/").status_code == 302
    return session.scalars(sa.select(BulletinIssue)).one()


def save(browser: Browser, issue: BulletinIssue, **given: str) -> int:
    return _sent(browser, issue, **given)[0]


def _sent(browser: Browser, issue: BulletinIssue, **given: str) -> tuple[int, str]:
    url = f"/admin/bulletins/{issue.id}"
    fields = browser.fields(url)
    names = ("version", "title", "overview", "money", "late", "problems", "cases", "next", "correction_reason")
    answer = browser.post(url, {name: fields.get(name, "") for name in names} | given)
    return answer.status_code, answer.text


def sign(browser: Browser, issue: BulletinIssue) -> int:
    url = f"/admin/bulletins/{issue.id}"
    return browser.post(f"{url}/publish", {"version": browser.fields(url).get("version", "")}, on=url).status_code


def test_fields_are_filled_and_everything_else_is_left_as_it_was() -> None:
    pieces = filled("进度【总进度】，【没有】。", {"总进度": "40%"})
    assert [(one.text, one.is_figure) for one in pieces] == [
        ("进度", False),
        ("40%", True),
        ("，", False),
        ("【没有】", False),
        ("。", False),
    ]
    assert unknown_fields("【没有】【总进度】", {"总进度": "40%"}) == ["没有"]


@pytest.mark.parametrize(
    "text", ["总进度41%", "到位 1,200.5 万元", "落后3个", "４１％", "共12", "3.5倍", "2026年完成5个"]
)
def test_a_figure_typed_by_hand_is_found(text: str) -> None:
    assert typed_figures(text)


@pytest.mark.parametrize(
    "text", ["2026年3月31日", "第3次会议", "国发〔2026〕5号", "8月底前", "【落后项目数】个", "", "第12条", "十二个"]
)
def test_dates_and_numbers_of_papers_are_no_figures(text: str) -> None:
    assert typed_figures(text) == []


def test_the_text_begins_with_the_figures_and_says_nothing_of_what_is_not_there(issue: BulletinIssue) -> None:
    assert issue.title == "2026年某县民生实事 2026年3月通报"
    assert issue.figures["总进度"] == "40%"
    assert "【总进度】" in issue.blocks["overview"]
    assert issue.blocks["cases"] == ""
    assert unknown_fields("".join(issue.blocks.values()), issue.figures) == []
    assert typed_figures("".join(issue.blocks.values())) == []


def test_words_can_be_changed_and_figures_cannot(
    session: Session, browser_of: SignIn, writer: StaffMember, issue: BulletinIssue
) -> None:
    staff = browser_of(writer)
    status, text = _sent(staff, issue, overview="总进度已经到了 99%。")
    assert status == 422
    assert "是手打的" in text
    assert "总进度已经到了 99%。" in text
    status, text = _sent(staff, issue, overview="【好进度】")
    assert status == 422
    assert "没有这样的字段：【好进度】" in text
    assert save(staff, issue, overview="三月总进度【总进度】，请各单位5月10日前报计划。") == 302
    session.expire_all()
    assert issue.blocks["overview"].startswith("三月")


def test_an_edition_is_public_once_another_has_signed_and_is_kept_as_it_was(
    session: Session,
    make: Make,
    browser: Browser,
    browser_of: SignIn,
    writer: StaffMember,
    project: Project,
    issue: BulletinIssue,
) -> None:
    staff = browser_of(writer)
    assert save(staff, issue, overview="三月总进度【总进度】，要加快。", then="submit") == 302
    assert "要加快" not in browser.get(PUBLIC).text
    session.expire_all()
    url = f"/admin/bulletins/{issue.id}"
    assert staff.post(f"{url}/publish", {"version": str(issue.version)}, on=url).status_code == 409
    other = browser_of(make.staff(Role.PUBLISHER))
    assert sign(other, issue) == 302
    page = browser.get(PUBLIC).text
    assert "三月总进度<strong>40%</strong>，要加快。" in page
    assert publishing.verify(session) == []
    correction = make.report(project, "2026-03", revision=2, physical_progress=Decimal(30), correction_reason="多报了")
    correction.submit(make.at)
    publishing.publish_report(session, correction, make.staff(Role.PUBLISHER), make.at)
    session.commit()
    page = browser.get(PUBLIC).text
    assert "<strong>40%</strong>" in page, "a published edition does not change by itself"
    assert staff.post("/admin/bulletins/roads/2026-03", on="/admin/bulletins/").status_code == 302
    second = session.scalars(sa.select(BulletinIssue).order_by(BulletinIssue.id.desc())).first()
    assert second is not None
    status, text = _sent(staff, second, overview="三月总进度【总进度】。", then="submit")
    assert status == 422
    assert "更正要写公开的原因" in text
    assert save(staff, second, overview="三月总进度【总进度】。", correction_reason="月报更正", then="submit") == 302
    assert sign(other, second) == 302
    page = browser.get(PUBLIC).text
    assert "三月总进度<strong>30%</strong>。" in page
    assert "月报更正" in page
    assert publishing.verify(session) == []
    withdrawn = other.post(
        f"/admin/bulletins/{second.id}/withdraw", {"why": "文字写错"}, on=f"/admin/bulletins/{second.id}"
    )
    assert withdrawn.status_code == 302
    assert "文字写错" in browser.get(PUBLIC).text
    assert publishing.verify(session) == []


def test_figures_that_changed_since_stop_the_publication(
    session: Session, make: Make, browser_of: SignIn, writer: StaffMember, project: Project, issue: BulletinIssue
) -> None:
    assert save(browser_of(writer), issue, then="submit") == 302
    publishing.withdraw_report(session, project.published_reports[-1], "报错了", make.staff(Role.PUBLISHER), make.at)
    session.commit()
    other, url = browser_of(make.staff(Role.PUBLISHER)), f"/admin/bulletins/{issue.id}"
    assert "数字变了" in other.get(url).text
    assert sign(other, issue) == 409
    assert other.post(f"{url}/return", {"reason": "重新保存"}, on=url).status_code == 302
    assert save(browser_of(writer), issue, then="submit") == 302
    session.expire_all()
    assert issue.figures["总进度"] == "—"
    assert sign(other, issue) == 302
