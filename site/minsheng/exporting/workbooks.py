"""The answers of a closed survey as an Excel workbook: answers, what the codes mean, and whose copy it is."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from minsheng.exporting.csv_guard import guard

_NEVER = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook's dates have no zone; the same answers give the same bytes


def write_answers(
    number: str, about: Iterable[tuple[str, str]], answers: Iterable[Sequence[str]], codebook: Iterable[Sequence[str]]
) -> bytes:
    """Return a workbook of three sheets: ``about`` with the export's ``number``, the answers and the codebook.

    Every cell is a text, so none is a formula, and is guarded besides for the day somebody saves it as CSV.
    """
    held = io.BytesIO()
    with xlsxwriter.Workbook(
        held, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        book.set_properties({"created": _NEVER, "comments": number})
        bold = book.add_format({"bold": True})
        for name, rows in (("答卷", answers), ("代码说明", codebook), ("说明", [("导出编号", number), *about])):
            sheet = book.add_worksheet(name)
            is_table = name != "说明"
            if is_table:
                sheet.freeze_panes(1, 0)
            sheet.set_footer(f"&L导出编号 {number}&R&P / &N")
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(line, column, guard(cell), bold if is_table and line == 0 else None)
    return held.getvalue()
