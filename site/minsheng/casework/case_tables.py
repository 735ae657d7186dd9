"""Tables of cases from other offices: reading an Excel or CSV file into rows of text, under tight bounds."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from python_calamine import CalamineError, CalamineWorkbook

from minsheng.errors import InvalidFileError
from minsheng.records.document_types import DocumentType, checked

MAX_BYTES = 5_000_000
MOST_ROWS = 500
MOST_COLUMNS = 30
LONGEST_CELL = 4000

Rows = list[list[str]]
"""Cells by row and column, as they stand in the file: the first is A1."""


def read(data: bytes, most_rows: int = MOST_ROWS, max_bytes: int = MAX_BYTES) -> Rows:
    """Return the cells of a CSV file or of the first sheet of a workbook, without empty rows at the end.

    ``most_rows`` do not count the headings.

    Raises ``InvalidFileError``: ``too_large``, ``too_many_rows``, ``too_many_columns``, ``long_cell``, ``not_a_table``,
    ``empty``, and what ``document_types.checked`` says of archives that burst, hide something or carry macros.
    """
    if len(data) > max_bytes:
        raise InvalidFileError("too_large")
    rows = _workbook(data, most_rows) if data.startswith(b"PK") else _csv(data)
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise InvalidFileError("empty")
    if len(rows) > most_rows + 1:
        raise InvalidFileError("too_many_rows")
    if any(len(row) > MOST_COLUMNS for row in rows):
        raise InvalidFileError("too_many_columns")
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise InvalidFileError("long_cell")
    return rows


def cell_name(row: int, column: int) -> str:
    """Return what a spreadsheet calls a cell, from its indices counted from 0: ``(4, 2)`` is C5."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def _workbook(data: bytes, most_rows: int) -> Rows:
    kind, data = checked(data)
    if kind is not DocumentType.XLSX:
        raise InvalidFileError("not_a_table")
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        # One row and column beyond the bounds, so that what was cut off is noticed.
        values = sheet.to_python(skip_empty_area=False, nrows=most_rows + 2)
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise InvalidFileError("broken") from error
    return [_trimmed([_text(value) for value in row[: MOST_COLUMNS + 50]]) for row in values]


def _csv(data: bytes) -> Rows:
    text = _decoded(data)
    if "\0" in text:
        raise InvalidFileError("not_a_table")
    csv.field_size_limit(MAX_BYTES)
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidFileError("broken") from error
    return [_trimmed([_unguarded(cell.strip()) for cell in row]) for row in rows]


def _decoded(data: bytes) -> str:
    """Return the text of a CSV file in UTF-8 or, as Chinese office programs write it, GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidFileError("not_a_table")


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _text(value: object) -> str:
    """Return a cell as a person reads it: days without their midnight, whole numbers without a point."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return format(value, ".15g")
    return str(value).strip()


def _trimmed(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells
