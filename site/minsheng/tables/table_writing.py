"""Writing an uploaded table into drafts of monthly reports and of new projects: all of its lines or none.

The caller commits once.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.editorial import drafting, record_changes, reporting
from minsheng.editorial.record_changes import Change
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.journal import Act
from minsheng.records.projects import Category, Project, ProjectKind, Stage
from minsheng.records.reports import IndicatorValue, ProgressReport
from minsheng.tables.entries import Entry
from minsheng.tables.meanings import Meaning
from minsheng.tables.table_lines import FUNDS, WORDS, Line, Situation, Verdict, lines_of
from minsheng.tables.table_uploads import TableUpload, UploadState

MOST_WORDS = 2000


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
