"""What an OC4IDS project changes here: parts that are added to a record, and values that differ from what it says.

A draft is written at once. What is public already becomes proposals, which a second person accepts or returns one by
one. Nothing is ever taken away because a file does not have it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.editorial import applying, record_changes
from minsheng.editorial.record_changes import Change
from minsheng.errors import IncompleteRecordError, InvalidValuesError
from minsheng.importing.oc4ids_beginnings import PartRefusedError
from minsheng.importing.oc4ids_records import ReadProject
from minsheng.records.parts import PARTS, values_of
from minsheng.records.projects import Project
from minsheng.records.publication import Publication

Values = Mapping[str, Any]
PROJECT_COLUMNS = (
    "summary",
    "location",
    "latitude",
    "longitude",
    "quality_standard",
    "planned_start",
    "planned_finish",
    "actual_start",
    "actual_finish",
    "planned_investment_fen",
    "total_investment_fen",
)
"""Columns that a file may change; title, kind and category of a project that is there stay."""
OWN_NAMES = {
    "responsibility": ("role", "post"),
    "indicator": ("name", "part_name"),
    "funding_line": ("source", "kind", "year", "label"),
    "milestone": ("kind",),
    "contract": ("subject", "party"),
}
"""Columns by which a record of a part is known again."""
CHANGED = {"indicator": ("target",), "funding_line": ("planned_fen",), "milestone": ("planned_on", "actual_on")}
"""Columns of a known record that a file may change; a signed contract stays as it is."""


@dataclass(frozen=True)
class Writing:
    """Who writes into which project, when, and what reason is given to the public."""

    session: Session
    project: Project
    by: StaffMember
    at: dt.datetime
    reason: str

    @property
    def is_draft(self) -> bool:
        """Whether nobody has seen the project yet."""
        return self.project.publication is Publication.DRAFT

    def put(self, part: str, values: Values, record_id: int | None = None, above_id: int | None = None) -> int | None:
        """Write a record of a draft and return its identity; propose it for a public project, which has none yet.

        Raises ``PartRefusedError`` for what the rules of the record refuse.
        """
        change = Change(part, dict(values), record_id, above_id, self.reason)
        try:
            if not self.is_draft:
                applying.propose(self.session, self.project, change, self.by, self.at)
                return None
            written: Any = record_changes.write(self.session, self.project, change, self.by, self.at)
        except InvalidValuesError as error:
            raise PartRefusedError(part, error.problems) from error
        except IncompleteRecordError as error:
            raise PartRefusedError(part, dict.fromkeys(error.missing, "required")) from error
        number: int = written.id
        return number


def differing(project: Project, record: ReadProject) -> dict[str, Any]:
    """Return the columns of a project that a file says otherwise."""
    said = values_of(PARTS["project"], project)
    wanted = {name: record.values.get(name) for name in PROJECT_COLUMNS}
    return {name: value for name, value in wanted.items() if value not in (None, "") and value != said[name]}


def write(writing: Writing, record: ReadProject) -> int:
    """Bring a project to what a file says; return how many changes that took."""
    count = 0
    if values := differing(writing.project, record):
        writing.put("project", values, writing.project.id)
        count += 1
    count += _add(writing, "responsibility", record.responsibilities)
    count += _indicators(writing, record.indicators)
    count += _add(writing, "funding_line", record.funding_lines)
    count += _add(writing, "milestone", record.milestones)
    return count + _contracts(writing, record.contracts)


def _known(writing: Writing, part: str) -> dict[tuple[Any, ...], Any]:
    """Return the records of a part by what they are known by."""
    records = record_changes.records_of(writing.session, writing.project, PARTS[part])
    return {_name(values_of(PARTS[part], one), part): one for one in records}


def _name(values: Values, part: str) -> tuple[Any, ...]:
    return tuple(values.get(name) or "" for name in OWN_NAMES[part])


def _add(writing: Writing, part: str, wanted: Iterable[Values]) -> int:
    """Add what is not there yet, and change what is said otherwise of what is."""
    count, known = 0, _known(writing, part)
    for values in wanted:
        there = known.get(_name(values, part))
        if there is None:
            writing.put(part, values)
            known[_name(values, part)] = values
            count += 1
        elif not isinstance(there, Mapping):
            count += _change(writing, part, there, values)
    return count


def _change(writing: Writing, part: str, there: Any, values: Values) -> int:
    said = values_of(PARTS[part], there)
    wanted = {name: values.get(name) for name in CHANGED.get(part, ())}
    changed = {name: value for name, value in wanted.items() if value is not None and value != said[name]}
    if changed:
        writing.put(part, changed, there.id)
    return bool(changed)


def _indicators(writing: Writing, wanted: Iterable[Values]) -> int:
    """Add targets, each whole before its parts; a part whose whole is only proposed is proposed without it."""
    count, known = 0, _known(writing, "indicator")
    identities: list[int | None] = []
    for one in wanted:
        values = {name: value for name, value in one.items() if name != "whole"}
        there = known.get(_name(values, "indicator"))
        if there is not None:
            identities.append(there.id)
            count += _change(writing, "indicator", there, values)
            continue
        whole = one.get("whole")
        if whole is not None and whole < len(identities) and identities[whole] is not None:
            values["whole_id"] = identities[whole]
        identities.append(writing.put("indicator", values))
        count += 1
    return count


def _contracts(writing: Writing, wanted: Iterable[Values]) -> int:
    """Add contracts that are not there; their payments and changes follow them where they are written at once."""
    count, known = 0, set(_known(writing, "contract"))
    for one in wanted:
        if _name(one, "contract") in known:
            continue
        known.add(_name(one, "contract"))
        own = {name: value for name, value in one.items() if name not in {"payments", "changes"}}
        number = writing.put("contract", own)
        count += 1
        if number is not None:
            put: Callable[..., object] = writing.put
            for paid in one["payments"]:
                put("contract_payment", paid, above_id=number)
            for changed in one["changes"]:
                put("contract_change", changed, above_id=number)
    return count
