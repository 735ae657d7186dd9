"""The switches of the display and the reader's own place, with and without script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

# One size: the switches are the same at both.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["phone"], indirect=True)]
Opener = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False])
def test_large_text_stays_on_from_page_to_page(open_page: Opener, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/projects/?sort=name")
    root = page.locator("html")
    page.get_by_role("button", name="大字").click()
    expect(root).to_have_attribute("data-text", "large")
    expect(page).to_have_url(re.compile(r"/projects/\?sort=name$"))
    page.goto("/places/")
    expect(root).to_have_attribute("data-text", "large")
    page.get_by_role("button", name="大字").click()
    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "false")
    page.goto("/")
    assert root.get_attribute("data-text") is None


@pytest.mark.parametrize("script", [True, False])
def test_dark_and_light_change_places(open_page: Opener, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/")
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="深色")).to_be_hidden()
    page.get_by_role("button", name="浅色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("script", [True, False])
def test_the_plain_version_says_the_essential_first(open_page: Opener, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/projects/?origin=own")
    page.get_by_role("button", name="适老版").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "plain")
    page.locator("main h3 a").first.click()
    expect(page.locator(".essentials")).to_contain_text("打电话问")
    expect(page.locator("#reports")).to_be_hidden()
    page.get_by_text("更多：").click()
    expect(page.locator("#reports")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_my_place_leads_and_lets_go(open_page: Opener, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/")
    name = page.locator("#place-choice option").nth(1).inner_text()
    page.locator("#place-choice").select_option(label=name)
    page.get_by_role("button", name="记住").click()
    expect(page.locator("#my-place")).to_contain_text(f"正在看：{name}")
    page.goto("/projects/")
    expect(page.locator(".chip")).to_contain_text(name)
    page.locator(".chip").click()
    expect(page.locator(".chip")).to_have_count(0)
    page.get_by_role("link", name="不再记住").click()
    expect(page.locator(".my-place")).to_have_count(0)
