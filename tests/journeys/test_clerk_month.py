"""A clerk's month at the desk: numbers lead to work, done work leaves the numbers, and the month ends in a bulletin."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from tests.journeys.conftest import Site
from tests.journeys.test_problem_to_closing import figure
from tests.journeys.test_staff import sign_in

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
WRITER, PUBLISHER, OVERSEER = "yuebao", "shenhe", "duban"
PROJECT = "三百二十户农村危房改造"
"""The one project whose report was returned to the clerk when the county was loaded."""


def hand_in(writer: Page, words: str) -> str:
    """Fill in the open report, put right what is asked for, and hand it in; return its address."""
    progress = writer.get_by_label(re.compile("^工程形象进度"))
    if progress.count():
        progress.fill("88")
    writer.get_by_label(re.compile("^本月做了什么")).fill(words)
    writer.get_by_role("button", name="保存并提交审核").click()
    for box in writer.get_by_label("公开说明").all():
        box.fill("上月漏记，本月补上。")
    if writer.get_by_label("公开说明").count():
        writer.get_by_role("button", name="保存并提交审核").click()
    expect(writer.locator("main")).to_contain_text(re.compile("待审核|等.*审核"))
    return writer.url


def row_of(page: Page, words: str) -> Locator:
    """Return the row of the year's calendar that says this, of the newest year."""
    return page.locator("main table").first.locator("tr", has_text=words).first


def done_in(page: Page, words: str) -> int:
    """Return how many have done a step, as the calendar says."""
    said = re.search(r"(\d+) / \d+", row_of(page, words).inner_text())
    assert said is not None
    return int(said[1])


def send_back(publisher: Page, reason: str) -> None:
    """Return the report of the project from the desk."""
    publisher.goto("/admin/")
    publisher.locator("#to-publish a", has_text=PROJECT).first.click()
    fold = publisher.locator("details", has=publisher.locator("summary", has_text="退回给填报的同事"))
    fold.locator("summary").click()
    fold.locator("textarea").fill(reason)
    fold.get_by_role("button", name="退回").click()


def correct(writer: Page, month: str) -> None:
    """Open a correction of the published month with a public reason, and hand it in."""
    writer.goto(f"/admin/reports/?q={PROJECT}")
    block = writer.locator("main").get_by_text(PROJECT, exact=True).locator("xpath=ancestor::*[.//a][1]")
    block.locator("a", has_text=re.sub(r"^\d+年", "", month)).last.click()
    writer.get_by_text("更正这个月").click()
    writer.get_by_label(re.compile("^为什么更正")).fill("漏写了一个村")
    writer.get_by_role("button", name="开出更正稿").click()
    hand_in(writer, f"{month}又有九户竣工验收，地点在示东镇、示西乡和例山乡。")


# One size only: the county has one such report, and both sizes share one site.
@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_the_month_from_the_desk_to_the_correction(open_page: Opener, site: Site) -> None:
    writer = sign_in(open_page, site, WRITER)
    owed, sent_back = figure(writer, "要写的月报"), figure(writer, "退回要改的")
    assert sent_back == 1
    writer.goto("/admin/tables/")
    with writer.expect_download() as download:
        writer.locator("main a[href*='template.xlsx'], main form[action*='template.xlsx'] button").first.click()
    sheet = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0)
    assert any(PROJECT in str(cell) for row in sheet.to_python() for cell in row), "the office's own projects"

    writer.goto("/admin/")
    link = writer.locator("#returned a", has_text=PROJECT).first
    month = link.inner_text().rpartition("·")[2].strip()
    link.click()
    hand_in(writer, f"{month}又有九户竣工验收。")
    writer.goto("/admin/")
    assert (figure(writer, "要写的月报"), figure(writer, "退回要改的")) == (owed - 1, 0)

    publisher = sign_in(open_page, site, PUBLISHER)
    waiting = figure(publisher, "等我审核公示")
    publisher.get_by_role("link", name="一年的日历：哪天前要做什么").click()
    done = done_in(publisher, f"月报 · {month}")
    send_back(publisher, "验收的地点写一下。")

    writer.goto("/admin/")
    expect(writer.locator("#returned")).to_contain_text("验收的地点写一下")
    writer.locator("#returned a", has_text=PROJECT).first.click()
    hand_in(writer, f"{month}又有九户竣工验收，地点在示东镇和示西乡。")

    publish(publisher)
    publisher.goto("/admin/")
    assert figure(publisher, "等我审核公示") == waiting - 1
    publisher.goto("/admin/calendar/")
    assert done_in(publisher, f"月报 · {month}") == done + 1

    correct(writer, month)
    publish(publisher)
    reader = open_page()
    reader.goto("/changes/")
    expect(reader.locator("main")).to_contain_text("漏写了一个村")


def publish(publisher: Page) -> None:
    """Publish the report of the project from the desk."""
    publisher.goto("/admin/")
    publisher.locator("#to-publish a", has_text=PROJECT).first.click()
    publisher.get_by_role("button", name="公示", exact=True).click()
    expect(publisher.locator("body")).to_contain_text("已公示")


def test_a_bulletin_is_written_on_the_figures_and_signed_by_another(open_page: Opener, site: Site, size: str) -> None:
    overseer = sign_in(open_page, site, OVERSEER)
    overseer.goto("/admin/bulletins/")
    overseer.get_by_role("button", name=re.compile("^写一稿")).first.click()
    title = overseer.get_by_label("标题").input_value()
    overview = overseer.get_by_label(re.compile("^总体情况"))
    assert "【总进度】" in overview.input_value()
    overview.fill("总进度已经到了 99%。")
    overseer.get_by_role("button", name="保存并提交审核").click()
    expect(overseer.locator(".field-error").first).to_contain_text("是手打的")
    overview.fill(f"本期总进度【总进度】，各单位抓紧（{size}）。")
    overseer.get_by_role("button", name="保存并提交审核").click()
    expect(overseer.locator("body")).to_contain_text("已提交，等另一位同事审核公布")
    expect(overseer.get_by_role("button", name="同意并公布")).to_have_count(0)

    publisher = sign_in(open_page, site, PUBLISHER)
    publisher.locator("#to-sign a", has_text=title).first.click()
    publisher.get_by_role("button", name="同意并公布").click()
    expect(publisher.locator("body")).to_contain_text("已公布")
    publisher.get_by_role("link", name="看公开的页面").click()
    issue = publisher.locator("#issue")
    expect(issue).to_contain_text(f"各单位抓紧（{size}）")
    expect(issue.locator("strong").first).to_contain_text("%")
