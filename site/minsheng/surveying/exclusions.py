"""Answers that a rule registered beforehand takes out of the scores: by which rule, by which post, and why."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.surveying.surveys import Wave


class ExclusionScope(enum.StrEnum):
    """What an exclusion takes out at once."""

    RESPONSE = "response"
    BATCH = "batch"
    INTERVIEWER = "interviewer"
    BOARD = "board"


class Exclusion(Base):
    """One act of taking answers out; the answers themselves stay, and name it.

    ``key`` is the name of the batch, the code of the interviewer or the number of the board; of single answers it is
    empty. ``count`` is how many it took out. Taking them in again is a record of its own: ``undone_at``, by which
    post, and why.
    """

    __tablename__ = "exclusion"
    __table_args__ = (
        sa.CheckConstraint("length(rule) > 0", name="names_its_rule"),
        sa.CheckConstraint("length(why) > 0", name="says_why"),
        sa.CheckConstraint("undone_at IS NULL OR length(undone_why) > 0", name="says_why_undone"),
        sa.CheckConstraint("count >= 0", name="not_negative"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"), index=True)
    rule: Mapped[str] = mapped_column(sa.String(40))
    who: Mapped[str] = mapped_column(sa.String(160))
    why: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime]
    scope: Mapped[ExclusionScope] = mapped_column(enumeration(ExclusionScope), default=ExclusionScope.RESPONSE)
    key: Mapped[str] = mapped_column(sa.String(40), default="")
    count: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str] = mapped_column(sa.String(160), default="")
    undone_why: Mapped[str] = mapped_column(sa.String(500), default="")

    wave: Mapped[Wave] = relationship()
