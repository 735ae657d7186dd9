"""The account of whoever works here: signing in and out, one's own sign-ins, one's own password."""

import datetime as dt
import hashlib

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField
from wtforms.validators import EqualTo

from admin.access import current_session, current_staff, needs_sign_in, safe_next, sign_out_browser
from admin.accounts.entering import device_key, enter
from admin.accounts.sign_in_form import SignInForm
from minsheng.accounts import passwords, sign_in_refusals, signing_in
from minsheng.database import db
from minsheng.installation import first_run
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import caller, limiter
from pages.services import services

blueprint = Blueprint("account", __name__)
REFUSED = 422
REFUSALS_SHOWN = dt.timedelta(days=7)


class PasswordForm(Form):
    """The old password once, the new one twice."""

    old = PasswordField(_l("现在的密码"), validators=[required(_l("请填现在的密码"))])
    new = PasswordField(
        _l("新密码"),
        validators=[
            required(_l("请填新密码")),
            length(least=passwords.LEAST_LENGTH, most=passwords.GREATEST_LENGTH),
        ],
    )
    again = PasswordField(
        _l("再填一次新密码"), validators=[required(_l("请再填一次新密码")), EqualTo("new", _l("两次填写的不一样"))]
    )


def account_on_device() -> str:
    """Return the bucket that wrong passwords for an account count in.

    A browser that has signed in to the account before has a bucket of its own, so that a stranger who keeps
    guessing shuts out strangers, never the person.
    """
    username = request.form.get("username", "").strip().lower()
    device = session.get("devices", {}).get(device_key(username), "")
    return hashlib.sha256(f"{username}\0{device}".encode()).hexdigest()


def was_refused(response: Response) -> bool:
    """Count mistakes only: a whole office may sign in from one address in the morning."""
    return response.status_code == REFUSED


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("60 per hour; 20 per minute", key_func=caller, methods=["POST"], deduct_when=was_refused)
@limiter.limit("10 per 15 minutes", key_func=account_on_device, methods=["POST"], deduct_when=was_refused)
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, and lead to the page that was wanted."""
    if request.method == "GET" and g.staff is not None and not current_session().awaits_factor:
        return redirect(safe_next(request.args.get("next")) or url_for("admin.desk.index"))
    form = SignInForm(next=safe_next(request.args.get("next")) or "")
    if form.validate_on_submit():
        at = services().clock()
        username, password = form.username.data or "", form.password.data or ""
        member = signing_in.authenticate(db.session(), username, password, at)
        if member is not None:
            return enter(member, form)
        db.session.commit()
        form.password.errors = [_("用户名或密码不对，请再试一次。")]
    is_new = first_run.is_due(db.session())
    page = render_template("admin/account/sign_in.html", form=form, is_new=is_new)
    return (page, REFUSED) if form.is_submitted() else page


@blueprint.post("/sign-out")
@needs_sign_in
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    at = services().clock()
    current_session().revoked_at = at
    signing_in.record(db.session(), "staff_signed_out", current_staff(), at)
    db.session.commit()
    sign_out_browser()
    flash(_("已退出登录。"), "good")
    return redirect(url_for(".sign_in"))


@blueprint.get("/sign-ins")
@needs_sign_in
def sign_ins() -> ResponseReturnValue:
    """List where one is signed in."""
    return render_template(
        "admin/account/sign_ins.html",
        sign_ins=signing_in.open_sessions(db.session(), current_staff(), services().clock()),
        present=current_session(),
        refusals=sign_in_refusals.count_of(db.session(), current_staff(), services().today() - REFUSALS_SHOWN),
    )


@blueprint.post("/sign-ins/<int:sign_in_id>/revoke")
@needs_sign_in
def revoke(sign_in_id: int) -> ResponseReturnValue:
    """End one of one's own sign-ins elsewhere."""
    at = services().clock()
    own = signing_in.open_sessions(db.session(), current_staff(), at)
    found = next((one for one in own if one.id == sign_in_id), None)
    if found is None:
        abort(404)
    found.revoked_at = at
    signing_in.record(db.session(), "sign_in_revoked", current_staff(), at)
    db.session.commit()
    flash(_("那一处登录已经退出。"), "good")
    return redirect(url_for(".sign_ins"))


@blueprint.post("/sign-ins/revoke-others")
@needs_sign_in
def revoke_others() -> ResponseReturnValue:
    """End all of one's sign-ins but this one."""
    at = services().clock()
    signing_in.revoke_all(db.session(), current_staff(), at, but=current_session())
    signing_in.record(db.session(), "sign_in_revoked", current_staff(), at)
    db.session.commit()
    flash(_("其他各处的登录都已退出。"), "good")
    return redirect(url_for(".sign_ins"))


@blueprint.route("/password", methods=["GET", "POST"])
@needs_sign_in
@limiter.limit("10 per 15 minutes", key_func=caller, methods=["POST"], deduct_when=was_refused)
def password() -> ResponseReturnValue:
    """Change one's own password, which ends every other sign-in."""
    form = PasswordForm()
    if form.validate_on_submit() and _fits(form):
        signing_in.change_password(
            db.session(), current_staff(), form.new.data or "", services().clock(), keep=current_session()
        )
        db.session.commit()
        flash(_("密码已改。其他各处的登录都已退出。"), "good")
        return redirect(safe_next(request.args.get("next")) or url_for("admin.desk.index"))
    page = render_template(
        "admin/account/password.html",
        form=form,
        least=passwords.LEAST_LENGTH,
        must_change=current_staff().must_change_password,
    )
    return (page, REFUSED) if form.is_submitted() else page


def _fits(form: PasswordForm) -> bool:
    """Whether the old password is right and the new one another; else say so beside the field."""
    member = current_staff()
    if not passwords.verify(member.password_hash, form.old.data or ""):
        form.old.errors = [_("现在的密码不对")]
    elif form.new.data in {form.old.data, member.username}:
        form.new.errors = [_("请用一个和原来不同、也不是用户名的密码")]
    return not form.errors
