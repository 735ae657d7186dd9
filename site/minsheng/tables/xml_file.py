"""The cells of workbooks in the XML of 2003 (SpreadsheetML), as accounting programs still hand them out."""

import re
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

from minsheng.tables.file_cells import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, Cell, Sheet, TooLargeError, cell_of, clean
from minsheng.tables.page_file import text_of
from minsheng.tables.workbook_file import PERCENT_FORMATS, percent_decimals, percent_shown

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{NAMESPACE}}}"
_ERROR = re.compile(r"#[A-Z/0!?]+")


def read_xml_workbook(data: bytes) -> list[dict[str, object]]:
    """Return the sheets of a workbook.

    Raises ``TooLargeError``, and ``ValueError`` for XML that is broken or declares anything of its own.
    """
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text_of(data).lstrip("\ufeff"))
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        raise ValueError("declarations")
    root = ET.fromstring(text)  # noqa: S314 - nothing can be declared, and the process is limited
    percents = _percent_styles(root)
    sheets = root.findall(f"{_SS}Worksheet")[:MOST_SHEETS]
    return [_sheet(sheet, percents) for sheet in sheets]


def _percent_styles(root: ET.Element) -> dict[str, int]:
    """Return the decimals that each style shows of a percentage, by the style's name; other styles are left out."""
    found = {}
    for style in root.iter(f"{_SS}Style"):
        form = style.find(f"{_SS}NumberFormat")
        code = "" if form is None else form.get(f"{_SS}Format", "")
        code = PERCENT_FORMATS[10] if code == "Percent" else code
        if "%" in code:
            found[style.get(f"{_SS}ID", "")] = percent_decimals(code)
    return found


def _sheet(source: ET.Element, percents: dict[str, int]) -> dict[str, object]:
    sheet, merged, hidden_rows = Sheet(), [], []
    table = source.find(f"{_SS}Table")
    number = 0
    for row in [] if table is None else table.iterfind(f"{_SS}Row"):
        number = _number(row, "Index", number + 1)
        if number > MOST_ROWS:
            raise TooLargeError
        while len(sheet.rows) < number - 1:
            sheet.add([])
        cells, ranges = _row(row, percents)
        sheet.add(cells)
        merged += [[number - 1, left, number - 1 + down, left + across] for left, down, across in ranges]
        if row.get(f"{_SS}Hidden") == "1":
            hidden_rows.append(number - 1)
    found = sheet.finished(clean(source.get(f"{_SS}Name", "")), is_hidden=_is_hidden(source))
    return {
        **found,
        "merged": merged,
        "hidden_rows": hidden_rows,
        "hidden_columns": [] if table is None else _hidden_columns(table),
    }


def _row(row: ET.Element, percents: dict[str, int]) -> tuple[list[Cell], list[tuple[int, int, int]]]:
    """Return the cells of a row, and of each merged one its column and how far it reaches down and across."""
    cells: list[Cell] = []
    merged = []
    place = 0
    for cell in row.iterfind(f"{_SS}Cell"):
        place = _number(cell, "Index", place + 1)
        down, across = _number(cell, "MergeDown", 0), _number(cell, "MergeAcross", 0)
        if place + across > MOST_COLUMNS or down > MOST_ROWS:
            raise TooLargeError
        cells += [None] * (place - len(cells))
        cells[place - 1] = _cell(cell, percents.get(cell.get(f"{_SS}StyleID", "")))
        if down or across:
            merged.append((place - 1, down, across))
        place += across
    return cells, merged


def _cell(cell: ET.Element, decimals: int | None) -> Cell:
    """Return what a cell says; ``decimals`` are those of the percentage it is shown as, None for anything else."""
    data = cell.find(f"{_SS}Data")
    text = "" if data is None else "".join(data.itertext()).strip()
    if not text:
        return ["e", cell.get(f"{_SS}Formula", "")[:20]] if cell.get(f"{_SS}Formula") else None
    kind = "" if data is None else data.get(f"{_SS}Type", "")
    if kind == "Number":
        return _number_cell(text, decimals)
    if kind == "Error":
        return ["e", text[:20] if _ERROR.fullmatch(text) else "#"]
    if kind == "DateTime" and re.match(r"\d{4}-\d\d-\d\d", text):
        return ["d", text[:10]]
    return cell_of(text)


def _number_cell(text: str, decimals: int | None) -> Cell:
    try:
        value = float(Decimal(text))
    except (InvalidOperation, OverflowError) as error:
        raise ValueError("no number") from error
    found = cell_of(value)
    if decimals is not None and isinstance(found, list):
        return ["p", percent_shown(Decimal(found[1]) * 100, decimals)]
    return found


def _hidden_columns(table: ET.Element) -> list[int]:
    hidden: list[int] = []
    number = 0
    for column in table.iterfind(f"{_SS}Column"):
        number = _number(column, "Index", number + 1)
        last = min(number + _number(column, "Span", 0), MOST_COLUMNS)
        if column.get(f"{_SS}Hidden") == "1":
            hidden += range(number - 1, last)
        number = last
    return hidden


def _is_hidden(sheet: ET.Element) -> bool:
    return any(one.tag.endswith("}Visible") and (one.text or "").startswith("SheetH") for one in sheet.iter())


def _number(element: ET.Element, name: str, usual: int) -> int:
    """Return a number of an attribute. Raises ``ValueError`` for one that is none or below nothing."""
    text = element.get(f"{_SS}{name}")
    if text is None:
        return usual
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError(name)
    return max(int(text), usual) if name == "Index" else int(text)
