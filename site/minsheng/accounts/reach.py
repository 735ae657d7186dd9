"""How far a member of staff's roles reach, as a condition of a query: so that counting needs no record in memory."""

import sqlalchemy as sa

from minsheng.accounts.staff import ROLE_PERMISSIONS, Permission, RoleGrant, StaffMember
from minsheng.records.places import Agency, division_ids_within

Column = sa.ColumnElement[int | None] | sa.orm.InstrumentedAttribute[int] | sa.orm.InstrumentedAttribute[int | None]


def within(
    member: StaffMember, permissions: tuple[Permission, ...], division: Column, *agencies: Column
) -> sa.ColumnElement[bool]:
    """Return the condition that a role with any of the permissions covers a record, as ``StaffMember.may_on`` does.

    ``division`` is the column of the record's place; of ``agencies`` any may be the one a role is limited to.
    """
    if not member.is_active:
        return sa.false()
    covered = [
        _covers(grant, division, agencies)
        for grant in member.grants
        if any(permission in ROLE_PERMISSIONS[grant.role] for permission in permissions)
    ]
    return sa.or_(*covered) if covered else sa.false()


def agency_ids_under(agency_id: int) -> sa.Select[int]:
    """Return the query of the identities of an agency and of all units below it."""
    tree = sa.select(Agency.id).where(Agency.id == agency_id).cte(recursive=True)
    tree = tree.union(sa.select(Agency.id).where(Agency.parent_id == tree.c.id))
    return sa.select(tree.c.id)


def _covers(grant: RoleGrant, division: Column, agencies: tuple[Column, ...]) -> sa.ColumnElement[bool]:
    conditions: list[sa.ColumnElement[bool]] = []
    if grant.division is not None:
        conditions.append(division.in_(division_ids_within(grant.division.path)))
    if grant.agency_id is not None:
        below = agency_ids_under(grant.agency_id)
        conditions.append(sa.or_(*(column.in_(below) for column in agencies)))
    return sa.and_(sa.true(), *conditions)
