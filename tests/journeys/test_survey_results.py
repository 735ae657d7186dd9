"""From the results page to the recomputed package, and the same for the assessor: only pages, and Python alone."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_staff import sign_in

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]


def recomputed(page: Page, button: str, folder: Path) -> str:
    """Download the package behind a link or button, and return what its own program says in an empty folder."""
    with page.expect_download() as waiting:
        page.locator(button).first.click()
    folder.mkdir()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-B", "recompute.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_reader_switches_the_scheme_and_recomputes_the_scores(open_page: Opener, tmp_path: Path) -> None:
    page = open_page()
    page.goto("/surveys/")
    page.locator("a[href*='shili-'][href$='/results']").first.click()
    expect(page.locator("h1")).to_contain_text("结果")
    score = page.locator("#scores .stat-number").first
    before = score.inner_text()
    page.get_by_role("link", name="满意率：前两档").click()
    expect(page.locator("#scores")).to_contain_text("只供对照")
    assert score.inner_text() != before
    said = recomputed(page, "a[href$='package.zip']", tmp_path / "public")
    assert said.count("same, byte for byte") == 2
    page.get_by_role("link", name="这套办法怎么算").first.click()
    expect(page.locator("main")).to_contain_text("SHA-256")


def test_an_assessor_takes_the_answers_away_and_recomputes_them(open_page: Opener, site: Site, tmp_path: Path) -> None:
    page = sign_in(open_page, site, "kaohe")
    page.goto("/admin/surveys/")
    page.locator("li", has_text="已截止").locator("a[href*='shili-']").first.click()
    page.get_by_role("link", name="导出答卷").click()
    said = recomputed(page, "button[value=package]", tmp_path / "restricted")
    assert said.count("same, byte for byte") == 4
    rows = (tmp_path / "restricted" / "responses.csv").read_text(encoding="utf-8").splitlines()
    number = rows[1].partition(",")[0]
    assert number.startswith("E")
    page.goto("/admin/journal/")
    expect(page.locator("main")).to_contain_text("导出答卷")


def test_an_assessor_adds_a_scheme_and_is_told_of_a_mistake(open_page: Opener, site: Site, size: str) -> None:
    page = sign_in(open_page, site, "kaohe")
    page.goto("/admin/schemes/new")
    box = page.locator("textarea")
    text = box.input_value().replace('id = "default"', f'id = "trial-{size}"')
    box.fill(text.replace("satisfied = 80", "satisfied = 800", 1))
    page.get_by_role("button", name="检查并加入").click()
    expect(page.locator(".field-error")).to_contain_text("应当是 0 到 100 的数")
    box.fill(text)
    page.get_by_role("button", name="检查并加入").click()
    page.goto(f"/schemes/trial-{size}")
    expect(page.locator("h1")).to_contain_text("满意度、知晓度与建议办理")
