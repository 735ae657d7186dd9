"""OC4IDS files in: a file, a preview in which every repair stands with its path, drafts."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import SelectField

from admin.access import current_staff, needs
from admin.importing.oc4ids_words import VERDICTS, doubts, file_words, refusal_words, repair_words
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidFileError, WrongStateError
from minsheng.importing import oc4ids
from minsheng.importing.oc4ids import Came, ProjectRefusedError
from minsheng.importing.oc4ids_files import MAX_BYTES
from minsheng.importing.oc4ids_lines import NEW, SKIP, Line, Situation, Verdict, lines_of, own_projects
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.records.programmes import Programme
from minsheng.records.publication import Origin
from minsheng.tables.table_uploads import UploadState
from pages.forms import Form, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import ngettext, plain_record_text
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("oc4ids", __name__, url_prefix="/oc4ids")
UNREADABLE = 422
PAGE_SIZE = 20
REPAIRS_SHOWN = 30
"""Repairs of one project shown in the preview; the page about the project has all of them."""


class FileForm(Form):
    """Which list the projects belong to."""

    programme = SelectField(_l("哪份清单"), validators=[required(_l("请选清单"))])
    file = FileField(_l("OC4IDS 文件"))

    def __init__(self, programmes: Iterable[Programme], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._programmes = {one.slug: one for one in programmes}
        names = [(slug, plain_record_text(one.title)) for slug, one in self._programmes.items()]
        self.programme.choices = [("", _("请选择")), *names]
        self.file.flags.required = True

    def chosen(self) -> Programme:
        """Return the list that was chosen."""
        return self._programmes[str(self.programme.data)]


class StepForm(Form):
    """A button with the token."""


@blueprint.get("/")
@needs(Permission.EDIT_PROJECT)
def index() -> ResponseReturnValue:
    """Offer the choice of a file; list what was uploaded before."""
    return _index(FileForm(_programmes(), formdata=None))


@blueprint.post("/")
@needs(Permission.EDIT_PROJECT)
@limiter.limit("60 per hour")
def upload() -> ResponseReturnValue:
    """Read a file and open its preview; a file that came before opens the preview it has."""
    form = FileForm(_programmes())
    is_valid = form.validate_on_submit()
    file = form.file.data
    if not (file and file.filename):
        form.file.errors = [_("请选 OC4IDS 文件")]
        return _index(form), UNREADABLE
    if not is_valid:
        form.file.errors = [*form.file.errors, _("请再选一次文件：其他内容改好以前没有保存它")]
        return _index(form), UNREADABLE
    data = file.stream.read(MAX_BYTES + 1)
    programme_id = form.chosen().id
    # Reading a file takes seconds: the place in the line of writers is given back meanwhile, and all read anew.
    db.session.rollback()
    try:
        projects, repairs = oc4ids.read_file(data)
    except InvalidFileError as error:
        form.file.errors = [file_words(error.reason)]
        return _index(form), UNREADABLE
    if not projects:
        form.file.errors = [file_words("no_projects")]
        return _index(form), UNREADABLE
    member = current_staff()
    if earlier := oc4ids.same_file(db.session(), data, programme_id, member):
        flash(_("这份文件传过了，下面就是当时的内容。"), "info")
        return redirect(url_for(".show", upload_id=earlier.id))
    came = Came(file.filename.rsplit("/", 1)[-1], data, projects, repairs)
    programme = db.session.get_one(Programme, programme_id)
    kept = oc4ids.keep(db.session(), came, programme, member, services().clock())
    db.session.commit()
    return redirect(url_for(".show", upload_id=kept.id))


@blueprint.get("/<int:upload_id>")
@needs(Permission.EDIT_PROJECT)
def show(upload_id: int) -> ResponseReturnValue:
    """Show every project of an upload, and what would be written."""
    return _preview(_upload(upload_id))


@blueprint.route("/<int:upload_id>/projects/<int:number>", methods=["GET", "POST"])
@needs(Permission.EDIT_PROJECT)
def project(upload_id: int, number: int) -> ResponseReturnValue:
    """Show every repair of one project, and say which project of this site it is."""
    kept = _upload(upload_id)
    lines = lines_of(db.session(), kept, _situation())
    if number >= len(lines):
        abort(404)
    offered = own_projects(db.session(), kept.programme, current_staff())
    if request.method == "POST" and StepForm().validate_on_submit():
        _insist_on_open(kept)
        about = request.form.get("about", "")
        known = lines[number].project
        slugs = {NEW, SKIP, *(one.slug for one in offered), *([known.slug] if known else [])}
        if about not in slugs:
            abort(400)
        oc4ids.choose(kept, number, about)
        db.session.commit()
        flash(_("已改好，重新检查过了。"), "good")
        return redirect(url_for(".show", upload_id=upload_id, _anchor=f"project-{number}"))
    return render_template(
        "admin/oc4ids/project.html",
        upload=kept,
        line=lines[number],
        projects=offered,
        choice=kept.choices.get(str(number), ""),
        states=UploadState,
        form=StepForm(formdata=None),
        **_words(),
    )


@blueprint.post("/<int:upload_id>/write")
@needs(Permission.EDIT_PROJECT)
def write(upload_id: int) -> ResponseReturnValue:
    """Write every project into drafts and proposals, or none while one of them is wrong."""
    kept = _insist_on_open(_upload(upload_id))
    if not StepForm().validate_on_submit():
        abort(400)
    lines = lines_of(db.session(), kept, _situation())
    if request.form.get("then") == "leave_out_wrong":
        for one in lines:
            if one.verdict is Verdict.WRONG:
                oc4ids.choose(kept, one.number, SKIP)
        db.session.commit()
        flash(_("要改正的项目都不导入了；要用哪一个，点开它再选回来。"), "good")
        return redirect(url_for(".show", upload_id=upload_id))
    if any(one.verdict is Verdict.DOUBTFUL for one in lines) and not request.form.get("looked"):
        return _preview(kept, _("有要核对的项目：看过以后请打勾，再写入")), UNREADABLE
    try:
        written = oc4ids.write(db.session(), kept, _situation(), services().clock())
    except ProjectRefusedError as error:
        db.session.rollback()
        return _preview(_upload(upload_id), _refused(lines[error.number], error)), UNREADABLE
    except WrongStateError:
        db.session.rollback()
        words = _("还有要改正的项目，或者没有可写的项目；一个也没有写入")
        return _preview(_upload(upload_id), words), UNREADABLE
    count = len(written.begun) + len(written.filled) + len(written.proposed)
    db.session.commit()
    flash(ngettext("已写入 %(num)s 个项目。", "已写入 %(num)s 个项目。", count), "good")
    if written.reports:
        months = len(written.reports)
        flash(ngettext("已写入 %(num)s 份月报草稿。", "已写入 %(num)s 份月报草稿。", months), "good")
    return redirect(url_for(".show", upload_id=upload_id))


@blueprint.post("/<int:upload_id>/discard")
@needs(Permission.EDIT_PROJECT)
def discard(upload_id: int) -> ResponseReturnValue:
    """Put an upload away; nothing of it was written."""
    kept = _insist_on_open(_upload(upload_id))
    if not StepForm().validate_on_submit():
        abort(400)
    oc4ids.discard(kept)
    db.session.commit()
    flash(_("已放弃这份文件，什么也没有写入。"), "good")
    return redirect(url_for(".index"))


def _refused(line: Line, error: ProjectRefusedError) -> str:
    """Return why the rules of a record refuse a project, and that nothing was written."""
    problems = "；".join(refusal_words(error.part, name, reason) for name, reason in error.problems.items())
    title = plain_record_text(line.record.title)
    return _("“%(title)s”不能写入（%(why)s）；一个项目也没有写入", title=title, why=problems)


def _programmes() -> Sequence[Programme]:
    """Return the own lists of places where the role may edit projects, newest first."""
    own = sa.select(Programme).where(Programme.origin == Origin.OWN).order_by(Programme.year.desc(), Programme.title)
    member = current_staff()
    return [
        one
        for one in db.session.scalars(own)
        if member.may_on(Permission.EDIT_PROJECT, one.division, None) or own_projects(db.session(), one, member)
    ]


def _upload(upload_id: int) -> Oc4idsUpload:
    """Return an upload of one's own, or answer 404."""
    kept = db.session.get(Oc4idsUpload, upload_id)
    if kept is None or kept.uploader_id != current_staff().id:
        abort(404)
    return kept


def _insist_on_open(kept: Oc4idsUpload) -> Oc4idsUpload:
    """Return an upload that waits. Raises ``WrongStateError`` once it is written or put away."""
    if kept.state is not UploadState.OPEN:
        raise WrongStateError("change", kept.state)
    return kept


def _situation() -> Situation:
    return Situation(current_staff(), services().today(), services().public_address or request.host_url.rstrip("/"))


def _words() -> dict[str, Any]:
    return {
        "verdicts": VERDICTS,
        "Verdict": Verdict,
        "doubts": doubts,
        "repair_words": repair_words,
        "NEW": NEW,
        "SKIP": SKIP,
    }


def _index(form: FileForm) -> str:
    uploads = oc4ids.uploads_of(db.session(), current_staff())
    return render_template("admin/oc4ids/index.html", form=form, uploads=uploads, states=UploadState)


def _preview(kept: Oc4idsUpload, complaint: str = "") -> str:
    # What is written already is matched to itself by now: the preview is what it was, the result says the rest.
    lines = lines_of(db.session(), kept, _situation()) if kept.state is UploadState.OPEN else []
    counts = {verdict: sum(one.verdict is verdict for one in lines) for verdict in Verdict}
    show_only = {one.value: one for one in Verdict}.get(request.args.get("show", ""))
    listed = [one for one in lines if show_only is None or one.verdict is show_only]
    pages = max(-(-len(listed) // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "admin/oc4ids/show.html",
        upload=kept,
        lines=listed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(listed),
        page=page,
        pages=pages,
        counts=counts,
        show_only=show_only,
        file_repairs=oc4ids.repairs_of(kept, None),
        repairs_shown=REPAIRS_SHOWN,
        complaint=complaint,
        states=UploadState,
        form=StepForm(formdata=None),
        **_words(),
    )
