"""A survey by nothing but pages: written, planned, opened by another, drawn, called, on paper, closed, recomputed."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_staff import sign_in
from tests.journeys.test_survey_results import recomputed

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Opener = Callable[..., Page]
ASKED = ("aware", "overall", "told", "area", "age")
CALLED = {"aware": "know_well", "overall": "satisfied", "told": "no", "area": "village", "age": "35_59"}
PEOPLE = 6


def author(page: Page, slug: str) -> None:
    """Write a questionnaire of five questions of the library."""
    page.goto("/admin/questionnaires/")
    page.get_by_role("link", name="新建问卷").click()
    page.get_by_label("名称", exact=True).fill(f"民生短问卷 {slug}")
    page.get_by_label("网址里的名字").fill(f"short-{slug}")
    page.get_by_label("先放进标准题库的题目").uncheck()
    page.get_by_role("button", name="建立").click()
    page.get_by_role("link", name="从标准题库选").click()
    for key in ASKED:
        page.locator(f"input[name=standard][value={key}]").check()
    page.get_by_role("button", name="加进问卷").click()
    expect(page.locator(".builder-question")).to_have_count(len(ASKED))


def plan(page: Page, slug: str) -> str:
    """Plan a survey with it, with a mistake first; return the address of its desk."""
    page.goto("/admin/surveys/")
    page.get_by_role("link", name="新建调查").click()
    if page.get_by_label("在哪里调查").count():
        page.get_by_role("button", name="继续").click()
    today = page.evaluate("new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)")
    page.get_by_label("调查的名称").fill(f"走一遍的调查 {slug}")
    page.get_by_label("网址里的名字").fill(f"walk-{slug}")
    page.get_by_label("用哪份问卷").select_option(label=f"民生短问卷 {slug}，第 1 版（5 题）")
    page.get_by_label("计分办法").select_option(label=_label(page, "五项合成"))
    page.locator("input[name=channels][value=phone]").check()
    page.locator("input[name=channels][value=paper_sample]").check()
    page.locator("input[name=opens_on]").fill(today)
    page.locator("input[name=closes_on]").fill(today)
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("main")).to_contain_text("问卷里没有这一题")
    page.get_by_label("计分办法").select_option(label=_label(page, "满意率：前两档"))
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator(".flashes")).to_contain_text("草稿已保存")
    expect(page.locator("#publish")).to_contain_text("要由另一个人发布")
    return page.url


def _label(page: Page, beginning: str) -> str:
    """Return the whole label of the scheme that begins so."""
    return page.locator("#scheme option", has_text=beginning).first.inner_text().strip()


def population(page: Page, desk: str) -> None:
    """See the table of population counts, name its source, keep it."""
    page.goto(f"{desk}/population")
    page.get_by_label("从哪里来").fill("走一遍用的人口数")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("main")).to_contain_text("可以存入")
    page.get_by_role("button", name="存入").click()
    expect(page.locator(".flashes")).to_contain_text("个人口数")


def draw(page: Page, desk: str, place: str) -> None:
    """Bring in a frame of invented numbers and draw from it."""
    held = io.StringIO()
    rows = [["电话", "地方"], *([f"1380000{number:04d}", place] for number in range(PEOPLE * 2))]
    csv.writer(held).writerows(rows)
    page.goto(f"{desk}/samples/")
    page.get_by_role("link", name="导入名册").click()
    page.get_by_label("名册叫什么").fill("走一遍的名册")
    page.locator("input[name=channel][value=phone]").check()
    file: FilePayload = {"name": "名册.csv", "mimeType": "text/csv", "buffer": held.getvalue().encode()}
    page.get_by_label("名册文件").set_input_files([file])
    page.get_by_role("button", name="看预览").click()
    page.get_by_role("button", name="确认名册").click()
    page.get_by_label(re.compile("^抽几人")).fill(str(PEOPLE))
    page.get_by_role("button", name="现在抽样", exact=True).click()
    expect(page.locator("main")).to_contain_text("种子")


def call(page: Page, desk: str) -> None:
    """Call until five have answered and one has refused."""
    for number in range(PEOPLE):
        page.goto(f"{desk}/calls")
        page.get_by_role("button", name="取下一个号码").click()
        if number == 0:
            page.locator("button[name=result][value=refused]").click()
            expect(page.locator(".flashes")).to_contain_text("已记下")
            continue
        for key, value in CALLED.items():
            page.locator(f"input[name='q-{key}'][value='{value}']").check(force=True)
        page.get_by_role("button", name="答完了，存下").click()
        expect(page.locator(".flashes")).to_contain_text("答卷已存")


def paper(chief: Page, clerks: tuple[Page, Page], desk: str) -> None:
    """Print two sheets, enter both, one of them blind again, and count them."""
    chief.goto(f"{desk}/paper/")
    chief.get_by_role("link", name="印一批卷子").click()
    chief.get_by_label("手工填的根据").fill("走一遍的方案")
    chief.locator("#batches-0-psu").fill("走一遍村")
    chief.locator("#batches-0-sheet_count").fill("2")
    chief.locator("#batches-0-base_weight").fill("40")
    chief.get_by_label("差错率上限").fill("20")
    chief.get_by_role("button", name="给出编号，准备印").click()
    chief.locator("tr", has_text="走一遍村").get_by_role("link").click()
    batch = chief.url
    with chief.expect_download() as waiting:
        chief.locator("a[href*='sheets.pdf']").evaluate("link => { link.download = 'sheets.pdf'; link.click(); }")
    document = pypdfium2.PdfDocument(waiting.value.path())
    texts = [re.sub(r"\s", "", sheet.get_textpage().get_text_bounded()) for sheet in document]
    document.close()
    serials = list(dict.fromkeys(found[0] for text in texts if (found := re.search(r"1\d{7}(?=第|\D|$)", text))))
    assert len(serials) == 2
    for serial in serials:
        enter(clerks[0], desk, serial)
    chief.goto(batch)
    chief.get_by_text("这一批录完了").click()
    chief.get_by_role("button", name="录完了，抽出复录的").click()
    drawn = re.sub(r"\D", "", chief.locator("#second strong").inner_text())
    enter(clerks[1], desk, drawn)
    chief.goto(batch)
    chief.get_by_role("button", name="计入答卷").click()
    expect(chief.locator(".flashes")).to_contain_text("已计入 2 份答卷")


def enter(page: Page, desk: str, serial: str) -> None:
    """Type one sheet: a digit for each question."""
    page.goto(f"{desk}/paper/enter")
    page.get_by_label("卷子上的编号").fill(serial)
    page.keyboard.press("Enter")
    page.locator(f"#q-{ASKED[0]}").focus()
    for _key in ASKED:
        page.keyboard.type("1")
        page.keyboard.press("Enter")
    page.get_by_role("button", name="保存，录下一份").click()
    expect(page.locator(".flashes")).to_contain_text("已保存")


def test_a_survey_from_its_first_question_to_its_recomputed_scores(
    open_page: Opener, site: Site, size: str, tmp_path: Path
) -> None:
    chief = sign_in(open_page, site, "diaocha")
    author(chief, size)
    desk = plan(chief, size)
    place = chief.locator(".definitions dd").first.inner_text().split("\n")[0].strip()
    population(chief, desk)
    assessor = sign_in(open_page, site, "kaohe")
    assessor.goto(desk)
    assessor.get_by_role("button", name="发布问卷").click()
    expect(assessor.locator(".flashes")).to_contain_text("问卷已发布")

    draw(chief, desk, place)
    call(sign_in(open_page, site, "dianhua"), desk)
    paper(chief, (sign_in(open_page, site, "luru"), sign_in(open_page, site, "fulu")), desk)

    chief.goto(f"{desk}/quality")
    expect(chief.locator("main")).to_contain_text("7 份")
    expect(chief.locator("main")).to_contain_text("封存中")
    assert "比较满意" not in chief.locator("main").inner_text()
    chief.goto(f"{desk}/dispositions")
    # Five of six drawn answered the phone.
    expect(chief.locator("main")).to_contain_text("83.3%")

    chief.goto(desk)
    chief.get_by_text("现在就截止").click()
    chief.get_by_label("为什么提前截止").fill("名单打完了，卷子收齐了")
    chief.get_by_label("现在截止，以后不能再收答卷").check()
    chief.get_by_role("button", name="现在截止").click()
    expect(chief.locator(".flashes")).to_contain_text("结果已公开")

    reader = open_page()
    reader.goto(f"/surveys/walk-{size}/results")
    expect(reader.locator("h1")).to_contain_text("结果")
    said = recomputed(reader, "a[href$='package.zip']", tmp_path / "public")
    assert said.count("same, byte for byte") == 2
    assessor.goto(desk)
    assessor.get_by_role("link", name="导出", exact=True).click()
    said = recomputed(assessor, "button[value=package]", tmp_path / "restricted")
    assert said.count("same, byte for byte") == 4
    answers = (tmp_path / "restricted" / "responses.csv").read_text(encoding="utf-8")
    assert "13800000" not in answers
    assert "luru" not in answers
