"""How far the accounts of an installation are set up: who has not come in yet, and who lacks a second factor."""

import datetime as dt
from collections.abc import Iterable, Set

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts import second_factors
from minsheng.accounts.invitations import Invitation
from minsheng.accounts.passkeys import Passkey
from minsheng.accounts.second_factors import AuthenticatorApp
from minsheng.accounts.staff import StaffMember


def invited(session: Session, at: dt.datetime) -> Set[int]:
    """Return the identities of those who hold a link they can still use and have not used."""
    query = sa.select(Invitation.staff_member_id).where(Invitation.used_at.is_(None), Invitation.expires_at > at)
    return set(session.scalars(query))


def without_factor(session: Session, members: Iterable[StaffMember]) -> Set[int]:
    """Return the identities of those active members whose roles demand a second factor and who have none."""
    apps = sa.select(AuthenticatorApp.staff_member_id).where(AuthenticatorApp.confirmed_at.is_not(None))
    have = {*session.scalars(apps), *session.scalars(sa.select(Passkey.staff_member_id))}
    return {one.id for one in members if one.is_active and second_factors.is_needed(one) and one.id not in have}
