"""Bringing in answers: the template, the preview that names bad cells, leaving rows out, and nobody else's file."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.surveying.answer_imports import AnswerImport
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.admin.conftest import Browser, Clock
from tests.admin.surveying.test_surveys import SignIn
from tests.factories import Make
from tests.minsheng.surveying.test_answer_import import as_csv, as_workbook

HEADS = ["编号", "渠道", "批次", "aware", "satisfied", "words"]
GOOD = ["1", "现场填写", "大厅", "1", "很满意", "<script>alert(1)</script>"]
WRONG = ["2", "现场填写", "大厅", "五", "很满意", ""]


@pytest.fixture
def wave(make: Make) -> Wave:
    return make.wave()


@pytest.fixture
def surveyor(make: Make, wave: Wave) -> StaffMember:
    return make.staff(Role.SURVEYOR, division=wave.division)


def page_of(wave: Wave) -> str:
    return f"/admin/surveys/{wave.slug}/import/"


def upload(browser: Browser, wave: Wave, data: bytes, name: str = "答卷.csv") -> Any:
    return browser.post(page_of(wave), {"file": (io.BytesIO(data), name)})


def count(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(Response.id))) or 0


def test_a_bad_cell_is_named_fixed_and_brought_in(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(surveyor)
    preview = upload(browser, wave, as_csv([HEADS, GOOD, WRONG], "gb18030")).location
    page = browser.get(preview).get_data(as_text=True)

    assert "D3" in page
    assert "<q>五</q>" in page
    assert "1 很了解；2 听说过；3 没听说过" in page
    assert "alert(1)" not in page
    assert count(session) == 0
    refused = browser.post(f"{preview}/confirm", on=preview)
    assert refused.status_code == 422
    assert "勾选先不导入有错的行" in refused.get_data(as_text=True)
    assert count(session) == 0
    assert browser.post(f"{preview}/confirm", {"leave_out": "y"}, on=preview).status_code == 302
    assert count(session) == 1

    second = upload(browser, wave, as_workbook([HEADS, GOOD, [*WRONG[:3], "3", *WRONG[4:]]]), "改好.xlsx").location
    page = browser.get(second).get_data(as_text=True)
    assert "以前导入过" in page
    assert browser.post(f"{second}/confirm", on=second).status_code == 302
    assert count(session) == 2
    assert {one.channel for one in session.scalars(sa.select(Response))} == {Channel.PAPER_WALK_IN}
    listed = browser.get(page_of(wave)).get_data(as_text=True)
    assert "改好.xlsx" in listed
    assert browser.get(second).status_code == 404
    acts = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "answers_imported")).all()
    assert [one.details["left_out"] for one in acts] == [1, 0]
    assert publishing.verify(session) == []


def test_the_same_file_again_has_nothing_to_bring_in(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(surveyor)
    first = upload(browser, wave, as_csv([HEADS, GOOD])).location
    browser.post(f"{first}/confirm", on=first)
    again = upload(browser, wave, as_workbook([HEADS, GOOD]), "同一张.xlsx").location
    page = browser.get(again).get_data(as_text=True)
    assert "这张表导入过" in page
    assert "没有可以导入的新答卷" in page
    assert browser.post(f"{again}/confirm", on=again).status_code == 409
    assert count(session) == 1
    assert browser.post(f"{again}/drop", on=again).status_code == 302
    assert session.scalar(sa.select(sa.func.count(AnswerImport.id))) == 1


def test_another_persons_file_and_another_place_are_refused(
    make: Make, wave: Wave, surveyor: StaffMember, browser_of: SignIn
) -> None:
    preview = upload(browser_of(surveyor), wave, as_csv([HEADS, GOOD])).location
    colleague = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    assert colleague.get(preview).status_code == 403
    assert colleague.post(f"{preview}/confirm", on=page_of(wave)).status_code == 403
    stranger = browser_of(make.staff(Role.SURVEYOR, division=make.division()))
    assert stranger.get(page_of(wave)).status_code == 403
    assert stranger.get(f"{page_of(wave)}template.xlsx").status_code == 403


def test_files_that_are_no_tables_are_refused_beside_the_field(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(surveyor)
    for data, name, words in (
        (b"<html><table><tr><td>1</td></tr></table>", "答卷.xls", "至少有“编号”和“渠道”"),
        (as_csv([["编号", "aware"], ["1", "1"]]), "答卷.csv", "至少有“编号”和“渠道”"),
        (as_csv([["编号", "渠道"], ["1", "电话"]]), "答卷.csv", "没有一列是这份问卷的题目"),
        (b"", "leer.csv", "文件里什么也没有"),
        (b"MZ\0\0", "答卷.xlsx", "读不了这个文件"),
    ):
        answer = upload(browser, wave, data, name)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count(AnswerImport.id))) == 0


def test_only_while_the_survey_is_open(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    browser = browser_of(surveyor)
    preview = upload(browser, wave, as_csv([HEADS, GOOD])).location
    token = browser.token(preview)
    wave.closed_at = clock.at
    session.commit()
    late = browser.post_as_typed(f"{preview}/confirm", {"csrf_token": token})
    assert late.status_code == 409
    assert count(session) == 0
    assert "现在不能导入" in browser.get(page_of(wave)).get_data(as_text=True)


def test_the_template_is_a_workbook(wave: Wave, surveyor: StaffMember, browser_of: SignIn) -> None:
    answer = browser_of(surveyor).get(f"{page_of(wave)}template.xlsx")
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
