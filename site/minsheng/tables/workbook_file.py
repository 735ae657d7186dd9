"""The cells of workbooks, of the kinds before and since 2007, with what they show beside their values."""

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import IO
from xml.etree import ElementTree as ET

from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from minsheng.tables.file_cells import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Cell,
    Sheet,
    TooLargeError,
    cell_of,
    clean,
    digits,
)

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
PERCENT_FORMATS = {9: "0%", 10: "0.00%"}
"""Built-in number formats that show a share as a percentage."""
MOST_ENTERED_DECIMALS = 4
"""Nobody types a percentage with more; a formula gives one seventh."""


def read_workbook(data: bytes, *, is_zip: bool) -> list[dict[str, object]]:
    """Return the worksheets of a workbook. Raises ``TooLargeError``."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    looks = _looks(data) if is_zip else {}
    sheets = []
    cells = 0
    for meta in book.sheets_metadata[:MOST_SHEETS]:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet, count = _sheet(book.get_sheet_by_name(meta.name), meta, looks.get(meta.name, _Look()))
        cells += count
        if cells > MOST_CELLS:
            raise TooLargeError
        sheets.append(sheet)
    return sheets


def _sheet(source: CalamineSheet, meta: SheetMetadata, look: "_Look") -> tuple[dict[str, object], int]:
    """Return a sheet and how many cells it has."""
    sheet = Sheet()
    for number, values in enumerate(source.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)):
        sheet.add([look.cell(number, column, cell_of(value)) for column, value in enumerate(values)])
    found = sheet.finished(clean(meta.name), is_hidden=meta.visible is not SheetVisibleEnum.Visible)
    found["merged"] = _merged(source, len(sheet.rows))
    found["hidden_rows"] = sorted(row for row in look.hidden_rows if row < len(sheet.rows))
    found["hidden_columns"] = sorted(column for column in look.hidden_columns if column < MOST_COLUMNS)
    return found, sheet.cells


def _merged(source: CalamineSheet, height: int) -> list[list[int]]:
    """Return the merged ranges. Raises ``TooLargeError`` where they lie over each other again and again."""
    found = [[top, left, bottom, right] for (top, left), (bottom, right) in source.merged_cell_ranges or ()]
    covered = sum(
        max(min(bottom, height) - top + 1, 0) * max(min(right, MOST_COLUMNS) - left + 1, 0)
        for top, left, bottom, right in found
    )
    if covered > MOST_ROWS * MOST_COLUMNS:
        raise TooLargeError
    return found


class _Look:
    """What a sheet shows beside its values: percentages, errors of formulas, hidden rows and columns."""

    def __init__(self) -> None:
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.percents: dict[tuple[int, int], int] = {}
        """Cells shown as percentages, with their decimals."""
        self.errors: dict[tuple[int, int], str] = {}

    def cell(self, row: int, column: int, value: Cell) -> Cell:
        """Return a cell as its number format shows it; an error is never taken for a blank."""
        if (row, column) in self.errors:
            return ["e", self.errors[row, column]]
        if (row, column) in self.percents and isinstance(value, list) and value[0] == "n":
            return ["p", percent_shown(Decimal(value[1]) * 100, self.percents[row, column])]
        return value


def percent_shown(value: Decimal, decimals: int) -> str:
    """Return a percentage as the cell shows it; one that was entered with more digits than it shows keeps them."""
    entered = digits(value)
    is_endless = len(entered.partition(".")[2]) > MOST_ENTERED_DECIMALS
    return digits(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)) if is_endless else entered


def _looks(data: bytes) -> dict[str, _Look]:
    """Return the looks of each sheet, by name, from the file's own parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        targets = {
            link.get("Id", ""): link.get("Target", "")
            for link in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter(f"{LINKS}Relationship")  # noqa: S314
        }
        percents = _percent_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else {}
        looks = {}
        for sheet in ET.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314 - as above
            if _name(sheet) != "sheet":
                continue
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            part = targets.get(link, "").removeprefix("/")
            path = part if part.startswith("xl/") else f"xl/{part}"
            if path in names:
                with archive.open(path) as file:
                    looks[sheet.get("name", "")] = _look(file, percents)
        return looks


def _name(element: ET.Element) -> str:
    return element.tag.removeprefix(MAIN).removeprefix(STRICT)


def _percent_styles(styles: bytes) -> dict[int, int]:
    """Return the indices of cell styles whose number format is a percentage, with the decimals it shows."""
    root = ET.fromstring(styles)  # noqa: S314 - as above
    own = {
        int(one.get("numFmtId", "0")): re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
        for one in root.iter()
        if _name(one) == "numFmt"
    }
    formats = PERCENT_FORMATS | own
    percents = {number: percent_decimals(code) for number, code in formats.items() if "%" in code}
    cell_styles = next((one for one in root if _name(one) == "cellXfs"), ())
    used = {index: int(style.get("numFmtId", "0")) for index, style in enumerate(cell_styles)}
    return {index: percents[number] for index, number in used.items() if number in percents}


def percent_decimals(code: str) -> int:
    """Return how many decimals a number format shows."""
    found = re.search(r"\.([0#?]+)", code)
    return len(found[1]) if found else 0


def _look(file: IO[bytes], percents: Mapping[int, int]) -> _Look:
    look = _Look()
    for _event, element in ET.iterparse(file):  # noqa: S314 - as above
        name = _name(element)
        if name == "col" and element.get("hidden") in {"1", "true"}:
            last = min(int(element.get("max", "0")), MOST_COLUMNS)
            look.hidden_columns.update(range(int(element.get("min", "1")) - 1, last))
        elif name == "row":
            number = int(element.get("r", "0")) - 1
            if element.get("hidden") in {"1", "true"}:
                look.hidden_rows.add(number)
            for cell in element:
                place = (number, _column(cell.get("r", "")))
                if error := _error(cell):
                    look.errors[place] = error
                elif (decimals := percents.get(int(cell.get("s", "0")))) is not None:
                    look.percents[place] = decimals
            element.clear()
    return look


def _error(cell: ET.Element) -> str:
    """Return the error of a cell; a formula that was saved without its result is one, though it shows as blank."""
    parts = {_name(part): part.text or "" for part in cell}
    if cell.get("t") == "e":
        return parts.get("v", "")[:20] or "#"
    has_no_result = "f" in parts and not parts.get("v") and cell.get("t") != "str"
    return f"={parts['f']}"[:20] if has_no_result else ""


def _column(reference: str) -> int:
    """Return the index of the column of a reference such as AB12."""
    index = 0
    for letter in re.match(r"[A-Z]*", reference).group():  # type: ignore[union-attr]  # it always matches
        index = index * 26 + ord(letter) - 64
    return index - 1
