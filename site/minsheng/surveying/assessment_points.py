"""Points of an assessment sheet from a table: every bad cell is named before anything is kept."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from minsheng.errors import InvalidFileError
from minsheng.opinion.schemes import SheetPart
from minsheng.opinion.sheet import sheet_keys
from minsheng.records.places import Division

LONGEST = 2_000_000
"""Characters of a table: 3,000 places with 40 parts each take about a million."""
_PLACE = ("code", "division", "区划代码", "代码")
_PART = ("part", "项", "项目代码")
_POINTS = ("points", "得分", "分数")
_NAMES = ("name", "地方", "名称", "")
"""Columns for whoever fills the table in; they are not read."""


@dataclass(frozen=True)
class CellProblem:
    """A cell that cannot be taken: its line in the file (the heading is 1), its column, what it says and why not."""

    line: int
    column: str
    said: str
    problem: str


@dataclass(frozen=True)
class PointsTable:
    """A table as read: points by place and part, and what is wrong with it. With problems it must not be kept."""

    points: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    problems: Sequence[CellProblem] = ()

    @property
    def count(self) -> int:
        """How many points there are."""
        return sum(len(held) for held in self.points.values())


def template(parts: Sequence[SheetPart], places: Sequence[Division]) -> list[list[str]]:
    """Return an empty table to fill in: a line for each place, a column for each part."""
    keys = sheet_keys(parts)
    return [["code", "name", *keys], *([place.code, place.name, *([""] * len(keys))] for place in places)]


def read_points(text: str, parts: Sequence[SheetPart], places: Sequence[Division]) -> PointsTable:
    """Read a table of points, as ``template`` gives it or with the columns code, part and points.

    An empty cell is no points. Raises ``InvalidFileError`` with ``too_long``, ``empty`` or ``no_code_column``.
    """
    heading, lines = _rows(text)
    place_column = next((name for name in heading if name.lower() in _PLACE), "")
    if not place_column:
        raise InvalidFileError("no_code_column")
    part_column = next((name for name in heading if name.lower() in _PART), "")
    points_column = next((name for name in heading if name.lower() in _POINTS), "")
    reader = _Reader(sheet_keys(parts), {place.code for place in places})
    is_long = bool(part_column and points_column)
    if not is_long:
        reader.check_heading([name for name in heading if name not in {place_column, *_NAMES}])
    for number, row in lines:
        held = dict(zip(heading, row, strict=False))
        place = held.get(place_column, "")
        if is_long:
            reader.take(number, place, held.get(part_column, ""), held.get(points_column, ""), points_column)
            continue
        for name in heading:
            if name in reader.most:
                reader.take(number, place, name, held.get(name, ""), name)
    return PointsTable(reader.points, reader.problems)


def _rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the heading and the numbered lines that hold anything."""
    if len(text) > LONGEST:
        raise InvalidFileError("too_long")
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise InvalidFileError("not_csv") from error
    heading, *lines = [[cell.strip() for cell in row] for row in rows] or [[]]
    numbered = [(number, row) for number, row in enumerate(lines, start=2) if any(row)]
    if not numbered:
        raise InvalidFileError("empty")
    return heading, numbered


class _Reader:
    """Takes cells one by one, and remembers what cannot be taken."""

    def __init__(self, most: Mapping[str, float], places: set[str]) -> None:
        self.most = most
        self.points: dict[str, dict[str, Decimal]] = {}
        self.problems: list[CellProblem] = []
        self._places = places

    def check_heading(self, names: Sequence[str]) -> None:
        """Name the columns that are no part of the sheet."""
        self.problems += [CellProblem(1, name, name, "unknown_part") for name in names if name not in self.most]

    def take(self, line: int, place: str, part: str, said: str, column: str) -> None:
        """Take one cell."""
        if not said:
            return
        problem = self._problem(place, part, said)
        if problem:
            about = {"unknown_place": place, "unknown_part": part}.get(problem, said)
            found = CellProblem(line, column, about, problem)
            # A line with an unknown place would else be named once for each of its cells.
            if problem != "unknown_place" or not any(
                (held.line, held.problem) == (line, problem) for held in self.problems
            ):
                self.problems.append(found)
            return
        self.points.setdefault(place, {})[part] = Decimal(said)

    def _problem(self, place: str, part: str, said: str) -> str:
        if place not in self._places:
            return "unknown_place"
        if part not in self.most:
            return "unknown_part"
        if part in self.points.get(place, {}):
            return "twice"
        return _number_problem(said, self.most[part])


def _number_problem(said: str, most: float) -> str:
    """Return why a text is no number of points, empty where it is one."""
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", said):
        return "not_a_number"
    number = Decimal(said)
    if number < 0:
        return "negative"
    return "too_many_points" if number > Decimal(str(most)) else ""


def _delimiter(text: str) -> str:
    """Return what parts the cells: a tab where one pastes from a spreadsheet, else a comma."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    return "\t" if first.count("\t") > first.count(",") else ","
