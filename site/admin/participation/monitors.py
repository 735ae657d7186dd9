"""Monitors: appoint a resident by badge, give out a private link, read what comes through it, and show it as theirs."""

import datetime as dt

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from admin.access import current_staff, needs, require
from admin.casework.suggestion_forms import StepForm
from admin.participation.monitor_forms import (
    ALT,
    AppointForm,
    EndForm,
    LinkForm,
    MonitorReviewForm,
    RefuseReportForm,
    WithdrawForm,
)
from minsheng.accounts.staff import Permission
from minsheng.casework.case_statistics import midnight
from minsheng.database import db
from minsheng.participation import monitoring
from minsheng.participation.monitors import Monitor, MonitorReport, MonitorReportState
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from pages.addresses import absolute
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("monitors", __name__, url_prefix="/monitors")
UNREADABLE = 422
LONGEST_ALT = 200


@blueprint.get("/")
@needs(Permission.EDIT_PROJECT)
def index() -> ResponseReturnValue:
    """List the reports that wait to be read, and the monitors of one's part."""
    monitors = db.session.scalars(
        sa.select(Monitor)
        .options(selectinload(Monitor.reports), selectinload(Monitor.project))
        .order_by(Monitor.ended_on.is_not(None), Monitor.badge)
    )
    own = [monitor for monitor in monitors if _is_own(monitor.project)]
    waiting = [report for monitor in own for report in monitor.reports if report.state is MonitorReportState.RECEIVED]
    return render_template(
        "admin/monitors/index.html", monitors=own, waiting=sorted(waiting, key=lambda report: report.id)
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.EDIT_PROJECT)
def new() -> ResponseReturnValue:
    """Appoint a monitor and show the private link, this once."""
    today, at = services().today(), services().clock()
    form = AppointForm(_projects())
    if not form.is_submitted():
        form.project.data = request.args.get("project", "")
        form.expires_on.data = today + monitoring.LIFETIME
        return render_template("admin/monitors/new.html", form=form)
    if not form.validate_from(today):
        return render_template("admin/monitors/new.html", form=form), UNREADABLE
    badge = (form.badge.data or "").strip()
    if db.session.scalar(sa.select(Monitor.id).where(Monitor.badge == badge)) is not None:
        form.badge.errors = [_("这个编号已经用过，请换一个")]
        return render_template("admin/monitors/new.html", form=form), UNREADABLE
    project = next(one for one in _projects() if one.slug == form.project.data)
    monitor = monitoring.appoint(db.session(), project, badge, today, current_staff().post, at)
    return _with_link(monitor, form.expires_on.data, at)


@blueprint.get("/<int:monitor_id>")
@needs(Permission.EDIT_PROJECT)
def show(monitor_id: int) -> ResponseReturnValue:
    """Show a monitor with the reports, and whether there is a link that works."""
    return _page(_monitor(monitor_id))


@blueprint.post("/<int:monitor_id>/invite")
@needs(Permission.EDIT_PROJECT)
def invite(monitor_id: int) -> ResponseReturnValue:
    """Give out a new link, shown this once; the former one is void."""
    monitor, form = _monitor(monitor_id), LinkForm()
    if not form.validate_from(services().today()):
        return _page(monitor, link_form=form), UNREADABLE
    return _with_link(monitor, form.expires_on.data, services().clock())


@blueprint.post("/<int:monitor_id>/revoke")
@needs(Permission.EDIT_PROJECT)
def revoke(monitor_id: int) -> ResponseReturnValue:
    """Make the link void."""
    monitor = _monitor(monitor_id)
    monitoring.revoke(db.session(), monitor, current_staff().post, services().clock())
    return _done(monitor, _("链接已作废。"))


@blueprint.post("/<int:monitor_id>/end")
@needs(Permission.EDIT_PROJECT)
def end(monitor_id: int) -> ResponseReturnValue:
    """End the appointment publicly, with its reason."""
    monitor, form = _monitor(monitor_id), EndForm()
    if not form.validate_on_submit():
        return _page(monitor, end_form=form), UNREADABLE
    at, reason = services().clock(), form.ended_because.data or ""
    monitoring.end(db.session(), monitor, reason, services().today(), current_staff().post, at)
    return _done(monitor, _("已结束，理由登在项目页面上；链接已作废。"))


@blueprint.get("/reports/<int:report_id>")
@needs(Permission.EDIT_PROJECT)
def report(report_id: int) -> ResponseReturnValue:
    """Show a report with its pictures, and what can be done with it."""
    return _report_page(_report(report_id))


@blueprint.post("/reports/<int:report_id>/publish")
@needs(Permission.EDIT_PROJECT)
def publish(report_id: int) -> ResponseReturnValue:
    """Show a report as its monitor's, once nothing personal is left in it."""
    found = _report(report_id)
    form = MonitorReviewForm(found)
    if not form.validate_on_submit():
        return _report_page(found, review_form=form), UNREADABLE
    alt_texts = {photo.id: request.form.get(f"{ALT}{photo.id}", "")[:LONGEST_ALT] for photo in found.photos}
    words = "\n".join((form.text.data or "").splitlines())
    monitoring.publish(db.session(), found, words, alt_texts, current_staff().post, services().clock())
    return _done(found.monitor, _("已登出，注明是%(badge)s写的。", badge=found.monitor.badge))


@blueprint.post("/reports/<int:report_id>/refuse")
@needs(Permission.EDIT_PROJECT)
def refuse(report_id: int) -> ResponseReturnValue:
    """Keep a report inside, with a reason that its monitor reads."""
    found, form = _report(report_id), RefuseReportForm()
    if not form.validate_on_submit():
        return _report_page(found, refuse_form=form), UNREADABLE
    reason = form.refused_reason.data or ""
    monitoring.refuse(db.session(), found, reason, current_staff().post, services().clock())
    return _done(found.monitor, _("没有登出，理由已告诉监督员。"))


@blueprint.post("/reports/<int:report_id>/withdraw")
@needs(Permission.EDIT_PROJECT)
def withdraw(report_id: int) -> ResponseReturnValue:
    """Take a published report back, leaving the reason."""
    found, form = _report(report_id), WithdrawForm()
    if not form.validate_on_submit():
        return _report_page(found, withdraw_form=form), UNREADABLE
    reason = form.withdrawn_reason.data or ""
    monitoring.withdraw(db.session(), found, reason, current_staff().post, services().clock())
    return _done(found.monitor, _("已撤下，理由留在项目页面上。"))


def _is_own(project: Project) -> bool:
    return current_staff().may_on(Permission.EDIT_PROJECT, project.division, project.agency)


def _monitor(monitor_id: int) -> Monitor:
    """Return a monitor within one's part, or answer 404; raise ``NotAllowedError`` for another's."""
    monitor = db.session.get(Monitor, monitor_id, with_for_update=request.method == "POST")
    if monitor is None:
        abort(404)
    require(Permission.EDIT_PROJECT, monitor.project.division, monitor.project.agency)
    return monitor


def _report(report_id: int) -> MonitorReport:
    found = db.session.get(MonitorReport, report_id, with_for_update=request.method == "POST")
    if found is None:
        abort(404)
    project = found.monitor.project
    require(Permission.EDIT_PROJECT, project.division, project.agency)
    return found


def _projects() -> list[Project]:
    """Return the public own projects of one's part, the newest year first."""
    query = Project.visible_to_residents().where(Project.origin == Origin.OWN)
    found = db.session.scalars(query.order_by(Project.year.desc(), Project.id))
    return [project for project in found if _is_own(project)]


def _with_link(monitor: Monitor, expires_on: dt.date, at: dt.datetime) -> ResponseReturnValue:
    """Make a link and show it: it is kept nowhere and can be shown only now."""
    lifetime = midnight(expires_on + dt.timedelta(days=1)) - at
    token = monitoring.invite(db.session(), monitor, current_staff().post, at, lifetime)
    db.session.commit()
    return render_template(
        "admin/monitors/link.html",
        monitor=monitor,
        link=absolute("public.monitoring.report", token=token),
        expires_on=expires_on,
    )


def _done(monitor: Monitor, message: str) -> ResponseReturnValue:
    db.session.commit()
    flash(message, "good")
    return redirect(url_for(".show", monitor_id=monitor.id))


def _page(monitor: Monitor, *, link_form: LinkForm | None = None, end_form: Form | None = None) -> str:
    if link_form is None:
        link_form = LinkForm(formdata=None)
        link_form.expires_on.data = services().today() + monitoring.LIFETIME
    return render_template(
        "admin/monitors/show.html",
        monitor=monitor,
        link=monitoring.open_link(db.session(), monitor, services().clock()),
        link_form=link_form,
        end_form=end_form or EndForm(formdata=None),
        step_form=StepForm(formdata=None),
    )


def _report_page(
    found: MonitorReport,
    *,
    review_form: MonitorReviewForm | None = None,
    refuse_form: Form | None = None,
    withdraw_form: Form | None = None,
) -> str:
    return render_template(
        "admin/monitors/report.html",
        report=found,
        monitor=found.monitor,
        is_waiting=found.state is MonitorReportState.RECEIVED,
        alt_texts={photo.id: request.form.get(f"{ALT}{photo.id}", photo.alt_text) for photo in found.photos},
        alt_prefix=ALT,
        review_form=review_form or MonitorReviewForm(found, formdata=None),
        refuse_form=refuse_form or RefuseReportForm(formdata=None),
        withdraw_form=withdraw_form or WithdrawForm(formdata=None),
    )
