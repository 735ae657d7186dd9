"""Monitoring: the private page of a resident who watches a site, reached by their link and by nothing else."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf.file import MultipleFileField
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, TextAreaField

from minsheng.database import db
from minsheng.participation import monitoring
from minsheng.participation.monitoring import MOST_PHOTOS, LinkVoidError
from minsheng.participation.monitors import Monitor, MonitorReport
from pages import tickets
from pages.forms import DateField, Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public.casework import suggestion_photos
from public.casework.suggestion_photos import Taken

blueprint = Blueprint("monitoring", __name__, url_prefix="/monitor")
PURPOSE = "monitor"
LONGEST_AGO = dt.timedelta(days=60)
REPORTS_SHOWN = 20


class VisitForm(Form):
    """What a monitor saw on one visit; ``kept`` names pictures that are here already, signed."""

    ticket = HiddenField()
    kept = HiddenField()
    visited_on = DateField(_l("哪天去的"), validators=[required(_l("请填去现场的日期"))])
    text = TextAreaField(_l("看到了什么"), validators=[required(_l("请写下看到的")), length(least=5, most=2000)])
    photos = MultipleFileField(_l("照片"))

    def validate_on(self, today: dt.date, appointed_on: dt.date) -> bool:
        """Check the form, and that the visit lies between the appointment and today, not long ago."""
        if not self.validate_on_submit():
            return False
        day = self.visited_on.data
        if day > today:
            self.visited_on.errors = [_("日期不能晚于今天")]
        elif day < max(appointed_on, today - LONGEST_AGO):
            self.visited_on.errors = [_("请填受聘以后、最近 60 天内的日期")]
        return not self.errors


@blueprint.route("/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour; 20 per minute", methods=["GET"])
@limiter.limit("20 per hour; 6 per minute", methods=["POST"])
def report(token: str) -> str | BaseResponse | tuple[str, int]:
    """Take a report from whoever holds the link; a second sending of the same form makes no second report."""
    at, today = services().clock(), services().today()
    try:
        monitor = monitoring.find(db.session(), token[:100], at)
    except LinkVoidError:
        return render_template("public/monitoring/void.html"), 404
    form = VisitForm()
    if not form.is_submitted():
        form.visited_on.data = today
        form.ticket.data = tickets.issue(services().secret, _purpose(monitor))
        return _page(monitor, form, Taken(), token)
    identity, appointed_on = monitor.id, monitor.appointed_on
    # Reading pictures takes seconds: nothing is held in the database meanwhile.
    db.session.rollback()
    taken = suggestion_photos.take(
        form.photos.data or (), form.kept.data or "", request.form.getlist("unwanted"), MOST_PHOTOS
    )
    form.kept.data = taken.signed
    is_valid = form.validate_on(today, appointed_on)
    monitor = db.session.get_one(Monitor, identity)
    ticket = tickets.read(services().secret, _purpose(monitor), form.ticket.data or "")
    if taken.errors:
        form.photos.errors = taken.errors
    if ticket is None:
        form.ticket.data = tickets.issue(services().secret, _purpose(monitor))
        form.form_errors.append(_("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。"))
    if not is_valid or taken.errors or ticket is None:
        return _page(monitor, form, taken, token), 422
    _store(form, taken, token, ticket, at)
    return redirect(url_for(".report", token=token, sent=1))


def _store(form: VisitForm, taken: Taken, token: str, ticket: str, at: dt.datetime) -> None:
    """Store the report in one commit; the link is looked at again, for it may have been taken back meanwhile."""
    monitor = monitoring.find(db.session(), token, at)
    try:
        monitoring.receive(
            db.session(),
            monitor,
            form.visited_on.data,
            "\n".join((form.text.data or "").splitlines()),
            taken.stored,
            ticket=ticket,
            at=at,
        )
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if db.session.scalar(sa.select(MonitorReport.id).where(MonitorReport.ticket == ticket)) is None:
            raise


def _purpose(monitor: Monitor) -> str:
    """Return the purpose of a monitor's form tickets: a ticket of another monitor is none."""
    return f"{PURPOSE}:{monitor.id}"


def _page(monitor: Monitor, form: VisitForm, taken: Taken, token: str) -> str:
    reports = db.session.scalars(
        sa.select(MonitorReport)
        .where(MonitorReport.monitor_id == monitor.id)
        .order_by(MonitorReport.visited_on.desc(), MonitorReport.id.desc())
        .limit(REPORTS_SHOWN)
    ).all()
    names: dict[str, Any] = {
        "monitor": monitor,
        "project": monitor.project,
        "form": form,
        "kept": taken.stored,
        "most_photos": MOST_PHOTOS,
        "reports": reports,
        "is_sent": "sent" in request.args and not form.is_submitted(),
        "address": url_for(".report", token=token),
        "shows_invented": monitor.project.is_invented,
    }
    return render_template("public/monitoring/report.html", **names)
