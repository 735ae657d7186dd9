"""Answers that a rule registered beforehand takes out of the scores: by which rule, by which post, and why."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity
from minsheng.surveys import Wave


class Exclusion(Base):
    """One act of taking answers out; the answers themselves stay, and name it."""

    __tablename__ = "exclusion"
    __table_args__ = (
        sa.CheckConstraint("length(rule) > 0", name="names_its_rule"),
        sa.CheckConstraint("length(why) > 0", name="says_why"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"), index=True)
    rule: Mapped[str] = mapped_column(sa.String(40))
    who: Mapped[str] = mapped_column(sa.String(160))
    why: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime]

    wave: Mapped[Wave] = relationship()
