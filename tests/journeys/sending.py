"""How a citizen sends a suggestion with the pages, in the journeys that begin with one."""

import re

from playwright.sync_api import Page


def send(page: Page, kind: str, words: str) -> tuple[str, str]:
    """Send a suggestion that may be published; return its code and its number.

    Where the site asks whether it is the same as one already published, say that it is not.
    """
    page.goto("/suggestions/new")
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("您想说的话").fill(words)
    page.get_by_label(re.compile("同意把内容")).check()
    page.get_by_role("button", name="提交").click()
    code, different = page.locator(".code").first, page.get_by_role("button", name="不是同一件，提交我的")
    code.or_(different).first.wait_for()
    if different.is_visible():
        different.click()
    text = code.inner_text()
    number = re.search(r"\d{4}-\d{5}", page.locator("main").inner_text())
    assert number is not None
    return text, number.group()
