"""The sample's calendar: months as numbers, and where the day of loading puts the story.

Everything in the sample county is told relative to one day, so that a newcomer always meets a county in the
middle of its year. Months are integers, ``year * 12 + month - 1``, so that they can be added and compared.
"""

import datetime as dt
from dataclasses import dataclass

from minsheng.clock import LOCAL_ZONE

REPORT_DUE_DAY = 8
FIRST_MONTH_WITH_A_STORY = 4
"""Before April's reports are owed, a year has too little to tell: the year before is still the current one."""


def month_of(day: dt.date) -> int:
    """Return the number of the month a day lies in."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> dt.date:
    """Return the first day of a month given by number."""
    return dt.date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> dt.date:
    """Return the last day of a month given by number."""
    return first_day(month + 1) - dt.timedelta(days=1)


def written(month: int) -> str:
    """Return a month as reports write it, ``YYYY-MM``."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def day_in(month: int, day: int) -> dt.date:
    """Return a day of a month, or the month's last where it has fewer days."""
    return min(first_day(month) + dt.timedelta(days=day - 1), last_day(month))


def moment(day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
    """Return an hour of a civil day in China as an aware moment."""
    return dt.datetime.combine(day, dt.time(hour, minute), LOCAL_ZONE)


@dataclass(frozen=True)
class StoryCalendar:
    """What the day of loading means for the story."""

    as_of: dt.date

    @property
    def latest(self) -> int:
        """The last month whose reports are owed."""
        return month_of(self.as_of) - (1 if self.as_of.day > REPORT_DUE_DAY else 2)

    @property
    def newest(self) -> int:
        """The last month that is over, whose reports may be in work."""
        return month_of(self.as_of) - 1

    @property
    def year(self) -> int:
        """The year of the current programme."""
        year, month = divmod(self.latest, 12)
        return year if month + 1 >= FIRST_MONTH_WITH_A_STORY else year - 1

    @property
    def yesterday(self) -> dt.date:
        """The last day on which anything in the story may have happened."""
        return self.as_of - dt.timedelta(days=1)

    def published_on(self, year: int) -> dt.date:
        """Return the day the programme of a year was published."""
        return dt.date(year, 1, 6)

    def date(self, year: int, month_day: str) -> dt.date:
        """Return a date written ``MM-DD`` in a year."""
        month, day = month_day.split("-")
        return dt.date(year, int(month), int(day))
