"""Forms: one project a sheet, each fact behind its label, read as a table of one row a project."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from minsheng.tables.grid import BLANK, Cell, Grid
from minsheng.tables.meanings import Meaning, is_heading, key_of, take_apart

_FEWEST_LABELS = 4
_FEWEST_ROWS = 2
_MOSTLY = 0.6
"""How many of the rows of a form have a label."""
_Place = tuple[int, int]
_Fact = tuple[Cell, _Place, Cell, _Place]
"""A label and what stands behind it, each with its place."""


def as_table(grid: Grid) -> Grid | None:
    """Return a form as a table with its labels for headings, or None for a sheet that is none.

    A form has its labels in two or more columns, 项目名称 among them, and a fact behind most of them.
    """
    rows = [grid.own(row) for row in range(len(grid.rows))]
    labels = _label_columns(rows)
    if len(labels) < 2:
        return None
    facts = [found for row, cells in enumerate(rows) if (found := _facts(row, cells, labels))]
    named = [fact for found in facts for fact in found if _names(fact[0])]
    told = sum(not value.is_blank for found in facts for _label, _place, value, _at in found)
    if len(facts) < _FEWEST_ROWS or told < _FEWEST_LABELS or not named or any(is_heading(one[2].text) for one in named):
        return None
    filled = sum(bool(cells) for cells in rows[facts[0][0][1][0] :])
    if len(facts) < filled * _MOSTLY:
        return None
    first = min(place[0] for _label, place, _value, _at in named)
    titles = [[(cell, (row, column)) for column, cell in rows[row]] for row in range(first)]
    return _table(grid, titles, [fact for found in facts for fact in found if fact[1][0] >= first])


def _label_columns(rows: Sequence[Sequence[tuple[int, Cell]]]) -> set[int]:
    """Return the columns in which labels stand; none where headings stand beside each other as those of a table."""
    found: Counter[int] = Counter()
    for cells in rows:
        flags = [_is_label(cell) for _column, cell in cells]
        if sum(one and other for one, other in pairwise(flags)) > 1:
            return set()
        found.update(column for (column, _cell), is_label in zip(cells, flags, strict=True) if is_label)
    return {column for column, count in found.items() if count >= _FEWEST_ROWS}


def _is_label(cell: Cell) -> bool:
    return is_heading(cell.text.strip().rstrip(":：")) and not cell.key.isdigit()


def _names(label: Cell) -> bool:
    return take_apart(key_of(label.text.rstrip(":："))).noun is Meaning.TITLE


def _facts(row: int, cells: Sequence[tuple[int, Cell]], labels: set[int]) -> list[_Fact]:
    """Return the labels of a row, each with the cell behind it; none for a row that has no label."""
    found: list[_Fact] = []
    for position, (column, cell) in enumerate(cells):
        if column not in labels or not _is_label(cell):
            continue
        behind = cells[position + 1] if position + 1 < len(cells) else None
        is_empty = behind is None or (behind[0] in labels and _is_label(behind[1]))
        at, value = (column + 1, BLANK) if is_empty or behind is None else behind
        found.append((cell, (row, column), value, (row, at)))
    return found


def _table(grid: Grid, titles: Sequence[Sequence[tuple[Cell, _Place]]], facts: Sequence[_Fact]) -> Grid:
    """Return the grid of a form: its titles, the labels, and a row for each project."""
    heads: dict[str, tuple[Cell, _Place]] = {}
    records: list[dict[str, tuple[Cell, _Place]]] = []
    for label, place, value, at in facts:
        key = key_of(label.text.rstrip(":："))
        if _names(label) or not records:
            records.append({})
        # 责任单位 may stand twice in one form: the first says whose it is.
        if key not in records[-1]:
            heads.setdefault(key, (replace(label, text=label.text.rstrip(":：")), place))
            records[-1][key] = (value, at)
    lines = [list(line) for line in titles]
    lines.append(list(heads.values()))
    lines += [[record.get(key, (BLANK, (0, 0))) for key in heads] for record in records]
    width = max(map(len, lines))
    return replace(
        grid,
        rows=tuple(tuple(cell for cell, _place in line) + (BLANK,) * (width - len(line)) for line in lines),
        merges=(),
        hidden_rows=frozenset(),
        hidden_columns=frozenset(),
        places={(row, column): place for row, line in enumerate(lines) for column, (_cell, place) in enumerate(line)},
        _spread={},
    )
