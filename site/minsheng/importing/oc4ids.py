"""Bringing OC4IDS files into drafts: what was read of each project, which project it is here, and writing it.

Only drafts and proposals are written, and all of them or none: the caller commits once.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.editorial import drafting
from minsheng.errors import WrongStateError
from minsheng.importing import oc4ids_beginnings, oc4ids_changes, oc4ids_reports
from minsheng.importing.oc4ids_beginnings import PartRefusedError
from minsheng.importing.oc4ids_changes import Writing
from minsheng.importing.oc4ids_files import projects_in, read_text
from minsheng.importing.oc4ids_lines import Line, Situation, Verdict, agency_named, lines_of, place_of
from minsheng.importing.oc4ids_nodes import Repair, RepairCode, Repairs
from minsheng.importing.oc4ids_records import ReadProject, read_project
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.journal import Act
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project, ProjectKind, Stage
from minsheng.tables.table_uploads import UploadState

REASON = "按导入的 OC4IDS 文件更新：%s"
FILE = ""
"""The number under which repairs of the file as a whole are kept."""


class ProjectRefusedError(PartRefusedError):
    """A project of a file that the rules of the record refuse; ``number`` is its place in the file, from 0."""

    code = "project_refused"

    def __init__(self, number: int, part: str, problems: dict[str, str]) -> None:
        super().__init__(part, problems)
        self.number = number


def read_file(data: bytes) -> tuple[list[ReadProject], list[list[str]]]:
    """Return the projects of a file and every repair that took, as ``[project, code, path, value]``.

    Raises ``InvalidFileError`` for a file in which nothing can be read.
    """
    whole = Repairs()
    read: list[ReadProject] = []
    repairs: list[list[str]] = []
    for found in projects_in(read_text(data, whole), whole):
        own = Repairs()
        record = read_project(found, own)
        number = FILE if record is None else str(len(read))
        repairs += _kept(number, own.found)
        if record is not None:
            read.append(record)
    return read, [*_kept(FILE, whole.found), *repairs]


def _kept(number: str, found: Iterable[Repair]) -> list[list[str]]:
    return [[number, repair.code.value, repair.path, repair.value] for repair in found]


def same_file(session: Session, data: bytes, programme_id: int, member: StaffMember) -> Oc4idsUpload | None:
    """Return an earlier upload of the same file for the same list by the same member that is not put away."""
    return session.scalar(
        sa.select(Oc4idsUpload)
        .where(
            Oc4idsUpload.digest == hashlib.sha256(data).hexdigest(),
            Oc4idsUpload.programme_id == programme_id,
            Oc4idsUpload.uploader_id == member.id,
            Oc4idsUpload.state != UploadState.DISCARDED,
        )
        .order_by(Oc4idsUpload.id.desc())
    )


@dataclasses.dataclass(frozen=True)
class Came:
    """A file as it came, and what was read of it."""

    name: str
    data: bytes
    projects: Sequence[ReadProject]
    repairs: Sequence[list[str]]


def keep(session: Session, came: Came, programme: Programme, by: StaffMember, at: dt.datetime) -> Oc4idsUpload:
    """Keep what was read of a file; nothing is written to any record yet."""
    kept = Oc4idsUpload(
        programme=programme,
        file_name=came.name[:200],
        digest=hashlib.sha256(came.data).hexdigest(),
        projects=[dataclasses.asdict(one) for one in came.projects],
        repairs=list(came.repairs),
        choices={},
        uploader=by,
        uploaded_at=at,
    )
    session.add(kept)
    session.flush()
    return kept


def uploads_of(session: Session, member: StaffMember) -> Sequence[Oc4idsUpload]:
    """Return the uploads of a member that are not put away, newest first."""
    query = sa.select(Oc4idsUpload).where(
        Oc4idsUpload.uploader_id == member.id, Oc4idsUpload.state != UploadState.DISCARDED
    )
    return session.scalars(query.order_by(Oc4idsUpload.id.desc()).limit(50)).all()


def repairs_of(upload: Oc4idsUpload, number: int | None) -> list[Repair]:
    """Return the repairs of one project, or of the file as a whole."""
    name = FILE if number is None else str(number)
    return [Repair(RepairCode(code), path, value) for one, code, path, value in upload.repairs if one == name]


def choose(upload: Oc4idsUpload, number: int, choice: str) -> None:
    """Say what a project is: the slug of one that is there, ``new`` or ``skip``."""
    upload.choices = {**upload.choices, str(number): choice}


@dataclasses.dataclass(frozen=True)
class Written:
    """What an upload has become: new drafts, drafts that were filled, public projects with proposals.

    ``reports`` are the drafts of monthly reports, each as ``(slug, month)``.
    """

    begun: tuple[Project, ...]
    filled: tuple[Project, ...]
    proposed: tuple[Project, ...]
    left_out: int
    reports: tuple[tuple[str, str], ...] = ()


def write(session: Session, upload: Oc4idsUpload, situation: Situation, at: dt.datetime) -> Written:
    """Write every project into drafts and proposals, in the caller's transaction.

    Raises ``WrongStateError`` (``wrong_lines``, ``nothing``, ``no_place``) and ``ProjectRefusedError``; whoever catches
    one rolls back, and nothing at all was written.
    """
    if upload.state is not UploadState.OPEN:
        raise WrongStateError("write", upload.state)
    lines = lines_of(session, upload, situation)
    if any(line.verdict is Verdict.WRONG for line in lines):
        raise WrongStateError("write", "wrong_lines")
    taken = [line for line in lines if line.verdict is not Verdict.LEFT_OUT]
    if not taken:
        raise WrongStateError("write", "nothing")
    begun: list[Project] = []
    filled: list[Project] = []
    proposed: list[Project] = []
    reports: list[tuple[str, str]] = []
    for line in taken:
        if line.project is None:
            begun.append(_begin(session, upload.programme, line, situation.member))
            continue
        writing = Writing(session, line.project, situation.member, at, REASON % upload.file_name[:200])
        if _write(writing, line):
            (filled if writing.is_draft else proposed).append(line.project)
        months = oc4ids_reports.write(session, line.project, line.progress, situation.member, at)
        reports += [(line.project.slug, month) for month in months]
    written = Written(tuple(begun), tuple(filled), tuple(proposed), len(lines) - len(taken), tuple(reports))
    _settle(session, upload, written, situation.member, at)
    return written


def _write(writing: Writing, line: Line) -> int:
    try:
        return oc4ids_changes.write(writing, line.record)
    except PartRefusedError as error:
        raise ProjectRefusedError(line.number, error.part, error.problems) from error


def _begin(session: Session, programme: Programme, line: Line, by: StaffMember) -> Project:
    """Begin a draft of the list, in the place the record names where that lies in the list's."""
    record = line.record
    place = place_of(session, record, programme.division) or programme.division
    if place is None:
        raise WrongStateError("write", "no_place")
    kind, category = ProjectKind(record.values["kind"]), Category(record.values["category"])
    beginning = drafting.Beginning(record.title, kind, category, Stage.PROPOSED, place)
    project = drafting.begin(session, programme, beginning, by)
    project.stage, project.stage_reason = Stage(record.stage), record.stage_reason
    project.agency = agency_named(session, record.authority) if record.authority else None
    project.external_id = record.external_id or None
    try:
        oc4ids_beginnings.fill(session, project, record)
    except PartRefusedError as error:
        raise ProjectRefusedError(line.number, error.part, error.problems) from error
    return project


def _settle(session: Session, upload: Oc4idsUpload, written: Written, by: StaffMember, at: dt.datetime) -> None:
    """Close an upload and journal that it was written."""
    named: Mapping[str, tuple[Project, ...]] = {
        "begun": written.begun,
        "filled": written.filled,
        "proposed": written.proposed,
    }
    counts = {name: len(projects) for name, projects in named.items()}
    counts |= {"left_out": written.left_out, "reports": len(written.reports)}
    upload.state, upload.written_at = UploadState.WRITTEN, at
    upload.result = {name: [one.slug for one in projects] for name, projects in named.items()} | {
        "left_out": written.left_out,
        "reports": [list(one) for one in written.reports],
    }
    act = Act("oc4ids_imported", f"oc4ids:{upload.id}", by.post, is_public=False, extra=counts)
    journal.record(session, act, at)


def discard(upload: Oc4idsUpload) -> None:
    """Put an upload away without writing anything. Raises ``WrongStateError`` once it is written."""
    if upload.state is not UploadState.OPEN:
        raise WrongStateError("discard", upload.state)
    upload.state = UploadState.DISCARDED
