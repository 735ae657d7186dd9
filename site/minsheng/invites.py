"""One-time codes for drawn people: a code admits one set of answers, as a part of the sample and not as a person.

Only the code's hash is kept, with the stratum's place, weight and channel. No row says who was given which code, and
none says which answers came by it: the week is all that is noted of its use.
"""

import decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, enumeration
from minsheng.places import Division
from minsheng.sample_frames import LONGEST_NAME
from minsheng.samples import Sample
from minsheng.surveys import Channel, Wave


class Invite(Base):
    """A code that was given out. ``used_week`` is empty until it was used."""

    __tablename__ = "invite"
    __table_args__ = (
        sa.CheckConstraint("length(code_hash) = 64", name="hash_length"),
        sa.CheckConstraint("base_weight > 0", name="counts_for_something"),
        # SQLite would keep the order in which codes were made beside any other key.
        {"sqlite_with_rowid": False},
    )

    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"), index=True)
    sample_id: Mapped[int] = mapped_column(sa.ForeignKey("sample.id", ondelete="RESTRICT"), index=True)
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    stratum: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    psu: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    base_weight: Mapped[decimal.Decimal] = mapped_column(ExactDecimal())
    used_week: Mapped[str] = mapped_column(sa.String(8), default="")

    wave: Mapped[Wave] = relationship()
    sample: Mapped[Sample] = relationship()
    division: Mapped[Division] = relationship()
