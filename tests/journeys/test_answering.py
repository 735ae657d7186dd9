"""Answering a survey in a real browser: a question at a time on a phone, and without a signal."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_staff import sign_in

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
NEXT, SEND = "下一题", "提交答卷"


@pytest.fixture(params=["phone"])
def size(request: pytest.FixtureRequest) -> str:
    """A phone only: a desk shows the whole page, as every page without script does."""
    return str(request.param)


def open_survey(page: Page) -> None:
    page.goto("/surveys/")
    page.get_by_role("link", name="开始填写").first.click()
    expect(page.locator(".survey-bar p")).to_contain_text("第 1 题")


def answer(page: Page) -> None:
    """Choose the first answer of everything on the screen."""
    names = page.locator("[data-step]:visible input").evaluate_all(
        "inputs => [...new Set(inputs.filter(one => one.type === 'radio' || one.type === 'checkbox')"
        ".map(one => one.name))]"
    )
    for name in names:
        page.locator(f'input[name="{name}"]').first.check()


def answer_to_the_end(page: Page) -> None:
    while not page.get_by_role("button", name=SEND).is_visible():
        answer(page)
        page.get_by_role("button", name=NEXT).click()


def axe(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_one_question_at_a_time_with_a_way_back(open_page: Opener) -> None:
    page = open_page()
    open_survey(page)
    assert axe(page) == []
    expect(page.locator("[data-step]:visible")).to_have_count(1)
    expect(page.get_by_role("button", name=SEND)).to_be_hidden()
    page.get_by_role("button", name=NEXT).click()
    expect(page.locator("[data-step]:visible .field-error")).to_contain_text("请回答这一题")
    assert axe(page) == []
    answer(page)
    expect(page.locator("[data-step]:visible .field-error")).to_have_count(0)
    page.get_by_role("button", name=NEXT).click()
    expect(page.locator(".survey-bar p")).to_contain_text("第 2 题")
    page.go_back()
    expect(page.locator(".survey-bar p")).to_contain_text("第 1 题")
    expect(page.locator("[data-step]:visible input").first).to_be_checked()


def test_a_reload_goes_on_where_one_was(open_page: Opener) -> None:
    page = open_page()
    open_survey(page)
    for _ in range(2):
        answer(page)
        page.get_by_role("button", name=NEXT).click()
    address = page.url
    page.goto("/surveys/")
    page.goto(address)
    expect(page.locator(".survey-bar p")).to_contain_text("第 3 题")
    page.get_by_role("button", name="全部题目放在一页").click()
    assert page.locator("[data-step]:visible").count() > 3
    expect(page.locator("main input[type=radio]").first).to_be_checked()


def test_answers_without_a_signal_wait_and_are_sent_once(open_page: Opener, site: Site) -> None:
    page = open_page()
    open_survey(page)
    address = page.url
    answer_to_the_end(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    page.context.set_offline(True)
    page.get_by_role("button", name=SEND).click()
    expect(page.locator("[data-waiting]")).to_contain_text("没有信号")
    kept = "() => Object.keys(localStorage).filter(key => key.startsWith('survey-waiting-')).length"
    assert page.evaluate(kept) == 1

    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("谢谢您的回答")
    assert page.evaluate(kept) == 0
    assert len([url for url in sent if url == address]) == 2
    page.goto(address)
    expect(page.locator("h1")).to_contain_text("已经答过")


def test_the_same_answers_sent_by_two_pages_are_one(open_page: Opener) -> None:
    page = open_page()
    open_survey(page)
    address = page.url
    answer_to_the_end(page)
    body = page.evaluate("() => new URLSearchParams(new FormData(document.querySelector('#survey-form'))).toString()")
    page.get_by_role("button", name=SEND).click()
    expect(page.locator("h1")).to_contain_text("谢谢您的回答")
    path = re.sub(r"^https?://[^/]+", "", address)
    # The signal broke off before the answer came back: the browser believes that it has sent nothing.
    page.evaluate(
        "([path, body]) => localStorage.setItem(`survey-waiting-${path}`,"
        " JSON.stringify({path, body, at: Date.now()}))",
        [path, body],
    )
    page.goto("/surveys/")
    expect(page.locator("[data-waiting]")).to_contain_text("答卷已经送出")


BUILDER = (
    "/admin/questionnaires/",
    "/admin/questionnaires/new",
    "/admin/questionnaires/import",
    "/admin/questionnaires/journey/1",
    "/admin/questionnaires/journey/1/questions/aware",
    "/admin/questionnaires/journey/1/questions/new?type=scale",
    "/admin/questionnaires/journey/1/library",
    "/admin/questionnaires/journey/1/translations",
    "/admin/questionnaires/journey/1/preview",
    "/admin/questionnaires/journey/1/paper",
)


def test_the_builder_is_accessible(open_page: Opener, site: Site) -> None:
    page = sign_in(open_page, site, "diaocha")
    page.goto("/admin/questionnaires/new")
    page.get_by_label("名称").fill("走一遍的问卷")
    page.get_by_label("网址里的名字").fill("journey")
    page.get_by_role("button", name="建立").click()
    expect(page.locator("h1")).to_contain_text("走一遍的问卷")
    found = {}
    for address in BUILDER:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        if problems := axe(page) + (["scrolls sideways"] if wide else []):
            found[address] = problems
    assert found == {}
