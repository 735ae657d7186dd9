"""The bundled list of administrative divisions: finding a place by its printed names, and creating it.

Nothing is guessed: a name counts only when one place in its surroundings bears it. What cannot be matched is
handed back, and the place is the deepest one that is certain.
"""

import csv
import functools
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.importing.names import differs_in_kind, stem, tidy
from minsheng.outbox import RecordKind, touch
from minsheng.records.places import Division, DivisionLevel

DATA = Path(__file__).parent.parent / "data"
LEVELS = (DivisionLevel.PROVINCE, DivisionLevel.CITY, DivisionLevel.COUNTY, DivisionLevel.TOWNSHIP)
_DEPTH = {level: depth for depth, level in enumerate(DivisionLevel)}
STATISTICAL_ONLY = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Rows of statistical lists that are no places: what stands below them belongs to the province."""


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the list. ``parent`` is the code of the place above, empty for provinces."""

    code: str
    name: str
    level: DivisionLevel
    parent: str


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """A place as a record prints it; a name is None where none was printed."""

    province: str | None = None
    city: str | None = None
    county: str | None = None
    township: str | None = None

    def printed(self) -> Iterator[tuple[DivisionLevel, str]]:
        """Yield level and name of what was printed, province first."""
        for level in LEVELS:
            name: str | None = getattr(self, level.value)
            if name:
                yield level, name


@dataclass(frozen=True, slots=True)
class Placement:
    """Where printed names lead.

    ``place`` is the deepest certain place, or None. ``unmatched`` are printed names below it, by level.
    ``renamed`` maps a printed name to today's name where the two differ in more than brevity.
    """

    place: Place | None
    unmatched: Mapping[DivisionLevel, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


class Gazetteer:
    """The list, indexed by code and by parent. Townships are read when first asked for."""

    def __init__(self, places: Iterable[Place], former: Mapping[tuple[str, str], str], townships: Path | None) -> None:
        self._places = {place.code: place for place in places}
        self._former = former
        self._townships_file = townships

    @classmethod
    def load(cls, folder: Path = DATA) -> Self:
        """Read ``divisions.csv``, ``former_names.csv`` and, later, ``townships.csv.gz`` of a folder."""
        with (folder / "divisions.csv").open(encoding="utf-8", newline="") as file:
            places = [
                Place(row["code"], row["name"], DivisionLevel(row["level"]), row["parent"])
                for row in csv.DictReader(file)
            ]
        with (folder / "former_names.csv").open(encoding="utf-8", newline="") as file:
            former = {(row["within"], row["former"]): row["code"] for row in csv.DictReader(file)}
        return cls(places, former, folder / "townships.csv.gz")

    def __getitem__(self, code: str) -> Place:
        """Return the place with this code; raises ``KeyError``."""
        return self._places[code]

    def __contains__(self, code: object) -> bool:
        """Whether a place down to the county has this code."""
        return code in self._places

    def get(self, code: str) -> Place | None:
        """Return the place with this code, or None."""
        return self._places.get(code)

    def named(self, name: str) -> list[Place]:
        """Return the places down to the county that have exactly this name."""
        return [place for place in self._places.values() if place.name == name]

    def with_places(self, places: Iterable[Place]) -> "Gazetteer":
        """Return this list with other places on top of it, townships and villages among them."""
        return Gazetteer([*self._places.values(), *places], self._former, self._townships_file)

    def within(self, place: Place) -> Iterator[Place]:
        """Yield every place below one, the higher before the lower; townships of the bundled list among them."""
        listed = {below.code for below in self._below.get(place.code, [])}
        for below in (
            *self._below.get(place.code, []),
            *(town for town in self._townships.get(place.code, []) if town.code not in listed),
        ):
            yield below
            yield from self.within(below)

    @functools.cached_property
    def _below(self) -> dict[str, list[Place]]:
        below: dict[str, list[Place]] = defaultdict(list)
        for place in self._places.values():
            below[place.parent].append(place)
        return below

    @functools.cached_property
    def _townships(self) -> dict[str, list[Place]]:
        below: dict[str, list[Place]] = defaultdict(list)
        if self._townships_file is not None:
            with gzip.open(self._townships_file, "rt", encoding="utf-8", newline="") as file:
                for row in csv.DictReader(io.StringIO(file.read())):
                    county = row["code"][:6]
                    # Cities without counties (东莞, 嘉峪关) have their townships directly below them.
                    parent = county if county in self._places else f"{county[:4]}00"
                    below[parent].append(Place(row["code"], row["name"], DivisionLevel.TOWNSHIP, parent))
        return below

    def chain(self, place: Place) -> list[Place]:
        """Return the place and all above it, province first."""
        above = self.chain(self._places[place.parent]) if place.parent else []
        return [*above, place]

    def cut(self, place: Place, level: DivisionLevel) -> Place:
        """Return the part of the chain that is not below ``level``."""
        return [step for step in self.chain(place) if _DEPTH[step.level] <= _DEPTH[level]][-1]

    def find(self, names: PlaceNames) -> Placement:
        """Return where these names lead; see :class:`Placement`."""
        scope: Place | None = None
        unmatched: dict[DivisionLevel, str] = {}
        renamed: dict[str, str] = {}
        for level, printed in names.printed():
            name = tidy(printed)
            if not unmatched and _says_nothing_new(name, level, scope):
                continue
            found = None if unmatched else self._step(scope, level, name)
            if found is None:
                unmatched[level] = printed
                continue
            if self._is_other_name(name, found):
                renamed[printed] = found.name
            if scope is not None and scope not in self.chain(found):
                renamed[scope.name] = self._places[found.parent].name
            scope = found
        return Placement(scope, unmatched, renamed)

    def _is_other_name(self, name: str, found: Place) -> bool:
        """Whether a printed name is more than a short form of today's name."""
        today = tidy(found.name)
        return stem(name, found.level) != stem(today, found.level) or differs_in_kind(name, today, found.level)

    def _step(self, scope: Place | None, level: DivisionLevel, name: str) -> Place | None:
        """Return the one place of this level and name below ``scope``: by name, former name, short name, or moved."""
        if scope is None and level is DivisionLevel.TOWNSHIP:
            return None
        near = self._within(scope, level)
        if exact := _only(place for place in near if tidy(place.name) == name):
            return exact
        if scope is not None and (code := self._former.get((scope.code, name))) is not None:
            return self._places[code]
        if scope is None and level is DivisionLevel.COUNTY:
            return None
        wanted = stem(name, level)
        alike = [place for place in near if stem(tidy(place.name), level) == wanted]
        if alike or scope is None or level is DivisionLevel.TOWNSHIP:
            return _only(alike)
        # A county that now belongs to another city, or one that is printed where cities are.
        counties = self._within(self.chain(scope)[0], DivisionLevel.COUNTY)
        return _only(place for place in counties if tidy(place.name) == name)

    def _within(self, scope: Place | None, level: DivisionLevel) -> list[Place]:
        """Return the places of a level below ``scope``, also across a level in between (重庆市 → 万州区)."""
        if level is DivisionLevel.TOWNSHIP:
            above = [scope] if scope else []
            if scope and scope.level is DivisionLevel.CITY:
                above += self._within(scope, DivisionLevel.COUNTY)
            return [place for county in above for place in self._townships.get(county.code, [])]
        if scope is None:
            return [place for place in self._places.values() if place.level is level]
        found: list[Place] = []
        for place in self._below.get(scope.code, []):
            if place.level is level:
                found.append(place)
            elif _DEPTH[place.level] < _DEPTH[level]:
                found += self._within(place, level)
        return found


def _says_nothing_new(name: str, level: DivisionLevel, scope: Place | None) -> bool:
    """Whether a printed name is a statistical row, or the place above once more (重庆市, 重庆市, 万州区)."""
    return name in STATISTICAL_ONLY or (
        scope is not None and level is not DivisionLevel.TOWNSHIP and name == tidy(scope.name)
    )


def _only(places: Iterable[Place]) -> Place | None:
    """Return the place if there is exactly one."""
    found = list(places)
    return found[0] if len(found) == 1 else None


@functools.cache
def gazetteer() -> Gazetteer:
    """Return the bundled list, read once."""
    return Gazetteer.load()


class DivisionTree:
    """Finds or creates the rows of places in one session, ancestors first, each looked up once."""

    def __init__(self, session: Session, places: Gazetteer) -> None:
        self._session = session
        self._places = places
        self._rows = {row.code: row for row in session.scalars(sa.select(Division))}
        self.created: list[Division] = []

    def ensure(self, place: Place) -> Division:
        """Return the row of a place, creating it and what is missing above it."""
        row = self._rows.get(place.code)
        if row is None:
            parent = (self._rows.get(place.parent) or self.ensure(self._places[place.parent])) if place.parent else None
            row = Division.under(parent, place.code, place.name, place.level)
            self._rows[place.code] = row
            self._session.add(row)
            self.created.append(row)
        return row

    def announce(self) -> None:
        """Flush the new rows and tell the search index of them."""
        self._session.flush()
        for row in self.created:
            touch(self._session, RecordKind.DIVISION, row.id)


def ensure(session: Session, names: PlaceNames, places: Gazetteer | None = None) -> Division | None:
    """Return the row of the place with these names, creating it and its ancestors.

    Returns None unless every printed name is matched. The caller commits.
    """
    places = places or gazetteer()
    placement = places.find(names)
    if placement.place is None or placement.unmatched:
        return None
    tree = DivisionTree(session, places)
    row = tree.ensure(placement.place)
    tree.announce()
    return row
