"""The desk: what is due today of whoever is signed in. Every number leads to the list it counts."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from minsheng import applying, duties, paper_sheets
from minsheng.database import db
from minsheng.staff import Permission
from pages.services import services

blueprint = Blueprint("desk", __name__)
SHOWN = 8
"""So many entries of a list stand on the desk; its heading leads to all of them."""


@blueprint.get("/")
@needs(Permission.SEE_DESK)
def index() -> ResponseReturnValue:
    """Show what waits, per role."""
    member, today = current_staff(), services().today()
    names: dict[str, object] = {"today": today, "shown": SHOWN, "waits_for": duties.waits_for}
    if member.may(Permission.WRITE_REPORT):
        projects = duties.own_projects(db.session(), member, Permission.WRITE_REPORT)
        names["owed"] = duties.owed_months(projects, today, services().report_due_day)
        names["returned"] = duties.returned_reports(projects)
    if member.may(Permission.PUBLISH_REPORT):
        projects = duties.own_projects(db.session(), member, Permission.PUBLISH_REPORT)
        names["to_publish"] = duties.reports_to_publish(projects, member)
    if member.may(Permission.PROPOSE_PROJECT):
        names["proposals_returned"] = applying.returned_to(db.session(), member)
    if member.may(Permission.EDIT_PROJECT):
        names["proposals_waiting"] = applying.waiting_for(db.session(), member)
    if any(member.may(one) for one in SUGGESTION_PERMISSIONS):
        cases = duties.cases_of(db.session(), member)
        names["cases"] = [case for case in cases if duties.waits_for(member, case)]
        names["reminded"] = [case for case in cases if case.is_reminded and duties.may_handle(member, case)]
        names["escalated"] = [case for case in cases if duties.is_told_of_delay(member, case)]
        names["overdue"] = [case for case in cases if case.is_overdue(today)]
    if any(member.may(one) for one in SURVEY_PERMISSIONS):
        waves = duties.waves_of(db.session(), member)
        names["open_waves"] = [wave for wave in waves if wave.is_open(today)]
        names["closed_waves"] = [wave for wave in waves if wave.has_closed(today)]
    if member.may(Permission.ENTER_PAPER):
        waves = paper_sheets.waves_to_enter(db.session(), today)
        names["paper_waves"] = [one for one in waves if member.may_on(Permission.ENTER_PAPER, one.division, None)]
    return render_template("admin/desk/index.html", **names)


SUGGESTION_PERMISSIONS = (
    Permission.REVIEW_SUGGESTION,
    Permission.HANDLE_SUGGESTION,
    Permission.SUPERVISE_SUGGESTION,
)
SURVEY_PERMISSIONS = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
