"""Bringing an office's table into drafts: which project each line is about, what would be written, and writing it.

Only drafts are written, of monthly reports and of new projects, and all of them or none: the caller commits once.
"""

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng import drafting, duties, journal, record_changes, reporting
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.indicators import Indicator, Measure
from minsheng.journal import Act
from minsheng.programmes import Programme
from minsheng.projects import Category, Project, ProjectKind, Stage
from minsheng.publication import Publication
from minsheng.record_changes import Change
from minsheng.reports import IndicatorValue, ProgressReport
from minsheng.staff import Permission, StaffMember
from minsheng.table_uploads import TableMapping, TableUpload, UploadState
from minsheng.tables.entries import Entry
from minsheng.tables.matching import Candidate, Match, MatchKind, TargetName, match, match_target
from minsheng.tables.meanings import Meaning
from minsheng.tables.reading import Table, read_tables

FUNDS = {
    Meaning.ARRIVED: "funds_arrived_fen",
    Meaning.DISBURSED: "funds_disbursed_fen",
    Meaning.SPENT: "funds_spent_fen",
    Meaning.COMPLETED: "investment_completed_fen",
}
WORDS = {Meaning.WORK: "done", Meaning.DIFFICULTIES: "difficulties", Meaning.NEXT_STEP: "next_step"}
MOST_WORDS = 2000
NEW, SKIP = "new", "skip"


class Verdict(enum.StrEnum):
    """What a line is worth: ``left_out`` writes nothing, ``wrong`` keeps everything from being written."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"
    LEFT_OUT = "left_out"


class Doubt(enum.StrEnum):
    """What is the matter with a line beside its cells."""

    SIMILAR = "similar"
    SEVERAL = "several"
    NEW_PROJECT = "new_project"
    MAY_NOT_ADD = "may_not_add"
    NO_TARGET = "no_target"
    NOTHING_SAID = "nothing_said"
    MONTH_NOT_OPEN = "month_not_open"
    HANDED_IN = "handed_in"
    PUBLISHED = "published"
    REPLACES_DRAFT = "replaces_draft"
    GOES_DOWN = "goes_down"
    TARGET_DIFFERS = "target_differs"
    PLAN_DIFFERS = "plan_differs"
    TWICE = "twice"
    CHOSEN_OUT = "chosen_out"


WRONG = frozenset(
    {Doubt.SEVERAL, Doubt.MAY_NOT_ADD, Doubt.MONTH_NOT_OPEN, Doubt.HANDED_IN, Doubt.PUBLISHED, Doubt.TWICE}
)
OUT = frozenset({Doubt.NOTHING_SAID, Doubt.CHOSEN_OUT})


@dataclass(frozen=True)
class Line:
    """One entry of an upload: what it is taken for and what is the matter with it.

    ``project`` is None for a new one and for a line left out; ``target`` is the project's target its value goes to.
    """

    key: str
    table: Table
    entry: Entry
    match: Match
    project: Project | None
    target: Indicator | None
    is_new: bool
    doubts: tuple[tuple[Doubt, str], ...]

    @property
    def verdict(self) -> Verdict:
        """Good, doubtful, wrong or left out."""
        found = {doubt for doubt, _detail in self.doubts}
        if found & OUT:
            return Verdict.LEFT_OUT
        if found & WRONG or any(problem.is_wrong for problem in self.entry.problems):
            return Verdict.WRONG
        return Verdict.DOUBTFUL if found or self.entry.problems else Verdict.GOOD


def office_of(member: StaffMember) -> str:
    """Return the name a member's mappings are remembered under: the agency's, else the place's, else the site's."""
    for grant in member.grants:
        if grant.agency_id is not None:
            return f"agency:{grant.agency_id}"
    for grant in member.grants:
        if grant.division_id is not None:
            return f"division:{grant.division_id}"
    return "site"


def uploads_of(session: Session, member: StaffMember) -> Sequence[TableUpload]:
    """Return the uploads of a member's office that are not put away, newest first."""
    query = sa.select(TableUpload).where(TableUpload.state != UploadState.DISCARDED)
    mine = sa.or_(TableUpload.office == office_of(member), TableUpload.uploader_id == member.id)
    return session.scalars(query.where(mine).order_by(TableUpload.id.desc()).limit(50)).all()


def same_file(session: Session, data: bytes, programme: Programme, month: str, office: str) -> TableUpload | None:
    """Return an earlier upload of the same file for the same list and month, or None."""
    return session.scalar(
        sa.select(TableUpload)
        .where(
            TableUpload.digest == hashlib.sha256(data).hexdigest(),
            TableUpload.programme_id == programme.id,
            TableUpload.month == month,
            TableUpload.office == office,
            TableUpload.state != UploadState.DISCARDED,
        )
        .order_by(TableUpload.id.desc())
    )


@dataclass(frozen=True)
class Upload:
    """A file as it came: ``sheets`` are its cells."""

    name: str
    data: bytes
    sheets: Sequence[Mapping[str, Any]]


def keep(
    session: Session, upload: Upload, programme: Programme, month: str, by: StaffMember, at: dt.datetime
) -> TableUpload:
    """Keep an upload with what the office chose for such headings before."""
    office = office_of(by)
    kept = TableUpload(
        programme=programme,
        month=month,
        file_name=upload.name[:200],
        digest=hashlib.sha256(upload.data).hexdigest(),
        office=office,
        sheets=[dict(sheet) for sheet in upload.sheets],
        columns={},
        corrections=[],
        choices={},
        uploader=by,
        uploaded_at=at,
    )
    session.add(kept)
    marks = {table.fingerprint for table in read_tables(upload.sheets)}
    remembered = session.scalars(
        sa.select(TableMapping).where(TableMapping.office == office, TableMapping.fingerprint.in_(marks))
    )
    kept.columns = {one.fingerprint: one.columns for one in remembered}
    session.flush()
    return kept


def tables_of(upload: TableUpload) -> list[Table]:
    """Return the tables of an upload as they are now mapped and corrected."""
    chosen = {
        mark: {int(index): choice for index, choice in columns.items()} for mark, columns in upload.columns.items()
    }
    corrected: dict[int, dict[tuple[int, int], str]] = {}
    for sheet, row, column, text in upload.corrections:
        corrected.setdefault(sheet, {})[row, column] = text
    return read_tables(upload.sheets, chosen, corrected)


def choose_columns(
    session: Session, upload: TableUpload, table: Table, wanted: Mapping[int, Mapping[str, str]], at: dt.datetime
) -> None:
    """Take columns for what somebody says they are, here and in the office's next tables with these headings."""
    columns = {str(index): dict(choice) for index, choice in wanted.items()}
    upload.columns = {**upload.columns, table.fingerprint: columns}
    query = sa.select(TableMapping).where(
        TableMapping.office == upload.office, TableMapping.fingerprint == table.fingerprint
    )
    remembered = session.scalar(query)
    if remembered is None:
        session.add(TableMapping(office=upload.office, fingerprint=table.fingerprint, columns=columns, updated_at=at))
    else:
        remembered.columns, remembered.updated_at = columns, at


def correct_cells(upload: TableUpload, sheet: int, cells: Mapping[tuple[int, int], str]) -> None:
    """Put other text into cells; the file's own stays kept."""
    old = {(one[0], one[1], one[2]): one[3] for one in upload.corrections}
    old |= {(sheet, row, column): text for (row, column), text in cells.items()}
    upload.corrections = [[*place, text] for place, text in sorted(old.items())]


def choose_line(upload: TableUpload, key: str, project: str, target: str) -> None:
    """Say what a line is about: a project's slug, ``new`` or ``skip``, and the identity of a target or nothing."""
    upload.choices = {**upload.choices, key: {"project": project, "target": target}}


def own_projects(session: Session, programme: Programme, member: StaffMember) -> list[Project]:
    """Return the published projects of a list that a member may report on, by title."""
    query = (
        sa.select(Project)
        .where(Project.programme_id == programme.id, Project.publication == Publication.PUBLISHED)
        .options(selectinload(Project.indicators), selectinload(Project.reports), selectinload(Project.division))
        .order_by(Project.title, Project.id)
    )
    return [one for one in session.scalars(query) if member.may_on(Permission.WRITE_REPORT, one.division, one.agency)]


@dataclass(frozen=True)
class Situation:
    """What the lines are judged by: who asks, on which day, and until when reports are due."""

    member: StaffMember
    today: dt.date
    due_day: int


def lines_of(session: Session, upload: TableUpload, situation: Situation) -> list[Line]:
    """Return every line of an upload, matched and judged."""
    projects = own_projects(session, upload.programme, situation.member)
    candidates = [_candidate(project) for project in projects]
    by_slug = {project.slug: project for project in projects}
    may_add = situation.member.may(Permission.EDIT_PROJECT, division=upload.programme.division)
    open_months = {
        project.id: {one.month for one in duties.months_of(project, situation.today, situation.due_day)}
        for project in projects
    }
    lines: list[Line] = []
    taken: set[tuple[int, int | None]] = set()
    for table in tables_of(upload):
        for entry in table.entries:
            line = _line(upload, table, entry, candidates, by_slug, may_add=may_add)
            doubts = list(line.doubts)
            if line.project is not None:
                doubts += _report_doubts(upload, line, open_months[line.project.id])
                place = (line.project.id, line.target.id if line.target else None)
                if line.target is not None and place in taken and entry.done is not None:
                    doubts.append((Doubt.TWICE, line.target.name))
                taken.add(place)
            lines.append(
                Line(line.key, table, entry, line.match, line.project, line.target, line.is_new, tuple(doubts))
            )
    return lines


def line_key(table: Table, entry: Entry) -> str:
    """Return the name of a line inside its upload."""
    across = f"{entry.place_across}/{entry.group}" if entry.place_across else entry.group
    group = hashlib.sha256(across.encode()).hexdigest()[:8] if across else "0"
    return f"{table.sheet}-{entry.row}-{group}"


def _candidate(project: Project) -> Candidate:
    targets = tuple(TargetName(one.id, one.name, one.unit) for one in reporting.whole_indicators(project))
    place = project.division.name if project.division else ""
    return Candidate(project.id, project.slug, project.title, place, targets)


def _line(
    upload: TableUpload,
    table: Table,
    entry: Entry,
    candidates: Sequence[Candidate],
    by_slug: Mapping[str, Project],
    *,
    may_add: bool,
) -> Line:
    key = line_key(table, entry)
    found = match(entry, candidates)
    choice = upload.choices.get(key)
    doubts: list[tuple[Doubt, str]] = []
    project = by_slug.get(found.project.key) if found.project else None
    target_id = found.target.id if found.target else None
    is_new = False
    if choice is not None:
        project = by_slug.get(choice["project"])
        is_new = choice["project"] == NEW
        if choice["project"] == SKIP:
            doubts.append((Doubt.CHOSEN_OUT, ""))
        if project is not None:
            candidate = next(one for one in candidates if one.key == project.slug)
            by_name = match_target(entry, candidate)
            target_id = int(choice["target"]) if choice["target"].isdigit() else (by_name.id if by_name else None)
    elif not _says_something(entry):
        project = None
        doubts.append((Doubt.NOTHING_SAID, ""))
    elif found.kind is MatchKind.SEVERAL:
        doubts.append((Doubt.SEVERAL, ""))
    elif found.kind is MatchKind.SIMILAR and project is not None:
        doubts.append((Doubt.SIMILAR, project.title))
    elif project is None:
        is_new = True
    if is_new:
        doubts.append((Doubt.NEW_PROJECT if may_add and entry.title else Doubt.MAY_NOT_ADD, entry.title))
    indicators = {one.id: one for one in project.indicators} if project else {}
    target = indicators.get(target_id) if target_id is not None else None
    return Line(key, table, entry, found, project, target, is_new, tuple(doubts))


def _says_something(entry: Entry) -> bool:
    """Whether a line says anything a report or a new project could take over: more than a target that is known."""
    figures = (entry.done, entry.rate, entry.progress)
    words = any(entry.words.get(meaning) for meaning in WORDS)
    has_key = bool(entry.words.get(Meaning.KEY))
    money = set(entry.money) & set(FUNDS)
    return (
        any(one is not None for one in figures)
        or bool(money)
        or words
        or (not has_key and (entry.target is not None or bool(entry.money)))
        or bool(entry.problems)
    )


def _report_doubts(upload: TableUpload, line: Line, open_months: set[str]) -> list[tuple[Doubt, str]]:
    project, entry, found = line.project, line.entry, []
    if project is None:
        return []
    in_work = reporting.report_in_work(project, upload.month)
    if upload.month not in open_months:
        found.append((Doubt.MONTH_NOT_OPEN, upload.month))
    if in_work is not None and not in_work.may_be_edited:
        found.append((Doubt.HANDED_IN, upload.month))
    elif in_work is not None:
        found.append((Doubt.REPLACES_DRAFT, in_work.author.post if in_work.author else ""))
    elif reporting.report_in_force(project, upload.month) is not None:
        found.append((Doubt.PUBLISHED, upload.month))
    if entry.done is not None and line.target is None:
        found.append((Doubt.NO_TARGET, entry.target_name))
    if line.target is not None and entry.target is not None and line.target.target not in {None, entry.target}:
        found.append((Doubt.TARGET_DIFFERS, format(line.target.target or 0, "f")))
    planned = entry.money.get(Meaning.PLANNED)
    if planned is not None and project.planned_investment_fen not in {None, planned}:
        found.append((Doubt.PLAN_DIFFERS, str(project.planned_investment_fen)))
    before = reporting.report_before(project, upload.month)
    last = before.value_of(line.target) if before and line.target else None
    if (
        last is not None
        and last.value is not None
        and entry.done is not None
        and line.target is not None
        and line.target.measure is Measure.CUMULATIVE
        and entry.done < last.value
    ):
        found.append((Doubt.GOES_DOWN, format(last.value, "f")))
    return found


@dataclass(frozen=True)
class Written:
    """What an upload has become."""

    reports: tuple[ProgressReport, ...]
    projects: tuple[Project, ...]
    left_out: int


def write(session: Session, upload: TableUpload, situation: Situation, at: dt.datetime) -> Written:
    """Write every line into drafts, in the caller's transaction.

    Raises ``WrongStateError`` (``wrong_lines``) while a line is wrong, and for an upload that is no longer open.
    """
    if upload.state is not UploadState.OPEN:
        raise WrongStateError("write", upload.state)
    lines = lines_of(session, upload, situation)
    if any(line.verdict is Verdict.WRONG for line in lines):
        raise WrongStateError("write", "wrong_lines")
    taken = [line for line in lines if line.verdict is not Verdict.LEFT_OUT]
    if not taken:
        raise WrongStateError("write", "nothing")
    reports: dict[int, ProgressReport] = {}
    projects: dict[str, Project] = {}
    for line in taken:
        if line.project is not None:
            report = reports.get(line.project.id) or _report(session, line.project, upload.month, situation.member, at)
            reports[line.project.id] = report
            _fill(report, line)
        elif line.is_new:
            _begin(session, upload, line, projects, situation.member, at)
    written = Written(tuple(reports.values()), tuple(projects.values()), len(lines) - len(taken))
    counts = {"reports": len(written.reports), "projects": len(written.projects), "left_out": written.left_out}
    upload.state, upload.written_at = UploadState.WRITTEN, at
    upload.result = {
        **counts,
        "report_projects": sorted(report.project.slug for report in written.reports),
        "project_slugs": sorted(project.slug for project in written.projects),
    }
    act = Act("table_imported", f"table:{upload.id}", situation.member.post, is_public=False, extra=counts)
    journal.record(session, act, at)
    return written


def discard(upload: TableUpload) -> None:
    """Put an upload away without writing anything. Raises ``WrongStateError`` once it is written."""
    if upload.state is not UploadState.OPEN:
        raise WrongStateError("discard", upload.state)
    upload.state = UploadState.DISCARDED


def _report(session: Session, project: Project, month: str, by: StaffMember, at: dt.datetime) -> ProgressReport:
    """Return the month's draft to write to, begun anew with the last known stage where there is none."""
    report = reporting.report_in_work(project, month)
    if report is None:
        last = reporting.report_before(project, month)
        report = ProgressReport(
            project=project,
            month=month,
            revision=reporting.next_revision(project, month),
            stage=last.stage if last and last.stage else project.stage,
            updated_at=at,
            author=by,
        )
        session.add(report)
        session.flush()
    report.write_on(by, at)
    return report


def _fill(report: ProgressReport, line: Line) -> None:
    """Bring a line's figures and words to a draft; what the table does not say stays as it is."""
    entry = line.entry
    if line.target is not None and (entry.done is not None or entry.rate is not None):
        kept = report.value_of(line.target)
        if kept is None:
            kept = IndicatorValue(indicator=line.target, indicator_id=line.target.id)
            report.values.append(kept)
        kept.value = entry.done if entry.done is not None else kept.value
        kept.stated_percent = entry.rate
    for meaning, name in FUNDS.items():
        if meaning in entry.money:
            setattr(report, name, entry.money[meaning])
    if entry.progress is not None and line.project is not None and line.project.kind is ProjectKind.WORKS:
        report.physical_progress = Decimal(entry.progress)
    for meaning, name in WORDS.items():
        words = entry.words.get(meaning, "")
        said = getattr(report, name) or ""
        if words and words not in said:
            setattr(report, name, "\n".join(filter(None, [said, words]))[:MOST_WORDS])


def _begin(
    session: Session,
    upload: TableUpload,
    line: Line,
    begun: dict[str, Project],
    by: StaffMember,
    at: dt.datetime,
) -> None:
    """Begin a project as a draft, once for all lines of its name, with the line's target and what it plans."""
    entry, programme = line.entry, upload.programme
    project = begun.get(entry.title)
    if project is None:
        if programme.division is None:
            raise WrongStateError("write", "no_place")
        kind = ProjectKind.SERVICE if entry.target is not None and not entry.money else ProjectKind.WORKS
        beginning = drafting.Beginning(entry.title[:200], kind, Category.OTHER, Stage.PROPOSED, programme.division)
        project = begun[entry.title] = drafting.begin(session, programme, beginning, by)
    values = _planned(entry)
    try:
        if values:
            record_changes.write(session, project, Change("project", values, project.id), by, at)
        if entry.target_name or entry.target is not None:
            named = {"name": (entry.target_name or entry.title)[:120], "unit": entry.unit[:20]}
            if entry.target is not None:
                named["target"] = format(entry.target, "f")
            record_changes.write(session, project, Change("indicator", named), by, at)
    except InvalidValuesError as error:
        raise WrongStateError("write", f"row {entry.row + 1}") from error


def _planned(entry: Entry) -> dict[str, Any]:
    """Return what a line plans, as the columns of a new project take it."""
    values: dict[str, Any] = {}
    for meaning, name in ((Meaning.PLANNED, "planned_investment_fen"), (Meaning.TOTAL, "total_investment_fen")):
        if meaning in entry.money:
            values[name] = entry.money[meaning]
    if entry.start and entry.finish and entry.start <= entry.finish:
        values |= {"planned_start": entry.start.isoformat(), "planned_finish": entry.finish.isoformat()}
    if entry.words.get(Meaning.CONTENT):
        values["summary"] = entry.words[Meaning.CONTENT]
    return values
