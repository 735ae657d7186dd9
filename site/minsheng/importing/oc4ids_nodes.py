"""Reading JSON that was meant to be OC4IDS: every value as what it should be, every repair noted with its path.

Nothing here raises for a wrong value. What can be said surely is taken and the repair is noted; what cannot is left
out, and that is noted too.
"""

import datetime as dt
import enum
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from typing import TypeVar

Value = TypeVar("Value")
LONGEST_SHOWN = 80
MOST_ITEMS = 2_000
"""More elements of one list are not read."""
LARGEST_EXPONENT = 30


class RepairCode(enum.StrEnum):
    """What was put right, or left out."""

    # put right
    ENCODING = "encoding"
    SEVERAL_ROOTS = "several_roots"
    NOT_A_PACKAGE = "not_a_package"
    WRAPPED = "wrapped"
    UNWRAPPED = "unwrapped"
    NUMBER_AS_TEXT = "number_as_text"
    TEXT_AS_NUMBER = "text_as_number"
    TEXT_CLEANED = "text_cleaned"
    CUT = "cut"
    DATE_FORM = "date_form"
    DAY_IN_CHINA = "day_in_china"
    CODE_FORM = "code_form"
    CURRENCY_FORM = "currency_form"
    CURRENCY_INHERITED = "currency_inherited"
    BARE_AMOUNT = "bare_amount"
    FLOAT_NOISE = "float_noise"
    SWAPPED = "swapped"
    COORDINATES_ROUNDED = "coordinates_rounded"
    NO_ID = "no_id"
    TITLE_FROM_ELSEWHERE = "title_from_elsewhere"
    DUPLICATE_ITEM = "duplicate_item"
    SAME_TWICE = "same_twice"
    OLD_FORM = "old_form"
    APPROXIMATE = "approximate"
    # left out
    WRONG_TYPE = "wrong_type"
    TOO_MANY = "too_many"
    NOT_A_NUMBER = "not_a_number"
    TOO_PRECISE = "too_precise"
    NEGATIVE = "negative"
    OUT_OF_RANGE = "out_of_range"
    BAD_DATE = "bad_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    UNKNOWN_CODE = "unknown_code"
    FOREIGN_CURRENCY = "foreign_currency"
    UNKNOWN_CURRENCY = "unknown_currency"
    NO_CURRENCY = "no_currency"
    BAD_COORDINATES = "bad_coordinates"
    INCOMPLETE = "incomplete"
    PERSONAL_DATA = "personal_data"
    NOT_IMPORTED = "not_imported"
    LINKS_ONLY = "links_only"


LOSSES = frozenset(
    {
        RepairCode.CUT,
        RepairCode.APPROXIMATE,
        RepairCode.WRONG_TYPE,
        RepairCode.TOO_MANY,
        RepairCode.NOT_A_NUMBER,
        RepairCode.TOO_PRECISE,
        RepairCode.NEGATIVE,
        RepairCode.OUT_OF_RANGE,
        RepairCode.BAD_DATE,
        RepairCode.AMBIGUOUS_DATE,
        RepairCode.DATES_OUT_OF_ORDER,
        RepairCode.UNKNOWN_CODE,
        RepairCode.FOREIGN_CURRENCY,
        RepairCode.UNKNOWN_CURRENCY,
        RepairCode.NO_CURRENCY,
        RepairCode.BAD_COORDINATES,
        RepairCode.INCOMPLETE,
        RepairCode.TITLE_FROM_ELSEWHERE,
    }
)
"""Repairs after which somebody should look: something that was said does not arrive, or not surely."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair: the JSON path it was made at, and the value that stood there."""

    code: RepairCode
    path: str
    value: str = ""


@dataclass(slots=True)
class Repairs:
    """The repairs of one project."""

    found: list[Repair] = field(default_factory=list)

    def note(self, code: RepairCode, path: str, value: object = None) -> None:
        """Write a repair down."""
        self.found.append(Repair(code, path, shown(value)))


def shown(value: object) -> str:
    """Return a value as it can be shown and stored: short, in one line, without what no database takes."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else _compact(value)
    plain = "".join(sign if sign.isprintable() else " " for sign in text[: 2 * LONGEST_SHOWN])
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[: LONGEST_SHOWN - 1]}…"


def _compact(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(str(name) for name in list(value)[:5])}}}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    if isinstance(value, bool):
        return json.dumps(value)
    return str(value)


_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def below(path: str, name: str) -> str:
    """Return the path of a member of an object."""
    if name.isascii() and name.isdigit():
        return f"{path}[{name}]"
    if not _PLAIN_NAME.fullmatch(name):
        return f"{path}[{json.dumps(shown(name), ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name


class Node:
    """One JSON object and where it stands."""

    __slots__ = ("path", "repairs", "values")

    def __init__(self, values: Mapping[str, object], path: str, repairs: Repairs) -> None:
        self.values, self.path, self.repairs = values, path, repairs

    def at(self, name: str) -> str:
        """Return the path of a member."""
        return below(self.path, name)

    def note(self, code: RepairCode, name: str = "", value: object = None) -> None:
        """Write down a repair of a member, or of this object."""
        self.repairs.note(code, self.at(name) if name else self.path, value)

    def has(self, name: str) -> bool:
        """Whether a member says anything."""
        return self.values.get(name) not in (None, "", [], {})

    def record(self, name: str) -> "Node | None":
        """Return a member that is an object; a list of one object is that object."""
        value = self.values.get(name)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
            self.note(RepairCode.UNWRAPPED, name)
            value = value[0]
        if isinstance(value, Mapping):
            return Node(value, self.at(name), self.repairs)
        if value not in (None, "", []):
            self.note(RepairCode.WRONG_TYPE, name, value)
        return None

    def records(self, name: str) -> "list[Node]":
        """Return the objects of a member that is a list; one object counts as a list of one."""
        value = self.values.get(name)
        if isinstance(value, Mapping):
            self.note(RepairCode.WRAPPED, name)
            value = [value]
        if not isinstance(value, list):
            if value not in (None, ""):
                self.note(RepairCode.WRONG_TYPE, name, value)
            return []
        if len(value) > MOST_ITEMS:
            self.note(RepairCode.TOO_MANY, name, len(value))
        found = []
        for index, one in enumerate(value[:MOST_ITEMS]):
            path = f"{self.at(name)}[{index}]"
            if isinstance(one, Mapping):
                found.append(Node(one, path, self.repairs))
            else:
                self.repairs.note(RepairCode.WRONG_TYPE, path, one)
        return found

    def words(self, name: str) -> list[str]:
        """Return the texts of a member that is a list; one text counts as a list of one, or several with commas."""
        value = self.values.get(name)
        if isinstance(value, str) and value.strip():
            self.note(RepairCode.WRAPPED, name, value)
            value = [one.strip() for one in value.split(",") if one.strip()]
        if not isinstance(value, list):
            if value not in (None, ""):
                self.note(RepairCode.WRONG_TYPE, name, value)
            return []
        for index, one in enumerate(value):
            if not isinstance(one, str):
                self.repairs.note(RepairCode.WRONG_TYPE, f"{self.at(name)}[{index}]", one)
        return [one for one in value[:MOST_ITEMS] if isinstance(one, str)]

    def text(self, name: str, longest: int) -> str:
        """Return a member as text in one form: cleaned, and cut where it is too long."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            self.note(RepairCode.NUMBER_AS_TEXT, name, value)
            value = str(value)
        if not isinstance(value, str):
            self.note(RepairCode.WRONG_TYPE, name, value)
            return ""
        value = value.replace("\r\n", "\n")
        kept = "".join(sign for sign in value if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs", "Cn"})
        if kept != value:
            self.note(RepairCode.TEXT_CLEANED, name, value)
        kept = kept.strip()
        if len(kept) > longest:
            self.note(RepairCode.CUT, name, len(kept))
            kept = f"{kept[: longest - 1].rstrip()}…"
        return kept

    def number(self, name: str, *, may_be_text: bool = False) -> Decimal | None:
        """Return a member as an exact number; a text that is surely one counts, noted unless it may be one."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            self.note(RepairCode.WRONG_TYPE, name, value)
            return None
        if isinstance(value, str):
            read = number_in(value)
            if read is None or not (may_be_text and _PLAIN_NUMBER.fullmatch(value)):
                self.note(RepairCode.NOT_A_NUMBER if read is None else RepairCode.TEXT_AS_NUMBER, name, value)
            return read
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
            self.note(RepairCode.OUT_OF_RANGE, name, value)
            return None
        return number

    def day(self, name: str) -> dt.date | None:
        """Return a member as a day in China."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.note(RepairCode.WRONG_TYPE, name, value)
            return None
        day, repair = day_in(value)
        if repair is not None:
            self.note(repair, name, value)
        return day

    def choice(self, name: str, codes: Mapping[str, Value]) -> Value | None:
        """Return what a code stands for; one that differs only in its writing counts."""
        written = self.text(name, LONGEST_SHOWN)
        if not written or written in codes:
            return codes.get(written)
        plain = {re.sub(r"[\s_-]", "", code).casefold(): code for code in codes}
        found = plain.get(re.sub(r"[\s_-]", "", written).casefold())
        self.note(RepairCode.UNKNOWN_CODE if found is None else RepairCode.CODE_FORM, name, written)
        return None if found is None else codes[found]


_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_EUROPEAN = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d+,\d{1,2}")
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")


def number_in(text: str) -> Decimal | None:
    """Return the number that a text surely is, or None: separators must be clear, and nothing else may stand there.

    >>> number_in("1,234,567.8"), number_in("1.234.567,8"), number_in("1,234"), number_in("12 万")
    (Decimal('1234567.8'), Decimal('1234567.8'), Decimal('1234'), None)
    """
    plain = re.sub(r"[\s'_]", "", unicodedata.normalize("NFKC", text))
    if len(plain) > 2 * LARGEST_EXPONENT:
        return None
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _EUROPEAN.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    if not _NUMBER.fullmatch(plain) or not plain.isascii():
        return None
    try:
        number = Decimal(plain)
    except DecimalException:
        return None
    return number if abs(number.adjusted()) <= LARGEST_EXPONENT else None


_STANDARD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})(?:日|号)?(?:[T\s].*)?", re.ASCII)
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[T\s].*)?", re.ASCII)
_MIDNIGHT_IN_CHINA = re.compile(r"T16:00:00(?:\.0+)?(?:Z|\+00:00)$")
FIRST_YEAR, LAST_YEAR = 1949, 2200


def day_in(text: str) -> tuple[dt.date | None, RepairCode | None]:
    """Return the day a text says and the repair that took, or None with the reason.

    The day is the one that is written, wherever its clock stands; only 16:00 in London, which is midnight in China,
    is the next day. With the year last, day and month are told apart only where one of them is over twelve.
    """
    plain = text.strip()
    if found := _YEAR_FIRST.fullmatch(plain) or _PACKED.fullmatch(plain):
        year, month, day = (int(part) for part in found.groups())
    elif found := _YEAR_LAST.fullmatch(plain):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if first <= 12 and second <= 12 and first != second:
            return None, RepairCode.AMBIGUOUS_DATE
        day, month = (first, second) if second <= 12 else (second, first)
    else:
        return None, RepairCode.BAD_DATE
    try:
        read = dt.date(year, month, day)
    except ValueError:
        return None, RepairCode.BAD_DATE
    repair = None if _STANDARD.fullmatch(plain) else RepairCode.DATE_FORM
    if _MIDNIGHT_IN_CHINA.search(plain) and read.year < LAST_YEAR:
        read, repair = read + dt.timedelta(days=1), RepairCode.DAY_IN_CHINA
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        return None, RepairCode.BAD_DATE
    return read, repair
