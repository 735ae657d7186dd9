"""Many offline cases from one file: checked cell by cell before anything is written, then all of them or none."""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import StaffMember
from minsheng.casework import case_entry
from minsheng.casework.case_channels import NUMBERED, CaseChannel
from minsheng.casework.case_entry import LONGEST_NUMBER, OfflineLetter
from minsheng.casework.case_import_drafts import CaseImportDraft
from minsheng.casework.case_tables import Rows, cell_name
from minsheng.casework.cases import CaseClock, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.encryption import ContactBox
from minsheng.errors import DomainError, InvalidFileError
from minsheng.records.places import Division
from minsheng.records.projects import Project

LONGEST_WORDS = 4000
Value = TypeVar("Value")
LONGEST_CONTACT = 100


class Column(enum.StrEnum):
    """What a column of the file holds."""

    CHANNEL = "channel"
    NUMBER = "number"
    RECEIVED_ON = "received_on"
    KIND = "kind"
    WORDS = "words"
    PLACE = "place"
    PROJECT = "project"
    CONTACT = "contact"
    MAY_PUBLISH = "may_publish"
    MAY_CALL = "may_call"


HEADINGS: Mapping[Column, str] = MappingProxyType(
    {
        Column.CHANNEL: "来源渠道",
        Column.NUMBER: "原编号",
        Column.RECEIVED_ON: "收到日期",
        Column.KIND: "类别",
        Column.WORDS: "内容",
        Column.PLACE: "地方",
        Column.PROJECT: "项目",
        Column.CONTACT: "联系方式",
        Column.MAY_PUBLISH: "同意公开",
        Column.MAY_CALL: "可以回电",
    }
)
"""The headings of the file, in the order of the template."""
NEEDED = (Column.CHANNEL, Column.RECEIVED_ON, Column.KIND, Column.WORDS)
CHANNELS: Mapping[str, CaseChannel] = MappingProxyType(
    {
        "电话": CaseChannel.PHONE,
        "来信": CaseChannel.PAPER,
        "来访": CaseChannel.VISIT,
        "领导留言板": CaseChannel.MESSAGE_BOARD,
        "人民网": CaseChannel.MESSAGE_BOARD,
        "12345": CaseChannel.HOTLINE,
        "12345热线": CaseChannel.HOTLINE,
        "其他平台": CaseChannel.OTHER_PLATFORM,
    }
)
KINDS: Mapping[str, SuggestionKind] = MappingProxyType(
    {
        "建议": SuggestionKind.SUGGESTION,
        "咨询": SuggestionKind.QUESTION,
        "投诉": SuggestionKind.COMPLAINT,
        "感谢": SuggestionKind.THANKS,
    }
)
ANSWERS: Mapping[str, bool] = MappingProxyType({"是": True, "同意": True, "否": False, "不同意": False, "": False})
_DAY = re.compile(r"(\d{4})\s*[-./年]?\s*(\d{1,2})\s*[-./月]?\s*(\d{1,2})\s*日?", re.ASCII)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)


class FaultyRowsError(DomainError):
    """The rows cannot be taken over: something in the file, or here, does not fit."""

    code = "faulty_rows"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell. ``case_id`` is the case that is here already, ``row`` the other row of the same."""

    cell: str
    column: Column
    reason: str
    case_id: int | None = None
    row: int | None = None


@dataclass(frozen=True)
class PlannedRow:
    """One row of the file, by its number there; ``entry`` is None where a cell is at fault."""

    number: int
    words: str
    entry: OfflineLetter | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Plan:
    """What a file would become."""

    rows: tuple[PlannedRow, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong, in the order of the file."""
        return tuple(fault for row in self.rows for fault in row.faults)

    @property
    def is_sound(self) -> bool:
        """Whether every row can be taken over."""
        return bool(self.rows) and not self.faults


def columns_of(rows: Rows) -> dict[Column, int]:
    """Return where each column stands. Raises ``InvalidFileError``: ``no_headings``, ``two_alike``."""
    names = {_plain(heading): column for column, heading in HEADINGS.items()}
    places: dict[Column, int] = {}
    for position, heading in enumerate(rows[0] if rows else ()):
        column = names.get(_plain(heading))
        if column is not None and column in places:
            raise InvalidFileError("two_alike")
        if column is not None:
            places[column] = position
    if any(column not in places for column in NEEDED):
        raise InvalidFileError("no_headings")
    return places


def plan(session: Session, rows: Rows, by: StaffMember, today: dt.date) -> Plan:
    """Return what the rows would become for this member of staff, with every fault; writes nothing.

    Raises ``InvalidFileError`` as ``columns_of`` does.
    """
    reader = _Reader(session, columns_of(rows), by, today)
    planned = [reader.row(number, row) for number, row in enumerate(rows[1:], start=1) if any(row)]
    return Plan(tuple(planned))


def take_over(
    session: Session,
    draft: CaseImportDraft,
    planned: Plan,
    *,
    secret: str,
    at: dt.datetime,
    clock: CaseClock,
    box: ContactBox,
) -> int:
    """Enter all rows of a sound plan, in the caller's transaction, and forget the file; return how many.

    Tickets come from the file and the row, so that confirming twice makes nothing twice. Raises ``FaultyRowsError``,
    and what ``case_entry.enter`` raises where somebody has entered one of them in the same moment.
    """
    if not planned.is_sound:
        raise FaultyRowsError
    for row in planned.rows:
        if row.entry is None:
            raise FaultyRowsError
        ticket = f"{draft.ticket}-{row.number}"
        code = codes.tracking_code(secret, case_entry.PURPOSE, ticket)
        case_entry.enter(session, row.entry, ticket=ticket, code=code, by=draft.made_by, at=at, clock=clock, box=box)
    session.delete(draft)
    session.flush()
    return len(planned.rows)


class _Reader:
    """Reads rows one after the other, and remembers numbers to find the same case twice in one file."""

    def __init__(self, session: Session, columns: Mapping[Column, int], by: StaffMember, today: dt.date) -> None:
        self._session = session
        self._columns = columns
        self._by = by
        self._today = today
        self._numbers: dict[tuple[CaseChannel, str], int] = {}
        self._faults: list[Fault] = []
        self._number = 0
        self._cells: Sequence[str] = ()

    def row(self, number: int, cells: Sequence[str]) -> PlannedRow:
        """Return one row of the file; ``number`` is its index there, the headings being 0."""
        self._number, self._cells, self._faults = number, cells, []
        channel = self._one_of(Column.CHANNEL, CHANNELS)
        entry = OfflineLetter(
            channel or CaseChannel.PHONE,
            self._original_number(channel),
            self._day() or self._today,
            Letter(
                kind=self._one_of(Column.KIND, KINDS) or SuggestionKind.SUGGESTION,
                words=self._words(),
                consent_to_publish=bool(self._one_of(Column.MAY_PUBLISH, ANSWERS)),
                consent_to_call=bool(self._one_of(Column.MAY_CALL, ANSWERS)),
                project=(project := self._project()),
                division=self._place(project),
            ),
            self._contact(),
        )
        # As they stand in the file, whatever order they were looked at in.
        faults = tuple(sorted(self._faults, key=lambda fault: self._columns.get(fault.column, len(self._cells))))
        return PlannedRow(number + 1, self._text(Column.WORDS), None if faults else entry, faults)

    def _text(self, column: Column) -> str:
        position = self._columns.get(column)
        return self._cells[position].strip() if position is not None and position < len(self._cells) else ""

    def _fault(self, column: Column, reason: str, *, case_id: int | None = None, row: int | None = None) -> None:
        position = self._columns.get(column)
        # A column that the file does not have is named by the last cell of the row.
        cell = cell_name(self._number, position if position is not None else max(len(self._cells) - 1, 0))
        self._faults.append(Fault(cell, column, reason, case_id, row))

    def _one_of(self, column: Column, words: Mapping[str, Value]) -> Value | None:
        value = words.get(_plain(self._text(column)))
        if value is None:
            self._fault(column, "unknown_word" if self._text(column) else "missing")
        return value

    def _original_number(self, channel: CaseChannel | None) -> str:
        number = case_entry.plain_number(self._text(Column.NUMBER))
        if channel is None:
            return number
        if not number:
            if channel in NUMBERED:
                self._fault(Column.NUMBER, "missing")
            return ""
        if len(number) > LONGEST_NUMBER:
            self._fault(Column.NUMBER, "too_long")
            return ""
        earlier = self._numbers.setdefault((channel, number), self._number + 1)
        known = case_entry.with_number(self._session, channel, number)
        if known is not None:
            self._fault(Column.NUMBER, "known", case_id=known.id)
        elif earlier != self._number + 1:
            self._fault(Column.NUMBER, "twice", row=earlier)
        return number

    def _day(self) -> dt.date | None:
        typed = unicodedata.normalize("NFKC", self._text(Column.RECEIVED_ON))
        found = _EIGHT_DIGITS.fullmatch(typed) or _DAY.fullmatch(typed)
        if found is None:
            self._fault(Column.RECEIVED_ON, "no_day" if typed else "missing")
            return None
        try:
            day = dt.date(*(int(part) for part in found.groups()))
        except ValueError:
            self._fault(Column.RECEIVED_ON, "no_day")
            return None
        if not case_entry.is_day(day, self._today):
            self._fault(Column.RECEIVED_ON, "ahead" if day > self._today else "too_old")
        return day

    def _words(self) -> str:
        words = self._text(Column.WORDS)
        if not words:
            self._fault(Column.WORDS, "missing")
        elif len(words) > LONGEST_WORDS:
            self._fault(Column.WORDS, "too_long")
        return words

    def _contact(self) -> str:
        contact = self._text(Column.CONTACT)
        if len(contact) > LONGEST_CONTACT:
            self._fault(Column.CONTACT, "too_long")
        return contact

    def _project(self) -> Project | None:
        typed = self._text(Column.PROJECT)
        if not typed:
            return None
        slug = typed.rstrip("/").rpartition("/")[2]
        query = Project.visible_to_residents().where(sa.or_(Project.slug == slug, Project.title == typed)).limit(2)
        found = [one for one in self._session.scalars(query) if one.takes_suggestions]
        if len(found) != 1:
            self._fault(Column.PROJECT, "several" if found else "unknown_project")
            return None
        return found[0]

    def _place(self, project: Project | None) -> Division | None:
        typed = self._text(Column.PLACE)
        place = project.division if project else None
        if typed:
            query = sa.select(Division).where(sa.or_(Division.code == typed, Division.name == typed))
            found = [one for one in self._session.scalars(query) if case_entry.may_enter(self._by, one)]
            if len(found) != 1:
                self._fault(Column.PLACE, "several" if found else "unknown_place")
                return None
            place = found[0]
        if not case_entry.may_enter(self._by, place):
            self._fault(Column.PLACE, "not_yours")
        return place


def _plain(text: str) -> str:
    """Return a heading or a word in one width, without spaces and the star of needed columns."""
    return "".join(unicodedata.normalize("NFKC", text).split()).strip("*")
