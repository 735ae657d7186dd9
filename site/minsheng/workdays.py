"""Working days on the Chinese public-holiday calendar, with its make-up days.

The calendar is data (``data/working_days.toml``), one entry per yearly notice of the State Council. Days of a
year without an entry count Monday to Friday, and every date that rests on such a year is provisional.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

PACKAGED = Path(__file__).parent / "data" / "working_days.toml"

_DAY = dt.timedelta(days=1)
_SATURDAY = 5
NEW_YEAR_REACH = dt.timedelta(days=3)
"""A notice may move the last days of the year before: 29 December 2018 was a make-up day, 31 December 2022 off."""


class CalendarError(ValueError):
    """A calendar file that contradicts itself or is not of the expected form; the message names the place."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date reached by counting working days; provisional if a year it rests on has no published calendar."""

    date: dt.date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice that settles one year."""

    year: int
    source_title: str
    document: str


class WorkCalendar:
    """Which days are worked, and arithmetic on them. Days are plain dates; the caller settles time zones."""

    def __init__(self, notices: tuple[Notice, ...], exceptions: Mapping[int, Mapping[dt.date, bool]]) -> None:
        """Take the notices and, by their years, the days that differ from the week, True where they are worked."""
        self.notices = notices
        self.years = frozenset(notice.year for notice in notices)
        self._by_year = MappingProxyType(dict(exceptions))
        self._exceptions = MappingProxyType(
            {day: worked for days in exceptions.values() for day, worked in days.items()}
        )

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read a calendar file, by default the packaged one. Raises ``CalendarError`` or ``OSError``."""
        return cls.parse((path or PACKAGED).read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a calendar from TOML text of the packaged file's form. Raises ``CalendarError``."""
        try:
            entries = tomllib.loads(text)["year"]
            notices = tuple(Notice(entry["year"], entry["source_title"], entry["document"]) for entry in entries)
            exceptions: dict[int, Mapping[dt.date, bool]] = {}
            known: dict[dt.date, bool] = {}
            for entry in entries:
                exceptions[entry["year"]] = _days_of_year(known, entry)
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise CalendarError(f"not a calendar file: {error}") from error
        if len({notice.year for notice in notices}) < len(notices):
            raise CalendarError("a year has two entries")
        return cls(notices, exceptions)

    def with_year(self, notice: Notice, days: Mapping[dt.date, bool]) -> "WorkCalendar":
        """Return this calendar with one year of another notice; ``days`` differ from the week, True is worked."""
        notices = (*(one for one in self.notices if one.year != notice.year), notice)
        return WorkCalendar(tuple(sorted(notices, key=lambda one: one.year)), {**self._by_year, notice.year: days})

    def without_year(self, year: int) -> "WorkCalendar":
        """Return this calendar as it was before the notice of one year."""
        notices = tuple(one for one in self.notices if one.year != year)
        return WorkCalendar(notices, {one: days for one, days in self._by_year.items() if one != year})

    def is_settled(self, day: dt.date) -> bool:
        """Whether the calendar of this day's year is known."""
        return day.year in self.years

    def is_working_day(self, day: dt.date) -> bool:
        """Whether the day is worked: by its notice, else Monday to Friday."""
        return self._exceptions.get(day, day.weekday() < _SATURDAY)

    def add(self, day: dt.date, count: int) -> Deadline:
        """Return the ``count``-th working day after ``day``, which itself never counts.

        A negative count goes back (for reminders before a deadline); zero gives the day itself, worked or not.
        """
        step = _DAY if count > 0 else -_DAY
        reached, left = day, abs(count)
        while left:
            reached += step
            left -= self.is_working_day(reached)
        return Deadline(reached, self.is_provisional(day, reached))

    def between(self, after: dt.date, until: dt.date) -> int:
        """Return how many working days lie after the first day up to and including the second.

        Negative if ``until`` lies before ``after``. ``between(day, add(day, n).date) == n`` for n ≥ 0.
        """
        if until < after:
            return -self.between(until, after)
        return sum(self.is_working_day(day) for day in _days(after + _DAY, until))

    def is_provisional(self, one: dt.date, other: dt.date) -> bool:
        """Whether a count between two days rests on a year without a published calendar.

        The last days of December rest on the year after, whose notice may move them.
        """
        first, last = sorted((one, other))
        return any(year not in self.years for year in range(first.year, (last + NEW_YEAR_REACH).year + 1))


@cache
def packaged_calendar() -> WorkCalendar:
    """Return the packaged calendar, read once."""
    return WorkCalendar.load()


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield every day from the first to the last."""
    for offset in range((last - first).days + 1):
        yield first + offset * _DAY


def _days_of_year(known: dict[dt.date, bool], entry: Mapping[str, Any]) -> Mapping[dt.date, bool]:
    """Return one year's holidays and make-up days, refusing what cannot be right or contradicts the years known."""
    year, days = entry["year"], dict[dt.date, bool]()
    for holiday in entry["off"]:
        first, last = holiday["first"], holiday["last"]
        if last < first:
            raise CalendarError(f"{year}: {holiday['name']} ends before it begins")
        for day in _days(first, last):
            _put(known, days, year, day, worked=False)
    for day in entry["work"]:
        if day.weekday() < _SATURDAY:
            raise CalendarError(f"{year}: make-up day {day} is no weekend")
        _put(known, days, year, day, worked=True)
    return days


def _put(known: dict[dt.date, bool], days: dict[dt.date, bool], year: int, day: dt.date, *, worked: bool) -> None:
    """Note one day. A notice may reach back into the last December for New Year, but no further."""
    if not dt.date(year - 1, 12, 1) <= day <= dt.date(year, 12, 31):
        raise CalendarError(f"{year}: {day} is not in that year")
    if known.get(day, worked) is not worked:
        raise CalendarError(f"{year}: {day} is both a holiday and a working day")
    known[day] = days[day] = worked
