"""The desk of monthly reports in a browser: a table by keyboard and pasted block, nothing lost, remarks, times."""

import datetime as dt
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_staff import PUBLISHER, WRITER, Opener, picture, sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
CHINA = ZoneInfo("Asia/Shanghai")
PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def open_grid(page: Page) -> Locator:
    """Open the table of a month that has at least two works rows nobody has begun, and return all its rows."""
    page.goto("/admin/reports/grid")
    for month in page.locator("#grid-month option").evaluate_all("all => all.map((one) => one.value)"):
        page.goto(f"/admin/reports/grid?month={month}")
        if untouched(page).count() >= 4:
            break
    return page.locator("[data-row]")


def untouched(page: Page) -> Locator:
    return page.locator("[data-row]", has_text="还没写")


def cell(row: Locator, name: str) -> Locator:
    return row.locator(f"[data-name={name}]")


def kept(page: Page) -> None:
    expect(page.locator("[data-keep-line]")).to_contain_text(re.compile(r"已自动保存 \d\d:\d\d"))


def write_away(page: Page, size: str) -> str:
    """Open a month nobody has begun in its own form, and return the address."""
    open_grid(page)
    links = untouched(page).locator("th a")
    address = links.nth(0 if size == "phone" else 1).get_attribute("href")
    assert address is not None
    page.goto(address)
    return address


def test_a_table_by_keyboard_and_a_pasted_block(open_page: Opener, site: Site, size: str) -> None:
    page = sign_in(open_page, site, WRITER)
    open_grid(page)
    rows = untouched(page)
    first, second = rows.nth(0), rows.nth(1)
    slug = first.locator("input[name=chosen]").get_attribute("value")
    done = cell(first, "done")

    done.focus()
    page.keyboard.type(f"表里写的（{size}）")
    page.keyboard.press("ArrowRight")
    expect(cell(first, "difficulties")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(cell(page.locator("[data-row]").nth(1 + row_number(page, first)), "done")).to_be_focused()

    money = cell(first, "funds_arrived_fen")
    before = cell(second, "funds_arrived_fen").input_value()
    money.evaluate(PASTE, "900\t800\t700\r\n910\t810\t710\r\n")
    expect(cell(first, "funds_disbursed_fen")).to_have_value("800")
    expect(page.locator("[data-paste-line]")).to_contain_text("粘贴了 6 格")
    page.get_by_role("button", name="撤销粘贴").click()
    expect(cell(second, "funds_arrived_fen")).to_have_value(before)
    money.evaluate(PASTE, "900\t800\t950")
    expect(first).to_contain_text("大于拨付")
    kept(page)
    cell(first, "funds_spent_fen").fill("十块钱")
    expect(first).to_contain_text("请填金额")

    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("main")).to_contain_text("请填金额")
    again = page.locator("[data-row]", has=page.locator(f"input[value='{slug}']"))
    expect(cell(again, "done")).to_have_value(f"表里写的（{size}）")
    cell(again, "funds_spent_fen").fill("700")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".flashes")).to_contain_text("已保存")


def row_number(page: Page, row: Locator) -> int:
    """The place of a row among all."""
    name = row.get_attribute("data-row")
    names = page.locator("[data-row]").evaluate_all("all => all.map((one) => one.dataset.row)")
    return names.index(name) if name in names else 0


def test_what_is_typed_survives_a_reload_and_an_expired_sign_in(open_page: Opener, site: Site, size: str) -> None:
    page = sign_in(open_page, site, WRITER)
    address = write_away(page, size)
    words = f"写到一半的话（{size}）"
    page.get_by_label(re.compile("^本月做了什么")).fill(words)
    kept(page)
    page.reload()
    expect(page.get_by_label(re.compile("^本月做了什么"))).to_have_value(words)

    elsewhere = sign_in(open_page, site, WRITER)
    elsewhere.goto("/admin/sign-ins")
    elsewhere.get_by_role("button", name="退出其他各处").click()
    page.get_by_label(re.compile("^有什么困难")).fill(f"登录到期后写的（{size}）")
    expect(page.locator("[data-keep-line]")).to_contain_text("登录已到期")
    page.get_by_role("button", name="保存", exact=True).click()
    page.locator("input[name=username]").fill(WRITER)
    page.locator("input[type=password]").fill(site.password)
    page.get_by_role("button", name="登录").click()

    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(page.locator("main, .flashes").first).to_contain_text("登录到期前填的内容都在下面")
    expect(page.get_by_label(re.compile("^有什么困难"))).to_have_value(f"登录到期后写的（{size}）")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".flashes")).to_contain_text("已保存")


def test_two_people_on_one_report_are_told_and_choose(open_page: Opener, site: Site, size: str) -> None:
    first, second = sign_in(open_page, site, WRITER), sign_in(open_page, site, PUBLISHER)
    address = write_away(first, size)
    second.goto(address)
    first.get_by_label(re.compile("^本月做了什么")).fill(f"我的话（{size}）")
    kept(first)
    second.get_by_label(re.compile("^本月做了什么")).fill(f"同事的话（{size}）")
    second.get_by_label(re.compile("^下个月做什么")).fill(f"同事的打算（{size}）")
    expect(second.locator("[data-keep-line]")).to_contain_text("也有人正在写这份月报")
    second.get_by_role("button", name="保存", exact=True).click()
    expect(second.locator(".flashes")).to_contain_text("已保存")

    first.get_by_role("button", name="保存", exact=True).click()
    expect(first.locator("main")).to_contain_text("保存了另一版")
    first.get_by_role("group", name="下个月做什么").get_by_label(re.compile("^用示例县")).check()
    first.get_by_role("button", name="保存", exact=True).click()
    expect(first.get_by_label(re.compile("^本月做了什么"))).to_have_value(f"我的话（{size}）")
    expect(first.get_by_label(re.compile("^下个月做什么"))).to_have_value(f"同事的打算（{size}）")


def test_remarks_answers_and_publishing_at_a_time_and_many(
    open_page: Opener, site: Site, size: str, tmp_path: Path
) -> None:
    writer, reviewer = sign_in(open_page, site, WRITER), sign_in(open_page, site, PUBLISHER)
    address = hand_in_one(writer, size, tmp_path)
    reviewer.goto("/admin/publishing/")
    reviewer.goto(shown_at(writer))
    words = reviewer.locator(".remarks", has=reviewer.locator("input[name=field][value=done]"))
    words.get_by_text("写一条意见").click()
    words.locator("textarea").fill(f"请写明是哪一段（{size}）")
    words.get_by_role("button", name="记下意见").click()
    reviewer.get_by_text("退回给填报的同事").click()
    reviewer.get_by_role("button", name="退回", exact=True).click()
    expect(reviewer.locator(".flashes")).to_contain_text("已退回")

    writer.goto(address)
    expect(writer.locator("main")).to_contain_text(f"请写明是哪一段（{size}）")
    writer.locator("#answers textarea").fill("已写明。")
    writer.get_by_role("button", name="答复，算处理完").click()
    writer.get_by_label(re.compile("^本月做了什么")).fill(f"一标段路基完成（{size}）。")
    writer.get_by_role("button", name="保存并提交审核").click()
    explain(writer)
    page_of_report = shown_at(writer)

    reviewer.goto(page_of_report)
    expect(reviewer.locator("main")).to_contain_text("已写明。")
    sign_for_later(reviewer)
    reviewer.get_by_role("button", name="取消定时公示").click()
    expect(reviewer.locator(".flashes")).to_contain_text("已取消定时公示")

    if size == "phone":
        publish_with_others(reviewer, page_of_report)
    else:
        publish_when_due(reviewer, page_of_report, site)


def publish_with_others(reviewer: Page, page_of_report: str) -> None:
    """Choose the report in the list of those that wait, and publish what is chosen."""
    reviewer.goto("/admin/publishing/")
    reviewer.locator(f"#report-{page_of_report.rpartition('/')[2]}").check()
    reviewer.get_by_role("button", name="公示选中的").click()
    expect(reviewer.locator(".flashes")).to_contain_text("已公示 1 份")


def publish_when_due(reviewer: Page, page_of_report: str, site: Site) -> None:
    """Sign for a later time, let it come, and let the clock's work be done."""
    sign_for_later(reviewer)
    with closing(sqlite3.connect(site.data / "minsheng.sqlite", timeout=30)) as database, database:
        database.execute("UPDATE timed_publication SET due_at = set_at WHERE ended_at IS NULL")
    site.run("tick")
    reviewer.goto(page_of_report)
    expect(reviewer.locator("main")).to_contain_text("更正这个月")
    expect(reviewer.locator("main")).not_to_contain_text("待审核")


def sign_for_later(reviewer: Page) -> None:
    reviewer.get_by_text(re.compile("定一个时间自动公示|换一个时间公示")).click()
    soon = dt.datetime.now(CHINA) + dt.timedelta(hours=2)
    reviewer.get_by_label(re.compile("^什么时间公示")).fill(f"{soon:%Y-%m-%dT%H:%M}")
    reviewer.get_by_role("button", name="签字，到时公示").click()
    expect(reviewer.locator("main")).to_contain_text("自动公示")


def hand_in_one(writer: Page, size: str, folder: Path) -> str:
    """Write and hand in a month nobody has begun, with a picture put in by script; return the form's address."""
    address = write_away(writer, size)
    writer.get_by_label(re.compile("^本月做了什么")).fill(f"路基完成（{size}）。")
    writer.locator("#drop-files").set_input_files(picture(folder))
    card = writer.locator(".photo-card")
    card.get_by_role("button", name="放进月报").click()
    expect(card).to_contain_text("读屏用户")
    card.get_by_label("照片里看得到什么").fill(f"压路机在路基上（{size}）")
    card.get_by_role("button", name="放进月报").click()
    expect(card).to_contain_text("已放进月报")
    writer.get_by_role("button", name="保存并提交审核").click()
    explain(writer)
    return address


def explain(page: Page) -> None:
    """Explain what the checks find, if anything, until the report is handed in."""
    checks = page.locator("#checks textarea")
    if "/admin/reports/" in page.url and checks.count():
        for place in range(checks.count()):
            checks.nth(place).fill("照片是以前拍的，数字已经和财政核对过。")
        page.get_by_role("button", name="保存并提交审核").click()
    expect(page).to_have_url(re.compile(r"/admin/publishing/\d+"))


def shown_at(page: Page) -> str:
    """The address of the page on which a report that was just handed in is reviewed."""
    return page.url
