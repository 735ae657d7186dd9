"""Taking records away as tables: whatever the roles may see, journaled, streamed, and never run as a formula."""

import datetime as dt
import tempfile
from collections.abc import Iterator

import sqlalchemy as sa
import xlsxwriter
from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import current_staff, needs
from minsheng import journal
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.exporting import csv_guard, records
from minsheng.exporting.records import RecordTable
from minsheng.journal import Act
from minsheng.staff import StaffMember
from pages.forms import Form
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("exports", __name__, url_prefix="/exports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 65_536
MOST_TEXT = 32_000
"""Characters a cell of a workbook holds."""
TABLES = {
    RecordTable.PROJECTS: (_l("项目"), _l("名称、地方、单位、阶段、计划日期、投资")),
    RecordTable.TARGETS: (_l("目标任务"), _l("每个项目的指标、单位、目标数")),
    RecordTable.FUNDING: (_l("资金来源"), _l("每个项目的资金来源和计划数")),
    RecordTable.REPORTS: (_l("月报"), _l("每个月的进度、资金、完成数和文字，草稿也在内")),
    RecordTable.PROBLEMS: (_l("问题清单"), _l("责任单位、期限、销号日期、说明")),
    RecordTable.CASES: (_l("来件"), _l("编号、状态、承办单位、期限；没有来件内容和联系方式")),
}


class ExportForm(Form):
    """Which table in which form is the button that was pressed."""


@blueprint.get("/")
@needs(*records.PROJECT_PERMISSIONS, *records.CASE_PERMISSIONS)
def index() -> ResponseReturnValue:
    """Offer the tables that the roles open."""
    offered = [(one, *TABLES[one]) for one in records.offered(current_staff())]
    return render_template("admin/exports/index.html", offered=offered, form=ExportForm(formdata=None))


@blueprint.post("/")
@needs(*records.PROJECT_PERMISSIONS, *records.CASE_PERMISSIONS)
@limiter.limit("60 per hour")
def download() -> ResponseReturnValue:
    """Journal that records leave the site, then send them. Raises ``NotAllowedError`` for a table of other roles."""
    name, _dot, form = request.form.get("table", "").partition(".")
    if not ExportForm().validate_on_submit() or name not in set(RecordTable) or form not in {"csv", "xlsx"}:
        abort(400)
    table, member, at = RecordTable(name), current_staff(), services().clock()
    if table not in records.offered(member):
        raise NotAllowedError
    act = Act("records_exported", f"export:{table.value}", member.post, is_public=False, extra={"form": form})
    journal.record(db.session(), act, at)
    member_id = member.id
    db.session.commit()
    make = _csv if form == "csv" else _xlsx
    day = at.astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    return Response(
        stream_with_context(make(db.engine, member_id, table)),
        mimetype="text/csv" if form == "csv" else XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{table.value}-{day.isoformat()}.{form}"',
            "Cache-Control": "no-store",
        },
    )


def _csv(engine: sa.Engine, member_id: int, table: RecordTable) -> Iterator[bytes]:
    """Yield a CSV file with a session of its own: the request's ends before the last part has gone."""
    with Session(engine) as session:
        member = session.get_one(StaffMember, member_id)
        for line in csv_guard.lines(records.rows(session, member, table)):
            yield line.encode()


def _xlsx(engine: sa.Engine, member_id: int, table: RecordTable) -> Iterator[bytes]:
    """Yield a workbook that was written row by row to the disk; every cell is text or a number, never a formula."""
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet(table.value)
        with Session(engine) as session:
            member = session.get_one(StaffMember, member_id)
            for number, row in enumerate(records.rows(session, member, table)):
                for column, text in enumerate(row):
                    sheet.write_string(number, column, text[:MOST_TEXT])
        book.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
