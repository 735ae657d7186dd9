"""What each row of a table is: an item, a total, the heading of a section, or nothing of the kind."""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minsheng.tables.bodies import is_agency, is_place
from minsheng.tables.columns import Column
from minsheng.tables.grid import Cell, CellKind, Grid
from minsheng.tables.meanings import NAMING, NUMBERS, Meaning
from minsheng.tables.quantities import read
from minsheng.tables.regions import Region
from minsheng.tables.wording import has_ordinal, in_one_line, squeezed, without_ordinal

NAMES = NAMING | {Meaning.SERIAL, Meaning.CATEGORY, Meaning.PLACE, Meaning.KEY}
_LABELS = NAMES | {Meaning.AGENCY, Meaning.UNIT}
"""Columns in which a row may say that it is a total."""
_TOTAL = re.compile(
    r"(?:[一-十]、|[(（]?[一-十\d][)）、.]?)?(?:总|合|小|共|累|总合)计(?:数|额|值)?(?:[(（:：].*)?"
    r"|.{1,14}(?:小计|合计|总计)(?:[(（:：].*)?|全[省市县区州镇乡国](?:合计|总计|平均)?|平均值?|均值|总和|汇总|合\(?计\)?|共?\d+[个项件](?:项目|工程|实事)?|(?i:(?:grand|sub)?-?totals?:?)"
)
_PART_TOTAL = re.compile(r"小计|分计|^共?\d+[个项件]")
_SUM_OF_PARTS = re.compile(r"(?P<inside>其中[:：]?)?(?P<name>.+?)[(（]\s*共?\d+\s*[个项件]\s*[)）]")
"""教育局（3个）over the rows of that office."""
_OFFICE = re.compile(r"(?:局|委|委员会|厅|办|办公室|政府|街道|镇|乡)$")
_SERIAL = re.compile(r"\d+(?:[-.]\d+)*[.、]?")


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
    reader = _Rows(grid, region, {column.index: column.meaning for column in columns})
    return [reader.kind(row) for row in region.body]


class _Rows:
    """The rows of one table beside each other: whether they are numbered, and which have ordinals of sections."""

    def __init__(self, grid: Grid, region: Region, meanings: Mapping[int, Meaning]) -> None:
        self.grid, self.region, self.meanings = grid, region, meanings
        self.serials = [index for index, meaning in meanings.items() if meaning is Meaning.SERIAL]
        self.has_serials = any(map(self._is_numbered, region.body))

    def kind(self, row: int) -> RowReading:
        """Return what a row is."""
        own = self.grid.own(row)
        if row in self.region.skipped:
            return RowReading(row, RowKind.REPEATED)
        if not own:
            return RowReading(row, RowKind.BLANK)
        if row in self.grid.hidden_rows:
            return RowReading(row, RowKind.HIDDEN)
        if label := self._total(own):
            is_part = _PART_TOTAL.search(squeezed(label)) or not _TOTAL.fullmatch(squeezed(label))
            return RowReading(row, RowKind.SUBTOTAL if is_part else RowKind.TOTAL, label)
        section = self._section(row, own)
        return RowReading(row, RowKind.SECTION if section else RowKind.ITEM, section)

    def _is_numbered(self, row: int) -> bool:
        return any(_SERIAL.fullmatch(self.grid.at(row, column).key) for column in self.serials)

    def _total(self, own: Sequence[tuple[int, Cell]]) -> str:
        """Return the words by which a row is a total or the sum of one office; empty for any other."""
        labels = [
            cell
            for column, cell in own
            if self.meanings.get(column, Meaning.IGNORED) in _LABELS and cell.kind is CellKind.TEXT
        ]
        if found := next((in_one_line(cell.text) for cell in labels if _TOTAL.fullmatch(cell.key)), ""):
            return found
        parts = _SUM_OF_PARTS.fullmatch(labels[0].key) if labels else None
        if parts is None or not self._says_only_figures(own[1:]):
            return ""
        is_office = _OFFICE.search(parts["name"]) and (is_agency(parts["name"]) or is_place(parts["name"]))
        return in_one_line(labels[0].text) if parts["inside"] or is_office else ""

    def _says_only_figures(self, cells: Sequence[tuple[int, Cell]]) -> bool:
        return all(self.meanings.get(column) in NUMBERS or read(cell).says_nothing for column, cell in cells)

    def _section(self, row: int, own: Sequence[tuple[int, Cell]]) -> str:
        """Return the words of a row that heads a section: one text over the names, nothing else but figures."""
        first, cell = own[0]
        merge = self.grid.merge_at(row, first)
        meaning = self.meanings.get(first, Meaning.IGNORED)
        goes_down = merge is not None and merge.bottom > merge.top
        if cell.kind is not CellKind.TEXT or meaning not in NAMES or goes_down or not self._says_only_figures(own[1:]):
            return ""
        spans = merge is not None and merge.right > merge.left and not re.fullmatch(r"[\d.]+", cell.key)
        in_serial = meaning is Meaning.SERIAL and not re.fullmatch(r"[\d.\-、()]+", cell.key)
        lacks_number = self.has_serials and not self._is_numbered(row)
        alone = len(own) == 1
        is_headed = has_ordinal(cell.text) and (alone or lacks_number or self._has_parts(row, first))
        is_bare = alone and (lacks_number or self._is_divider(row, cell)) and first <= 1 and len(cell.text) <= 30
        return in_one_line(cell.text) if spans or in_serial or is_headed or is_bare else ""

    def _is_divider(self, row: int, cell: Cell) -> bool:
        """Whether a place that stands alone where projects are named divides them: 石桥镇 over its projects."""
        if not is_place(without_ordinal(cell.text)) or Meaning.PLACE in self.meanings.values():
            return False
        below = next((own for lower in range(row + 1, self.region.body.stop) if (own := self.grid.own(lower))), [])
        return len(below) > 1

    def _has_parts(self, row: int, column: int) -> bool:
        """Whether the next row is an item under this row's ordinal: without one, and with more than figures."""
        for below in range(row + 1, self.region.body.stop):
            own = self.grid.own(below)
            if own:
                is_beside = own[0][0] == column and not has_ordinal(own[0][1].text)
                return is_beside and not self._says_only_figures(own[1:])
        return False
