"""Tying a case to others: merge, split, link to a project, put on the problem list, adopt into a year's list.

Each page first says what will happen, who will see it, and that no deadline moves.
"""

import uuid

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.casework.case_tie_forms import AdoptForm, LinkForm, MergeForm, ProblemForm, SplitForm
from minsheng import codes
from minsheng.accounts.staff import Permission
from minsheng.casework import case_adoptions, case_links
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.desk import duties
from minsheng.editorial import publishing
from minsheng.encryption import CannotOpenError
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("case_ties", __name__, url_prefix="/suggestions")
REVIEWERS = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
UNREADABLE = 422
CODE_PURPOSE = "suggestion"
"""Tracking codes of split-off cases are made as those of sent ones, so that their sender can be led to them."""


@blueprint.route("/<int:case_id>/merge", methods=["GET", "POST"])
@needs(*REVIEWERS)
def merge(case_id: int) -> ResponseReturnValue:
    """Ask for the earlier case, show both side by side, and merge once that was seen."""
    case = _case(case_id)
    form = MergeForm()
    if not form.is_submitted():
        return _page("merge", case, form)
    main = _numbered(form.main_number.data or "")
    if not form.validate() or main is None:
        if not form.main_number.errors:
            form.main_number.errors = [_("没有这个编号的来件，或者不归您管")]
        return _page("merge", case, form), UNREADABLE
    if form.confirmed.data != str(main.id):
        form.confirmed.data = str(main.id)
        reason = _why_not_merge(case, main)
        form.main_number.errors = [reason] if reason else []
        return _page("merge", case, form, main=None if reason else main), UNREADABLE if reason else 200
    at, post = services().clock(), current_staff().post
    try:
        case_links.merge(db.session(), case, main, post, at)
    except WrongStateError as error:
        form.main_number.errors = [_refusal(error)]
        return _page("merge", case, form), UNREADABLE
    publishing.record_suggestion(db.session(), main, "suggestion_took_in", post, at)
    return _done(case, "suggestion_merged", _("已并入第 %(number)s 号。", number=main.number))


@blueprint.route("/<int:case_id>/split", methods=["GET", "POST"])
@needs(*REVIEWERS)
def split(case_id: int) -> ResponseReturnValue:
    """Make a second case of what a letter also asks."""
    case = _case(case_id)
    form = SplitForm()
    if not form.is_submitted():
        form.ticket.data, form.words.data = str(uuid.uuid4()), case.words
        return _page("split", case, form)
    if not form.validate():
        return _page("split", case, form), UNREADABLE
    known, at, post = services(), services().clock(), current_staff().post
    try:
        ticket = str(uuid.UUID(form.ticket.data or ""))
        code = codes.tracking_code(known.secret, CODE_PURPOSE, ticket)
        words = "\n".join((form.words.data or "").splitlines())
        was_split = {one.id for one in case.split_off}
        second = case_links.split(
            db.session(), case, words, ticket=ticket, code=code, box=known.contacts, by=post, at=at
        )
    except WrongStateError as error:
        form.words.errors = [_refusal(error)]
        return _page("split", case, form), UNREADABLE
    except (ValueError, CannotOpenError):
        form.words.errors = [_("没有拆成，请刷新这一页再试")]
        return _page("split", case, form), UNREADABLE
    if second.id in was_split:
        return redirect(url_for("admin.suggestions.show", case_id=second.id))
    publishing.record_suggestion(db.session(), case, "suggestion_split", post, at)
    return _done(second, "suggestion_split_off", _("已拆出第 %(number)s 号，期限和原件一样。", number=second.number))


@blueprint.route("/<int:case_id>/project", methods=["GET", "POST"])
@needs(*REVIEWERS)
def link(case_id: int) -> ResponseReturnValue:
    """Say which project a case is about."""
    case = _case(case_id)
    form = LinkForm([one for one in case_adoptions.projects(db.session()) if one.takes_suggestions])
    if not form.is_submitted():
        return _page("project", case, form)
    if not form.validate():
        return _page("project", case, form), UNREADABLE
    try:
        case_links.link_project(case, _project(form.project.data), current_staff().post, services().clock())
    except WrongStateError as error:
        form.project.errors = [_refusal(error)]
        return _page("project", case, form), UNREADABLE
    return _done(case, "suggestion_linked", _("已关联到项目。"))


@blueprint.route("/<int:case_id>/problem", methods=["GET", "POST"])
@needs(*REVIEWERS)
def problem(case_id: int) -> ResponseReturnValue:
    """Register what a case told as a problem of its project; another person opens it to the public."""
    case = _case(case_id)
    form = ProblemForm(_agencies(case))
    known = case.problem if case_links.may_rewrite_problem(case, current_staff()) else None
    if not form.is_submitted():
        form.description.data = known.description if known else case.public_words
        form.agency.data = str(known.agency_id if known else case.agency_id or "")
        form.deadline.data = known.deadline if known else None
        return _page("problem", case, form)
    if not form.validate():
        return _page("problem", case, form), UNREADABLE
    agency = db.session.get(Agency, int(form.agency.data))
    if agency is None:
        abort(404)
    try:
        case_links.register_problem(
            db.session(),
            case,
            agency,
            "\n".join((form.description.data or "").splitlines()),
            form.deadline.data,
            current_staff(),
            services().clock(),
        )
    except WrongStateError as error:
        field = form.deadline if error.state == "past" else form.description
        field.errors = [_refusal(error)]
        return _page("problem", case, form), UNREADABLE
    # Nobody outside may read of it yet, so the journal tells of it when it is opened.
    db.session.commit()
    flash(_("已登记，等另一位同事审核；通过以后才公开在项目页上，来件人也会收到消息。"), "good")
    return redirect(url_for("admin.suggestions.show", case_id=case.id))


@blueprint.route("/<int:case_id>/adopt", methods=["GET", "POST"])
@needs(*REVIEWERS)
def adopt(case_id: int) -> ResponseReturnValue:
    """Take a case into a year's list, or name the project it became."""
    case = _case(case_id)
    form = AdoptForm(case_adoptions.lists(db.session()), case_adoptions.projects(db.session()))
    if not form.is_submitted():
        return _page("adopt", case, form)
    if not form.validate():
        return _page("adopt", case, form), UNREADABLE
    programme = db.session.get(Programme, int(form.programme.data))
    if programme is None:
        abort(404)
    try:
        case_adoptions.adopt(
            case,
            programme,
            _project(form.project.data) if form.project.data else None,
            form.note.data or "",
            current_staff().post,
            services().clock(),
        )
    except WrongStateError as error:
        field = form.project if error.state == "other_list" else form.programme
        field.errors = [_refusal(error)]
        return _page("adopt", case, form), UNREADABLE
    return _done(case, "suggestion_adopted", _("已记下采纳，两边的页面都看得到。"))


def _case(case_id: int) -> Suggestion:
    """Return a case that one may review, locked where a step follows; answer 404, or raise ``NotAllowedError``."""
    case = db.session.get(Suggestion, case_id, with_for_update=request.method == "POST")
    if case is None:
        abort(404)
    if not duties.may_review(current_staff(), case):
        raise NotAllowedError
    return case


def _numbered(typed: str) -> Suggestion | None:
    """Return the case with a number as people type it, if one may review it; its year must fit."""
    year, _dash, serial = typed.strip().replace("—", "-").partition("-")
    if not (serial.isascii() and serial.isdigit() and len(serial) <= 9 and year.isascii()):
        return None
    case = db.session.get(Suggestion, int(serial))
    if case is None or str(local_date(case.received_at).year) != year:
        return None
    return case if duties.may_review(current_staff(), case) else None


def _project(number: str) -> Project:
    project = db.session.get(Project, int(number))
    if project is None:
        abort(404)
    return project


def _agencies(case: Suggestion) -> list[Agency]:
    """Return the agencies that may be given a problem of the case's place, by name."""
    place = case.project.division if case.project else case.division
    agencies = db.session.scalars(sa.select(Agency).where(Agency.division_id.is_not(None)).order_by(Agency.name))
    return [
        one
        for one in agencies
        if place is None or (one.division and (one.division.covers(place) or place.covers(one.division)))
    ]


def _why_not_merge(case: Suggestion, main: Suggestion) -> str:
    """Return why two cases cannot be merged, empty where they can."""
    try:
        case_links.require_mergeable(case, main)
    except WrongStateError as error:
        return _refusal(error)
    return ""


def _refusal(error: WrongStateError) -> str:
    """Return in words why the domain refused a tie."""
    words = {
        "itself": _("这就是它自己的编号"),
        "no_main_case": _("那一件没有受理，或者自己也并到别件去了"),
        "later_case": _("只能把后来的并到先来的：请到那一件上操作"),
        "later_deadline": _("那一件延过期，期限比这一件晚；并过去，这位来件人就要多等"),
        "archive": _("这个项目是整理的档案，不收来件"),
        "linked": _("已经关联到这个项目"),
        "no_project": _("请先关联到一个项目，再列入它的问题清单"),
        "problem": _("已经登记为问题，或者已经并到别件"),
        "past": _("期限不能早于今天"),
        "merged": _("已经并到别件，请在那一件上操作"),
        "other_list": _("这个项目不在所选的清单里"),
        "adopted": _("已经记过采纳进这份清单"),
    }
    return words.get(error.state, _("来件的状态已经变了，这一步现在做不了"))


def _done(case: Suggestion, act: str, message: str) -> ResponseReturnValue:
    """Journal the step, commit once and come back to the case."""
    publishing.record_suggestion(db.session(), case, act, current_staff().post, services().clock())
    db.session.commit()
    flash(message, "good")
    return redirect(url_for("admin.suggestions.show", case_id=case.id))


def _page(name: str, case: Suggestion, form: object, **more: object) -> str:
    return render_template(f"admin/case_ties/{name}.html", case=case, form=form, **{"main": None, **more})
