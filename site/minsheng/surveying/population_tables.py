"""Population counts from a table: every bad cell is named before anything is kept."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.casework.case_tables import Rows, cell_name
from minsheng.casework.case_tables import read as read_cells
from minsheng.clock import local_date
from minsheng.errors import InvalidFileError, ReasonRequiredError, WrongStateError
from minsheng.exporting import csv_guard
from minsheng.journal import Act
from minsheng.opinion.weighting import JOINT, TOTALS_MAY_DIFFER, Method, WeightingRules
from minsheng.records.places import Division
from minsheng.surveying.population import LONGEST_VALUE, PopulationMargin, margins_of_places
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion, QuestionRole
from minsheng.surveying.surveys import Wave
from minsheng.surveying.wave_places import places_of

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
BETWEEN = " × "
"""Between the words of variables, and of their categories, whose people are counted together."""
HEAD = ("区划代码", "名称", "变量", "类别", "人数")
DESCRIBING = (QuestionRole.AREA, QuestionRole.AGE_BAND, QuestionRole.SEX)
"""Roles of the questions whose answers can be compared with population counts."""
_COUNT = re.compile(r"[0-9][0-9,\s]{0,15}")
_JOINS = re.compile(r"\s*[*×＊]\s*")


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


def written(session: Session, wave: Wave, rules: WeightingRules) -> str:
    """Return the counts that are kept, or an empty table of what is needed, as CSV to fill in.

    Where ``rules`` post-stratify by several variables, their categories are counted together as well.
    """
    places, asked = places_of(wave), describing(wave.version)
    known = {(one.division_id, one.variable, one.value): one.count for one in margins_of_places(session, places)}
    wanted: list[tuple[QuestionRole, ...]] = [(role,) for role in asked]
    joined = tuple(role for role in DESCRIBING if role in asked and role.value in rules.variables)
    if rules.method is Method.POST_STRATIFY and 1 < len(joined) == len(rules.variables):
        wanted.append(joined)
    lines: list[list[str]] = [list(HEAD)]
    for place in places:
        for roles in wanted:
            variable, label = JOINT.join(role.value for role in roles), BETWEEN.join(LABELS[role] for role in roles)
            for options in product(*([one for one in asked[role].options if one.is_substantive] for role in roles)):
                count = known.get((place.id, variable, JOINT.join(option.key for option in options)), "")
                text = BETWEEN.join(option.text for option in options)
                lines.append([place.code, place.name, label, text, str(count)])
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
        questions = self._questions(cells["variable"])
        value = self._value(cells["value"], questions)
        count = unicodedata.normalize("NFKC", cells["count"])
        problems = {
            "place": "" if place else "unknown_place",
            "variable": "" if questions else "unknown_variable",
            "value": "" if not questions or value else "unknown_value",
            "count": "" if _COUNT.fullmatch(count) else "not_a_count",
        }
        found = [self._fault(index, name, cells[name], reason) for name, reason in problems.items() if reason]
        if found or place is None:
            self._faults += found
            return
        variable = JOINT.join(role.value for role in DESCRIBING if role in questions)
        key = (place.id, variable, value)
        if key in self._taken:
            self._faults.append(self._fault(index, "value", cells["value"], "twice"))
            return
        self._taken.add(key)
        self._first.setdefault((place.id, variable), self._name(index, "count"))
        self._rows.append(PopulationRow(place, variable, value, int(re.sub(r"[,\s]", "", count))))

    def _questions(self, said: str) -> dict[QuestionRole, Question]:
        """Return the questions that a cell names, in its order, several if joined by × or *; none if one is unknown."""
        keys = {role.value: role for role in DESCRIBING}
        roles = [NAMES.get(name) or keys.get(name) for name in _JOINS.split(said)]
        found = {role: self._asked[role] for role in roles if role is not None and role in self._asked}
        return found if len(found) == len(roles) else {}

    def _value(self, said: str, questions: Mapping[QuestionRole, Question]) -> str:
        """Return the category that a cell names by keys or texts, in the order of ``DESCRIBING``; empty if unknown."""
        parts = _JOINS.split(said) if len(questions) > 1 else [said]
        if len(parts) != len(questions):
            return ""
        keys: dict[QuestionRole, str] = {}
        for part, (role, question) in zip(parts, questions.items(), strict=True):
            options = {name: one.key for one in question.options for name in (one.key, one.text)}
            keys[role] = options.get(part, "")
        value = JOINT.join(keys[role] for role in DESCRIBING if role in keys)
        return value if all(keys.values()) and len(value) <= LONGEST_VALUE else ""

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
    lines = []
    for row in table.rows:
        parts = zip(row.variable.split(JOINT), row.value.split(JOINT), strict=True)
        said = zip(*(words[part] for part in parts), strict=True)
        lines.append([row.place.code, row.place.name, *map(BETWEEN.join, said), str(row.count)])
    return "".join(csv_guard.lines([list(HEAD), *lines])).removeprefix("\ufeff")
