"""Figures arrive exactly whatever the headings, their order, units, ways of writing, encoding and merged cells are."""

import csv
import io
from decimal import Decimal
from typing import Any

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minsheng.tables.grid import grids_of
from minsheng.tables.meanings import Meaning
from minsheng.tables.numerals import read_numeral
from minsheng.tables.quantities import ReadingCode, read
from minsheng.tables.reading import Table, read_tables
from minsheng.tables.text_file import read_text

NAMES = [
    "石桥村道路硬化",
    "实验小学扩建",
    "河堤加固",
    "敬老院改造",
    "饮水安全提升",
    "卫生室建设",
    "公厕新建",
    "路灯安装",
]
DECOYS = {
    "备注": ["", "提前", "受雨季影响"],
    "责任单位": ["县交通局", "县水利局", "县教育局"],
    "结余资金（万元）": ["12.5", "0", "880"],
    "本月完成": ["3", "0", "17"],
    "上年完成数": ["40", "512", "7"],
    "名次": ["1", "2", "3"],
    "受益人口（人）": ["2100", "350", "96"],
    "同比增长": ["4.2%", "-1.1%", "0%"],
    "存在问题": ["征地慢", "无", "—"],
    "联系电话": ["0554-2712345", "13800000000", ""],
}
"""Columns that say something else than what is asked: nothing of them may be taken for it."""
TITLES = ["项目名称", "项 目 名 称", "工程名称", "民生实事项目", "项目\n名称", "事项名称"]
TARGETS = ["目标任务", "目标数", "年度目标任务", "计划完成数", "任务数", "2026年目标任务", "年度任务"]
DONES = ["累计完成", "已完成数", "完成数", "实际完成", "累计完成数", "截至5月底累计完成"]
RATES = ["完成率", "完成比例", "占年任务之比", "完成比例(%)"]
MONIES = ["累计完成投资", "完成投资额", "累计完成投资额", "已完成投资"]
UNITS = {"元": 0, "万元": 4, "亿元": 8}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[str, Decimal, Decimal, int]]]:
    """A sheet as rows of text, and what it says: name, target, done, completed fen."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    unit = draw(st.sampled_from(sorted(UNITS)))
    where = draw(st.sampled_from(["heading", "line", "cell"]))
    order = draw(st.permutations(["title", "target", "done", "rate", "money"]))
    heads = {
        "title": draw(st.sampled_from(TITLES)),
        "target": draw(st.sampled_from(TARGETS)),
        "done": draw(st.sampled_from(DONES)),
        "rate": draw(st.sampled_from(RATES)),
        "money": draw(st.sampled_from(MONIES))
        + (draw(st.sampled_from(["（{}）", "({})", "/{}"])).format(unit) if where == "heading" else ""),
    }
    sheet = [["某县2026年民生实事进度表"]]
    if where == "line":
        sheet.append([f"单位：{unit}"])
    sheet.append(["序号", *(heads[name] for name in order)])
    said = []
    for number, name in enumerate(names, 1):
        target, done = draw(st.integers(1, 90_000)), draw(st.integers(0, 90_000))
        fen = draw(st.integers(0, 10**13 - 1))
        money = Decimal(fen).scaleb(-2 - UNITS[unit])
        cells = {
            "title": name,
            "target": draw(st.sampled_from(["{}", "{:,}"])).format(target),
            "done": draw(st.sampled_from([str(done), f"{done:,}", full_width(str(done)), f" {done} "])),
            "rate": f"{Decimal(done) / target * 100:.2f}%",
            "money": f"{money:f}" + (unit if where == "cell" else ""),
        }
        sheet.append([str(number), *(cells[one] for one in order)])
        said.append((name, Decimal(target), Decimal(done), fen))
    if draw(st.booleans()):
        total = sum((one[1] for one in said), Decimal(0))
        sheet.append(["合计", *(f"{total}" if one == "target" else "" for one in order)])
    if draw(st.booleans()):
        sheet.append(["注：数据由各责任单位报送，如有出入以最终核定为准。"])
    return sheet, said


@st.composite
def sheets(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[str, Decimal, Decimal, int]]]:
    """A sheet with merged headings, decoys, sections and totals, upright, turned or in halves, and what it says."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    shape = draw(st.sampled_from(["upright", "upright", "turned", "halves"]))
    decoys = draw(st.lists(st.sampled_from(sorted(DECOYS)), max_size=3 if shape == "upright" else 1, unique=True))
    order = draw(st.permutations(["target", "done", "money", *decoys]))
    unit = draw(st.sampled_from(sorted(UNITS)))
    heads = {
        "target": draw(st.sampled_from(TARGETS)) + "（个）",
        "done": draw(st.sampled_from(DONES)) + draw(st.sampled_from(["", "（个）"])),
        "money": draw(st.sampled_from(MONIES)) + f"（{unit}）",
    }
    said, rows = [], []
    for name in names:
        target, done = draw(st.integers(1, 90_000)), draw(st.integers(0, 90_000))
        fen = draw(st.integers(0, 10**11 - 1))
        cells = {
            "target": draw(written(target)),
            "done": draw(written(done)),
            "money": f"{Decimal(fen).scaleb(-2 - UNITS[unit]):f}",
        } | {decoy: draw(st.sampled_from(DECOYS[decoy])) for decoy in decoys}
        rows.append([name, *(cells[one] for one in order)])
        said.append((name, Decimal(target), Decimal(done), fen))
    heading = [draw(st.sampled_from(TITLES)), *(heads.get(one, one) for one in order)]
    title = "某县2026年民生实事进度表（截至5月底）"
    if shape == "turned":
        return as_sheet([[title], *map(list, zip(heading, *rows, strict=True))]), said
    if shape == "halves":
        half = (len(rows) + 1) // 2
        right = rows[half:] + [[""] * len(heading)] * (2 * half - len(rows))
        return as_sheet([[title], heading * 2, *(one + two for one, two in zip(rows[:half], right, strict=True))]), said
    return draw(upright_sheet(title, heading, rows)), said


@st.composite
def upright_sheet(draw: st.DrawFn, title: str, heading: list[str], rows: list[list[str]]) -> dict[str, Any]:
    """The rows under one or two rows of headings, in sections or not, with a total above, below or nowhere."""
    width = len(heading)
    lines, merged = [[title, *[""] * (width - 1)]], [[0, 0, 0, width - 1]]
    if draw(st.booleans()):
        lines += [[heading[0], "民生实事完成情况", *[""] * (width - 2)], ["", *heading[1:]]]
        merged += [[1, 0, 2, 0], [1, 1, 1, width - 1]]
    else:
        lines.append(heading)
    total = [[draw(st.sampled_from(["合计", "总 计", "全县合计"])), *[""] * (width - 1)]]
    where = draw(st.sampled_from(["above", "below", "nowhere"]))
    lines += total if where == "above" else []
    has_sections = draw(st.booleans())
    for number, row in enumerate(rows):
        if has_sections and number % 2 == 0:
            merged.append([len(lines), 0, len(lines), width - 1])
            lines.append([f"{'一二三'[number // 2]}、第{number // 2 + 1}类（2项）", *[""] * (width - 1)])
        lines.append(row)
    lines += total if where == "below" else []
    if draw(st.booleans()):
        lines.append(["注：数据为累计数。", *[""] * (width - 1)])
    return as_sheet(lines, merged)


def written(number: int) -> st.SearchStrategy[str]:
    """A number in every way an office writes one."""
    return st.sampled_from(
        [str(number), f"{number:,}", full_width(str(number)), f"{number}个", in_words(number), f" {number}\u00a0"]
    )


def as_sheet(rows: list[list[str]], merged: list[list[int]] | None = None) -> dict[str, Any]:
    """Rows of text as the reader of files gives them."""
    cells = [[cell or None for cell in row] for row in rows]
    nothing: list[int] = []
    return {
        "name": "",
        "is_hidden": False,
        "rows": cells,
        "merged": merged or [],
        "hidden_rows": nothing,
        "hidden_columns": nothing,
    }


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(sheets())
def test_every_shape_of_a_table_says_the_same(
    made: tuple[dict[str, Any], list[tuple[str, Decimal, Decimal, int]]],
) -> None:
    sheet, said = made
    entries = [entry for table in read_tables([sheet]) for entry in found(table)]
    assert entries == said


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def asread_text(sheet: list[list[str]], encoding: str) -> Table:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(sheet)
    (table,) = read_tables(read_text(buffer.getvalue().encode(encoding)))
    return table


def found(table: Table) -> list[tuple[str, Decimal | None, Decimal | None, int | None]]:
    return [(one.title, one.target, one.done, one.money.get(Meaning.COMPLETED)) for one in table.entries]


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_every_writing_of_a_table_says_the_same(
    made: tuple[list[list[str]], list[tuple[str, Decimal, Decimal, int]]], encoding: str
) -> None:
    sheet, said = made
    table = asread_text(sheet, encoding)
    assert found(table) == said
    assert [one for one in table.sums if not one.agrees] == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 10**12))
def test_numbers_in_words_are_read_back(number: int) -> None:
    assert read_numeral(in_words(number)) == number


def in_words(number: int) -> str:
    """A number as it is said, by the rules of school books."""
    if number == 0:
        return "零"
    digits = "零一二三四五六七八九"

    def below_ten_thousand(part: int) -> str:
        text, gap = "", False
        for place, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, part = divmod(part, place)
            if digit:
                text += ("零" if gap and text else "") + digits[digit] + sign
                gap = False
            else:
                gap = True
        return text

    text, last = "", 10**4
    for size, sign in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (1, "")):
        part, number = divmod(number, size)
        if part:
            text += ("零" if text and part * 10 < last else "") + below_ten_thousand(part) + sign
        last = 10**4
    return text


def test_formats_merges_and_hidden_rows_of_workbooks() -> None:
    from minsheng.tables.opening import read_sheets  # noqa: PLC0415 - beside the only test that needs it

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("一")
    percent = book.add_format({"num_format": "0.0%"})
    sheet.merge_range(0, 0, 0, 4, "2026年5月进度表")
    sheet.merge_range(1, 0, 2, 0, "项目名称")
    sheet.merge_range(1, 1, 1, 3, "城镇新增就业（人）")
    sheet.write_row(2, 1, ["目标任务", "累计完成", "完成率"])
    sheet.merge_range(1, 4, 2, 4, "备注")
    sheet.write_row(3, 0, ["甲镇就业", 1000, 302])
    sheet.write_number(3, 3, 0.302, percent)
    sheet.write_row(4, 0, ["乙镇就业", 10, 0.1 + 0.2])
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.write_row(5, 0, ["丙镇就业", 10, 5])
    sheet.write_row(6, 0, ["丁镇就业", 10])
    sheet.write_formula(6, 2, "=1/0", None, "#DIV/0!")
    book.add_worksheet("藏").hide()
    book.close()

    (table,) = read_tables(read_sheets(buffer.getvalue()))

    assert [(one.title, one.target_name, one.done, one.rate) for one in table.entries] == [
        ("甲镇就业", "城镇新增就业", Decimal(302), "30.2"),
        ("乙镇就业", "城镇新增就业", Decimal("0.3"), None),
        ("丁镇就业", "城镇新增就业", None, None),
    ]
    assert [problem.trouble.value for problem in table.entries[2].problems] == ["formula_error"]
    assert grids_of([])[:1] == []


def test_big5_is_told_from_gb18030() -> None:
    heading = ["計畫名稱", "主管機關", "年度目標", "累計完成"]
    table = asread_text([heading, ["臺東市碼頭改善工程", "交通部", "12", "7"]], "big5")
    assert (table.entries[0].title, table.entries[0].done) == ("臺東市碼頭改善工程", Decimal(7))


def test_a_sentence_with_several_figures_is_never_guessed() -> None:
    from minsheng.tables.grid import Cell, CellKind  # noqa: PLC0415 - as above

    for text in ("新开工42个,更新电梯30部", "完成10%,其中甲镇20%", "2个（其中1个在建）"):
        reading = read(Cell(text, CellKind.TEXT))
        assert (reading.code, reading.value) == (ReadingCode.SEVERAL, None)


def test_a_title_in_the_second_column_names_no_target() -> None:
    sheet = [
        ["", "2026年10月 某县民生实事清单 月报"],
        ["系统编号", "项目名称", "指标名称", "累计完成"],
        ["road", "村道", "里程", "7"],
    ]
    (entry,) = asread_text(sheet, "utf-8").entries
    assert (entry.group, entry.target_name, entry.done) == ("", "里程", Decimal(7))
