"""Reading CSV files of other systems, strictly: a figure from half a file would be worse than none."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from minsheng.errors import DomainError

MOST_BYTES = 200_000_000
MOST_PROBLEMS = 20
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",\t;，"
_NUMBER = re.compile(r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?|\.[0-9]+")


@dataclass(frozen=True)
class LineProblem:
    """What is wrong in a line of a file (the heading is 1), and in which column."""

    line: int
    column: str
    problem: str


class UnreadableTableError(DomainError):
    """A table that cannot be taken; ``problems`` are the first of what is wrong in it."""

    code = "unreadable_table"

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        super().__init__("; ".join(f"line {one.line} {one.column}: {one.problem}" for one in problems))
        self.problems = tuple(problems[:MOST_PROBLEMS])


Line = tuple[int, dict[str, str]]
"""A line's number in the file (its last, where a cell has line ends) and its cells by column, without blanks around."""


def read_lines(content: bytes, needed: Collection[str]) -> tuple[list[str], list[Line]]:
    """Return the heading and the lines of a CSV file that has the columns ``needed``.

    Commas, tabs and semicolons are understood, in UTF-8, UTF-16 and GB 18030. Empty lines, and columns on the right
    without any cell, are passed over. Raises ``UnreadableTableError``.
    """
    rows = _rows(content)
    heading = _heading(rows)
    problems = [LineProblem(1, name, "is missing") for name in needed if name not in heading]
    named = [name for name in heading if name]
    problems += [LineProblem(1, name, "is given twice") for name in dict.fromkeys(named) if named.count(name) > 1]
    if len(named) < len(heading):
        problems.append(LineProblem(1, f"column {heading.index('') + 1}", "has no name"))
    lines: list[Line] = []
    for number, row in rows[1:]:
        cells = row if any(row[len(heading) :]) else row[: len(heading)]
        if not any(cells):
            continue
        if len(cells) != len(heading):
            problems.append(LineProblem(number, "", f"has {len(cells)} cells instead of {len(heading)}"))
        else:
            lines.append((number, dict(zip(heading, cells, strict=True))))
    if not lines and not problems:
        problems.append(LineProblem(2, "", "there is nobody"))
    if problems:
        raise UnreadableTableError(problems)
    return heading, lines


def number(text: str) -> float:
    """Return a number that is not negative, NaN for what is none. Full-width digits and thousands' commas are read."""
    plain = unicodedata.normalize("NFKC", text)
    return float(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else math.nan


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    text = _text(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        # An open quotation mark takes in the rest of the file, so its end is where that shows.
        problem = "has a quotation mark that is not closed" if "end of data" in str(error) else str(error)
        raise UnreadableTableError([LineProblem(reader.line_num, "file", problem)]) from error


def _heading(rows: Sequence[tuple[int, list[str]]]) -> list[str]:
    """Return the names of the columns, without those on the right that have neither a name nor any cell."""
    heading = list(rows[0][1]) if rows else []
    while heading and not heading[-1] and not any(any(row[len(heading) - 1 :]) for _, row in rows):
        heading.pop()
    return heading


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return next((mark for mark in _SEPARATORS if mark in first), ",")


def _text(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, or the encoding of older Chinese spreadsheets."""
    if len(content) > MOST_BYTES:
        raise UnreadableTableError([LineProblem(1, "file", f"is larger than {MOST_BYTES} bytes")])
    if content.startswith(b"PK"):
        raise UnreadableTableError([LineProblem(1, "file", "is a workbook: save it as CSV")])
    for encoding in ("utf-16",) if content.startswith(_UTF16_MARKS) else _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise UnreadableTableError([LineProblem(line, "file", "holds a NUL character")])
        return text
    raise UnreadableTableError([LineProblem(1, "file", "is neither UTF-8 nor GB 18030")])
