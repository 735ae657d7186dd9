"""The summons list of each quarter: made from the figures, read by a second person, published, withdrawn."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField

from admin.access import current_staff, needs
from admin.editorial.signature_forms import ReturnSignedForm, SignForm, WithdrawSignedForm, require_seen
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.oversight import summons_acts
from minsheng.oversight.bulletins import Period
from minsheng.oversight.summonses import SummonsList
from minsheng.progress import directory
from minsheng.records.programmes import Programme
from minsheng.records.publication import Origin
from pages.forms import Form, length
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("summonses", __name__, url_prefix="/summonses")
UNREADABLE = 422
LONGEST_REASON = 500


class WordsForm(Form):
    """The words above a list; reasons for leaving somebody off stand in controls of their own."""

    version = HiddenField()
    words = TextAreaField(_l("写在名单前面的话（公开）"), validators=[length(most=1000)])


@blueprint.get("/")
@needs(Permission.KEEP_LEDGER)
def index() -> ResponseReturnValue:
    """List the closed quarters of one's programmes with their lists."""
    today, due_day = services().today(), services().report_due_day
    programmes = own_programmes()
    ids = [programme.id for programme in programmes]
    lists = db.session.scalars(
        sa.select(SummonsList).where(SummonsList.programme_id.in_(ids)).order_by(SummonsList.id.desc())
    ).all()
    quarters = [
        (programme, period, [one for one in lists if one.programme_id == programme.id and one.period == period.key])
        for programme in programmes
        for period in summons_acts.closed_quarters(today, programme.year or today.year, due_day)
    ]
    return render_template(
        "admin/summonses/index.html", quarters=quarters, form=SignForm(formdata=None), live=summons_acts.LIVE
    )


@blueprint.post("/<slug>/<period>")
@needs(Permission.KEEP_LEDGER)
def prepare(slug: str, period: str) -> ResponseReturnValue:
    """Make the list of a closed quarter from the figures."""
    programme = own_programme(slug)
    if not SignForm().validate_on_submit():
        abort(400)
    summons = summons_acts.prepare(
        db.session(), programme, period_of(period), current_staff(), services().today(), services().report_due_day
    )
    db.session.commit()
    flash(_("已按数字列出 %(count)s 个项目，看一遍再提交。", count=len(summons.entries)), "good")
    return redirect(url_for(".show", summons_id=summons.id))


@blueprint.route("/<int:summons_id>", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def show(summons_id: int) -> ResponseReturnValue:
    """Show a list with the figures that put each project on it; keep what was written above it."""
    summons = _summons(summons_id)
    if request.method == "GET":
        return _page(summons)
    form = WordsForm()
    left_out = {entry.id: " ".join(request.form.get(f"left_out_{entry.id}", "").split()) for entry in summons.entries}
    if not form.validate_on_submit():
        return _page(summons, words_form=form), UNREADABLE
    if any(len(reason) > LONGEST_REASON for reason in left_out.values()):
        form.words.errors = [_("理由太长了，每条最多 %(count)s 字", count=LONGEST_REASON)]
        return _page(summons, words_form=form), UNREADABLE
    if form.version.data != str(summons.version):
        raise WrongStateError("write", "changed")
    words = "\n".join((form.words.data or "").splitlines())
    summons_acts.edit(summons, words, left_out, current_staff())
    if request.form.get("then") == "submit":
        summons.submit(services().clock())
    db.session.commit()
    message = _("已保存。") if summons.may_be_written else _("已提交，等另一位同事审核公布。")
    flash(message, "good")
    return redirect(url_for(".show", summons_id=summons_id))


@blueprint.post("/<int:summons_id>/publish")
@needs(Permission.KEEP_LEDGER)
def publish(summons_id: int) -> ResponseReturnValue:
    """Publish the list. Raises ``OwnWorkError``, and ``ChangedMeanwhileError`` where its figures are old."""
    summons = _summons(summons_id)
    require_seen(summons.version)
    summons_acts.publish(
        db.session(),
        summons,
        current_staff(),
        services().clock(),
        services().report_due_day,
        one_person_mode=services().one_person_mode,
    )
    db.session.commit()
    flash(_("已公布，可以打印。"), "good")
    return redirect(url_for(".show", summons_id=summons_id))


@blueprint.post("/<int:summons_id>/return")
@needs(Permission.KEEP_LEDGER)
def send_back(summons_id: int) -> ResponseReturnValue:
    """Return the list to its author."""
    summons, form = _summons(summons_id), ReturnSignedForm()
    if not form.validate_on_submit():
        return _page(summons, return_form=form), UNREADABLE
    summons.send_back(form.reason.data or "")
    db.session.commit()
    flash(_("已退回写的同事。"), "good")
    return redirect(url_for(".show", summons_id=summons_id))


@blueprint.post("/<int:summons_id>/withdraw")
@needs(Permission.KEEP_LEDGER)
def withdraw(summons_id: int) -> ResponseReturnValue:
    """Take the list back, leaving a stub with the reason."""
    summons, form = _summons(summons_id), WithdrawSignedForm()
    if not form.validate_on_submit():
        return _page(summons, withdraw_form=form), UNREADABLE
    summons_acts.withdraw(db.session(), summons, form.why.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤回，原处留下说明。"), "good")
    return redirect(url_for(".show", summons_id=summons_id))


@blueprint.post("/<int:summons_id>/discard")
@needs(Permission.KEEP_LEDGER)
def discard(summons_id: int) -> ResponseReturnValue:
    """Throw a draft away, so that it can be made anew from the figures."""
    summons_acts.discard(db.session(), _summons(summons_id))
    db.session.commit()
    flash(_("已删除，可以按现在的数字重新列。"), "good")
    return redirect(url_for(".index"))


def own_programmes() -> list[Programme]:
    """Return the published own programmes whose whole ledger one keeps, newest first."""
    query = Programme.visible_to_residents().where(Programme.origin == Origin.OWN)
    found = db.session.scalars(query.order_by(Programme.year.desc(), Programme.id))
    return [one for one in found if summons_acts.may(current_staff(), one)]


def own_programme(slug: str) -> Programme:
    """Return such a programme by its slug, or answer 404; raise ``NotAllowedError`` outside one's part."""
    programme = directory.programme_by_slug(db.session(), slug)
    if programme is None or programme.is_compiled:
        abort(404)
    if not summons_acts.may(current_staff(), programme):
        raise NotAllowedError
    return programme


def period_of(text: str) -> Period:
    """Return the period an address names, or answer 404."""
    try:
        return Period.parse(text)
    except ValueError:
        abort(404)


def _summons(summons_id: int) -> SummonsList:
    summons = db.session.get(SummonsList, summons_id)
    if summons is None:
        abort(404)
    if not summons_acts.may(current_staff(), summons.programme):
        raise NotAllowedError
    return summons


def _page(summons: SummonsList, **forms: Form) -> str:
    is_own = summons.is_work_of(current_staff())
    given = {
        "words_form": WordsForm(formdata=None, data={"words": summons.words, "version": str(summons.version)}),
        "return_form": ReturnSignedForm(formdata=None),
        "withdraw_form": WithdrawSignedForm(formdata=None),
        **forms,
    }
    return render_template(
        "admin/summonses/show.html",
        summons=summons,
        period=Period.parse(summons.period),
        typed=request.form,
        is_old=not summons.is_published and summons_acts.differs(db.session(), summons, services().report_due_day),
        blocked_as_own=is_own and not services().one_person_mode,
        sign_form=SignForm(formdata=None, data={"version": str(summons.version)}),
        **given,
    )
