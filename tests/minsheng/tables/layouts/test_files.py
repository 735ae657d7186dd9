"""The same table in every file an office sends: encodings, separators, old and foreign workbooks, formulas."""

import io
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter

from minsheng.errors import InvalidFileError
from minsheng.tables.opening import read_sheets
from tests.minsheng.tables.layouts.making import Item, check, entries, fen
from tests.minsheng.tables.layouts.old_workbook import old_workbook

ROWS = [
    ["例河县2026年民生实事进度表（截至5月底）"],
    ["序号", "项目名称", "目标任务（个）", "累计完成（个）", "完成率", "完成投资（万元）"],
    ["1", "敬老院改造", "40", "21", "52.5%", "1234.56"],
    ["2", "饮水安全；管网", "1200", "600", "50%", "88"],
]
EXPECTED = [
    Item("敬老院改造", unit="个", target="40", done="21", rate="52.5", money={"completed": fen("1234.56")}),
    Item("饮水安全；管网", unit="个", target="1200", done="600", rate="50", money={"completed": fen("88")}),
]
TRADITIONAL = [
    ["計畫名稱", "主辦機關", "年度目標(件)", "累計完成(件)"],
    ["長照據點設置", "衛生局", "40", "21"],
]


def lines(rows: list[list[str]], separator: str, end: str = "\r\n") -> str:
    return end.join(separator.join(row + [""] * (6 - len(row))) for row in rows) + end


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (lines(ROWS, ","), "utf-8"),
        (lines(ROWS, ","), "utf-8-sig"),
        (lines(ROWS, ","), "gb18030"),
        (lines(ROWS, ";"), "gb18030"),
        (lines(ROWS, "\t"), "utf-16"),
        (lines(ROWS, "\t"), "gb18030"),
        (lines(ROWS, ",", "\r"), "utf-8"),
        ("sep=;\r\n" + lines(ROWS, ";"), "utf-8-sig"),
        (lines(ROWS, "|"), "utf-8"),
        (lines(ROWS, "，"), "gb18030"),
        ("\ufeff" + lines(ROWS, "\t"), "utf-16-be"),
        (lines(ROWS, ","), "utf-16-le"),
        (lines(ROWS, ","), "utf-16-be"),
    ],
)
def test_text_in_every_encoding_and_separator(text: str, encoding: str) -> None:
    check(entries(*read_sheets(text.encode(encoding))), EXPECTED)


def test_traditional_headings_in_big5() -> None:
    found = entries(*read_sheets(lines(TRADITIONAL, ",").encode("big5")))
    check(found, [Item("長照據點設置", unit="件", target="40", done="21", words={"agency": "衛生局"})])


def test_a_workbook_of_the_old_kind() -> None:
    found = entries(*read_sheets(old_workbook(ROWS, merged=[(0, 0, 0, 5)])))
    check(found, EXPECTED)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_web_page_under_a_workbooks_name(encoding: str) -> None:
    head = '<tr><td rowspan="2">序号</td><td rowspan=2>项目&nbsp;名称</td><td colspan="3">完成情况</td>'
    page = f"""<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset={"gb2312" if encoding == "gb18030" else "utf-8"}">
<style>td {{ color: red }}</style><script>var x = "<td>9</td>";</script></head><body><table border=1>
<tr><td colspan="6"><b>例河县2026年民生实事进度表</b>（截至5月底）</td></tr>
{head}<th rowspan=2>完成投资（万元）</th></tr>
<tr><td>目标任务（个）<td>累计完成<br>（个）<td>完成率</tr>
<tr><td>1</td><td>敬老院改造</td><td x:num="40">40</td><td>21</td><td>52.5%</td><td>1,234.56</td></tr>
<tr><td>2</td><td>饮水安全；管网</td><td>1200</td><td>600</td><td>50%</td><td>88</td></tr>
</table></body></html>"""
    check(entries(*read_sheets(page.encode(encoding))), EXPECTED)


def test_a_web_page_without_a_table_says_what_to_do() -> None:
    with pytest.raises(InvalidFileError, match="web_page"):
        read_sheets("<html><body>请登录</body></html>".encode())
    with pytest.raises(InvalidFileError, match="web_page"):
        read_sheets(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n")


def workbook(*, protected: bool = False, title: str = ROWS[0][0]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("进度")
    percent = book.add_format({"num_format": "0.0%"})
    sheet.merge_range(0, 0, 0, 5, title)
    sheet.write_row(1, 0, ROWS[1])
    for number, (target, done, invested) in enumerate([(40, 21, 1234.56), (1200, 600, 88)], 2):
        sheet.write_row(number, 0, [number - 1, ROWS[number][1], target])
        sheet.write_formula(number, 3, f"=C{number + 1}-9", None, done)
        sheet.write_formula(number, 4, f"=D{number + 1}/C{number + 1}", percent, done / target)
        sheet.write_number(number, 5, invested)
    if protected:
        sheet.protect("secret")
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize("protected", [False, True])
def test_formulas_with_their_values_and_protected_sheets(protected: bool) -> None:
    check(entries(*read_sheets(workbook(protected=protected))), EXPECTED)


def rewritten(data: bytes, change: dict[str, tuple[bytes, bytes]], more: dict[str, bytes] | None = None) -> bytes:
    """A workbook with parts changed and added, as other programs write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name in change:
                assert change[name][0] in content
                content = content.replace(*change[name])
            new.writestr(name, content)
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return buffer.getvalue()


def test_a_formula_that_was_never_reckoned_is_no_blank() -> None:
    without = rewritten(workbook(), {"xl/worksheets/sheet1.xml": (b"<f>C3-9</f><v>21</v>", b"<f>C3-9</f>")})
    found = entries(*read_sheets(without))
    assert [(entry.title, entry.done) for entry in found] == [("敬老院改造", None), ("饮水安全；管网", Decimal(600))]
    assert "formula_error" in {problem.trouble.value for problem in found[0].problems}


def test_a_workbook_saved_by_another_office_program() -> None:
    more = {
        "xl/cellimages.xml": b"<etc:cellImages xmlns:etc='http://www.wps.cn/officeDocument/2017/etCustomData'/>",
        "docProps/custom.xml": b"<Properties><property name='KSOProductBuildVer'/></Properties>",
        "customXml/item1.xml": b"<x/>",
    }
    check(entries(*read_sheets(rewritten(workbook(), {}, more))), EXPECTED)


def test_days_as_cells_with_a_date_format() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": 'yyyy"年"m"月"'})
    sheet.write_row(0, 0, ["项目名称", "开工时间", "竣工时间", "目标任务"])
    sheet.write_string(1, 0, "中医院")
    sheet.write_number(1, 1, 46082, day)  # 2026-03-01
    sheet.write_number(1, 2, 46387, day)  # 2026-12-31
    sheet.write_number(1, 3, 46387)
    book.close()
    found = entries(*read_sheets(buffer.getvalue()))
    check(found, [Item("中医院", start="2026-03-01", finish="2026-12-31", target="46387")])
