"""The package's tables as text: one place that fixes columns, order, decimals and the guard against formulas."""

import csv
import functools
import io
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from minsheng.opinion.cells import SUM_FIELDS, CellSums
from minsheng.opinion.dispositions import Disposition
from minsheng.opinion.errors import PackageError
from minsheng.opinion.estimates import Estimate, Kind, Note
from minsheng.opinion.panels import Handling, Key
from minsheng.opinion.scores import CellBook, Score

# OWASP, "CSV injection": a spreadsheet takes cells that start so as formulas, after blanks too; some Asian editions
# take the full-width signs as well.
_FORMULA_STARTS = tuple("=+-@|%＝＋－＠｜％")
_LINE_CONTROLS = frozenset("\t\r\n\v\f")
_INVISIBLE = "\ufeff\u200b\u2060"
_GUARD = "'"
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the local code page and shows Chinese as rubbish."""
LONGEST_CELL = 100_000
"""Characters of one cell; a package holds names, figures and short texts."""

SCORE_FIELDS = (
    "n",
    "n_eff",
    "value",
    "se",
    "low",
    "high",
    "margin",
    "deff",
    "df",
    "notes",
    "rank",
    "rank_best",
    "rank_worst",
    "ranked_of",
    "reason",
)
DIVISION_COLUMNS = ("view", "division", "item", *SCORE_FIELDS)
PROGRAMME_COLUMNS = ("view", "division", "programme", "item", *SCORE_FIELDS)
CELL_COLUMNS = ("view", "panel", "division", "programme", "item", "cell", *SUM_FIELDS)
REMARK_COLUMNS = ("kind", "view", "division", "programme", "item", "code")
HANDLING_COLUMNS = ("division", "received", "replied", "on_time", "rated", "satisfied")
MARGIN_COLUMNS = ("division", "variable", "value", "count", "source")
STRATA_COLUMNS = ("division", "stratum", "units")
CODEBOOK_COLUMNS = ("question", "role", "programme", "text", "option", "option_text")
CHANNEL_COLUMNS = ("division", "channel", "programme", "question", "option", "count", "base", "share", "reason")
DISPOSITION_COLUMNS = ("division", "channel", *Disposition, "rr1", "rr2", "rr3", "rr4", "e", "e_is_estimated")
EXCLUSION_COLUMNS = ("rule", "count", "who", "why")


@functools.lru_cache(maxsize=4096)
def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: a quote goes before what would start a formula.

    A text that starts with a quote gets another, so that ``unguarded`` gives every text back.
    """
    visible = text.lstrip(string.whitespace + _INVISIBLE + "\u00a0\u3000")
    blanks = text[: len(text) - len(visible)]
    is_risky = visible.startswith(_FORMULA_STARTS) or not _LINE_CONTROLS.isdisjoint(blanks)
    return _GUARD + text if is_risky or text.startswith(_GUARD) else text


@functools.lru_cache(maxsize=4096)
def unguarded(text: str) -> str:
    """Return what ``guarded`` was given."""
    return text[1:] if text.startswith(_GUARD) and guarded(text[1:]) == text else text


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV (RFC 4180) with byte order mark and header.

    Texts are guarded, numbers written as they are. A float is written so that reading it gives the same float; None
    is an empty cell. Raises ``ValueError`` for a row that does not fit the header.
    """
    held = io.StringIO()
    held.write(BYTE_ORDER_MARK)
    writer = csv.writer(held)
    writer.writerow(columns)
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(row)
        writer.writerow(map(_written, row))
    return held.getvalue()


def _written(cell: object) -> str:
    """Figures are not guarded: a spreadsheet reads −3 as a number, and a number runs nothing."""
    if isinstance(cell, str):
        return guarded(cell)
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, Fixed) else repr(cell)


def read_table(text: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a table written by ``write_table``. Raises ``PackageError`` for other columns."""
    lines = read_cells(text)
    if lines[:1] != [list(columns)]:
        raise PackageError(f"columns are not {', '.join(columns)}")
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(columns):
            raise PackageError(f"line {number} does not have {len(columns)} cells")
    return [dict(zip(columns, map(unguarded, cells), strict=True)) for cells in lines[1:]]


def read_cells(text: str) -> list[list[str]]:
    """Return the cells of a CSV, guarded as they are, header first. Raises ``PackageError`` for what is none."""
    try:
        lines = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), strict=True))
    except csv.Error as error:
        raise PackageError(str(error)) from error
    # The limit of the csv module is one for the whole process, and other readers raise it.
    if any(len(cell) > LONGEST_CELL for cells in lines for cell in cells):
        raise PackageError(f"a cell has more than {LONGEST_CELL} characters")
    return lines


@dataclass(frozen=True)
class Fixed:
    """A figure that is written with ``decimals`` decimals; rounded to nothing, it has no sign."""

    value: float
    decimals: int

    def __str__(self) -> str:
        text = f"{self.value:.{self.decimals}f}"
        return text.removeprefix("-") if float(text) == 0 else text


def _fixed(value: float | None, decimals: int) -> Fixed | None:
    return None if value is None else Fixed(value, decimals)


def _score_cells(score: Score) -> list[object]:
    found: Estimate | None = score.estimate
    rank, span = score.rank, score.interval
    places: list[object] = [rank, *((span.best, span.worst, span.of) if span else (None, None, None)), score.reason]
    if found is None:
        return [None] * 10 + places
    decimals = 6 if found.kind is Kind.SHARE else 4
    figures = [_fixed(figure, decimals) for figure in (found.value, found.se, found.low, found.high, found.margin)]
    notes = " ".join(note.value for note in found.notes)
    return [found.n, _fixed(found.n_eff, 3), *figures, _fixed(found.deff, 4), found.df, notes, *places]


def division_table(scores: Iterable[Score]) -> str:
    """Return ``scores_division.csv``: points to 4 decimals, shares (0 to 1) to 6."""
    rows = sorted(scores, key=lambda score: (score.view, score.division, score.item))
    return write_table(DIVISION_COLUMNS, [[s.view, s.division, s.item, *_score_cells(s)] for s in rows])


def programme_table(scores: Iterable[Score]) -> str:
    """Return ``scores_programme.csv``: the empty division stands for all of them."""
    rows = sorted(scores, key=lambda score: (score.view, score.division, score.programme))
    return write_table(PROGRAMME_COLUMNS, [[s.view, s.division, s.programme, s.item, *_score_cells(s)] for s in rows])


def cells_table(book: CellBook) -> str:
    """Return ``cells.csv``, from which ``book_from_tables`` gives the same sums back to the last digit."""
    rows = [
        [view, panel, *key, cell.cell, *(getattr(cell, name) for name in SUM_FIELDS)]
        for (view, panel), cells in sorted(book.cells.items())
        for key, held in sorted(cells.items())
        for cell in held
    ]
    return write_table(CELL_COLUMNS, rows)


def remarks_table(book: CellBook) -> str:
    """Return ``remarks.csv``: why figures are withheld, and what must be said of a division's weights."""
    rows = [["withheld", view, *key, code] for (view, key), code in sorted(book.reasons.items())]
    rows += [
        ["note", view, division, "", "", note.value]
        for (view, division), notes in sorted(book.notes.items())
        for note in notes
    ]
    return write_table(REMARK_COLUMNS, rows)


def book_from_tables(cells: str, remarks: str) -> CellBook:
    """Read a book back from its two tables. Raises ``PackageError`` or ``ValueError`` for what is not one."""
    held: dict[tuple[str, str], dict[Key, list[CellSums]]] = {}
    for row in read_table(cells, CELL_COLUMNS):
        key = (row["division"], row["programme"], row["item"])
        sums = CellSums(row["cell"], int(row["n"]), int(row["units"]), *(float(row[name]) for name in SUM_FIELDS[2:]))
        held.setdefault((row["view"], row["panel"]), {}).setdefault(key, []).append(sums)
    reasons: dict[tuple[str, Key], str] = {}
    notes: dict[tuple[str, str], tuple[Note, ...]] = {}
    for row in read_table(remarks, REMARK_COLUMNS):
        if row["kind"] == "withheld":
            reasons[row["view"], (row["division"], row["programme"], row["item"])] = row["code"]
        else:
            place = (row["view"], row["division"])
            notes[place] = (*notes.get(place, ()), Note(row["code"]))
    return CellBook(held, reasons, notes)


def handling_table(handling: Mapping[str, Handling]) -> str:
    """Return ``suggestions_summary.csv``: cases counted by division."""
    return write_table(
        HANDLING_COLUMNS, [[division, *vars(held).values()] for division, held in sorted(handling.items())]
    )


def read_handling(text: str) -> dict[str, Handling]:
    """Read ``suggestions_summary.csv`` back."""
    return {
        row["division"]: Handling(*(int(row[name]) for name in HANDLING_COLUMNS[1:]))
        for row in read_table(text, HANDLING_COLUMNS)
    }
