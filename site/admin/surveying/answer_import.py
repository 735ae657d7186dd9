"""Bringing in answers from a file: choose it, see each bad cell by its name, then all good rows or none."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy.exc import IntegrityError
from wtforms import BooleanField

from admin.access import current_staff, needs
from admin.surveying.answer_import_words import fault_words, file_problem
from admin.surveying.paper import wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.encryption import CannotOpenError
from minsheng.errors import InvalidFileError, NotAllowedError
from minsheng.exporting import answer_template
from minsheng.surveying import answer_import, answer_imports, answer_results, answer_tables
from minsheng.surveying.answer_import import NotSoundError, Plan
from minsheng.surveying.answer_imports import AnswerImport
from minsheng.surveying.invites import InvalidCodeError
from minsheng.surveying.paper_entry import EnteredTwiceError
from minsheng.surveying.surveys import Wave
from minsheng.tables import opening
from pages.attachments import workbook
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("answer_import", __name__, url_prefix="/surveys/<slug>/import")
UNREADABLE, STALE = 422, 409
MOST_FAULTS = 200
"""So many bad cells are named on the page; who has more looks at the column as a whole."""


class FileForm(Form):
    """A table of answers."""

    file = FileField(_l("表格文件"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file.flags.required = True


class ConfirmForm(Form):
    """Writing the rows; with ``leave_out`` without those that have something wrong."""

    leave_out = BooleanField(_l("有错的行先不导入"))


@blueprint.get("/")
@needs(Permission.RUN_SURVEY)
def index(slug: str) -> ResponseReturnValue:
    """Offer the template and the choice of a file, and list what was brought in."""
    return _page(wave_at(slug, Permission.RUN_SURVEY), FileForm(formdata=None))


@blueprint.get("/template.xlsx")
@needs(Permission.RUN_SURVEY)
def template(slug: str) -> ResponseReturnValue:
    """Send the empty workbook of this survey's questions."""
    wave = wave_at(slug, Permission.RUN_SURVEY)
    content = answer_template.write(wave.version)
    return workbook(content, f"{slug}-answers.xlsx")


@blueprint.post("/")
@needs(Permission.RUN_SURVEY)
@limiter.limit("60 per hour")
def upload(slug: str) -> ResponseReturnValue:
    """Read a file and lead to what it would become; no answer is written."""
    wave = wave_at(slug, Permission.RUN_SURVEY)
    form = FileForm()
    chosen = form.file.data
    if not form.validate_on_submit() or not (chosen and chosen.filename):
        form.file.errors = [_("请选要导入的表格")]
        return _page(wave, form), UNREADABLE
    if not wave.is_open(services().today()):
        form.file.errors = [_("调查现在不在填写期内，不能导入")]
        return _page(wave, form), STALE
    try:
        rows = answer_tables.read(chosen.stream.read(opening.MAX_BYTES + 1))
        answer_tables.columns_of(rows, wave.version)
    except InvalidFileError as error:
        form.file.errors = [file_problem(error.reason)]
        return _page(wave, form), UNREADABLE
    found = (chosen.filename, answer_tables.digest_of(rows), rows)
    known = services()
    waiting = answer_imports.keep(db.session(), known.contacts, wave, found, current_staff(), known.clock())
    db.session.commit()
    return redirect(url_for(".preview", slug=slug, import_id=waiting.id))


@blueprint.get("/<int:import_id>")
@needs(Permission.RUN_SURVEY)
def preview(slug: str, import_id: int) -> ResponseReturnValue:
    """Say how many rows can be written, and name each cell that does not fit; the answers themselves are not shown."""
    waiting = _waiting(slug, import_id)
    return _preview(waiting, _plan(waiting), ConfirmForm(formdata=None))


@blueprint.post("/<int:import_id>/confirm")
@needs(Permission.RUN_SURVEY)
def confirm(slug: str, import_id: int) -> ResponseReturnValue:
    """Write all good rows in one transaction, or none."""
    waiting = _waiting(slug, import_id)
    form = ConfirmForm()
    planned = _plan(waiting)
    if not form.validate_on_submit():
        return _preview(waiting, planned, form), UNREADABLE
    try:
        count = answer_import.take_over(
            db.session(),
            waiting,
            planned,
            leave_out=bool(form.leave_out.data),
            by=current_staff(),
            at=services().clock(),
        )
        db.session.commit()
    except NotSoundError:
        db.session.rollback()
        form.leave_out.errors = [_("还有错：请改好再传，或者勾选先不导入有错的行")]
        return _preview(waiting, planned, form), UNREADABLE
    except (IntegrityError, InvalidCodeError, EnteredTwiceError):
        # Somebody brought in some of the same rows since the preview: show anew what is left.
        db.session.rollback()
        waiting = _waiting(slug, import_id)
        return _preview(waiting, _plan(waiting), ConfirmForm(formdata=None)), STALE
    flash(_("已导入 %(count)s 行。", count=count), "good")
    return redirect(url_for(".index", slug=slug))


@blueprint.post("/<int:import_id>/drop")
@needs(Permission.RUN_SURVEY)
def drop(slug: str, import_id: int) -> ResponseReturnValue:
    """Forget a file."""
    waiting = _waiting(slug, import_id)
    if ConfirmForm().validate_on_submit():
        answer_imports.drop(db.session(), waiting)
        db.session.commit()
        flash(_("已放弃，什么也没有导入。"), "good")
    return redirect(url_for(".index", slug=slug))


def _waiting(slug: str, import_id: int) -> AnswerImport:
    """Return one's own file that waits. Raises ``NotAllowedError`` for another's."""
    wave = wave_at(slug, Permission.RUN_SURVEY)
    waiting = db.session.get(AnswerImport, import_id)
    if waiting is None or waiting.wave_id != wave.id or waiting.written_at is not None:
        abort(404)
    if waiting.made_by_id != current_staff().id:
        raise NotAllowedError
    return waiting


def _plan(waiting: AnswerImport) -> Plan:
    try:
        rows = waiting.rows(services().contacts)
    except CannotOpenError:
        abort(404)
    return answer_import.plan(db.session(), waiting.wave, rows, services().secret)


def _page(wave: Wave, form: FileForm) -> str:
    return render_template(
        "admin/answer_import/index.html",
        wave=wave,
        form=form,
        most=answer_tables.MOST_ROWS,
        written=answer_imports.written(db.session(), wave),
        is_open=wave.is_open(services().today()),
    )


def _preview(waiting: AnswerImport, planned: Plan, form: ConfirmForm) -> str:
    same = [one for one in answer_imports.written(db.session(), waiting.wave) if one.digest == waiting.digest]
    return render_template(
        "admin/answer_import/preview.html",
        wave=waiting.wave,
        waiting=waiting,
        plan=planned,
        faults=[fault_words(fault, waiting.wave) for fault in planned.faults[:MOST_FAULTS]],
        same=same[0] if same else None,
        counted_here=answer_results.counted_here(db.session(), waiting.wave),
        form=form,
    )
