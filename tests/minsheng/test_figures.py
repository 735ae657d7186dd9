"""Printed figures: what they are worth and how exactly they were printed."""

import contextlib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng import figures
from minsheng.figures import Figure, FigureError, FigureKind, Qualifier, parse


@pytest.mark.parametrize(
    ("text", "value", "step", "unit"),
    [
        ("21.1亿", "2110000000", "10000000", ""),
        ("157.3亿元", "15730000000", "10000000", "元"),
        ("157.3億圓", "15730000000", "10000000", "元"),
        ("1,200万元", "12000000", "10000", "元"),
        ("１，２００万元", "12000000", "10000", "元"),
        ("9060万", "90600000", "10000", ""),
        ("3亿5000万元", "350000000", "10000", "元"),
        ("1.5万亿元", "1500000000000", "100000000000", "元"),
        ("5千万元", "50000000", "10000000", "元"),
        ("¥3,000.50", "3000.50", "0.01", "元"),
        ("人民币 24 万", "240000", "10000", "元"),
        ("300块钱", "300", "1", "元"),
        ("47.6%", "47.6", "0.1", "%"),
        ("４７．６％", "47.6", "0.1", "%"),
        ("71.0%", "71.0", "0.1", "%"),
        ("百分之47.6", "47.6", "0.1", "%"),
        ("5.9个百分点", "5.9", "0.1", "%"),
        ("5百分点", "5", "1", "%"),
        ("600分", "600", "1", "分"),
        ("-3.5%", "-3.5", "0.1", "%"),
        ("−3.5%", "-3.5", "0.1", "%"),
        ("22.5公里", "22.5", "0.1", "公里"),
        ("200万人次", "2000000", "10000", "人次"),
        ("7.23 万人", "72300", "100", "人"),
        ("30㎡", "30", "1", "m2"),
        ("0", "0", "1", ""),
    ],
)
def test_printed_figures(text: str, value: str, step: str, unit: str) -> None:
    figure = parse(text)
    assert (figure.value, figure.step, figure.unit) == (Decimal(value), Decimal(step), unit)
    assert figure.is_plain
    assert figure.text == text


@pytest.mark.parametrize(
    ("text", "qualifier", "value"),
    [
        ("约537万元", Qualifier.ABOUT, 5370000),
        ("200人左右", Qualifier.ABOUT, 200),
        ("超6.6亿元", Qualifier.MORE_THAN, 660000000),
        ("1100多万元", Qualifier.MORE_THAN, 11000000),
        ("100余人", Qualifier.MORE_THAN, 100),
        ("98%以上", Qualifier.MORE_THAN, 98),
        ("≥98%", Qualifier.MORE_THAN, 98),
        ("近300万元", Qualifier.LESS_THAN, 3000000),
        ("不超过5000元", Qualifier.LESS_THAN, 5000),
        ("3天以内", Qualifier.LESS_THAN, 3),
    ],
)
def test_bounds_and_neighbourhoods(text: str, qualifier: Qualifier, value: int) -> None:
    figure = parse(text)
    assert figure.qualifier is qualifier
    assert not figure.is_plain
    assert figure.value == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1091万万", "doubled_multiplier"),
        ("3亿亿元", "doubled_multiplier"),
        ("应补尽补", "not_a_number"),
        ("持续推进", "not_a_number"),
        ("", "not_a_number"),
        ("万元", "not_a_number"),
        ("3-4", "not_a_number"),
        ("3~4条", "not_a_number"),
        ("2019-11-30", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("9,00", "not_a_number"),
        ("1万2亿", "not_a_number"),
        ("完成736人,完成率18.04%", "not_a_number"),
        ("9" * 81, "not_a_number"),
        ("NaN", "not_a_number"),
        ("1e9", "not_a_number"),
        (".5", "not_a_number"),
    ],
)
def test_what_is_no_figure_is_refused(text: str, code: str) -> None:
    with pytest.raises(FigureError) as refused:
        parse(text)
    assert refused.value.code == code
    assert refused.value.text == text


def test_a_bare_number_takes_the_unit_of_its_column() -> None:
    assert figures.parse_money("157.3亿").fen == 1_573_000_000_000
    assert figures.parse_percent("47.6").kind is FigureKind.PERCENT
    assert parse("22.5", "公里").unit == "公里"
    for read, wrong in ((figures.parse_money, "47.6%"), (figures.parse_percent, "12元")):
        with pytest.raises(FigureError, match="wrong_unit"):
            read(wrong)


def test_money_is_whole_fen() -> None:
    assert figures.parse_money("0.01").fen == 1
    for text in ("0.001元", "5公里"):
        with pytest.raises(FigureError, match="wrong_unit"):
            assert parse(text).fen


def test_never_shown_more_exact_than_printed() -> None:
    digits = {"157.3亿元": 4, "21.1亿": 3, "1,200万元": 4, "0.5%": 1, "92.0亿元": 3, "24171.71平方米": 7}
    assert {text: parse(text).significant_digits for text in digits} == digits
    assert figures.exact_money(12_345_00).significant_digits == 5


def test_a_printed_figure_may_be_rounded_or_cut_off() -> None:
    interval = parse("21.1亿元").interval
    assert (interval.low, interval.high) == (Fraction(2_105_000_000), Fraction(2_120_000_000))
    below_zero = parse("-3.5%").interval
    assert (below_zero.low, below_zero.high) == (Fraction("-3.6"), Fraction("-3.45"))
    assert parse("0%").interval.low == 0


def test_things_that_come_whole_are_exact() -> None:
    assert parse("736人").interval == figures.Interval(Fraction(736), Fraction(736))
    for text in ("7.2万人", "22公里", "5万户"):
        assert not parse(text).is_count


@pytest.mark.parametrize(
    ("fen", "text", "step"),
    [
        (230_000_000_00, "2.3亿元", "10000000"),
        (5_49_000_000_00, "5.49亿元", "1000000"),
        (10_00_000_000_00, "10亿元", "100000000"),
        (60_000_000_00, "6000万元", "10000"),
        (64_470_000_00, "6447万元", "10000"),
        (84_700_00, "8.47万元", "100"),
        (123_45, "123.45元", "0.01"),
        (5_00, "5元", "1"),
        (0, "0.00元", "0.01"),
    ],
)
def test_amounts_whose_printed_form_was_not_kept(fen: int, text: str, step: str) -> None:
    figure = figures.money_of(fen)
    assert (figure.text, figure.step, figure.fen) == (text, Decimal(step), fen)


def test_possible_percentages() -> None:
    possible = figures.possible_percent(parse("21.1亿元"), parse("39.7亿元"))
    assert possible is not None
    assert (round(float(possible.low), 2), round(float(possible.high), 2)) == (52.89, 53.47)
    assert figures.possible_percent(parse("5个"), parse("0个")) is None
    assert figures.possible_percent(parse("-5元"), parse("10元")) is None


@given(st.integers(0, 10**15))
def test_an_amount_reads_back_as_itself(fen: int) -> None:
    figure = figures.money_of(fen)
    again = figures.parse_money(figure.text)
    assert again.fen == fen
    assert again.step == figure.step


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["", "万", "亿"]), st.sampled_from(["元", "公里", "%"]))
def test_any_number_reads_back_and_lies_in_its_interval(number: Decimal, multiplier: str, unit: str) -> None:
    figure = parse(f"{number:,f}{multiplier}{unit}")
    scale = {"": 1, "万": 10**4, "亿": 10**8}[multiplier]
    assert figure.value == number * scale
    assert figure.interval.low <= Fraction(figure.value) <= figure.interval.high


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 3))
def test_honest_percentages_are_never_called_impossible(part: int, whole: int, places: int) -> None:
    """Whatever amounts lie behind, what an office rounds or cuts off from them agrees with itself."""
    scaled = part * 100 * 10**places
    for printed in (scaled // whole, (2 * scaled + whole) // (2 * whole)):
        stated = figures.parse_percent(f"{Decimal(printed).scaleb(-places):f}")
        exact = [Figure("", Decimal(value), Decimal(0), "元") for value in (part, whole)]
        rounded = [Figure("", Decimal((value + 50) // 100 * 100), Decimal(100), "元") for value in (part, whole)]
        assert not figures.is_impossible(exact[0], exact[1], stated)
        assert not figures.is_impossible(rounded[0], rounded[1], stated)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(FigureError):
        assert parse(text).step > 0
