"""The empty workbook that offices fill in to hand over many cases at once."""

import datetime as dt
import io

import xlsxwriter

from minsheng.casework.case_import import ANSWERS, CHANNELS, HEADINGS, KINDS, NEEDED, Column
from minsheng.casework.case_tables import MOST_ROWS

_NEVER = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook's dates have no zone; the template is always the same
WIDTHS = {Column.WORDS: 60, Column.PROJECT: 30, Column.CONTACT: 20}
NOTES = (
    "第一行是列名，不要改；带 * 的必须填。从第二行起，一行一件。",
    f"来源渠道填：{'、'.join(CHANNELS)}。",
    "原编号：领导留言板、12345、其他平台必须填；同一渠道的同一编号只能录入一次。",
    "收到日期填当事人反映的那天，例如 2026-05-08；期限从那天算起，不能晚于今天。",
    f"类别填：{'、'.join(KINDS)}。",
    "地方填名称或区划代码；项目填网站上的项目名称或网址。说不准的留空。",
    "联系方式只有承办人看得到，到期删除。同意公开、可以回电：填“是”或“否”，空着算“否”。",
    f"一次最多 {MOST_ROWS} 件。有一格不对，整个文件都不录入。",
)


def write() -> bytes:
    """Return the workbook: a sheet with the headings and lists to choose from, and a sheet that explains them."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _NEVER})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@", "text_wrap": True})
        sheet = book.add_worksheet("来件")
        sheet.freeze_panes(1, 0)
        lists = {
            Column.CHANNEL: list(CHANNELS),
            Column.KIND: list(KINDS),
            Column.MAY_PUBLISH: [word for word in ANSWERS if word],
            Column.MAY_CALL: [word for word in ANSWERS if word],
        }
        for position, (column, heading) in enumerate(HEADINGS.items()):
            # Cells that are text keep long numbers and leading zeros as they are typed.
            sheet.set_column(position, position, WIDTHS.get(column, 14), text)
            sheet.write_string(0, position, f"{heading}*" if column in NEEDED else heading, bold)
            if column in lists:
                sheet.data_validation(1, position, MOST_ROWS, position, {"validate": "list", "source": lists[column]})
        notes = book.add_worksheet("填写说明")
        notes.set_column(0, 0, 90)
        for line, note in enumerate(NOTES):
            notes.write_string(line, 0, note)
    return held.getvalue()
