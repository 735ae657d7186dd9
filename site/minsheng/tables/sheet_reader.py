"""Reads the cells of one spreadsheet, as a program of its own under limits: a hostile file can harm only itself.

Run with ``xlsx``, ``xls`` or ``csv`` as argument and the file on standard input; writes JSON to standard output:
``sheets`` (name, rows of cells, merged ranges, hidden rows and columns) or ``problem``. A cell is text, null, or a pair
of a letter and text: ``n`` an exact number, ``p`` a percentage, ``d`` an ISO day, ``e`` an error of a formula.
Imports nothing of the rest, so that it starts quickly and holds nothing.
"""

import csv
import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO
from xml.etree import ElementTree as ET

MOST_SHEETS = 40
MOST_ROWS = 5_000
MOST_COLUMNS = 120
MOST_CELLS = 200_000
MOST_CHARACTERS = 2_000
CPU_SECONDS = 20
MEMORY_BYTES = 1_500_000_000
OUTPUT_BYTES = 32_000_000

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
PERCENT_FORMATS = frozenset({9, 10})
"""Built-in number formats that show a share as a percentage."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

Cell = str | list[str] | None


def main() -> None:
    """Read the file and tell what was found."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        sheets = _csv(data) if sys.argv[1] == "csv" else _workbook(data, is_zip=sys.argv[1] == "xlsx")
        answer: dict[str, object] = {"sheets": sheets}
    except _TooLargeError:
        answer = {"problem": "too_many_cells"}
    except MemoryError:
        answer = {"problem": "unreadable"}
    except Exception as error:
        answer = {"problem": "encrypted" if "password" in str(error).lower() else "broken"}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


class _TooLargeError(Exception):
    """The table has more cells than anyone looks through."""


def _limit() -> None:
    """Let this process take only so much time and memory, and write no file of any size."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _soft, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _workbook(data: bytes, *, is_zip: bool) -> list[dict[str, object]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    looks = _looks(data) if is_zip else {}
    sheets: list[dict[str, object]] = []
    cells = 0
    for meta in book.sheets_metadata[:MOST_SHEETS]:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        look = looks.get(meta.name, _Look())
        rows: list[list[Cell]] = []
        for number, values in enumerate(sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)):
            shown = [look.cell(number, column, _cell(value)) for column, value in enumerate(values)]
            while shown and shown[-1] is None:
                shown.pop()
            if len(shown) > MOST_COLUMNS:
                raise _TooLargeError
            cells += len(shown)
            rows.append(shown)
        while rows and not rows[-1]:
            rows.pop()
        if len(rows) > MOST_ROWS or cells > MOST_CELLS:
            raise _TooLargeError
        sheets.append(
            {
                "name": _clean(meta.name),
                "is_hidden": meta.visible is not SheetVisibleEnum.Visible,
                "rows": rows,
                "merged": [
                    [top, left, bottom, right] for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
                ],
                "hidden_rows": sorted(row for row in look.hidden_rows if row < len(rows)),
                "hidden_columns": sorted(column for column in look.hidden_columns if column < MOST_COLUMNS),
            }
        )
    return sheets


def _cell(value: object) -> Cell:
    """Return a cell with its number as a person reads it: fifteen digits, as office programs show and keep."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return ["n", _digits(Decimal(format(value, ".15g")))]
    if isinstance(value, dt.datetime):
        return ["d", value.date().isoformat()]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    text = _clean(str(value))
    if not text:
        return None
    return ["e", text] if re.fullmatch(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)", text) else text


def _digits(number: Decimal) -> str:
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _clean(text: str) -> str:
    """Return text without what cannot be seen, at most so long."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:MOST_CHARACTERS]


class _Look:
    """What a sheet shows beside its values: percentages, errors of formulas, hidden rows and columns."""

    def __init__(self) -> None:
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.percents: set[tuple[int, int]] = set()
        self.errors: dict[tuple[int, int], str] = {}

    def cell(self, row: int, column: int, value: Cell) -> Cell:
        """Return a cell as its number format shows it; an error is never taken for a blank."""
        if (row, column) in self.errors:
            return ["e", self.errors[row, column]]
        if (row, column) in self.percents and isinstance(value, list) and value[0] == "n":
            return ["p", _digits(Decimal(value[1]) * 100)]
        return value


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
        percents = _percent_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
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


def _percent_styles(styles: bytes) -> frozenset[int]:
    """Return the indices of cell styles whose number format is a percentage."""
    root = ET.fromstring(styles)  # noqa: S314 - as above
    own = {
        int(one.get("numFmtId", "0")): re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
        for one in root.iter()
        if _name(one) == "numFmt"
    }
    percents = PERCENT_FORMATS - own.keys() | {number for number, code in own.items() if "%" in code}
    cell_styles = next((one for one in root if _name(one) == "cellXfs"), ())
    return frozenset(index for index, style in enumerate(cell_styles) if int(style.get("numFmtId", "0")) in percents)


def _look(file: IO[bytes], percents: frozenset[int]) -> _Look:
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
                if cell.get("t") == "e":
                    look.errors[place] = "".join(part.text or "" for part in cell if _name(part) == "v")[:20]
                elif int(cell.get("s", "0")) in percents:
                    look.percents.add(place)
            element.clear()
    return look


def _column(reference: str) -> int:
    """Return the index of the column of a reference such as AB12."""
    index = 0
    for letter in re.match(r"[A-Z]*", reference).group():  # type: ignore[union-attr]  # it always matches
        index = index * 26 + ord(letter) - 64
    return index - 1


def _csv(data: bytes) -> list[dict[str, object]]:
    text = _decoded(data)
    rows: list[list[Cell]] = []
    cells = 0
    for values in _records(text):
        shown = [_csv_cell(value) for value in values]
        while shown and shown[-1] is None:
            shown.pop()
        cells += len(shown)
        rows.append(shown)
        if len(rows) > MOST_ROWS or cells > MOST_CELLS or len(shown) > MOST_COLUMNS:
            raise _TooLargeError
    while rows and not rows[-1]:
        rows.pop()
    return [{"name": "", "is_hidden": False, "rows": rows, "merged": [], "hidden_rows": [], "hidden_columns": []}]


def _csv_cell(value: str) -> Cell:
    text = _clean(value)
    if guarded := re.fullmatch(r'="([^"]*)"', text):
        text = guarded[1]
    # The sign that keeps spreadsheets from running a cell as a formula is no part of what it says.
    return re.sub(r"^'(?=[=+\-@])", "", text) or None


def _records(text: str) -> Iterator[list[str]]:
    """Return the rows; a quotation mark that is never closed does not swallow the rest of the file."""
    first = text[:20_000]
    delimiter = max(",\t;，|", key=lambda sign: (_steadiness(first, sign), -",\t;，|".index(sign)))
    csv.field_size_limit(MOST_CHARACTERS * 50)
    rows = []
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        if any(value.count("\n") > 30 for row in rows for value in row):
            rows = []
    except csv.Error:
        rows = []
    if not rows:
        rows = [line.split(delimiter) for line in text.splitlines()]
    return iter(rows)


def _steadiness(text: str, delimiter: str) -> int:
    """Return how many lines have as many of this sign as most lines with any."""
    counts = [count for line in text.splitlines() if (count := line.count(delimiter))]
    return max((counts.count(count) for count in set(counts)), default=0) * (2 if len(counts) > 1 else 1)


def _decoded(data: bytes) -> str:
    """Return the text of a CSV file: by its mark, as UTF-8, or in the older encoding of whose usual signs it has more."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = [
        (share, text)
        for encoding in ("gb18030", "big5hkscs")
        if (share := _usual_share(data, encoding)) is not None and (text := data.decode(encoding))
    ]
    if not found:
        raise ValueError("no encoding fits")
    return max(found, key=lambda pair: pair[0])[1]


def _usual_share(data: bytes, encoding: str) -> float | None:
    """Return the share of signs outside ASCII that are of the encoding's everyday ones; None where it does not fit."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    signs = [sign for sign in text if ord(sign) > 127]
    everyday = sum(_is_everyday(sign, encoding) for sign in signs)
    return everyday / max(len(signs), 1)


def _is_everyday(sign: str, encoding: str) -> bool:
    """Whether a sign stands in the part of the encoding that its makers filled with the most used ones."""
    code = sign.encode(encoding)
    if len(code) != 2:
        return False
    lead, trail = code
    if encoding == "gb18030":
        return trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or lead in {0xA1, 0xA3})
    return 0xA4 <= lead <= 0xC6 or lead in {0xA1, 0xA2}


if __name__ == "__main__":
    main()
