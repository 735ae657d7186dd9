import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask

from pages import formats

YI, WAN = formats.HUNDRED_MILLION, formats.TEN_THOUSAND
SPACE = "\N{NO-BREAK SPACE}"


def shown(app: Flask, lang: str, function: object, *args: object, **kwargs: object) -> str:
    with app.test_request_context("/", query_string={"lang": lang}):
        assert callable(function)
        return str(function(*args, **kwargs)).replace(SPACE, " ")


@pytest.mark.parametrize(
    ("fen", "hans", "hant", "english"),
    [
        (None, "—", "—", "—"),
        (0, "0元", "0元", "CNY 0"),
        (1, "0.01元", "0.01元", "CNY 0.01"),
        (123_456, "1,234.56元", "1,234.56元", "CNY 1,234.56"),
        (999_999, "9,999.99元", "9,999.99元", "CNY 9,999.99"),
        (1_000_000, "1万元", "1萬元", "CNY 10,000"),
        (1286 * WAN, "1,286万元", "1,286萬元", "CNY 12.86 million"),
        (12_345_678_90, "1,234.57万元", "1,234.57萬元", "CNY 12.35 million"),
        (15_730_000_000_00, "157.3亿元", "157.3億元", "CNY 15.73 billion"),
        (-350 * WAN, "−350万元", "−350萬元", "CNY −3.5 million"),
    ],
)
def test_money_in_each_language(app: Flask, fen: int | None, hans: str, hant: str, english: str) -> None:
    assert shown(app, "zh-Hans", formats.money, fen) == hans
    assert shown(app, "zh-Hant", formats.money, fen) == hant
    assert shown(app, "en", formats.money, fen) == english


@pytest.mark.parametrize(
    ("printed", "precision"),
    [
        ("157.3亿", YI // 10),
        ("157亿元", YI),
        ("1,200.50万元", WAN // 100),
        ("350元", 100),
        ("0.5元", 10),
        ("约3亿", YI),
        ("很多", None),
    ],
)
def test_the_precision_of_a_printed_amount(printed: str, precision: int | None) -> None:
    assert formats.printed_precision(printed) == precision


def test_a_rounded_figure_is_never_shown_more_exact(app: Flask) -> None:
    fen = 157 * YI
    assert shown(app, "zh-Hant", formats.money, fen, YI) == "157億元"
    assert shown(app, "en", formats.money, fen, YI) == "CNY 15.7 billion"
    assert shown(app, "en", formats.money, fen, YI // 10) == "CNY 15.70 billion"
    assert shown(app, "zh-Hans", formats.money, fen, printed="157.0亿") == "157.0亿元"
    assert shown(app, "en", formats.money, fen, printed="157.0亿") == "CNY 15.70 billion"


def test_exact_money_keeps_every_fen(app: Flask) -> None:
    assert shown(app, "zh-Hans", formats.money_exact, 12_345_678_90) == "12,345,678.90元"
    assert shown(app, "en", formats.money_exact, -100) == "CNY −1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0, "0%"),
        (Decimal("41.666"), "41.7%"),
        (100, "100%"),
        (Decimal("103.57"), "103.6%"),
        (166, "166%"),
        (-3.25, "−3.3%"),
    ],
)
def test_percentages_are_rounded_half_up_and_never_capped(app: Flask, value: Decimal | None, text: str) -> None:
    assert shown(app, "zh-Hans", formats.percent, value) == text


def test_ratio_and_points(app: Flask) -> None:
    assert shown(app, "zh-Hans", formats.ratio, Decimal("0.4166")) == "41.7%"
    assert shown(app, "zh-Hans", formats.points, Decimal("5.93")) == "+5.9 个百分点"
    assert shown(app, "zh-Hans", formats.points, -20) == "−20 个百分点"
    assert shown(app, "zh-Hans", formats.points, Decimal(0)) == "0 个百分点"


def test_numbers_keep_the_digits_they_have(app: Flask) -> None:
    assert shown(app, "zh-Hans", formats.number, Decimal(1286000)) == "1,286,000"
    assert shown(app, "zh-Hans", formats.number, Decimal("22.50")) == "22.5"
    assert shown(app, "zh-Hans", formats.number, Decimal("1E+3")) == "1,000"
    assert shown(app, "zh-Hans", formats.quantity, Decimal("22.5"), "公里") == "22.5 公里"
    assert shown(app, "zh-Hant", formats.quantity, 3, "个") == "3 個"


@pytest.mark.parametrize(
    ("lang", "day", "month", "period"),
    [
        ("zh-Hans", "2025年5月8日", "2025年5月", "2025年5月8日至2025年6月1日"),
        ("zh-Hant", "2025年5月8日", "2025年5月", "2025年5月8日至2025年6月1日"),
        ("en", "8 May 2025", "May 2025", "8 May 2025 – 1 June 2025"),
    ],
)
def test_dates(app: Flask, lang: str, day: str, month: str, period: str) -> None:
    first, last = dt.date(2025, 5, 8), dt.date(2025, 6, 1)
    assert shown(app, lang, formats.date, first) == day
    assert shown(app, lang, formats.month, "2025-05") == month
    assert shown(app, lang, formats.month, first) == month
    assert shown(app, lang, formats.date_range, first, last) == period


def test_a_moment_is_shown_as_the_day_it_was_in_china(app: Flask) -> None:
    late = dt.datetime(2025, 5, 7, 18, 30, tzinfo=dt.UTC)
    assert shown(app, "zh-Hans", formats.date, late) == "2025年5月8日"
    assert shown(app, "zh-Hans", formats.time, late) == "2025年5月8日 02:30"


def test_a_month_that_is_none_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="month"):
        shown(app, "zh-Hans", formats.month, "2025-13")


@pytest.mark.parametrize(("days", "text"), [(3, "还有 3 天"), (0, "今天到期"), (-2, "已超期 2 天")])
def test_deadlines(app: Flask, days: int, text: str) -> None:
    today = dt.date(2025, 5, 8)
    assert shown(app, "zh-Hans", formats.due_in, today + dt.timedelta(days), today) == text


@pytest.mark.parametrize(("size", "text"), [(999, "999 B"), (350_400, "350 kB"), (1_250_000, "1.2 MB")])
def test_file_sizes(app: Flask, size: int, text: str) -> None:
    assert shown(app, "zh-Hans", formats.file_size, size) == text
