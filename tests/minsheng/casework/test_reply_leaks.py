"""A reply that gives its sender away is noticed in whatever writing, with its place."""

import pytest

from minsheng.casework import reply_leaks
from minsheng.casework.personal_numbers import PersonalKind

LETTER = "村民张建国反映：路灯坏了。电话13812345678，身份证342401199003077615，车牌皖N12345。"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("已拨打138 1234 5678联系。", PersonalKind.MOBILE),
        ("已拨打一三八一二三四五六七八联系。", PersonalKind.MOBILE),
        ("已拨打138(1234)5678联系。", PersonalKind.MOBILE),
        ("您（342401-19900307-7615）的情况已核实。", PersonalKind.ID_NUMBER),
        ("车辆皖N·12345已登记。", PersonalKind.PLATE),
        ("已把处理结果告诉张建国。", PersonalKind.NAME),
    ],
)
def test_the_senders_own_are_found_in_any_writing(reply: str, kind: PersonalKind) -> None:
    leaks = reply_leaks.find(reply, LETTER)

    assert [(leak.kind, leak.is_senders, leak.line) for leak in leaks] == [(kind, True, 1)]
    assert leaks[0].passage in reply


def test_the_contact_counts_as_the_senders() -> None:
    (leak,) = reply_leaks.find("已发邮件到 ming@example.cn。", "路灯坏了", "13900139000\nming@example.cn")
    assert (leak.kind, leak.is_senders) == (PersonalKind.EMAIL, True)


def test_others_are_found_too_but_are_not_the_senders() -> None:
    (leak,) = reply_leaks.find("请找经办人李志强。", LETTER)
    assert (leak.passage, leak.is_senders) == ("李志强", False)


def test_each_leak_says_its_line_and_the_words_around() -> None:
    reply = "您好：\n路灯已修好。\n已告诉张建国，请放心。"
    (leak,) = reply_leaks.find(reply, LETTER)
    assert (leak.line, leak.around) == (3, "已告诉张建国，请放心。")


@pytest.mark.parametrize(
    "reply", ["路灯三天内修好，共3盏，费用1380元。", "", "详询12345热线。", "2026年5月8日前完成。"]
)
def test_a_clean_reply_passes(reply: str) -> None:
    assert reply_leaks.find(reply, LETTER, "13812345678") == ()
