"""Taking in many cases from a file: choose it, see what each row would become, then all of them or none."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy.exc import IntegrityError

from admin.access import current_staff, needs
from admin.casework.case_import_words import COLUMN_WORDS, fault_words, file_problem
from minsheng.accounts.staff import Permission
from minsheng.casework import case_import, case_import_drafts, case_tables
from minsheng.casework.case_entry import KnownCaseError
from minsheng.casework.case_import import FaultyRowsError, Plan
from minsheng.casework.case_import_drafts import CaseImportDraft
from minsheng.database import db
from minsheng.encryption import CannotOpenError
from minsheng.errors import InvalidFileError, NotAllowedError
from minsheng.exporting import case_template
from pages.attachments import workbook
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("case_import", __name__, url_prefix="/case-import")
UNREADABLE, STALE = 422, 409
REVIEWERS = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)


class FileForm(Form):
    """A table of cases."""

    file = FileField(_l("表格文件"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file.flags.required = True


class ConfirmForm(Form):
    """Taking the rows over, or dropping the file."""


@blueprint.get("/")
@needs(*REVIEWERS)
def index() -> ResponseReturnValue:
    """Offer the template and the choice of a file."""
    return _page(FileForm(formdata=None))


@blueprint.get("/template.xlsx")
@needs(*REVIEWERS)
def template() -> ResponseReturnValue:
    """Send the empty workbook to fill in."""
    return workbook(case_template.write(), "来件导入模板.xlsx")


@blueprint.post("/")
@needs(*REVIEWERS)
@limiter.limit("30 per hour")
def upload() -> ResponseReturnValue:
    """Read a file and show what it would become; no case is written."""
    form = FileForm()
    chosen = form.file.data
    if not form.validate_on_submit() or not (chosen and chosen.filename):
        if not form.errors:
            form.file.errors = [_("请选要导入的表格")]
        return _page(form), UNREADABLE
    try:
        rows = case_tables.read(chosen.stream.read(case_tables.MAX_BYTES + 1))
        case_import.columns_of(rows)
    except InvalidFileError as error:
        form.file.errors = [file_problem(error.reason)]
        return _page(form), UNREADABLE
    known = services()
    draft = case_import_drafts.keep(db.session(), known.contacts, chosen.filename, rows, current_staff(), known.clock())
    db.session.commit()
    return redirect(url_for(".preview", draft_id=draft.id))


@blueprint.get("/<int:draft_id>")
@needs(*REVIEWERS)
def preview(draft_id: int) -> ResponseReturnValue:
    """Show each row as it would become a case, and name each cell that does not fit."""
    draft = _draft(draft_id)
    return _preview(draft, _plan(draft))


@blueprint.post("/<int:draft_id>/confirm")
@needs(*REVIEWERS)
def confirm(draft_id: int) -> ResponseReturnValue:
    """Take all rows over in one transaction, or none."""
    draft = _draft(draft_id)
    form = ConfirmForm()
    planned = _plan(draft)
    if not form.validate_on_submit():
        return _preview(draft, planned), UNREADABLE
    known = services()
    try:
        count = case_import.take_over(
            db.session(),
            draft,
            planned,
            secret=known.secret,
            at=known.clock(),
            clock=known.case_clock,
            box=known.contacts,
        )
        db.session.commit()
    except (FaultyRowsError, KnownCaseError, IntegrityError):
        # Somebody entered one of them since the preview: show anew what does not fit now.
        db.session.rollback()
        draft = _draft(draft_id)
        return _preview(draft, _plan(draft)), STALE
    flash(_("已录入 %(count)s 件。", count=count), "good")
    return redirect(url_for("admin.suggestions.index"))


@blueprint.post("/<int:draft_id>/drop")
@needs(*REVIEWERS)
def drop(draft_id: int) -> ResponseReturnValue:
    """Forget a file."""
    case_import_drafts.drop(db.session(), _draft(draft_id))
    db.session.commit()
    flash(_("已放弃，什么也没有录入。"), "good")
    return redirect(url_for(".index"))


def _draft(draft_id: int) -> CaseImportDraft:
    """Return one's own file. Raises ``NotAllowedError`` for another's."""
    draft = db.session.get(CaseImportDraft, draft_id)
    if draft is None:
        abort(404)
    if draft.made_by_id != current_staff().id:
        raise NotAllowedError
    return draft


def _plan(draft: CaseImportDraft) -> Plan:
    try:
        rows = draft.rows(services().contacts)
    except CannotOpenError:
        abort(404)
    return case_import.plan(db.session(), rows, current_staff(), services().today())


def _page(form: FileForm) -> str:
    return render_template("admin/case_import/index.html", form=form, most=case_tables.MOST_ROWS, columns=COLUMN_WORDS)


def _preview(draft: CaseImportDraft, planned: Plan) -> str:
    return render_template(
        "admin/case_import/preview.html",
        draft=draft,
        plan=planned,
        fault_words=fault_words,
        confirm_form=ConfirmForm(formdata=None),
    )
