"""Signing in and out: who is let in, for how long, and what the journal says of it.

A sign-in is known by a random token that only the browser holds; the database keeps its hash. The journal
names posts, never people or addresses.
"""

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts import passwords, sign_in_refusals
from minsheng.accounts.staff import StaffMember, StaffSession, staff_by_username
from minsheng.journal import Act

LIFETIME = dt.timedelta(hours=12)
"""A working day: the next morning asks for the password again."""
HALF_WAY = dt.timedelta(minutes=10)
"""How long a right password waits for the second factor."""


def token_hash(token: str) -> str:
    """Return what the database keeps of a token. It is random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate(session: Session, username: str, password: str, at: dt.datetime) -> StaffMember | None:
    """Return the member of staff with this name and password, or None after counting the refusal.

    A hash made with outdated costs is renewed. An unknown name takes as long as a wrong password.
    """
    member = staff_by_username(session, username)
    if member is None:
        passwords.verify_nobody(password)
    elif passwords.verify(member.password_hash, password) and member.is_active:
        if passwords.needs_rehash(member.password_hash):
            member.password_hash = passwords.hash_password(password)
        return member
    sign_in_refusals.note(session, member, at)
    return None


def start(
    session: Session, member: StaffMember, token: str, at: dt.datetime, *, awaits_factor: bool = False, device: str = ""
) -> StaffSession:
    """Open a session under a new token; one that awaits the second factor opens nothing else, and not for long."""
    started = StaffSession(
        token_hash=token_hash(token),
        staff_member=member,
        started_at=at,
        last_seen_at=at,
        expires_at=at + (HALF_WAY if awaits_factor else LIFETIME),
        awaits_factor=awaits_factor,
        device=device,
    )
    session.add(started)
    if not awaits_factor:
        record(session, "staff_signed_in", member, at)
    return started


def complete(session: Session, started: StaffSession, token: str, at: dt.datetime, factor: str) -> None:
    """Let a session in whose second factor was right; ``factor`` says which. It goes on under a new token."""
    started.token_hash = token_hash(token)
    started.awaits_factor = False
    started.started_at = started.last_seen_at = at
    started.expires_at = at + LIFETIME
    record(session, "staff_signed_in", started.staff_member, at, factor=factor)


def find(session: Session, token: str, at: dt.datetime) -> StaffSession | None:
    """Return the session of a token while it admits its owner, or None."""
    found = session.scalar(sa.select(StaffSession).where(StaffSession.token_hash == token_hash(token)))
    return found if found is not None and found.is_valid(at) else None


def open_sessions(session: Session, member: StaffMember, at: dt.datetime) -> list[StaffSession]:
    """Return the sessions that still admit a member of staff, newest first."""
    query = sa.select(StaffSession).where(
        StaffSession.staff_member_id == member.id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > at
    )
    return list(session.scalars(query.order_by(StaffSession.started_at.desc(), StaffSession.id.desc())))


def revoke_all(
    session: Session, member: StaffMember, at: dt.datetime, *, but: StaffSession | None = None
) -> list[StaffSession]:
    """End every session of a member of staff but one, and return those that were ended."""
    ended = [one for one in open_sessions(session, member, at) if one is not but]
    for one in ended:
        one.revoked_at = at
    return ended


def change_password(
    session: Session, member: StaffMember, password: str, at: dt.datetime, *, keep: StaffSession
) -> None:
    """Set a new password and end every other session: whoever knew the old one is out."""
    member.password_hash = passwords.hash_password(password)
    member.must_change_password = False
    revoke_all(session, member, at, but=keep)
    record(session, "password_changed", member, at)


def record(session: Session, act: str, member: StaffMember, at: dt.datetime, **extra: object) -> None:
    """Journal an act of signing in, with what else is to be said of it."""
    session.flush()
    journal.record(session, Act(act, f"staff:{member.id}", member.post, is_public=False, extra=extra), at)
