"""Breaking a target down to places in one sheet: the sum is checked, and a second person makes all parts public."""

import datetime as dt
import decimal
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial.record_changes import Change, write
from minsheng.editorial.signatures import SignatureState
from minsheng.errors import InvalidValuesError, ReasonRequiredError, WrongStateError
from minsheng.oversight.target_breakdowns import TargetBreakdown
from minsheng.records.indicators import Indicator, Measure
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.records.publication import Publication

OPEN = (SignatureState.DRAFT, SignatureState.SUBMITTED, SignatureState.RETURNED)
MOST = decimal.Decimal(10) ** 12


@dataclass(frozen=True)
class Share:
    """One part: a place, or a name where it is none; its target is None where it is not assigned yet."""

    division_id: int | None
    name: str
    target: decimal.Decimal | None


def may(member: StaffMember, permission: Permission, project: Project) -> bool:
    """Whether a role of a member has a permission on the project that a target belongs to."""
    return member.may_on(permission, project.division, project.agency)


def project_of(session: Session, indicator: Indicator) -> Project:
    """Return the project that a target belongs to."""
    return session.get_one(Project, indicator.project_id)


def can_be_broken_down(indicator: Indicator) -> bool:
    """Whether the parts of a target can be added up: levels and rates cannot."""
    return indicator.whole_id is None and indicator.measure is Measure.CUMULATIVE and indicator.target is not None


def parts_of(session: Session, indicator: Indicator) -> Sequence[Indicator]:
    """Return the parts a target has by now."""
    query = sa.select(Indicator).where(Indicator.whole_id == indicator.id).order_by(Indicator.position, Indicator.id)
    return session.scalars(query).all()


def sheet_of(session: Session, indicator: Indicator) -> TargetBreakdown | None:
    """Return the sheet of a target that is being written or waits for a second person."""
    query = sa.select(TargetBreakdown).where(
        TargetBreakdown.indicator_id == indicator.id, TargetBreakdown.state.in_(OPEN)
    )
    return session.scalar(query.order_by(TargetBreakdown.id.desc()).limit(1))


def places_of(session: Session, project: Project) -> Sequence[Division]:
    """Return the places just below that of a project, which its targets are handed down to."""
    if project.division is None:
        return []
    query = sa.select(Division).where(Division.parent_id == project.division_id).order_by(Division.code)
    return session.scalars(query).all()


def hand_in(
    session: Session, indicator: Indicator, shares: Sequence[Share], reason: str, by: StaffMember, at: dt.datetime
) -> TargetBreakdown:
    """Hand a sheet in for a second person.

    Raises ``WrongStateError`` for a target whose parts do not add up or that has a sheet waiting,
    ``InvalidValuesError`` (under ``parts``: ``required``, ``twice``, ``out_of_range``), and ``ReasonRequiredError``
    where the parts are not the whole, or a part that is public changes, without a public reason.
    """
    if not can_be_broken_down(indicator):
        raise WrongStateError("break_down", "not_cumulative")
    sheet = sheet_of(session, indicator)
    if sheet is not None and sheet.state is SignatureState.SUBMITTED:
        raise WrongStateError("break_down", "waiting")
    _check(shares)
    if not reason.strip() and (left(indicator, shares) != 0 or _changes_public(session, indicator, shares)):
        raise ReasonRequiredError
    if sheet is None:
        sheet = TargetBreakdown(indicator=indicator, state=SignatureState.DRAFT)
        session.add(sheet)
    sheet.write_as(by)
    sheet.parts = [
        {"division_id": one.division_id, "name": one.name, "target": "" if one.target is None else str(one.target)}
        for one in shares
    ]
    sheet.reason = reason.strip()
    sheet.submit(at)
    session.flush()
    return sheet


def left(indicator: Indicator, shares: Sequence[Share]) -> decimal.Decimal:
    """Return what of the whole is in no part; below zero where the parts are more. Nothing assigned yet counts 0.

    Zero where some part has no target yet and the others are not more than the whole.
    """
    whole = indicator.target or decimal.Decimal(0)
    rest = whole - sum((one.target for one in shares if one.target is not None), decimal.Decimal(0))
    return decimal.Decimal(0) if rest > 0 and any(one.target is None for one in shares) else rest


def accept(
    session: Session, sheet: TargetBreakdown, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Write every part to the record, each journaled. Raises as ``Signed.sign`` and ``record_changes.write``."""
    sheet.sign(by, at, one_person_mode=one_person_mode)
    indicator = sheet.indicator
    project = project_of(session, indicator)
    known = {_key(part.division_id, part.part_name): part for part in parts_of(session, indicator)}
    for said in sheet.parts:
        part = known.get(_key(said["division_id"], said["name"]))
        target = said["target"] or None
        if part is None:
            values = {
                "name": indicator.name,
                "unit": indicator.unit,
                "target": target,
                "measure": indicator.measure.value,
                "direction": indicator.direction.value,
                "assigned_by": indicator.assigned_by.value,
                "weight": None,
                "whole_id": indicator.id,
                "part_name": said["name"],
                "division_id": said["division_id"],
            }
            write(session, project, Change("indicator", values, reason=sheet.reason), by, at)
        elif part.target != (None if target is None else decimal.Decimal(target)):
            change = Change("indicator", {"target": target}, record_id=part.id, reason=sheet.reason)
            write(session, project, change, by, at)


def _check(shares: Sequence[Share]) -> None:
    if not shares:
        raise InvalidValuesError({"parts": "required"})
    keys = [_key(one.division_id, one.name) for one in shares]
    if len(keys) != len(set(keys)):
        raise InvalidValuesError({"parts": "twice"})
    if any(one.target is not None and not 0 <= one.target < MOST for one in shares):
        raise InvalidValuesError({"parts": "out_of_range"})


def _changes_public(session: Session, indicator: Indicator, shares: Sequence[Share]) -> bool:
    """Whether a part that residents read would say something else."""
    if project_of(session, indicator).publication is Publication.DRAFT:
        return False
    now = {_key(part.division_id, part.part_name): part.target for part in parts_of(session, indicator)}
    given = {_key(one.division_id, one.name): one.target for one in shares}
    return any(key in given and given[key] != target for key, target in now.items())


def _key(division_id: int | None, name: str) -> tuple[int | None, str]:
    """Return what tells parts from each other: their place, or their name where they have none."""
    return (division_id, "" if division_id is not None else name.strip())
