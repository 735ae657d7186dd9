"""The first steps of a real place: its name, its places, and the first administrator, in one transaction."""

import csv
import datetime as dt
import hashlib
import hmac
import io
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts import passwords
from minsheng.accounts.staff import Role, RoleGrant, StaffMember
from minsheng.accounts.staffing import NO_PASSWORD
from minsheng.errors import InvalidFileError, WrongStateError
from minsheng.importing.divisions import DivisionTree, Gazetteer, Place, gazetteer
from minsheng.installation import settings
from minsheng.journal import Act
from minsheng.records.places import DivisionLevel

MOST_BYTES = 3_000_000
MOST_PLACES = 30_000
LONGEST_NAME = 60
COLUMNS = ("code", "name", "level", "parent")
LEVEL_WORDS = {
    "省": DivisionLevel.PROVINCE,
    "市": DivisionLevel.CITY,
    "县": DivisionLevel.COUNTY,
    "乡": DivisionLevel.TOWNSHIP,
    "镇": DivisionLevel.TOWNSHIP,
    "村": DivisionLevel.VILLAGE,
}
_DEPTH = {level: depth for depth, level in enumerate(DivisionLevel)}
CODE_LENGTHS = {DivisionLevel.TOWNSHIP: 9, DivisionLevel.VILLAGE: 12}


class InvalidPlacesError(InvalidFileError):
    """A row of a file of places that cannot be right; ``where`` is its number."""

    def __init__(self, reason: str, where: str) -> None:
        super().__init__(reason)
        self.where = where


@dataclass(frozen=True)
class FirstAdministrator:
    """Who looks after the installation first; without a password, an invitation lets them in."""

    username: str
    display_name: str
    post: str
    password: str | None = None


def is_due(session: Session) -> bool:
    """Whether nobody works here yet, so that whoever runs the program may take the first steps."""
    return session.scalar(sa.select(StaffMember.id).limit(1)) is None


def token(secret: str) -> str:
    """Return the token of the address where the first steps are taken: only who sees the program's output has it."""
    return hmac.new(secret.encode(), b"first run", hashlib.sha256).hexdigest()[:40]


def is_token(secret: str, given: str) -> bool:
    """Whether this is the token, compared in constant time."""
    return given.isascii() and hmac.compare_digest(token(secret), given)


def set_up(
    session: Session,
    site_name: str,
    places: Gazetteer,
    home: str,
    first: FirstAdministrator,
    at: dt.datetime,
) -> StaffMember:
    """Set up the installation for the place with the code ``home``, with all places above and below it.

    Raises ``WrongStateError`` where somebody works here already, ``KeyError`` for an unknown code, and as
    ``settings.put``.
    """
    # Whoever comes second waits here, and then finds that somebody works here.
    journal.lock(session)
    if not is_due(session):
        raise WrongStateError("set_up", "set_up")
    tree = DivisionTree(session, places)
    for place in (places[home], *places.within(places[home])):
        tree.ensure(place)
    tree.announce()
    member = StaffMember(
        username=first.username.strip().lower(),
        display_name=first.display_name.strip(),
        post=first.post.strip(),
        password_hash=passwords.hash_password(first.password) if first.password else NO_PASSWORD,
        created_at=at,
        grants=[RoleGrant(role=Role.ADMINISTRATOR)],
    )
    session.add(member)
    session.flush()
    settings.put(session, {"site_name": site_name, "home_place": home, "set_up": True}, member.post, at)
    extra = {"place": home, "places": len(tree.created)}
    journal.record(session, Act("installation_set_up", "installation:first", member.post, extra=extra), at)
    return member


def candidates(places: Gazetteer, typed: str) -> list[Place]:
    """Return the places that someone may mean who typed a code or a name."""
    wanted = typed.strip()
    return [places[wanted]] if wanted in places else places.named(wanted)


def read_places(data: bytes) -> Gazetteer:
    """Return the places of a CSV file with the columns ``code, name, level, parent``, on top of the bundled list.

    Levels are the domain's words or 省、市、县、乡（镇）、村. Raises ``InvalidFileError`` (``too_large``,
    ``unreadable``, ``no_places``) or ``InvalidPlacesError`` (``bad_code``, ``bad_name``, ``bad_level``, ``no_parent``,
    ``twice``).
    """
    if len(data) > MOST_BYTES:
        raise InvalidFileError("too_large")
    found: dict[str, Place] = {}
    for number, row in enumerate(_rows(data), start=2):
        place = _place(row, number)
        if place.code in found:
            raise InvalidPlacesError("twice", str(number))
        found[place.code] = place
        if len(found) > MOST_PLACES:
            raise InvalidFileError("too_large")
    if not found:
        raise InvalidFileError("no_places")
    known = gazetteer()
    for number, place in enumerate(found.values(), start=2):
        above = found.get(place.parent) or known.get(place.parent)
        # A place lies below one of a higher level, so no chain of places comes back to itself.
        if place.parent and (above is None or _DEPTH[above.level] >= _DEPTH[place.level]):
            raise InvalidPlacesError("no_parent", str(number))
    return known.with_places(found.values())


def _rows(data: bytes) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            reader = csv.DictReader(io.StringIO(data.decode(encoding)))
            if reader.fieldnames is None or not set(COLUMNS) <= set(reader.fieldnames):
                raise InvalidFileError("unreadable")
            return [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise InvalidFileError("unreadable") from error
    raise InvalidFileError("unreadable")


def _place(row: dict[str, str], number: int) -> Place:
    code, name, parent = row["code"], row["name"], row["parent"]
    level = LEVEL_WORDS.get(row["level"]) or next((one for one in DivisionLevel if one.value == row["level"]), None)
    if level is None:
        raise InvalidPlacesError("bad_level", str(number))
    if not (code.isascii() and code.isdigit() and len(code) == CODE_LENGTHS.get(level, 6)):
        raise InvalidPlacesError("bad_code", str(number))
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidPlacesError("bad_name", str(number))
    if (level is DivisionLevel.PROVINCE) != (parent == "") or parent == code:
        raise InvalidPlacesError("no_parent", str(number))
    return Place(code, name, level, parent)
