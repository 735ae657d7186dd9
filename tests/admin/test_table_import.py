"""A clerk's table comes in: template out, filled, preview, a cell put right, drafts."""

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from minsheng import reporting
from minsheng.projects import Project
from minsheng.staff import Role, StaffMember
from tests.admin.conftest import Browser
from tests.factories import Make

HEADING = "序号,项目名称,指标,计量单位,目标任务,累计完成,完成率,累计支出资金（万元）,进展情况\n"


@pytest.fixture
def road(make: Make) -> Project:
    return make.project(title="石桥村道路硬化")


@pytest.fixture
def browser(browser_of: Callable[[StaffMember], Browser], make: Make, road: Project) -> Browser:
    return browser_of(make.staff(Role.REPORTER))


def send(browser: Browser, road: Project, data: bytes, name: str = "月报.csv") -> str:
    answer = browser.post(
        "/admin/tables/",
        {"programme": road.programme.slug, "month": "2026-05", "file": (io.BytesIO(data), name)},
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_a_filled_template_becomes_a_draft(browser: Browser, road: Project, session: Session) -> None:
    out = browser.get(f"/admin/tables/template.xlsx?programme={road.programme.slug}&month=2026-05")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(out.data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert rows[2][:5] == [road.slug, "石桥村道路硬化", "硬化道路", "公里", 22.5]

    filled = io.BytesIO()
    book = xlsxwriter.Workbook(filled, {"in_memory": True})
    sheet = book.add_worksheet("月报")
    rows[2][6], rows[2][7], rows[2][10], rows[2][12] = 12.25, 45, 300.5, "路基完成"
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    preview = send(browser, road, filled.getvalue(), "填好的模板.xlsx")
    page = browser.get(preview).get_data(as_text=True)
    assert "石桥村道路硬化" in page
    assert "12.25公里" in page
    assert "300.5 万元" in page

    answer = browser.post(f"{preview}/write", {"looked": "1"}, on=preview)
    assert answer.status_code == 302
    report = reporting.report_in_work(road, "2026-05")
    assert report is not None
    assert (report.values[0].value, report.physical_progress) == (Decimal("12.25"), Decimal(45))
    assert (report.funds_spent_fen, report.done) == (300_5000_00, "路基完成")


def test_a_wrong_cell_is_named_and_put_right(browser: Browser, road: Project) -> None:
    preview = send(browser, road, (HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,-5,\n").encode())
    page = browser.get(preview).get_data(as_text=True)
    assert "数字小于零" in page
    assert browser.post(f"{preview}/write", {"looked": "1"}, on=f"{preview}/lines/0-1-0").status_code == 422
    assert reporting.report_in_work(road, "2026-05") is None

    line = f"{preview}/lines/0-1-0"
    fields = browser.fields(line)
    assert fields["cell_7"] == "-5"
    assert browser.post(line, fields | {"cell_7": "5"}, on=line).status_code == 302
    assert browser.post(f"{preview}/write", {}, on=preview).status_code == 302
    report = reporting.report_in_work(road, "2026-05")
    assert report is not None
    assert report.funds_spent_fen == 5_0000_00


def test_the_same_file_opens_the_preview_it_has(browser: Browser, road: Project) -> None:
    data = (HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n").encode("gb18030")
    assert send(browser, road, data) == send(browser, road, data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7", "只收 Excel"),
        (b"<html><table></table></html>", "没有找到表头"),
        ("<html>请先登录</html>".encode(), "网页格式"),
        ("只有一句话".encode(), "没有找到表头"),
        (b"PK\x03\x04 no zip", "打不开"),
    ],
)
def test_what_is_no_table_is_refused_beside_the_field(browser: Browser, road: Project, data: bytes, words: str) -> None:
    answer = browser.post(
        "/admin/tables/",
        {"programme": road.programme.slug, "month": "2026-05", "file": (io.BytesIO(data), "表.xlsx")},
    )
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_another_office_does_not_see_an_upload(
    browser: Browser, browser_of: Callable[[StaffMember], Browser], make: Make, road: Project
) -> None:
    preview = send(browser, road, (HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n").encode())
    stranger = browser_of(make.staff(Role.REPORTER, division=make.division()))
    assert stranger.get(preview).status_code == 404
