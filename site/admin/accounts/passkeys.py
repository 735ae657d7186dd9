"""Passkeys of whoever works here: signing in with one, adding one, taking one away.

The browser's script asks for options and sends the answer back in an ordinary form.
"""

from flask import Blueprint, abort, flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from admin.access import ask_again, current_session, current_staff, is_fresh, needs_sign_in
from admin.accounts.account import REFUSED, was_refused
from admin.accounts.entering import ask_page, own_site, pass_factor
from admin.accounts.second_factor import PasskeyAddForm, half_way
from admin.accounts.sign_in_form import FactorForm, PasskeyForm
from minsheng.accounts import passkeys, second_factors, sign_in_refusals
from minsheng.accounts.passkeys import PasskeyRefusedError
from minsheng.database import db
from minsheng.errors import WrongStateError
from pages.language import gettext as _
from pages.language import site_title
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")
FORBIDDEN = 403


@blueprint.post("/sign-in/options")
@needs_sign_in
@limiter.limit("60 per 15 minutes", key_func=half_way)
def sign_in_options() -> ResponseReturnValue:
    """Give the browser a challenge for the sign-in that waits for its second factor."""
    if not current_session().awaits_factor:
        abort(404)
    options = passkeys.begin_sign_in(db.session(), _site(), current_session(), services().clock())
    db.session.commit()
    return jsonify(options)


@blueprint.post("/sign-in")
@needs_sign_in
@limiter.limit("10 per 15 minutes; 40 per day", key_func=half_way, deduct_when=was_refused)
def sign_in() -> ResponseReturnValue:
    """Let in whoever holds the key."""
    if not current_session().awaits_factor:
        return redirect(url_for("admin.desk.index"))
    form = PasskeyForm()
    try:
        if not form.validate():
            raise PasskeyRefusedError
        passkeys.check(db.session(), _site(), current_session(), form.answer.data or "", services().clock())
    except PasskeyRefusedError:
        # The challenge is used up, and the refusal counted, whatever the answer was.
        sign_in_refusals.note(db.session(), current_staff(), services().clock())
        db.session.commit()
        flash(_("通行密钥没有通过，请再试一次，或者用验证码。"), "error")
        return ask_page(FactorForm(formdata=None, data=form.carried()), current_staff()), REFUSED
    return pass_factor("passkey", form)


@blueprint.post("/options")
@needs_sign_in
@limiter.limit("60 per 15 minutes", key_func=half_way)
def options() -> ResponseReturnValue:
    """Give the browser a challenge for a new key."""
    if not is_fresh():
        return jsonify(error="not_fresh"), FORBIDDEN
    site, at = _site(), services().clock()
    asked = passkeys.begin_registration(db.session(), site, current_session(), site_title(), at)
    db.session.commit()
    return jsonify(asked)


@blueprint.post("/")
@needs_sign_in
@limiter.limit("20 per 15 minutes", key_func=half_way, deduct_when=was_refused)
def add() -> ResponseReturnValue:
    """Keep a new key."""
    if (asked := ask_again()) is not None:
        return asked
    form = PasskeyAddForm()
    is_first = not second_factors.has_any(db.session(), current_staff())
    try:
        if not form.validate():
            raise PasskeyRefusedError
        at = services().clock()
        passkeys.register(db.session(), _site(), current_session(), form.answer.data or "", form.name.data or "", at)
    except PasskeyRefusedError:
        db.session.commit()
        flash(_("没有加上：请给它起个名字，并在浏览器提示时用指纹、面容或密码确认。"), "error")
        return redirect(url_for("admin.second_factor.index"))
    db.session.commit()
    flash(_("通行密钥已经加上。"), "good")
    if is_first:
        flash(_("请再领一组恢复码，丢了这个设备也能登录。"), "warning")
    return redirect(url_for("admin.second_factor.index"))


@blueprint.post("/<int:passkey_id>/remove")
@needs_sign_in
def remove(passkey_id: int) -> ResponseReturnValue:
    """Take one key away."""
    if (asked := ask_again()) is not None:
        return asked
    second_factors.remove_passkey(db.session(), current_staff(), passkey_id, services().clock())
    db.session.commit()
    flash(_("通行密钥已经去掉。"), "good")
    return redirect(url_for("admin.second_factor.index"))


def _site() -> passkeys.Site:
    """Return what keys are made for. Raises ``WrongStateError`` where browsers make none."""
    site = own_site()
    if not site.can_hold_keys:
        raise WrongStateError("passkey", "no_address")
    return site
