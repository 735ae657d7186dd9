"""What a form of a month tells the server while somebody types: keep it, check it, take a picture.

The answers are JSON for the page's own script; the words in them are ready to be shown.
"""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import CombinedMultiDict
from wtforms import HiddenField

from admin.access import current_staff, needs
from admin.editorial.report_drafts import (
    add_picture,
    field_of,
    fill,
    follow_version,
    forget_typed,
    form_of,
    start,
    typed_names,
    writable_project,
)
from admin.editorial.report_forms import PhotoForm, ReportForm, explanation_name
from minsheng.accounts.staff import Permission
from minsheng.clock import LOCAL_ZONE
from minsheng.database import db
from minsheng.desk import typed_forms
from minsheng.desk.typed_forms import TypedForm
from minsheng.editorial import reporting
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport
from pages.check_messages import check_message
from pages.language import gettext as _
from pages.language import plain_record_text
from pages.services import services
from pages.words import word

blueprint = Blueprint("report_keeping", __name__, url_prefix="/reports")
UNREADABLE, STALE = 422, 409


@blueprint.post("/<slug>/<month>/keep")
@needs(Permission.WRITE_REPORT)
def keep(slug: str, month: str) -> ResponseReturnValue:
    """Keep what is typed without saving it, and say what the checks say of it."""
    project = writable_project(slug, month)
    report = reporting.report_in_work(project, month)
    if _is_closed(project, month, report):
        return jsonify(closed=_("这份月报已经提交或公示，不能再改。您填的内容还在这一页上，请先复制。")), STALE
    names = typed_names(form_of(project, month, report))
    fields = {name: request.form[name] for name in names if name in request.form}
    version = request.form.get("version", "")
    typed = _keep(project, month, fields, version)
    return jsonify(
        kept=_("已自动保存 %(time)s", time=_clock(typed)),
        others=_others(project, month),
        conflict=_conflict(report, version),
        **_judged(project, month, report, typed),
    )


@blueprint.post("/<slug>/<month>/forget")
@needs(Permission.WRITE_REPORT)
def forget(slug: str, month: str) -> ResponseReturnValue:
    """Throw away what was typed and not saved; the draft as it was saved last stays."""
    project = writable_project(slug, month)
    forget_typed(project, month)
    db.session.commit()
    flash(_("没保存的内容已经丢弃，下面是上次保存的。"), "good")
    return redirect(url_for("admin.reports.write", slug=slug, month=month))


class SentPhotoForm(PhotoForm):
    """A picture sent by itself, with the version of the form it belongs to; the token stands in its own field."""

    version = HiddenField()


@blueprint.post("/<slug>/<month>/photos")
@needs(Permission.WRITE_REPORT)
def add_photo(slug: str, month: str) -> ResponseReturnValue:
    """Put one picture into the draft, which begins with it where there is none."""
    writable_project(slug, month)
    form = SentPhotoForm(_sent())
    if not form.is_filled:
        form.picture.errors = [_("请选照片文件")]
    # Reading a picture takes seconds: the place in the line of writers is given back meanwhile, and all read anew.
    db.session.rollback()
    if not form.is_filled or not form.validate() or form.stored is None:
        return jsonify(errors={field.name: list(field.errors) for field in form if field.errors}), UNREADABLE
    project = writable_project(slug, month)
    report = reporting.report_in_work(project, month)
    if _is_closed(project, month, report):
        return jsonify(closed=_("这份月报已经提交或公示，不能再加照片。")), STALE
    before = str(report.version) if report else ""
    report = report or start(project, month)
    photo = add_picture(report, form, form.stored)
    report.write_on(current_staff(), services().clock())
    db.session.flush()
    follow_version(project, month, before, report)
    db.session.commit()
    return jsonify(
        # A form that was behind already stays behind, so that saving it still shows what a colleague wrote.
        version=str(report.version) if form.version.data == before else form.version.data,
        url=url_for("admin.photos.show", photo_id=photo.id, width=480),
        words=_("已放进月报：%(words)s（%(phase)s）", words=photo.alt_text, phase=word(photo.phase)),
    )


def _sent() -> CombinedMultiDict[str, Any]:
    """Return fields and files of the request in one mapping, as forms read them."""
    return CombinedMultiDict([request.files, request.form])


def _is_closed(project: Project, month: str, report: ProgressReport | None) -> bool:
    if report is not None:
        return not report.may_be_edited
    return reporting.report_in_force(project, month) is not None


def _keep(project: Project, month: str, fields: dict[str, str], version: str) -> TypedForm:
    subject, at = typed_forms.report_subject(project.slug, month), services().clock()
    try:
        typed = typed_forms.keep(db.session(), current_staff(), subject, fields, version, at)
        db.session.commit()
    except IntegrityError:
        # Two windows of one person began in the same moment: the row is there now.
        db.session.rollback()
        typed = typed_forms.keep(db.session(), current_staff(), subject, fields, version, at)
        db.session.commit()
    return typed


def _clock(typed: TypedForm) -> str:
    return f"{typed.kept_at.astimezone(LOCAL_ZONE):%H:%M}"


def _others(project: Project, month: str) -> str:
    """Return in words who else is typing into this month just now; empty for nobody."""
    subject = typed_forms.report_subject(project.slug, month)
    others = typed_forms.others_at_work(db.session(), current_staff(), subject, services().clock())
    names = [_("%(post)s（%(time)s）", post=plain_record_text(one.member.post), time=_clock(one)) for one in others[:3]]
    return _("也有人正在写这份月报：%(names)s", names=_("、").join(names)) if names else ""


def _conflict(report: ProgressReport | None, version: str) -> str:
    """Return in words that someone saved another version since; empty for nobody."""
    if report is None or version == str(report.version):
        return ""
    post = plain_record_text(report.author.post) if report.author else ""
    return _(
        "%(post)s 于 %(time)s 保存了另一版。您填的没有丢；重新打开这一页，可以逐项选用谁的。",
        post=post,
        time=f"{report.updated_at.astimezone(LOCAL_ZONE):%H:%M}",
    )


def _judged(project: Project, month: str, report: ProgressReport | None, typed: TypedForm) -> dict[str, Any]:
    """Return what is wrong with a form as typed: complaints by control, and what the data checks find.

    The checks read a draft that holds what was typed; it is thrown away again.
    """
    try:
        with db.session.no_autoflush:
            form = form_of(project, month, report, typed)
            form.validate()
            errors = {name: [str(one) for one in form[name].errors] for name in typed_names(form) if form[name].errors}
            return {"errors": errors, "findings": _findings(project, month, report, form, frozenset(errors))}
    finally:
        db.session.rollback()


def _findings(
    project: Project, month: str, report: ProgressReport | None, form: ReportForm, unreadable: frozenset[str]
) -> list[dict[str, str]]:
    known = reporting.findings_of(report) if report is not None else ()
    report = report or start(project, month)
    shown = {name for name in typed_names(form) if not form[name].raw_data and form[name].data is not None}
    for name in shown:
        # Figures that are carried over and were not typed are part of what would be saved.
        form[name].raw_data = [form[name]._value()] if hasattr(form[name], "_value") else [str(form[name].data)]
    fill(report, form, known, unreadable)
    found = reporting.findings_of(report)
    return [
        {
            "field": field_of(one),
            "text": check_message(one),
            "explanation": explanation_name(one),
            "explained": "yes" if reporting.explanation_of(report, one)[0] else "",
        }
        for one in found
    ]
