"""The second signature: reading a report against the last one, publishing or returning it, and what comes after."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.editorial import second_signature
from admin.editorial.report_forms import CorrectForm, PublishForm, ReturnForm, TimeForm, WithdrawForm
from admin.editorial.report_rows import figure_rows, photo_rows, text_rows
from minsheng import journal
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import reporting, review_acts
from minsheng.editorial.publishing import withdraw_report
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.journal import Act
from minsheng.records.reports import ProgressReport
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("publishing", __name__, url_prefix="/publishing")
UNREADABLE = 422


@blueprint.get("/<int:report_id>")
@needs(Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)
def show(report_id: int) -> ResponseReturnValue:
    """Show a report beside the one it follows or corrects, with what may be done about it."""
    return _page(_report(report_id, Permission.WRITE_REPORT, Permission.PUBLISH_REPORT))


@blueprint.post("/<int:report_id>/publish")
@needs(Permission.PUBLISH_REPORT)
def publish(report_id: int) -> ResponseReturnValue:
    """Make a report public.

    Raises ``OwnWorkError``, ``UnansweredChecksError``, ``ReasonRequiredError``, and ``WrongStateError`` where the
    report is not the one that was read.
    """
    report = _report(report_id, Permission.PUBLISH_REPORT)
    form = PublishForm()
    if not form.validate_on_submit():
        raise WrongStateError("publish", "changed")
    _publish(report, form.version.data or "")
    db.session.commit()
    flash(_("已公示。居民现在看得到，也搜得到。"), "good")
    return redirect(url_for(".show", report_id=report.id))


@blueprint.post("/<int:report_id>/time")
@needs(Permission.PUBLISH_REPORT)
def publish_later(report_id: int) -> ResponseReturnValue:
    """Sign a report now, to become public at a chosen time. Raises as :func:`publish`."""
    report = _report(report_id, Permission.PUBLISH_REPORT)
    form = TimeForm()
    if not second_signature.sign_for_later(report, form):
        return _page(report, time_form=form), UNREADABLE
    db.session.commit()
    flash(_("到时候会自动公示；在那之前随时可以取消。"), "good")
    return redirect(url_for(".show", report_id=report.id))


@blueprint.post("/<int:report_id>/time/cancel")
@needs(Permission.PUBLISH_REPORT)
def cancel_time(report_id: int) -> ResponseReturnValue:
    """Call off the publication a report waits for."""
    report = _report(report_id, Permission.PUBLISH_REPORT)
    was_waiting = second_signature.call_off(report)
    db.session.commit()
    if was_waiting:
        flash(_("已取消定时公示，月报还在等审核。"), "good")
    else:
        flash(_("这份月报没有在等定时公示。"), "warning")
    return redirect(url_for(".show", report_id=report.id))


@blueprint.post("/<int:report_id>/return")
@needs(Permission.PUBLISH_REPORT)
def send_back(report_id: int) -> ResponseReturnValue:
    """Return a report to its author with a reason, which the open remarks make where none is typed."""
    report = _report(report_id, Permission.PUBLISH_REPORT)
    form = ReturnForm()
    second_signature.reason_from_remarks(report, form, "reason")
    if not form.validate_on_submit():
        return _page(report, return_form=form), UNREADABLE
    at = services().clock()
    second_signature.call_off(report)
    report.send_back(form.reason.data or "", at)
    db.session.flush()
    act = Act(
        "report_returned",
        report.subject,
        current_staff().post,
        about_project=report.project.slug,
        is_public=False,
        reason=report.returned_reason,
    )
    journal.record(db.session(), act, at)
    db.session.commit()
    flash(_("已退回，填报的同事会看到原因。"), "good")
    return redirect(url_for("admin.review_queue.index"))


@blueprint.post("/<int:report_id>/correct")
@needs(Permission.WRITE_REPORT)
def correct(report_id: int) -> ResponseReturnValue:
    """Begin the next revision of a published report, with a reason for everyone to read."""
    report = _report(report_id, Permission.WRITE_REPORT)
    form = CorrectForm()
    if not form.validate_on_submit():
        return _page(report, correct_form=form), UNREADABLE
    if report.month is None or reporting.report_in_work(report.project, report.month) is not None:
        raise WrongStateError("correct", "in_work")
    with db.session.no_autoflush:
        revision = report.correction(current_staff(), form.correct_reason.data or "", services().clock())
        reporting.carry_photos(report, revision)
        db.session.add(revision)
    db.session.commit()
    flash(_("已开出更正稿：改好后提交，由另一位同事审核。公示的内容在那之前不变。"), "good")
    return redirect(url_for("admin.reports.write", slug=report.project.slug, month=report.month))


@blueprint.post("/<int:report_id>/withdraw")
@needs(Permission.PUBLISH_REPORT)
def withdraw(report_id: int) -> ResponseReturnValue:
    """Take a published report out of force; the public reads the reason in its place."""
    report = _report(report_id, Permission.PUBLISH_REPORT)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(report, withdraw_form=form), UNREADABLE
    withdraw_report(db.session(), report, form.withdraw_reason.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤回，原处留下说明。"), "good")
    return redirect(url_for(".show", report_id=report.id))


def _publish(report: ProgressReport, version: str) -> None:
    """Publish the version that was read; a publication that waited for its time is called off."""
    if version != str(report.version):
        raise WrongStateError("publish", "changed")
    member, at = current_staff(), services().clock()
    second_signature.call_off(report)
    review_acts.publish(db.session(), report, member, at, one_person_mode=services().one_person_mode)


def _report(report_id: int, *permissions: Permission) -> ProgressReport:
    """Return an own report within the role's part, or answer 404; raise ``NotAllowedError`` outside it."""
    report = db.session.get(ProgressReport, report_id)
    if report is None or report.is_compiled or report.month is None:
        abort(404)
    if not _may(report, *permissions):
        raise NotAllowedError
    return report


def _may(report: ProgressReport, *permissions: Permission) -> bool:
    project = report.project
    return any(current_staff().may_on(one, project.division, project.agency) for one in permissions)


def _page(
    report: ProgressReport,
    *,
    return_form: Form | None = None,
    correct_form: Form | None = None,
    withdraw_form: Form | None = None,
    time_form: TimeForm | None = None,
) -> str:
    before = reporting.compared_report(report)
    findings = reporting.findings_of(report)
    in_work = reporting.report_in_work(report.project, report.month or "")
    version = {"version": str(report.version)}
    return render_template(
        "admin/publishing/show.html",
        report=report,
        before=before,
        figures=figure_rows(report, before),
        texts=text_rows(report, before),
        photos=photo_rows(report, before),
        findings=[(finding, reporting.explanation_of(report, finding)[0]) for finding in findings],
        unexplained=reporting.unexplained(report, findings),
        may_correct=report.is_in_force and in_work is None and _may(report, Permission.WRITE_REPORT),
        may_withdraw=report.is_in_force and _may(report, Permission.PUBLISH_REPORT),
        correction=in_work if in_work is not report else None,
        publish_form=PublishForm(formdata=None, data=version),
        return_form=return_form or ReturnForm(formdata=None),
        correct_form=correct_form or CorrectForm(formdata=None),
        withdraw_form=withdraw_form or WithdrawForm(formdata=None),
        **second_signature.deciding(report, time_form),
    )
