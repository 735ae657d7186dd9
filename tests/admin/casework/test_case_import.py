"""Importing cases from a file: preview, confirmation, and nobody else's file."""

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import case_entry
from minsheng.casework.case_import import HEADINGS
from minsheng.casework.case_import_drafts import CaseImportDraft
from minsheng.casework.suggestions import Suggestion
from minsheng.records.places import Division
from tests.admin.casework.test_suggestions import SignIn
from tests.admin.conftest import Browser
from tests.factories import Make
from tests.minsheng.casework.test_case_import import GOOD, as_csv, as_workbook

PAGE = "/admin/case-import/"
HEADS = list(HEADINGS.values())
HOTLINE = ["12345", "A1", *GOOD[2:]]


@pytest.fixture
def place(make: Make) -> Division:
    return make.division(name="某县")


@pytest.fixture
def reviewer(make: Make, place: Division) -> StaffMember:
    return make.staff(Role.CASE_REVIEWER, division=place)


def upload(browser: Browser, data: bytes, name: str = "来件.xlsx") -> Any:
    return browser.post(PAGE, {"file": (io.BytesIO(data), name)})


def cases(session: Session) -> list[Suggestion]:
    return list(session.scalars(sa.select(Suggestion).order_by(Suggestion.id)))


def test_preview_writes_nothing_and_confirming_writes_all(
    session: Session, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)

    answer = upload(
        browser, as_workbook([HEADS, GOOD, [*HOTLINE[:4], "<script>alert(1)</script>路不平", *HOTLINE[5:]]])
    )

    assert answer.status_code == 302
    preview = browser.get(answer.location).get_data(as_text=True)
    assert cases(session) == []
    assert "共 2 件，都可以录入" in preview
    assert "&lt;script&gt;" in preview
    assert "<script>alert" not in preview
    assert "13812345678" not in preview
    confirmed = browser.post(f"{answer.location}/confirm", on=answer.location)
    assert confirmed.status_code == 302
    assert [case.original_number for case in cases(session)] == [None, "A1"]
    assert session.scalars(sa.select(CaseImportDraft)).all() == []
    assert browser.post(f"{answer.location}/confirm", on=PAGE).status_code == 404
    assert len(cases(session)) == 2


def test_wrong_cells_are_named_and_cannot_be_confirmed(
    session: Session, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    wrong = [*GOOD[:2], "2026-06-11", "骂人", *GOOD[4:]]

    preview = upload(browser, as_csv([HEADS, GOOD, wrong]), "来件.csv").location
    page = browser.get(preview).get_data(as_text=True)

    assert "有 2 处要改" in page
    assert "C3（收到日期）：晚于今天" in page
    assert "D3（类别）：只能填建议、咨询、投诉、感谢" in page
    assert "全部录入" not in page
    forced = browser.post(f"{preview}/confirm", on=preview)
    assert forced.status_code == 409
    assert cases(session) == []


def test_what_was_entered_since_the_preview_stops_the_whole_file(
    session: Session, reviewer: StaffMember, browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(reviewer)
    first = upload(browser, as_csv([HEADS, GOOD, HOTLINE])).location
    assert browser.post(f"{first}/confirm", on=first).status_code == 302
    second = upload(browser, as_csv([HEADS, [*GOOD[:4], "新的一件", *GOOD[5:]], HOTLINE])).location

    answer = browser.post(f"{second}/confirm", on=second)

    page = answer.get_data(as_text=True)
    known = cases(session)[1]
    assert answer.status_code == 409
    assert "B3（原编号）：这个编号已经录入过" in page
    assert f'href="/admin/suggestions/{known.id}"' in page
    assert len(cases(session)) == 2


def test_a_failure_in_the_last_row_leaves_nothing(
    session: Session, reviewer: StaffMember, browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(reviewer)
    preview = upload(browser, as_csv([HEADS, GOOD, HOTLINE])).location
    token = browser.token(preview)
    enter, count = case_entry.enter, []

    def fail_at_the_second(*arguments: Any, **options: Any) -> Suggestion:
        count.append(1)
        if len(count) == 2:
            raise case_entry.KnownCaseError(1)
        return enter(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(case_entry, "enter", fail_at_the_second)
        answer = browser.post_as_typed(f"{preview}/confirm", {"csrf_token": token})

    assert answer.status_code == 409
    assert cases(session) == []
    assert len(session.scalars(sa.select(CaseImportDraft)).all()) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 broken", "读不了这个文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "读不了这个文件"),
        (as_csv([["a", "b"], ["1", "2"]]), "第一行要有列名"),
        (b"", "文件里什么也没有"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(
    session: Session, reviewer: StaffMember, browser_of: SignIn, data: bytes, message: str
) -> None:
    answer = upload(browser_of(reviewer), data)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert session.scalars(sa.select(CaseImportDraft)).all() == []


def test_a_file_is_its_uploaders_alone(session: Session, make: Make, reviewer: StaffMember, browser_of: SignIn) -> None:
    preview = upload(browser_of(reviewer), as_csv([HEADS, GOOD])).location
    other = browser_of(make.staff(Role.CASE_REVIEWER))

    assert other.get(preview).status_code == 403
    for step in ("confirm", "drop"):
        assert other.post(f"{preview}/{step}", on=PAGE).status_code == 403
    assert len(session.scalars(sa.select(CaseImportDraft)).all()) == 1


def test_a_file_can_be_dropped(session: Session, reviewer: StaffMember, browser_of: SignIn) -> None:
    browser = browser_of(reviewer)
    preview = upload(browser, as_csv([HEADS, GOOD])).location
    assert browser.post(f"{preview}/drop", on=preview).status_code == 302
    assert session.scalars(sa.select(CaseImportDraft)).all() == []
    assert cases(session) == []


def test_the_template_is_a_workbook_with_the_headings(reviewer: StaffMember, browser_of: SignIn) -> None:
    answer = browser_of(reviewer).get(f"{PAGE}template.xlsx")

    assert "attachment" in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [str(cell).rstrip("*") for cell in rows[0]] == HEADS


@pytest.mark.parametrize("role", [Role.CASE_HANDLER, Role.PUBLISHER, Role.ADMINISTRATOR])
def test_other_roles_import_nothing(make: Make, browser_of: SignIn, role: Role, at: dt.datetime) -> None:
    browser = browser_of(make.staff(role))
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, {"file": (io.BytesIO(b"x"), "x.csv")}, on="/admin/password").status_code == 403
