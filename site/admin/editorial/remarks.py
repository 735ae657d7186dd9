"""Remarks of reviewers on single fields of what waits for a second person, and the answers of those who wrote it."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import review_comments, reviewed
from minsheng.editorial.content_pages import ContentPage
from minsheng.editorial.proposals import Proposal
from minsheng.editorial.review_comments import LONGEST, ReviewComment
from minsheng.editorial.reviewed import PUBLISHED_BY, WRITTEN_BY, Reviewed
from minsheng.errors import NotAllowedError
from minsheng.records.reports import ProgressReport
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("remarks", __name__, url_prefix="/remarks")
PUBLISHING = tuple(PUBLISHED_BY.values())
CONCERNED = (*PUBLISHING, *WRITTEN_BY.values())


@blueprint.post("/reports/<int:report_id>")
@needs(Permission.PUBLISH_REPORT)
def add(report_id: int) -> ResponseReturnValue:
    """Remark on a field of a report. Raises ``WrongStateError`` for one that does not wait for a second person."""
    report = db.session.get(ProgressReport, report_id)
    if report is None or report.is_compiled:
        abort(404)
    return _add(report)


@blueprint.post("/proposals/<int:proposal_id>")
@needs(Permission.EDIT_PROJECT)
def add_to_proposal(proposal_id: int) -> ResponseReturnValue:
    """Remark on a field of a change to a project's record; raises as for a report."""
    return _add(db.session.get(Proposal, proposal_id) or abort(404))


@blueprint.post("/pages/<int:page_id>")
@needs(Permission.EDIT_CONTENT)
def add_to_page(page_id: int) -> ResponseReturnValue:
    """Remark on a page's version that waits; raises as for a report."""
    return _add(db.session.get(ContentPage, page_id) or abort(404))


@blueprint.post("/<int:comment_id>/settle")
@needs(*CONCERNED)
def settle(comment_id: int) -> ResponseReturnValue:
    """Answer a remark, or say that it is done."""
    comment = _comment(comment_id)
    about = comment.about
    member = current_staff()
    if not (reviewed.may(member, WRITTEN_BY, about) or reviewed.may(member, PUBLISHED_BY, about)):
        raise NotAllowedError
    answer = request.form.get("answer", "").strip()
    if len(answer) > LONGEST:
        flash(_("没有记下：答复最多 %(most)s 个字。", most=LONGEST), "error")
    else:
        comment.settle(answer, member, services().clock())
        db.session.commit()
        flash(_("已答复。") if answer else _("这条意见算处理完了。"), "good")
    return redirect(_place_of(about))


@blueprint.post("/<int:comment_id>/take-up")
@needs(*PUBLISHING)
def take_up(comment_id: int) -> ResponseReturnValue:
    """Let a remark wait for an answer again."""
    comment = _comment(comment_id)
    _require_publisher(comment.about)
    comment.take_up()
    db.session.commit()
    flash(_("这条意见重新等答复。"), "good")
    return redirect(_place_of(comment.about))


def _add(about: Reviewed) -> ResponseReturnValue:
    _require_publisher(about)
    field, text = request.form.get("field", "")[:40], request.form.get("text", "").strip()
    if not text or len(text) > LONGEST:
        flash(_("没有记下：请写 1 到 %(most)s 个字的意见。", most=LONGEST), "error")
    else:
        review_comments.remark(db.session(), about, field, text, current_staff(), services().clock())
        db.session.commit()
        flash(_("意见已记下，写在那一项下面。写的同事看得到，退回以后改好再答复。"), "good")
    return redirect(_place_of(about, f"field-{field}" if field else None))


def _comment(comment_id: int) -> ReviewComment:
    return db.session.get(ReviewComment, comment_id) or abort(404)


def _require_publisher(about: Reviewed) -> None:
    """Raise ``NotAllowedError`` for whoever may not publish the record."""
    if not reviewed.may(current_staff(), PUBLISHED_BY, about):
        raise NotAllowedError


def _place_of(about: Reviewed, anchor: str | None = None) -> str:
    """Return where a remark is read: a report's form while it may be written on, else the page of the record."""
    if isinstance(about, Proposal):
        return url_for("admin.proposals.show", proposal_id=about.id, _anchor=anchor)
    if isinstance(about, ContentPage):
        return url_for("admin.content.show", page_id=about.id, version=about.submitted_number, _anchor=anchor)
    if about.may_be_edited:
        return url_for("admin.reports.write", slug=about.project.slug, month=about.month)
    return url_for("admin.publishing.show", report_id=about.id, _anchor=anchor)
