"""Paper from the printer to the answers: entered, entered blind by a colleague, settled, counted; and a file."""

import csv
import io
import re
from collections.abc import Callable

import pypdfium2
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_accessibility import problems
from tests.journeys.test_staff import sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Opener = Callable[..., Page]
FIRST = {
    "aware": "1",
    "heard_from": "13",
    "overall": "2",
    "used": "1",
    "told": "1",
    "area": "3",
    "age": "2",
    "sex": "1",
}
FIELDS = ("field_school", "field_health", "field_roads", "field_water", "field_care", "field_work")


def open_paper(page: Page) -> str:
    """Go from the list of surveys to the paper of the open one; return its address."""
    page.goto("/admin/surveys/")
    page.locator(".work-list li", has_text="进行中").first.get_by_role("link").click()
    page.get_by_role("link", name="印卷子、录入、核对").click()
    expect(page.get_by_role("heading", name="纸质问卷", exact=True)).to_be_visible()
    return page.url


def serials_of(page: Page) -> list[str]:
    """Read the serials off the printed sheets."""
    with page.expect_download() as waiting:
        # A browser shows a PDF: the attribute makes it a download.
        page.locator("a[href*='sheets.pdf']").evaluate("link => { link.download = 'sheets.pdf'; link.click(); }")
    document = pypdfium2.PdfDocument(waiting.value.path())
    texts = [re.sub(r"\s", "", sheet.get_textpage().get_text_bounded()) for sheet in document]
    assert "您知道县里每年公布的民生实事清单吗" in texts[0]
    found = [found[0] for text in texts if (found := re.search(r"1\d{7}(?=第)", text) or re.search(r"1\d{7}", text))]
    document.close()
    return list(dict.fromkeys(found))


def enter(page: Page, paper: str, serial: str, answers: dict[str, str]) -> None:
    """Type one sheet with the keyboard alone: digits pick, Enter goes on."""
    page.goto(f"{paper}enter")
    page.get_by_label("卷子上的编号").fill(serial)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("编号")
    page.wait_for_load_state("load")  # until then no script carries Enter on to the next question
    page.locator("#q-aware").focus()
    for key in ("aware", "heard_from", "overall", *FIELDS, "used", "told", "area", "age", "sex"):
        expect(page.locator(f"#q-{key}")).to_be_focused()
        page.keyboard.type({**dict.fromkeys(FIELDS, "3"), **answers}[key])
        page.keyboard.press("Enter")
    expect(page.locator("#q-words")).to_be_focused()
    page.get_by_role("button", name="保存，录下一份").click()
    expect(page.locator(".flashes")).to_contain_text("已保存")


def test_from_the_printer_to_the_answers(open_page: Opener, site: Site, size: str) -> None:
    chief = sign_in(open_page, site, "diaocha")
    paper = open_paper(chief)
    village = {"phone": "上湾村", "desk": "下湾村"}[size]
    chief.get_by_role("link", name="印一批卷子").click()
    chief.get_by_label("手工填的根据").fill("抽样方案第七号")
    chief.locator("#batches-0-psu").fill(village)
    chief.locator("#batches-0-sheet_count").fill("3")
    chief.locator("#batches-0-base_weight").fill("40")
    chief.get_by_label("差错率上限").fill("20")
    chief.get_by_role("button", name="给出编号，准备印").click()
    row = chief.locator("tr", has_text=village)
    row.get_by_role("link").click()
    batch = chief.url
    serials = serials_of(chief)
    assert len(serials) == 3

    first = sign_in(open_page, site, "luru")
    first.get_by_role("link", name="满意度调查").first.click()
    wrong = serials[0][:-1] + str((int(serials[0][-1]) + 1) % 10)
    first.goto(f"{paper}enter")
    first.get_by_label("卷子上的编号").fill(wrong)
    first.keyboard.press("Enter")
    expect(first.locator("main")).to_contain_text("最后一位是校验位")
    for serial in serials[:2]:
        enter(first, paper, serial, FIRST)
    first.goto(f"{paper}enter")
    first.get_by_label("卷子上的编号").fill(serials[0])
    first.keyboard.press("Enter")
    expect(first.locator("main")).to_contain_text("这份已经录过了")

    chief.goto(batch)
    chief.get_by_text("这一批录完了").click()
    chief.get_by_label("找不到人").fill("1")
    chief.get_by_role("button", name="录完了，抽出复录的").click()
    expect(chief.locator(".flashes")).to_contain_text("已抽出 1 份")
    drawn = re.sub(r"\D", "", chief.locator("#second strong").inner_text())
    second = sign_in(open_page, site, "fulu")
    enter(second, paper, drawn, {**FIRST, "overall": "5"})

    chief.reload()
    chief.get_by_role("link", name="逐处核对").click()
    expect(chief.locator(".difference")).to_have_count(1)
    expect(chief.locator(".difference")).to_contain_text("2 比较满意")
    expect(chief.locator(".difference")).to_contain_text("5 很不满意")
    assert chief.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")
    chief.locator(".difference button[value=first]").click()
    expect(chief.locator(".difference")).to_contain_text("已认定")
    chief.goto(batch)
    chief.get_by_role("button", name="计入答卷").click()
    expect(chief.locator(".flashes")).to_contain_text("已计入 2 份答卷")
    expect(chief.locator("main")).to_contain_text("0 处，共复录 14 处")


def table(rows: list[list[str]]) -> FilePayload:
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    return {"name": "答卷.csv", "mimeType": "text/csv", "buffer": held.getvalue().encode("gb18030")}


def test_a_file_with_a_bad_cell_is_put_right_and_brought_in(open_page: Opener, site: Site, size: str) -> None:
    page = sign_in(open_page, site, "diaocha")
    open_paper(page)
    page.go_back()
    page.get_by_role("link", name="用表格导入答卷").click()
    here = page.url
    heads = ["编号", "渠道", "批次", "aware", "overall", "area"]
    good = ["1", "现场填写", f"大厅{size}", "听说过", "2", "村里"]
    bad = ["2", "现场填写", f"大厅{size}", "也许", "2", "村里"]
    page.get_by_label("表格文件").set_input_files(table([heads, good, bad]))
    page.get_by_role("button", name="看预览").click()
    row = page.locator("#faults tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("D3")
    expect(row).to_contain_text("也许")
    expect(row).to_contain_text("2 听说过")
    page.get_by_role("button", name="导入 1 行").click()
    expect(page.locator("main")).to_contain_text("还有错")
    page.goto(here)
    page.get_by_label("表格文件").set_input_files(table([heads, good, [*bad[:3], "2", *bad[4:]]]))
    page.get_by_role("button", name="看预览").click()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")
    page.get_by_role("button", name="导入 2 行").click()
    expect(page.locator(".flashes")).to_contain_text("已导入 2 行")
    page.get_by_label("表格文件").set_input_files(table([heads, good, [*bad[:3], "2", *bad[4:]]]))
    page.get_by_role("button", name="看预览").click()
    expect(page.locator("main")).to_contain_text("没有可以导入的新答卷")


def test_pages_of_paper_have_no_barrier(open_page: Opener, site: Site) -> None:
    page = sign_in(open_page, site, "diaocha")
    paper = open_paper(page)
    survey = paper.removesuffix("paper/")
    for address in (
        "paper/",
        "paper/new",
        "paper/enter",
        "paper/batches/P1-2/",
        "paper/batches/P1-2/reconcile",
        "import/",
    ):
        assert problems(page, f"{survey}{address}") == [], address
