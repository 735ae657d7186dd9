"""Every number on the desk of every sample account leads to a list that holds exactly so many rows.

The rows are counted as a person would count them: links to records in the list, page after page.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import APIRequestContext, Playwright

from tests.journeys.conftest import Site

ROWS = {
    "/admin/": r"/admin/(?!$).+",
    "/admin/checks": r"/admin/reports/[^/]+/\d{4}-\d\d",
    "/admin/reports/": r"/admin/(reports/[^/]+/\d{4}-\d\d|publishing/\d+)",
    "/admin/publishing/": r"/admin/(publishing/\d+|content/\d+)",
    "/admin/proposals/": r"/admin/proposals/\d+",
    "/admin/content/": r"/admin/content/\d+",
    "/admin/suggestions/": r"/admin/suggestions/\d+",
    "/admin/problems/": r"/admin/problems/\d+",
    "/admin/lookbacks/": r"/admin/lookbacks/new/[^/]+",
    "/admin/inspections/": r"/admin/inspections/checks/\d+",
    "/admin/staff/": r"/admin/staff/\d+",
    "/admin/surveys/": r"/admin/surveys/(?!new)[^/]+",
}
"""Where a number leads, and what a row of the list there links to."""


class _Links(HTMLParser):
    """The links of the main part of a page, or of the section with an identity; and the link to the next page."""

    def __init__(self, anchor: str) -> None:
        super().__init__()
        self._anchor, self._depth, self._inside = anchor, 0, 0
        self.found: list[str] = []
        self.numbers: list[tuple[str, int]] = []
        self.next = ""
        self._label = self._reads_number = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_place = given.get("id") == self._anchor if self._anchor else tag == "main"
        if tag in {"main", "section"}:
            self._depth += 1
            if is_place and not self._inside:
                self._inside = self._depth
        classes = given.get("class", "").split()
        if tag == "a" and "rel" in given and given["rel"] == "next":
            self.next = given["href"]
        elif tag == "a" and self._inside and "href" in given:
            self.found.append(given["href"])
            self._label = given["href"]
        if "stat-number" in classes:
            self._reads_number = self._label

    def handle_endtag(self, tag: str) -> None:
        if tag in {"main", "section"}:
            if self._inside == self._depth:
                self._inside = 0
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._reads_number:
            self.numbers.append((self._reads_number, int(data.replace(",", ""))))
            self._reads_number = ""


def read(browser: APIRequestContext, url: str, anchor: str = "") -> _Links:
    answer = browser.get(url)
    assert answer.ok, (url, answer.status)
    links = _Links(anchor)
    links.feed(answer.text())
    return links


def rows_behind(browser: APIRequestContext, site: Site, address: str) -> int:
    """Count the rows of a list, page after page."""
    parts = urlsplit(address)
    row = re.compile(ROWS[parts.path])
    url, rows = address.partition("#")[0], list[str]()
    while url:
        links = read(browser, url, parts.fragment)
        rows += {href.partition("#")[0] for href in links.found if row.fullmatch(urlsplit(href).path)}
        url = urljoin(url, links.next) if links.next else ""
    return len(rows)


def test_every_number_of_every_desk_counts_the_rows_behind_it(playwright_driver: Playwright, site: Site) -> None:
    looked = 0
    for username in site.accounts.keys() - {"password"}:
        browser = playwright_driver.request.new_context(base_url=site.url)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/admin/sign-in").text())
        assert token
        typed = {"csrf_token": token.group(1), "username": username, "password": site.password}
        assert browser.post("/admin/sign-in", form=typed).ok
        for address, number in read(browser, "/admin/").numbers:
            target = urljoin("/admin/", address)
            if urlsplit(target).path == "/admin/quarantine/":
                continue
            assert rows_behind(browser, site, target) == number, (username, target, number)
            looked += 1
        browser.dispose()
    assert looked > 40
