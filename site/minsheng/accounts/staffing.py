"""Who works here: adding members of staff, their roles, and letting them go. Nobody is ever deleted.

The journal names posts and roles, never people.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng import journal
from minsheng.accounts import invitations, passwords, second_factors, signing_in
from minsheng.accounts.staff import ROLE_PERMISSIONS, Permission, Role, RoleGrant, StaffMember
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.journal import Act
from minsheng.records.places import Agency, Division

NO_PASSWORD = ""
"""Stands where a hash would: no password has it."""


@dataclass(frozen=True)
class Scope:
    """A role with the place and agency it is limited to, where given."""

    role: Role
    division: Division | None = None
    agency: Agency | None = None


def may_grant(by: StaffMember, division: Division | None, agency: Agency | None) -> bool:
    """Whether ``by`` manages the staff of this place and agency; None is everywhere."""
    return by.is_active and any(
        Permission.MANAGE_STAFF in ROLE_PERMISSIONS[grant.role]
        and (grant.division is None or grant.division.covers(division))
        and (grant.agency_id is None or (agency is not None and grant.agency_id in agency.chain_ids))
        for grant in by.grants
    )


def may_manage(by: StaffMember, member: StaffMember) -> bool:
    """Whether every role of ``member`` lies in what ``by`` manages; one without roles is for those without limits."""
    if not member.grants:
        return may_grant(by, None, None)
    return all(may_grant(by, grant.division, grant.agency) for grant in member.grants)


def managed_by(session: Session, by: StaffMember) -> list[StaffMember]:
    """Return the staff that ``by`` manages, those who work here first."""
    query = sa.select(StaffMember).order_by(StaffMember.is_active.desc(), StaffMember.username)
    grants = selectinload(StaffMember.grants)
    loaded = query.options(grants.selectinload(RoleGrant.division), grants.selectinload(RoleGrant.agency))
    return [member for member in session.scalars(loaded) if may_manage(by, member)]


def add(
    session: Session,
    by: StaffMember,
    scope: Scope,
    *,
    username: str,
    display_name: str,
    post: str,
    password: str | None,
    at: dt.datetime,
) -> StaffMember:
    """Add a member of staff with one role. Raises ``NotAllowedError`` outside what ``by`` manages.

    A password given here must be changed at the first sign-in; with none, only an invitation lets them in.
    """
    if not may_grant(by, scope.division, scope.agency):
        raise NotAllowedError
    member = StaffMember(
        username=username.strip().lower(),
        display_name=display_name.strip(),
        post=post.strip(),
        password_hash=passwords.hash_password(password) if password else NO_PASSWORD,
        must_change_password=password is not None,
        created_at=at,
        grants=[RoleGrant(role=scope.role, division=scope.division, agency=scope.agency)],
    )
    session.add(member)
    _record(session, "staff_added", member, by, at)
    return member


def grant(session: Session, by: StaffMember, member: StaffMember, scope: Scope, at: dt.datetime) -> None:
    """Give a member of staff one more role. Raises ``NotAllowedError`` outside what ``by`` manages.

    Raises ``WrongStateError`` for oneself: who hands out rights does not take any.
    """
    if not may_grant(by, scope.division, scope.agency):
        raise NotAllowedError
    _require_other(by, member, "grant")
    member.grants.append(RoleGrant(role=scope.role, division=scope.division, agency=scope.agency))
    _record(session, "roles_changed", member, by, at)


def take_back(session: Session, by: StaffMember, member: StaffMember, role: RoleGrant, at: dt.datetime) -> None:
    """Take one role back. Raises ``WrongStateError`` for one's own role, so that nobody locks everybody out."""
    _require_other(by, member, "take_back")
    member.grants.remove(role)
    _record(session, "roles_changed", member, by, at)


def deactivate(session: Session, by: StaffMember, member: StaffMember, at: dt.datetime) -> None:
    """End a member's work here and every sign-in. Raises ``WrongStateError`` for oneself."""
    _require_other(by, member, "deactivate")
    member.is_active = False
    invitations.revoke(session, member)
    signing_in.revoke_all(session, member, at)
    _record(session, "staff_deactivated", member, by, at)


def reactivate(session: Session, by: StaffMember, member: StaffMember, at: dt.datetime) -> None:
    """Let a member of staff work here again, with the roles they had."""
    _require_other(by, member, "reactivate")
    member.is_active = True
    _record(session, "staff_reactivated", member, by, at)


def reset_password(session: Session, by: StaffMember, member: StaffMember, password: str, at: dt.datetime) -> None:
    """Give a member of staff a new first password, to be changed at once, and end every sign-in."""
    _require_other(by, member, "reset_password")
    member.password_hash = passwords.hash_password(password)
    member.must_change_password = True
    invitations.revoke(session, member)
    signing_in.revoke_all(session, member, at)
    _record(session, "password_reset", member, by, at)


def invite(session: Session, by: StaffMember, member: StaffMember, at: dt.datetime) -> str:
    """Return the token of a link with which someone sets a password of their own; see
    :mod:`minsheng.accounts.invitations`.

    The password they had goes on working until they set another. Raises ``WrongStateError`` for who left.
    """
    _require_other(by, member, "invite")
    if not member.is_active:
        raise WrongStateError("invite", "deactivated")
    token = invitations.invite(session, member, at)
    _record(session, "staff_invited", member, by, at)
    return token


def reset_factors(session: Session, by: StaffMember, member: StaffMember, at: dt.datetime) -> None:
    """Take every second factor of someone who lost them, and end every sign-in; where needed, they add a new one."""
    _require_other(by, member, "reset_factors")
    second_factors.remove_all(session, member)
    signing_in.revoke_all(session, member, at)
    _record(session, "factors_reset", member, by, at)


def end_sign_ins(session: Session, by: StaffMember, member: StaffMember, at: dt.datetime) -> int:
    """End every sign-in of a member of staff, and return how many there were."""
    _require_other(by, member, "end_sign_ins")
    ended = signing_in.revoke_all(session, member, at)
    _record(session, "sign_ins_ended", member, by, at)
    return len(ended)


def _require_other(by: StaffMember, member: StaffMember, step: str) -> None:
    if not may_manage(by, member):
        raise NotAllowedError
    if by is member:
        raise WrongStateError(step, "own_account")


def _record(session: Session, act: str, member: StaffMember, by: StaffMember, at: dt.datetime) -> None:
    """Journal what changed about a post."""
    session.flush()
    roles = sorted(
        [one.role.value, one.division.code if one.division else None, one.agency.slug if one.agency else None]
        for one in member.grants
    )
    extra = {"post": member.post, "roles": roles, "is_active": member.is_active}
    journal.record(session, Act(act, f"staff:{member.id}", by.post, is_public=False, extra=extra), at)
