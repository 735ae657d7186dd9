"""Asking residents, and a monitor's report, from the first page to the published one, in Chinese."""

import datetime as dt
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_staff import PUBLISHER, picture, sign_in

# One size each: both would take a minute. What residents do is done on a phone.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["phone"], indirect=True)]
Opener = Callable[..., Page]
IDEAS = ("学校门口那条路没有路灯，晚自习放学看不见。", "学校门口晚上太黑，路灯装几盏就好。")


def open_round(staff: Page, name: str) -> None:
    """Write a round and announce it."""
    today = dt.datetime.now(dt.UTC).date()
    staff.goto("/admin/calls/new")
    staff.get_by_role("textbox", name="标题").fill(f"{name}征集")
    staff.get_by_role("textbox", name="说明").fill("请说说最该办的事，每条都有结果。")
    staff.get_by_label("面向哪个地方").select_option(label="示例县")
    staff.get_by_label("开始日期").fill(str(today - dt.timedelta(days=3)))
    staff.get_by_label("截止日期").fill(str(today + dt.timedelta(days=9)))
    staff.get_by_label("网址名").fill(name)
    staff.get_by_role("button", name="保存草稿").click()
    staff.get_by_role("button", name="公布", exact=True).click()
    expect(staff.locator("main")).to_contain_text("正在征集")


def send_idea(resident: Page, name: str, words: str) -> str:
    """Send an idea the way a resident does; return the address of its receipt."""
    resident.goto("/calls/")
    resident.get_by_role("link", name=f"{name}征集").click()
    resident.get_by_role("link", name="提一条建议").click()
    resident.get_by_label("您的建议").fill(words)
    resident.get_by_label(re.compile("同意把内容")).check()
    resident.get_by_role("button", name="提交").click()
    expect(resident.locator("h1")).to_contain_text("收到了")
    return resident.url


def let_time_pass(site: Site, name: str) -> None:
    """Move the end of a round into the past: a browser cannot wait ten days."""
    past = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    with closing(sqlite3.connect(database_of(site.data), timeout=30)) as connection, connection:
        connection.execute("UPDATE call SET closes_at = ? WHERE slug = ?", (past, name))


def database_of(folder: Path) -> Path:
    """Return the one database in the folder of an installation."""
    (file,) = [path for path in folder.iterdir() if path.suffix in {".sqlite", ".db", ".sqlite3"}]
    return file


def test_ideas_are_sent_grouped_and_answered(open_page: Opener, site: Site, size: str) -> None:
    name = f"round-{size}"
    staff = sign_in(open_page, site, PUBLISHER)
    open_round(staff, name)
    resident = open_page()
    receipts = [send_idea(resident, name, words) for words in IDEAS]

    staff.goto(f"/admin/calls/{name}")
    staff.get_by_role("link", name=re.compile(IDEAS[0][:10])).first.click()
    for words in IDEAS:
        staff.get_by_label("公开", exact=True).check()
        expect(staff.get_by_label("公开的内容")).to_have_value(words)
        staff.get_by_role("button", name="保存审核结果").click()
    expect(staff).to_have_url(re.compile(rf"/admin/calls/{name}$"))
    staff.get_by_role("link", name="找相近的").first.click()
    expect(staff.locator("input[name=ideas]:checked")).to_have_count(2)
    staff.get_by_label("新的一组叫什么").fill("学校门口装路灯")
    staff.get_by_role("button", name="放进这一组").click()

    staff.get_by_role("link", name="写结果").click()
    staff.get_by_label("采纳", exact=True).check()
    staff.get_by_label("理由").fill("列入明年清单，先装学校门口八百米。")
    staff.get_by_role("button", name="公布这一组的结果").click()
    expect(staff.locator(".error-summary")).to_contain_text("选出变成了哪个项目")
    staff.get_by_label("变成了哪个项目").select_option(index=1)
    staff.get_by_role("button", name="公布这一组的结果").click()
    expect(staff.get_by_role("heading", name="公布总的结果")).to_have_count(0)
    let_time_pass(site, name)
    staff.goto(f"/admin/calls/{name}")
    staff.get_by_label("总的结果").fill("收到两条，归成一组，采纳。")
    staff.get_by_role("button", name="公布结果").click()

    resident.goto(receipts[0])
    expect(resident.locator("main")).to_contain_text("先装学校门口八百米")
    resident.goto(f"/calls/{name}")
    expect(resident.locator("main")).to_contain_text("收到两条，归成一组，采纳。")


def test_a_monitors_report_goes_from_link_to_project_page(
    open_page: Opener, site: Site, size: str, tmp_path: Path
) -> None:
    badge = f"监督员{'88' if size == 'desk' else '89'}号"
    staff = sign_in(open_page, site, PUBLISHER)
    staff.goto("/admin/monitors/new")
    projects = staff.get_by_label("监督哪个项目")
    projects.select_option(index=1)
    slug = projects.input_value()
    staff.get_by_label("监督员编号").fill(badge)
    staff.get_by_role("button", name="聘请并生成链接").click()
    link = staff.locator(".secret .code").inner_text()

    monitor = open_page(java_script_enabled=False)
    monitor.goto(re.sub(r"^https?://[^/]+", "", link))
    expect(monitor.locator("main")).to_contain_text(badge)
    words = f"{badge}去看了，围挡收好了，夜里有灯。"
    monitor.get_by_label("看到了什么").fill(words)
    monitor.get_by_label("照片").set_input_files(picture(tmp_path))
    monitor.get_by_role("button", name="提交").click()
    expect(monitor.locator("main")).to_contain_text("收到了，谢谢您")
    monitor.goto(f"/projects/{slug}")
    expect(monitor.locator("main")).not_to_contain_text(words)

    staff.goto("/admin/monitors/")
    staff.get_by_role("link", name=re.compile(badge)).first.click()
    staff.get_by_label("第 1 张看得到什么").fill(f"收好的围挡和一盏灯，{badge}")
    staff.get_by_role("button", name="登出", exact=True).click()
    monitor.goto(f"/projects/{slug}")
    expect(monitor.locator("#monitors")).to_contain_text(words)
    expect(monitor.locator(f'#monitors img[alt="收好的围挡和一盏灯，{badge}"]')).to_have_count(1)
