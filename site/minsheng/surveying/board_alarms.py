"""Alarms while a survey is open: boards by whose code far more answers come in an hour or a day than boards bring in.

An answer says only its week. How many came by a board in which hour is counted beside it, without anything that leads
to an answer, and forgotten after ``KEPT``; an alarm, of ten answers at least, stays with what staff found.
"""

import datetime as dt
import decimal
import enum
from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import LOCAL_ZONE, local_date
from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.records.boards import Board
from minsheng.surveying.board_bursts import LEAST_COUNT, robust_deviations
from minsheng.surveying.quality_rules import QualityRule, registered
from minsheng.surveying.surveys import Wave

KEPT = dt.timedelta(days=8)
"""How long counts by the hour are kept: a week to compare with, and the day that is running."""
LONGEST_FOUND = 500


class BoardWindow(enum.StrEnum):
    """The stretch of time that an alarm is about, by the clock and calendar of China; a day without its own alarms."""

    HOUR = "hour"
    DAY = "day"


class BoardHour(Base):
    """How many answers came by one board's code in one hour, which begins at ``hour``."""

    __tablename__ = "board_hour"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "board_id", "hour"),
        sa.CheckConstraint("count >= 0", name="not_negative"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"), index=True)
    hour: Mapped[dt.datetime]
    count: Mapped[int] = mapped_column(default=0)


class BoardAlarm(Base):
    """One window in which a board brought in far more answers than usual; ``count`` grows while the window runs.

    ``deviations`` counts robust standard deviations above the median of all boards' windows of that length.
    ``seen_at``, ``seen_by`` (a post) and ``found`` are there once somebody has looked into it.
    """

    __tablename__ = "board_alarm"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "board_id", "window", "starts_at"),
        sa.CheckConstraint("count > 0", name="counts_something"),
        sa.CheckConstraint("seen_at IS NULL OR length(found) > 0", name="says_what_was_found"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"), index=True)
    window: Mapped[BoardWindow] = mapped_column(enumeration(BoardWindow))
    starts_at: Mapped[dt.datetime]
    count: Mapped[int]
    deviations: Mapped[decimal.Decimal] = mapped_column(ExactDecimal())
    found_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None]
    seen_by: Mapped[str] = mapped_column(sa.String(160), default="")
    found: Mapped[str] = mapped_column(sa.String(LONGEST_FOUND), default="")

    wave: Mapped[Wave] = relationship()
    board: Mapped[Board] = relationship()


def _hour_of(at: dt.datetime) -> dt.datetime:
    return at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)


def _day_of(hour: dt.datetime) -> dt.datetime:
    day = hour.astimezone(LOCAL_ZONE)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(dt.UTC)


def note_arrival(session: Session, wave: Wave, board: Board, at: dt.datetime) -> None:
    """Count one more answer by a board in the hour that runs, where the rule about bursts was registered."""
    if QualityRule.BOARD_BURST not in registered(wave):
        return
    this = {"wave_id": wave.id, "board_id": board.id, "hour": _hour_of(at)}
    more = sa.update(BoardHour).filter_by(**this).values(count=BoardHour.count + 1)
    # An UPDATE alone meets two who arrive together; only the first of an hour inserts.
    if session.execute(more.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        return
    try:
        with session.begin_nested():
            session.execute(sa.insert(BoardHour).values(**this, count=1))
    except sa.exc.IntegrityError:
        session.execute(more.execution_options(synchronize_session=False))


def watch(session: Session, at: dt.datetime) -> int:
    """Look through the counts of every open survey, keep each burst as an alarm, and return how many are new.

    May be done as often as one likes: a window has one alarm, whose count is brought up to date. Counts older than
    ``KEPT`` are forgotten, those of closed surveys too.
    """
    session.execute(sa.delete(BoardHour).where(BoardHour.hour < at - KEPT))
    new = 0
    for wave in session.scalars(sa.select(Wave).where(Wave.id.in_(sa.select(BoardHour.wave_id)))).all():
        if not wave.is_open(local_date(at)):
            session.execute(sa.delete(BoardHour).where(BoardHour.wave_id == wave.id))
            continue
        new += _watch(session, wave, at)
    return new


def alarms_of(session: Session, waves: Iterable[Wave], *, unseen: bool = False) -> list[BoardAlarm]:
    """Return the alarms of some surveys, the newest first; with ``unseen`` those that nobody looked into yet."""
    query = sa.select(BoardAlarm).where(BoardAlarm.wave_id.in_([wave.id for wave in waves]))
    if unseen:
        query = query.where(BoardAlarm.seen_at.is_(None))
    return list(session.scalars(query.order_by(BoardAlarm.starts_at.desc(), BoardAlarm.id.desc())))


def look_into(session: Session, alarm: BoardAlarm, found: str, by: StaffMember, at: dt.datetime) -> None:
    """Keep what somebody found about an alarm. Raises ``ReasonRequiredError``, ``WrongStateError`` the second time."""
    if alarm.seen_at is not None:
        raise WrongStateError("look_into", "seen")
    if not found.strip():
        raise ReasonRequiredError
    alarm.seen_at, alarm.seen_by, alarm.found = at, by.post, found.strip()
    extra = {"board": alarm.board.number, "window": alarm.window.value, "count": alarm.count}
    subject = f"wave:{alarm.wave.slug}"
    act = Act("board_alarm_looked_into", subject, by.post, is_public=False, reason=alarm.found, extra=extra)
    journal.record(session, act, at)


def bursts_of(counted: Mapping[tuple[int, dt.datetime], int], threshold: float) -> dict[tuple[int, dt.datetime], float]:
    """Return the windows (board and beginning) that stand out, with how far.

    ``counted`` are the answers of every board in every window of one length in which any came.
    """
    far = robust_deviations(counted.values())
    return {
        key: away
        for (key, count), away in zip(counted.items(), far, strict=True)
        if count >= LEAST_COUNT and away > threshold
    }


def _watch(session: Session, wave: Wave, at: dt.datetime) -> int:
    """Keep a wave's bursts, first the hours; a day is looked at without the hours that alarm by themselves."""
    threshold = registered(wave).get(QualityRule.BOARD_BURST)
    if threshold is None:
        return 0
    rows = sa.select(BoardHour.board_id, BoardHour.hour, BoardHour.count).where(BoardHour.wave_id == wave.id)
    hours = {(board_id, hour): count for board_id, hour, count in session.execute(rows)}
    flooded = bursts_of(hours, threshold)
    days: Counter[tuple[int, dt.datetime]] = Counter()
    for (board_id, hour), count in hours.items():
        if (board_id, hour) not in flooded:
            days[board_id, _day_of(hour)] += count
    found = {BoardWindow.HOUR: (hours, flooded), BoardWindow.DAY: (days, bursts_of(days, threshold))}
    known = {(one.window, one.board_id, one.starts_at): one for one in alarms_of(session, [wave])}
    new = 0
    for window, (counted, bursts) in found.items():
        for (board_id, starts_at), away in bursts.items():
            alarm = known.get((window, board_id, starts_at))
            if alarm is None:
                alarm = BoardAlarm(wave=wave, board_id=board_id, window=window, starts_at=starts_at, found_at=at)
                session.add(alarm)
                new += 1
            alarm.count, alarm.deviations = counted[board_id, starts_at], decimal.Decimal(str(round(away, 4)))
    session.flush()
    return new
