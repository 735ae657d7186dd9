"""The meter: fast and slow floods are load, calm letters are not, and near copies are told from neighbours' letters."""

import datetime as dt

import pytest

from minsheng.casework import proof_of_work
from minsheng.casework.near_copies import fingerprint, marks
from minsheng.casework.submission_meter import (
    CALM_PER_DAY,
    CALM_PER_HOUR,
    CALM_PER_MINUTE,
    LOAD_LASTS,
    MOST_ALIKE,
    MOST_ALIKE_LONG,
    MOST_FROM_ONE_NETWORK,
    MOST_FROM_ONE_NETWORK_LONG,
    Reading,
    SubmissionMeter,
)

START = dt.datetime(2026, 6, 10, 1, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def flood(meter: SubmissionMeter, letters: int, apart: dt.timedelta, start: dt.datetime = START) -> list[Reading]:
    """Send letters of other words from other networks each."""
    return [meter.note(start + number * apart, f"n{number}", [f"w{number}"]) for number in range(letters)]


def test_a_lively_hour_is_calm() -> None:
    meter = SubmissionMeter()
    assert not any(one.is_high for one in flood(meter, CALM_PER_HOUR - 1, 13 * SECOND))
    assert meter.doublings(START) == 0


def test_a_fast_flood_is_load_until_some_minutes_after_it() -> None:
    meter = SubmissionMeter()
    readings = flood(meter, CALM_PER_MINUTE + 5, SECOND)
    assert [one.is_high for one in readings] == [False] * CALM_PER_MINUTE + [True] * 5
    last = START + (CALM_PER_MINUTE + 4) * SECOND
    assert meter.is_high(last + LOAD_LASTS - SECOND)
    assert not meter.is_high(last + LOAD_LASTS)


@pytest.mark.parametrize(
    ("apart", "calm"), [(dt.timedelta(seconds=6), CALM_PER_HOUR), (dt.timedelta(seconds=40), CALM_PER_DAY)]
)
def test_a_slow_flood_is_load_within_an_hour_or_a_day(apart: dt.timedelta, calm: int) -> None:
    readings = flood(SubmissionMeter(), calm + 40, apart)
    assert not any(one.is_high for one in readings[:calm])
    assert all(one.is_high for one in readings[calm:])


def test_a_day_later_all_is_calm_again() -> None:
    meter = SubmissionMeter()
    flood(meter, CALM_PER_DAY + 1, 40 * SECOND)
    assert not meter.note(START + dt.timedelta(days=2), "n", ["w"]).is_high


def test_more_load_asks_for_more_work_with_an_end() -> None:
    meter = SubmissionMeter()
    asked = []
    for number in range(CALM_PER_MINUTE * 40):
        at = START + number * SECOND / 100
        meter.note(at, f"n{number}", [f"w{number}"])
        asked.append(proof_of_work.bits_under(meter.doublings(at)))
    assert asked == sorted(asked)
    assert asked[CALM_PER_MINUTE] == proof_of_work.BITS
    assert asked[CALM_PER_MINUTE * 2] == proof_of_work.BITS + 1
    assert asked[CALM_PER_MINUTE * 4] == proof_of_work.BITS + 2
    assert asked[-1] == proof_of_work.MOST_BITS
    assert meter.doublings(START + dt.timedelta(hours=3)) == 0


def test_one_network_is_marked_fast_or_slow() -> None:
    meter = SubmissionMeter()
    fast = [meter.note(START, "same", [f"w{number}"]) for number in range(MOST_FROM_ONE_NETWORK + 1)]
    assert [one.is_one_network for one in fast] == [False] * MOST_FROM_ONE_NETWORK + [True]
    meter, apart = SubmissionMeter(), dt.timedelta(minutes=2)
    slow = [meter.note(START + n * apart, "same", [f"w{n}"]) for n in range(MOST_FROM_ONE_NETWORK_LONG + 1)]
    assert [one.is_one_network for one in slow] == [False] * MOST_FROM_ONE_NETWORK_LONG + [True]


def test_near_copies_are_marked_fast_or_slow_and_share_a_mark() -> None:
    words = "第{}封：本人强烈要求尽快处理某某小区的问题，请有关部门给一个满意的说法，谢谢。"
    meter = SubmissionMeter()
    fast = [meter.note(START, f"n{n}", marks(words.format(n * 37))) for n in range(MOST_ALIKE + 3)]
    assert [one.is_many_alike for one in fast] == [False] * MOST_ALIKE + [True] * 3
    assert len({one.alike_as for one in fast[MOST_ALIKE:]}) == 1
    meter, apart = SubmissionMeter(), dt.timedelta(minutes=15)
    slow = [meter.note(START + n * apart, f"n{n}", marks(words.format(n))) for n in range(MOST_ALIKE_LONG + 1)]
    assert [one.is_many_alike for one in slow] == [False] * MOST_ALIKE_LONG + [True]


def test_changed_words_share_a_mark_and_two_peoples_letters_do_not() -> None:
    spam = "加微信领红包，今天最后一天，名额有限，先到先得，快来找客服小美报名，满一百减五十。"
    changed = (spam.replace("小美", "小丽"), spam.replace("今天", "明天"), "注意！" + spam, spam + "８８８８")
    for other in changed:
        assert fingerprint(other) != fingerprint(spam)
        assert set(marks(other)) & set(marks(spam)), other
    neighbours = (
        "东街小学门口的斑马线看不清了，请重新画一下。",
        "东街小学门口每天堵车，孩子过马路很危险，希望派人疏导。",
        "小学门口没有斑马线，接送孩子的车又多，请交警来看看。",
        "请在东街小学旁边装一个红绿灯。",
    )
    for number, one in enumerate(neighbours):
        for other in neighbours[number + 1 :]:
            assert not set(marks(one)) & set(marks(other)), (one, other)


def test_signs_widths_and_spaces_make_no_other_letter() -> None:
    assert fingerprint("买买买！ＱＱ 123") == fingerprint("买 买、买 qq123。")
    assert marks("修路") == (fingerprint("修路"),)
    assert fingerprint("！！！") != fingerprint("？？？")
