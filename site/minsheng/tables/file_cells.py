"""What the readers of files share: a cell as plain JSON, how many there may be, and text without what cannot be seen.

A cell is text, None, or a pair of a letter and text: ``n`` an exact number, ``p`` a percentage, ``d`` an ISO day, ``e``
an error of a formula.
"""

import datetime as dt
import re
from decimal import Decimal

MOST_SHEETS = 40
MOST_ROWS = 5_000
MOST_COLUMNS = 120
MOST_CELLS = 200_000
MOST_CHARACTERS = 2_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

Cell = str | list[str] | None


class TooLargeError(Exception):
    """The table has more cells than anyone looks through."""


class Sheet:
    """The rows of one sheet as they are read; counts what it holds."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.cells = 0

    def add(self, row: list[Cell]) -> None:
        """Add a row without the blanks at its end. Raises ``TooLargeError``."""
        while row and row[-1] is None:
            row.pop()
        self.cells += len(row)
        self.rows.append(row)
        if len(self.rows) > MOST_ROWS or self.cells > MOST_CELLS or len(row) > MOST_COLUMNS:
            raise TooLargeError

    def finished(self, name: str = "", *, is_hidden: bool = False) -> dict[str, object]:
        """Return the sheet as JSON takes it, without the empty rows at its end."""
        while self.rows and not self.rows[-1]:
            self.rows.pop()
        empty: list[object] = []
        return {
            "name": name,
            "is_hidden": is_hidden,
            "rows": self.rows,
            "merged": empty,
            "hidden_rows": empty,
            "hidden_columns": empty,
        }


def cell_of(value: object) -> Cell:
    """Return a cell with its number as a person reads it: fifteen digits, as office programs show and keep."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return ["n", digits(Decimal(format(value, ".15g")))]
    if isinstance(value, dt.datetime):
        return ["d", value.date().isoformat()]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    text = clean(str(value))
    if not text:
        return None
    return ["e", text] if re.fullmatch(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)", text) else text


def digits(number: Decimal) -> str:
    """Return a number's digits without an exponent and without noughts behind its decimals."""
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def clean(text: str) -> str:
    """Return text without what cannot be seen, at most so long."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:MOST_CHARACTERS]
