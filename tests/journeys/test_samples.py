"""A sample from the frame to the answers: drawn, called, asked by letter, and answered with a code."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_accessibility import problems
from tests.journeys.test_staff import sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Opener = Callable[..., Page]


def open_survey(page: Page) -> None:
    page.goto("/admin/surveys/")
    page.locator(".work-list li", has_text="进行中").first.get_by_role("link").click()


def frame(rows: list[str], name: str) -> FilePayload:
    text = "\r\n".join(["电话,地方,层", *rows])
    return {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"))


def answer_everything(page: Page) -> None:
    """Choose the second option of every question that has any, all on one page."""
    for group in page.locator("fieldset:has(> .choice), fieldset.matrix-row").all():
        if group.is_visible():
            group.locator("input").nth(1).check()


def test_from_the_frame_to_letters_and_a_code(open_page: Opener, site: Site, size: str) -> None:
    chief = sign_in(open_page, site, "diaocha")
    name, area = {"phone": ("河东名册", "1001"), "desk": ("河西名册", "1002")}[size]
    open_survey(chief)
    chief.get_by_role("link", name="名册和抽样").click()
    chief.get_by_role("link", name="导入名册").click()
    chief.get_by_label("名册叫什么").fill(name)
    chief.get_by_label("电话抽样").check()
    chief.get_by_label("名册文件").set_input_files(frame(["12,示例县,城镇", f"{area}0000001,远方,城镇"], name))
    chief.get_by_role("button", name="看预览").click()
    expect(chief.locator("main")).to_contain_text("A2（电话）：不是完整的电话号码")
    expect(chief.locator("main")).to_contain_text("B3（地方）：没有这个地方")
    chief.get_by_label("名册文件").set_input_files(frame([f"{area}{one:07d},示例县,城镇" for one in range(12)], name))
    chief.get_by_role("button", name="看预览").click()
    expect(chief.locator("main")).not_to_contain_text(f"{area}0000001")
    chief.get_by_role("button", name="确认名册").click()
    chief.locator("input[name^='size-']").fill("4")
    chief.get_by_role("button", name="现在抽样").click()
    expect(chief.locator(".flashes")).to_contain_text("已抽样")
    assert fits(chief)
    assert problems(chief, chief.url) == []
    chief.get_by_role("button", name="做码、打印信").click()
    codes = chief.locator(".letter-code").all_inner_texts()
    assert len(codes) == len(set(codes)) == 4

    resident = open_page()
    resident.goto(str(chief.locator(".letter-address").first.inner_text()))
    resident.get_by_label("答题码").fill(codes[0][:-1] + ("2" if codes[0][-1] != "2" else "3"))
    resident.get_by_role("button", name="开始回答").click()
    expect(resident.locator("main")).to_contain_text("有一处不对")
    resident.get_by_label("答题码").fill(codes[0].lower().replace("-", " "))
    resident.get_by_role("button", name="开始回答").click()
    if size == "phone":
        resident.get_by_role("button", name="全部题目放在一页").click()
    answer_everything(resident)
    resident.get_by_role("button", name="提交答卷").click()
    expect(resident.get_by_role("heading", name="谢谢您的回答")).to_be_visible()
    resident.goto(str(chief.locator(".letter-address").first.inner_text()))
    resident.get_by_label("答题码").fill(codes[0])
    resident.get_by_role("button", name="开始回答").click()
    expect(resident.locator("main")).to_contain_text("已经用过了")


def test_an_interviewer_calls_with_one_number_at_a_time(open_page: Opener, site: Site, size: str) -> None:
    caller = sign_in(open_page, site, {"phone": "dianhua", "desk": "fanghua"}[size])
    caller.goto("/admin/surveys/calls/")
    caller.locator(".work-list a").first.click()
    home = caller.url
    caller.get_by_role("button", name="取下一个号码").click()
    first = caller.locator(".sheet-number").inner_text()
    assert re.fullmatch(r"10\d{9}", first)
    assert fits(caller)
    assert problems(caller, caller.url) == []
    caller.goto(home)
    caller.get_by_role("link", name="回到这个号码").click()
    expect(caller.locator(".sheet-number")).to_have_text(first)
    caller.get_by_role("button", name="没人接").click()
    expect(caller.locator(".flashes")).to_contain_text("已记下这次电话的结果")
    caller.get_by_role("button", name="取下一个号码").click()
    expect(caller.locator(".sheet-number")).not_to_have_text(first)
    caller.get_by_role("button", name="答完了，存下").click()
    expect(caller.locator(".error-summary")).to_contain_text("请回答这一题")
    answer_everything(caller)
    caller.get_by_role("button", name="答完了，存下").click()
    expect(caller.locator(".flashes")).to_contain_text("答卷已存")
