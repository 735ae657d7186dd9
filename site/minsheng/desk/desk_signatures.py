"""What waits for a second signature at a desk: look-backs, inspections, summons lists, bulletins, break-downs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial.signatures import SignatureState
from minsheng.oversight import breakdown_acts, inspection_acts, summons_acts
from minsheng.oversight.bulletin_issues import BulletinIssue
from minsheng.oversight.inspections import InspectionPlan
from minsheng.oversight.lookbacks import LookBack
from minsheng.oversight.summonses import SummonsList
from minsheng.oversight.target_breakdowns import TargetBreakdown

MOST = 200
"""So many of each kind are looked through; offices have a handful."""


@dataclass(frozen=True)
class Waiting:
    """Records of one kind that wait for a member's signature, and those that were returned to the member."""

    to_sign: list[Any]
    returned: list[Any]


def waiting(session: Session, member: StaffMember) -> Mapping[str, Waiting]:
    """Return what waits of each kind, by its name."""
    keeps, edits = Permission.KEEP_LEDGER, Permission.EDIT_PROJECT

    def may_look_back(one: LookBack) -> bool:
        return member.may_on(keeps, one.project.division, one.project.agency)

    def may_break_down(one: TargetBreakdown) -> bool:
        return breakdown_acts.may(member, edits, breakdown_acts.project_of(session, one.indicator))

    def may_bulletin(one: BulletinIssue | SummonsList) -> bool:
        return summons_acts.may(member, one.programme)

    kinds: tuple[tuple[str, type[Any], Callable[[Any], bool]], ...] = (
        ("look_backs", LookBack, may_look_back),
        ("inspections", InspectionPlan, lambda one: inspection_acts.may(member, one)),
        ("summonses", SummonsList, may_bulletin),
        ("bulletins", BulletinIssue, may_bulletin),
        ("breakdowns", TargetBreakdown, may_break_down),
    )
    return {name: _of(session, member, model, may) for name, model, may in kinds}


def _of(session: Session, member: StaffMember, model: type[Any], may: Callable[[Any], bool]) -> Waiting:
    states = (SignatureState.SUBMITTED, SignatureState.RETURNED)
    found: Iterable[Any] = session.scalars(
        sa.select(model).where(model.state.in_(states)).order_by(model.submitted_at, model.id).limit(MOST)
    )
    listed = list(found)
    return Waiting(
        to_sign=[
            one for one in listed if one.state is SignatureState.SUBMITTED and not one.is_work_of(member) and may(one)
        ],
        returned=[one for one in listed if one.state is SignatureState.RETURNED and one.author_id == member.id],
    )
