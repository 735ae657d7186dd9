"""Spreadsheets in: a file, a preview in which every line says what would be written, drafts."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.importing.table_import_forms import StepForm, TableFileForm
from admin.importing.table_import_words import (
    MEANINGS,
    VERDICTS,
    cell_reasons,
    column_label,
    column_name,
    column_words,
    figures_of,
    file_words,
    reasons,
    row_words,
)
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import reporting
from minsheng.errors import InvalidFileError, WrongStateError
from minsheng.exporting import report_template
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import MONTH
from minsheng.tables import table_import, table_lines, table_writing
from minsheng.tables.columns import Column
from minsheng.tables.meanings import FIGURES, MONEY
from minsheng.tables.opening import MAX_BYTES, read_sheets
from minsheng.tables.reading import Table, read_tables
from minsheng.tables.table_lines import Line, Situation, Verdict
from minsheng.tables.table_uploads import TableUpload, UploadState
from minsheng.tables.table_writing import Written
from pages.attachments import workbook
from pages.language import gettext as _
from pages.language import ngettext
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("table_import", __name__, url_prefix="/tables")
UNREADABLE, STALE = 422, 409
PAGE_SIZE = 50
SAMPLES = 3
UNITS = ("元", "千元", "万元", "百万元", "亿元")


@blueprint.get("/")
@needs(Permission.WRITE_REPORT)
def index() -> ResponseReturnValue:
    """Offer the template and the choice of a file; list what the office uploaded before."""
    programmes = _programmes()
    form = TableFileForm(programmes, formdata=None)
    form.month.data = _usual_month()
    form.programme.data = programmes[0].slug if programmes else ""
    return _index(form)


@blueprint.post("/")
@needs(Permission.WRITE_REPORT)
@limiter.limit("60 per hour")
def upload() -> ResponseReturnValue:
    """Read a file and open its preview; a file that came before opens the preview it has.

    A filled template in which nothing is doubtful becomes drafts at once.
    """
    form = TableFileForm(_programmes())
    is_valid = form.validate_on_submit()
    file = form.file.data
    if not (file and file.filename):
        form.file.errors = [_("请选表格文件")]
        return _index(form), UNREADABLE
    if not is_valid:
        form.file.errors = [*form.file.errors, _("请再选一次文件：其他内容改好以前没有保存它")]
        return _index(form), UNREADABLE
    data = file.stream.read(MAX_BYTES + 1)
    programme_id = form.chosen().id
    # Reading a file takes seconds: the place in the line of writers is given back meanwhile, and all read anew.
    db.session.rollback()
    try:
        sheets = read_sheets(data)
        if not read_tables(sheets):
            raise InvalidFileError("no_table")
    except InvalidFileError as error:
        form.file.errors = [file_words(error.reason)]
        return _index(form), UNREADABLE
    member, programme, month = current_staff(), db.session.get_one(Programme, programme_id), f"{form.month.data:%Y-%m}"
    office = table_import.office_of(member)
    if earlier := table_import.same_file(db.session(), data, programme, month, office):
        flash(_("这份文件传过了，下面就是当时的内容。"), "info")
        return redirect(url_for(".show", upload_id=earlier.id))
    came = table_import.Upload(file.filename.rsplit("/", 1)[-1], data, sheets)
    kept = table_import.keep(db.session(), came, programme, month, member, services().clock())
    lines = _lines(kept)
    if table_lines.is_ready_template(lines) and not table_lines.other_months(lines, month):
        written = table_writing.write(db.session(), kept, _situation(), services().clock())
        flash(_("这是填好的模板，没有要核对的内容。") + _written_words(written), "good")
    db.session.commit()
    return redirect(url_for(".show", upload_id=kept.id))


@blueprint.get("/template.xlsx")
@needs(Permission.WRITE_REPORT)
def template() -> ResponseReturnValue:
    """Send a workbook with the office's own projects and the figures of the last published month."""
    programme = db.session.scalar(sa.select(Programme).where(Programme.slug == request.args.get("programme", "")))
    month = request.args.get("month", "")
    if programme is None or not MONTH.fullmatch(month):
        flash(_("请先选清单和月份（例如 2026-05），再下载模板。"), "warning")
        return redirect(url_for(".index"))
    projects = table_lines.own_projects(db.session(), programme, current_staff())
    content = report_template.write(programme.title, projects, month)
    return workbook(content, f"{month}-{programme.slug}.xlsx")


@blueprint.get("/<int:upload_id>")
@needs(Permission.WRITE_REPORT)
def show(upload_id: int) -> ResponseReturnValue:
    """Show the columns and lines of an upload, and what would be written."""
    return _preview(_upload(upload_id))


@blueprint.post("/<int:upload_id>/columns")
@needs(Permission.WRITE_REPORT)
def columns(upload_id: int) -> ResponseReturnValue:
    """Take the columns of a table for what was chosen, and remember it for the office."""
    kept = _open_upload(upload_id)
    number = request.form.get("table", 0, type=int)
    tables = table_import.tables_of(kept)
    if not (StepForm().validate_on_submit() and 0 <= number < len(tables)):
        abort(400)
    table = tables[number]
    wanted = {}
    for column in table.columns:
        chosen = request.form.get(f"meaning_{column.index}", column.meaning.value)
        if chosen not in {one.value for one in MEANINGS}:
            abort(400)
        wanted[column.index] = {
            "meaning": chosen,
            "unit": _unit_for(table, column, chosen),
            "group": column.group,
        }
    table_import.choose_columns(db.session(), kept, table, wanted, services().clock())
    db.session.commit()
    flash(_("已按您的选择重新读表，下次传同样列名的表会照这样读。"), "good")
    return redirect(url_for(".show", upload_id=upload_id))


@blueprint.route("/<int:upload_id>/lines/<key>", methods=["GET", "POST"])
@needs(Permission.WRITE_REPORT)
def line(upload_id: int, key: str) -> ResponseReturnValue:
    """Correct the cells of one line, and say which project and target it is about."""
    kept = _open_upload(upload_id)
    found = next((one for one in _lines(kept) if one.key == key), None)
    if found is None:
        abort(404)
    projects = table_lines.own_projects(db.session(), kept.programme, current_staff())
    # The most alike stand first: of hundreds of names one of these is nearly always meant.
    alike = [one.key for one in found.match.suggested]
    projects.sort(key=lambda one: alike.index(one.slug) if one.slug in alike else len(alike))
    if request.method == "POST" and StepForm().validate_on_submit():
        _correct(kept, found, projects)
        db.session.commit()
        flash(_("已改好，重新检查过了。"), "good")
        return redirect(url_for(".show", upload_id=upload_id, _anchor=f"line-{key}"))
    targets = [(project, indicator) for project in projects for indicator in reporting.whole_indicators(project)]
    return render_template(
        "admin/table_import/line.html",
        upload=kept,
        line=found,
        cells=[
            (column, found.table.grid.at(found.entry.row, column.index).shown, column_label(found.table, column))
            for column in found.table.columns
        ],
        projects=projects,
        targets=targets,
        choice=kept.choices.get(key, {}),
        reasons=reasons(found),
        cell_reasons=cell_reasons(found),
        row_words=row_words,
        may_add=current_staff().may(Permission.EDIT_PROJECT, division=kept.programme.division),
        form=StepForm(formdata=None),
    )


@blueprint.post("/<int:upload_id>/write")
@needs(Permission.WRITE_REPORT)
def write(upload_id: int) -> ResponseReturnValue:
    """Write every line into drafts, or none while one of them is wrong."""
    kept = _open_upload(upload_id)
    if not StepForm().validate_on_submit():
        abort(400)
    if request.form.get("then") == "leave_out_wrong":
        for one in _lines(kept):
            if one.verdict is Verdict.WRONG:
                table_import.choose_line(kept, one.key, table_import.SKIP, "")
        db.session.commit()
        flash(_("要改正的行都不导入了；要用哪一行，点“改这一行”再选回来。"), "good")
        return redirect(url_for(".show", upload_id=upload_id))
    needs_look = any(one.verdict is Verdict.DOUBTFUL for one in _lines(kept))
    if needs_look and not request.form.get("looked"):
        return _preview(kept, _("有要核对的行：看过以后请打勾，再写入")), UNREADABLE
    try:
        written = table_writing.write(db.session(), kept, _situation(), services().clock())
    except WrongStateError:
        db.session.rollback()
        return _preview(_open_upload(upload_id), _("还有要改正的行，或者没有可写的行；一行也没有写入")), UNREADABLE
    said = _written_words(written)
    db.session.commit()
    flash(said, "good")
    return redirect(url_for(".show", upload_id=upload_id))


@blueprint.post("/<int:upload_id>/discard")
@needs(Permission.WRITE_REPORT)
def discard(upload_id: int) -> ResponseReturnValue:
    """Put an upload away; nothing of it was written."""
    kept = _open_upload(upload_id)
    if not StepForm().validate_on_submit():
        abort(400)
    table_import.discard(kept)
    db.session.commit()
    flash(_("已放弃这份表，什么也没有写入。"), "good")
    return redirect(url_for(".index"))


def _programmes() -> Sequence[Programme]:
    """Return the own lists with a project that the role may report on, newest first."""
    own = sa.select(Programme).where(Programme.origin == Origin.OWN).order_by(Programme.year.desc(), Programme.title)
    return [
        one
        for one in db.session.scalars(own)
        if table_lines.own_projects(db.session(), one, current_staff())
        or current_staff().may(Permission.EDIT_PROJECT, division=one.division)
    ]


def _upload(upload_id: int) -> TableUpload:
    """Return an upload of one's own office, or answer 404."""
    kept = db.session.get(TableUpload, upload_id)
    member = current_staff()
    if kept is None or (kept.uploader_id != member.id and kept.office != table_import.office_of(member)):
        abort(404)
    return kept


def _open_upload(upload_id: int) -> TableUpload:
    """Return an upload that waits. Raises ``WrongStateError`` once it is written or put away."""
    kept = _upload(upload_id)
    if kept.state is not UploadState.OPEN:
        raise WrongStateError("change", kept.state)
    return kept


def _situation() -> Situation:
    return Situation(current_staff(), services().today(), services().report_due_day)


def _lines(kept: TableUpload) -> list[Line]:
    return table_lines.lines_of(db.session(), kept, _situation())


def _written_words(written: Written) -> str:
    count = len(written.reports) + len(written.projects)
    return ngettext("已写入 %(num)s 份草稿。", "已写入 %(num)s 份草稿。", count)


def _result(kept: TableUpload) -> dict[str, list[Project]]:
    """Return the projects whose drafts an upload has become: of reports, and new ones."""
    found: dict[str, list[Project]] = {}
    for name, key in (("reports", "report_projects"), ("projects", "project_slugs")):
        query = sa.select(Project).where(Project.slug.in_(kept.result.get(key, []))).order_by(Project.title)
        found[name] = list(db.session.scalars(query))
    return found


def _samples(table: Table, column: Column) -> list[str]:
    """Return what stands in the first filled cells of a column, for the one who says what it is."""
    shown = (table.grid.rows[row][column.index].shown for row in table.region.body)
    return [text[:24] for text in dict.fromkeys(filter(None, shown))][:SAMPLES]


def _unit_for(table: Table, column: Column, meaning: str) -> str:
    """Return the unit typed for a column; one of money goes when the column is none of money any more, and comes."""
    typed = request.form.get(f"unit_{column.index}", column.unit).strip()[:20]
    is_money = meaning in MONEY
    if is_money == (column.meaning in MONEY) or typed != column.unit:
        return typed
    return next((unit for unit in table.region.units if unit in UNITS), "") if is_money else ""


def _correct(kept: TableUpload, found: Line, projects: Sequence[Project]) -> None:
    """Keep cells that were typed anew and what the line is said to be about."""
    cells = {}
    for column in found.table.columns:
        typed = request.form.get(f"cell_{column.index}")
        shown = found.table.grid.at(found.entry.row, column.index).shown
        if typed is not None and typed.strip() != shown:
            cells[found.entry.row, column.index] = typed.strip()[:2000]
    if cells:
        table_import.correct_cells(kept, found.table.sheet, cells)
    about = request.form.get("about", "")
    target = request.form.get("target", "")
    if about in {table_import.NEW, table_import.SKIP, *(project.slug for project in projects)}:
        table_import.choose_line(kept, found.key, about, target)


def _index(form: TableFileForm) -> str:
    return render_template(
        "admin/table_import/index.html",
        form=form,
        uploads=table_import.uploads_of(db.session(), current_staff()),
        states=UploadState,
        programmes=_programmes(),
        usual_month=f"{_usual_month():%Y-%m}",
    )


def _usual_month() -> dt.date:
    """Return the month a table is most likely about: until the reports are due, the last one."""
    today = services().today()
    return (
        today.replace(day=1) if today.day > services().report_due_day else today.replace(day=1) - dt.timedelta(days=1)
    )


def _preview(kept: TableUpload, complaint: str = "") -> str:
    tables = table_import.tables_of(kept)
    lines = table_lines.lines_of(db.session(), kept, _situation(), tables)
    counts = {verdict: sum(one.verdict is verdict for one in lines) for verdict in Verdict}
    show_only = {one.value: one for one in Verdict}.get(request.args.get("show", ""))
    listed = [one for one in lines if show_only is None or one.verdict is show_only]
    pages = max(-(-len(listed) // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "admin/table_import/show.html",
        upload=kept,
        tables=tables,
        lines=listed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(listed),
        page=page,
        pages=pages,
        counts=counts,
        show_only=show_only,
        verdicts=VERDICTS,
        Verdict=Verdict,
        reasons=reasons,
        figures_of=figures_of,
        meanings=MEANINGS,
        column_label=column_label,
        column_words=column_words,
        row_words=row_words,
        units=UNITS,
        needs_unit=FIGURES | MONEY,
        money=MONEY,
        hidden=_hidden(kept, tables),
        other_months=table_lines.other_months(lines, kept.month),
        result=_result(kept),
        samples=_samples,
        complaint=complaint,
        form=StepForm(formdata=None),
        states=UploadState,
    )


def _hidden(kept: TableUpload, tables: Sequence[Table]) -> list[str]:
    """Return what of the file was not read: hidden sheets, rows and columns."""
    said = [_("隐藏的工作表“%(name)s”没有读", name=sheet["name"]) for sheet in kept.sheets if sheet["is_hidden"]]
    rows = sorted({row for table in tables for row in table.grid.hidden_rows if row in table.region.body})
    columns = sorted({column for table in tables for column in table.grid.hidden_columns} - _read_columns(tables))
    if columns:
        names = "、".join(column_name(column) for column in columns[:20])
        said.append(_("隐藏的列没有读：%(columns)s 列", columns=names))
    if rows:
        said.append(_("隐藏的行没有读：第 %(rows)s 行", rows="、".join(str(row + 1) for row in rows[:20])))
    return said


def _read_columns(tables: Sequence[Table]) -> set[int]:
    return {column.index for table in tables for column in table.columns}
