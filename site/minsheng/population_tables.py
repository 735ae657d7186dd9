"""Population counts from a table: every bad cell is named before anything is kept."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.case_tables import Rows, cell_name
from minsheng.case_tables import read as read_cells
from minsheng.clock import local_date
from minsheng.errors import InvalidFileError, ReasonRequiredError, WrongStateError
from minsheng.exporting import csv_guard
from minsheng.journal import Act
from minsheng.opinion.weighting import TOTALS_MAY_DIFFER
from minsheng.places import Division
from minsheng.population import PopulationMargin, margins_of_places
from minsheng.questionnaires import Question, QuestionnaireVersion, QuestionRole
from minsheng.staff import StaffMember
from minsheng.surveys import Wave
from minsheng.wave_places import places_of

MOST_ROWS = 20_000
MAX_BYTES = 2_000_000
HEADINGS: Mapping[str, str] = {
    "地方": "place",
    "区划代码": "place",
    "code": "place",
    "变量": "variable",
    "variable": "variable",
    "类别": "value",
    "value": "value",
    "人数": "count",
    "count": "count",
}
"""Headings that are understood; others are not read."""
NEEDED = ("place", "variable", "value", "count")
NAMES: Mapping[str, QuestionRole] = {
    "居住地": QuestionRole.AREA,
    "城乡": QuestionRole.AREA,
    "年龄段": QuestionRole.AGE_BAND,
    "年龄": QuestionRole.AGE_BAND,
    "性别": QuestionRole.SEX,
}
LABELS: Mapping[QuestionRole, str] = {
    QuestionRole.AREA: "居住地",
    QuestionRole.AGE_BAND: "年龄段",
    QuestionRole.SEX: "性别",
}
"""What a role is called in the tables that are given out."""
HEAD = ("区划代码", "名称", "变量", "类别", "人数")
DESCRIBING = (QuestionRole.AREA, QuestionRole.AGE_BAND, QuestionRole.SEX)
"""Roles of the questions whose answers can be compared with population counts."""
_COUNT = re.compile(r"[0-9][0-9,，\s]{0,15}")


@dataclass(frozen=True)
class PopulationFault:
    """A cell that cannot be taken, as a spreadsheet names it, with what it says and why not."""

    cell: str
    said: str
    reason: str


@dataclass(frozen=True)
class PopulationRow:
    """One sound count."""

    place: Division
    variable: str
    value: str
    count: int


@dataclass(frozen=True)
class PopulationTable:
    """A table as read. With faults it must not be kept."""

    rows: Sequence[PopulationRow] = ()
    faults: Sequence[PopulationFault] = ()


def read(data: bytes, wave: Wave) -> PopulationTable:
    """Read a table of counts, CSV or XLSX, for the places of a wave.

    Raises ``InvalidFileError`` as ``case_tables.read``, and ``empty`` or ``no_columns``.
    """
    rows = read_cells(data, MOST_ROWS, MAX_BYTES)
    head = next((index for index, row in enumerate(rows) if any(row)), None)
    if head is None:
        raise InvalidFileError("empty")
    columns: dict[str, int] = {}
    for index, heading in enumerate(rows[head]):
        name = HEADINGS.get(heading.strip().lower())
        if name is not None:
            columns.setdefault(name, index)
    if any(name not in columns for name in NEEDED):
        raise InvalidFileError("no_columns")
    return _Reader(wave, columns).read(rows, head)


def keep(session: Session, wave: Wave, table: PopulationTable, source: str, by: StaffMember, at: dt.datetime) -> None:
    """Put the counts in place of those of the same places and variables.

    Raises ``WrongStateError`` for a table with faults or once the wave has closed, ``ReasonRequiredError`` without a
    source.
    """
    if table.faults or not table.rows:
        raise WrongStateError("keep_population", "faulty")
    if wave.has_closed(local_date(at)):
        raise WrongStateError("keep_population", "closed")
    if not source.strip():
        raise ReasonRequiredError
    touched = {(row.place.id, row.variable) for row in table.rows}
    for held in session.scalars(
        sa.select(PopulationMargin).where(PopulationMargin.division_id.in_({place for place, _variable in touched}))
    ):
        if (held.division_id, held.variable) in touched:
            session.delete(held)
    session.flush()
    session.add_all(
        PopulationMargin(
            division=row.place, variable=row.variable, value=row.value, count=row.count, source=source.strip()
        )
        for row in table.rows
    )
    session.flush()
    extra = {
        "source": source.strip(),
        "counts": [[row.place.code, row.variable, row.value, row.count] for row in table.rows],
    }
    act = Act("population_kept", f"wave:{wave.slug}", by.post, is_public=False, extra=extra)
    journal.record(session, act, at)


def written(session: Session, wave: Wave) -> str:
    """Return the counts that are kept, or an empty table of what is needed, as CSV to fill in."""
    places, asked = places_of(wave), describing(wave.version)
    known = {(one.division_id, one.variable, one.value): one.count for one in margins_of_places(session, places)}
    lines: list[list[str]] = [list(HEAD)]
    lines += [
        [place.code, place.name, LABELS[role], option.text, str(known.get((place.id, role.value, option.key), ""))]
        for place in places
        for role, question in asked.items()
        for option in question.options
        if option.is_substantive
    ]
    return "".join(csv_guard.lines(lines)).removeprefix("\ufeff")


def describing(version: QuestionnaireVersion) -> dict[QuestionRole, Question]:
    """Return the questions that describe people in groups that are counted, by role."""
    return {question.role: question for question in reversed(version.questions) if question.role in DESCRIBING}


class _Reader:
    """Takes rows one by one, and remembers what cannot be taken."""

    def __init__(self, wave: Wave, columns: Mapping[str, int]) -> None:
        self._columns = columns
        self._places = {name: place for place in places_of(wave) for name in (place.code, place.name)}
        self._asked = describing(wave.version)
        self._faults: list[PopulationFault] = []
        self._rows: list[PopulationRow] = []
        self._first: dict[tuple[int, str], str] = {}
        self._taken: set[tuple[int, str, str]] = set()

    def read(self, rows: Rows, head: int) -> PopulationTable:
        """Return everything below the headings."""
        for index in range(head + 1, len(rows)):
            cells = {name: _at(rows[index], column) for name, column in self._columns.items()}
            if cells["count"] or (index == head + 1 and not any(cells.values())):
                self._take(index, cells)
        self._compare_totals()
        if not self._rows and not self._faults:
            raise InvalidFileError("empty")
        return PopulationTable(self._rows, self._faults)

    def _take(self, index: int, cells: Mapping[str, str]) -> None:
        place = self._places.get(cells["place"])
        role = NAMES.get(cells["variable"]) or next((one for one in DESCRIBING if one.value == cells["variable"]), None)
        question = self._asked.get(role) if role else None
        options = {name: one.key for one in question.options for name in (one.key, one.text)} if question else {}
        problems = {
            "place": "" if place else "unknown_place",
            "variable": "" if question else "unknown_variable",
            "value": "" if not question or cells["value"] in options else "unknown_value",
            "count": "" if _COUNT.fullmatch(cells["count"]) else "not_a_count",
        }
        found = [self._fault(index, name, cells[name], reason) for name, reason in problems.items() if reason]
        if found or place is None or question is None or role is None:
            self._faults += found
            return
        key = (place.id, role.value, options[cells["value"]])
        if key in self._taken:
            self._faults.append(self._fault(index, "value", cells["value"], "twice"))
            return
        self._taken.add(key)
        self._first.setdefault((place.id, role.value), self._name(index, "count"))
        self._rows.append(PopulationRow(place, key[1], key[2], int(re.sub(r"[,，\s]", "", cells["count"]))))

    def _compare_totals(self) -> None:
        """Name the variables of a place whose counts do not add up to those of its first one."""
        totals: Counter[tuple[int, str]] = Counter()
        for row in self._rows:
            totals[row.place.id, row.variable] += row.count
        first: dict[int, int] = {}
        for (place, variable), total in totals.items():
            expected = first.setdefault(place, total)
            if abs(total - expected) > TOTALS_MAY_DIFFER * expected:
                self._faults.append(PopulationFault(self._first[place, variable], str(total), "totals_differ"))

    def _fault(self, index: int, column: str, said: str, reason: str) -> PopulationFault:
        return PopulationFault(self._name(index, column), said, reason)

    def _name(self, index: int, column: str) -> str:
        return cell_name(index, self._columns[column])


def _at(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def as_text(table: PopulationTable, wave: Wave) -> str:
    """Return sound rows as CSV, to go on with what a file said."""
    asked = describing(wave.version)
    words = {
        (role.value, option.key): (LABELS[role], option.text)
        for role, question in asked.items()
        for option in question.options
    }
    lines = [[row.place.code, row.place.name, *words[row.variable, row.value], str(row.count)] for row in table.rows]
    return "".join(csv_guard.lines([list(HEAD), *lines])).removeprefix("\ufeff")
