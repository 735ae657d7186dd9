"""Problems that several projects have: written down once, signed once, closed project by project."""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.oversight.common_problem_forms import CommonForm, ProjectsForm
from admin.oversight.problem_forms import StepForm
from admin.oversight.problems import PERMISSIONS, USUAL_DAYS
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.oversight import common_problems
from minsheng.oversight.common_problems import CommonEntry
from minsheng.oversight.problems import CommonProblem, Problem, ProblemSource, ProblemState
from pages.installation import site_settings
from pages.language import gettext as _
from pages.language import ngettext
from pages.services import services

blueprint = Blueprint("common_problems", __name__, url_prefix="/problems/common")
UNREADABLE = 422
PAGE = 30


@blueprint.get("/")
@needs(*PERMISSIONS)
def index() -> str:
    """List the common problems of one's part, those with the nearest deadline first."""
    number = max(request.args.get("page", 1, type=int), 1)
    total, found = common_problems.listed(db.session(), current_staff(), PAGE, (number - 1) * PAGE)
    today = services().today()
    return render_template(
        "admin/common_problems/index.html",
        found=[(one, common_problems.standing(one, today, is_public=False)) for one in found],
        total=total,
        page=number,
        pages=max(-(-total // PAGE), 1),
        may_register=current_staff().may(Permission.KEEP_LEDGER),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def new() -> ResponseReturnValue:
    """Write a common problem down; a second person reads it before anyone outside does."""
    form = CommonForm(db.session(), current_staff())
    if request.method == "GET":
        _begin(form)
        return render_template("admin/common_problems/edit.html", form=form, common=None)
    if not form.validate():
        return render_template("admin/common_problems/edit.html", form=form, common=None), UNREADABLE
    entry = CommonEntry(
        title=form.title.data or "",
        cause="\n".join((form.cause.data or "").splitlines()),
        source=ProblemSource(form.source.data),
        description="\n".join((form.description.data or "").splitlines()),
        projects=form.named,
        found_on=form.found_on.data,
        deadline=form.deadline.data,
    )
    try:
        _require_own(form)
        common = common_problems.register(db.session(), entry, current_staff(), services().clock())
    except WrongStateError as error:
        db.session.rollback()
        _refuse(form, error)
        return render_template("admin/common_problems/edit.html", form=form, common=None), UNREADABLE
    db.session.commit()
    flash(_("已登记，每个项目一条，等另一位同事一起审核；审核通过才公开。"), "good")
    return redirect(url_for(".show", number=common.id))


@blueprint.get("/<int:number>")
@needs(*PERMISSIONS)
def show(number: int) -> str:
    """Show a common problem with the entry of each project, and what may be done."""
    return _page(_found(number))


@blueprint.post("/<int:number>/open")
@needs(Permission.KEEP_LEDGER)
def open_to_public(number: int) -> ResponseReturnValue:
    """Put all entries that wait on the public lists. Raises ``OwnWorkError`` for whoever wrote any of them."""
    common = _found(number)
    if not common_problems.covers_all(current_staff(), Permission.KEEP_LEDGER, common):
        raise NotAllowedError
    form = StepForm()
    if not form.validate_on_submit() or form.version.data != _version(common):
        raise WrongStateError("decide", "changed")
    known = services()
    count = common_problems.open_to_public(
        db.session(), common, current_staff(), known.clock(), one_person_mode=known.one_person_mode
    )
    db.session.commit()
    flash(ngettext("已公开在 %(num)s 个项目的问题清单上。", "已公开在 %(num)s 个项目的问题清单上。", count), "good")
    return redirect(url_for(".show", number=number))


@blueprint.route("/<int:number>/more", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def more(number: int) -> ResponseReturnValue:
    """Write down that further projects have it too; their entries wait for a second person."""
    common, form = _found(number), ProjectsForm(db.session(), current_staff())
    if request.method == "GET":
        form.found_on.data = services().today()
        form.deadline.data = services().today() + dt.timedelta(days=USUAL_DAYS)
        return render_template("admin/common_problems/edit.html", form=form, common=common)
    if not form.validate():
        return render_template("admin/common_problems/edit.html", form=form, common=common), UNREADABLE
    days = (form.found_on.data, form.deadline.data)
    try:
        _require_own(form)
        common_problems.extend(db.session(), common, form.named, *days, current_staff(), services().clock())
    except WrongStateError as error:
        db.session.rollback()
        common = _found(number)
        _refuse(form, error)
        return render_template("admin/common_problems/edit.html", form=form, common=common), UNREADABLE
    db.session.commit()
    flash(_("已加上，等另一位同事审核；审核通过才公开。"), "good")
    return redirect(url_for(".show", number=number))


def _begin(form: CommonForm) -> None:
    """Begin with today's days, and with what an entry of one project says where the address names one."""
    today = services().today()
    form.found_on.data, form.deadline.data = today, today + dt.timedelta(days=USUAL_DAYS)
    like = db.session.get(Problem, request.args.get("like", 0, type=int))
    if like is not None and current_staff().may_on(Permission.KEEP_LEDGER, like.project.division, like.project.agency):
        form.description.data, form.source.data = like.description, like.source.value


def _require_own(form: ProjectsForm) -> None:
    """Raise ``WrongStateError`` (``not_yours``) where a project is not one's own to write problems down for."""
    member = current_staff()
    if not all(member.may_on(Permission.KEEP_LEDGER, one.division, one.agency) for one in form.named):
        raise WrongStateError("register", "not_yours")


def _refuse(form: ProjectsForm, error: WrongStateError) -> None:
    if error.state == "future":
        form.found_on.errors = [_("发现日期不能晚于今天")]
    elif error.state == "deadline":
        form.deadline.errors = [_("整改期限不能早于发现日期")]
    elif error.state == "not_yours":
        form.projects.errors = [_("里面有不归您登记问题的项目")]
    else:
        form.projects.errors = [_("里面有已经列入的项目，或者项目太多")]


def _version(common: CommonProblem) -> str:
    """Return what changes whenever an entry does: what was read is what is opened."""
    return ".".join(f"{one.id}-{one.version}" for one in common.problems)


def _found(number: int) -> CommonProblem:
    return common_problems.found(db.session(), number, current_staff(), *PERMISSIONS) or abort(404)


def _page(common: CommonProblem) -> str:
    member, today = current_staff(), services().today()
    waiting = [one for one in common.problems if one.state is ProblemState.DRAFT]
    covers_all = common_problems.covers_all(member, Permission.KEEP_LEDGER, common)
    return render_template(
        "admin/common_problems/show.html",
        common=common,
        standing=common_problems.standing(common, today, is_public=False),
        today=today,
        warning=site_settings().problem_warning_days,
        waiting=waiting,
        may_open=bool(waiting) and covers_all,
        is_author=any(one.author_id == member.id for one in waiting),
        one_person_mode=services().one_person_mode,
        may_keep=member.may(Permission.KEEP_LEDGER),
        step_form=StepForm(formdata=None, data={"version": _version(common)}),
    )
