"""Where records stand: at the deepest place that is certain, and at a level of government."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minsheng.importing.divisions import Gazetteer, Place, Placement, PlaceNames
from minsheng.importing.notes import NoteCode, RowNotes
from minsheng.importing.records import PLACE_FIELDS, ProgrammeRecord, ProjectRecord
from minsheng.records.places import DivisionLevel


@dataclass(frozen=True, slots=True)
class PlacedProject:
    """A project's record with its certain place, its level, and the published names of no place in the list."""

    record: ProjectRecord
    place: Place | None
    level: DivisionLevel
    list_place: Place | None
    location: str


@dataclass(frozen=True, slots=True)
class PlacedProgramme:
    """A programme's record with its certain place; ``level`` is None where its projects must tell it."""

    record: ProgrammeRecord
    place: Place | None
    level: DivisionLevel | None


def place_project(record: ProjectRecord, notes: RowNotes, places: Gazetteer) -> PlacedProject | None:
    """Return the record with place and level, or None, noted, where it has no level."""
    placement = _placement(record.names, notes, places)
    level = record.level
    if level is None:
        level = _deepest(placement)
        notes.add(NoteCode.NO_LEVEL if level is None else NoteCode.LEVEL_FROM_PLACE, "level", level)
    if level is None:
        return None
    published = [name for step, name in placement.unmatched.items() if f"division.{step.value}" not in record.inferred]
    list_place = places.cut(placement.place, level) if placement.place else None
    return PlacedProject(record, placement.place, level, list_place, "".join(published))


def place_programme(record: ProgrammeRecord, notes: RowNotes, places: Gazetteer) -> PlacedProgramme:
    """Return the record with its place and the level of its deepest printed name."""
    placement = _placement(record.names, notes, places)
    return PlacedProgramme(record, placement.place, _deepest(placement))


def common_place(found: Sequence[Place | None], places: Gazetteer) -> Place | None:
    """Return the deepest place that holds all of these, or None."""
    chains = [places.chain(place) for place in found if place is not None]
    if not chains:
        return None
    common = None
    for steps in zip(*chains, strict=False):
        if len(set(steps)) > 1:
            break
        common = steps[0]
    return common


def inferred_of(members: Sequence[PlacedProject], place: Place | None, places: Gazetteer) -> list[str]:
    """Return what is inferred about a list when its projects' records say what is inferred about them.

    Of the place, only the levels down to the list's own count.
    """
    named = {name for member in members for name in member.record.inferred}
    levels = {f"division.{step.level.value}" for step in places.chain(place)} if place else set()
    return sorted(name for name in named if name not in PLACE_FIELDS or name in levels)


def _deepest(placement: Placement) -> DivisionLevel | None:
    """Return the level of the deepest name, matched or only printed."""
    if placement.unmatched:
        return list(placement.unmatched)[-1]
    return placement.place.level if placement.place else None


def _placement(names: PlaceNames, notes: RowNotes, places: Gazetteer) -> Placement:
    """Find the place and note what was not certain about it."""
    placement = places.find(names)
    if not any(names.printed()):
        notes.add(NoteCode.NO_PLACE, "division")
    elif placement.unmatched:
        code = NoteCode.PLACE_IN_PART if placement.place else NoteCode.PLACE_UNCERTAIN
        notes.add(code, "division", _listed(placement.unmatched))
    for printed, today in placement.renamed.items():
        notes.add(NoteCode.PLACE_RENAMED, "division", f"{printed} → {today}")
    return placement


def _listed(unmatched: Mapping[DivisionLevel, str]) -> str:
    return "、".join(unmatched.values())
