"""Yearly calendars that an installation brought in itself, on top of the one that comes with the program.

A year brought in takes the place of the packaged one: notices are sometimes amended.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from minsheng.database import Base


class CalendarYear(Base):
    """The holidays and make-up days of one year. ``days`` maps ISO dates to whether they are worked."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_title: Mapped[str] = mapped_column(sa.String(200))
    document: Mapped[str] = mapped_column(sa.String(80))
    days: Mapped[dict[str, bool]] = mapped_column(sa.JSON)
    added_at: Mapped[dt.datetime]
