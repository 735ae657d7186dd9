"""Tables that lie on their side, the headings in one column and a column for each project; and forms."""

from minsheng.tables.forms import as_table
from minsheng.tables.grid import Grid
from minsheng.tables.meanings import NAMING, Meaning, is_heading, take_apart
from minsheng.tables.wording import squeezed

_FIRST_COLUMNS = 3
_FEWEST = 3


def upright(grid: Grid) -> Grid:
    """Return a sheet with a row for each item: itself, turned where its headings are a column, or a form's facts."""
    form = as_table(grid)
    if form is not None:
        return form
    found = [(len(rows), rows) for column in range(min(grid.width, _FIRST_COLUMNS)) if (rows := _column(grid, column))]
    if not found:
        return grid
    count, rows = max(found, key=lambda pair: pair[0])
    across = max((_headings_across(grid, row) for row in range(len(grid.rows))), default=0)
    return grid.turned(rows[0]) if count > across else grid


def _column(grid: Grid, column: int) -> list[int]:
    """Return the rows of a column of headings that begins with the one of the names; empty where it is none."""
    rows = [row for row in range(len(grid.rows)) if is_heading(grid.rows[row][column].text)]
    starts = [row for row in rows if take_apart(squeezed(grid.rows[row][column].text)).noun in NAMING | {Meaning.PLACE}]
    if not starts:
        return []
    below = [row for row in rows if row >= starts[0]]
    filled = sum(not grid.rows[row][column].is_blank for row in range(starts[0], len(grid.rows)))
    alone = _headings_across(grid, starts[0]) == 1
    return below if alone and len(below) >= _FEWEST and len(below) * 2 > filled else []


def _headings_across(grid: Grid, row: int) -> int:
    """Return how many headings a row has; 单位 is over the units of the rows below, however these lie."""
    cells = [cell for _column, cell in grid.distinct(row)]
    return sum(is_heading(cell.text) and cell.key not in {"单位", "计量单位"} for cell in cells)
