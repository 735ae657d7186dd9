"""Taking records away as tables: whatever the roles may see, journaled, and never run as a formula.

A file is made beside the request. What is made in a moment is sent at once; what takes longer has a page that says how
far it is and, without any script, asks again every few seconds.
"""

import datetime as dt
import threading

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from minsheng import journal
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.exporting import export_runs, record_files, records
from minsheng.exporting.export_runs import KEPT, ExportRun, ExportState
from minsheng.exporting.record_files import MOST_RUNNING, Workshop
from minsheng.exporting.records import RecordTable
from minsheng.journal import Act
from minsheng.records.document_types import DocumentType
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("exports", __name__, url_prefix="/exports")
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": DocumentType.XLSX.media_type,
}
PATIENCE_SECONDS = 2.0
"""How long a request waits for a file before it shows how far it is."""
ASK_AGAIN_SECONDS = 3
TABLES = {
    RecordTable.PROJECTS: (_l("项目"), _l("名称、地方、单位、阶段、计划和实际日期、投资")),
    RecordTable.TARGETS: (_l("目标任务"), _l("每个项目的指标、单位、目标数")),
    RecordTable.FUNDING: (_l("资金来源"), _l("每个项目的资金来源和计划数")),
    RecordTable.MOVEMENTS: (_l("资金流水"), _l("每一笔到位、拨付、支出，连同集资款和质量保证金")),
    RecordTable.REPORTS: (_l("月报"), _l("每个月的进度、资金、完成数和文字，草稿也在内")),
    RecordTable.MILESTONES: (_l("里程碑"), _l("最初公示的日期、现在的日期、实际日期、推迟的原因")),
    RecordTable.CONTRACTS: (_l("合同"), _l("对方、签订日期、合同价、变更后的价、已付")),
    RecordTable.DOCUMENTS: (_l("公开文件清单"), _l("名称、类别、日期、大小、指纹；不含文件本身")),
    RecordTable.PROBLEMS: (_l("问题清单"), _l("责任单位、来源、状态、期限、销号日期、说明")),
    RecordTable.LOOK_BACKS: (_l("回头看"), _l("日期、结果、管护人、管护经费")),
    RecordTable.INSPECTIONS: (_l("抽查"), _l("抽到的项目、查了几项、哪几项不合格、结论")),
    RecordTable.CHANGES: (_l("公开变更"), _l("何时、哪个岗位、改了什么、原因；可以和公示日志核对")),
    RecordTable.CASES: (_l("来件"), _l("编号、状态、承办单位、各个期限和评价；没有来件内容和联系方式")),
}
STATES = {
    ExportState.RUNNING: (_l("正在导出"), "behind", "behind"),
    ExportState.READY: (_l("可以下载"), "good", "done"),
    ExportState.FAILED: (_l("没有完成"), "late", "overdue"),
}
"""State → word, tone and shape of its badge."""


class ExportForm(Form):
    """Which table in which form is the button that was pressed."""


@blueprint.get("/")
@needs(*records.ALL_PERMISSIONS)
def index() -> ResponseReturnValue:
    """Offer the tables that the roles open, and the files that are still there."""
    offered = [(one, *TABLES[one]) for one in records.offered(current_staff())]
    at = services().clock()
    runs = [(run, _shown(run, at)) for run in export_runs.of_member(db.session(), current_staff(), at)]
    return render_template(
        "admin/exports/index.html",
        offered=offered,
        runs=runs,
        tables=TABLES,
        states=STATES,
        State=ExportState,
        hours=_hours(),
        form=ExportForm(formdata=None),
    )


@blueprint.post("/")
@needs(*records.ALL_PERMISSIONS)
@limiter.limit("60 per hour")
def begin() -> ResponseReturnValue:
    """Journal that records leave the site, and begin the file. Raises ``NotAllowedError`` for others' tables."""
    name, _dot, form = request.form.get("table", "").partition(".")
    if not ExportForm().validate_on_submit() or name not in set(RecordTable) or form not in MEDIA_TYPES:
        abort(400)
    table, member, at = RecordTable(name), current_staff(), services().clock()
    if table not in records.offered(member):
        raise NotAllowedError
    if record_files.running(db.session(), member, at) >= MOST_RUNNING:
        flash(_("已有 %(count)s 份在导出，请等其中一份做完。", count=MOST_RUNNING), "warning")
        return redirect(url_for(".index"))
    act = Act("records_exported", f"export:{table.value}", member.post, is_public=False, extra={"form": form})
    journal.record(db.session(), act, at)
    run = record_files.begin(db.session(), member, table, form, at)
    key, number = run.key, run.id
    db.session.commit()
    maker = threading.Thread(target=record_files.make, args=(_workshop(), number), name=f"export-{number}", daemon=True)
    maker.start()
    maker.join(PATIENCE_SECONDS)
    return redirect(url_for(".progress" if maker.is_alive() else ".file", key=key))


@blueprint.get("/<key>")
@needs(*records.ALL_PERMISSIONS)
def progress(key: str) -> ResponseReturnValue:
    """Say how far an export is; while it is made the browser is told to ask again, unless the reader said not to."""
    run, at = _run(key), services().clock()
    state = _shown(run, at)
    page = render_template(
        "admin/exports/progress.html",
        run=run,
        state=state,
        badge=STATES[state],
        State=ExportState,
        title=TABLES[RecordTable(run.table_name)][0],
        until=run.started_at + KEPT,
        form=ExportForm(formdata=None),
    )
    response = make_response(page)
    if state is ExportState.RUNNING and "still" not in request.args:
        response.headers["Refresh"] = str(ASK_AGAIN_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<key>/file")
@needs(*records.ALL_PERMISSIONS)
def file(key: str) -> ResponseReturnValue:
    """Send a finished file to whoever asked for it, if the roles still open its table."""
    run = _run(key)
    if run.state is not ExportState.READY:
        return redirect(url_for(".progress", key=key))
    if RecordTable(run.table_name) not in records.offered(current_staff()):
        raise NotAllowedError
    name = f"{run.table_name}-{local_date(run.started_at).isoformat()}.{run.form}"
    response = Response(record_files.pieces(db.engine, run.id), mimetype=MEDIA_TYPES[run.form])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.content_length = run.size
    return response


def _run(key: str) -> ExportRun:
    """Return one of one's own exports whose time is not over, or answer 404."""
    run = db.session.scalar(sa.select(ExportRun).where(ExportRun.key == key))
    if run is None or run.member_id != current_staff().id or run.is_over(services().clock()):
        abort(404)
    return run


def _shown(run: ExportRun, at: dt.datetime) -> ExportState:
    """Return the state of an export; one that nobody is making any more counts as failed."""
    return ExportState.FAILED if run.is_given_up(at) else run.state


def _workshop() -> Workshop:
    known = services()
    return Workshop(db.engine, known.cache / "exports", known.clock)


def _hours() -> int:
    return int(KEPT / dt.timedelta(hours=1))
