"""Inspections: a plan for the thirteen kinds of finished projects, the draw, the check sheets, the public summary."""

import datetime as dt

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.editorial.signature_forms import ReturnSignedForm, SignForm, WithdrawSignedForm, require_seen
from admin.oversight.inspection_forms import DrawForm, PlanForm, SummaryForm, sheet_form
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidValuesError, NotAllowedError, WrongStateError
from minsheng.oversight import inspection_acts
from minsheng.oversight.inspection_sheets import KINDS
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan
from minsheng.oversight.problems import Problem
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.records.publication import Origin
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("inspections", __name__, url_prefix="/inspections")
UNREADABLE, STALE = 422, 409


@blueprint.get("/")
@needs(Permission.KEEP_LEDGER)
def index() -> ResponseReturnValue:
    """List the rounds of one's places, newest first."""
    plans = inspection_acts.plans_of(db.session(), current_staff())
    return render_template(
        "admin/inspections/index.html",
        plans=plans,
        undone=[check for plan in plans if plan.may_be_written for check in plan.undone],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def new() -> ResponseReturnValue:
    """Plan a round: how many of each kind, finished between two days."""
    form = PlanForm(_places())
    if request.method == "GET":
        today = services().today()
        last_year = today.year - 1
        form.title.data = _("%(year)s年建成项目检查", year=last_year)
        form.finished_from.data, form.finished_until.data = dt.date(last_year, 1, 1), dt.date(last_year, 12, 31)
        return render_template("admin/inspections/new.html", form=form)
    if not form.validate_on_submit():
        return render_template("admin/inspections/new.html", form=form), UNREADABLE
    division = db.session.get(Division, int(form.division.data))
    if division is None or not current_staff().may_on(Permission.KEEP_LEDGER, division, None):
        raise NotAllowedError
    finished = (form.finished_from.data, form.finished_until.data)
    plan = inspection_acts.plan(db.session(), form.title.data or "", division, finished, form.sizes(), current_staff())
    db.session.commit()
    flash(_("计划已保存，下一步公开抽取。"), "good")
    return redirect(url_for(".show", plan_id=plan.id))


@blueprint.get("/<int:plan_id>")
@needs(Permission.KEEP_LEDGER)
def show(plan_id: int) -> ResponseReturnValue:
    """Show a round: the plan, the draw, who was checked, what is next."""
    return _page(_plan(plan_id))


@blueprint.post("/<int:plan_id>/draw")
@needs(Permission.KEEP_LEDGER)
def draw(plan_id: int) -> ResponseReturnValue:
    """Draw the projects, once and for ever."""
    plan, form = _plan(plan_id), DrawForm()
    if not form.validate_on_submit():
        return _page(plan, draw_form=form), UNREADABLE
    try:
        count = inspection_acts.draw(db.session(), plan, form.seed.data or "", current_staff(), services().clock())
    except WrongStateError as error:
        if error.state != "empty":
            raise
        form.seed.errors = [_("这段时间、这些类别里没有完工的项目，抽不出来")]
        return _page(plan, draw_form=form), UNREADABLE
    db.session.commit()
    flash(_("抽出了 %(count)s 个项目，种子和范围已记入日志。", count=count), "good")
    return redirect(url_for(".show", plan_id=plan_id))


@blueprint.route("/checks/<int:check_id>", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def check(check_id: int) -> ResponseReturnValue:
    """Fill in the check sheet of one project."""
    found = db.session.get(InspectionCheck, check_id)
    if found is None:
        abort(404)
    if not inspection_acts.may(current_staff(), found.plan):
        raise NotAllowedError
    form = sheet_form(found.category)()
    if request.method == "GET":
        form.fill(found)
        form.visited_on.data = form.visited_on.data or services().today()
        return _check_page(found, form)
    if not form.validate_on_submit():
        return _check_page(found, form), UNREADABLE
    if form.version.data != str(found.version):
        form.form_errors.append(_("您填的时候别人也写了这张表。下面是您填的；看过现在的内容，再保存一次。"))
        return _check_page(found, form), STALE
    try:
        inspection_acts.record_check(
            db.session(),
            found,
            form.visited_on.data,
            form.answers(),
            form.conclusion.data or "",
            current_staff(),
            services().clock(),
        )
    except InvalidValuesError as error:
        form.refuse(error.problems)
        return _check_page(found, form), UNREADABLE
    except WrongStateError as error:
        if error.state != "future":
            raise
        form.visited_on.errors = [_("日期不能晚于今天")]
        return _check_page(found, form), UNREADABLE
    db.session.commit()
    flash(_("已保存。不合格的，可以一条一条列入问题清单。"), "good")
    return redirect(url_for(".check", check_id=check_id) if found.failed else url_for(".show", plan_id=found.plan_id))


@blueprint.post("/<int:plan_id>/submit")
@needs(Permission.KEEP_LEDGER)
def submit(plan_id: int) -> ResponseReturnValue:
    """Hand the round in, with its public summary."""
    plan, form = _plan(plan_id), SummaryForm()
    if not form.validate_on_submit():
        return _page(plan, summary_form=form), UNREADABLE
    try:
        words = "\n".join((form.summary.data or "").splitlines())
        inspection_acts.hand_in(plan, words, current_staff(), services().clock())
    except WrongStateError as error:
        if error.state != "undone":
            raise
        form.summary.errors = [_("还有 %(count)s 个项目没有检查", count=len(plan.undone))]
        return _page(plan, summary_form=form), UNREADABLE
    db.session.commit()
    flash(_("已提交，等另一位同事审核公布。"), "good")
    return redirect(url_for(".show", plan_id=plan_id))


@blueprint.post("/<int:plan_id>/publish")
@needs(Permission.KEEP_LEDGER)
def publish(plan_id: int) -> ResponseReturnValue:
    """Publish the round. Raises ``OwnWorkError`` for whoever planned, drew or checked."""
    plan = _plan(plan_id)
    require_seen(plan.version)
    inspection_acts.publish(
        db.session(), plan, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    db.session.commit()
    flash(_("已公布。"), "good")
    return redirect(url_for(".show", plan_id=plan_id))


@blueprint.post("/<int:plan_id>/return")
@needs(Permission.KEEP_LEDGER)
def send_back(plan_id: int) -> ResponseReturnValue:
    """Return the round to its author."""
    plan, form = _plan(plan_id), ReturnSignedForm()
    if not form.validate_on_submit():
        return _page(plan, return_form=form), UNREADABLE
    plan.send_back(form.reason.data or "")
    db.session.commit()
    flash(_("已退回写的同事。"), "good")
    return redirect(url_for(".show", plan_id=plan_id))


@blueprint.post("/<int:plan_id>/withdraw")
@needs(Permission.KEEP_LEDGER)
def withdraw(plan_id: int) -> ResponseReturnValue:
    """Take the round back, leaving a stub with the reason."""
    plan, form = _plan(plan_id), WithdrawSignedForm()
    if not form.validate_on_submit():
        return _page(plan, withdraw_form=form), UNREADABLE
    inspection_acts.withdraw(db.session(), plan, form.why.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤回，原处留下说明。"), "good")
    return redirect(url_for(".show", plan_id=plan_id))


def _plan(plan_id: int) -> InspectionPlan:
    """Return a round of one's places, or answer 404; raise ``NotAllowedError`` outside them."""
    plan = db.session.get(InspectionPlan, plan_id)
    if plan is None:
        abort(404)
    if not inspection_acts.may(current_staff(), plan):
        raise NotAllowedError
    return plan


def _places() -> list[Division]:
    """Return the places of own programmes whose whole ledger one keeps."""
    own = sa.select(Programme.division_id).where(Programme.origin == Origin.OWN)
    places = db.session.scalars(sa.select(Division).where(Division.id.in_(own)).order_by(Division.code))
    return [one for one in places if current_staff().may_on(Permission.KEEP_LEDGER, one, None)]


def _check_page(found: InspectionCheck, form: Form) -> str:
    form["version"].data = str(found.version)
    listed = db.session.scalars(sa.select(Problem).where(Problem.inspection_check_id == found.id)).all()
    return render_template("admin/inspections/check.html", check=found, form=form, problems=listed)


def _page(plan: InspectionPlan, **forms: Form) -> str:
    is_own = plan.is_work_of(current_staff())
    given = {
        "draw_form": DrawForm(formdata=None),
        "summary_form": SummaryForm(formdata=None, data={"summary": plan.summary}),
        "return_form": ReturnSignedForm(formdata=None),
        "withdraw_form": WithdrawSignedForm(formdata=None),
        **forms,
    }
    return render_template(
        "admin/inspections/show.html",
        plan=plan,
        kinds=KINDS,
        pool=inspection_acts.pool(db.session(), plan) if not plan.is_drawn else [],
        blocked_as_own=is_own and not services().one_person_mode,
        sign_form=SignForm(formdata=None, data={"version": str(plan.version)}),
        **given,
    )
