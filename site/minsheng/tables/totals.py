"""Total rows: not imported, but what they say is compared with the rows they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from minsheng.tables.columns import Column
from minsheng.tables.grid import Grid
from minsheng.tables.meanings import MONEY, Meaning
from minsheng.tables.quantities import ReadingCode, read
from minsheng.tables.row_kinds import RowKind, RowReading


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A total and the sum of its rows, in the column's unit; ``row`` and ``column`` count from 0."""

    row: int
    column: int
    label: str
    stated: Decimal
    summed: Decimal

    @property
    def agrees(self) -> bool:
        """Whether the total is the sum."""
        return self.stated == self.summed


def check_sums(grid: Grid, columns: Sequence[Column], rows: Sequence[RowReading]) -> list[SumCheck]:
    """Compare every total, subtotal and section row with the rows it can be the sum of; the nearest sum counts."""
    checks = []
    additive = [
        column for column in columns if column.meaning in MONEY | {Meaning.TARGET, Meaning.DONE} and column.unit != "%"
    ]
    for position, row in enumerate(rows):
        if row.kind not in {RowKind.TOTAL, RowKind.SUBTOTAL, RowKind.SECTION}:
            continue
        for column in additive:
            stated = _number(grid, row.row, column)
            if stated is None:
                continue
            sums = [
                sum((value for one in scope if (value := _number(grid, one.row, column)) is not None), Decimal(0))
                for scope in _scopes(rows, position)
                if any(_number(grid, one.row, column) is not None for one in scope)
            ]
            if sums:
                nearest = min(sums, key=lambda total: abs(total - stated))
                checks.append(SumCheck(row.row, column.index, row.label, stated, nearest))
    return checks


def _number(grid: Grid, row: int, column: Column) -> Decimal | None:
    merge = grid.merge_at(row, column.index)
    if merge is not None and (merge.top, merge.left) != (row, column.index):
        return None
    reading = read(grid.rows[row][column.index])
    return reading.value if reading.code is ReadingCode.NUMBER else None


def _scopes(rows: Sequence[RowReading], position: int) -> list[list[RowReading]]:
    """Return the items a total can be about: those after it, those before it, all of them, or the part totals."""
    kind = rows[position].kind
    ends = {RowKind.SECTION, RowKind.SUBTOTAL, RowKind.TOTAL}
    after: list[RowReading] = []
    for row in rows[position + 1 :]:
        if row.kind in ends:
            break
        after.append(row)
    before: list[RowReading] = []
    for row in reversed(rows[:position]):
        if row.kind in ends:
            break
        before.append(row)
    items = [row for row in rows if row.kind is RowKind.ITEM]
    parts = [row for row in rows if row.kind in {RowKind.SECTION, RowKind.SUBTOTAL}]
    near = [[row for row in scope if row.kind is RowKind.ITEM] for scope in (after, before)]
    return [near[0]] if kind is RowKind.SECTION else [*near, items, parts] if kind is RowKind.TOTAL else near
