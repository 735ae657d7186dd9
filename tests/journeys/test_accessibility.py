"""Axe in a real browser on every page type, at both sizes, light and dark: no violation, no sideways scrolling."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import Site
from tests.journeys.test_staff import sign_in

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]

RESIDENTS_PAGES = (
    "/",
    "/projects/",
    "/projects/?origin=own&status=behind",
    "/programmes/",
    "/places/",
    "/places/990121",
    "/agencies/",
    "/suggestions/",
    "/suggestions/new",
    "/suggestions/follow",
    "/surveys/",
    "/schemes/",
    "/schemes/anhui-2010",
    "/assessments/",
    "/search/",
    "/search/?q=公路",
    "/search/?q=没有这样的东西",
    "/changes/",
    "/data/",
    "/about/figures",
    "/about/archive",
    "/about/privacy",
    "/about/accessibility",
    "/not-there",
)
FOUND_FROM = {
    "/projects/?origin=own": "main h2 a, main h3 a",
    "/projects/?origin=compiled&sort=name": "main h2 a, main h3 a",
    "/programmes/": "main h2 a, main h3 a, main table a",
    "/agencies/": "main h2 a, main h3 a, main table a, main li a",
    "/suggestions/": "main h2 a, main h3 a",
    "/surveys/": "main h2 a, main h3 a",
    "/surveys/?closed": "main a[href$='/results']",
}
"""Pages to open by the first link of a list."""

STAFF_PAGES = {
    "yuebao": ("/admin/", "/admin/reports/", "/admin/reports/grid", "/admin/sign-ins", "/admin/password"),
    "shenhe": ("/admin/publishing/",),
    "laixin": ("/admin/suggestions/", "/admin/case-entry/", "/admin/case-import/", "/admin/case-words/"),
    "kaohe": (
        "/admin/surveys/",
        "/admin/journal/",
        "/admin/schemes/",
        "/admin/schemes/new",
        "/admin/assessments/",
        "/admin/assessments/new",
    ),
    "guanli": ("/admin/staff/",),
}


def problems(page: Page, address: str) -> list[str]:
    """Return what axe finds on a page, and whether it scrolls sideways."""
    page.goto(address)
    found = [
        f"{address}: {violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append(f"{address}: scrolls sideways")
    return found


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")], indirect=["size"])
def test_residents_pages(open_page: Opener, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    addresses = list(RESIDENTS_PAGES)
    for index, links in FOUND_FROM.items():
        page.goto(index)
        first = page.locator(links).first.get_attribute("href")
        assert first is not None, index
        addresses.append(first)
    assert [problem for address in addresses for problem in problems(page, address)] == []


def test_forms_with_mistakes(open_page: Opener) -> None:
    page = open_page()
    for address, button in (("/suggestions/new", "提交"), ("/suggestions/follow", "查看")):
        page.goto(address)
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        violations = Axe().run(page).response["violations"]
        assert [violation["id"] for violation in violations] == [], address


@pytest.mark.parametrize("size", ["phone"], indirect=True)
@pytest.mark.parametrize("username", list(STAFF_PAGES))
def test_staff_pages(open_page: Opener, site: Site, username: str) -> None:
    page = sign_in(open_page, site, username)
    assert [problem for address in STAFF_PAGES[username] for problem in problems(page, address)] == []


def test_the_sign_in_page(open_page: Opener) -> None:
    assert problems(open_page(), "/admin/sign-in") == []


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_other_languages_fit_the_page(open_page: Opener, language: str) -> None:
    page = open_page(language=language)
    addresses = ("/", "/projects/", "/suggestions/new", "/surveys/", "/search/?q=公路")
    assert [problem for address in addresses for problem in problems(page, address)] == []
