"""A reviewer takes in a call from the hotline, reviews what becomes public, and prints the sheet."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_staff import sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Opener = Callable[..., Page]
WORDS = "村民张建国来电：村口三盏路灯坏了两个月，晚上看不见路。回电１３８－１２３４－５６７８，家在石桥村三组12号。"


def test_from_the_telephone_to_the_printed_sheet(open_page: Opener, site: Site, size: str) -> None:
    page = sign_in(open_page, site, "laixin")
    number = f"RX-{size.upper()}-0608"

    page.goto("/admin/suggestions/")
    page.get_by_role("link", name="录入线下来件").click()
    page.get_by_label("12345 热线").check()
    page.get_by_label("投诉").check()
    page.get_by_label("当事人的话").fill(WORDS)
    page.get_by_label("联系方式").fill("13812345678")
    page.get_by_label("当事人同意公开").check()
    page.get_by_role("button", name="录入").click()
    expect(page.locator("main")).to_contain_text("要填原编号")
    expect(page.get_by_label("当事人的话")).to_have_value(WORDS)
    page.get_by_label("原编号").fill(number)
    page.get_by_role("button", name="录入").click()

    expect(page.locator("body")).to_contain_text("已录入，编号")
    expect(page.locator("main")).to_contain_text("12345 热线")
    expect(page.locator("mark.masked").first).to_have_text("１３８－１２３４－５６７８")
    expect(page.locator("mark.likely-name").first).to_have_text("张建国")
    words = page.get_by_label("公开的内容")
    proposed = words.input_value()
    assert "５６７８" not in proposed
    assert "张建国" in proposed
    page.get_by_label("公开", exact=True).check()
    page.get_by_role("button", name="保存审核结果").click()
    expect(page.locator("main")).to_contain_text("像是个人信息")
    page.get_by_label("公开的标题").fill("村口三盏路灯坏了两个月")
    words.fill("村口三盏路灯坏了两个月，晚上看不见路。")
    page.get_by_role("button", name="保存审核结果").click()
    expect(page.locator("body")).to_contain_text("已公开。")

    page.get_by_role("link", name="打印问题登记单").click()
    expect(page.get_by_role("heading", name="问题登记单")).to_be_visible()
    expect(page.locator(".sheet")).to_contain_text(number)
    expect(page.locator(".sheet")).not_to_contain_text("13812345678")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="问题登记单")).to_be_visible()
    for not_printed in page.locator(".no-print").all():
        expect(not_printed).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")
    page.emulate_media(media="screen")

    page.go_back()
    case = re.search(r"/admin/suggestions/(\d+)", page.url)
    assert case is not None
    page.goto(f"/suggestions/{case[1]}")
    expect(page.locator("main")).to_contain_text("村口三盏路灯坏了两个月")
    expect(page.locator("main")).not_to_contain_text("张建国")
