"""Invitations: a link that lets a new member of staff set a password of their own, once.

Only the hash of the link's token is kept. A new link makes the former one void, and so does leaving.
"""

import datetime as dt
import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts import passwords, signing_in
from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity
from minsheng.errors import DomainError

LIFETIME = dt.timedelta(days=3)


class InvitationVoidError(DomainError):
    """The link was used, replaced, or is too old."""

    code = "invitation_void"


class Invitation(Base):
    """A link that was given out."""

    __tablename__ = "invitation"

    id: Mapped[Identity]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    staff_member: Mapped[StaffMember] = relationship()


def invite(session: Session, member: StaffMember, at: dt.datetime) -> str:
    """Return the token of a new link for a member of staff; links given out before are void."""
    revoke(session, member)
    token = secrets.token_urlsafe(32)
    session.add(Invitation(token_hash=_hash_of(token), staff_member_id=member.id, made_at=at, expires_at=at + LIFETIME))
    session.flush()
    return token


def revoke(session: Session, member: StaffMember) -> None:
    """Make the open links of a member of staff void."""
    session.execute(sa.delete(Invitation).where(Invitation.staff_member_id == member.id, Invitation.used_at.is_(None)))


def open_for(session: Session, member: StaffMember, at: dt.datetime) -> Invitation | None:
    """Return the link that a member of staff can still use."""
    return session.scalar(
        sa.select(Invitation).where(
            Invitation.staff_member_id == member.id, Invitation.used_at.is_(None), Invitation.expires_at > at
        )
    )


def find(session: Session, token: str, at: dt.datetime) -> Invitation:
    """Return the invitation of a token. Raises ``InvitationVoidError``."""
    found = session.scalar(sa.select(Invitation).where(Invitation.token_hash == _hash_of(token)))
    if found is None or found.used_at is not None or at >= found.expires_at or not found.staff_member.is_active:
        raise InvitationVoidError
    return found


def accept(session: Session, token: str, password: str, at: dt.datetime) -> StaffMember:
    """Set the password of whoever was invited and use the link up. Raises ``InvitationVoidError``.

    Of two who send the same link at once, the first is served: the update decides.
    """
    found = find(session, token, at)
    taken = session.execute(
        sa.update(Invitation)
        .where(Invitation.id == found.id, Invitation.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise InvitationVoidError
    member = found.staff_member
    member.password_hash = passwords.hash_password(password)
    member.must_change_password = False
    signing_in.revoke_all(session, member, at)
    signing_in.record(session, "invitation_accepted", member, at)
    return member


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
