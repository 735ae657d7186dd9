"""The month of many projects in one table: a row a project, saved row by row, handed in together.

Each row is the form of one report without its pictures and longer texts; what is typed into it is kept under the same
name as in the single form, so that either shows what was typed in the other.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from admin.access import current_staff, needs
from admin.editorial.report_drafts import (
    field_of,
    fill,
    forget_typed,
    form_of,
    hand_in,
    lacks,
    start,
    typed_names,
    with_errors,
)
from admin.editorial.report_forms import FUNDS, ReportForm, explanation_name, report_form, values_of
from admin.editorial.report_rows import differences
from admin.resuming import resumes
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.desk import duties, typed_forms
from minsheng.desk.typed_forms import TypedForm, report_subject
from minsheng.editorial import reporting
from minsheng.progress.findings import Finding
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.reports import MONTH, IndicatorValue, ProgressReport, ReportState
from pages.language import gettext as _
from pages.language import ngettext, plain_record_text
from pages.services import services

blueprint = Blueprint("report_grid", __name__, url_prefix="/reports")
PAGE_SIZE = 50
MOST_INDICATORS = 3
"""So many targets have a column; a project with more has the others in its own form."""
UNREADABLE, STALE = 422, 409
_ROW = re.compile(r"row-(\d{1,9})-(.+)")


@dataclass
class GridRow:
    """One project of the table: its report in work, the last one, and the form of its row."""

    project: Project
    report: ProgressReport | None
    last: ProgressReport | None
    form: ReportForm
    findings: list[tuple[Finding, Any, str]] = field(default_factory=list)
    conflict: dict[str, Any] | None = None
    is_typed: bool = False
    note: str = ""

    @property
    def indicators(self) -> list[Any]:
        """The targets that have a column."""
        return reporting.whole_indicators(self.project)[:MOST_INDICATORS]

    @property
    def more_indicators(self) -> int:
        """How many targets stand only in the form of the project."""
        return max(len(reporting.whole_indicators(self.project)) - MOST_INDICATORS, 0)

    @property
    def is_works(self) -> bool:
        """Whether its progress is that of works."""
        return self.project.kind is ProjectKind.WORKS

    def notes_at(self, name: str) -> list[Finding]:
        """Return what the checks say of one cell."""
        return [finding for finding, _area, at in self.findings if at == name]


@dataclass(frozen=True)
class Page:
    """One page of the table, and the projects whose month is already on its way or public."""

    month: str
    rows: list[GridRow]
    done: list[ProgressReport]
    number: int
    pages: int
    total: int


def _keep_resumed(fields: list[tuple[str, str]]) -> None:
    """Keep each row that was sent when the sign-in had run out."""
    sent = dict(fields)
    month = sent.get("month", "")
    rows: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        found = _ROW.fullmatch(name)
        if found:
            rows.setdefault(int(found.group(1)), {})[found.group(2)] = value
    member, at = current_staff(), services().clock()
    for project in _projects():
        typed = rows.get(project.id)
        if typed is not None and MONTH.fullmatch(month):
            version = typed.pop("version", "")
            typed_forms.keep(db.session(), member, report_subject(project.slug, month), typed, version, at)


@blueprint.route("/grid", methods=["GET", "POST"])
@needs(Permission.WRITE_REPORT)
@resumes(_keep_resumed)
def index() -> ResponseReturnValue:
    """Show the table of a month, or save it row by row."""
    asked = request.form.get("month") or request.args.get("month", "")
    months = _months()
    month = asked if asked in months else (months[0] if months else "")
    if asked and not MONTH.fullmatch(asked):
        abort(404)
    if request.method == "POST":
        return _save(month, months)
    return _shown(_page(month, request.args.get("page", 1, type=int)), months)


def _months() -> list[str]:
    """Return the months that may be written: the one that is owed first, then this one and those before."""
    today = services().today()
    months = [f"{today:%Y-%m}"]
    year, month = today.year, today.month
    for _number in range(11):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        months.append(f"{year}-{month:02d}")
    # The month that is over is the one to be reported until the next is.
    return [months[1], months[0], *months[2:]]


def _projects() -> list[Project]:
    return duties.own_projects(db.session(), current_staff(), Permission.WRITE_REPORT)


def _page(month: str, number: int) -> Page:
    """Return one page of the rows that may be written."""
    due_day, today = services().report_due_day, services().today()
    having = [
        one
        for one in _projects()
        if one.stage is not Stage.CANCELLED and month in {each.month for each in duties.months_of(one, today, due_day)}
    ]
    reports = {one.id: reporting.report_in_work(one, month) or reporting.report_in_force(one, month) for one in having}
    done = [one for one in reports.values() if one is not None and not one.may_be_edited]
    closed = {one.project_id for one in done}
    open_projects = [one for one in having if one.id not in closed]
    pages = max(-(-len(open_projects) // PAGE_SIZE), 1)
    number = min(max(number, 1), pages)
    shown = open_projects[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    _load(shown)
    subjects = [report_subject(one.slug, month) for one in shown]
    typed = typed_forms.typed_by_subject(db.session(), current_staff(), subjects)
    rows = [_row(one, month, typed.get(report_subject(one.slug, month))) for one in shown]
    return Page(month, rows, done, number, pages, len(open_projects))


def _load(projects: list[Project]) -> None:
    """Read what the rows and their checks need in a few queries instead of a few for each row."""
    numbers = [one.id for one in projects]
    query = (
        sa.select(Project)
        .where(Project.id.in_(numbers))
        .options(
            selectinload(Project.indicators),
            selectinload(Project.milestones),
            selectinload(Project.funding_lines),
            selectinload(Project.problems),
            selectinload(Project.payment_batches),
            selectinload(Project.reports).selectinload(ProgressReport.values).selectinload(IndicatorValue.indicator),
            selectinload(Project.reports).selectinload(ProgressReport.answers),
            selectinload(Project.reports).selectinload(ProgressReport.photos),
            selectinload(Project.reports).selectinload(ProgressReport.author),
        )
        .execution_options(populate_existing=True)
    )
    db.session().scalars(query).all()


def _row(project: Project, month: str, typed: TypedForm | None) -> GridRow:
    report = reporting.report_in_work(project, month)
    form = form_of(project, month, report, typed, prefix=_prefix(project), meta={"csrf": False})
    del form.photos
    row = GridRow(project, report, reporting.report_before(project, month), form, is_typed=typed is not None)
    if report is not None:
        row.findings = _findings(report, form)
    if typed is not None and typed.version != (str(report.version) if report else ""):
        row.conflict = _conflict(project, month, report, form)
    return row


def _findings(report: ProgressReport, form: ReportForm) -> list[tuple[Finding, Any, str]]:
    found = reporting.findings_of(report)
    return [(one, form.explanation(one), field_of(one)) for one in found if explanation_name(one) in form]


def _prefix(project: Project) -> str:
    return f"row-{project.id}-"


def _save(month: str, months: list[str]) -> ResponseReturnValue:
    """Save each row that was changed or chosen by itself, and hand in the chosen ones where that was asked."""
    chosen = set(request.form.getlist("chosen"))
    is_submitting = request.form.get("then") == "submit"
    page = _page(month, request.form.get("page", 1, type=int))
    known = {row.project.id: row for row in page.rows}
    sent = {int(found.group(1)) for name in request.form if (found := _ROW.fullmatch(name))}
    outcome = Outcome()
    numbers = [number for number in known if number in sent]
    projects = {number: known[number].project.slug for number in numbers}
    troubled: dict[int, GridRow] = {}
    for number in numbers:
        row = _save_row(number, month, outcome, projects[number] in chosen, is_submitting=is_submitting)
        if row is not None:
            troubled[number] = row
    _tell(outcome, is_submitting=is_submitting, any_chosen=bool(chosen))
    if not troubled:
        # So that loading the page again sends nothing a second time.
        return redirect(url_for(".index", month=month, page=page.number if page.number > 1 else None))
    page = _page(month, page.number)
    page.rows[:] = [troubled.get(row.project.id, row) for row in page.rows]
    status = STALE if outcome.conflicts else UNREADABLE if outcome.unreadable or outcome.lacking else None
    answer = _shown(page, months, chosen)
    return (answer, status) if status else answer


@dataclass
class Outcome:
    """What became of the rows: how many were saved and handed in, and the names of those that were not."""

    saved: int = 0
    handed_in: int = 0
    conflicts: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)


def _save_row(number: int, month: str, outcome: Outcome, is_chosen: bool, *, is_submitting: bool) -> GridRow | None:
    """Save one row; return it as it is to be shown where something stands against it."""
    project = db.session.get_one(Project, number)
    name = plain_record_text(project.title)
    report = reporting.report_in_work(project, month)
    findings = reporting.findings_of(report) if report else ()
    indicators = reporting.whole_indicators(project)
    form = report_form(indicators, findings, prefix=_prefix(project), meta={"csrf": False})
    del form.photos
    if not is_chosen and not _is_changed(project, month, report, form):
        return None
    is_current = (form.version.data or "") == (str(report.version) if report else "")
    is_closed = report is None and reporting.report_in_force(project, month) is not None
    if not is_current or is_closed or (report is not None and not report.may_be_edited):
        outcome.conflicts.append(name)
        _keep_row(project, month, form)
        return _overtaken(project, month, form)
    if not form.validate():
        outcome.unreadable.append(name)
        _keep_row(project, month, form)
        return GridRow(project, report, reporting.report_before(project, month), form, is_typed=True)
    try:
        report = report or start(project, month)
        fill(report, form, findings, _left_to_others(project))
        forget_typed(project, month)
        db.session.flush()
        standing = _after_saving(report, form, outcome, name, is_chosen=is_chosen and is_submitting)
        db.session.commit()
    except (StaleDataError, IntegrityError):
        # A colleague saved the same row in the same moment; the other rows are not touched.
        db.session.rollback()
        outcome.conflicts.append(name)
        return _overtaken(db.session.get_one(Project, number), month, form)
    outcome.saved += 1
    return _standing(report, month, form, standing) if standing else None


def _keep_row(project: Project, month: str, form: ReportForm) -> None:
    """Keep a row that cannot be saved yet, so that leaving the page loses none of it."""
    typed = {name: str(form[name].raw_data[0]) for name in typed_names(form) if form[name].raw_data}
    subject, at = report_subject(project.slug, month), services().clock()
    typed_forms.keep(db.session(), current_staff(), subject, typed, form.version.data or "", at)
    db.session.commit()


def _overtaken(project: Project, month: str, form: ReportForm) -> GridRow:
    """Return a row that a colleague saved meanwhile, with both versions to choose from."""
    report, last = reporting.report_in_work(project, month), reporting.report_before(project, month)
    form.version.data = str(report.version) if report else ""
    conflict = _conflict(project, month, report, form)
    return GridRow(project, report, last, form, conflict=conflict, is_typed=True)


def _standing(report: ProgressReport, month: str, sent: ReportForm, why: str) -> GridRow:
    """Return a row that was saved and could not be handed in, with what is missing."""
    project = report.project
    fresh = form_of(project, month, report, prefix=_prefix(project), meta={"csrf": False})
    del fresh.photos
    last, form = reporting.report_before(project, month), with_errors(sent, fresh)
    return GridRow(project, report, last, form, findings=_findings(report, fresh), note=why)


def _after_saving(report: ProgressReport, form: ReportForm, outcome: Outcome, name: str, *, is_chosen: bool) -> str:
    """Hand in a row that was chosen for it; return in words why it stays, empty where nothing stands against it."""
    if not is_chosen:
        return ""
    if lacks(report, form):
        outcome.lacking.append(name)
        return _("没有提交：还有要填的")
    if hand_in(report, reporting.findings_of(report)):
        outcome.unexplained.append(name)
        return _("没有提交：有数据提醒还没有改正或说明")
    outcome.handed_in += 1
    return ""


def _is_changed(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> bool:
    """Whether a row was sent with anything else than what it showed; figures carried over are no report yet."""
    shown = form_of(project, month, report, prefix=_prefix(project), meta={"csrf": False})
    for control in form:
        if control.short_name == "version" or not control.raw_data:
            continue
        was = shown[control.short_name].data if control.short_name == "stage" else shown[control.short_name]._value()
        if "\n".join(str(control.raw_data[0]).strip().splitlines()) != "\n".join(str(was or "").strip().splitlines()):
            return True
    return False


def _left_to_others(project: Project) -> frozenset[str]:
    """Return the controls for which somebody chose what a colleague saved."""
    start_of = f"{_prefix(project)}choose-"
    names = (name for name, value in request.form.items() if name.startswith(start_of) and value == "theirs")
    return frozenset(name.removeprefix(start_of) for name in names)


def _conflict(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> dict[str, Any]:
    other = report or reporting.report_in_force(project, month)
    return {
        "post": other.author.post if other and other.author else "",
        "at": other.updated_at if other else None,
        "rows": [
            row
            for row in (differences(values_of(other), form, reporting.whole_indicators(project)) if other else [])
            if form[row[0]].raw_data
        ],
        "can_save": other is None or (report is not None and report.may_be_edited),
    }


def _tell(outcome: Outcome, *, is_submitting: bool, any_chosen: bool) -> None:
    """Say what became of the rows, each that was not saved by its name."""
    if outcome.saved:
        flash(ngettext("已保存 %(num)s 行。", "已保存 %(num)s 行。", outcome.saved), "good")
    if outcome.handed_in:
        words = ngettext(
            "已提交 %(num)s 份，等另一位同事审核公示。", "已提交 %(num)s 份，等另一位同事审核公示。", outcome.handed_in
        )
        flash(words, "good")
    told = (
        (outcome.conflicts, _("别人刚刚改过，没有保存：%(names)s。请在那一行选用谁的，再保存。")),
        (outcome.unreadable, _("有看不懂的数，没有保存：%(names)s。填的还在，请照格子下面的提示改。")),
        (outcome.lacking, _("已保存，还缺要填的，没有提交：%(names)s。")),
        (outcome.unexplained, _("已保存，数据提醒还没有改正或说明，没有提交：%(names)s。")),
    )
    for names, words in told:
        if names:
            flash(words % {"names": _("、").join(names)}, "error" if names is outcome.conflicts else "warning")
    if is_submitting and not any_chosen:
        flash(_("没有选要提交的行：在每行前面勾上，再按“保存并提交选中的”。"), "warning")
    elif not any((outcome.saved, outcome.conflicts, outcome.unreadable)):
        flash(_("没有改动，不用保存。"), "info")


def _shown(page: Page, months: list[str], chosen: set[str] | None = None) -> str:
    return render_template(
        "admin/reports/grid.html",
        page=page,
        months=months,
        month=page.month,
        chosen=chosen or set(),
        funds=FUNDS,
        columns=max((len(row.indicators) for row in page.rows), default=0),
        stages=list(Stage),
        submitted=[one for one in page.done if one.state is ReportState.SUBMITTED],
        published=[one for one in page.done if one.state is not ReportState.SUBMITTED],
    )
