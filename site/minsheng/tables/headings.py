"""The headings over each column, from top to bottom, and tables that stand side by side under the same ones."""

from minsheng.tables.grid import Cell, CellKind, Grid
from minsheng.tables.meanings import NAMING, Meaning, guess
from minsheng.tables.units import is_unit, unit_cell
from minsheng.tables.wording import in_one_line, squeezed


def headings_of(grid: Grid, rows: range, index: int) -> tuple[str, ...]:
    """Return a column's headings from top to bottom, each once; a heading over several columns belongs to each.

    A unit in a row of its own joins the heading above it: 计划里程 over 公里 is 计划里程（公里）.
    """
    path: list[str] = []
    for row in rows:
        cell = _heading(grid, rows, row, index)
        text = in_one_line(cell.text)
        if cell.is_blank or (path and path[-1] == text):
            continue
        if path and is_row_of_units(grid, row):
            if unit := unit_cell(text):
                path[-1] = f"{path[-1]}（{unit}）"
            continue
        if path and is_unit(text):
            path[-1] = f"{path[-1]}（{text}）"
        else:
            path.append(text)
    return tuple(path)


def is_row_of_units(grid: Grid, row: int) -> bool:
    """Whether a row gives units for the columns, behind a blank or behind 单位."""
    cells = grid.distinct(row)
    starts = bool(cells) and (cells[0][0] > 0 or cells[0][1].key in {"单位", "计量单位"})
    units = cells[1:] if starts and cells[0][1].key in {"单位", "计量单位"} else cells
    return starts and bool(units) and all(cell.kind is CellKind.TEXT and unit_cell(cell.text) for _c, cell in units)


def _heading(grid: Grid, rows: range, row: int, index: int) -> Cell:
    """Return a heading cell; in a flattened table only the first of the columns says what stood over them all."""
    cell = grid.at(row, index)
    if not cell.is_blank or grid.merge_at(row, index) is not None or row == rows[-1]:
        return cell
    left = index
    while left > 0 and grid.at(row, left).is_blank:
        left -= 1
    has_both = _has_below(grid, rows, row, index) and _has_below(grid, rows, row, left)
    return grid.at(row, left) if has_both and left < index else cell


def _has_below(grid: Grid, rows: range, row: int, index: int) -> bool:
    return any(not grid.at(lower, index).is_blank for lower in range(row + 1, rows.stop))


def halves(grid: Grid, rows: range) -> list[range]:
    """Return the columns of each table under a block of headings: several where the same headings stand again."""
    paths = [tuple(map(squeezed, headings_of(grid, rows, index))) for index in range(grid.width)]
    first = next((index for index, path in enumerate(paths) if path), 0)
    for size in range(2, (grid.width - first) // 2 + 1):
        part = paths[first : first + size]
        if not all(part) or not any(_names_rows(path) for path in part):
            continue
        starts = _starts(paths, part, first)
        if len(starts) > 1:
            return [range(start, start + size) for start in starts]
    return [range(grid.width)]


def _names_rows(path: tuple[str, ...]) -> bool:
    guessed = guess(path)
    return guessed is not None and guessed.meaning in NAMING | {Meaning.PLACE}


def _starts(paths: list[tuple[str, ...]], part: list[tuple[str, ...]], first: int) -> list[int]:
    """Return where the same headings begin again, an empty column between or not; nothing where others follow."""
    starts, position = [], first
    while position < len(paths):
        if paths[position : position + len(part)] == part:
            starts.append(position)
            position += len(part)
        elif not paths[position]:
            position += 1
        else:
            return []
    return starts
