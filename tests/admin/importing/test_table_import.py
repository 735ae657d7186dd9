"""A clerk's table comes in: template out, filled, preview, a cell put right, drafts."""

import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from admin.importing.table_import_words import doubt_words
from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import reporting
from minsheng.records.projects import Project
from minsheng.tables.table_lines import Doubt
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
    assert "月报草稿：石桥村道路硬化" in page
    assert "12.25公里" in page
    assert "300.5 万元" in page
    report = reporting.report_in_work(road, "2026-05")
    assert report is not None
    assert (report.values[0].value, report.physical_progress) == (Decimal("12.25"), Decimal(45))
    assert (report.funds_spent_fen, report.done) == (300_5000_00, "路基完成")


def test_a_template_of_another_month_or_with_a_doubt_is_looked_at_first(browser: Browser, road: Project) -> None:
    heading = "系统编号,项目名称,指标名称,计量单位,目标任务,累计完成,累计支出资金（万元）\n"
    for text in (
        f"2026年4月 月报\n{heading}{road.slug},石桥村道路硬化,硬化道路,公里,22.5,12,5\n",
        f"2026年5月 月报\n{heading}{road.slug},石桥村道路硬化,硬化道路,公里,22.5,约12,5\n",
    ):
        preview = send(browser, road, text.encode())
        assert "写成草稿" in browser.get(preview).get_data(as_text=True)
    assert reporting.report_in_work(road, "2026-05") is None


def test_every_doubt_has_its_words(browser: Browser) -> None:
    details = {Doubt.FUNDS_GO_DOWN: "spent 800.5"}
    with browser.client.application.test_request_context():
        said = {doubt: doubt_words(doubt, details.get(doubt, "某")) for doubt in Doubt}
    assert said[Doubt.FUNDS_GO_DOWN] == "累计支出资金比上次公示的 800.5 万元还少"
    assert all(said.values())


def test_the_month_of_the_title_is_held_against_the_chosen_one(browser: Browser, road: Project) -> None:
    text = "某县2026年3月进度表\n" + HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n"
    page = browser.get(send(browser, road, text.encode())).get_data(as_text=True)
    assert "表上写的是 2026-03，您选的是 2026-05" in page


def test_a_turned_table_is_corrected_where_it_stands(browser: Browser, road: Project) -> None:
    text = (
        "民生实事情况卡（2026年5月）\n项目名称,石桥村道路硬化,河堤加固\n目标任务,22.5,900\n计量单位,公里,米\n"
        "累计完成,12.25,-10\n累计支出资金（万元）,5,6\n"
    )
    preview = send(browser, road, text.encode())
    page = browser.get(preview).get_data(as_text=True)
    assert "第 5 行“-10”：数字小于零" in page
    line = next(one for one in re.findall(rf"{preview}/lines/[0-9a-f-]+", page) if "改C 列" in browser.get(one).text)
    fields = browser.fields(line)
    assert browser.post(line, fields | {"cell_3": "10", "about": "skip"}, on=line).status_code == 302
    assert browser.post(f"{preview}/write", {"looked": "1"}, on=preview).status_code == 302
    report = reporting.report_in_work(road, "2026-05")
    assert report is not None
    assert (report.values[0].value, report.funds_spent_fen) == (Decimal("12.25"), 5_0000_00)


def test_a_column_that_is_no_money_keeps_no_unit_of_money(browser: Browser, road: Project) -> None:
    text = (
        "某县2026年5月进度表\n单位：万元\n项目名称,指标,目标任务,完成投资,累计支出资金\n"
        "石桥村道路硬化,硬化道路,22.5,12.25,5\n"
    )
    preview = send(browser, road, text.encode())
    fields = browser.fields(preview)
    assert (fields["meaning_3"], fields["unit_3"]) == ("completed", "万元")
    browser.post(f"{preview}/columns", fields | {"meaning_3": "done"}, on=preview)
    page = browser.get(preview).get_data(as_text=True)
    assert "12.25万元" not in page
    assert "写进月报：石桥村道路硬化（硬化道路）" in page

    fields = browser.fields(preview)
    browser.post(f"{preview}/columns", fields | {"meaning_3": "completed"}, on=preview)
    assert browser.fields(preview)["unit_3"] == "万元"


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
