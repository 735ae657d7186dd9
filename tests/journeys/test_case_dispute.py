"""A complaint that its sender disputes, in Chinese: reviewer, handler, sender, supervising office, sender again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.sending import send
from tests.journeys.test_staff import sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Opener = Callable[..., Page]
REVIEWER, HANDLER, SUPERVISOR = "laixin", "banli", "duban"
AGENCY = "示例县住房和城乡建设局"


def open_case(page: Page, number: str) -> None:
    """Open a case by its number, whose serial is its address."""
    page.goto(f"/admin/suggestions/{int(number.partition('-')[2])}")


def test_a_disputed_answer_reaches_the_supervising_office_and_ends_there(
    open_page: Opener, site: Site, size: str
) -> None:
    sender = open_page()
    code, number = send(sender, "投诉", f"小区北门的台阶塌了一块（{size}），老人出门容易摔倒，请修一修。")

    reviewer = sign_in(open_page, site, REVIEWER)
    open_case(reviewer, number)
    reviewer.get_by_label(re.compile("^公开的标题")).fill(f"小区北门台阶塌了（{size}）")
    reviewer.get_by_role("radio", name=re.compile("^公开")).check()
    reviewer.get_by_role("button", name="保存审核结果").click()
    reviewer.get_by_label(re.compile("^承办单位")).select_option(label=AGENCY)
    reviewer.get_by_role("button", name="受理并交办").click()
    expect(reviewer.locator("main")).to_contain_text("转办后")

    handler = sign_in(open_page, site, HANDLER)
    open_case(handler, number)
    handler.get_by_text("来不及？延期一次").click()
    handler.get_by_label(re.compile("^为什么延期")).fill("石材要重新定做")
    handler.get_by_role("button", name="延期", exact=True).click()
    expect(handler.locator("body")).to_contain_text("已延期一次")
    expect(handler.get_by_text("来不及？延期一次")).to_have_count(0)
    handler.get_by_label(re.compile("^答复")).fill("台阶已经用水泥补平。")
    handler.get_by_role("button", name="发出答复").click()
    expect(handler.locator("body")).to_contain_text("已答复，等来件人评价")

    sender.goto(f"/suggestions/follow/{code}")
    expect(sender.locator("main")).to_contain_text("石材要重新定做")
    sender.get_by_text("没有解决？要求督办").click()
    sender.get_by_role("button", name="要求督办").click()
    expect(sender.locator(".field-error").first).to_be_visible()
    sender.locator("textarea[name=dispute]").fill("补的水泥第二天就裂了")
    sender.get_by_role("button", name="要求督办").click()
    expect(sender.locator("main")).to_contain_text("补的水泥第二天就裂了")

    supervisor = sign_in(open_page, site, SUPERVISOR)
    expect(supervisor.locator("main")).to_contain_text(number)
    open_case(supervisor, number)
    expect(supervisor.locator("main")).to_contain_text("补的水泥第二天就裂了")
    supervisor.get_by_label(re.compile("^答复")).fill("督促施工单位重做了整段台阶，现场验收合格。")
    supervisor.get_by_role("button", name="发出督办答复").click()
    expect(supervisor.locator("body")).to_contain_text("已作督办答复")

    sender.goto(f"/suggestions/follow/{code}")
    expect(sender.get_by_text("没有解决？要求督办")).to_have_count(0)
    sender.get_by_label("满意", exact=True).check()
    sender.get_by_role("button", name="提交评价").click()

    reader = open_page()
    reader.goto("/suggestions/")
    reader.locator("main a", has_text=f"小区北门台阶塌了（{size}）").first.click()
    for words in ("台阶已经用水泥补平", "重做了整段台阶", "提出异议", "最终答复", "石材要重新定做"):
        expect(reader.locator("main")).to_contain_text(words)
    expect(reader.locator("main")).not_to_contain_text("补的水泥第二天就裂了")
