"""Yearly calendars that an installation brought in itself, on top of the one that comes with the program.

A year brought in takes the place of the packaged one: notices are sometimes amended.
"""

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.database import Base
from minsheng.errors import NotAllowedError
from minsheng.journal import Act
from minsheng.workdays import Notice, WorkCalendar


class CalendarYear(Base):
    """The holidays and make-up days of one year. ``days`` maps ISO dates to whether they are worked."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_title: Mapped[str] = mapped_column(sa.String(200))
    document: Mapped[str] = mapped_column(sa.String(80))
    days: Mapped[dict[str, bool]] = mapped_column(sa.JSON)
    added_at: Mapped[dt.datetime]

    @property
    def notice(self) -> Notice:
        """The notice that settles the year."""
        return Notice(self.year, self.source_title, self.document)


def brought_in(session: Session) -> list[CalendarYear]:
    """Return the years that the installation brought in, oldest first."""
    return list(session.scalars(sa.select(CalendarYear).order_by(CalendarYear.year)))


def in_force(session: Session, packaged: WorkCalendar) -> WorkCalendar:
    """Return the packaged calendar with the years the installation brought in."""
    calendar = packaged
    for year in brought_in(session):
        days = {dt.date.fromisoformat(day): worked for day, worked in year.days.items()}
        calendar = calendar.with_year(year.notice, days)
    return calendar


def take(
    session: Session, notice: Notice, days: Mapping[dt.date, bool], by: StaffMember, at: dt.datetime
) -> CalendarYear:
    """Bring in one year, in place of what stood there. Raises ``NotAllowedError`` without the right for all."""
    _require_right(by)
    journal.lock(session)
    former = session.get(CalendarYear, notice.year)
    before = _said(former)
    year = former or CalendarYear(year=notice.year)
    year.source_title, year.document, year.added_at = notice.source_title, notice.document, at
    year.days = {day.isoformat(): worked for day, worked in sorted(days.items())}
    session.add(year)
    _record(session, year.year, before, _said(year), by, at)
    return year


def drop(session: Session, year: CalendarYear, by: StaffMember, at: dt.datetime) -> None:
    """Go back to the packaged calendar for one year. Raises ``NotAllowedError`` without the right for all."""
    _require_right(by)
    session.delete(year)
    _record(session, year.year, _said(year), {}, by, at)


def _require_right(by: StaffMember) -> None:
    if not by.may_on(Permission.CHANGE_SETTINGS, None, None):
        raise NotAllowedError


def _said(year: CalendarYear | None) -> dict[str, object]:
    return {"source_title": year.source_title, "document": year.document, "days": year.days} if year else {}


def _record(
    session: Session,
    year: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
    by: StaffMember,
    at: dt.datetime,
) -> None:
    session.flush()
    extra = {"changes": journal.changes(before, after)}
    journal.record(session, Act("calendar_changed", f"calendar:{year}", by.post, extra=extra), at)
