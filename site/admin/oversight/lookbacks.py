"""Looking back at finished projects: which are due, what was found, the second person who publishes it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs, require
from admin.editorial.signature_forms import ReturnSignedForm, SignForm, WithdrawSignedForm, require_seen
from admin.oversight.look_back_forms import LookBackForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import WrongStateError
from minsheng.oversight import look_back_acts
from minsheng.oversight.lookbacks import LookBack
from minsheng.records.projects import Project, project_by_slug
from pages.forms import Form
from pages.installation import site_settings
from pages.language import gettext as _
from pages.pictures import picture
from pages.services import services

blueprint = Blueprint("lookbacks", __name__, url_prefix="/lookbacks")
UNREADABLE = 422
PAGE = 30


@blueprint.get("/")
@needs(Permission.KEEP_LEDGER)
def index() -> ResponseReturnValue:
    """List what is being written or waits for a second person, and the finished projects that are due."""
    member, today, months = current_staff(), services().today(), site_settings().look_back_months
    total = look_back_acts.count_due(db.session(), member, today, months)
    pages = max(-(-total // PAGE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "admin/lookbacks/index.html",
        waiting=look_back_acts.waiting(db.session(), member),
        due=look_back_acts.due(db.session(), member, today, months, limit=PAGE, offset=(number - 1) * PAGE),
        total=total,
        page=number,
        pages=pages,
        months=months,
        today=today,
    )


@blueprint.route("/new/<slug>", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def new(slug: str) -> ResponseReturnValue:
    """Write down what was found at a finished project."""
    project = project_by_slug(db.session(), slug)
    if project is None or project.is_compiled or project.stage not in look_back_acts.FINISHED:
        abort(404)
    return _write(project, None)


@blueprint.route("/<int:look_back_id>/edit", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def edit(look_back_id: int) -> ResponseReturnValue:
    """Put right what was found, until it is handed in."""
    look_back = _look_back(look_back_id)
    if not look_back.may_be_written:
        raise WrongStateError("write", look_back.state)
    return _write(look_back.project, look_back)


@blueprint.get("/<int:look_back_id>")
@needs(Permission.KEEP_LEDGER)
def show(look_back_id: int) -> ResponseReturnValue:
    """Show a look-back with its pictures, and what may be done."""
    return _page(_look_back(look_back_id))


@blueprint.post("/<int:look_back_id>/submit")
@needs(Permission.KEEP_LEDGER)
def submit(look_back_id: int) -> ResponseReturnValue:
    """Hand it in for a second person."""
    look_back = _look_back(look_back_id)
    require_seen(look_back.version)
    look_back.submit(services().clock())
    db.session.commit()
    flash(_("已提交，等另一位同事审核公布。"), "good")
    return redirect(url_for(".show", look_back_id=look_back_id))


@blueprint.post("/<int:look_back_id>/publish")
@needs(Permission.KEEP_LEDGER)
def publish(look_back_id: int) -> ResponseReturnValue:
    """Make it public. Raises ``OwnWorkError`` for whoever wrote any of it."""
    look_back = _look_back(look_back_id)
    require_seen(look_back.version)
    look_back_acts.publish(
        db.session(), look_back, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    db.session.commit()
    flash(_("已公布在项目页上。"), "good")
    return redirect(url_for(".show", look_back_id=look_back_id))


@blueprint.post("/<int:look_back_id>/return")
@needs(Permission.KEEP_LEDGER)
def send_back(look_back_id: int) -> ResponseReturnValue:
    """Return it to its author."""
    look_back, form = _look_back(look_back_id), ReturnSignedForm()
    if not form.validate_on_submit():
        return _page(look_back, return_form=form), UNREADABLE
    look_back.send_back(form.reason.data or "")
    db.session.commit()
    flash(_("已退回写的同事。"), "good")
    return redirect(url_for(".show", look_back_id=look_back_id))


@blueprint.post("/<int:look_back_id>/withdraw")
@needs(Permission.KEEP_LEDGER)
def withdraw(look_back_id: int) -> ResponseReturnValue:
    """Take it off the page with a public reason."""
    look_back, form = _look_back(look_back_id), WithdrawSignedForm()
    if not form.validate_on_submit():
        return _page(look_back, withdraw_form=form), UNREADABLE
    look_back_acts.withdraw(db.session(), look_back, form.why.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤回，原因写进了公开变更记录。"), "good")
    return redirect(url_for(".show", look_back_id=look_back_id))


@blueprint.post("/<int:look_back_id>/discard")
@needs(Permission.KEEP_LEDGER)
def discard(look_back_id: int) -> ResponseReturnValue:
    """Throw away what nobody outside has seen."""
    look_back_acts.discard(db.session(), _look_back(look_back_id))
    db.session.commit()
    flash(_("已删除，它从来没有公开过。"), "good")
    return redirect(url_for(".index"))


@blueprint.get("/<int:look_back_id>/photos/<int:photo_id>/<int:width>.webp")
@needs(Permission.KEEP_LEDGER)
def photo(look_back_id: int, photo_id: int, width: int) -> ResponseReturnValue:
    """Send one size of a picture of a look-back, public or held."""
    found = (one.photo for one in _look_back(look_back_id).photos if one.photo_id == photo_id)
    return picture(next(found, None), width)


def _look_back(look_back_id: int) -> LookBack:
    """Return a look-back of one's part, or answer 404; raise ``NotAllowedError`` outside it."""
    look_back = db.session.get(LookBack, look_back_id)
    if look_back is None:
        abort(404)
    require(Permission.KEEP_LEDGER, look_back.project.division, look_back.project.agency)
    return look_back


def _write(project: Project, look_back: LookBack | None) -> ResponseReturnValue:
    require(Permission.KEEP_LEDGER, project.division, project.agency)
    form = LookBackForm()
    names = {"form": form, "project": project, "look_back": look_back}
    if request.method == "GET":
        if look_back is not None:
            form.fill(look_back)
        else:
            form.looked_on.data = services().today()
            form.keeper.data = project.after_care.keeper if project.after_care else ""
        return render_template("admin/lookbacks/edit.html", **names)
    if not form.validate_on_submit():
        return render_template("admin/lookbacks/edit.html", **names), UNREADABLE
    at = services().clock()
    try:
        look_back = look_back_acts.enter(db.session(), project, form.told(), current_staff(), at, look_back)
    except WrongStateError as error:
        if error.state != "future":
            raise
        form.looked_on.errors = [_("日期不能晚于今天")]
        return render_template("admin/lookbacks/edit.html", **names), UNREADABLE
    if form.stored is not None:
        look_back_acts.add_photo(db.session(), look_back, form.stored, form.alt_text.data or "")
    db.session.commit()
    flash(_("已保存。看一遍，再提交审核。"), "good")
    return redirect(url_for(".show", look_back_id=look_back.id))


def _page(look_back: LookBack, *, return_form: Form | None = None, withdraw_form: Form | None = None) -> str:
    is_own = look_back.is_work_of(current_staff())
    return render_template(
        "admin/lookbacks/show.html",
        look_back=look_back,
        project=look_back.project,
        blocked_as_own=is_own and not services().one_person_mode,
        sign_form=SignForm(formdata=None, data={"version": str(look_back.version)}),
        return_form=return_form or ReturnSignedForm(formdata=None),
        withdraw_form=withdraw_form or WithdrawSignedForm(formdata=None),
    )
