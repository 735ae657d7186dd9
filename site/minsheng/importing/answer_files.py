"""Answers and population counts from files of other systems, to be scored by any scheme without a database.

Every mistake is named with its line and column: a score from half a file would be worse than none.
"""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.errors import DomainError
from minsheng.opinion.coding import MOST_OPTIONS, Answers, Column
from minsheng.opinion.package import MarginRow
from minsheng.opinion.schemes import CHANNELS
from minsheng.questionnaires import PROGRAMME

DESIGN = ("division", "channel", "base_weight", "stratum", "psu", "flagged")
MOST_BYTES = 200_000_000
MOST_PROBLEMS = 20
ENCODINGS = ("utf-8-sig", "gb18030")


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
        self.problems = tuple(problems)


def read_answers(content: bytes) -> Answers:
    """Read one answer a line: the column ``division``, and further columns of ``DESIGN`` or questions.

    Without ``channel`` all are taken as ``phone``; empty cells are no answer. A column ``programme_CODE`` asks about
    a programme. Raises ``UnreadableTableError``.
    """
    heading, rows = _table(content, ("division",))
    problems: list[LineProblem] = []
    columns: dict[str, list[str]] = {name: [] for name in heading}
    weights: list[float] = []
    for line, row in rows:
        for name, cell in zip(heading, row, strict=True):
            columns[name].append(cell)
        held = dict(zip(heading, row, strict=True))
        weight = _number(held.get("base_weight") or "1")
        weights.append(weight)
        if not held["division"]:
            problems.append(LineProblem(line, "division", "is empty"))
        if held.get("channel", CHANNELS[0]) not in CHANNELS:
            problems.append(LineProblem(line, "channel", f"is not one of {', '.join(CHANNELS)}"))
        if not 0 < weight < math.inf:
            problems.append(LineProblem(line, "base_weight", "is not a positive number"))
        if held.get("flagged", "") not in {"", "0", "1"}:
            problems.append(LineProblem(line, "flagged", "is not 0 or 1"))
    questions = [name for name in heading if name not in DESIGN]
    problems += [
        LineProblem(1, name, f"has more than {MOST_OPTIONS} different answers")
        for name in questions
        if len(set(columns[name])) > MOST_OPTIONS
    ]
    if problems:
        raise UnreadableTableError(problems[:MOST_PROBLEMS])
    size = len(weights)
    return Answers(
        columns["division"],
        columns.get("channel", [CHANNELS[0]] * size),
        {name: Column.of(columns[name]) for name in questions},
        weights,
        {name.removeprefix(PROGRAMME): name for name in questions if name.startswith(PROGRAMME)},
        columns.get("stratum"),
        columns.get("psu"),
        bytes(int(mark == "1") for mark in columns["flagged"]) if "flagged" in columns else b"",
    )


def read_margins(content: bytes) -> list[MarginRow]:
    """Read population counts: division, variable, value, count and, where given, source.

    Raises ``UnreadableTableError``.
    """
    heading, rows = _table(content, ("division", "variable", "value", "count"))
    found: list[MarginRow] = []
    problems: list[LineProblem] = []
    seen: set[tuple[str, str, str]] = set()
    for line, row in rows:
        held = dict(zip(heading, row, strict=True))
        count, key = _number(held["count"]), (held["division"], held["variable"], held["value"])
        if not 0 <= count < math.inf:
            problems.append(LineProblem(line, "count", "is not a number of people"))
        if key in seen:
            problems.append(LineProblem(line, "value", "is given twice"))
        seen.add(key)
        found.append(MarginRow(*key, count, held.get("source", "")))
    if problems:
        raise UnreadableTableError(problems[:MOST_PROBLEMS])
    return found


def _table(content: bytes, needed: Sequence[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the heading and the numbered lines of a CSV file that has the columns ``needed``."""
    if len(content) > MOST_BYTES:
        raise UnreadableTableError([LineProblem(1, "file", f"is larger than {MOST_BYTES} bytes")])
    reader = csv.reader(io.StringIO(_text(content), newline=""))
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise UnreadableTableError([LineProblem(reader.line_num, "file", str(error))]) from error
    heading = rows[0] if rows else []
    problems = [LineProblem(1, name, "is missing") for name in needed if name not in heading]
    problems += [LineProblem(1, name, "is given twice") for name in dict.fromkeys(heading) if heading.count(name) > 1]
    if "" in heading:
        problems.append(LineProblem(1, "", "is a column without a name"))
    lines = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    problems += [
        LineProblem(number, "", f"has {len(row)} cells instead of {len(heading)}")
        for number, row in lines
        if len(row) != len(heading)
    ]
    if not lines:
        problems.append(LineProblem(2, "", "there is nobody"))
    if problems:
        raise UnreadableTableError(problems[:MOST_PROBLEMS])
    return heading, lines


def _text(content: bytes) -> str:
    """Return the text of a file in UTF-8, or in the encoding of older Chinese spreadsheets."""
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTableError([LineProblem(1, "file", "is neither UTF-8 nor GB 18030")])


def _number(text: str) -> float:
    """Return a number, or NaN for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
