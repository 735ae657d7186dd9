"""A citizen's ways through the site, in Chinese, on a phone and at a desk: only pages, no functions."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]


def test_read_a_project_found_by_search(open_page: Opener) -> None:
    page = open_page()
    page.goto("/")
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("body")).to_contain_text("示例县")
    page.goto("/search/")
    box = page.locator("#search-page-q")
    box.fill("公路")
    box.press("Enter")
    expect(page.locator("main mark").first).to_contain_text(re.compile("公|路"))
    page.goto("/projects/?origin=own")
    first = page.locator("main h2 a, main h3 a").first
    title = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_contain_text(title)
    for words in ("资金", "月报", "目标"):
        expect(page.locator("main")).to_contain_text(words)


def test_what_was_searched_for_survives_the_back_button(open_page: Opener) -> None:
    page = open_page()
    page.goto("/search/?q=公路")
    count = page.locator(".result-count").inner_text()
    page.locator("#search-page-q").fill("饮水")
    page.locator("#search-page-q").press("Enter")
    expect(page.locator("#search-page-q")).to_have_value("饮水")
    page.locator("main ol a, main .result a, main h2 a, main h3 a").first.click()
    page.go_back()
    expect(page.locator("#search-page-q")).to_have_value("饮水")
    page.go_back()
    expect(page.locator("#search-page-q")).to_have_value("公路")
    assert page.locator(".result-count").inner_text() == count


@pytest.mark.parametrize(("simplified", "traditional"), [("农村公路", "農村公路"), ("饮水安全", "飲水安全")])
def test_both_scripts_find_the_same(open_page: Opener, simplified: str, traditional: str) -> None:
    page = open_page()
    counts = []
    for words in (simplified, traditional):
        page.goto(f"/search/?q={words}")
        counts.append(page.locator(".result-count").inner_text())
    assert counts[0] == counts[1]
    assert re.search(r"[1-9]", counts[0])


def test_send_a_suggestion_and_follow_it(open_page: Opener) -> None:
    page = open_page()
    page.goto("/suggestions/new")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-error-summary], .error-summary")).to_contain_text("请写下您想说的话")
    page.get_by_label("建议", exact=True).check()
    words = "学校门口的斑马线看不清了，请重新画一下。"
    page.get_by_label("您想说的话").fill(words)
    page.get_by_label(re.compile("同意把内容")).check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_contain_text("收到了")
    code = page.locator(".code").inner_text()
    assert re.fullmatch(r"[2-9A-Y]{4}-[2-9A-Y]{4}-[2-9A-Y]{4}", code)

    other = open_page()
    other.goto("/suggestions/follow")
    other.get_by_label("查询码").fill(code[:-1] + ("2" if code[-1] != "2" else "3"))
    other.get_by_role("button", name="查看").click()
    expect(other.locator("main")).to_contain_text("没有找到这个查询码")
    other.get_by_label("查询码").fill(code.lower().replace("-", " "))
    other.get_by_role("button", name="查看").click()
    expect(other.locator("main")).to_contain_text(words)
    expect(other.locator("main")).to_contain_text("前答复")
    other.goto("/suggestions/")
    expect(other.locator("main")).not_to_contain_text(words)


def test_a_typed_suggestion_survives_a_reload(open_page: Opener) -> None:
    page = open_page()
    page.goto("/suggestions/new")
    page.get_by_label("您想说的话").fill("写到一半，信号断了")
    page.wait_for_timeout(800)
    page.reload()
    expect(page.get_by_label("您想说的话")).to_have_value("写到一半，信号断了")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_fill_in_a_survey(open_page: Opener, script: bool, size: str) -> None:
    def show_all() -> None:
        """A phone with script has a question a screen, unless one asks for all."""
        if script and size == "phone":
            page.get_by_role("button", name="全部题目放在一页").click()

    page = open_page(java_script_enabled=script)
    page.goto("/surveys/")
    page.get_by_role("link", name="开始填写").first.click()
    show_all()
    page.get_by_role("button", name="提交答卷").click()
    expect(page.locator(".error-summary")).to_contain_text("请回答这一题")
    show_all()
    names = page.locator("main form[method=post] :is(input[type=radio], input[type=checkbox])").evaluate_all(
        "inputs => [...new Set(inputs.map(input => input.name))]"
    )
    for name in names:
        first = page.locator(f'input[name="{name}"]').first
        if first.is_visible():
            first.check()
    page.get_by_role("button", name="提交答卷").click()
    expect(page.locator("h1")).to_contain_text("谢谢您的回答")
    page.goto(page.url.removesuffix("/thanks"))
    expect(page.locator("h1")).to_contain_text("已经答过")


def test_results_stay_sealed_while_a_survey_is_open(open_page: Opener) -> None:
    page = open_page()
    page.goto("/surveys/")
    address = page.get_by_role("link", name="开始填写").first.get_attribute("href")
    answer = page.goto(f"{address}/results")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_contain_text("封存")


def test_the_languages_switch_and_stay(open_page: Opener, site: Site) -> None:
    page = open_page()
    page.goto("/projects/")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/suggestions/new")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name=re.compile("Send|Submit"))).to_be_visible()
    page.get_by_role("link", name="繁體").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_no_page_leads_nowhere(open_page: Opener, site: Site) -> None:
    """Follow every link of the main pages once."""
    page = open_page()
    seen: set[str] = set()
    for start in ("/", "/projects/", "/programmes/", "/places/", "/agencies/", "/suggestions/", "/surveys/"):
        page.goto(start)
        links = page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.href.split('#')[0])")
        seen.update(links)
    for link in sorted(seen)[:150]:
        answer = page.request.get(link)
        assert answer.status < 400, link
