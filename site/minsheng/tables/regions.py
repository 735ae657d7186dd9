"""Where the tables of a sheet are: title lines, headings of one or more rows, rows, notes below."""

import re
from dataclasses import dataclass

from minsheng.tables.grid import Cell, CellKind, Grid
from minsheng.tables.headings import halves, is_row_of_units
from minsheng.tables.meanings import is_heading, is_time
from minsheng.tables.units import unit_line
from minsheng.tables.wording import has_ordinal, squeezed

_NOTE = re.compile(
    r"^(?:注|备注|说明|附注|填表说明|填报说明|数据来源|资料来源|填表人|填报人|制表|审核人|审核|单位负责人|负责人|联系人|主要领导|分管领导|签字|盖章|注释|填报单位)"
    r"\s*[:：.、\d]"
)
_NUMBER_TEXT = re.compile(r"[-+]?[\d,]+(?:\.\d+)?%?")
_COLUMN_NUMBERS = re.compile(r"(?:\d{1,2}|[甲乙丙丁戊己庚辛壬癸]|[A-Z]|\(?\d{1,2}\)?|[\d=+\-/*÷×()%]+)")
MOST_TITLES = 6
MOST_HEADINGS = 8


@dataclass(frozen=True)
class Region:
    """One table of a sheet. ``heading`` and ``body`` are row numbers; ``skipped`` rows are repeated headings.

    ``columns`` are its own: tables may stand side by side.
    """

    titles: tuple[str, ...]
    heading: range
    body: range
    columns: range
    notes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    skipped: frozenset[int] = frozenset()


def find_regions(grid: Grid) -> list[Region]:
    """Return the tables of a sheet from top to bottom; none where no row reads as headings."""
    headings = _headings(grid)
    regions = []
    for index, heading in enumerate(headings):
        ends = headings[index + 1].start if index + 1 < len(headings) else len(grid.rows)
        above = headings[index - 1].stop if index else 0
        titles_from = _titles_from(grid, heading.start, above)
        below = _titles_from(grid, ends, heading.stop) if index + 1 < len(headings) else ends
        first = heading.stop + (1 if heading.stop < below and _is_column_numbers(grid, heading.stop) else 0)
        last, notes = _notes(grid, first, below)
        skipped = frozenset(row for row in range(first, last) if _repeats(grid, heading, row))
        titles = [cell.shown for row in range(titles_from, heading.start) for _column, cell in grid.own(row)]
        units = next((found for text in [*titles, *notes] if (found := unit_line(text))), ())
        regions += [
            Region(tuple(titles), heading, range(first, last), columns, tuple(notes), units, skipped)
            for columns in halves(grid, heading)
        ]
    return regions


def _headings(grid: Grid) -> list[range]:
    """Return the blocks of heading rows; one that only repeats the last is none of its own."""
    found: list[range] = []
    row = 0
    while row < len(grid.rows):
        if not _is_anchor(grid, row, is_first=not found):
            row += 1
            continue
        block = _block(grid, row, found[-1].stop if found else 0)
        if found and _same(grid, found[-1], block) and not _has_other_units(grid, found[-1], block):
            row = block.stop
            continue
        found.append(block)
        row = block.stop
    return found or _fallback(grid)


def _is_anchor(grid: Grid, row: int, *, is_first: bool) -> bool:
    """Whether most cells of a row are headings; below a table it takes more to begin another."""
    cells = [cell for _column, cell in grid.distinct(row)]
    if any(_is_figure(cell) for cell in cells):
        return False
    known = sum(is_heading(cell.text) for cell in cells)
    known += sum(is_time(cell.text) for cell in cells) if known >= 2 else 0
    if known < 2 or known * 2 < len(cells):
        return False
    if is_first:
        return True
    stands_apart = row == 0 or len(grid.distinct(row - 1)) <= 1
    return known >= 3 and (stands_apart or known * 4 >= len(cells) * 3)


def _is_figure(cell: Cell) -> bool:
    if cell.kind in {CellKind.NUMBER, CellKind.PERCENT, CellKind.DAY}:
        return not re.fullmatch(r"(?:19|20)\d\d", cell.text)
    return bool(_NUMBER_TEXT.fullmatch(squeezed(cell.text))) and not re.fullmatch(r"(?:19|20)\d\d", cell.text)


def _block(grid: Grid, anchor: int, floor: int) -> range:
    """Return the heading rows around an anchor: what is merged with it, and rows that group or divide its columns."""
    top, bottom = anchor, anchor
    while top > floor and anchor - top < MOST_HEADINGS:
        tied = min((merge.top for column in range(grid.width) if (merge := grid.merge_at(top, column))), default=top)
        if floor <= tied < top:
            top = tied
        elif _is_group_row(grid, top - 1):
            top -= 1
        else:
            break
    while bottom + 1 < len(grid.rows) and bottom - top < MOST_HEADINGS:
        tied = max(
            (merge.bottom for column in range(grid.width) if (merge := grid.merge_at(bottom, column))), default=bottom
        )
        if tied > bottom and tied - top <= MOST_HEADINGS:
            bottom = tied
        elif _is_dividing_row(grid, bottom + 1) or is_row_of_units(grid, bottom + 1):
            bottom += 1
        else:
            break
    return range(top, bottom + 1)


def _is_group_row(grid: Grid, row: int) -> bool:
    """Whether a row above headings groups their columns: words that neither begin at the left edge nor span it."""
    cells = grid.distinct(row)
    if not cells or any(_is_figure(cell) for _column, cell in cells) or any(unit_line(cell.text) for _c, cell in cells):
        return False
    first, _cell = cells[0]
    if len(cells) == 1:
        merge = grid.merge_at(row, first)
        if first == 0 or (merge is not None and merge.right - merge.left + 1 >= grid.width - 1):
            return False
        # A title may stand in the second column; what groups columns is merged, or stands below another such row.
        return merge is not None or (row > 0 and len(grid.distinct(row - 1)) >= 2)
    if all(column >= grid.width - 2 or ":" in squeezed(cell.text) for column, cell in cells[1:]):
        return False
    return all(len(cell.key) <= 40 for _column, cell in cells)


def _is_dividing_row(grid: Grid, row: int) -> bool:
    """Whether a row below headings divides their columns: headings only, none in the first column."""
    cells = grid.distinct(row)
    return (
        bool(cells)
        and cells[0][0] > 0
        and all(is_heading(cell.text) for _column, cell in cells)
        and not any(_is_figure(cell) for _column, cell in cells)
    )


def _same(grid: Grid, one: range, other: range) -> bool:
    return _words(grid, one.stop - 1) == _words(grid, other.stop - 1)


def _has_other_units(grid: Grid, one: range, other: range) -> bool:
    """Whether the same headings stand again under a unit of their own: 单位：亿元 after a table in 万元."""
    units = _units_over(grid, other.start, one.stop)
    return bool(units) and units != _units_over(grid, one.start, 0)


def _units_over(grid: Grid, heading: int, floor: int) -> tuple[str, ...]:
    """Return the units that the lines right over headings give."""
    rows = range(heading - 1, max(floor, heading - MOST_TITLES) - 1, -1)
    lines = [[cell.text for _column, cell in grid.own(row)] for row in rows]
    return next((found for line in lines if len(line) <= 3 for text in line if (found := unit_line(text))), ())


def _words(grid: Grid, row: int) -> list[str]:
    return [grid.at(row, column).key for column in range(grid.width)]


def _repeats(grid: Grid, heading: range, row: int) -> bool:
    """Whether a row of the body only says the headings again, as at the top of a printed page."""
    words = _words(grid, row)
    return any(word for word in words) and any(words == _words(grid, above) for above in heading)


def _is_column_numbers(grid: Grid, row: int) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 or 甲, 乙, 1, 2, 3=2/1."""
    keys = [cell.key for _column, cell in grid.distinct(row)]
    if len(keys) < 3 or not all(_COLUMN_NUMBERS.fullmatch(key) for key in keys):
        return False
    numbers = [int(key) for key in keys if key.isdigit()]
    return len(numbers) >= 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2


def _titles_from(grid: Grid, heading: int, floor: int) -> int:
    """Return the row from which lines above a heading are its title: few cells, no list of figures."""
    row = heading
    while row > floor and heading - row < MOST_TITLES:
        cells = grid.distinct(row - 1)
        if len(cells) > 3 or any(_is_figure(cell) for _column, cell in cells):
            break
        if len(cells) > 1 and not any(unit_line(cell.text) or ":" in cell.key for _column, cell in cells):
            break
        if cells and (_NOTE.match(squeezed(cells[0][1].text)) and not unit_line(cells[0][1].text)) and floor:
            break
        if floor and cells and has_ordinal(cells[0][1].text) and row - 1 < heading - 1:
            break
        row -= 1
    return row


def _notes(grid: Grid, first: int, last: int) -> tuple[int, list[str]]:
    """Return where the rows end and what stands below them."""
    for row in range(first, last):
        cells = grid.own(row)
        if cells and (_NOTE.match(squeezed(cells[0][1].text)) or _is_closing_line(grid, row, last)):
            notes = [cell.shown for below in range(row, last) for _column, cell in grid.own(below)]
            return row, notes
    return last, []


def _is_closing_line(grid: Grid, row: int, last: int) -> bool:
    """Whether a long line that stands alone, with nothing but such lines below, is a note without the word."""
    for below in range(row, last):
        cells = grid.own(below)
        if len(cells) > 1 or (cells and (len(cells[0][1].key) < 12 or cells[0][0] > 1 or _is_figure(cells[0][1]))):
            return False
    cells = grid.own(row)
    return bool(cells) and not has_ordinal(cells[0][1].text) and _spans(grid, row, cells[0][0])


def _spans(grid: Grid, row: int, column: int) -> bool:
    merge = grid.merge_at(row, column)
    return (merge is not None and merge.right - merge.left + 1 >= grid.width - 1) or column == 0


def _fallback(grid: Grid) -> list[range]:
    """Return the first row of words above a row with figures: headings of a kind nobody has seen."""
    for row in range(len(grid.rows) - 1):
        cells = grid.distinct(row)
        below = [cell for _column, cell in grid.distinct(row + 1)]
        if len(cells) >= 2 and not any(_is_figure(cell) for _column, cell in cells) and any(map(_is_figure, below)):
            return [range(row, row + 1)]
    return []
