"""What each row of a table is: an item, a total, the heading of a section, or nothing of the kind."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.tables.columns import Column
from minsheng.tables.grid import CellKind, Grid
from minsheng.tables.meanings import FIGURES, MONEY, Meaning
from minsheng.tables.quantities import ReadingCode, read
from minsheng.tables.regions import Region
from minsheng.tables.wording import has_ordinal, in_one_line, squeezed

NAMES = (
    Meaning.SERIAL,
    Meaning.CATEGORY,
    Meaning.PLACE,
    Meaning.TITLE,
    Meaning.SUBTITLE,
    Meaning.ITEM,
    Meaning.CONTENT,
    Meaning.KEY,
)
_TOTAL = re.compile(
    r"(?:[一-十]、|[(（]?[一-十\d][)）、.]?)?(?:总|合|小|共|累|总合)计(?:数|额|值)?(?:[(（:：].*)?|.{1,14}(?:小计|合计|总计)(?:[(（:：].*)?|全[省市县区州镇乡国](?:合计|总计|平均)?|总和|汇总|合\(?计\)?"
)
_PART_TOTAL = re.compile(r"小计|分计")


class RowKind(enum.StrEnum):
    """Only items are imported."""

    ITEM = "item"
    TOTAL = "total"
    SUBTOTAL = "subtotal"
    SECTION = "section"
    BLANK = "blank"
    REPEATED = "repeated"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class RowReading:
    """One row: its number in the sheet, what it is, and the words that say so of a total or a section."""

    row: int
    kind: RowKind
    label: str = ""


def read_rows(grid: Grid, region: Region, columns: Sequence[Column]) -> list[RowReading]:
    """Return what each row of the body is."""
    serials = [column.index for column in columns if column.meaning is Meaning.SERIAL]
    has_serials = any(_is_number(grid, row, serials) for row in region.body)
    return [
        _kind(grid, region, row, columns, has_serials=has_serials and not _is_number(grid, row, serials))
        for row in region.body
    ]


def _is_number(grid: Grid, row: int, serials: Sequence[int]) -> bool:
    return any(re.fullmatch(r"\d+(?:[-.]\d+)*[.、]?", grid.at(row, column).key) for column in serials)


def _kind(grid: Grid, region: Region, row: int, columns: Sequence[Column], *, has_serials: bool) -> RowReading:
    cells = grid.distinct(row)
    own = grid.own(row)
    if row in region.skipped:
        return RowReading(row, RowKind.REPEATED)
    if not own:
        return RowReading(row, RowKind.BLANK)
    if row in grid.hidden_rows:
        return RowReading(row, RowKind.HIDDEN)
    meanings = {column.index: column.meaning for column in columns}
    names = [
        cell for column, cell in own if meanings.get(column, Meaning.IGNORED) in NAMES and cell.kind is CellKind.TEXT
    ]
    label = next((in_one_line(cell.text) for cell in names if _TOTAL.fullmatch(cell.key)), "")
    if label:
        is_part = bool(_PART_TOTAL.search(squeezed(label)))
        return RowReading(row, RowKind.SUBTOTAL if is_part else RowKind.TOTAL, label)
    if section := _section(grid, row, columns, has_serials=has_serials):
        return RowReading(row, RowKind.SECTION, section)
    has_more = any(not cell.is_blank for _column, cell in cells)
    return RowReading(row, RowKind.ITEM if has_more else RowKind.BLANK)


def _section(grid: Grid, row: int, columns: Sequence[Column], *, has_serials: bool) -> str:
    """Return the words of a row that heads a section: one text over the names, nothing else but figures."""
    meanings = {column.index: column.meaning for column in columns}
    own = grid.own(row)
    if not own or own[0][1].kind is not CellKind.TEXT:
        return ""
    first, cell = own[0]
    merge = grid.merge_at(row, first)
    if meanings.get(first, Meaning.IGNORED) not in NAMES or (merge is not None and merge.bottom > merge.top):
        return ""
    others = [
        one
        for column, one in own[1:]
        if meanings.get(column) not in FIGURES | MONEY | {Meaning.MONEY_RATE, Meaning.PROGRESS}
    ]
    if any(read(one).code is not ReadingCode.BLANK for one in others):
        return ""
    words = in_one_line(cell.text)
    spans = merge is not None and merge.right > merge.left
    alone = len(own) == 1
    in_serial = meanings.get(first) is Meaning.SERIAL and not re.fullmatch(r"[\d.\-、()]+", cell.key)
    if (spans and not re.fullmatch(r"[\d.]+", cell.key)) or in_serial:
        return words
    if has_ordinal(cell.text) and (alone or has_serials):
        return words
    return words if alone and has_serials and first <= 1 and len(words) <= 30 else ""
