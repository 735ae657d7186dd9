"""Breaking targets down: the targets of a programme, one sheet for each, and the second person who accepts it."""

import decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from admin.access import current_staff, needs
from admin.editorial.signature_forms import ReturnSignedForm, SignForm, require_seen
from admin.oversight.calendar import programme_of_part
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidValuesError, NotAllowedError, ReasonRequiredError
from minsheng.oversight import breakdown_acts
from minsheng.oversight.breakdown_acts import Share
from minsheng.oversight.target_breakdowns import TargetBreakdown
from minsheng.records import targets
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project
from minsheng.records.scope import Scope
from pages import formats
from pages.forms import Form, length, parse_quantity
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services

blueprint = Blueprint("targets", __name__, url_prefix="/targets")
UNREADABLE = 422
FREE_ROWS = 3
"""So many rows for parts that are no place: an office, a company."""


class Row:
    """A row of the sheet: a place or a name, what was typed as its target, and what is wrong with it."""

    def __init__(self, key: str, division_id: int | None, name: str, typed: str) -> None:
        self.key, self.division_id, self.name, self.typed = key, division_id, name, typed
        self.error, self.is_kept = "", True

    def share(self) -> Share | None:
        """Return what the row says; None for a row without a name. Notes in ``error`` what cannot be read."""
        if not self.is_kept or not self.name.strip():
            if self.typed.strip():
                self.error = _("请写分给谁")
            return None
        target = None
        if self.typed.strip():
            try:
                target = parse_quantity(self.typed)
            except ValueError:
                self.error = _("请填数字，最多四位小数，例如 22.5")
        return Share(self.division_id, self.name.strip(), target)


class BreakdownForm(Form):
    """The public reason of a sheet; its rows stand in controls of their own."""

    reason = TextAreaField(_l("说明（公开）"), validators=[length(most=500)])


@blueprint.get("/<slug>")
@needs(Permission.PROPOSE_PROJECT)
def index(slug: str) -> ResponseReturnValue:
    """List the targets of a programme that can be broken down, with how much is in parts."""
    programme = programme_of_part(slug)
    found = targets.targets(db.session(), Scope(programme=programme))
    mine = [
        (one, breakdown_acts.sheet_of(db.session(), one.indicator))
        for one in found.every
        if breakdown_acts.can_be_broken_down(one.indicator)
        and breakdown_acts.may(current_staff(), Permission.PROPOSE_PROJECT, one.project)
    ]
    return render_template("admin/targets/index.html", programme=programme, listed=mine)


@blueprint.route("/<slug>/<int:indicator_id>", methods=["GET", "POST"])
@needs(Permission.PROPOSE_PROJECT)
def show(slug: str, indicator_id: int) -> ResponseReturnValue:
    """Break one target down, or read the sheet that waits."""
    indicator = _indicator(slug, indicator_id)
    waiting, form = breakdown_acts.sheet_of(db.session(), indicator), BreakdownForm()
    if request.method == "GET":
        form.reason.data = waiting.reason if waiting else ""
        return _page(slug, indicator, waiting, form, _rows(indicator, waiting))
    rows = _rows_typed(indicator, waiting)
    shares = [share for share in (row.share() for row in rows) if share is not None]
    if not form.validate_on_submit() or any(row.error for row in rows):
        return _page(slug, indicator, waiting, form, rows), UNREADABLE
    try:
        breakdown_acts.hand_in(
            db.session(), indicator, shares, form.reason.data or "", current_staff(), services().clock()
        )
    except ReasonRequiredError:
        form.reason.errors = [_sum_words(indicator, shares)]
        return _page(slug, indicator, waiting, form, rows), UNREADABLE
    except InvalidValuesError as error:
        form.form_errors.append(
            {"required": _("至少要分给一个地方"), "twice": _("同一个地方或单位写了两次")}.get(
                error.problems["parts"], _("数值不能是负数，也不能太大")
            )
        )
        return _page(slug, indicator, waiting, form, rows), UNREADABLE
    db.session.commit()
    flash(_("已提交，等另一位同事审核；审核通过后写进项目的目标任务。"), "good")
    return redirect(url_for(".show", slug=slug, indicator_id=indicator_id))


@blueprint.get("/sheets/<int:sheet_id>")
@needs(Permission.PROPOSE_PROJECT)
def sheet(sheet_id: int) -> ResponseReturnValue:
    """Lead to the target that a sheet breaks down."""
    found = db.session.get(TargetBreakdown, sheet_id)
    if found is None:
        abort(404)
    project = _project(found.indicator)
    if not breakdown_acts.may(current_staff(), Permission.PROPOSE_PROJECT, project):
        raise NotAllowedError
    return redirect(url_for(".show", slug=project.programme.slug, indicator_id=found.indicator_id))


@blueprint.post("/sheets/<int:sheet_id>/publish")
@needs(Permission.EDIT_PROJECT)
def publish(sheet_id: int) -> ResponseReturnValue:
    """Write the parts to the record. Raises ``OwnWorkError`` for whoever wrote the broken."""
    broken = _sheet(sheet_id)
    require_seen(broken.version)
    breakdown_acts.accept(
        db.session(), broken, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    slug, number = _project(broken.indicator).programme.slug, broken.indicator_id
    db.session.commit()
    flash(_("已写进项目的目标任务，居民看得到。"), "good")
    return redirect(url_for(".show", slug=slug, indicator_id=number))


@blueprint.post("/sheets/<int:sheet_id>/return")
@needs(Permission.EDIT_PROJECT)
def send_back(sheet_id: int) -> ResponseReturnValue:
    """Return the sheet to its author."""
    broken, form = _sheet(sheet_id), ReturnSignedForm()
    indicator, slug = broken.indicator, _project(broken.indicator).programme.slug
    if not form.validate_on_submit():
        words = BreakdownForm(formdata=None)
        return _page(slug, indicator, broken, words, _rows(indicator, broken), return_form=form), UNREADABLE
    broken.send_back(form.reason.data or "")
    db.session.commit()
    flash(_("已退回写的同事。"), "good")
    return redirect(url_for(".show", slug=slug, indicator_id=indicator.id))


def _project(indicator: Indicator) -> Project:
    return breakdown_acts.project_of(db.session(), indicator)


def _indicator(slug: str, indicator_id: int) -> Indicator:
    programme = programme_of_part(slug)
    indicator = db.session.get(Indicator, indicator_id)
    if indicator is None or _project(indicator).programme_id != programme.id:
        abort(404)
    if not breakdown_acts.can_be_broken_down(indicator):
        abort(404)
    if not breakdown_acts.may(current_staff(), Permission.PROPOSE_PROJECT, _project(indicator)):
        raise NotAllowedError
    return indicator


def _sheet(sheet_id: int) -> TargetBreakdown:
    sheet = db.session.get(TargetBreakdown, sheet_id)
    if sheet is None:
        abort(404)
    if not breakdown_acts.may(current_staff(), Permission.EDIT_PROJECT, _project(sheet.indicator)):
        raise NotAllowedError
    return sheet


def _rows(indicator: Indicator, sheet: TargetBreakdown | None) -> list[Row]:
    """Return the rows of a sheet as they were written, or as the record has its parts; then free ones."""
    places = breakdown_acts.places_of(db.session(), _project(indicator))
    rows = {one.id: Row(f"d{one.id}", one.id, plain_record_text(one.name), "") for one in places}
    named: list[tuple[str, str]] = []
    if sheet is not None:
        said = [(part["division_id"], part["name"], part["target"]) for part in sheet.parts]
    else:
        parts = breakdown_acts.parts_of(db.session(), indicator)
        said = [(one.division_id, one.part_name, _written(one.target)) for one in parts]
    for division_id, name, target in said:
        if division_id in rows:
            rows[division_id].typed = target
        else:
            named.append((name, target))
    free = [*named, *[("", "")] * FREE_ROWS]
    return [*rows.values(), *(Row(f"n{number}", None, name, target) for number, (name, target) in enumerate(free))]


def _rows_typed(indicator: Indicator, sheet: TargetBreakdown | None) -> list[Row]:
    """Return the same rows with what was typed. A place without a figure is left out unless it had one."""
    rows = _rows(indicator, sheet)
    for row in rows:
        was = row.typed
        row.typed = request.form.get(f"target_{row.key}", "")[:100]
        if row.division_id is None:
            row.name = request.form.get(f"name_{row.key}", "")[:60]
        row.is_kept = row.division_id is None or bool(row.typed.strip() or was)
    return rows


def _written(target: decimal.Decimal | None) -> str:
    return "" if target is None else format(target, "f")


def _sum_words(indicator: Indicator, shares: list[Share]) -> str:
    """Return why a reason is needed: the parts are not the whole, or say something else than is public."""
    rest = breakdown_acts.left(indicator, shares)
    if rest == 0:
        return _("已公示的分解数变了，请写明为什么，居民看得到")
    total = sum((one.target for one in shares if one.target is not None), decimal.Decimal(0))
    return _(
        "分下去的加起来是 %(sum)s，总任务是 %(whole)s，差 %(rest)s。请改对，或者写明为什么",
        sum=formats.quantity(total, indicator.unit),
        whole=formats.quantity(indicator.target, indicator.unit),
        rest=formats.quantity(abs(rest), indicator.unit),
    )


def _page(
    slug: str,
    indicator: Indicator,
    sheet: TargetBreakdown | None,
    form: BreakdownForm,
    rows: list[Row],
    *,
    return_form: Form | None = None,
) -> str:
    member = current_staff()
    return render_template(
        "admin/targets/show.html",
        programme=_project(indicator).programme,
        slug=slug,
        indicator=indicator,
        project=_project(indicator),
        sheet=sheet,
        form=form,
        rows=rows,
        parts=breakdown_acts.parts_of(db.session(), indicator),
        is_waiting=sheet is not None and not sheet.may_be_written,
        may_accept=breakdown_acts.may(member, Permission.EDIT_PROJECT, _project(indicator)),
        blocked_as_own=sheet is not None and sheet.is_work_of(member) and not services().one_person_mode,
        sign_form=SignForm(formdata=None, data={"version": str(sheet.version)} if sheet else {}),
        return_form=return_form or ReturnSignedForm(formdata=None),
    )
