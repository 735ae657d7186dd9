"""Held letters: what came in during an attack, kept apart until a reviewer lets it through or puts it aside.

A held letter is no case: it is counted nowhere and shown to nobody but its sender and reviewers. Letting it through
makes a case that was received when the letter was, so that an attack never costs its sender time. An idea for a call
is held in the same way, and becomes an idea of that call.
"""

import datetime as dt
import decimal
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.cases import SuggestionKind
from minsheng.database import Base, Identity, enumeration
from minsheng.participation.calls import Call
from minsheng.records.boards import Board
from minsheng.records.places import Division
from minsheng.records.projects import Project


class HeldReason(enum.StrEnum):
    """Why a letter was held: sent under load without proof of work, or too much from one network, or alike."""

    NO_PROOF = "no_proof"
    ONE_NETWORK = "one_network"
    MANY_ALIKE = "many_alike"


class HeldState(enum.StrEnum):
    """What became of it. One that is let through becomes a case and is here no more."""

    WAITING = "waiting"
    DISCARDED = "discarded"


class HeldLetter(Base):
    """A letter as it was sent, with its ticket and the hash of its tracking code.

    ``fingerprint`` is equal for letters of the same words, ``likeness`` for those that the meter took for copies of
    one another with other words in them. An idea names its ``call``. Contact is sealed for this record.
    """

    __tablename__ = "held_letter"
    __table_args__ = (
        sa.CheckConstraint("length(words) > 0", name="has_words"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_has_time"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_together"),
    )

    id: Mapped[Identity]
    ticket: Mapped[str] = mapped_column(sa.String(36), unique=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[SuggestionKind] = mapped_column(enumeration(SuggestionKind))
    reason: Mapped[HeldReason] = mapped_column(enumeration(HeldReason), index=True)
    state: Mapped[HeldState] = mapped_column(enumeration(HeldState), default=HeldState.WAITING, index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    board_id: Mapped[int | None] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"), index=True)
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call.id", ondelete="RESTRICT"), index=True)
    place_words: Mapped[str] = mapped_column(sa.String(200), default="")
    latitude: Mapped[decimal.Decimal | None]
    longitude: Mapped[decimal.Decimal | None]
    words: Mapped[str] = mapped_column(sa.Text)
    fingerprint: Mapped[str] = mapped_column(sa.String(64), index=True)
    likeness: Mapped[str] = mapped_column(sa.String(64), index=True)
    consent_to_publish: Mapped[bool] = mapped_column(default=False)
    consent_to_call: Mapped[bool] = mapped_column(default=False)
    contact_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    language: Mapped[str] = mapped_column(sa.String(10), default="")
    received_at: Mapped[dt.datetime] = mapped_column(index=True)
    decided_at: Mapped[dt.datetime | None]

    project: Mapped[Project | None] = relationship()
    division: Mapped[Division | None] = relationship()
    board: Mapped[Board | None] = relationship()
    call: Mapped[Call | None] = relationship()
    photos: Mapped[list[CasePhoto]] = relationship(back_populates="held_letter", order_by=CasePhoto.id, cascade="all")

    @property
    def subject(self) -> str:
        """The name that the contact is sealed for."""
        return f"held_letter:{self.id}"
