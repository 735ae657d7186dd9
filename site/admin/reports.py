"""Monthly reports: what each project owes, and writing one month in one screen."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs, require
from admin.report_forms import FUNDS, WORDS, ReportForm, carried_values, explanation_name, report_form, values_of
from admin.report_rows import differences
from minsheng import duties, journal, reporting
from minsheng.database import db
from minsheng.errors import WrongStateError
from minsheng.findings import Finding
from minsheng.journal import Act
from minsheng.photos import Photo, PhotoPhase
from minsheng.projects import Project, ProjectKind, Stage, project_by_slug
from minsheng.publishing import INTERRUPTED
from minsheng.reports import IndicatorValue, ProgressReport
from minsheng.staff import Permission
from pages.language import gettext as _
from pages.language import ngettext
from pages.services import services

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
UNREADABLE, STALE = 422, 409


@blueprint.get("/")
@needs(Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)
def index() -> ResponseReturnValue:
    """List the projects with their months: reported, in work, owed."""
    member, today, due_day = current_staff(), services().today(), services().report_due_day
    projects = duties.own_projects(db.session(), member, Permission.WRITE_REPORT)
    return render_template(
        "admin/reports/index.html",
        show=request.args.get("show", ""),
        owed=duties.owed_months(projects, today, due_day),
        returned=duties.returned_reports(projects),
        under_way=[(project, _strip(project)) for project in projects if project.stage is Stage.UNDER_WAY],
        others=[(project, _strip(project)) for project in projects if project.stage is not Stage.UNDER_WAY],
        today=today,
    )


@blueprint.route("/<slug>/<month>", methods=["GET", "POST"])
@needs(Permission.WRITE_REPORT)
def write(slug: str, month: str) -> ResponseReturnValue:
    """Write the report of a month, beside the figures of the last one."""
    project = _project(slug, month)
    report = reporting.report_in_work(project, month)
    if request.method == "POST":
        return _save(project, month, report)
    if report is not None and not report.may_be_edited:
        return redirect(url_for("admin.publishing.show", report_id=report.id))
    in_force = reporting.report_in_force(project, month)
    if report is None and in_force is not None:
        return redirect(url_for("admin.publishing.show", report_id=in_force.id))
    return _page(project, month, report, _form_of(project, month, report))


@blueprint.post("/<slug>/<month>/photos/<int:photo_id>/remove")
@needs(Permission.WRITE_REPORT)
def remove_photo(slug: str, month: str, photo_id: int) -> ResponseReturnValue:
    """Take a picture out of a draft. Raises ``WrongStateError`` once the draft is handed in."""
    report = reporting.report_in_work(_project(slug, month), month)
    photo = next((one for one in report.photos if one.id == photo_id), None) if report else None
    if report is None or photo is None:
        abort(404)
    if not report.may_be_edited:
        raise WrongStateError("remove_photo", report.state)
    db.session.delete(photo)
    report.updated_at = services().clock()
    db.session.commit()
    flash(_("照片已经去掉。"), "good")
    return redirect(url_for(".write", slug=slug, month=month, _anchor="photos"))


def _project(slug: str, month: str) -> Project:
    """Return an own project that has this month, or answer 404; refuse what is outside the role's part."""
    project = project_by_slug(db.session(), slug)
    if project is None or project.is_compiled:
        abort(404)
    require(Permission.WRITE_REPORT, project.division, project.agency)
    if month not in {one.month for one in duties.months_of(project, services().today(), services().report_due_day)}:
        abort(404)
    return project


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


def _form_of(project: Project, month: str, report: ProgressReport | None, **kwargs: Any) -> ReportForm:
    """Return the form of a month: its draft, or a new one that carries over the last figures."""
    indicators = reporting.whole_indicators(project)
    if report is None:
        last = reporting.report_before(project, month)
        return report_form(indicators, (), data=carried_values(last) if last else None, **kwargs)
    findings = reporting.findings_of(report)
    shown = values_of(report) | {"version": str(report.version)}
    for finding in findings:
        shown[explanation_name(finding)] = reporting.explanation_of(report, finding)[0]
    return report_form(indicators, findings, data=shown, **kwargs)


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
        return _page(project, month, report, form), UNREADABLE
    if report is None:
        if reporting.report_in_force(project, month) is not None:
            return _stale(project, month, None, form)
        report = _start(project, month)
    _fill(report, form, findings)
    _add_pictures(report, form)
    db.session.flush()
    findings = reporting.findings_of(report)
    if request.form.get("then") != "submit":
        db.session.commit()
        flash(_("已保存。"), "good")
        return redirect(url_for(".write", slug=project.slug, month=month, _anchor="checks" if findings else None))
    if _lacks(report, form):
        db.session.commit()
        form = _with_errors(form, _form_of(project, month, report, formdata=None))
        return _page(project, month, report, form), UNREADABLE
    return _hand_in(report, findings)


def _hand_in(report: ProgressReport, findings: tuple[Finding, ...]) -> ResponseReturnValue:
    """Hand the report to a second person, unless a finding still lacks its explanation."""
    unexplained = reporting.unexplained(report, findings)
    if unexplained:
        db.session.commit()
        message = ngettext(
            "已保存。还有 %(num)s 条数据提醒，请改正数字或写明公开说明，再提交。",
            "已保存。还有 %(num)s 条数据提醒，请改正数字或写明公开说明，再提交。",
            len(unexplained),
        )
        flash(message, "warning")
        return redirect(url_for(".write", slug=report.project.slug, month=report.month, _anchor="checks"))
    at = services().clock()
    reporting.hand_in(report, findings, at)
    db.session.flush()
    act = Act(
        "report_submitted",
        report.subject,
        current_staff().post,
        about_project=report.project.slug,
        is_public=False,
    )
    journal.record(db.session(), act, at)
    db.session.commit()
    flash(_("已提交，等另一位同事审核公示。"), "good")
    return redirect(url_for("admin.publishing.show", report_id=report.id))


def _start(project: Project, month: str) -> ProgressReport:
    """Begin the report of a month."""
    report = ProgressReport(
        project=project,
        month=month,
        revision=reporting.next_revision(project, month),
        updated_at=services().clock(),
        author=current_staff(),
    )
    db.session.add(report)
    return report


def _fill(report: ProgressReport, form: ReportForm, findings: tuple[Finding, ...]) -> None:
    """Bring what was typed to the draft. Whoever wrote any of it cannot publish it."""
    report.stage = Stage(form.stage.data) if form.stage.data else None
    report.physical_progress = form.physical_progress.data
    for name in FUNDS:
        setattr(report, name, form[name].data)
    for name in (*WORDS, "correction_reason"):
        if name in request.form:
            setattr(report, name, "\n".join((form[name].data or "").strip().splitlines()))
    for indicator in reporting.whole_indicators(report.project):
        value, kept = form.quantity(indicator).data, report.value_of(indicator)
        if kept is not None:
            kept.value = value
        elif value is not None:
            report.values.append(IndicatorValue(indicator=indicator, indicator_id=indicator.id, value=value))
    reporting.explain(report, findings, {one.key: form.explanation(one).data or "" for one in findings})
    report.write_on(current_staff(), services().clock())


def _add_pictures(report: ProgressReport, form: ReportForm) -> bool:
    """Add the pictures that were stored with the form, without metadata; return whether there were any."""
    stored = [(slot, slot.stored) for slot in form.photo_forms() if slot.stored is not None]
    for slot, image in stored:
        report.photos.append(
            Photo(
                project=report.project,
                key=image.key,
                phase=PhotoPhase(slot.phase.data),
                taken_on=image.taken_on,
                caption=(slot.caption.data or "").strip(),
                alt_text=(slot.alt_text.data or "").strip(),
                width=image.width,
                height=image.height,
            )
        )
    return bool(stored)


def _keep_pictures(
    project: Project, month: str, report: ProgressReport | None, form: ReportForm
) -> ProgressReport | None:
    """Keep good pictures of a form that cannot be saved yet: a browser never sends a file twice by itself."""
    if not any(slot.stored for slot in form.photo_forms()):
        return report
    report = report or _start(project, month)
    _add_pictures(report, form)
    report.updated_at = services().clock()
    db.session.commit()
    form.version.data = str(report.version)
    for slot in form.photo_forms():
        if slot.stored is not None:
            slot.alt_text.data, slot.caption.data = "", ""
            slot.alt_text.raw_data = slot.caption.raw_data = None
    flash(_("照片已经存下，不用再选。"), "good")
    return report


def _lacks(report: ProgressReport, form: ReportForm) -> bool:
    """Say beside the fields what a report must have before a second person reads it; return whether it lacks any."""
    if report.stage is None:
        form.stage.errors = [_("请选现在的阶段")]
    if report.project.kind is ProjectKind.WORKS and report.physical_progress is None:
        form.physical_progress.errors = [_("请填到月底的形象进度")]
    if not report.done:
        form.done.errors = [_("请写明本月做了什么；没有进展也请写明")]
    if report.stage in INTERRUPTED and not report.difficulties:
        form.difficulties.errors = [_("暂停或取消要写明原因，会公开")]
    if report.revision > 1 and not report.correction_reason:
        form.correction_reason.errors = [_("请写明为什么更正，会公开")]
    return bool(form.errors)


def _with_errors(judged: ReportForm, shown: ReportForm) -> ReportForm:
    """Return the form of what is now stored, with the complaints about what was sent."""
    for field in judged:
        if field.errors and field.name in shown:
            shown[field.name].errors = list(field.errors)
    return shown


def _stale(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> ResponseReturnValue:
    """Someone else changed the record meanwhile: show both, and let what was typed be saved knowingly."""
    other = report or reporting.report_in_force(project, month)
    can_save = report is not None and report.may_be_edited
    conflict = {
        "is_there": other is not None,
        "post": other.author.post if other and other.author else "",
        "at": other.updated_at if other else None,
        "rows": differences(values_of(other), form, reporting.whole_indicators(project)) if other else [],
        "can_save": can_save or other is None,
    }
    if report is not None and can_save:
        _keep_pictures(project, month, report, form)
    form.version.data = str(report.version) if report else ""
    return render_template("admin/reports/write.html", **_names(project, month, report, form), conflict=conflict), STALE


def _page(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> str:
    return render_template("admin/reports/write.html", **_names(project, month, report, form), conflict=None)


def _names(project: Project, month: str, report: ProgressReport | None, form: ReportForm) -> dict[str, object]:
    findings = reporting.findings_of(report) if report else ()
    return {
        "project": project,
        "month": month,
        "report": report,
        "form": form,
        "last": reporting.report_before(project, month),
        "indicators": reporting.whole_indicators(project),
        "findings": [
            (finding, form.explanation(finding), reporting.explanation_of(report, finding)[1])
            for finding in findings
            if report is not None and explanation_name(finding) in form
        ],
        "carried": report is None,
        "today": services().today(),
        "due": duties.due_day_of(month, services().report_due_day),
    }
