"""Filling a project that was just begun with what an OC4IDS file says: checked as a form's values are, written at once.

A record that others know of is changed step by step (:mod:`minsheng.importing.oc4ids_changes`); here nobody has seen
anything yet, and a file of hundreds of projects must not keep everybody else from writing for minutes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng.errors import InvalidValuesError
from minsheng.importing.oc4ids_records import ReadProject
from minsheng.records.contracts import Contract, ContractChange, ContractPayment
from minsheng.records.funding import FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.parts import PARTS, read_values
from minsheng.records.projects import Milestone, Project, Responsibility
from minsheng.refusals import violated

Values = Mapping[str, Any]


class PartRefusedError(InvalidValuesError):
    """Values that the rules of a part refuse; ``part`` is its name."""

    code = "part_refused"

    def __init__(self, part: str, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.part = part


def fill(session: Session, project: Project, record: ReadProject) -> None:
    """Give a new draft everything a file says of it. Raises ``PartRefusedError`` for what the rules refuse."""
    # Each list is looked up before it is set; nothing need be written for that.
    with session.no_autoflush:
        for name, value in _checked("project", record.values, is_new=False).items():
            setattr(project, name, value)
        project.responsibilities = [
            Responsibility(position=place, **_checked("responsibility", one))
            for place, one in enumerate(record.responsibilities)
        ]
        project.funding_lines = [
            FundingLine(position=place, **_checked("funding_line", one))
            for place, one in enumerate(record.funding_lines)
        ]
        milestones = [_checked("milestone", one) for one in record.milestones]
        project.milestones = [Milestone(first_planned_on=one["planned_on"], **one) for one in milestones]
        project.indicators = _indicators(record.indicators)
        for place, one in enumerate(record.contracts):
            session.add(_contract(project, place, one))
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise PartRefusedError("project", {"": violated(error)}) from error


def _checked(part: str, values: Values, *, is_new: bool = True) -> dict[str, Any]:
    """Return values as the columns take them."""
    try:
        return read_values(PARTS[part], values, is_new=is_new)
    except InvalidValuesError as error:
        raise PartRefusedError(part, error.problems) from error


def _indicators(wanted: Iterable[Values]) -> list[Indicator]:
    """Return the targets in their order, parts tied to their wholes."""
    made: list[Indicator] = []
    for place, one in enumerate(wanted):
        values = _checked("indicator", {name: value for name, value in one.items() if name != "whole"})
        indicator = Indicator(position=place, **{name: value for name, value in values.items() if name != "whole_id"})
        whole = one.get("whole")
        if whole is not None and whole < place:
            made[whole].parts.append(indicator)
        made.append(indicator)
    return made


def _contract(project: Project, place: int, one: Values) -> Contract:
    own = {name: value for name, value in one.items() if name not in {"payments", "changes"}}
    contract = Contract(project=project, position=place, **_checked("contract", own))
    contract.payments = [ContractPayment(**_checked("contract_payment", paid)) for paid in one["payments"]]
    contract.changes = [ContractChange(**_checked("contract_change", changed)) for changed in one["changes"]]
    return contract
