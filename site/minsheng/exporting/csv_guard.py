"""CSV that spreadsheets open as text and nothing else, in any language."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the local code page and shows Chinese as rubbish."""

_DANGEROUS = re.compile(r"^\s*[=+\-@\t\r\n|%＝＋－＠]|^\s*[\t\r\n]")
_PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


def guard(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; plain numbers stay numbers.

    OWASP, "CSV Injection": a cell that begins with = + - @, a tab or a line end is given a leading apostrophe;
    so are the full-width signs, which some Asian editions also read as formulas.
    """
    if _DANGEROUS.match(cell) and not _PLAIN_NUMBER.match(cell):
        return f"'{cell}"
    return cell


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the text of a CSV file, a row at a time, byte order mark first, every cell guarded."""
    yield BYTE_ORDER_MARK
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([guard(cell) for cell in row])
        yield buffer.getvalue()
