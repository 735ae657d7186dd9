"""Headings and cells that say too little, or more than one thing: nothing of them is taken for certain."""

import pytest

from minsheng.tables.meanings import NUMBERS
from tests.minsheng.tables.layouts.making import ANY, Item, check, entries, fen, sheet, tables


def unsure(text: str) -> list[str]:
    """Return the headings of figures whose meaning is doubted."""
    (table,) = tables(sheet(text))
    return [one.heading for one in table.columns if not one.is_certain and one.meaning in NUMBERS]


@pytest.mark.parametrize(
    "cell",
    ["1,23", "1.234,56", "12.5.3", "12\\n30", "8 9", "2/3", "3-5", "3~5", "三至五", "1e5", "9" * 20],
)
def test_what_is_no_one_figure_is_none(cell: str) -> None:
    made = sheet(f"项目|目标（个）|完成（个）\n甲|{cell}|1\n乙|10|3\n丙|20|20")
    first = next(entry for entry in entries(made) if entry.title == "甲")
    assert first.target is None
    assert first.problems


@pytest.mark.parametrize(
    "cell", ["1,23", "12 30", "2/3", "预计明年到位300万元", "中央200万元，省级100万元", "约300万元"]
)
def test_money_that_is_no_plain_amount_is_doubted(cell: str) -> None:
    made = sheet(f"项目|到位资金（万元）\n甲|{cell}\n乙|10\n丙|20")
    (first, *_others) = entries(made)
    assert first.problems


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("项目|目标（个）|完成（个）|资金（万元）\n甲|10|3|50", ["资金（万元）"]),
        ("项目|年初预算数（万元）|调整预算数（万元）|支出（万元）\n甲|100|120|60", ["年初预算数（万元）"]),
        ("项目|年初目标（个）|调整后目标（个）|完成（个）\n甲|20|18|9", ["年初目标（个）"]),
        ("项目|5月完成投资（万元）\n甲|50", ["5月完成投资（万元）"]),
        ("项目|自开工以来完成投资（万元）\n甲|50", ["自开工以来完成投资（万元）"]),
        ("单位：万元\n项目|总投资|任务数|完成数\n甲|900|10|3", ["任务数", "完成数"]),
        ("2026年进展\n项目|2025年完成投资（万元）\n甲|50", ["2025年完成投资（万元）"]),
    ],
)
def test_columns_of_which_nobody_can_be_sure(text: str, doubted: list[str]) -> None:
    assert unsure(text) == doubted


@pytest.mark.parametrize(
    ("headings", "cells", "expected"),
    [
        ("6月底前应完成（个）|6月底实际完成（个）|全年目标（个）", "10|8|20", {"target": "20", "done": "8"}),
        ("一季度目标（个）|全年目标（个）|累计完成（个）", "5|20|8", {"target": "20", "done": "8"}),
        ("目标（个）|累计完成（个）|下月计划完成", "20|8|5", {"target": "20", "done": "8"}),
        ("2024年完成（个）|2026年目标（个）|2026年完成（个）", "12|20|8", {"target": "20", "done": "8"}),
        ("截至6月累计完成（个）|截至5月累计完成（个）|目标（个）", "8|7|20", {"target": "20", "done": "8"}),
        ("目标（个）|完成（个）|其中：女性（个）", "20|8|3", {"target": "20", "done": "8"}),
        ("目标（个）|完成（个）|完成率", "20|8|40.0", {"target": "20", "done": "8", "rate": "40"}),
    ],
)
def test_of_several_figures_the_one_that_counts(headings: str, cells: str, expected: dict[str, str]) -> None:
    made = sheet(f"项目|{headings}\n甲|{cells}")
    assert unsure(f"项目|{headings}\n甲|{cells}") == []
    check(entries(made), [Item("甲", unit="个", **expected)])  # type: ignore[arg-type]  # all of them are texts


@pytest.mark.parametrize(
    ("headings", "cells", "money"),
    [
        ("总投资|其中：财政资金|完成投资|其中：财政资金", "9|6|5|3", {"total": "9", "completed": "5"}),
        ("总投资|累计完成投资|本年完成投资", "9|6|2", {"total": "9", "completed": "2"}),
        ("总投资|尚需投资|欠付工程款|已支付工程款", "9|6|2|1", {"total": "9", "disbursed": "1"}),
        ("计划投资|完成投资|投资进度", "9|6|66.67%", {"planned": "9", "completed": "6"}),
    ],
)
def test_of_several_amounts_the_one_that_counts(headings: str, cells: str, money: dict[str, str]) -> None:
    made = sheet(f"单位：万元\n项目|{headings}\n甲|{cells}")
    check(entries(made), [Item("甲", money={one: fen(amount) for one, amount in money.items()})])


def test_the_total_under_a_heading_of_progress_is_the_total() -> None:
    made = sheet("项目名称|投资情况（万元）||\n|总投资|年度计划|已完成\n甲|1000|500|250.5", ["A1:A2", "B1:D1"])
    money = {"total": fen("1000"), "planned": fen("500"), "completed": fen("250.5")}
    check(entries(made), [Item("甲", money=money)])


def test_months_one_by_one_are_no_cumulative_figure() -> None:
    months = "|".join(f"{month}月" for month in range(1, 5))
    made = sheet(
        f"单位：万元\n项目|年度计划|各月完成投资|||\n||{months}\n甲|600|10|20|30|40", ["A2:A3", "B2:B3", "C2:F2"]
    )
    (table,) = tables(made)
    assert all(not one.is_certain for one in table.columns if one.meaning.value == "completed")


def test_sentences_that_the_printed_share_confirms_are_good() -> None:
    made = sheet("""
实事内容|年度目标|完成情况
农村户厕改造|改造农村户厕3200户|完成1856户，占年度目标的58%
新增停车位|新增公共停车位600个|已建成300个
新增车棚|新增车棚60个|已建成30个，完成率80%
""")
    check(
        entries(made),
        [
            Item("农村户厕改造", unit="户", target="3200", done="1856", rate="58"),
            Item("新增停车位", unit="个", target="600", done="300", trouble=ANY),
            Item("新增车棚", unit="个", target="60", done="30", rate="80", trouble=ANY),
        ],
    )


def test_a_bare_figure_beside_one_in_ten_thousands_is_not_in_them() -> None:
    made = sheet("""
项目|年度目标|累计完成
甲|28600|2.1万平方米
乙|3.5万人|2.1万人
丙|60公里|31.5
""")
    check(
        entries(made),
        [
            Item("甲", unit="平方米", target="28600", done="21000", trouble=frozenset({"unit_differs"})),
            Item("乙", unit="万人", target="3.5", done="2.1"),
            Item("丙", unit="公里", target="60", done="31.5"),
        ],
    )


def test_the_same_headings_again_under_another_unit() -> None:
    made = sheet("单位：万元\n项目|计划投资|完成投资\n甲|100|50\n\n单位：亿元\n项目|计划投资|完成投资\n乙|1.5|0.5")
    check(
        entries(made),
        [
            Item("甲", money={"planned": fen("100"), "completed": fen("50")}),
            Item("乙", money={"planned": fen("15000"), "completed": fen("5000")}),
        ],
    )


def test_how_many_projects_a_town_has_is_no_project() -> None:
    made = sheet("乡镇|项目名称|完成投资（万元）\n石桥镇|2个|150\n|甲路|50\n|乙路|100\n河东乡|1个|45\n|丙路|45")
    found = [(entry.title, entry.place) for entry in entries(made)]
    assert found == [("甲路", "石桥镇"), ("乙路", "石桥镇"), ("丙路", "河东乡")]


@pytest.mark.parametrize(
    ("heading", "shares", "progress", "doubted"),
    [
        ("完成率", ("50%", "25%"), None, []),
        ("占比", ("30%", "20%"), "30", ["占比"]),
        ("形象进度", ("30%", "20%"), "30", []),
    ],
)
def test_a_share_of_money_is_no_progress(
    heading: str, shares: tuple[str, str], progress: str | None, doubted: list[str]
) -> None:
    text = f"金额：万元\n项目|计划投资|完成投资|{heading}\n甲|100|50|{shares[0]}\n乙|200|50|{shares[1]}"
    assert unsure(text) == doubted
    assert entries(sheet(text))[0].progress == progress
    assert entries(sheet(text))[0].money
