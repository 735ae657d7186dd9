"""The problem ledger: listed by urgency, registered, read by a second person, opened to the public."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import current_staff, needs
from admin.oversight.problem_forms import (
    CureForm,
    EntryForm,
    ProgressForm,
    ReopenForm,
    ReturnCureForm,
    ReturnEntryForm,
    StepForm,
)
from minsheng.accounts.staff import Permission
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.oversight import inspection_sheets, problem_acts, problem_lists
from minsheng.oversight.inspections import InspectionCheck
from minsheng.oversight.lookbacks import LookBack
from minsheng.oversight.problem_acts import Entry
from minsheng.oversight.problem_lists import Filters
from minsheng.oversight.problems import Light, Problem, ProblemKind, ProblemSource, ProblemState
from minsheng.records.places import Agency
from minsheng.records.projects import project_by_slug
from pages.forms import Form
from pages.installation import site_settings
from pages.language import gettext as _
from pages.language import plain_record_text
from pages.services import services
from pages.words import word

blueprint = Blueprint("problems", __name__, url_prefix="/problems")
PERMISSIONS = (Permission.KEEP_LEDGER, Permission.WORK_ON_PROBLEM)
UNREADABLE = 422
PAGE = 30
USUAL_DAYS = 30
"""The deadline that a new entry begins with, in calendar days from today."""


@blueprint.get("/")
@needs(*PERMISSIONS)
def index() -> ResponseReturnValue:
    """List the problems of one's part, the most urgent first; filters live in the address."""
    member, today, warning = current_staff(), services().today(), site_settings().problem_warning_days
    filters = _filters()
    query = problem_lists.selected(member, filters, today, warning)
    number = max(request.args.get("page", 1, type=int), 1)
    problems, total = problem_lists.page(db.session(), query, number, PAGE)
    if total and not problems:
        number = -(-total // PAGE)
        problems, total = problem_lists.page(db.session(), query, number, PAGE)
    return render_template(
        "admin/problems/index.html",
        problems=problems,
        total=total,
        page=number,
        pages=max(-(-total // PAGE), 1),
        counts=problem_lists.counts(db.session(), member, today, warning),
        filters=filters,
        facets=_facets(filters),
        today=today,
        warning=warning,
        may_register=member.may(Permission.KEEP_LEDGER),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def new() -> ResponseReturnValue:
    """Register a problem; a second person reads it before anyone outside does."""
    member, today = current_staff(), services().today()
    form = EntryForm(db.session(), member)
    origin = _origin()
    if request.method == "GET":
        form.found_on.data, form.deadline.data = today, today + dt.timedelta(days=USUAL_DAYS)
        _begin_from(form, origin)
        return _entry_page(form, None)
    if not form.validate() or form.found_project is None:
        return _entry_page(form, None), UNREADABLE
    if not member.may_on(Permission.KEEP_LEDGER, form.found_project.division, form.found_project.agency):
        form.project.errors = [_("这个项目不归您登记问题")]
        return _entry_page(form, None), UNREADABLE
    try:
        problem = problem_acts.register(db.session(), _entry(form, origin), member, services().clock())
    except WrongStateError as error:
        _refuse_days(form, error)
        return _entry_page(form, None), UNREADABLE
    _add_picture(form, problem)
    db.session.commit()
    flash(_("已登记，等另一位同事审核；审核通过才公开。"), "good")
    return redirect(url_for(".show", problem_id=problem.id))


@blueprint.get("/<int:problem_id>")
@needs(*PERMISSIONS)
def show(problem_id: int) -> ResponseReturnValue:
    """Show a problem with its evidence and steps, and what may be done."""
    return problem_page(found(problem_id, *PERMISSIONS))


@blueprint.route("/<int:problem_id>/edit", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def edit(problem_id: int) -> ResponseReturnValue:
    """Put an entry right before anyone outside has read it; only its author may."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    form = EntryForm(db.session(), current_staff())
    if request.method == "GET":
        form.fill(problem)
        return _entry_page(form, problem)
    if not form.validate() or form.found_project is None:
        return _entry_page(form, problem), UNREADABLE
    try:
        problem_acts.rewrite(db.session(), problem, _entry(form, (None, None)), current_staff(), services().clock())
    except WrongStateError as error:
        if error.step != "register":
            raise
        _refuse_days(form, error)
        return _entry_page(form, problem), UNREADABLE
    _add_picture(form, problem)
    db.session.commit()
    flash(_("已改好，等另一位同事审核。"), "good")
    return redirect(url_for(".show", problem_id=problem.id))


@blueprint.post("/<int:problem_id>/open")
@needs(Permission.KEEP_LEDGER)
def open_to_public(problem_id: int) -> ResponseReturnValue:
    """Put an entry on the public list. Raises ``OwnWorkError`` for whoever registered it."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    require_seen(problem)
    problem_acts.open_to_public(
        db.session(), problem, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    db.session.commit()
    flash(_("已公开在项目的问题清单上。"), "good")
    return redirect(url_for(".show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/return")
@needs(Permission.KEEP_LEDGER)
def send_back(problem_id: int) -> ResponseReturnValue:
    """Return an entry to whoever registered it."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    form = ReturnEntryForm()
    if not form.validate_on_submit():
        return problem_page(problem, return_form=form), UNREADABLE
    problem_acts.send_back(problem, form.reason.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已退回登记的同事。"), "good")
    return redirect(url_for(".show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/discard")
@needs(Permission.KEEP_LEDGER)
def discard(problem_id: int) -> ResponseReturnValue:
    """Throw an entry away that was never public; only its author may."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    problem_acts.discard(db.session(), problem, current_staff())
    db.session.commit()
    flash(_("已删除，它从来没有公开过。"), "good")
    return redirect(url_for(".index"))


def found(problem_id: int, *permissions: Permission) -> Problem:
    """Return a problem within the roles' part, or answer 404; raise ``NotAllowedError`` outside it."""
    problem = db.session.get(Problem, problem_id)
    if problem is None:
        abort(404)
    if not any(problem_acts.may(current_staff(), one, problem) for one in permissions):
        raise NotAllowedError
    return problem


def require_seen(problem: Problem) -> None:
    """Raise ``WrongStateError`` unless the form was drawn from the problem as it stands now."""
    form = StepForm()
    if not form.validate_on_submit() or form.version.data != str(problem.version):
        raise WrongStateError("decide", "changed")


def problem_page(problem: Problem, **forms: Form) -> str:
    """Return the page of a problem; ``forms`` are those that were sent and could not be taken."""
    member, today = current_staff(), services().today()
    given = {
        "return_form": ReturnEntryForm(formdata=None),
        "progress_form": ProgressForm(formdata=None),
        "cure_form": CureForm(formdata=None, data={"cure": problem.cure}),
        "return_cure_form": ReturnCureForm(formdata=None),
        "reopen_form": ReopenForm(formdata=None),
        **forms,
    }
    names: dict[str, Any] = {
        "problem": problem,
        "today": today,
        "light": problem.light(today, site_settings().problem_warning_days) if problem.is_public else None,
        "may_keep": problem_acts.may(member, Permission.KEEP_LEDGER, problem),
        "may_work": problem_acts.may(member, Permission.WORK_ON_PROBLEM, problem),
        "is_author": problem.author_id == member.id,
        "one_person_mode": services().one_person_mode,
        "brought_evidence": problem_acts.brought_evidence(problem, member),
        "has_proof": problem_acts.has_proof(problem),
        "cases": db.session.scalars(sa.select(Suggestion).where(Suggestion.problem_id == problem.id)).all(),
        "step_form": StepForm(formdata=None, data={"version": str(problem.version)}),
    }
    return render_template("admin/problems/show.html", **names, **given)


def _entry_page(form: EntryForm, problem: Problem | None) -> str:
    return render_template("admin/problems/edit.html", form=form, problem=problem)


def _entry(form: EntryForm, origin: tuple[LookBack | None, InspectionCheck | None]) -> Entry:
    project, agency = form.found_project, db.session.get(Agency, int(form.agency.data))
    if project is None or agency is None:
        abort(404)
    look_back, check = origin
    return Entry(
        project=project,
        agency=agency,
        kind=ProblemKind(form.kind.data),
        source=ProblemSource(form.source.data),
        post=form.post.data or "",
        description="\n".join((form.description.data or "").splitlines()),
        found_on=form.found_on.data,
        deadline=form.deadline.data,
        look_back_id=look_back.id if look_back and look_back.project_id == project.id else None,
        inspection_check_id=check.id if check and check.project_id == project.id else None,
    )


def _origin() -> tuple[LookBack | None, InspectionCheck | None]:
    """Return the look-back or the check that the address says a problem comes from."""
    session: Session = db.session()
    look_back = request.args.get("look_back", type=int)
    check = request.args.get("check", type=int)
    return (
        session.get(LookBack, look_back) if look_back is not None else None,
        session.get(InspectionCheck, check) if check is not None else None,
    )


def _begin_from(form: EntryForm, origin: tuple[LookBack | None, InspectionCheck | None]) -> None:
    """Begin an entry with what is known of its project, its look-back or its check."""
    look_back, check = origin
    project = project_by_slug(db.session(), request.args.get("project", "")[:80])
    if look_back is not None:
        project, form.source.data = look_back.project, ProblemSource.LOOK_BACK.value
        form.description.data, form.found_on.data = look_back.note, look_back.looked_on
    if check is not None:
        project, form.source.data = check.project, ProblemSource.INSPECTION.value
        form.found_on.data = check.visited_on or form.found_on.data
        item = request.args.get("item", "")
        if item in inspection_sheets.items_of(check.category):
            said = check.answers.get(item, {})
            form.description.data = _(
                "%(item)s：不合格。%(note)s", item=word(item, "sheet_item"), note=said.get("note", "")
            )
    if project is not None:
        form.project.data = plain_record_text(project.title)
        form.agency.data = str(project.agency_id or "")


def _refuse_days(form: EntryForm, error: WrongStateError) -> None:
    if error.state == "future":
        form.found_on.errors = [_("发现日期不能晚于今天")]
    else:
        form.deadline.errors = [_("整改期限不能早于发现日期")]


def _add_picture(form: EntryForm, problem: Problem) -> None:
    if form.stored is not None:
        words = form.alt_text.data or ""
        problem_acts.add_photo(db.session(), problem, form.stored, words, current_staff(), is_cure=False)


def _filters() -> Filters:
    """Read the filters of the address; what is no value of theirs narrows nothing."""
    given = request.args
    return Filters(
        state=_member(ProblemState, given.get("state", "")),
        light=_member(Light, given.get("light", "")),
        kind=_member(ProblemKind, given.get("kind", "")),
        source=_member(ProblemSource, given.get("source", "")),
        agency_id=given.get("agency", type=int),
        words=given.get("q", "").strip()[:80],
        author_id=current_staff().id if given.get("mine") else None,
    )


def _member(kind: type[Any], value: str) -> Any:
    return kind(value) if value in {one.value for one in kind} else None


def _facets(filters: Filters) -> list[dict[str, Any]]:
    """Return the filters as the page draws them: name, label and options with the chosen one marked."""
    ids = problem_lists.agencies_named(db.session(), current_staff())
    agencies = db.session.scalars(sa.select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name))
    listed: tuple[tuple[str, str, list[tuple[str, str]], object], ...] = (
        ("state", _("状态"), _words(ProblemState), filters.state),
        ("light", _("亮灯"), _words(Light), filters.light),
        ("kind", _("共性个性"), _words(ProblemKind), filters.kind),
        ("source", _("来源"), _words(ProblemSource), filters.source),
        ("agency", _("责任单位"), [(str(one.id), plain_record_text(one.name)) for one in agencies], filters.agency_id),
    )
    return [
        {"name": name, "label": label, "options": options, "chosen": "" if chosen is None else str(chosen)}
        for name, label, options, chosen in listed
    ]


def _words(kind: type[Any]) -> list[tuple[str, str]]:
    return [(one.value, word(one)) for one in kind]
