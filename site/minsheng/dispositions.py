"""What became of the people drawn for a wave, counted by place and channel: no row leads to anybody."""

import decimal
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.opinion.dispositions import Disposition
from minsheng.places import Division
from minsheng.surveys import Channel, Wave


class DispositionCount(Base):
    """How many of the people drawn for one place and channel ended in one disposition (AAPOR)."""

    __tablename__ = "disposition_count"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "division_id", "channel", "disposition"),
        sa.CheckConstraint("count >= 0", name="not_negative"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    disposition: Mapped[Disposition] = mapped_column(enumeration(Disposition))
    count: Mapped[int]

    wave: Mapped[Wave] = relationship()
    division: Mapped[Division] = relationship()


class DispositionStatement(Base):
    """Who says what became of the people drawn for one place and channel, where no call sheet or paper here does.

    ``eligible_share`` is AAPOR's e, 0 to 1, where whoever called knows it; without it, e is worked out of the counts.
    """

    __tablename__ = "disposition_statement"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "division_id", "channel"),
        sa.CheckConstraint("eligible_share IS NULL OR eligible_share BETWEEN 0 AND 10000", name="share_is_a_share"),
        sa.CheckConstraint("length(source) > 0", name="says_its_source"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    eligible_share: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    source: Mapped[str] = mapped_column(sa.String(200))

    wave: Mapped[Wave] = relationship()
    division: Mapped[Division] = relationship()


def counts_of(session: Session, wave: Wave) -> list[tuple[str, Channel, Disposition, int]]:
    """Return the path of the place, channel, disposition and count of every row of a wave."""
    rows = session.execute(
        sa.select(Division.path, DispositionCount.channel, DispositionCount.disposition, DispositionCount.count)
        .join(Division, Division.id == DispositionCount.division_id)
        .where(DispositionCount.wave_id == wave.id)
        .order_by(Division.path, DispositionCount.channel, DispositionCount.disposition)
    )
    return [(path, channel, disposition, count) for path, channel, disposition, count in rows]


def move(session: Session, wave: Wave, division: Division, channel: Channel, change: Mapping[Disposition, int]) -> None:
    """Add to the counts of a place and channel; a negative number takes people out of a disposition."""
    query = sa.select(DispositionCount).where(
        DispositionCount.wave_id == wave.id,
        DispositionCount.division_id == division.id,
        DispositionCount.channel == channel,
    )
    rows = {row.disposition: row for row in session.scalars(query.with_for_update())}
    for disposition, number in change.items():
        if disposition in rows:
            rows[disposition].count += number
        elif number:
            row = DispositionCount(wave=wave, division=division, channel=channel, disposition=disposition, count=number)
            session.add(row)
    session.flush()
