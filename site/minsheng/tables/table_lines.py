"""The lines of an uploaded table: what each is about, what it would write, and what is the matter with it."""

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.desk import duties
from minsheng.editorial import reporting
from minsheng.records.indicators import Indicator, Measure
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.records.reports import ProgressReport
from minsheng.tables.entries import Entry
from minsheng.tables.matching import Candidate, Match, MatchKind, TargetName, match, match_target
from minsheng.tables.meanings import NUMBERS, Meaning
from minsheng.tables.reading import Table
from minsheng.tables.table_import import NEW, SKIP, tables_of
from minsheng.tables.table_uploads import TableUpload

FUNDS = {
    Meaning.ARRIVED: "funds_arrived_fen",
    Meaning.DISBURSED: "funds_disbursed_fen",
    Meaning.SPENT: "funds_spent_fen",
    Meaning.COMPLETED: "investment_completed_fen",
}
WORDS = {Meaning.WORK: "done", Meaning.DIFFICULTIES: "difficulties", Meaning.NEXT_STEP: "next_step"}


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
    FUNDS_GO_DOWN = "funds_go_down"
    TARGET_DIFFERS = "target_differs"
    PLAN_DIFFERS = "plan_differs"
    TWICE = "twice"
    CHOSEN_OUT = "chosen_out"
    COLUMN_UNSURE = "column_unsure"


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


def lines_of(
    session: Session, upload: TableUpload, situation: Situation, tables: Sequence[Table] | None = None
) -> list[Line]:
    """Return every line of an upload, matched and judged; ``tables`` spares reading them again."""
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
    for table in tables_of(upload) if tables is None else tables:
        for entry in table.entries:
            line = _line(upload, table, entry, candidates, by_slug, may_add=may_add)
            doubts = [*line.doubts, *((Doubt.COLUMN_UNSURE, heading) for heading in _unsure_columns(table, entry))]
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


def is_ready_template(lines: Sequence[Line]) -> bool:
    """Whether a file is this site's template, filled in with nothing to look at: it needs no preview."""
    verdicts = {line.verdict for line in lines}
    is_template = bool(lines) and all(line.entry.words.get(Meaning.KEY) for line in lines)
    return is_template and Verdict.GOOD in verdicts and verdicts <= {Verdict.GOOD, Verdict.LEFT_OUT}


def other_months(lines: Sequence[Line], month: str) -> list[str]:
    """Return the months that the titles of the tables name, where they are not the one that was chosen."""
    named = {line.table.month for line in lines if line.table.month}
    return sorted(named - {month})


def line_key(table: Table, entry: Entry) -> str:
    """Return the name of a line inside its upload."""
    across = [entry.group, entry.place_across, str(table.region.columns.start or "")]
    group = hashlib.sha256("/".join(across).rstrip("/").encode()).hexdigest()[:8] if any(across) else "0"
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


def _unsure_columns(table: Table, entry: Entry) -> list[str]:
    """Return the headings of columns with figures of a line whose meaning nobody is sure of yet."""
    return [
        column.heading
        for column in table.columns
        if not column.is_certain
        and column.meaning in NUMBERS
        and column.key in {("", ""), (entry.group, entry.place_across)}
        and not table.grid.rows[entry.row][column.index].is_blank
    ]


def _replaces(draft: ProgressReport, line: Line) -> bool:
    """Whether a line puts another figure in the place of one that a draft already has; words are only added."""
    entry = line.entry
    kept = draft.value_of(line.target) if line.target else None
    pairs: list[tuple[object, object]] = [(getattr(draft, name), entry.money.get(one)) for one, name in FUNDS.items()]
    pairs.append((kept.value if kept else None, entry.done))
    pairs.append((draft.physical_progress, Decimal(entry.progress) if entry.progress else None))
    return any(old is not None and new is not None and old != new for old, new in pairs)


def _report_doubts(upload: TableUpload, line: Line, open_months: set[str]) -> list[tuple[Doubt, str]]:
    project, entry, found = line.project, line.entry, []
    if project is None:
        return []
    in_work = reporting.report_in_work(project, upload.month)
    if upload.month not in open_months:
        found.append((Doubt.MONTH_NOT_OPEN, upload.month))
    if in_work is not None and not in_work.may_be_edited:
        found.append((Doubt.HANDED_IN, upload.month))
    elif in_work is not None and _replaces(in_work, line):
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
    return found + (_falls(before, line) if before is not None else [])


def _falls(before: ProgressReport, line: Line) -> list[tuple[Doubt, str]]:
    """Return what is less than in the last published month though it only adds up."""
    found = []
    for meaning, name in FUNDS.items():
        last_fen, fen = getattr(before, name), line.entry.money.get(meaning)
        if last_fen is not None and fen is not None and fen < last_fen:
            found.append((Doubt.FUNDS_GO_DOWN, f"{meaning.value} {(Decimal(last_fen) / 1_000_000).normalize():,f}"))
    kept = before.value_of(line.target) if line.target else None
    last = kept.value if kept and line.target and line.target.measure is Measure.CUMULATIVE else None
    if last is not None and line.entry.done is not None and line.entry.done < last:
        found.append((Doubt.GOES_DOWN, format(last, "f")))
    return found
