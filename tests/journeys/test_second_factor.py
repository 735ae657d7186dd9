"""A passkey in a real browser, with the browser's own virtual authenticator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page at ``localhost``, for which browsers make keys without HTTPS, and a device that verifies its user."""
    context = browser.new_context(base_url=site.url.replace("127.0.0.1", "localhost"), locale="zh-CN")
    context.set_default_timeout(15_000)
    opened = context.new_page()
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda said: trouble.append(said.text) if "Content Security" in said.text else None)
    devices = context.new_cdp_session(opened)
    devices.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield opened
    context.close()
    assert trouble == []


def sign_in(page: Page, site: Site, username: str) -> None:
    page.goto("/admin/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[type=password]").fill(site.password)
    page.get_by_role("button", name="登录").click()


def test_a_passkey_is_added_and_asked_for_at_the_next_sign_in(page: Page, site: Site) -> None:
    sign_in(page, site, "duban")
    page.goto("/admin/second-factor/")
    page.get_by_label("给它起个名字").fill("办公室电脑")
    page.get_by_role("button", name="加一个通行密钥").click()
    expect(page.get_by_text("通行密钥已经加上。")).to_be_visible()
    expect(page.get_by_text("办公室电脑", exact=True)).to_be_visible()

    page.get_by_role("button", name="退出", exact=True).click()
    sign_in(page, site, "duban")
    expect(page.locator("h1")).to_contain_text("第二步")
    page.goto("/admin/")
    expect(page.locator("h1")).to_contain_text("第二步")
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.locator("h1")).to_contain_text("今天要办的")

    page.goto("/admin/second-factor/")
    page.get_by_role("button", name="去掉办公室电脑").click()
    expect(page.get_by_text("通行密钥已经去掉。")).to_be_visible()
