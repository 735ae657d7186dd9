"""A whole file read: its tables with columns, rows, entries and sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minsheng.errors import InvalidFileError
from minsheng.tables.column_reading import read_columns
from minsheng.tables.columns import Column, fingerprint, remapped
from minsheng.tables.days import month_of
from minsheng.tables.entries import Entry
from minsheng.tables.grid import Grid, grids_of
from minsheng.tables.meanings import FIGURES
from minsheng.tables.orientation import upright
from minsheng.tables.regions import Region, find_regions
from minsheng.tables.row_kinds import RowReading, read_rows
from minsheng.tables.row_reader import read_entries
from minsheng.tables.totals import SumCheck, check_sums

MOST_LINES = 12_000
"""More than anyone looks through: a line for each target of each row."""
Mapped = Mapping[int, Mapping[str, str]]
"""Column → what a person chose for it: ``meaning``, ``unit``, ``group``."""


@dataclass(frozen=True)
class Table:
    """One table of a file. ``sheet`` and ``number`` count from 0; ``fingerprint`` is the same for the same headings."""

    sheet: int
    number: int
    grid: Grid
    region: Region
    fingerprint: str
    columns: tuple[Column, ...]
    rows: tuple[RowReading, ...]
    entries: tuple[Entry, ...]
    sums: tuple[SumCheck, ...]

    @property
    def month(self) -> str | None:
        """The month its title and headings name, ``YYYY-MM``."""
        return month_of(self.region.titles, [column.heading for column in self.columns])


def read_tables(
    sheets: Sequence[Mapping[str, Any]],
    chosen: Mapping[str, Mapped] | None = None,
    corrected: Mapping[int, Mapping[tuple[int, int], str]] | None = None,
) -> list[Table]:
    """Return the tables of a file's visible sheets, in order.

    ``chosen`` maps fingerprints to chosen columns, ``corrected`` sheets to cells typed anew by (row, column). Raises
    ``InvalidFileError`` (``too_many_lines``) at the first reading, before anything is chosen.
    """
    tables: list[Table] = []
    lines = 0
    for number, original in enumerate(grids_of(sheets)):
        if original.is_hidden or not original.rows:
            continue
        sheet = upright(original)
        whole = sheet.corrected((corrected or {}).get(number, {}))
        for region in find_regions(sheet):
            grid = whole.only(region.columns)
            guessed = read_columns(grid, region)
            mark = fingerprint(guessed)
            columns = remapped(guessed, (chosen or {}).get(mark, {}))
            rows = read_rows(grid, region, columns)
            lines += len(rows) * len({column.key for column in columns if column.meaning in FIGURES} or {""})
            if chosen is None and lines > MOST_LINES:
                raise InvalidFileError("too_many_lines")
            tables.append(
                Table(
                    sheet=number,
                    number=len(tables),
                    grid=grid,
                    region=region,
                    fingerprint=mark,
                    columns=columns,
                    rows=tuple(rows),
                    entries=tuple(read_entries(grid, region, columns, rows)),
                    sums=tuple(check_sums(grid, columns, rows)),
                )
            )
    return tables
