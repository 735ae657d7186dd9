"""What became of the people drawn for a wave, counted by place and channel: no row leads to anybody."""

import datetime as dt
import decimal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Wave


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


def statements_of(session: Session, wave: Wave) -> list[DispositionStatement]:
    """Return who stated the counts of which place and channel, by place."""
    query = sa.select(DispositionStatement).join(DispositionStatement.division)
    return list(
        session.scalars(
            query.where(DispositionStatement.wave_id == wave.id).order_by(Division.path, DispositionStatement.channel)
        )
    )


def eligible_shares(session: Session, wave: Wave, places: Sequence[Division]) -> dict[tuple[str, str], float]:
    """Return e by place's code and channel, where it was stated for exactly one of these places."""
    codes = {place.id: place.code for place in places}
    return {
        (codes[one.division_id], one.channel.value): float(one.eligible_share)
        for one in statements_of(session, wave)
        if one.division_id in codes and one.eligible_share is not None
    }


@dataclass(frozen=True)
class Stated:
    """What an outside contractor reports of one place and channel; ``eligible_share`` is e, where it is known."""

    division: Division
    channel: Channel
    counts: Mapping[Disposition, int]
    source: str
    eligible_share: decimal.Decimal | None = None


def state(session: Session, wave: Wave, said: Stated, by: StaffMember, at: dt.datetime) -> None:
    """Keep what an outside contractor reports for one place and channel, in place of what was stated before.

    Raises ``WrongStateError`` once the wave has closed, ``InvalidValuesError`` for a channel that draws nobody, for
    negative counts or an ``e`` outside 0 to 1, for a source that is not named, and (``counted``) where a file of
    answers said of each person what became of them.
    """
    if wave.has_closed(local_date(at)):
        raise WrongStateError("state_dispositions", "closed")
    problems = {kind.value: "negative" for kind, number in said.counts.items() if number < 0}
    if said.channel not in DRAWN_CHANNELS:
        problems["channel"] = "not_drawn"
    if said.eligible_share is not None and not 0 <= said.eligible_share <= 1:
        problems["eligible_share"] = "out_of_range"
    if not said.source.strip():
        problems["source"] = "missing"
    key = {"wave_id": wave.id, "division_id": said.division.id, "channel": said.channel}
    known = {row.disposition: row for row in session.scalars(sa.select(DispositionCount).filter_by(**key))}
    statement = session.scalar(sa.select(DispositionStatement).filter_by(**key))
    if statement is None and any(row.count for row in known.values()):
        problems["place"] = "counted"
    if problems:
        raise InvalidValuesError(problems)
    for kind in Disposition:
        if kind in known:
            known[kind].count = said.counts.get(kind, 0)
        elif said.counts.get(kind):
            session.add(DispositionCount(**key, disposition=kind, count=said.counts[kind]))
    statement = statement or DispositionStatement(**key)
    statement.source, statement.eligible_share = said.source.strip(), said.eligible_share
    session.add(statement)
    session.flush()
    extra = {
        "place": said.division.code,
        "channel": said.channel.value,
        "counts": {kind.value: number for kind, number in said.counts.items()},
        "e": None if said.eligible_share is None else str(said.eligible_share),
        "source": statement.source,
    }
    act = Act("dispositions_stated", f"wave:{wave.slug}", by.post, is_public=False, extra=extra)
    journal.record(session, act, at)
