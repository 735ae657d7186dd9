"""Remarks of reviewers on single fields of a report, and the answers of those who wrote it."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs, require
from minsheng import review_comments
from minsheng.database import db
from minsheng.reports import ProgressReport
from minsheng.review_comments import LONGEST, ReviewComment
from minsheng.staff import Permission
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("remarks", __name__, url_prefix="/remarks")


@blueprint.post("/reports/<int:report_id>")
@needs(Permission.PUBLISH_REPORT)
def add(report_id: int) -> ResponseReturnValue:
    """Remark on a field. Raises ``WrongStateError`` for a report that does not wait for a second person."""
    report = db.session.get(ProgressReport, report_id)
    if report is None or report.is_compiled:
        abort(404)
    require(Permission.PUBLISH_REPORT, report.project.division, report.project.agency)
    field, text = request.form.get("field", "")[:40], request.form.get("text", "").strip()
    if not text or len(text) > LONGEST:
        flash(_("没有记下：请写 1 到 %(most)s 个字的意见。", most=LONGEST), "error")
    else:
        review_comments.remark(db.session(), report, field, text, current_staff(), services().clock())
        db.session.commit()
        flash(_("意见已记下，写在那一项下面。填报的同事在退回以后答复。"), "good")
    return redirect(url_for("admin.publishing.show", report_id=report.id, _anchor=f"field-{field}" if field else None))


@blueprint.post("/<int:comment_id>/settle")
@needs(Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)
def settle(comment_id: int) -> ResponseReturnValue:
    """Answer a remark, or say that it is done."""
    comment = _comment(comment_id, Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)
    answer = request.form.get("answer", "").strip()
    if len(answer) > LONGEST:
        flash(_("没有记下：答复最多 %(most)s 个字。", most=LONGEST), "error")
    else:
        comment.settle(answer, current_staff(), services().clock())
        db.session.commit()
        flash(_("已答复。") if answer else _("这条意见算处理完了。"), "good")
    return _back(comment)


@blueprint.post("/<int:comment_id>/take-up")
@needs(Permission.PUBLISH_REPORT)
def take_up(comment_id: int) -> ResponseReturnValue:
    """Let a remark wait for an answer again."""
    comment = _comment(comment_id, Permission.PUBLISH_REPORT)
    comment.take_up()
    db.session.commit()
    flash(_("这条意见重新等答复。"), "good")
    return _back(comment)


def _comment(comment_id: int, *permissions: Permission) -> ReviewComment:
    """Return a remark within the role's part, or answer 404; raise ``NotAllowedError`` outside it."""
    comment = db.session.get(ReviewComment, comment_id)
    if comment is None:
        abort(404)
    project, member = comment.report.project, current_staff()
    allowed = [one for one in permissions if member.may_on(one, project.division, project.agency)]
    require(allowed[0] if allowed else permissions[0], project.division, project.agency)
    return comment


def _back(comment: ReviewComment) -> ResponseReturnValue:
    """Go back to where the remark is read: the form while it may be written on, else the page of the report."""
    report = comment.report
    if report.may_be_edited:
        return redirect(url_for("admin.reports.write", slug=report.project.slug, month=report.month))
    return redirect(url_for("admin.publishing.show", report_id=report.id))
