"""A sheet as a grid of cells: what each says, of what kind it is, and which cells are one."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Self

from minsheng.tables.wording import in_one_line, squeezed


class CellKind(enum.StrEnum):
    """Text is what a person typed as text, also where it reads like a number."""

    BLANK = ""
    TEXT = "t"
    NUMBER = "n"
    PERCENT = "p"
    DAY = "d"
    ERROR = "e"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``text`` is a number's exact digits, a day in ISO form, or the words; empty for a blank."""

    text: str = ""
    kind: CellKind = CellKind.BLANK

    @classmethod
    def of_json(cls, value: object) -> Self:
        """Return a cell as the reader of sheets gives it."""
        match value:
            case [str(kind), str(text)] if kind in {"n", "p", "d", "e"}:
                return cls(text, CellKind(kind))
            case str(text) if text.strip():
                return cls(text, CellKind.TEXT)
        return cls()

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands here."""
        return self.kind is CellKind.BLANK

    @property
    def number(self) -> Decimal | None:
        """The number of a cell that was entered as one; a percentage's is in percent."""
        return Decimal(self.text) if self.kind in {CellKind.NUMBER, CellKind.PERCENT} else None

    @property
    def shown(self) -> str:
        """What a person reads in the cell, in one line."""
        return f"{self.text}%" if self.kind is CellKind.PERCENT else in_one_line(self.text)

    @property
    def key(self) -> str:
        """The words for comparing: simplified, one width, no spaces."""
        return squeezed(self.shown)


BLANK = Cell()


@dataclass(frozen=True)
class Merge:
    """A range of cells that are one; all four ends are included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """One sheet. ``rows`` are equally long; of merged cells only the first says anything.

    ``turned_from`` is the row of the file from which columns were made rows, None for a sheet as it came; ``places``
    are those of the cells in a file that was a form, empty for any other.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    turned_from: int | None = None
    places: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict, compare=False)
    _spread: dict[tuple[int, int], Merge] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for merge in self.merges:
            for row in range(merge.top, min(merge.bottom, len(self.rows) - 1) + 1):
                for column in range(merge.left, min(merge.right, self.width - 1) + 1):
                    self._spread[row, column] = merge

    @classmethod
    def of_json(cls, sheet: Mapping[str, Any]) -> Self:
        """Return a grid as the reader of sheets gives it."""
        width = max((len(row) for row in sheet["rows"]), default=0)
        merges = tuple(Merge(*ends) for ends in sheet["merged"])
        return cls(
            name=sheet["name"],
            rows=tuple(
                tuple(Cell.of_json(row[column]) if column < len(row) else BLANK for column in range(width))
                for row in sheet["rows"]
            ),
            merges=merges,
            hidden_rows=frozenset(sheet["hidden_rows"]),
            hidden_columns=frozenset(sheet["hidden_columns"]),
            is_hidden=sheet["is_hidden"],
        )

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.rows[0]) if self.rows else 0

    def merge_at(self, row: int, column: int) -> Merge | None:
        """Return the range a cell belongs to, or None for a cell of its own."""
        return self._spread.get((row, column))

    def at(self, row: int, column: int) -> Cell:
        """Return what a cell says, also where it is part of a merged one."""
        merge = self._spread.get((row, column))
        return self.rows[merge.top][merge.left] if merge else self.rows[row][column]

    def distinct(self, row: int) -> list[tuple[int, Cell]]:
        """Return the filled cells of a row with their columns; merged ones once, as part of each of their rows."""
        seen: set[tuple[int, int]] = set()
        found = []
        for column in range(self.width):
            merge = self._spread.get((row, column))
            origin = (merge.top, merge.left) if merge else (row, column)
            cell = self.at(row, column)
            if not cell.is_blank and origin not in seen:
                seen.add(origin)
                found.append((column, cell))
        return found

    def own(self, row: int) -> list[tuple[int, Cell]]:
        """Return the filled cells that begin in this row."""
        return [
            (column, cell)
            for column, cell in self.distinct(row)
            if (merge := self._spread.get((row, column))) is None or merge.top == row
        ]

    def only(self, columns: range) -> "Grid":
        """Return the grid with nothing outside some columns, each cell in its place."""
        if columns == range(self.width):
            return self
        rows = tuple(
            tuple(cell if column in columns else BLANK for column, cell in enumerate(row)) for row in self.rows
        )
        merges = tuple(merge for merge in self.merges if merge.left in columns and merge.right in columns)
        return replace(self, rows=rows, merges=merges, _spread={})

    def turned(self, top: int) -> "Grid":
        """Return the grid with the cells from row ``top`` on turned, columns for rows, below the lines above them."""
        body = self.rows[top:]
        titles = [[cell for cell in row if not cell.is_blank][: len(body)] for row in self.rows[:top]]
        return replace(
            self,
            rows=(
                *(tuple(row + [BLANK] * (len(body) - len(row))) for row in titles),
                *(tuple(row[column] for row in body) for column in range(self.width)),
            ),
            merges=tuple(
                Merge(merge.left + top, merge.top - top, merge.right + top, merge.bottom - top)
                for merge in self.merges
                if merge.top >= top
            ),
            hidden_rows=frozenset(column + top for column in self.hidden_columns),
            hidden_columns=frozenset(row - top for row in self.hidden_rows if row >= top),
            turned_from=top,
            _spread={},
        )

    def in_file(self, row: int, column: int) -> tuple[int, int]:
        """Return where a cell stands in the file, as row and column from 0."""
        if self.places:
            return self.places.get((row, column), (row, column))
        if self.turned_from is None or row < self.turned_from:
            return row, column
        return column + self.turned_from, row - self.turned_from

    def corrected(self, cells: Mapping[tuple[int, int], str]) -> "Grid":
        """Return the grid with cells that a person typed anew; a typed cell stands for itself alone."""
        if not cells:
            return self
        rows = [list(row) for row in self.rows]
        for (row, column), text in cells.items():
            if row < len(rows) and column < self.width:
                rows[row][column] = Cell(text, CellKind.TEXT) if text.strip() else BLANK
        kept = tuple(
            merge
            for merge in self.merges
            if not any(
                merge.top <= row <= merge.bottom and merge.left <= column <= merge.right for row, column in cells
            )
        )
        for merge in set(self.merges) - set(kept):
            # What the merged cell said stays in those of its cells that were not typed anew.
            for row in range(merge.top, min(merge.bottom, len(rows) - 1) + 1):
                for column in range(merge.left, min(merge.right, self.width - 1) + 1):
                    if (row, column) not in cells:
                        rows[row][column] = self.rows[merge.top][merge.left]
        return replace(self, rows=tuple(map(tuple, rows)), merges=kept, _spread={})


def grids_of(sheets: Sequence[Mapping[str, Any]]) -> list[Grid]:
    """Return the sheets of a file as grids."""
    return [Grid.of_json(sheet) for sheet in sheets]
