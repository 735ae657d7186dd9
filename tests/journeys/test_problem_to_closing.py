"""From a suggestion to a problem, its evidence and its closing by someone else, and what the sender sees of it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.sending import send
from tests.journeys.test_staff import sign_in

# One size: both would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["phone"], indirect=True)]
Opener = Callable[..., Page]
REVIEWER, AGENCY, OVERSEER = "laixin", "shuili", "duban"
PROJECT, HOUSE = "例山乡供水主管改线", "示例县水利局"
NAMES = {"phone": ("渗水", "#2f6b52"), "desk": ("冒水", "#365f8a")}
"""What is wrong, and the colour of the picture of its cure, by the size of the browser: both share one site."""


def figure(page: Page, label: str) -> int:
    """Return a number of the desk."""
    stat = page.locator(".stat", has=page.get_by_role("link", name=label, exact=True))
    return int(stat.locator(".stat-number").inner_text())


def proof(folder: Path, colour: str) -> Path:
    """A picture of the cure."""
    path = folder / "cure.jpg"
    Image.new("RGB", (1200, 800), colour).save(path)
    return path


def make_problem_of(reviewer: Page, number: str, name: str) -> None:
    """Publish and accept the letter, tie it to its project, and write it down as a problem for another to open."""
    reviewer.goto("/admin/suggestions/")
    reviewer.locator("main a", has_text=number).first.click()
    reviewer.get_by_label(re.compile("^公开的标题")).fill(f"井盖边上{name}")
    reviewer.get_by_role("radio", name=re.compile("^公开")).check()
    reviewer.get_by_role("button", name="保存审核结果").click()
    reviewer.get_by_label(re.compile("^承办单位")).select_option(label=HOUSE)
    reviewer.get_by_role("button", name="受理并交办").click()
    case = reviewer.url
    reviewer.get_by_role("link", name="关联到项目").first.click()
    label = reviewer.locator("select[name=project] option", has_text=PROJECT).first.inner_text()
    reviewer.get_by_label(re.compile("^项目")).select_option(label=label)
    reviewer.locator("main form").get_by_role("button", name=re.compile("关联")).click()
    reviewer.goto(case.split("#")[0].rstrip("/") + "/problem")
    reviewer.get_by_label(re.compile("^问题是什么")).fill(f"供水主管井盖边上{name}，路面泡软。")
    reviewer.get_by_label(re.compile("^责任单位")).select_option(label=HOUSE)
    reviewer.get_by_label(re.compile("^整改期限")).fill("2099-12-31")
    reviewer.get_by_role("button", name="登记并送审").click()
    expect(reviewer.locator("main")).to_contain_text("等另一位同事审核，还没有公开")


def open_problem(overseer: Page, name: str) -> None:
    """Read what another wrote, and open it to the public."""
    overseer.goto("/admin/problems/?state=draft")
    overseer.locator("main a", has_text=f"井盖边上{name}").first.click()
    overseer.get_by_role("button", name="同意并公开").click()


def bring_evidence(agency: Page, name: str, picture: Path) -> None:
    """Find the problem, try to close it without proof, bring a picture, and ask for the check."""
    agency.goto("/admin/problems/")
    agency.get_by_label("问题或项目含有").fill(name)
    agency.get_by_role("button", name="筛选").click()
    agency.locator("main a", has_text=f"井盖边上{name}").first.click()
    cure = agency.get_by_label(re.compile("^整改情况"))
    cure.fill(f"换了阀门，{name}止住，路面重新压实。")
    agency.get_by_role("button", name="申请销号").click()
    expect(agency.locator(".field-error").first).to_contain_text("先在上面传一张")
    expect(cure).to_have_value(re.compile("换了阀门"))
    agency.get_by_label(re.compile("^整改进展")).fill("阀门已到货，明天停水两小时更换。")
    agency.get_by_label(re.compile("^整改后的照片")).set_input_files(picture)
    agency.get_by_label(re.compile("^照片里看得到什么")).fill(f"换好的阀门，不再{name}")
    agency.get_by_role("button", name="保存进展").click()
    expect(agency.locator("main")).to_contain_text("还没有公开")
    agency.get_by_label(re.compile("^整改情况")).fill(f"换了阀门，{name}止住，路面重新压实。")
    agency.get_by_role("button", name="申请销号").click()
    expect(agency.locator("main")).to_contain_text("申请销号，等核查")
    expect(agency.get_by_role("button", name="核查通过，销号")).to_have_count(0)


def test_a_suggestion_becomes_a_problem_and_is_closed_by_someone_else(
    open_page: Opener, site: Site, size: str, tmp_path: Path
) -> None:
    name, colour = NAMES[size]
    citizen = open_page()
    code, number = send(citizen, "投诉", f"例山乡供水主管的井盖边上一直{name}，路面都泡软了，请来看看。")
    make_problem_of(sign_in(open_page, site, REVIEWER), number, name)

    citizen.goto(f"/suggestions/follow/{code}")
    expect(citizen.locator("#traces")).to_have_count(0)
    overseer = sign_in(open_page, site, OVERSEER)
    open_problem(overseer, name)
    citizen.reload()
    expect(citizen.locator("#traces")).to_contain_text("整改中")
    bring_evidence(sign_in(open_page, site, AGENCY), name, proof(tmp_path, colour))
    citizen.reload()
    expect(citizen.locator("#traces")).to_contain_text("已申请销号，等核查")
    expect(citizen.locator("main")).not_to_contain_text("换了阀门")

    overseer.goto("/admin/")
    before = figure(overseer, "等核查销号的问题")
    overseer.get_by_role("link", name="等核查销号的问题", exact=True).click()
    overseer.locator("main a", has_text=f"井盖边上{name}").first.click()
    expect(overseer.locator("main")).to_contain_text(f"来自第 {number} 号来件")
    overseer.get_by_role("button", name="核查通过，销号").click()
    expect(overseer.locator("body")).to_contain_text("已销号，整改情况和证据已公开")
    overseer.goto("/admin/")
    assert figure(overseer, "等核查销号的问题") == before - 1

    citizen.reload()
    expect(citizen.locator("#traces")).to_contain_text("已销号")
    expect(citizen.locator("#traces")).to_contain_text(f"换了阀门，{name}止住")
    expect(citizen.locator(f"#traces img[alt*='不再{name}']").first).to_be_visible()
    expect(citizen.locator("main")).to_contain_text("问题整改完成，销号")

    reader = open_page()
    reader.goto("/suggestions/")
    reader.locator("main a", has_text=f"井盖边上{name}").first.click()
    expect(reader.locator("main")).to_contain_text("换了阀门")
    reader.get_by_role("link", name="看整改").first.click()
    problems = reader.locator("#problems")
    expect(problems).to_contain_text(f"供水主管井盖边上{name}")
    expect(problems).to_contain_text(f"换了阀门，{name}止住")
    expect(problems.locator(f"img[alt*='不再{name}']").first).to_have_count(1)
