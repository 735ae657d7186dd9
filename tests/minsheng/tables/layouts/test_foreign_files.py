"""Workbooks of other programs, and files that are broken, hostile or none at all: read exactly, or refused in words."""

import io

import pytest
import xlsxwriter

from minsheng.errors import InvalidFileError
from minsheng.tables.opening import read_sheets
from tests.minsheng.tables.layouts.making import check, entries
from tests.minsheng.tables.layouts.old_workbook import old_workbook
from tests.minsheng.tables.layouts.test_files import EXPECTED, ROWS, rewritten, workbook


def xml_cell(text: str, more: str = "") -> str:
    kind = "Number" if text.replace(".", "", 1).isdigit() else "String"
    return f'<Cell{more}><Data ss:Type="{kind}">{text}</Data></Cell>' if text else f"<Cell{more}/>"


def xml_workbook(declared: str = "") -> str:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    title = xml_cell(ROWS[0][0], ' ss:MergeAcross="5"')
    body = "".join(f"<Row>{''.join(map(xml_cell, row))}</Row>" for row in ROWS[1:3])
    last = "".join(map(xml_cell, ROWS[3][:4]))
    share = '<Cell ss:StyleID="p" ss:Formula="=RC[-1]/RC[-2]"><Data ss:Type="Number">0.5</Data></Cell>'
    money = xml_cell("88", ' ss:Index="6"')
    style = '<Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style>'
    return (
        f'<?xml version="1.0" encoding="GB2312"?>{declared}<?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Styles>{style}</Styles><Worksheet ss:Name="进度"><Table>'
        f'<Row>{title}</Row>{body}<Row ss:Index="4">{last}{share}{money}</Row></Table></Worksheet></Workbook>'
    )


def test_a_workbook_in_the_xml_of_2003() -> None:
    check(entries(*read_sheets(xml_workbook().encode("gb18030"))), EXPECTED)


def shown_as(number: float, form: str) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["项目名称", "目标（个）", "完成（个）", "完成率"])
    sheet.write_row(1, 0, ["甲", 7, 1])
    sheet.write_number(1, 3, number, book.add_format({"num_format": form}))
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize(("form", "rate"), [("0.00%", "14.29"), ("0%", "14"), ("General", "14.2857")])
def test_a_share_without_end_is_read_as_it_is_shown(form: str, rate: str) -> None:
    (found,) = entries(*read_sheets(shown_as(1 / 7, form)))
    assert found.rate == rate


def far_cell(row: int, column: int) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ROWS[1])
    sheet.write_string(row, column, "x")
    book.close()
    return buffer.getvalue()


def sheet_part(old: bytes, new: bytes) -> bytes:
    return rewritten(workbook(), {"xl/worksheets/sheet1.xml": (old, new)})


def with_foreign_entity() -> bytes:
    part = "xl/sharedStrings.xml"
    declared = rewritten(workbook(), {part: (b"<sst", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><sst')})
    return rewritten(declared, {part: ("敬老院改造".encode(), b"&e;")})


def merged_again_and_again() -> bytes:
    ranges = b"".join(b'<mergeCell ref="A%d:DP1048576"/>' % row for row in range(1, 3000))
    one = b'<mergeCells count="1"><mergeCell ref="A1:F1"/></mergeCells>'
    return sheet_part(one, b'<mergeCells count="2999">' + ranges + b"</mergeCells>")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (far_cell(1_048_575, 0), "too_many_cells"),
        (far_cell(0, 16_383), "too_many_cells"),
        (sheet_part(b'r="D3"', b'r="ZZZZZZ99999999999999"'), "unreadable"),
        (with_foreign_entity(), "broken"),
        (workbook()[:3000], "broken"),
        (old_workbook(ROWS)[:1500], "broken"),
        (xml_workbook('<!DOCTYPE x [<!ENTITY e "x">]>').encode("gb18030"), "broken"),
        (b'"' + b"a," * 500_000, "too_many_cells"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "unknown_type"),
        (b"%PDF-1.7", "unknown_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(2000), "encrypted"),
        (rewritten(workbook(), {}, {"xl/vbaProject.bin": b"x"}), "macros"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidFileError, match=reason):
        read_sheets(data)


def test_ranges_merged_over_each_other_cost_nothing() -> None:
    found = read_sheets(merged_again_and_again())
    assert sum(len(one["merged"]) for one in found) < 3000 or entries(*found) == []


def test_a_table_of_more_lines_than_anyone_looks_through_is_refused() -> None:
    heads = ["项目名称", *(f"指标{number}（个）" for number in range(100))]
    rows = [heads, *([f"项目{row}", *["3"] * 100] for row in range(130))]
    with pytest.raises(InvalidFileError, match="too_many_lines"):
        entries({"name": "", "is_hidden": False, "rows": rows, "merged": [], "hidden_rows": [], "hidden_columns": []})


@pytest.mark.parametrize("text", ["一" * 2000, "完成1个" * 400, "1亿2万" * 400, "（其中" * 600, "2026年" * 400])
def test_cells_made_to_take_long_are_told_and_not_read(text: str) -> None:
    rows = [ROWS[1], *([str(row), f"项目{row}", text, text, text, text] for row in range(20))]
    found = entries(
        {"name": "", "is_hidden": False, "rows": rows, "merged": [], "hidden_rows": [], "hidden_columns": []}
    )
    assert all(entry.done is None and not entry.money for entry in found)
