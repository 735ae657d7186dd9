"""Which project a project of an OC4IDS file is here, and what is the matter with it."""

import dataclasses
import datetime as dt
import enum
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.importing import oc4ids_reports
from minsheng.importing.oc4ids_nodes import LOSSES, Repair, RepairCode
from minsheng.importing.oc4ids_records import ReadProject
from minsheng.importing.oc4ids_reports import Fate, Progress
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.records.places import Agency, Division, division_by_code
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication
from minsheng.tables.wording import alike, comparable

NEW, SKIP = "new", "skip"
ALIKE = 0.85


class Verdict(enum.StrEnum):
    """What a project of a file is worth: ``left_out`` writes nothing, ``wrong`` keeps everything from being written."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"
    LEFT_OUT = "left_out"


class Doubt(enum.StrEnum):
    """What is the matter with a project beside its values."""

    NO_TITLE = "no_title"
    DUPLICATE_ID = "duplicate_id"
    SAME_TWICE = "same_twice"
    SIMILAR = "similar"
    OTHER_LIST = "other_list"
    TAKEN_TWICE = "taken_twice"
    WITHDRAWN = "withdrawn"
    COMPILED = "compiled"
    MAY_NOT_EDIT = "may_not_edit"
    MAY_NOT_ADD = "may_not_add"
    CHOSEN_OUT = "chosen_out"
    PROPOSALS = "proposals"
    REPORTS_LATER = "reports_later"
    REPORTS_NOT_YOURS = "reports_not_yours"
    REPORT_DRAFTS = "report_drafts"
    REPORTS_IN_WORK = "reports_in_work"
    REPORTS_SAME = "reports_same"
    REPORTS_DIFFER = "reports_differ"
    REPORTS_CLOSED = "reports_closed"
    REPORT_VALUES_LEFT = "report_values_left"
    AGENCY_UNKNOWN = "agency_unknown"
    PLACE_UNKNOWN = "place_unknown"


WRONG = frozenset(
    {
        Doubt.NO_TITLE,
        Doubt.DUPLICATE_ID,
        Doubt.TAKEN_TWICE,
        Doubt.WITHDRAWN,
        Doubt.COMPILED,
        Doubt.MAY_NOT_EDIT,
        Doubt.MAY_NOT_ADD,
    }
)
OUT = frozenset({Doubt.CHOSEN_OUT, Doubt.SAME_TWICE})
ONLY_TOLD = frozenset({Doubt.PROPOSALS, Doubt.REPORTS_LATER, Doubt.REPORT_DRAFTS, Doubt.REPORTS_SAME})
OF_FATE = (
    (Fate.DRAFT, Doubt.REPORT_DRAFTS),
    (Fate.IN_WORK, Doubt.REPORTS_IN_WORK),
    (Fate.SAME, Doubt.REPORTS_SAME),
    (Fate.DIFFERS, Doubt.REPORTS_DIFFER),
    (Fate.CLOSED, Doubt.REPORTS_CLOSED),
)


@dataclasses.dataclass(frozen=True)
class Line:
    """One project of an upload: what it is taken for, None for a new one, and what is the matter with it."""

    number: int
    record: ReadProject
    project: Project | None
    is_new: bool
    doubts: tuple[tuple[Doubt, str], ...]
    repairs: tuple[Repair, ...]
    progress: Progress = oc4ids_reports.NOTHING

    @property
    def verdict(self) -> Verdict:
        """Good, doubtful, wrong or left out."""
        found = {doubt for doubt, _detail in self.doubts}
        if found & OUT:
            return Verdict.LEFT_OUT
        if found & WRONG:
            return Verdict.WRONG
        loses = any(repair.code in LOSSES for repair in self.repairs)
        return Verdict.DOUBTFUL if loses or found - ONLY_TOLD else Verdict.GOOD


@dataclasses.dataclass(frozen=True)
class Situation:
    """What an upload is judged by: who asks, on which day, and the site's own address, by which it knows its own."""

    member: StaffMember
    today: dt.date
    address: str


def own_projects(session: Session, programme: Programme, member: StaffMember) -> list[Project]:
    """Return the projects of a list that a member may edit, by title."""
    query = (
        sa.select(Project)
        .where(Project.programme_id == programme.id, Project.publication != Publication.WITHDRAWN)
        .options(selectinload(Project.division), selectinload(Project.agency))
        .order_by(Project.title, Project.id)
    )
    return [one for one in session.scalars(query) if member.may_on(Permission.EDIT_PROJECT, one.division, one.agency)]


def lines_of(session: Session, upload: Oc4idsUpload, situation: Situation) -> list[Line]:
    """Return every project of an upload, matched and judged."""
    records = [ReadProject(**stored) for stored in upload.projects]
    repairs: dict[str, list[Repair]] = {}
    for number, code, path, value in upload.repairs:
        repairs.setdefault(number, []).append(Repair(RepairCode(code), path, value))
    judge = _Judge(session, upload, situation, records)
    return [judge.line(number, record, repairs.get(str(number), ())) for number, record in enumerate(records)]


class _Judge:
    """Matches the projects of one upload, one after the other."""

    def __init__(
        self, session: Session, upload: Oc4idsUpload, situation: Situation, records: Sequence[ReadProject]
    ) -> None:
        self.session, self.upload, self.situation = session, upload, situation
        self.of_list = own_projects(session, upload.programme, situation.member)
        self.by_slug = {one.slug: one for one in self.of_list}
        self.may_add = situation.member.may(Permission.EDIT_PROJECT, division=upload.programme.division)
        self.exact = self._exact(records)
        self.first: dict[str, ReadProject] = {}
        self.taken: Counter[int] = Counter()

    def _exact(self, records: Sequence[ReadProject]) -> dict[str, Project]:
        """Return the projects known by an identifier: under ``id:`` one from an earlier file, under ``slug:`` ours."""
        ids = [one.external_id for one in records if one.id]
        slugs = [slug for one in records if (slug := own_slug(one, self.situation.address))]
        known = {f"id:{one.external_id}": one for one in _by(self.session, Project.external_id, ids)}
        return known | {f"slug:{one.slug}": one for one in _by(self.session, Project.slug, slugs)}

    def line(self, number: int, record: ReadProject, repairs: Iterable[Repair]) -> Line:
        """Return one project with what it is taken for."""
        doubts: list[tuple[Doubt, str]] = []
        project = self.exact.get(f"slug:{own_slug(record, self.situation.address)}")
        project = project or self.exact.get(f"id:{record.external_id}")
        choice = self.upload.choices.get(str(number))
        if choice is not None:
            project = self.by_slug.get(choice) or (project if project and project.slug == choice else None)
        elif project is None and (similar := self._similar(record)):
            project = similar
            doubts.append((Doubt.SIMILAR, similar.title))
        if choice == SKIP:
            doubts.append((Doubt.CHOSEN_OUT, ""))
        doubts += self._of_record(record, is_chosen=choice is not None)
        doubts += self._of_project(project) if project else self._of_new(record)
        progress = oc4ids_reports.NOTHING
        if project is not None and record.observed and oc4ids_reports.takes_reports(project, self.situation.member):
            progress = oc4ids_reports.progress_of(project, record, self.situation.today)
            doubts += _of_progress(progress)
        elif record.observed:
            is_public = project is not None and project.publication is Publication.PUBLISHED
            doubt = Doubt.REPORTS_NOT_YOURS if is_public else Doubt.REPORTS_LATER
            doubts.append((doubt, str(len(record.observed))))
        return Line(number, record, project, project is None, tuple(doubts), tuple(repairs), progress)

    def _similar(self, record: ReadProject) -> Project | None:
        name = comparable(record.title)
        scored = [(alike(name, comparable(one.title)), -place) for place, one in enumerate(self.of_list)]
        best = max(scored, default=(0.0, 0))
        return self.of_list[-best[1]] if name and best[0] >= ALIKE else None

    def _of_record(self, record: ReadProject, *, is_chosen: bool) -> list[tuple[Doubt, str]]:
        found: list[tuple[Doubt, str]] = []
        if not record.title:
            found.append((Doubt.NO_TITLE, ""))
        earlier = self.first.setdefault(record.id, record) if record.id else record
        if earlier is not record and not is_chosen:
            is_same = earlier.digest == record.digest
            found.append((Doubt.SAME_TWICE if is_same else Doubt.DUPLICATE_ID, earlier.path))
        return found

    def _of_project(self, project: Project) -> list[tuple[Doubt, str]]:
        found: list[tuple[Doubt, str]] = []
        self.taken[project.id] += 1
        if self.taken[project.id] > 1:
            found.append((Doubt.TAKEN_TWICE, project.title))
        if project.origin is Origin.COMPILED:
            found.append((Doubt.COMPILED, ""))
        elif not self.situation.member.may_on(Permission.EDIT_PROJECT, project.division, project.agency):
            found.append((Doubt.MAY_NOT_EDIT, project.title))
        if project.publication is Publication.WITHDRAWN:
            found.append((Doubt.WITHDRAWN, project.title))
        elif project.publication is Publication.PUBLISHED:
            found.append((Doubt.PROPOSALS, ""))
        if project.programme_id != self.upload.programme_id:
            found.append((Doubt.OTHER_LIST, project.programme.title))
        return found

    def _of_new(self, record: ReadProject) -> list[tuple[Doubt, str]]:
        found: list[tuple[Doubt, str]] = []
        if not self.may_add:
            found.append((Doubt.MAY_NOT_ADD, ""))
        if record.authority and agency_named(self.session, record.authority) is None:
            found.append((Doubt.AGENCY_UNKNOWN, record.authority))
        if record.place_codes and place_of(self.session, record, self.upload.programme.division) is None:
            found.append((Doubt.PLACE_UNKNOWN, "、".join(record.place_codes)))
        return found


def _of_progress(progress: Progress) -> list[tuple[Doubt, str]]:
    """Return what becomes of the months of a file, each with the months it is said of."""
    found = [(doubt, "、".join(months)) for fate, doubt in OF_FATE if (months := progress.of(fate))]
    return found + ([(Doubt.REPORT_VALUES_LEFT, str(progress.left))] if progress.left else [])


def own_slug(record: ReadProject, address: str) -> str:
    """Return the slug a record has on this site, or nothing: other sites' slugs say nothing here."""
    named = [identity for scheme, identity in record.identifiers if scheme == address]
    beginning = f"{address}/projects/"
    return named[0] if named else record.id.removeprefix(beginning) if record.id.startswith(beginning) else ""


def _by(session: Session, column: InstrumentedAttribute[Any], values: Collection[str]) -> list[Project]:
    found: list[Project] = []
    wanted = sorted(set(values))
    for start in range(0, len(wanted), 500):
        found += session.scalars(sa.select(Project).where(column.in_(wanted[start : start + 500])))
    return found


def agency_named(session: Session, name: str) -> Agency | None:
    """Return the one agency with exactly this name, or None."""
    found = session.scalars(sa.select(Agency).where(Agency.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


def place_of(session: Session, record: ReadProject, within: Division | None) -> Division | None:
    """Return the place a record names by code, if it lies in the place of the list."""
    for code in record.place_codes:
        place = division_by_code(session, code)
        if place is not None and within is not None and within.covers(place):
            return place
    return None
