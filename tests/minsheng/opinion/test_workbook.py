"""The XLSX file: well-formed, the same bytes each time, and without a formula."""

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.tables import guarded
from minsheng.opinion.workbook import write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(workbook: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        # Our own file from a moment ago, so entities cannot be anybody's trap.
        return {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}  # noqa: S314


def read(workbook: bytes) -> list[list[str | float | None]]:
    held = parts(workbook)
    texts = [item.findtext(f"{MAIN}t") or "" for item in held["xl/sharedStrings.xml"]]
    rows: list[list[str | float | None]] = []
    for row in held["xl/worksheets/sheet1.xml"].iter(f"{MAIN}row"):
        cells: list[str | float | None] = []
        for cell in row:
            value = cell.findtext(f"{MAIN}v")
            cells.append(None if value is None else texts[int(value)] if cell.get("t") == "s" else float(value))
        rows.append(cells)
    return rows


def test_a_table_comes_back() -> None:
    workbook = write_workbook("responses", ("地区", "n"), [["六安 <&>", 3], ["", -0.25], [None, 7]])
    assert read(workbook) == [["地区", "n"], ["六安 <&>", 3], [None, -0.25], [None, 7]]
    sheets = [sheet.get("name") for sheet in parts(workbook)["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    assert sheets == ["responses"]


def test_every_part_is_declared_and_every_relation_leads_somewhere() -> None:
    held = parts(write_workbook("s", ("a",), []))
    declared = {part.get("PartName") for part in held["[Content_Types].xml"]} - {None}
    assert declared == {"/" + name for name in held if name.startswith("xl/") and not name.endswith(".rels")}
    targets = {f"xl/{relation.get('Target')}" for relation in held["xl/_rels/workbook.xml.rels"]}
    assert targets <= held.keys()


@given(st.lists(st.tuples(st.text(), st.integers(-(10**9), 10**9))))
def test_no_text_is_a_formula_and_none_breaks_the_file(rows: list[tuple[str, int]]) -> None:
    workbook = write_workbook("s", ("text", "n"), rows)
    assert not list(parts(workbook)["xl/worksheets/sheet1.xml"].iter(f"{MAIN}f"))
    found = read(workbook)[1:]
    assert [row[1] for row in found] == [number for _, number in rows]
    for (text, _), row in zip(rows, found, strict=True):
        if text.isprintable():
            assert row[0] == (guarded(text) or None)


def test_one_and_true_and_a_float_are_kept_apart() -> None:
    assert read(write_workbook("s", ("a", "b", "c"), [[1, True, 1.5]]))[1] == [1, "True", 1.5]


def test_the_same_table_gives_the_same_bytes() -> None:
    rows = [["=1", 2], ["b", 3]]
    assert write_workbook("s", ("a", "b"), rows) == write_workbook("s", ("a", "b"), rows)


@pytest.mark.parametrize("title", ["", "x" * 32, "a/b", "a:b", "'a"])
def test_titles_that_a_sheet_cannot_have(title: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        write_workbook(title, ("a",), [])


def test_rows_must_fit_the_header() -> None:
    with pytest.raises(ValueError, match="2"):
        write_workbook("s", ("a", "b"), [[1]])
