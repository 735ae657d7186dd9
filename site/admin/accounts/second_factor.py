"""The second factor of whoever works here: asked for after the password, and looked after by its owner."""

import hashlib

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import PasswordField, StringField

from admin.access import (
    FRESH_AT,
    ask_again,
    current_session,
    current_staff,
    lacks_factor,
    needs_sign_in,
    safe_next,
)
from admin.accounts.account import REFUSED, account_on_device, was_refused
from admin.accounts.entering import ask_page, own_site, pass_factor
from admin.accounts.sign_in_form import FactorForm
from minsheng.accounts import passkeys, passwords, second_factors, sign_in_refusals
from minsheng.database import db
from pages.forms import Form, length, required
from pages.installation import site_settings
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import site_title
from pages.limits import caller, limiter
from pages.services import services

blueprint = Blueprint("second_factor", __name__, url_prefix="/second-factor")


class AgainForm(Form):
    """The password once more."""

    password = PasswordField(_l("现在的密码"), validators=[required(_l("请填现在的密码"))])


class AppForm(Form):
    """The first code of a new app."""

    code = StringField(_l("应用里显示的六位数字"), validators=[required(_l("请填六位数字")), length(most=20)])


class PasskeyAddForm(Form):
    """A name for a new passkey, and what the browser answers, which script fills in."""

    name = StringField(_l("给它起个名字"), validators=[required(_l("请起个名字")), length(most=passkeys.LONGEST_NAME)])
    answer = StringField(validators=[length(most=passkeys.LONGEST_ANSWER)])


def half_way() -> str:
    """Return the bucket that wrong second factors count in: one for each account, whoever knows its password."""
    return hashlib.sha256(f"factor\0{current_staff().id}".encode()).hexdigest()


@blueprint.route("/ask", methods=["GET", "POST"])
@needs_sign_in
@limiter.limit("10 per 15 minutes; 40 per day", key_func=half_way, methods=["POST"], deduct_when=was_refused)
def ask() -> ResponseReturnValue:
    """Ask someone whose password was right for a time code or a recovery code."""
    if not current_session().awaits_factor:
        return redirect(safe_next(request.args.get("next")) or url_for("admin.desk.index"))
    form = FactorForm(next=safe_next(request.args.get("next")) or "")
    if form.validate_on_submit():
        if factor := _right_factor(form.code.data or ""):
            return pass_factor(factor, form)
        sign_in_refusals.note(db.session(), current_staff(), services().clock())
        db.session.commit()
        form.code.errors = [_("不对，或者已经用过。验证码每 30 秒换一个，请填最新的。")]
    page = ask_page(form, current_staff())
    return (page, REFUSED) if form.is_submitted() else page


def _right_factor(code: str) -> str:
    """Return what kind of code this is if it is right and not used yet, else nothing; a right one is used up."""
    known, at = services(), services().clock()
    if second_factors.check_app(db.session(), known.contacts, current_staff(), code, at):
        return "app"
    return "recovery_code" if second_factors.take_recovery_code(db.session(), current_staff(), code, at) else ""


@blueprint.get("/")
@needs_sign_in
def index() -> str:
    """Show the second factors someone has, and how to add one."""
    member = current_staff()
    return render_template(
        "admin/second_factor/index.html",
        app=second_factors.app_of(db.session(), member),
        keys=passkeys.of(db.session(), member),
        codes_left=second_factors.codes_left(db.session(), member),
        is_needed=second_factors.is_needed(member) and site_settings().second_factor_required,
        lacks=lacks_factor(member),
        passkey_form=PasskeyAddForm(formdata=None) if own_site().can_hold_keys else None,
    )


@blueprint.route("/again", methods=["GET", "POST"])
@needs_sign_in
@limiter.limit("60 per hour", key_func=caller, methods=["POST"], deduct_when=was_refused)
@limiter.limit("10 per 15 minutes", key_func=account_on_device, methods=["POST"], deduct_when=was_refused)
def again() -> ResponseReturnValue:
    """Ask for the password before how to sign in is changed: somebody else may sit at an open browser."""
    form = AgainForm()
    if form.validate_on_submit():
        if passwords.verify(current_staff().password_hash, form.password.data or ""):
            session[FRESH_AT] = services().clock().timestamp()
            return redirect(safe_next(request.args.get("next")) or url_for(".index"))
        form.password.errors = [_("现在的密码不对")]
    page = render_template("admin/second_factor/again.html", form=form)
    return (page, REFUSED) if form.is_submitted() else page


@blueprint.post("/app/begin")
@needs_sign_in
def begin_app() -> ResponseReturnValue:
    """Make the secret of a new app, which counts only once its first code came."""
    if (asked := ask_again()) is not None:
        return asked
    second_factors.begin_app(db.session(), services().contacts, current_staff(), services().clock())
    db.session.commit()
    return redirect(url_for(".add_app"))


@blueprint.route("/app", methods=["GET", "POST"])
@needs_sign_in
@limiter.limit("20 per 15 minutes", key_func=half_way, methods=["POST"], deduct_when=was_refused)
def add_app() -> ResponseReturnValue:
    """Show the secret of a new app as a QR code and as text, and take its first code."""
    if (asked := ask_again()) is not None:
        return asked
    member, box = current_staff(), services().contacts
    secret = second_factors.waiting_secret(db.session(), box, member)
    if secret is None:
        return redirect(url_for(".index"))
    form = AppForm()
    if form.validate_on_submit():
        if second_factors.confirm_app(db.session(), box, member, form.code.data or "", services().clock()):
            return _codes_page(is_first=True)
        form.code.errors = [_("不对。请看手机的时间准不准，再填应用里最新的六位数字。")]
    page = render_template(
        "admin/second_factor/app.html",
        form=form,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        drawing=_drawing(second_factors.address_of(secret, member, site_title())),
    )
    return (page, REFUSED) if form.is_submitted() else page


@blueprint.post("/app/remove")
@needs_sign_in
def remove_app() -> ResponseReturnValue:
    """Take the app away."""
    if (asked := ask_again()) is not None:
        return asked
    second_factors.remove_app(db.session(), current_staff(), services().clock())
    db.session.commit()
    flash(_("验证器应用已经去掉。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/codes")
@needs_sign_in
def new_codes() -> ResponseReturnValue:
    """Give new recovery codes, which makes the former ones void."""
    if (asked := ask_again()) is not None:
        return asked
    if not second_factors.has_any(db.session(), current_staff()):
        return redirect(url_for(".index"))
    return _codes_page(is_first=False)


def _codes_page(*, is_first: bool) -> str:
    """Show new recovery codes, once."""
    codes = second_factors.issue_recovery_codes(db.session(), current_staff(), services().clock())
    db.session.commit()
    return render_template("admin/second_factor/codes.html", codes=codes, is_first=is_first)


def _drawing(text: str) -> Markup:
    """Return the QR code of a text as an SVG; black on white in either theme, for cameras."""
    return Markup(  # noqa: S704 - drawn by segno from modules; the text itself is not in it
        segno.make(text, error="m", boost_error=False, micro=False).svg_inline(
            scale=5, border=4, svgclass="qr", lineclass=None, dark="#000", light="#fff"
        )
    )
