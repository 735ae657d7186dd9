"""A month of staff, in Chinese, on a phone and at a desk: report, second signature, correction, answer, export."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.sending import send

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
WRITER, PUBLISHER, REVIEWER, HANDLER, ASSESSOR = "yuebao", "shenhe", "laixin", "banli", "kaohe"


def sign_in(open_page: Opener, site: Site, username: str) -> Page:
    page = open_page()
    page.goto("/admin/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[type=password]").fill(site.password)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h1")).to_contain_text("今天要办的")
    return page


def picture(folder: Path) -> Path:
    """A photo of long ago, with a camera's name and a place in its metadata."""
    path = folder / "site.jpg"
    data = Image.Exif()
    data[ExifTags.Base.Make] = "SECRET-CAMERA"
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2020:01:20 09:10:11"
    data.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 0.0, 0.0)
    Image.new("RGB", (1600, 900), "#2f6b52").save(path, exif=data)
    return path


@dataclass(frozen=True)
class Month:
    """A month of a project whose report is owed, as the desk names it."""

    project: str
    name: str

    @property
    def words(self) -> str:
        """What is written in its report."""
        return f"{self.name}完成第三标段护岸，清淤一千二百立方米。"

    @property
    def link(self) -> re.Pattern[str]:
        """How lists of staff name it."""
        return re.compile(rf"{re.escape(self.project)}.*{self.name}")


def open_owed_month(page: Page) -> Month:
    """Open the report of the silent project that has been owed the longest, from the desk."""
    link = page.locator("main a", has_text=re.compile("例河.*月")).first
    project, _, name = link.inner_text().partition("·")
    link.click()
    return Month(project.strip(), name.strip())


def fill(page: Page, month: Month, spent: str) -> None:
    page.get_by_label(re.compile("^工程形象进度")).fill("52")
    page.get_by_label(re.compile("^累计到位资金")).fill("900万元")
    page.get_by_label(re.compile("^累计拨付资金")).fill("520")
    page.get_by_label(re.compile("^累计支出资金")).fill(spent)
    page.get_by_label(re.compile("^本月做了什么")).fill(month.words)


def test_a_report_needs_two_people_and_shows_its_correction(open_page: Opener, site: Site, tmp_path: Path) -> None:
    writer = sign_in(open_page, site, WRITER)
    month = open_owed_month(writer)
    fill(writer, month, "十块钱")
    send = writer.get_by_role("button", name="保存并提交审核")
    send.click()
    expect(writer.locator(".field-error").first).to_contain_text("请填金额")
    expect(writer.get_by_label(re.compile("^本月做了什么"))).to_have_value(month.words)
    writer.get_by_label(re.compile("^累计支出资金")).fill("450")
    writer.locator("#drop-files").set_input_files(picture(tmp_path))
    writer.locator(".photo-card").get_by_label("照片里看得到什么").fill("新砌的护岸，水面清了")
    writer.get_by_role("button", name="放进月报").click()
    expect(writer.locator(".photo-card")).to_contain_text("已放进月报")
    send.click()
    expect(writer.locator("main")).to_contain_text("照片摄于 2020年1月20日")
    for box in writer.get_by_label("公开说明").all():
        box.fill("相机的日期没有调准，照片是本月拍的。")
    send.click()
    expect(writer.locator("main")).to_contain_text(re.compile("待审核|等.*审核"))
    assert writer.request.get("/admin/publishing/").status == 403

    publisher = sign_in(open_page, site, PUBLISHER)
    sign(publisher, month)

    reader = open_page()
    reader.goto("/search/")
    reader.locator("#search-page-q").fill(f"{month.name}完成第三标段护岸")
    reader.locator("main").get_by_role("button", name="搜索").click()
    reader.locator(".hits a").first.click()
    expect(reader.locator("h1")).to_contain_text(month.project)
    for words in (month.words, "相机的日期没有调准"):
        expect(reader.locator("main")).to_contain_text(words)
    address = reader.locator("img[alt*='新砌的护岸']").first.get_attribute("src")
    assert address is not None
    data = reader.request.get(address).body()
    assert data[:4] == b"RIFF"
    assert b"SECRET-CAMERA" not in data

    correct(writer, publisher, month)
    reader.reload()
    expect(reader.locator("main")).to_contain_text("漏记一笔护栏款")


def correct(writer: Page, publisher: Page, month: Month) -> None:
    """Correct the published month with a public reason; the other person signs again."""
    writer.goto(f"/admin/reports/?q={month.project}")
    block = writer.locator("main").get_by_text(month.project, exact=True).locator("xpath=ancestor::*[.//a][1]")
    block.locator("a", has_text=re.sub(r"^\d+年", "", month.name)).last.click()
    writer.get_by_text("更正这个月").click()
    writer.get_by_role("button", name="开出更正稿").click()
    expect(writer.locator(".field-error")).to_contain_text("请写明为什么更正")
    writer.get_by_label(re.compile("^为什么更正")).fill("漏记一笔护栏款")
    writer.get_by_role("button", name="开出更正稿").click()
    writer.get_by_label(re.compile("^累计支出资金")).fill("455")
    writer.get_by_role("button", name="保存并提交审核").click()
    for box in writer.get_by_label("公开说明").all():
        box.fill("相机的日期没有调准，照片是本月拍的。")
    if writer.get_by_label("公开说明").count():
        writer.get_by_role("button", name="保存并提交审核").click()
    sign(publisher, month)


def sign(publisher: Page, month: Month) -> None:
    """Publish the report that waits for a second signature."""
    publisher.goto("/admin/publishing/")
    publisher.locator("main a", has_text=month.link).first.click()
    expect(publisher.locator("main")).to_contain_text("第三标段护岸")
    publisher.get_by_role("button", name="公示", exact=True).click()
    expect(publisher.locator("body")).to_contain_text("已公示")


@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_a_suggestion_is_reviewed_answered_and_rated(open_page: Opener, site: Site, size: str) -> None:
    words = f"我是示城镇的居民（{size}），三号楼电梯井口没有围挡，电话13800138000，孩子路过很危险。"
    citizen = open_page()
    code, number = send(citizen, "投诉", words)

    reviewer = sign_in(open_page, site, REVIEWER)
    reviewer.goto("/admin/suggestions/")
    reviewer.locator("main a", has_text=number).first.click()
    draft = reviewer.get_by_label(re.compile("^公开的内容"))
    expect(draft).to_have_value(re.compile("围挡"))
    expect(draft).not_to_have_value(re.compile("13800138000"))
    reviewer.get_by_label(re.compile("^公开的标题")).fill(f"电梯井口没有围挡（{size}）")
    reviewer.get_by_role("radio", name=re.compile("^公开")).check()
    reviewer.get_by_role("button", name="保存审核结果").click()
    reviewer.get_by_label(re.compile("^承办单位")).select_option(label="示例县住房和城乡建设局")
    reviewer.get_by_role("button", name="受理并交办").click()

    handler = sign_in(open_page, site, HANDLER)
    handler.goto("/admin/suggestions/")
    handler.locator("main a", has_text=re.compile(f"{number}|电梯井口没有围挡（{size}）")).first.click()
    handler.get_by_label(re.compile("^答复")).fill("已于当天下午装好围挡，并安排专人每天检查。")
    handler.get_by_role("button", name="发出答复").click()
    expect(handler.locator("body")).to_contain_text("已答复")

    citizen.goto(f"/suggestions/follow/{code}")
    expect(citizen.locator("main")).to_contain_text("已于当天下午装好围挡")
    citizen.get_by_label("满意", exact=True).check()
    citizen.get_by_role("button", name="提交评价").click()
    expect(citizen.locator("main")).to_contain_text("您的评价")

    reader = open_page()
    reader.goto("/suggestions/")
    reader.locator("main a", has_text=f"电梯井口没有围挡（{size}）").first.click()
    expect(reader.locator("main")).to_contain_text("已于当天下午装好围挡")
    expect(reader.locator("main")).not_to_contain_text("13800138000")


def test_only_closed_surveys_are_exported(open_page: Opener, site: Site) -> None:
    assessor = sign_in(open_page, site, ASSESSOR)
    assessor.goto("/admin/surveys/")
    links = assessor.locator("main a[href^='/admin/surveys/']")
    addresses = list(dict.fromkeys(links.evaluate_all("links => links.map(link => link.getAttribute('href'))")))
    seen = {"sealed": 0, "exported": 0}
    for address in addresses:
        assessor.goto(address)
        link = assessor.get_by_role("link", name="导出答卷")
        if link.count() == 0:
            expect(assessor.locator("main")).to_contain_text("封存")
            seen["sealed"] += 1
            continue
        link.click()
        with assessor.expect_download() as download:
            assessor.locator("button[name=kind][value=csv]").click()
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) > 500
        assert len({row["export_number"] for row in rows}) == 1
        assert not {"name", "phone", "address", "time", "ticket"} & set(rows[0])
        assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
        seen["exported"] += 1
    assert seen["sealed"] >= 1
    assert seen["exported"] >= 1


def test_the_journal_is_whole_after_all_of_this(site: Site) -> None:
    head = site.run("journal", "head").strip()
    assert site.run("journal", "verify", "--head", head).startswith("OK")
