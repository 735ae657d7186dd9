"""Form tickets that were used: whatever becomes of a letter, its ticket makes one thing only.

A ticket is also the challenge that a browser works on under load (see :mod:`minsheng.casework.proof_of_work`), so no
proof
counts twice.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.database import Base


class SpentTicket(Base):
    """One used ticket. A second letter with it, in whatever process at whatever moment, breaks the primary key."""

    __tablename__ = "spent_ticket"

    ticket: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    spent_at: Mapped[dt.datetime] = mapped_column(index=True)


def spend(session: Session, ticket: str, at: dt.datetime) -> None:
    """Use a ticket up. Raises SQLAlchemy's ``IntegrityError`` for one that was used."""
    session.execute(sa.insert(SpentTicket).values(ticket=ticket, spent_at=at))


def is_spent(session: Session, ticket: str) -> bool:
    """Whether a ticket was used."""
    return session.scalar(sa.select(SpentTicket.ticket).where(SpentTicket.ticket == ticket)) is not None


def forget(session: Session, before: dt.datetime) -> None:
    """Drop the tickets that were used before a moment; the caller commits. They must be too old to be taken again."""
    session.execute(sa.delete(SpentTicket).where(SpentTicket.spent_at < before))
