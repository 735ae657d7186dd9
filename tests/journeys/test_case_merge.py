"""Two neighbours write about one thing: merged, both follow by their own codes and judge; then a split, a transfer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.sending import send
from tests.journeys.test_case_dispute import AGENCY, HANDLER, REVIEWER, open_case
from tests.journeys.test_staff import sign_in

# One size: staff do this at a desk, and both sizes would take minutes.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", ["desk"], indirect=True)]
Opener = Callable[..., Page]
FIRST = {"phone": "三里桥头的护栏断了一截，车开过来很怕人。", "desk": "柳林村的机井抽不上水，麦子快旱死了。"}
SECOND = {"phone": "桥边栏杆掉进河里了，三里桥走路危险。", "desk": "浇地的井坏了十来天没人管，柳林村急用水。"}
TWO_THINGS = {
    "phone": "菜市场厕所没有水；还有市场门口停车把路堵死了。",
    "desk": "文化站晚上不开门；还有健身器材锈得不能用。",
}
SPLIT_OFF = {"phone": "市场门口停车把路堵死了。", "desk": "健身器材锈得不能用。"}
OTHER_AGENCY = "示例县交通运输局"


def judge(sender: Page, code: str, rating: str) -> None:
    """Follow one's own code and judge the answer."""
    sender.goto(f"/suggestions/follow/{code}")
    expect(sender.locator("main")).to_contain_text("已经修好，请去看看")
    sender.get_by_label(rating, exact=True).check()
    sender.get_by_role("button", name="提交评价").click()
    expect(sender.locator("main")).to_contain_text("您的评价")
    expect(sender.get_by_role("button", name="提交评价")).to_have_count(0)


def test_two_senders_of_one_thing_both_see_the_answer_and_judge_it(open_page: Opener, site: Site, size: str) -> None:
    one, other = open_page(), open_page(java_script_enabled=False)
    first_code, first = send(one, "投诉", FIRST[size])
    second_code, second = send(other, "投诉", SECOND[size])
    assert first_code != second_code

    reviewer = sign_in(open_page, site, REVIEWER)
    open_case(reviewer, second)
    reviewer.get_by_role("link", name="合并到先来的同一件").click()
    reviewer.get_by_label(re.compile("先来的那一件的编号")).fill(second)
    reviewer.get_by_role("button", name="找出那一件").click()
    expect(reviewer.locator(".field-error").first).to_be_visible()
    reviewer.get_by_label(re.compile("先来的那一件的编号")).fill(first)
    reviewer.get_by_role("button", name="找出那一件").click()
    expect(reviewer.locator("main")).to_contain_text(FIRST[size])
    reviewer.get_by_role("button", name="确认合并").click()
    expect(reviewer.locator("main")).to_contain_text(first)
    open_case(reviewer, first)
    reviewer.get_by_label(re.compile("^承办单位")).select_option(label=AGENCY)
    reviewer.get_by_role("button", name="受理并交办").click()

    handler = sign_in(open_page, site, HANDLER)
    open_case(handler, first)
    handler.get_by_label(re.compile("^答复")).fill("已经修好，请去看看。")
    handler.get_by_role("button", name="发出答复").click()
    expect(handler.locator("body")).to_contain_text("已答复，等来件人评价")

    judge(other, second_code, "不满意")
    judge(one, first_code, "满意")
    open_case(reviewer, second)
    expect(reviewer.locator("main")).to_contain_text("不满意")


def test_a_letter_of_two_things_is_split_and_one_part_moves_on(open_page: Opener, site: Site, size: str) -> None:
    sender = open_page()
    code, number = send(sender, "投诉", TWO_THINGS[size])
    reviewer = sign_in(open_page, site, REVIEWER)
    open_case(reviewer, number)
    due = reviewer.locator("dl").inner_text()
    reviewer.get_by_role("link", name="拆成两件").click()
    reviewer.get_by_label(re.compile("^拆出来的内容")).fill(SPLIT_OFF[size])
    reviewer.get_by_role("button", name="拆出新的一件").click()
    reviewer.wait_for_url(re.compile(r"/admin/suggestions/\d+$"))
    open_case(reviewer, number)
    reviewer.get_by_label(re.compile("^承办单位")).select_option(label=AGENCY)
    reviewer.get_by_role("button", name="受理并交办").click()
    reviewer.get_by_label(re.compile("^承办单位")).select_option(label=OTHER_AGENCY)
    reviewer.get_by_role("button", name="转办").click()
    expect(reviewer.locator("body")).to_contain_text("答复期限不变")
    deadline = re.search(r"答复期限\s+(\S+)", due)
    assert deadline is not None
    assert deadline[1] in reviewer.locator("dl").inner_text()

    sender.goto(f"/suggestions/follow/{code}")
    expect(sender.locator("main")).to_contain_text("拆开办理")
    expect(sender.locator("main")).to_contain_text(OTHER_AGENCY)
    sender.locator("main a", has_text=re.compile(r"第 \d{4}-\d{5} 号")).first.click()
    expect(sender.locator("blockquote")).to_contain_text(SPLIT_OFF[size])
