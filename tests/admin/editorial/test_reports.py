import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import JournalEntry
from minsheng.pictures.photos import Photo
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project, Stage
from minsheng.records.reports import ProgressReport, ReportState
from pages.services import EXTENSION
from tests.admin.conftest import Browser
from tests.admin.pictures import jpeg
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
FIGURES: dict[str, Any] = {
    "stage": "under_way",
    "physical_progress": "40",
    "funds_arrived_fen": "60",
    "funds_disbursed_fen": "50",
    "funds_spent_fen": "４０万元",
    "indicator_0": "8.5",
    "done": "路基完成8.5公里。",
}


def _reports(session: Session, project: Project) -> list[ProgressReport]:
    session.expire_all()
    return list(
        session.scalars(
            sa.select(ProgressReport).where(ProgressReport.project_id == project.id).order_by(ProgressReport.id)
        )
    )


def _address(project: Project, month: str = "2026-05") -> str:
    return f"/admin/reports/{project.slug}/{month}"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def reporter(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.REPORTER, division=project.division)


@pytest.fixture
def publisher(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.PUBLISHER, division=project.division)


def test_a_month_is_written_submitted_and_published_by_a_second_person(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    url = _address(project)

    answer = writer.post(url, {**FIGURES, "then": "submit"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    (report,) = _reports(session, project)
    assert (report.state, report.author_id) == (ReportState.SUBMITTED, reporter.id)
    assert report.funds_spent_fen == 40_000_000
    assert report.physical_progress == Decimal(40)
    assert report.values[0].value == Decimal("8.5")

    page = f"/admin/publishing/{report.id}"
    assert "路基完成8.5公里" in reader.get(page).get_data(as_text=True)
    assert reader.post(f"{page}/publish", {"version": str(report.version)}, on=page).status_code == 302

    (report,) = _reports(session, project)
    assert (report.state, report.publisher_id, report.one_person) == (ReportState.PUBLISHED, publisher.id, False)
    last = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert last is not None
    assert (last.act, last.actor, last.is_public) == ("report_published", publisher.post, True)


def test_nobody_publishes_what_they_wrote(
    session: Session, project: Project, publisher: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(publisher)
    browser.post(_address(project), {**FIGURES, "then": "submit"})
    (report,) = _reports(session, project)
    page = f"/admin/publishing/{report.id}"

    assert "自己写的月报要由另一位同事公示" in browser.get(page).get_data(as_text=True)
    answer = browser.post(f"{page}/publish", {"version": str(report.version)}, on=page)

    assert answer.status_code == 409
    assert "自己做的要由另一个人发布" in answer.get_data(as_text=True)
    assert _reports(session, project)[0].state is ReportState.SUBMITTED


def test_a_report_is_returned_with_a_reason_and_put_right(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    writer.post(_address(project), {**FIGURES, "then": "submit"})
    page = f"/admin/publishing/{_reports(session, project)[0].id}"

    without_reason = reader.post(f"{page}/return", {"reason": " "}, on=page)
    with_reason = reader.post(f"{page}/return", {"reason": "支出数和财政对不上"}, on=page)

    assert without_reason.status_code == 422
    assert "请写明要改什么" in without_reason.get_data(as_text=True)
    assert with_reason.status_code == 302
    assert "支出数和财政对不上" in writer.get("/admin/").get_data(as_text=True)
    form = writer.fields(_address(project))
    assert (form["done"], form["funds_spent_fen"]) == ("路基完成8.5公里。", "40")
    writer.post(_address(project), {**form, "funds_spent_fen": "38", "then": "submit"})
    (report,) = _reports(session, project)
    assert (report.state, report.funds_spent_fen) == (ReportState.SUBMITTED, 38_000_000)


def test_a_new_month_carries_the_figures_over_and_not_the_words(
    make: Make, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    make.published_report(project, "2026-04", physical_progress=Decimal("33.3"), done="四月的话")
    session.commit()
    browser = browser_of(reporter)

    form = browser.fields(_address(project))
    page = browser.get(_address(project)).get_data(as_text=True)

    assert (form["physical_progress"], form["funds_arrived_fen"], form["indicator_0"]) == ("33.3", "60", "8.5")
    assert form["done"] == ""
    assert "灰色的数字沿用自2026年4月" in page
    assert "四月的话" in page


def test_an_unanswered_check_stops_the_report_until_it_is_explained(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    url = _address(project)

    writer.post(url, {**FIGURES, "funds_spent_fen": "55", "then": "submit"})

    (report,) = _reports(session, project)
    assert report.state is ReportState.DRAFT
    page = writer.get(url).get_data(as_text=True)
    assert "还有 1 条数据提醒" in page
    assert "支出 550,000元，大于拨付 500,000元。" in page
    form = writer.fields(url)
    (name,) = [name for name in form if name.startswith("explanation_")]
    writer.post(url, {**form, name: "镇里先垫付了材料款。", "then": "submit"})
    (report,) = _reports(session, project)
    assert report.state is ReportState.SUBMITTED
    page = f"/admin/publishing/{report.id}"
    assert "镇里先垫付了材料款。" in reader.get(page).get_data(as_text=True)
    assert reader.post(f"{page}/publish", {"version": str(report.version)}, on=page).status_code == 302


def test_an_explanation_does_not_stand_for_other_figures_but_is_not_lost(
    session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    browser, url = browser_of(reporter), _address(project)
    browser.post(url, {**FIGURES, "funds_spent_fen": "55"})
    form = browser.fields(url)
    (name,) = [name for name in form if name.startswith("explanation_")]

    browser.post(url, {**form, name: "镇里先垫付。", "funds_spent_fen": "58", "then": "submit"})

    (report,) = _reports(session, project)
    assert report.state is ReportState.DRAFT
    form = browser.fields(url)
    (changed,) = [name for name in form if name.startswith("explanation_")]
    assert changed != name
    assert form[changed] == "镇里先垫付。"
    assert "数字变了" in browser.get(url).get_data(as_text=True)


def test_a_report_that_lacks_what_a_reader_needs_is_saved_and_not_handed_in(
    session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reporter)

    answer = browser.post(_address(project), {"stage": "under_way", "physical_progress": "41", "then": "submit"})

    assert answer.status_code == 422
    assert "请写明本月做了什么" in answer.get_data(as_text=True)
    (report,) = _reports(session, project)
    assert (report.state, report.physical_progress) == (ReportState.DRAFT, Decimal(41))
    form = browser.fields(_address(project))
    assert browser.post(_address(project), {**form, "done": "补写。", "then": "submit"}).status_code == 302


def test_what_cannot_be_read_comes_back_as_it_was_typed(
    session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    answer = browser_of(reporter).post(
        _address(project), {**FIGURES, "funds_spent_fen": "大约四十万", "physical_progress": "-3"}
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="大约四十万"' in page
    assert 'href="#funds_spent_fen"' in page
    assert "不能小于 0" in page
    assert "路基完成8.5公里。" in page
    assert _reports(session, project) == []


def test_two_people_writing_at_once_see_both_and_lose_nothing(
    make: Make, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    colleague = make.staff(Role.REPORTER, division=project.division, post="某县交通局规划股")
    first, second = browser_of(reporter), browser_of(colleague)
    url = _address(project)
    first.post(url, FIGURES)
    opened = first.fields(url)
    theirs = second.fields(url)
    second.post(url, {**theirs, "physical_progress": "45", "done": "同事的话"})

    answer = first.post(url, {**opened, "done": "我的话"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "某县交通局规划股 于 2026年6月10日 12:00 保存了另一版" in page
    assert "同事的话" in page
    assert "我的话" in page
    assert _reports(session, project)[0].done == "同事的话"
    version = str(_reports(session, project)[0].version)
    assert first.post(url, {**opened, "done": "我的话", "version": version}).status_code == 302
    assert _reports(session, project)[0].done == "我的话"


def test_a_second_draft_of_the_same_month_is_never_begun(
    make: Make, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    colleague = make.staff(Role.REPORTER, division=project.division)
    first, second = browser_of(reporter), browser_of(colleague)
    opened = first.fields(_address(project))
    second.post(_address(project), FIGURES)

    assert first.post(_address(project), {**opened, "done": "我的话"}).status_code == 409
    assert len(_reports(session, project)) == 1


def test_the_publisher_signs_what_they_read(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    browser_of(reporter).post(_address(project), {**FIGURES, "then": "submit"})
    reader = browser_of(publisher)
    (report,) = _reports(session, project)
    page = f"/admin/publishing/{report.id}"

    assert reader.post(f"{page}/publish", {"version": str(report.version - 1)}, on=page).status_code == 409
    assert _reports(session, project)[0].state is ReportState.SUBMITTED


def test_a_correction_is_a_revision_with_a_public_reason_and_keeps_the_pictures(
    make: Make, session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    picture = {
        "photos-0-picture": (jpeg(), "现场.jpg"),
        "photos-0-phase": "during",
        "photos-0-alt_text": "压路机在新铺的路基上",
    }
    writer.post(_address(project), {**FIGURES, **picture, "then": "submit"})
    (report,) = _reports(session, project)
    page = f"/admin/publishing/{report.id}"
    reader.post(f"{page}/publish", {"version": str(report.version)}, on=page)

    assert writer.post(f"{page}/correct", {"correct_reason": ""}, on=page).status_code == 422
    assert writer.post(f"{page}/correct", {"correct_reason": "支出漏计一笔"}, on=page).status_code == 302
    form = writer.fields(_address(project))
    assert form["correction_reason"] == "支出漏计一笔"
    writer.post(_address(project), {**form, "funds_spent_fen": "42", "then": "submit"})
    first, revision = _reports(session, project)
    page = f"/admin/publishing/{revision.id}"
    shown = reader.get(page).get_data(as_text=True)
    assert "400,000元" in shown
    assert "420,000元" in shown
    assert reader.post(f"{page}/publish", {"version": str(revision.version)}, on=page).status_code == 302

    first, revision = _reports(session, project)
    assert (first.state, revision.state) == (ReportState.SUPERSEDED, ReportState.PUBLISHED)
    assert [photo.key for photo in revision.photos] == [photo.key for photo in first.photos]
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "report_corrected")).one()
    assert entry.details["reason"] == "支出漏计一笔"
    assert entry.details["changes"]["funds_spent_fen"] == [40_000_000, 42_000_000]  # type: ignore[index]


def test_a_withdrawn_report_leaves_its_reason_and_the_month_can_be_written_again(
    make: Make, session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    report = make.published_report(project)
    session.commit()
    reader = browser_of(publisher)
    page = f"/admin/publishing/{report.id}"

    assert reader.post(f"{page}/withdraw", {"withdraw_reason": "登错了项目"}, on=page).status_code == 302

    assert _reports(session, project)[0].state is ReportState.WITHDRAWN
    writer = browser_of(reporter)
    answer = writer.post(_address(project), {**FIGURES, "correction_reason": "重新填报", "then": "submit"})
    assert answer.status_code == 302
    assert _reports(session, project)[1].revision == 2


def test_a_suspension_needs_its_reason(
    session: Session, project: Project, reporter: StaffMember, publisher: StaffMember, browser_of: SignIn
) -> None:
    writer, reader = browser_of(reporter), browser_of(publisher)
    suspended = {**FIGURES, "stage": "suspended", "then": "submit"}

    assert "暂停或取消要写明原因" in writer.post(_address(project), suspended).get_data(as_text=True)
    form = writer.fields(_address(project))
    writer.post(_address(project), {**form, "difficulties": "汛期停工。", "then": "submit"})
    (report,) = _reports(session, project)
    page = f"/admin/publishing/{report.id}"
    reader.post(f"{page}/publish", {"version": str(report.version)}, on=page)

    session.expire_all()
    assert (project.stage, project.stage_reason) == (Stage.SUSPENDED, "汛期停工。")


def test_a_picture_is_kept_without_what_the_phone_wrote_into_it(
    app: Flask, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reporter)

    browser.post(
        _address(project),
        {
            **FIGURES,
            "photos-0-picture": (jpeg(), "IMG_0001.JPG"),
            "photos-0-phase": "during",
            "photos-0-alt_text": "压路机在新铺的路基上",
        },
    )

    photo = session.scalars(sa.select(Photo)).one()
    assert str(photo.taken_on) == "2026-05-20"
    stored = app.extensions[EXTENSION].media.path(photo.key, 960).read_bytes()
    assert b"SecretPhone" not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()
    preview = browser.get(f"/admin/photos/{photo.id}/480.webp")
    assert (preview.status_code, preview.mimetype) == (200, "image/webp")
    assert preview.headers["Cache-Control"] == "no-store"
    preview.close()


def test_a_file_that_is_no_picture_is_refused_and_the_good_one_beside_it_kept(
    session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reporter)

    answer = browser.post(
        _address(project),
        {
            **FIGURES,
            "photos-0-picture": (jpeg(), "good.jpg"),
            "photos-0-alt_text": "压路机在新铺的路基上",
            "photos-1-picture": (io.BytesIO(b"<script>alert(1)</script>"), "photo.jpg"),
            "photos-1-alt_text": "不是照片",
            "photos-2-picture": (jpeg(size=(640, 480)), "no-words.jpg"),
        },
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "这不是能打开的照片" in page
    assert "读屏用户靠它知道内容" in page
    assert "照片已经存下" in page
    assert session.scalars(sa.select(Photo.alt_text)).all() == ["压路机在新铺的路基上"]
    (report,) = _reports(session, project)
    assert f'name="version" type="hidden" value="{report.version}"' in page
    assert "路基完成8.5公里。" in page


def test_a_picture_can_be_taken_out_of_a_draft_only(
    session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    browser, url = browser_of(reporter), _address(project)
    picture = {"photos-0-picture": (jpeg(), "a.jpg"), "photos-0-alt_text": "路面"}
    browser.post(url, {**FIGURES, **picture})
    photo = session.scalars(sa.select(Photo)).one()

    assert browser.post(f"{url}/photos/{photo.id}/remove", on=url).status_code == 302
    assert session.scalars(sa.select(Photo)).all() == []

    browser.post(url, {**browser.fields(url), "photos-0-picture": (jpeg(), "a.jpg"), "photos-0-alt_text": "路面"})
    photo = session.scalars(sa.select(Photo)).one()
    browser.post(url, {**browser.fields(url), "then": "submit"})
    assert browser.post(f"{url}/photos/{photo.id}/remove", on="/admin/").status_code == 409


def test_reports_of_other_places_and_agencies_are_refused(
    make: Make, session: Session, project: Project, browser_of: SignIn
) -> None:
    report = make.report(project)
    report.submit(report.updated_at)
    session.commit()
    elsewhere = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    other_agency = browser_of(make.staff(Role.PUBLISHER, agency=make.agency()))

    for browser in (elsewhere, other_agency):
        page = f"/admin/publishing/{report.id}"
        assert browser.get(_address(project)).status_code == 403
        assert browser.get(page).status_code == 403
        assert browser.post(f"{page}/publish", {"version": "1"}, on="/admin/").status_code == 403
        assert browser.post(f"{page}/return", {"reason": "不行"}, on="/admin/").status_code == 403
        assert project.title not in browser.get("/admin/reports/").get_data(as_text=True)
        assert "没有等您审核的月报" in browser.get("/admin/publishing/").get_data(as_text=True)
    assert _reports(session, project)[0].state is ReportState.SUBMITTED


@pytest.mark.parametrize("month", ["2025-12", "2026-07", "2026-13", "x"])
def test_months_outside_the_project_are_not_found(
    project: Project, reporter: StaffMember, browser_of: SignIn, month: str
) -> None:
    assert browser_of(reporter).get(_address(project, month)).status_code == 404


def test_a_form_without_its_token_changes_nothing(
    session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    answer = browser_of(reporter).client.post(_address(project), data=FIGURES)

    assert answer.status_code == 400
    assert _reports(session, project) == []


def test_values_of_parts_are_not_asked_for(
    make: Make, session: Session, reporter: StaffMember, browser_of: SignIn
) -> None:
    whole = Indicator(position=0, name="改造户数", unit="户", target=Decimal(100))
    project = make.project(
        programme=make.programme(division=reporter.grants[0].division),
        indicators=[whole, Indicator(position=1, name="改造户数", part_name="甲镇", unit="户", target=Decimal(60))],
    )
    project.indicators[1].whole_id = whole.id
    session.commit()

    form = browser_of(reporter).fields(_address(project))

    assert "indicator_0" in form
    assert "indicator_1" not in form


def test_pictures_of_a_form_that_came_too_late_are_kept(
    make: Make, session: Session, project: Project, reporter: StaffMember, browser_of: SignIn
) -> None:
    colleague = make.staff(Role.REPORTER, division=project.division)
    first, second = browser_of(reporter), browser_of(colleague)
    url = _address(project)
    first.post(url, FIGURES)
    opened = first.fields(url)
    second.post(url, {**second.fields(url), "done": "同事的话"})

    picture = {"photos-0-picture": (jpeg(), "a.jpg"), "photos-0-alt_text": "路面"}
    answer = first.post(url, {**opened, **picture, "done": "我的话"})

    assert answer.status_code == 409
    assert session.scalars(sa.select(Photo.alt_text)).all() == ["路面"]
    (report,) = _reports(session, project)
    assert report.done == "同事的话"
    assert f'name="version" type="hidden" value="{report.version}"' in answer.get_data(as_text=True)


def test_a_change_in_the_same_moment_is_refused_in_words(
    app: Flask, project: Project, reporter: StaffMember, browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(reporter)
    browser.post(_address(project), FIGURES)

    def changed_meanwhile(*_: object, **__: object) -> None:
        raise StaleDataError

    form = browser.fields(_address(project))
    monkeypatch.setattr("admin.reports.reporting.explain", changed_meanwhile)
    answer = browser.post(_address(project), form)

    assert answer.status_code == 409
    assert "这一步现在做不了" in answer.get_data(as_text=True)
