"""The workbook that an office fills in for a month: its own projects, targets and the last published figures."""

import io
from collections.abc import Sequence
from decimal import Decimal

import xlsxwriter

from minsheng.editorial import reporting
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project, ProjectKind
from minsheng.records.reports import ProgressReport

HEADINGS = (
    "系统编号",
    "项目名称",
    "指标名称",
    "计量单位",
    "目标任务",
    "上月累计完成",
    "累计完成",
    "形象进度（%）",
    "累计到位资金（万元）",
    "累计拨付资金（万元）",
    "累计支出资金（万元）",
    "累计完成投资（万元）",
    "本月进展情况",
    "存在困难",
    "下一步计划",
)
"""The reader of tables knows each of these by its words; the first column is hidden and says which project it is."""
WIDTHS = (14, 34, 26, 9, 11, 13, 13, 13, 18, 18, 18, 18, 40, 30, 30)
FUNDS = ("funds_arrived_fen", "funds_disbursed_fen", "funds_spent_fen", "investment_completed_fen")
ENTRY = range(6, 15)
"""The columns to fill in."""
MOST_TEXT = 32_000


def write(title: str, projects: Sequence[Project], month: str) -> bytes:
    """Return an XLSX file with one row for each target of each project; nothing in it is ever a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet("月报")
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#EFEFEF", "valign": "vcenter"})
    fixed = book.add_format({"border": 1, "bg_color": "#F7F7F7", "text_wrap": True, "valign": "top"})
    free = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "font_size": 14})
    sheet.write_string(0, 1, f"{month[:4]}年{int(month[5:])}月 {title} 月报"[:MOST_TEXT], heading)
    for column, (text, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.write_string(1, column, text, bold)
        sheet.set_column(column, column, width, None, {"hidden": column == 0})
    row = 2
    for project in projects:
        for number, indicator in enumerate(reporting.whole_indicators(project) or [None]):
            for column, value in enumerate(_values(project, indicator, month, is_first=number == 0)):
                style = free if column in ENTRY else fixed
                if isinstance(value, Decimal):
                    sheet.write_number(row, column, value, style)
                else:
                    sheet.write_string(row, column, value[:MOST_TEXT], style)
            row += 1
    sheet.freeze_panes(2, 3)
    book.close()
    return buffer.getvalue()


def _values(project: Project, indicator: Indicator | None, month: str, *, is_first: bool) -> list[str | Decimal]:
    """Return the cells of a row. What belongs to the project as a whole stands in its first row only."""
    last = reporting.report_before(project, month)
    draft = reporting.report_in_work(project, month)
    before = _value(last, indicator)
    cells: list[str | Decimal] = [
        project.slug,
        project.title,
        indicator.name if indicator else "",
        indicator.unit if indicator else "",
        "" if indicator is None or indicator.target is None else indicator.target,
        before,
        _value(draft, indicator),
    ]
    has_progress = is_first and project.kind is ProjectKind.WORKS
    progress = draft.physical_progress if draft and has_progress else None
    cells.append("" if progress is None else progress)
    for name in FUNDS:
        fen = getattr(draft, name) if draft and is_first else None
        cells.append("" if fen is None else Decimal(fen).scaleb(-6))
    cells += [getattr(draft, name) if draft and is_first else "" for name in ("done", "difficulties", "next_step")]
    return cells


def _value(report: ProgressReport | None, indicator: Indicator | None) -> str | Decimal:
    found = report.value_of(indicator) if report and indicator else None
    return "" if found is None or found.value is None else found.value
