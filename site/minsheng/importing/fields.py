"""Reading one row of a file: every field is checked, nothing is coerced, and what does not fit is noted."""

import datetime as dt
import decimal
import enum
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from minsheng.database import SCALE
from minsheng.importing.notes import NoteCode, RowNotes
from minsheng.records.reports import MONTH

LARGEST = 2**63 - 1
LARGEST_COUNT = 2**31 - 1
PLACES = Decimal(1).scaleb(-SCALE)
DIGITS = decimal.getcontext().prec - 2 * SCALE
"""Numbers with more digits than this are refused: the arithmetic would round them."""
DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
YEARS = range(1949, 2201)

Choice = TypeVar("Choice", bound=enum.StrEnum)


class Fields:
    """The fields of one object, read with notes. ``path`` is the prefix of the field names in the notes."""

    def __init__(self, values: Mapping[str, object], notes: RowNotes, path: str = "") -> None:
        self.values = values
        self.notes = notes
        self._path = path

    def note(self, code: NoteCode, name: str = "", value: object = None) -> None:
        """Note something about a field of this object."""
        self.notes.add(code, f"{self._path}{name}", value)

    def text(self, name: str, limit: int) -> str:
        """Return text of at most ``limit`` characters in one line, or an empty string."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.note(NoteCode.WRONG_TYPE, name, value)
            return ""
        text = " ".join(value.split())
        if not is_storable(text):
            self.note(NoteCode.BAD_TEXT, name, text)
            return ""
        if len(text) > limit:
            self.note(NoteCode.TOO_LONG, name, text)
            return ""
        return text

    def choice(self, name: str, kind: type[Choice], *, instead: NoteCode = NoteCode.UNKNOWN_VALUE) -> Choice | None:
        """Return a member of ``kind``, or None, noted with ``instead`` where something else stands there."""
        value = self.values.get(name)
        found = next((member for member in kind if member.value == value), None)
        if found is None and value is not None:
            self.note(instead, name, value)
        return found

    def number(self, name: str, *, may_be_negative: bool = False) -> Decimal | None:
        """Return an exact number with at most four decimals, without trailing zeros."""
        value = self._decimal(name)
        if value is None:
            return None
        if value < 0 and not may_be_negative:
            self.note(NoteCode.NEGATIVE, name, value)
            return None
        if abs(value) > Decimal(LARGEST).scaleb(-SCALE):
            self.note(NoteCode.OUT_OF_RANGE, name, value)
            return None
        if value != value.quantize(PLACES):
            self.note(NoteCode.TOO_PRECISE, name, value)
            return None
        return plain(value)

    def printed_number(self, name: str, limit: int = 20) -> str | None:
        """Return a number as it is written in the file, for figures that are shown as printed."""
        value = self._decimal(name)
        if value is None:
            return None
        written = format(value, "f")
        if len(written) > limit:
            self.note(NoteCode.OUT_OF_RANGE, name, value)
            return None
        return written

    def fen(self, name: str) -> int | None:
        """Return an amount given in yuan as fen."""
        value = self._decimal(name)
        if value is None:
            return None
        if value < 0:
            self.note(NoteCode.NEGATIVE, name, value)
            return None
        if value * 100 > LARGEST:
            self.note(NoteCode.OUT_OF_RANGE, name, value)
            return None
        if value * 100 != (value * 100).to_integral_value():
            self.note(NoteCode.NOT_WHOLE, name, value)
            return None
        return int(value * 100)

    def count(self, name: str) -> int | None:
        """Return a whole number from 0 up."""
        value = self._decimal(name)
        if value is None:
            return None
        if value < 0:
            self.note(NoteCode.NEGATIVE, name, value)
        elif value > LARGEST_COUNT:
            self.note(NoteCode.OUT_OF_RANGE, name, value)
        elif value != value.to_integral_value():
            self.note(NoteCode.NOT_WHOLE, name, value)
        else:
            return int(value)
        return None

    def year(self, name: str) -> int | None:
        """Return a plausible year."""
        year = self.count(name)
        if year is not None and year not in YEARS:
            self.note(NoteCode.OUT_OF_RANGE, name, year)
            return None
        return year

    def month(self, name: str) -> str | None:
        """Return a month ``YYYY-MM``."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.isascii() or not MONTH.fullmatch(value):
            self.note(NoteCode.BAD_DATE, name, value)
            return None
        return value

    def date(self, name: str) -> str:
        """Return a date as printed: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, or an empty string."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or not is_date(value):
            self.note(NoteCode.BAD_DATE, name, value)
            return ""
        return value

    def objects(self, name: str) -> list["Fields"]:
        """Return the objects of a list, each with its own path; whatever is no object is noted."""
        found: list[Fields] = []
        for position, item in enumerate(self._list(name), 1):
            if isinstance(item, Mapping):
                found.append(Fields(item, self.notes, f"{self._path}{name}[{position}]."))
            else:
                self.note(NoteCode.WRONG_TYPE, f"{name}[{position}]", item)
        return found

    def words(self, name: str, limit: int) -> tuple[str, ...]:
        """Return the texts of a list."""
        found: list[str] = []
        for position, item in enumerate(self._list(name), 1):
            if isinstance(item, str) and is_storable(item) and 0 < len(item.strip()) <= limit:
                found.append(item.strip())
            else:
                self.note(NoteCode.WRONG_TYPE, f"{name}[{position}]", item)
        return tuple(dict.fromkeys(found))

    def record(self, name: str) -> "Fields":
        """Return an object; an empty one where there is none."""
        value = self.values.get(name)
        if isinstance(value, Mapping):
            return Fields(value, self.notes, f"{self._path}{name}.")
        if value is not None:
            self.note(NoteCode.WRONG_TYPE, name, value)
        return Fields({}, self.notes, f"{self._path}{name}.")

    def _list(self, name: str) -> list[object]:
        value = self.values.get(name)
        if isinstance(value, list):
            return value
        if value is not None:
            self.note(NoteCode.WRONG_TYPE, name, value)
        return []

    def _decimal(self, name: str) -> Decimal | None:
        """Return a finite number exactly as written, or None."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.note(NoteCode.NOT_A_NUMBER, name, value)
            return None
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            self.note(NoteCode.NOT_A_NUMBER, name, value)
        elif abs(number.adjusted()) > DIGITS:
            self.note(NoteCode.OUT_OF_RANGE, name, value)
        elif len(number.as_tuple().digits) > DIGITS:
            self.note(NoteCode.TOO_PRECISE, name, value)
        else:
            return number
        return None


def is_storable(text: str) -> bool:
    """Whether every database keeps this text: no control characters, no halves of surrogate pairs."""
    return not any(ord(letter) < 32 or ord(letter) == 127 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text)


def is_date(text: str) -> bool:
    """Whether text is a year, month or day of the calendar in a plausible year."""
    match = DATE.fullmatch(text)
    if match is None or int(match[1]) not in YEARS:
        return False
    try:
        dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def day(printed: str) -> dt.date | None:
    """Return the date if it was printed to the day: nothing is made up for a year or a month."""
    return dt.date.fromisoformat(printed) if len(printed) == len("2026-01-01") else None


def plain(number: Decimal) -> Decimal:
    """Return a number as the database gives it back: no trailing zeros, no exponent."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short
