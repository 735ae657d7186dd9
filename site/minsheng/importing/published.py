"""Loading compiled records of published projects and programmes: checked row by row, written once, repeatable."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.errors import InvalidFileError
from minsheng.importing.divisions import DivisionTree, Gazetteer, Place, gazetteer
from minsheng.importing.fields import Fields
from minsheng.importing.grouping import Group, choose, group
from minsheng.importing.lists import MADE, made_programme
from minsheng.importing.notes import ImportResult, NoteCode, RowKind, RowNotes
from minsheng.importing.placing import PlacedProgramme, PlacedProject, inferred_of, place_programme, place_project
from minsheng.importing.records import ID_LENGTH, read_programme, read_project
from minsheng.importing.slugs import Slugs
from minsheng.importing.writing import Act, Standing, count, write_programme, write_project
from minsheng.records.funding import FundingLine
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import IndicatorValue, ProgressReport

Progress = Callable[[int, int], None]
Placed = TypeVar("Placed", PlacedProgramme, PlacedProject)


def read_rows(path: Path) -> list[object]:
    """Return the rows of a JSON file, with numbers exactly as written.

    Raises ``InvalidFileError`` with the reason ``unreadable``, ``not_utf8``, ``not_json`` or ``not_a_list``.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFileError("not_utf8") from error
    except OSError as error:
        raise InvalidFileError("unreadable") from error
    try:
        rows = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InvalidFileError("not_json") from error
    if not isinstance(rows, list):
        raise InvalidFileError("not_a_list")
    return rows


def import_published(
    session: Session,
    projects: Sequence[object],
    programmes: Sequence[object] = (),
    *,
    actor: str,
    at: dt.datetime,
    progress: Progress | None = None,
    places: Gazetteer | None = None,
) -> ImportResult:
    """Load rows in the shape of ``projects.json`` and ``programmes.json``; the caller commits.

    ``actor`` is the post that imports, for the journal. ``progress`` is called with how many projects are done
    and how many there are. ``places`` is another list of divisions than the bundled one. A row that cannot be
    imported whole is refused with a note and never raises; a second import of the same rows changes nothing.
    """
    run = _Import(session, Act(actor, at), places or gazetteer())
    lists = run.read(RowKind.PROGRAMME, programmes, run.read_programme)
    items = run.read(RowKind.PROJECT, projects, run.read_project)
    programme_of: dict[str, Programme] = {}
    for one in group(lists, run.programmes_not_in(lists), items):
        programme_of |= run.write_programmes(one)
    for done, item in enumerate(items, 1):
        run.write_project(item, programme_of[item.record.id])
        if progress is not None:
            progress(done, len(items))
    return run.finish()


class _Import:
    """One run. All rows are read before anything is written, so that nothing is written of a refused row."""

    def __init__(self, session: Session, act: Act, places: Gazetteer) -> None:
        self._session = session
        self._act = act
        self._places = places
        self._tree = DivisionTree(session, places)
        self._result = ImportResult()
        self._notes: list[RowNotes] = []
        self._notes_of: dict[tuple[RowKind, str], RowNotes] = {}
        self._accepted: set[tuple[RowKind, str]] = set()
        self._load()

    def _load(self) -> None:
        """Load what was compiled before, with all that a comparison needs, in a handful of queries."""
        programmes = self._session.scalars(sa.select(Programme).where(Programme.origin == Origin.COMPILED))
        self._programmes = {str(programme.external_id): programme for programme in programmes}
        reports = selectinload(Project.reports)
        query = (
            sa.select(Project)
            .where(Project.origin == Origin.COMPILED)
            .options(
                selectinload(Project.indicators),
                selectinload(Project.funding_lines).selectinload(FundingLine.movements),
                selectinload(Project.responsibilities),
                selectinload(Project.milestones),
                reports.selectinload(ProgressReport.values).joinedload(IndicatorValue.indicator),
                reports.selectinload(ProgressReport.photos),
                reports.selectinload(ProgressReport.answers),
            )
        )
        self._projects = {str(project.external_id): project for project in self._session.scalars(query)}
        self._members: dict[int, set[str]] = defaultdict(set)
        for key, project in self._projects.items():
            self._members[project.programme_id].add(key)
        self._taken = {
            RowKind.PROGRAMME: self._own_ids(Programme),
            RowKind.PROJECT: self._own_ids(Project),
        }
        self._programme_slugs = Slugs(set(self._session.scalars(sa.select(Programme.slug))))
        self._project_slugs = Slugs(set(self._session.scalars(sa.select(Project.slug))))

    def _own_ids(self, table: type[Programme | Project]) -> set[str | None]:
        return set(self._session.scalars(sa.select(table.external_id).where(table.origin == Origin.OWN)))

    def read(
        self,
        kind: RowKind,
        rows: Sequence[object],
        read: Callable[[Mapping[str, object], RowNotes], Placed | None],
    ) -> list[Placed]:
        """Return the rows that can be imported; everything else is noted."""
        found: list[Placed] = []
        seen: set[str] = set()
        for number, row in enumerate(rows, 1):
            notes = RowNotes(kind, f"#{number}")
            self._notes.append(notes)
            if not isinstance(row, Mapping):
                notes.add(NoteCode.NOT_A_RECORD, value=row)
                continue
            key = Fields(row, notes).text("id", ID_LENGTH)
            if not key:
                notes.add(NoteCode.NO_ID, "id", row.get("id"))
                continue
            notes.row = key
            if key in seen or key in self._taken[kind]:
                notes.add(NoteCode.DUPLICATE_ID if key in seen else NoteCode.ID_TAKEN, "id", key)
                continue
            seen.add(key)
            self._notes_of[kind, key] = notes
            placed = read(row, notes)
            if placed is not None:
                self._accepted.add((kind, key))
                found.append(placed)
        return found

    def read_programme(self, row: Mapping[str, object], notes: RowNotes) -> PlacedProgramme | None:
        """Read and place a row of ``programmes.json``."""
        record = read_programme(row, notes)
        return place_programme(record, notes, self._places) if record else None

    def read_project(self, row: Mapping[str, object], notes: RowNotes) -> PlacedProject | None:
        """Read and place a row of ``projects.json``."""
        record = read_project(row, notes)
        return place_project(record, notes, self._places) if record else None

    def programmes_not_in(self, lists: Sequence[PlacedProgramme]) -> list[Programme]:
        """Return the programmes compiled before that no row of this file gives again."""
        given = {one.record.id for one in lists}
        return [programme for key, programme in self._programmes.items() if key not in given]

    def write_programmes(self, one: Group) -> dict[str, Programme]:
        """Write the programmes of a group; return the programme of each of its projects by the project's id."""
        made = [programme for programme in one.existing if (programme.external_id or "").startswith(MADE)]
        given = [programme for programme in one.existing if programme not in made]
        for row in one.rows:
            programme = self._write_row(row, one, made)
            if programme is not None:
                given.append(programme)
        if not given and one.projects:
            given.append(self._write_made(one, made))
        return {item.record.id: choose(item.record, given) for item in one.projects}

    def _write_row(self, row: PlacedProgramme, one: Group, made: list[Programme]) -> Programme | None:
        """Write the programme of a row; the first one takes over the programme that its projects had made."""
        record = row.record
        level = row.level or _only_level(one.projects)
        if level is None:
            self._notes_of[RowKind.PROGRAMME, record.id].add(NoteCode.NO_LEVEL, "level")
            return None
        programme = self._programmes.get(record.id) or (made.pop(0) if made else None)
        return self._write_programme(programme, row, level, one, record.id)

    def _write_made(self, one: Group, made: list[Programme]) -> Programme:
        """Write the programme that only its projects tell of, or return it as it is when not all of them are here."""
        row, level = made_programme(one.projects, self._places)
        programme = made[0] if made else self._programmes.get(row.record.id)
        if programme is not None:
            row = replace(row, record=replace(row.record, id=str(programme.external_id)))
            if not self._has_all_members(programme):
                return programme
        slug = one.projects[0].record.id.rstrip("0123456789").rstrip("-_") or row.record.id
        return self._write_programme(programme, row, level, one, slug)

    def _write_programme(
        self,
        programme: Programme | None,
        row: PlacedProgramme,
        level: DivisionLevel,
        one: Group,
        slug: str,
    ) -> Programme:
        of_its_notice = [item for item in one.projects if item.record.source.title == row.record.source.title]
        inferred = inferred_of(of_its_notice, row.place, self._places)
        if programme is None:
            programme = Programme(slug=self._programme_slugs.take(slug))
        elif not self._has_all_members(programme):
            inferred = sorted({*inferred, *programme.inferred})
        standing = Standing(self._division(row.place), level)
        outcome = write_programme(self._session, programme, row.record, standing, inferred, self._act)
        count(self._result.programmes, outcome)
        self._programmes[row.record.id] = programme
        return programme

    def _has_all_members(self, programme: Programme) -> bool:
        """Whether the file gives every project that belongs to a programme already there, here or elsewhere."""
        return all((RowKind.PROJECT, key) in self._accepted for key in self._members[programme.id])

    def write_project(self, item: PlacedProject, programme: Programme) -> None:
        """Write a project and its report."""
        project = self._projects.get(item.record.id) or Project(slug=self._project_slugs.take(item.record.id))
        standing = Standing(self._division(item.place), item.level, item.location)
        outcome, reported = write_project(self._session, project, item.record, programme, standing, self._act)
        count(self._result.projects, outcome)
        count(self._result.reports, reported)
        self._result.without_place += item.place is None

    def finish(self) -> ImportResult:
        """Tell the index of new places and return the result."""
        self._tree.announce()
        self._result.divisions_created = len(self._tree.created)
        for notes in self._notes:
            self._result.notes += notes.notes
            if notes.refused:
                refused = self._result.programmes if notes.kind is RowKind.PROGRAMME else self._result.projects
                count(refused, "refused")
        return self._result

    def _division(self, place: Place | None) -> Division | None:
        return self._tree.ensure(place) if place else None


def _only_level(projects: Sequence[PlacedProject]) -> DivisionLevel | None:
    levels = {item.level for item in projects}
    return levels.pop() if len(levels) == 1 else None
