"""Whatever words, order, unit and way of writing a table has: a figure is right, or its line says that it may not be.

Beside the columns that are asked for stand others that look like them, known and unknown to the importer.
"""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.tables.entries import Entry
from minsheng.tables.meanings import NUMBERS
from minsheng.tables.reading import Table, read_tables

WORDS = {
    "title": "项目名称 工程名称 民生实事项目 实事名称 事项 项目 建设项目 票决项目 實事項目",
    "target": "目标任务 年度目标 目标数 任务数 计划数 全年目标 目标值 计划完成数 年度目标任务 下达任务 計劃數",
    "done": "累计完成 完成数 已完成 实际完成 累计完成数 截至6月底累计完成 1-6月累计完成 本年累计完成 已完成數",
    "total": "总投资 计划总投资 总投资概算 概算总投资 项目总投资 投资总额 估算总投资 投资规模 總投資",
    "planned": "年度计划投资 本年计划投资 年度投资计划 计划投资 2026年计划投资 今年计划投资 年內計劃投資",
    "completed": "累计完成投资 完成投资 已完成投资 1-6月完成投资 实际完成投资 截至6月底完成投资 已完成投資",
    "arrived": "到位资金 资金到位 已到位资金 累计到位资金 资金到位数 实际到位资金 到位資金",
    "disbursed": "拨付资金 已拨付资金 累计拨付 资金拨付 支付资金 已支付资金 累计支付 撥付資金",
    "spent": "支出资金 累计支出 资金支出 已支出 支出金额 实际支出 已使用资金 支出資金",
}
OTHERS = {
    "备注": "提前 受雨季影响 约3月完工",
    "责任单位": "县交通局 县水利局 县教育局",
    "结余资金（万元）": "12.5 0 880",
    "本月完成": "3 0 17",
    "上年完成数": "40 512 7",
    "名次": "1 2 3",
    "同比增长": "4.2% -1.1% 0%",
    "联系电话": "0554-2712345 13800000000 2712345",
    "建设地点": "石桥镇 河东乡 城关镇",
    "完成时限": "2026年12月底 11月底前 12月",
    "上月累计完成投资（万元）": "100 20 7",
    "未完成投资（万元）": "5 6 7",
    "项目编码": "2604-340123-04 2603-340124-01 2601-340121-09",
    "其中：中央资金（万元）": "10 20 30",
    "下月计划完成": "5 6 7",
    "截至2025年底累计完成投资（万元）": "5 6 7",
    "2025年完成数": "50 60 70",
    "合同金额（万元）": "500 60.5 7",
    "群众满意度": "98% 97.5% 100%",
    "开工数": "1 2 3",
    "欠付工程款（万元）": "1 2 3",
    "补助标准（元/户）": "500 600 700",
    "第三季度计划（个）": "5 6 7",
    "女性（人）": "3 4 5",
}
MONEY = ("total", "planned", "completed", "arrived", "disbursed", "spent")
UNITS = {"元": 0, "千元": 3, "万元": 4, "亿元": 8}
NAMES = ["石桥村道路硬化", "实验小学扩建", "河堤加固", "敬老院改造", "饮水安全提升", "卫生室建设"]
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def written(random: Random, value: Decimal) -> Any:
    """Return a figure in one of the ways of writing it."""
    plain = f"{value:f}"
    return random.choice([plain, f"{value:,f}", plain.translate(FULL_WIDTH), f" {plain} ", ["n", plain]])


def made(random: Random) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return a sheet, and what it says of each project: figures as they are, money in fen."""
    money = random.sample(MONEY, random.randint(1, 4))
    fields = [*random.choice([[], ["target", "done"], ["done"]]), *money]
    others = random.sample(sorted(OTHERS), random.randint(0, 4))
    unit, where = random.choice(sorted(UNITS)), random.choice(["heading", "line", "cell", "title"])
    columns = [*fields, *others]
    random.shuffle(columns)
    columns.insert(random.randint(0, 1), "title")
    heads = {column: random.choice(WORDS[column].split()) if column in WORDS else column for column in columns}
    said: dict[str, dict[str, Any]] = {}
    rows: list[list[Any]] = []
    for name in random.sample(NAMES, random.randint(2, 5)):
        counts: dict[str, Any] = {field: random.randint(0, 90_000) for field in ("target", "done") if field in fields}
        fens = {field: random.choice([random.randint(0, 10**12), random.randint(1, 99) * 10**9]) for field in money}
        said[name] = {**counts, **fens}
        cells: dict[str, Any] = {field: written(random, Decimal(value)) for field, value in counts.items()}
        for field, fen in fens.items():
            amount = Decimal(fen).scaleb(-2 - UNITS[unit])
            cells[field] = f"{amount:,f}{unit}" if where == "cell" else written(random, amount)
        cells |= {other: random.choice(OTHERS[other].split()) for other in others} | {"title": name}
        rows.append([cells[column] for column in columns])
    behind = f"（{unit}）" if where == "heading" else ""
    headings = [heads[column] + (behind if column in money else "") for column in columns]
    above = ["例河县2026年进度表" + (f"（单位：{unit}）" if where == "title" else "")]
    lines = [[above[0]], *([[f"单位：{unit}"]] if where == "line" else []), headings, *rows]
    if random.random() < 0.5:
        lines.append(["合计" if column == "title" else None for column in columns])
    sheet = {"name": "", "is_hidden": False, "rows": lines, "merged": [], "hidden_rows": [], "hidden_columns": []}
    return sheet, said


def is_doubted(table: Table, entry: Entry) -> bool:
    """Whether the preview asks a person to look at a line."""
    own = {("", ""), (entry.group, entry.place_across)}
    unsure = [one for one in table.columns if not one.is_certain and one.meaning in NUMBERS and one.key in own]
    return bool(entry.problems) or any(not table.grid.rows[entry.row][one.index].is_blank for one in unsure)


def wrong(found: Mapping[str, list[tuple[Table, Entry]]], said: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the projects of which something is read that they do not say, and no doubt is told."""
    told = []
    for name, expected in said.items():
        lines = found.get(name, [])
        good = [entry for table, entry in lines if not is_doubted(table, entry)]
        money = {meaning.value: fen for entry in good for meaning, fen in entry.money.items()}
        counted = next((entry for entry in good if not entry.group), None)
        is_wrong = not lines or any(expected.get(meaning) != fen for meaning, fen in money.items())
        if counted is not None:
            is_wrong |= (counted.target, counted.done) != (expected.get("target"), expected.get("done"))
        if len(good) == len(lines):
            is_wrong |= money != {field: fen for field, fen in expected.items() if field in MONEY}
        if is_wrong:
            told.append(name)
    return told


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_no_figure_is_taken_wrongly_for_good(random: Random) -> None:
    sheet, said = made(random)
    found: dict[str, list[tuple[Table, Entry]]] = {}
    for table in read_tables([sheet]):
        for entry in table.entries:
            found.setdefault(entry.title, []).append((table, entry))
    assert wrong(found, said) == []
    assert set(found) == set(said)
