"""Reading a sampling frame from a file: every cell is checked before anything is kept, then all rows or none."""

import datetime as dt
import enum
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.casework.case_tables import Rows, cell_name
from minsheng.casework.case_tables import read as read_cells
from minsheng.clock import local_date
from minsheng.errors import DomainError, InvalidFileError, WrongStateError
from minsheng.random_keys import random_key
from minsheng.records.places import Division
from minsheng.surveying.sample_frames import LONGEST_NAME, FrameEntry, SampleFrame, new_key, record_of
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Wave

MOST_ENTRIES = 50_000
MAX_BYTES = 9_000_000
MOST_FAULTS = 200
"""Faults that are named; a file with more has one cause for most of them."""
LONGEST_ADDRESS = 120
LONGEST_STRATUM = 26
"""Characters, so that the code of a village fits before it."""
BESIDE = "·"
"""Between a stratum and the programme whose beneficiaries are drawn within it by themselves."""
KEPT_PREVIEW = dt.timedelta(days=1)
_PHONE = re.compile(r"(?:\+?86)?(1\d{10})|(010|02\d|0[3-9]\d{2})(\d{7,8})", re.ASCII)
_FORMULA_SIGNS = ("=", "+", "-", "@")


class FrameColumn(enum.StrEnum):
    """What a column of the file holds."""

    PHONE = "phone"
    ADDRESS = "address"
    PLACE = "place"
    STRATUM = "stratum"
    PSU = "psu"
    BENEFICIARY = "beneficiary"


HEADINGS: Mapping[str, FrameColumn] = MappingProxyType(
    {
        "电话": FrameColumn.PHONE,
        "电话号码": FrameColumn.PHONE,
        "手机": FrameColumn.PHONE,
        "手机号": FrameColumn.PHONE,
        "地址": FrameColumn.ADDRESS,
        "住址": FrameColumn.ADDRESS,
        "住户": FrameColumn.ADDRESS,
        "地方": FrameColumn.PLACE,
        "行政区划": FrameColumn.PLACE,
        "层": FrameColumn.STRATUM,
        "分层": FrameColumn.STRATUM,
        "抽样单元": FrameColumn.PSU,
        "村居": FrameColumn.PSU,
        "村": FrameColumn.PSU,
        "受益项目": FrameColumn.BENEFICIARY,
    }
)
"""Headings that are understood, without spaces and stars."""
CONTACTS: Mapping[Channel, FrameColumn] = MappingProxyType(
    {Channel.PHONE: FrameColumn.PHONE, Channel.PAPER_SAMPLE: FrameColumn.ADDRESS}
)
"""What each channel reaches people by."""


class FaultyFrameError(DomainError):
    """The rows cannot be kept: a cell does not fit."""

    code = "faulty_frame"


@dataclass(frozen=True)
class FrameFault:
    """What is wrong with a cell; ``row`` is the row of the file that has the same."""

    cell: str
    column: FrameColumn
    reason: str
    row: int | None = None


@dataclass(frozen=True)
class FrameRow:
    """One sound row. The beneficiaries of a programme are a stratum of their own, named in ``stratum``."""

    contact: str
    division: Division
    stratum: str
    psu: str
    beneficiary: str


@dataclass(frozen=True)
class FramePlan:
    """What a file would become. ``fault_count`` counts also the faults beyond those that are named."""

    rows: tuple[FrameRow, ...]
    faults: tuple[FrameFault, ...]
    fault_count: int

    @property
    def is_sound(self) -> bool:
        """Whether every row can be kept."""
        return bool(self.rows) and not self.fault_count


def read(data: bytes) -> Rows:
    """Return the cells of a file. Raises ``InvalidFileError`` as ``case_tables.read`` does."""
    return read_cells(data, MOST_ENTRIES, MAX_BYTES)


def plan(session: Session, wave: Wave, channel: Channel, rows: Rows, secret: str) -> FramePlan:
    """Return what the rows would become, with what is wrong in which cell; writes nothing.

    Raises ``InvalidFileError`` for headings that do not say where the contact and the place stand.
    """
    reader = _Reader(session, wave, channel, _columns_of(rows, channel), secret)
    found = [reader.row(number, cells) for number, cells in enumerate(rows[1:], start=1) if any(cells)]
    return FramePlan(tuple(row for row in found if row is not None), tuple(reader.faults), reader.fault_count)


def keep(  # noqa: PLR0913 - each is a fact of its own about one frame
    session: Session,
    wave: Wave,
    channel: Channel,
    title: str,
    planned: FramePlan,
    *,
    seal: Callable[[str, str], bytes],
    secret: str,
    by: StaffMember,
    at: dt.datetime,
) -> SampleFrame:
    """Keep sound rows as a preview, sealed. Raises ``FaultyFrameError``, or ``WrongStateError`` for a closed wave."""
    if channel not in DRAWN_CHANNELS or channel.value not in wave.channels:
        raise WrongStateError("import", "not_drawn")
    if wave.has_closed(local_date(at)):
        raise WrongStateError("import", "closed")
    if not planned.is_sound:
        raise FaultyFrameError
    frame = SampleFrame(wave=wave, wave_id=wave.id, channel=channel, title=title.strip(), made_by=by, made_at=at)
    frame.sealed_key, inner = new_key(seal, frame.record)
    session.add(frame)
    session.flush()
    entries = []
    for row in planned.rows:
        number = random_key()
        entries.append(
            {
                "id": number,
                "frame_id": frame.id,
                "division_id": row.division.id,
                "stratum": row.stratum,
                "psu": row.psu,
                "beneficiary": row.beneficiary,
                "fingerprint": fingerprint(secret, wave.id, row.contact),
                "sealed": inner.seal(row.contact, record_of(number)),
            }
        )
    session.execute(sa.insert(FrameEntry), entries)
    return frame


def drop_previews(session: Session, at: dt.datetime) -> int:
    """Forget previews that nobody confirmed within a day; return how many."""
    query = sa.select(SampleFrame).where(SampleFrame.confirmed_at.is_(None), SampleFrame.made_at < at - KEPT_PREVIEW)
    old = session.scalars(query).all()
    for frame in old:
        session.execute(sa.delete(FrameEntry).where(FrameEntry.frame_id == frame.id))
        session.delete(frame)
    return len(old)


def fingerprint(secret: str, wave_id: int, contact: str) -> str:
    """Return a keyed digest of a contact for one wave: the same for the same number or address, useless elsewhere."""
    message = f"frame\0{wave_id}\0{contact}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def plain_phone(typed: str) -> str | None:
    """Return a number in digits, a landline with a hyphen after its area code, or None where it cannot be one."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign not in " -()‐–—·")
    found = _PHONE.fullmatch(digits)
    if found is None:
        return None
    return found[1] or f"{found[2]}-{found[3]}"


def _columns_of(rows: Rows, channel: Channel) -> dict[FrameColumn, int]:
    columns: dict[FrameColumn, int] = {}
    for position, heading in enumerate(rows[0] if rows else ()):
        column = HEADINGS.get("".join(unicodedata.normalize("NFKC", heading).split()).strip("*"))
        if column is not None and column in columns:
            raise InvalidFileError("two_alike")
        if column is not None:
            columns[column] = position
    if CONTACTS[channel] not in columns or FrameColumn.PLACE not in columns:
        raise InvalidFileError("no_headings")
    return columns


class _Reader:
    """Reads rows one after the other; remembers contacts, to find the same one twice."""

    def __init__(
        self, session: Session, wave: Wave, channel: Channel, columns: Mapping[FrameColumn, int], secret: str
    ) -> None:
        self.faults: list[FrameFault] = []
        self.fault_count = 0
        self._session, self._wave, self._secret = session, wave, secret
        self._contact, self._columns = CONTACTS[channel], columns
        self._places = _places_by_name(session, wave)
        self._elsewhere: dict[str, bool] = {}
        self._seen: dict[str, int] = {}
        self._known = set(
            session.scalars(
                sa.select(FrameEntry.fingerprint)
                .join(FrameEntry.frame)
                .where(SampleFrame.wave_id == wave.id, SampleFrame.confirmed_at.is_not(None))
            )
        )
        self._number = 0
        self._cells: Sequence[str] = ()

    def row(self, number: int, cells: Sequence[str]) -> FrameRow | None:
        """Return one row, or None where something in it does not fit."""
        self._number, self._cells = number, cells
        before = self.fault_count
        contact, place = self._read_contact(), self._place()
        stratum, psu = self._name(FrameColumn.STRATUM), self._name(FrameColumn.PSU)
        beneficiary = self._name(FrameColumn.BENEFICIARY)
        if beneficiary:
            stratum = f"{stratum}{BESIDE}{beneficiary}" if stratum else beneficiary
            if len(stratum) > LONGEST_STRATUM:
                self._fault(FrameColumn.BENEFICIARY, "too_long")
        if self.fault_count > before or contact is None or place is None:
            return None
        return FrameRow(contact, place, stratum, psu, beneficiary)

    def _text(self, column: FrameColumn) -> str:
        position = self._columns.get(column)
        found = self._cells[position] if position is not None and position < len(self._cells) else ""
        return unicodedata.normalize("NFKC", found).strip()

    def _fault(self, column: FrameColumn, reason: str, row: int | None = None) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(FrameFault(cell_name(self._number, self._columns[column]), column, reason, row))

    def _read_contact(self) -> str | None:
        typed = self._text(self._contact)
        if not typed:
            self._fault(self._contact, "missing")
            return None
        contact = plain_phone(typed) if self._contact is FrameColumn.PHONE else " ".join(typed.split())
        if contact is None or not contact.isprintable() or contact.startswith(_FORMULA_SIGNS):
            self._fault(self._contact, "no_phone" if self._contact is FrameColumn.PHONE else "formula")
            return None
        if len(contact) > LONGEST_ADDRESS:
            self._fault(self._contact, "too_long")
            return None
        earlier = self._seen.setdefault(contact, self._number + 1)
        if earlier != self._number + 1:
            self._fault(self._contact, "twice", earlier)
        elif fingerprint(self._secret, self._wave.id, contact) in self._known:
            self._fault(self._contact, "known")
        return contact

    def _place(self) -> Division | None:
        typed = self._text(FrameColumn.PLACE)
        found = self._places.get(typed, ())
        if len(found) == 1:
            return found[0]
        if typed not in self._elsewhere:
            named = sa.or_(Division.code == typed, Division.name == typed)
            self._elsewhere[typed] = self._session.scalar(sa.select(Division.id).where(named).limit(1)) is not None
        reason = "several" if found else "elsewhere" if self._elsewhere[typed] else "unknown_place"
        self._fault(FrameColumn.PLACE, reason if typed else "missing")
        return None

    def _name(self, column: FrameColumn) -> str:
        name = self._text(column)
        if len(name) > (LONGEST_STRATUM if column is FrameColumn.STRATUM else LONGEST_NAME):
            self._fault(column, "too_long")
        elif name.startswith(_FORMULA_SIGNS) or not name.isprintable():
            self._fault(column, "formula")
        return name


def _places_by_name(session: Session, wave: Wave) -> dict[str, list[Division]]:
    """Return the places of a wave by code, name and full name."""
    found: dict[str, list[Division]] = {}
    query = sa.select(Division).where(Division.path.startswith(wave.division.path, autoescape=True))
    for place in session.scalars(query):
        for name in {place.code, place.name, place.full_name}:
            found.setdefault(name, []).append(place)
    return found
