"""The desk: what is due today of whoever is signed in. Every number leads to the list it counts.

Numbers are counted in the database and lists are cut, so that a desk with fifty thousand projects opens as fast as
one with fifty.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.editorial import second_signature
from minsheng.accounts import staff_standing, staffing
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework import quarantine
from minsheng.casework.held_letters import HeldLetter, HeldState
from minsheng.database import db
from minsheng.desk import desk_proposals, desk_reports, desk_signatures, duties
from minsheng.desk.desk_cases import DeskCases
from minsheng.editorial import applying, content_pages, reviewed, timed_publishing
from minsheng.editorial.reviewed import Reviewed
from minsheng.installation import sample_removal
from minsheng.oversight import inspection_acts, look_back_acts, problem_lists
from minsheng.oversight.problem_lists import Filters
from minsheng.oversight.problems import ProblemState
from minsheng.surveying import board_alarms, board_bursts, paper_sheets
from pages.installation import site_settings
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("desk", __name__)
SHOWN = 8
"""So many entries of a list stand on the desk; its heading leads to all of them."""
SUGGESTION_PERMISSIONS = (
    Permission.REVIEW_SUGGESTION,
    Permission.HANDLE_SUGGESTION,
    Permission.SUPERVISE_SUGGESTION,
)
SIGNED: Mapping[str, tuple[str, str, str, Callable[[Any], str]]] = MappingProxyType(
    {
        "look_backs": (_l("回头看"), "admin.lookbacks.show", "look_back_id", lambda one: one.project.title),
        "inspections": (_l("建成项目检查"), "admin.inspections.show", "plan_id", lambda one: one.title),
        "summonses": (_l("约谈名单"), "admin.summonses.show", "summons_id", lambda one: one.programme.title),
        "bulletins": (_l("通报"), "admin.bulletins.show", "issue_id", lambda one: one.title),
        "breakdowns": (_l("目标分解"), "admin.targets.sheet", "sheet_id", lambda one: one.indicator.name),
    }
)
"""Kind of what is signed → its word, the page where it is signed with its argument, and what it is called."""
SURVEY_PERMISSIONS = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)


@blueprint.get("/")
@needs(Permission.SEE_DESK)
def index() -> ResponseReturnValue:
    """Show what waits, per role."""
    member, today = current_staff(), services().today()
    names: dict[str, Any] = {"today": today, "shown": SHOWN}
    names |= _reports(member, today) | _projects(member) | _cases(member, today) | _ledger(member, today)
    names |= _surveys(member, today) | _accounts(member)
    return render_template("admin/desk/index.html", **names)


@blueprint.get("/checks")
@needs(Permission.WRITE_REPORT)
def checks() -> ResponseReturnValue:
    """List the drafts with findings of the data checks that nobody explained."""
    found = desk_reports.with_open_checks(db.session(), current_staff())
    return render_template("admin/desk/checks.html", found=found)


def _reports(member: StaffMember, today: dt.date) -> dict[str, Any]:
    names: dict[str, Any] = {}
    session, due_day = db.session(), services().report_due_day
    if member.may(Permission.WRITE_REPORT):
        names["owed_count"], names["owed_late"] = desk_reports.months_owed(session, member, today, due_day)
        names["owed"] = desk_reports.most_silent(session, member, today, due_day, SHOWN)
        names["returned_count"], names["returned"] = desk_reports.returned(session, member, SHOWN)
        names["handed_in_count"] = desk_reports.handed_in(session, member, 0)[0]
        names["unchecked"] = desk_reports.with_open_checks(session, member)
    if member.may(Permission.PUBLISH_REPORT):
        names["to_publish_count"], names["to_publish"] = desk_reports.to_publish(session, member, SHOWN)
    return names


def _projects(member: StaffMember) -> dict[str, Any]:
    names: dict[str, Any] = {}
    if member.may(Permission.PROPOSE_PROJECT):
        names["proposals_returned"] = applying.returned_to(db.session(), member)
    if member.may(Permission.EDIT_PROJECT):
        names["proposals_waiting"] = desk_proposals.waiting(db.session(), member, 0)[0]
    if member.may_on(Permission.EDIT_CONTENT, None, None):
        pages = content_pages.waiting(db.session())
        names["pages_waiting"] = sum(not reviewed.is_work_of(one, member) for one in pages)
        names["pages_returned"] = content_pages.returned_to(db.session(), member)
    failed = timed_publishing.failures(db.session(), member)
    names["failed_timed"] = [
        (second_signature.title_of(one.about), _address(one.about), one, second_signature.failure_words(one))
        for one in failed
    ]
    return names


def _address(about: Reviewed) -> str:
    endpoint, values = second_signature.endpoint_of(about)
    return url_for(endpoint, **values)


def _cases(member: StaffMember, today: dt.date) -> dict[str, Any]:
    if not any(member.may(one) for one in SUGGESTION_PERMISSIONS):
        return {}
    desk = DeskCases(db.session(), member, today)
    names: dict[str, Any] = {
        "case_count": desk.count(),
        "cases": desk.first(desk.waiting, SHOWN),
        "reminded": desk.first(desk.reminded, SHOWN),
        "escalated": desk.first(desk.escalated, SHOWN),
    }
    if member.may(Permission.REVIEW_SUGGESTION):
        held = quarantine.within(db.session(), member, HeldState.WAITING).order_by(None)
        names["held_count"] = db.session.scalar(held.with_only_columns(sa.func.count(HeldLetter.id))) or 0
    return names


def _ledger(member: StaffMember, today: dt.date) -> dict[str, Any]:
    """Return problems by light, look-backs due, inspections to make, and what waits for a second signature."""
    keeps = member.may(Permission.KEEP_LEDGER)
    names: dict[str, Any] = {}
    if keeps or member.may(Permission.WORK_ON_PROBLEM):
        known = site_settings()
        names["problem_counts"] = problem_lists.counts(db.session(), member, today, known.problem_warning_days)
        own = Filters(state=ProblemState.RETURNED, author_id=member.id)
        returned = problem_lists.selected(member, own, today, known.problem_warning_days)
        names["problems_returned"] = problem_lists.page(db.session(), returned, 1, 0)[1]
        names["warning"] = known.problem_warning_days
    if keeps:
        months = site_settings().look_back_months
        names["look_backs_due"] = look_back_acts.count_due(db.session(), member, today, months)
        plans = inspection_acts.plans_of(db.session(), member)
        names["checks_to_make"] = sum(len(plan.undone) for plan in plans if plan.may_be_written)
    if keeps or member.may(Permission.EDIT_PROJECT):
        waiting = desk_signatures.waiting(db.session(), member)
        names["signatures"] = waiting
        names["to_sign"] = [_signed(kind, one) for kind in SIGNED for one in waiting[kind].to_sign]
        names["sent_back"] = [_signed(kind, one) for kind in SIGNED for one in waiting[kind].returned]
    return names


def _accounts(member: StaffMember) -> dict[str, Any]:
    """Return how many of the accounts in an administrator's hands have not come in, or lack a second factor."""
    if not member.may(Permission.MANAGE_STAFF):
        return {}
    members = staffing.managed_by(db.session(), member)
    invited = staff_standing.invited(db.session(), services().clock())
    return {
        "accounts_invited": sum(one.id in invited for one in members),
        "accounts_without_factor": len(staff_standing.without_factor(db.session(), members)),
        "has_sample": sample_removal.has_sample(db.session()),
    }


def _signed(kind: str, one: Any) -> tuple[str, str, str, str]:
    """Return what waits for a second signature as its kind, its title, its address, and why it came back."""
    word, endpoint, argument, title = SIGNED[kind]
    return str(word), title(one), url_for(endpoint, **{argument: one.id}), one.returned_reason


def _surveys(member: StaffMember, today: dt.date) -> dict[str, Any]:
    names: dict[str, Any] = {}
    if any(member.may(one) for one in SURVEY_PERMISSIONS):
        waves = duties.waves_of(db.session(), member)
        names["open_waves"] = [wave for wave in waves if wave.is_open(today)]
        names["board_alarms"] = board_alarms.alarms_of(db.session(), names["open_waves"], unseen=True)
        found = [(wave, board_bursts.bursts(db.session(), wave)) for wave in waves if wave.is_open(today)]
        names["burst_waves"] = [(wave, bursts) for wave, bursts in found if bursts]
        names["closed_waves"] = [wave for wave in waves if wave.has_closed(today)]
    if member.may(Permission.ENTER_PAPER):
        waves = paper_sheets.waves_to_enter(db.session(), today)
        names["paper_waves"] = [one for one in waves if member.may_on(Permission.ENTER_PAPER, one.division, None)]
    return names
