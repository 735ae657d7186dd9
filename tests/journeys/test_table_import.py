"""A clerk's month by spreadsheet, in Chinese: a messy table put right, the template in one step, signed, corrected."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.journeys.conftest import Site
from tests.journeys.test_staff import PUBLISHER, WRITER, Opener, sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Row = list[object]
TAKEN = {"lihe-river", "public-toilets", "safe-homes", "nursery-places", "liyuan-park", "market-relocation"}
"""Projects whose report others write or somebody has begun, and those that do not go on."""


@dataclass(frozen=True)
class Template:
    """The prefilled workbook as it came: its rows, and those of projects with one target and no figure this month."""

    title: Row
    heading: list[str]
    rows: list[Row]
    month: str

    def free_rows(self) -> list[Row]:
        """Return two rows of projects under way that no other journey writes to."""
        slugs = [row[0] for row in self.rows]
        done = self.heading.index("累计完成")
        free = [row for row in self.rows if slugs.count(row[0]) == 1 and row[done] == ""]
        free = [row for row in free if str(row[0]).partition("-")[2] not in TAKEN]
        assert len(free) >= 2, "the sample county has too few projects without a report this month"
        return free[:2]

    def row_of(self, slug: str) -> Row:
        """Return the row of a project with one target, by the end of its address."""
        return next(row for row in self.rows if str(row[0]).endswith(slug))

    def number(self, row: Row, heading: str) -> float:
        """Return a figure of a row, 0 for none."""
        return float(str(row[self.heading.index(heading)] or 0))


def download(page: Page) -> Template:
    """Download the template that is offered first."""
    page.goto("/admin/tables/")
    month = page.locator("#template-month").input_value()
    with page.expect_download() as started:
        page.get_by_role("button", name="下载模板").click()
    book = CalamineWorkbook.from_filelike(io.BytesIO(started.value.path().read_bytes()))
    title, heading, *rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return Template(list(title), [str(one) for one in heading], [list(row) for row in rows], month)


def upload(page: Page, template: Template, name: str, data: bytes) -> None:
    """Send a file for the first list and the template's month."""
    page.goto("/admin/tables/")
    page.get_by_label("哪份清单").first.select_option(index=1)
    page.get_by_label("哪个月").first.fill(template.month)
    page.get_by_label("表格文件").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="读表").click()


def messy(template: Template, rows: Sequence[Row], heading: str, spent: str, more: float = 0) -> bytes:
    """A table as an office keeps it: merged title and headings, 万元 above, a heading of its own making, a total."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("进展")
    year, month = template.month.split("-")
    sheet.merge_range(0, 0, 0, 6, f"示例县{year}年民生实事进展情况表（截至{year}年{int(month)}月底）")
    sheet.write(1, 6, "单位：万元")
    for column, text in enumerate(("序号", "项目名称", "目标任务")):
        sheet.merge_range(2, column, 3, column, text)
    sheet.merge_range(2, 3, 2, 4, "推进与资金")
    sheet.write_row(3, 3, [heading, "累计支出资金"])
    sheet.merge_range(2, 5, 3, 5, "本月进展情况")
    sheet.merge_range(2, 6, 3, 6, "备注")
    sheet.merge_range(4, 0, 4, 1, "合计")
    for number, row in enumerate(rows):
        target, last = template.number(row, "目标任务"), template.number(row, "上月累计完成")
        said = [number + 1, f"{number + 1}.{row[1]}", target, last + more]
        sheet.write_row(5 + number, 0, said)
        sheet.write(5 + number, 4, spent if number == 0 else "一百二十")
        sheet.write(5 + number, 5, f"{row[1]}按计划推进，没有停工。")
    sheet.merge_range(5 + len(rows), 0, 5 + len(rows), 6, "注：数据由各责任单位报送，以最终核定为准。")
    book.close()
    return buffer.getvalue()


def test_a_messy_table_is_put_right_and_its_mapping_remembered(open_page: Opener, site: Site, size: str) -> None:
    page = sign_in(open_page, site, WRITER)
    template = download(page)
    rows = template.free_rows()
    # What is chosen for a heading is remembered for the office: each size has a heading of its own.
    own = {"phone": "落地量", "desk": "见效量"}[size]
    upload(page, template, f"进展表-{size}.xlsx", messy(template, rows, own, "负五"))
    expect(page.locator("h1")).to_contain_text(f"进展表-{size}.xlsx")

    expect(page.locator("main")).to_contain_text("这一列是什么还没有把握")
    page.get_by_label(re.compile(own)).select_option(label="累计完成数")
    page.get_by_role("button", name="按这样重新读表").click()
    expect(page.locator("body")).to_contain_text("已按您的选择重新读表")
    expect(page.locator("main")).not_to_contain_text("这一列是什么还没有把握")
    expect(page.locator("main")).not_to_contain_text("项目里没有这个指标")

    expect(page.locator("main")).to_contain_text("写的是文字，不是数字")
    page.get_by_role("link", name="改第 6 行").click()
    page.get_by_label(re.compile("累计支出资金")).fill("-5")
    page.get_by_role("button", name="改好了").click()
    expect(page.locator("main")).to_contain_text("数字小于零")
    expect(page.get_by_role("button", name="写成草稿")).to_have_count(0)
    page.get_by_role("link", name="改第 6 行").click()
    page.get_by_label(re.compile("累计支出资金")).fill("1.5亿元")
    page.get_by_role("button", name="改好了").click()
    expect(page.locator("main")).to_contain_text("15,000 万元")

    write(page)
    expect(page.locator("body")).to_contain_text("已写入 2 份草稿")
    page.get_by_role("link", name=f"月报草稿：{rows[0][1]}").click()
    expect(page.get_by_label(re.compile("^本月做了什么"))).to_have_value(f"{rows[0][1]}按计划推进，没有停工。")
    expect(page.get_by_label(re.compile("^累计支出资金"))).to_have_value(re.compile("15,?000"))

    upload(page, template, f"进展表-{size}-再传.xlsx", messy(template, rows, own, "15000", more=1))
    page.get_by_text("每一列是什么").click()
    expect(page.get_by_label(re.compile(own))).to_have_value("done")


def write(page: Page) -> None:
    """Write the lines of an upload, having looked at the doubtful ones."""
    looked = page.locator("input[name=looked]")
    if looked.count():
        looked.check()
    page.get_by_role("button", name="写成草稿").click()


def filled(template: Template, row: Row, words: str) -> bytes:
    """The template with one row filled in by a program, saved as a workbook."""
    row = list(row)
    row[template.heading.index("累计完成")] = template.number(row, "上月累计完成") + 1
    row[template.heading.index("形象进度（%）")] = 100
    row[template.heading.index("累计到位资金（万元）")] = 9000
    row[template.heading.index("累计拨付资金（万元）")] = 8900
    row[template.heading.index("累计支出资金（万元）")] = 8800.5
    row[template.heading.index("本月进展情况")] = words
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("月报")
    for number, values in enumerate((template.title, template.heading, row)):
        sheet.write_row(number, 0, values)
    book.close()
    return buffer.getvalue()


def test_the_filled_template_is_one_step_to_a_report_that_is_signed_and_corrected(
    open_page: Opener, site: Site, size: str
) -> None:
    writer = sign_in(open_page, site, WRITER)
    template = download(writer)
    row = template.row_of("-nursery-places")
    project, words = str(row[1]), f"{row[1]}：本月的设备已经装好（模板填报）。"
    upload(writer, template, f"填好的模板-{size}.xlsx", filled(template, row, words))
    expect(writer.locator("body")).to_contain_text("已写入 1 份草稿")

    writer.get_by_role("link", name=f"月报草稿：{project}").click()
    expect(writer.get_by_label(re.compile("^本月做了什么"))).to_have_value(words)
    submit(writer)
    publisher = sign_in(open_page, site, PUBLISHER)
    sign(publisher, project, words)

    reader = open_page()
    reader.goto(f"/projects/{row[0]}")
    expect(reader.locator("main")).to_contain_text(words)
    correct(writer, str(row[0]), template.month)
    sign(publisher, project, words)
    reader.reload()
    expect(reader.locator("main")).to_contain_text("护栏款漏记了一笔")
    reader.goto("/changes/")
    expect(reader.locator("main")).to_contain_text("护栏款漏记了一笔")


def submit(writer: Page) -> None:
    """Hand a report in, answering every check."""
    send = writer.get_by_role("button", name="保存并提交审核")
    send.click()
    boxes = writer.get_by_label("公开说明").all()
    for box in boxes:
        box.fill("按合同的付款进度，数字已经核对。")
    if boxes:
        send.click()
    expect(writer.locator("main")).to_contain_text(re.compile("待审核|等.*审核"))


def sign(publisher: Page, project: str, words: str) -> None:
    """Publish the report that waits for a second signature."""
    publisher.goto("/admin/publishing/")
    publisher.locator("main a", has_text=project).first.click()
    expect(publisher.locator("main")).to_contain_text(words)
    publisher.get_by_role("button", name="公示", exact=True).click()
    expect(publisher.locator("body")).to_contain_text("已公示")


def correct(writer: Page, slug: str, month: str) -> None:
    """Correct the published month with a public reason and hand it in again."""
    writer.goto(f"/admin/reports/{slug}/{month}")
    writer.get_by_text("更正这个月").click()
    writer.get_by_label(re.compile("^为什么更正")).fill("护栏款漏记了一笔")
    writer.get_by_role("button", name="开出更正稿").click()
    writer.get_by_label(re.compile("^累计支出资金")).fill("8805.5")
    submit(writer)
