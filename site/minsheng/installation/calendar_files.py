"""Files with the holidays and make-up days of one year, as offices and open projects write them.

CSV: a heading row, then a date and a word or number for "off" or "worked" in any two columns. JSON: ``{"year", "days":
[{"date", "isOffDay"}]}``, or ``{"year", "off": [{"first", "last"}], "work": [dates]}`` as in the packaged calendar.
"""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from minsheng.errors import InvalidFileError
from minsheng.workdays import Notice, WorkCalendar

MOST_BYTES = 200_000
MOST_ROWS = 1_000
FIRST_YEAR, LAST_YEAR = 2000, 2099
OFF = frozenset({"休", "休息", "放假", "假", "off", "holiday", "true", "0"})
WORKED = frozenset({"班", "上班", "调休上班", "补班", "工作", "work", "worked", "false", "1"})
"""Words of a row for a day off and for a day worked; of numbers, 1 is a day worked."""
_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?", re.ASCII)
_WEEKEND = 5
USUAL_WORKING_DAYS = range(240, 256)
"""Working days of a year under the notices so far; another number is worth a second look."""


class InvalidCalendarError(InvalidFileError):
    """A file whose days cannot be right; ``where`` is the date or row that shows it."""

    def __init__(self, reason: str, where: str) -> None:
        super().__init__(reason)
        self.where = where


@dataclass(frozen=True)
class YearDays:
    """What a file says of one year: the days that differ from the week, True where they are worked."""

    year: int
    days: Mapping[dt.date, bool]

    @property
    def working_days(self) -> int:
        """How many days of the year are worked."""
        calendar = WorkCalendar((), {}).with_year(Notice(self.year, "", ""), self.days)
        first, last = dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)
        return calendar.between(first - dt.timedelta(days=1), last)

    @property
    def is_usual(self) -> bool:
        """Whether that number is one that years have had."""
        return self.working_days in USUAL_WORKING_DAYS

    @property
    def rest(self) -> list[tuple[dt.date, dt.date]]:
        """The stretches of days off, first and last, weekends in between included."""
        stretches: list[tuple[dt.date, dt.date]] = []
        for day in sorted(day for day, worked in self.days.items() if not worked):
            if stretches and (day - stretches[-1][1]).days == 1:
                stretches[-1] = (stretches[-1][0], day)
            else:
                stretches.append((day, day))
        return stretches

    @property
    def made_up(self) -> list[dt.date]:
        """The weekend days that are worked."""
        return sorted(day for day, worked in self.days.items() if worked)


def read(data: bytes) -> YearDays:
    """Return the year of a file.

    Raises ``InvalidFileError`` (``too_large``, ``unreadable``, ``no_days``) or ``InvalidCalendarError`` (``bad_date``,
    ``bad_word``, ``two_years``, ``no_weekend``, ``twice``).
    """
    if len(data) > MOST_BYTES:
        raise InvalidFileError("too_large")
    text = _text(data)
    pairs = _json_days(text) if text.lstrip()[:1] in {"{", "["} else _csv_days(text)
    return checked(pairs)


def checked(pairs: Iterable[tuple[dt.date, bool]]) -> YearDays:
    """Return days as one year, refusing what cannot be right; raises as :func:`read`."""
    days: dict[dt.date, bool] = {}
    for day, worked in pairs:
        if len(days) > MOST_ROWS:
            raise InvalidFileError("too_large")
        if days.get(day, worked) is not worked:
            raise InvalidCalendarError("twice", day.isoformat())
        if worked and day.weekday() < _WEEKEND:
            raise InvalidCalendarError("no_weekend", day.isoformat())
        days[day] = worked
    if not days:
        raise InvalidFileError("no_days")
    year = max(days).year
    # A notice may reach back into the last December for New Year, but no further.
    early = [day for day in days if day < dt.date(year - 1, 12, 1)]
    if early or not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidCalendarError("two_years", min(days).isoformat())
    return YearDays(year, days)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidFileError("unreadable")


def _json_days(text: str) -> Iterator[tuple[dt.date, bool]]:
    try:
        read_in = json.loads(text)
        if isinstance(read_in, dict) and isinstance(read_in.get("days"), list):
            return iter([(_date(row["date"]), not _off(row["isOffDay"])) for row in read_in["days"]])
        return iter([*_ranges(read_in["off"]), *((_date(day), True) for day in read_in["work"])])
    except InvalidFileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidFileError("unreadable") from error


def _ranges(listed: Any) -> Iterator[tuple[dt.date, bool]]:
    for holiday in listed:
        first, last = _date(holiday["first"]), _date(holiday["last"])
        if not 0 <= (last - first).days <= 31:
            raise InvalidCalendarError("bad_date", str(holiday["first"]))
        for offset in range((last - first).days + 1):
            yield first + dt.timedelta(days=offset), False


def _off(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidCalendarError("bad_word", str(value)[:40])
    return value


def _csv_days(text: str) -> Iterator[tuple[dt.date, bool]]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InvalidFileError("unreadable") from error
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        dated = next((cell for cell in cells if _DATE.fullmatch(cell)), None)
        if dated is None:
            if number == 1:
                continue
            raise InvalidCalendarError("bad_date", f"{number}")
        said = [word for cell in cells if (word := cell.lower()) in OFF | WORKED]
        if len(said) != 1:
            raise InvalidCalendarError("bad_word", f"{number}")
        yield _date(dated), said[0] in WORKED


def _date(text: Any) -> dt.date:
    found = _DATE.fullmatch(text.strip()) if isinstance(text, str) else None
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else _refuse(text)
    except ValueError as error:
        raise InvalidCalendarError("bad_date", str(text)[:40]) from error


def _refuse(text: Any) -> dt.date:
    raise InvalidCalendarError("bad_date", str(text)[:40])
