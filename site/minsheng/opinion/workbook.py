"""A table as an XLSX file with the standard library alone, the same bytes for the same table.

Only what a table needs of ECMA-376: one sheet, shared strings, numbers. No cell can be a formula, and texts are guarded
all the same, for the day somebody saves the sheet as CSV.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from minsheng.opinion.tables import guarded

MOST_ROWS = 1_048_576
_MOMENT = (1980, 1, 1, 0, 0, 0)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    ),
}
# XML 1.0 has no place for these.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return an XLSX file of one sheet named ``title`` (at most 31 characters), with a header that stays in view.

    Numbers stay numbers, None is an empty cell, everything else is a guarded text. Raises ``ValueError`` for a title
    that a sheet cannot have, rows that do not fit the header, or more rows than a sheet holds.
    """
    if not 0 < len(title) <= 31 or set(title) & set("[]:*?/\\") or title != title.strip("'"):
        raise ValueError(title)
    held = io.BytesIO()
    texts: dict[str, int] = {}
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted(_PARTS.items()):
            archive.writestr(_entry(name), _DECLARATION + content)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            for chunk in _sheet(columns, rows, texts):
                sheet.write(chunk.encode())
        archive.writestr(_entry("xl/sharedStrings.xml"), _shared_strings(texts))
        archive.writestr(
            _entry("xl/workbook.xml"),
            f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(title, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
    return held.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, 0o100644 << 16
    return entry


def _sheet(columns: Sequence[str], rows: Iterable[Sequence[object]], texts: dict[str, int]) -> Iterable[str]:
    """Yield the sheet's XML, a row at a time; ``texts`` gathers the shared strings."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    yield f'{_DECLARATION}<worksheet xmlns="{_MAIN}">{view}<sheetData>'
    fragments: dict[tuple[type, object], str] = {}

    def cell(value: object) -> str:
        # Answers repeat: each different value is turned into XML once.
        key = (type(value), value)
        if key not in fragments:
            fragments[key] = _cell(value, texts)
        return fragments[key]

    yield f"<row>{''.join(map(cell, columns))}</row>"
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns) or number > MOST_ROWS:
            raise ValueError(number)
        yield f"<row>{''.join(map(cell, row))}</row>"
    yield "</sheetData></worksheet>"


def _cell(value: object, texts: dict[str, int]) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<c><v>{value!r}</v></c>"
    return f'<c t="s"><v>{texts.setdefault(guarded(str(value)), len(texts))}</v></c>'


def _shared_strings(texts: dict[str, int]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{escape(_ILLEGAL.sub("", text))}</t></si>' for text in texts)
    return f'{_DECLARATION}<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">{items}</sst>'
