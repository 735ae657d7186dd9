"""Monthly reports: what each project owes, and writing one month in one screen."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.editorial.report_drafts import (
    add_pictures,
    fill,
    follow_version,
    forget_typed,
    form_of,
    hand_in,
    lacks,
    start,
    typed_here,
    typed_names,
    with_errors,
    writable_project,
)
from admin.editorial.report_forms import ReportForm, explanation_name, report_form, values_of
from admin.editorial.report_rows import differences
from admin.resuming import resumes
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.desk import desk_reports, duties, typed_forms
from minsheng.editorial import reporting, review_comments
from minsheng.editorial.review_comments import ReviewComment
from minsheng.errors import WrongStateError
from minsheng.records.projects import Project, Stage
from minsheng.records.reports import ProgressReport
from pages.language import gettext as _
from pages.language import ngettext
from pages.services import services

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
UNREADABLE, STALE = 422, 409
CHOOSE, THEIRS = "choose-", "theirs"
PAGE = 50
OWED, RETURNED, WAITING, OTHERS = "owed", "returned", "waiting", "others"


@blueprint.get("/")
@needs(Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)
def index() -> ResponseReturnValue:
    """List the months that are owed, returned or waiting, or the projects with their months, a page at a time."""
    member, today, due_day = current_staff(), services().today(), services().report_due_day
    session, show, words = db.session(), _asked_for(), request.args.get("q", "").strip()[:80]
    number = max(request.args.get("page", 1, type=int), 1)
    at = (PAGE, (number - 1) * PAGE)
    owed_count, _late = desk_reports.months_owed(session, member, today, due_day)
    returned_count, returned = desk_reports.returned(session, member, *at)
    waiting_count, waiting = desk_reports.handed_in(session, member, *at)
    count, projects = desk_reports.projects_page(session, member, words, *at, under_way=show != OTHERS)
    total = {OWED: owed_count, RETURNED: returned_count, WAITING: waiting_count}.get(show, count)
    return render_template(
        "admin/reports/index.html",
        show=show,
        words=words,
        owed=desk_reports.owed_page(session, member, today, due_day, *at) if show == OWED else [],
        owed_count=owed_count,
        returned=returned,
        returned_count=returned_count,
        waiting=waiting,
        waiting_count=waiting_count,
        projects=[(project, _strip(project)) for project in projects] if show in {"", OTHERS} else [],
        total=total,
        page=number,
        pages=max(-(-total // PAGE), 1),
        today=today,
    )


def _asked_for() -> str:
    """Return which list the address asks for; the projects under way for any other word."""
    show = request.args.get("show", "")
    return show if show in {OWED, RETURNED, WAITING, OTHERS} else ""


def _keep_resumed(fields: list[tuple[str, str]], slug: str, month: str) -> None:
    """Keep what was sent when the sign-in had run out, so that the form shows it again."""
    project = writable_project(slug, month)
    names = typed_names(form_of(project, month, reporting.report_in_work(project, month)))
    sent = dict(fields)
    typed_forms.keep(
        db.session(),
        current_staff(),
        typed_forms.report_subject(slug, month),
        {name: sent[name] for name in names if name in sent},
        sent.get("version", ""),
        services().clock(),
    )


@blueprint.route("/<slug>/<month>", methods=["GET", "POST"])
@needs(Permission.WRITE_REPORT)
@resumes(_keep_resumed)
def write(slug: str, month: str) -> ResponseReturnValue:
    """Write the report of a month, beside the figures of the last one."""
    project = writable_project(slug, month)
    report = reporting.report_in_work(project, month)
    if request.method == "POST":
        return _save(project, month, report)
    if report is not None and not report.may_be_edited:
        return redirect(url_for("admin.publishing.show", report_id=report.id))
    in_force = reporting.report_in_force(project, month)
    if report is None and in_force is not None:
        return redirect(url_for("admin.publishing.show", report_id=in_force.id))
    typed = typed_here(project, month)
    form = form_of(project, month, report, typed)
    is_stale = typed is not None and typed.version != (str(report.version) if report else "")
    return _page(project, month, report, form, conflict=_conflict(project, month, report, form) if is_stale else None)


@blueprint.post("/<slug>/<month>/photos/<int:photo_id>/remove")
@needs(Permission.WRITE_REPORT)
def remove_photo(slug: str, month: str, photo_id: int) -> ResponseReturnValue:
    """Take a picture out of a draft. Raises ``WrongStateError`` once the draft is handed in."""
    project = writable_project(slug, month)
    report = reporting.report_in_work(project, month)
    if report is None:
        abort(404)
    if not report.may_be_edited:
        raise WrongStateError("remove_photo", report.state)
    before = str(report.version)
    _take_out(report, photo_id)
    report.updated_at = services().clock()
    db.session.flush()
    follow_version(project, month, before, report)
    db.session.commit()
    flash(_("照片已经去掉。"), "good")
    return redirect(url_for(".write", slug=slug, month=month, _anchor="photos"))


def _take_out(report: ProgressReport, photo_id: int) -> None:
    photo = next((one for one in report.photos if one.id == photo_id), None)
    if photo is None:
        abort(404)
    db.session.delete(photo)


def _strip(project: Project) -> list[dict[str, str]]:
    """Return the months of a project for the month strip, oldest first, each leading to its report."""
    strip = []
    for one in reversed(duties.months_of(project, services().today(), services().report_due_day)):
        if one.published is not None:
            state, url = "published", url_for("admin.publishing.show", report_id=one.published.id)
        else:
            url = url_for("admin.reports.write", slug=project.slug, month=one.month)
            is_to_come = project.stage is Stage.UNDER_WAY or one.in_work
            state = "missing" if one.is_late(services().today()) else "due" if is_to_come else "none"
        strip.append({"month": one.month, "state": state, "url": url})
    while strip and strip[-1]["state"] == "none":
        strip.pop()
    return strip


def _save(project: Project, month: str, report: ProgressReport | None) -> ResponseReturnValue:
    """Keep what was typed, whatever is wrong with it, and hand the report in where that was asked."""
    findings = reporting.findings_of(report) if report else ()
    form = report_form(reporting.whole_indicators(project), findings)
    # Reading pictures takes seconds: the place in the line of writers is given back meanwhile, and all read anew.
    db.session.rollback()
    is_readable = form.validate_on_submit()
    report = reporting.report_in_work(project, month)
    expected = str(report.version) if report else ""
    if (form.version.data or "") != expected or (report and not report.may_be_edited):
        return _stale(project, month, report, form)
    if not is_readable:
        report = _keep_pictures(project, month, report, form)
        _keep_unreadable(project, month, form)
        return _page(project, month, report, form), UNREADABLE
    if report is None:
        if reporting.report_in_force(project, month) is not None:
            return _stale(project, month, None, form)
        report = start(project, month)
    fill(report, form, findings, _left_to_others())
    add_pictures(report, form)
    removed = request.form.get("remove_photo", type=int)
    if removed is not None:
        _take_out(report, removed)
    forget_typed(project, month)
    db.session.flush()
    db.session.expire(report, ["photos"])
    if removed is not None:
        db.session.commit()
        flash(_("已保存，照片已经去掉。"), "good")
        return redirect(url_for(".write", slug=project.slug, month=month, _anchor="photos"))
    return _after_saving(report, form)


def _after_saving(report: ProgressReport, form: ReportForm) -> ResponseReturnValue:
    """Go on to what was asked for: the form again, or the page of a report that was handed in."""
    project, month = report.project, report.month or ""
    findings = reporting.findings_of(report)
    anchor = "checks" if findings else None
    if request.form.get("then") != "submit":
        db.session.commit()
        flash(_("已保存。"), "good")
        return redirect(url_for(".write", slug=project.slug, month=month, _anchor=anchor))
    if lacks(report, form):
        db.session.commit()
        form = with_errors(form, form_of(project, month, report))
        return _page(project, month, report, form), UNREADABLE
    unexplained = hand_in(report, findings)
    db.session.commit()
    if unexplained:
        message = ngettext(
            "已保存。还有 %(num)s 条数据提醒，请改正数字或写明公开说明，再提交。",
            "已保存。还有 %(num)s 条数据提醒，请改正数字或写明公开说明，再提交。",
            len(unexplained),
        )
        flash(message, "warning")
        return redirect(url_for(".write", slug=project.slug, month=month, _anchor=anchor))
    flash(_("已提交，等另一位同事审核公示。"), "good")
    return redirect(url_for("admin.publishing.show", report_id=report.id))


def _left_to_others() -> frozenset[str]:
    """Return the controls for which somebody chose what a colleague saved, instead of their own."""
    chosen = ((name, value) for name, value in request.form.items() if name.startswith(CHOOSE))
    return frozenset(name.removeprefix(CHOOSE) for name, value in chosen if value == THEIRS)


def _keep_unreadable(project: Project, month: str, form: ReportForm) -> None:
    """Keep what cannot be saved yet, so that leaving the page loses none of it."""
    typed_forms.keep(
        db.session(),
        current_staff(),
        typed_forms.report_subject(project.slug, month),
        {name: str(form[name].raw_data[0]) for name in typed_names(form) if form[name].raw_data},
        form.version.data or "",
        services().clock(),
    )
    db.session.commit()


def _keep_pictures(
    project: Project, month: str, report: ProgressReport | None, form: ReportForm
) -> ProgressReport | None:
    """Keep good pictures of a form that cannot be saved yet: a browser never sends a file twice by itself."""
    if not any(slot.stored for slot in form.photo_forms()):
        return report
    report = report or start(project, month)
    add_pictures(report, form)
    report.updated_at = services().clock()
    db.session.commit()
    form.version.data = str(report.version)
    for slot in form.photo_forms():
        if slot.stored is not None:
            slot.alt_text.data, slot.caption.data = "", ""
            slot.alt_text.raw_data = slot.caption.raw_data = None
    flash(_("照片已经存下，不用再选。"), "good")
    return report


def _stale(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> ResponseReturnValue:
    """Someone else changed the record meanwhile: show both, and let whoever is here choose."""
    conflict = _conflict(project, month, report, form)
    if conflict["can_save"]:
        _keep_unreadable(project, month, form)
        _keep_pictures(project, month, report, form)
    form.version.data = str(report.version) if report else ""
    return _page(project, month, report, form, conflict=conflict), STALE


def _conflict(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> dict[str, object]:
    """Return who saved what else, and for each control both texts."""
    other = report or reporting.report_in_force(project, month)
    return {
        "is_there": other is not None,
        "post": other.author.post if other and other.author else "",
        "at": other.updated_at if other else None,
        "rows": differences(values_of(other), form, reporting.whole_indicators(project)) if other else [],
        "can_save": other is None or (report is not None and report.may_be_edited),
    }


def _page(
    project: Project,
    month: str,
    report: ProgressReport | None,
    form: ReportForm,
    *,
    conflict: dict[str, object] | None = None,
) -> str:
    findings = reporting.findings_of(report) if report else ()
    at, member = services().clock(), current_staff()
    subject = typed_forms.report_subject(project.slug, month)
    return render_template(
        "admin/reports/write.html",
        project=project,
        month=month,
        report=report,
        form=form,
        last=reporting.report_before(project, month),
        indicators=reporting.whole_indicators(project),
        findings=[
            (finding, form.explanation(finding), reporting.explanation_of(report, finding)[1])
            for finding in findings
            if report is not None and explanation_name(finding) in form
        ],
        carried=report is None,
        today=services().today(),
        due=duties.due_day_of(month, services().report_due_day),
        conflict=conflict,
        typed=typed_here(project, month),
        others=typed_forms.others_at_work(db.session(), member, subject, at),
        remarks=_remarks(report),
    )


def _remarks(report: ProgressReport | None) -> dict[str, list[ReviewComment]]:
    """Return what reviewers remarked, by control."""
    remarks: dict[str, list[ReviewComment]] = {}
    for one in review_comments.comments_of(db.session(), report) if report is not None else ():
        remarks.setdefault(one.field, []).append(one)
    return remarks
