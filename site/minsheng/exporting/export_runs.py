"""Exports that are being made: how far each has come, and the file it became, kept for a short time.

The file lies in the database in pieces, so that whichever process or machine is asked for it has it.
"""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration

KEPT = dt.timedelta(hours=2)
"""How long a finished file can be fetched."""
SILENT = dt.timedelta(minutes=2)
"""Whoever makes a file says so every few seconds; after this long without a word nobody is making it any more."""


class ExportState(enum.StrEnum):
    """``failed`` has no file: it is asked for again."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class ExportRun(Base):
    """One table in one form for one member of staff. ``key`` names the file; ``done`` of ``total`` records are read.

    ``rows`` counts lines under the heading, ``size`` is in bytes, ``beat_at`` the last word of whoever makes the file.
    """

    __tablename__ = "export_run"
    __table_args__ = (
        sa.CheckConstraint("done >= 0 AND total >= 0", name="counts_not_negative"),
        sa.CheckConstraint("form IN ('csv', 'xlsx')", name="form_known"),
    )

    id: Mapped[Identity]
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str] = mapped_column(sa.String(40))
    form: Mapped[str] = mapped_column(sa.String(4))
    state: Mapped[ExportState] = mapped_column(enumeration(ExportState), default=ExportState.RUNNING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    beat_at: Mapped[dt.datetime]

    member: Mapped[StaffMember] = relationship()

    @property
    def percent(self) -> int:
        """How much is done, rounded down; 100 only once the file is there."""
        if self.state is ExportState.READY:
            return 100
        return min(self.done * 100 // self.total, 99) if self.total else 0

    def is_given_up(self, at: dt.datetime) -> bool:
        """Whether nobody is making the file any more."""
        return self.state is ExportState.FAILED or (self.state is ExportState.RUNNING and at - self.beat_at > SILENT)

    def is_over(self, at: dt.datetime) -> bool:
        """Whether the time in which the file could be fetched has passed."""
        return at - self.started_at > KEPT


class ExportPiece(Base):
    """A stretch of a finished file; its pieces follow each other by ``number``, from 0."""

    __tablename__ = "export_piece"

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("export_run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)


def of_member(session: Session, member: StaffMember, at: dt.datetime) -> list[ExportRun]:
    """Return the exports that a member of staff may still fetch or wait for, newest first."""
    query = sa.select(ExportRun).where(ExportRun.member_id == member.id, ExportRun.started_at >= at - KEPT)
    return list(session.scalars(query.order_by(ExportRun.id.desc()).limit(20)))
