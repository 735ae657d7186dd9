"""What is withheld, why, and what else must be withheld so that nothing comes back by subtraction."""

import enum
import heapq
from collections.abc import Collection, Mapping
from itertools import count

from minsheng.opinion.errors import LinkedTablesError
from minsheng.opinion.estimates import Estimate, Kind
from minsheng.opinion.schemes import Publishing

TOTAL = ""
"""The label of a table's totals."""
# Among figures that would protect, an inner one that counts somebody goes first.
_EMPTY_COST, _TOTAL_COST = 10**9, 10**12
_POINTS = 100.0
_LEAST_ABSOLUTE = 0.05


class Reason(enum.StrEnum):
    """Why a figure is withheld; errors of weighting show their own code instead."""

    NO_ANSWERS = "no_answers"
    TOO_FEW = "too_few_answers"
    TOO_FEW_EFFECTIVE = "too_few_effective"
    SMALL_GROUP = "small_group"
    TOO_WIDE = "interval_too_wide"
    RELATIVELY_WIDE = "interval_too_wide_for_the_share"
    PART_WITHHELD = "part_withheld"
    PART_MISSING = "part_missing"
    COMPLEMENTARY = "would_give_another_back"


def reason_to_withhold(estimate: Estimate, rules: Publishing, full_score: float = _POINTS) -> Reason | None:
    """Return why an estimate is not precise enough to be published, or None.

    Widths are taken as parts of the full scale: 1 for a share, ``full_score`` points for a mean. Source: NCHS data
    presentation standards for proportions, Vital and Health Statistics 2(175), 2017.
    """
    if estimate.n < rules.min_n:
        return Reason.TOO_FEW
    if estimate.n_eff is not None and estimate.n_eff < rules.min_n_eff:
        return Reason.TOO_FEW_EFFECTIVE
    if estimate.low is None or estimate.high is None:
        return None
    scale = 1.0 if estimate.kind is Kind.SHARE else full_score
    width, share = (estimate.high - estimate.low) / scale, estimate.value / scale
    if width >= rules.max_width:
        return Reason.TOO_WIDE
    if width > _LEAST_ABSOLUTE and width > rules.max_relative_width * share:
        return Reason.RELATIVELY_WIDE
    return None


def is_disclosed_by_difference(larger: int, smaller: int, least: int) -> bool:
    """Whether two nested groups, both shown, give back a group of fewer than ``least`` people between them."""
    return 0 < larger - smaller < least


def protect_list(counts: Mapping[str, int], primary: Collection[str], least: int) -> frozenset[str]:
    """Return the parts to withhold so that the published total gives none of ``primary`` back.

    ``counts`` are people per part. At least two parts are withheld, and ``least`` people in them together, the
    smallest joining first; if even all parts are not enough, ``TOTAL`` is withheld too.
    """
    withheld = set(primary)
    if not withheld:
        return frozenset()
    # Parts without anybody would protect nothing: their figure is known to be 0.
    others = sorted((part for part in counts if part not in withheld and counts[part]), key=lambda p: (counts[p], p))
    while others and not _hides(counts, withheld, least):
        withheld.add(others.pop(0))
    if not _hides(counts, withheld, least):
        withheld.add(TOTAL)
    return frozenset(withheld)


def _hides(counts: Mapping[str, int], withheld: Collection[str], least: int) -> bool:
    sizes = [counts.get(part, 0) for part in withheld]
    return len([size for size in sizes if size]) >= 2 and sum(sizes) >= least


Cell = tuple[str, str]


def protect_table(counts: Mapping[Cell, int], primary: Collection[Cell], least: int) -> frozenset[Cell]:
    """Return the cells of a table with totals to withhold so that subtraction gives none of ``primary`` back.

    ``counts[row, column]`` are people, missing cells count 0; totals are the cells whose row or column is
    ``TOTAL``. A withheld cell can be worked out exactly when it is a bridge of the graph that joins rows and columns
    by withheld cells (Gusfield 1988, SIAM Journal on Computing 17(3)), so cells are added until there is no bridge;
    and a line whose withheld cells hold fewer than ``least`` people gets one more. Raises ``LinkedTablesError``
    for negative counts or cells that the table does not have.
    """
    table = _with_totals(counts)
    withheld = set(primary)
    if not withheld <= table.keys() or any(number < 0 for number in counts.values()):
        raise LinkedTablesError
    while withheld:
        bridge = next((cell for cell in sorted(withheld) if not _is_on_a_cycle(withheld, cell)), None)
        if bridge is not None:
            withheld |= _cheapest_cycle(table, withheld, bridge)
            continue
        more = _thin_line(table, withheld, least)
        if more is None:
            break
        withheld.add(more)
    return frozenset(withheld)


def _with_totals(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    rows = sorted({row for row, _ in counts})
    columns = sorted({column for _, column in counts})
    if TOTAL in rows or TOTAL in columns:
        raise LinkedTablesError
    table = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    for row in rows:
        table[row, TOTAL] = sum(table[row, column] for column in columns)
    for column in (*columns, TOTAL):
        table[TOTAL, column] = sum(table[row, column] for row in rows)
    return table


def _is_on_a_cycle(withheld: Collection[Cell], cell: Cell) -> bool:
    """Whether other withheld cells join the cell's row and column, so that it is no bridge."""
    row, column = cell
    reached, todo = {("row", row)}, [("row", row)]
    while todo:
        side, label = todo.pop()
        for other in withheld:
            if other == cell or other[side == "column"] != label:
                continue
            node = ("column", other[1]) if side == "row" else ("row", other[0])
            if node not in reached:
                reached.add(node)
                todo.append(node)
    return ("column", column) in reached


def _cost(table: Mapping[Cell, int], withheld: Collection[Cell], cell: Cell) -> int:
    if cell in withheld:
        return 0
    if TOTAL in cell:
        return _TOTAL_COST + table[cell]
    return table[cell] or _EMPTY_COST


def _cheapest_cycle(table: Mapping[Cell, int], withheld: Collection[Cell], cell: Cell) -> set[Cell]:
    """Return the cheapest cells that join the cell's row and column some other way (Dijkstra)."""
    start, goal = ("row", cell[0]), ("column", cell[1])
    tick = count()
    queue: list[tuple[int, int, tuple[str, str], tuple[Cell, ...]]] = [(0, next(tick), start, ())]
    done: set[tuple[str, str]] = set()
    while queue:
        cost, _, node, path = heapq.heappop(queue)
        if node == goal:
            return set(path)
        if node in done:
            continue
        done.add(node)
        side, label = node
        for other in sorted(table):
            if other == cell or other[side == "column"] != label:
                continue
            following = ("column", other[1]) if side == "row" else ("row", other[0])
            if following not in done:
                heapq.heappush(queue, (cost + _cost(table, withheld, other), next(tick), following, (*path, other)))
    raise LinkedTablesError


def _thin_line(table: Mapping[Cell, int], withheld: Collection[Cell], least: int) -> Cell | None:
    """Return a further cell for a line whose total is shown and whose withheld cells hold too few people."""
    for axis in (0, 1):
        for label in sorted({cell[axis] for cell in withheld}):
            line = [cell for cell in table if cell[axis] == label]
            inner = [cell for cell in line if cell[1 - axis] != TOTAL]
            hidden = [cell for cell in inner if cell in withheld]
            is_total_shown = all(cell in inner or cell not in withheld for cell in line)
            if not hidden or not is_total_shown or sum(table[cell] for cell in hidden) >= least:
                continue
            shown = [cell for cell in line if cell not in withheld]
            return min(shown, key=lambda cell: (_cost(table, withheld, cell), cell))
    return None
