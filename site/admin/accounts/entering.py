"""The last step of signing in: a new token in the browser, and on to where someone wanted to go."""

import hashlib
import re
import secrets

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from admin import resuming
from admin.access import TOKEN, current_session, safe_next, sign_in_browser
from admin.accounts.devices import device_name
from admin.accounts.sign_in_form import FactorForm, PasskeyForm, ReturnForm, kept_fields
from minsheng.accounts import passkeys, second_factors, signing_in
from minsheng.accounts.passkeys import Site
from minsheng.accounts.staff import StaffMember
from minsheng.database import db
from pages.language import gettext as _
from pages.services import services

DEVICES_KEPT = 5
CHOSEN = re.compile(r"[a-z_]*")
"""Values of lists and buttons, which say nothing to whoever typed the rest."""


def enter(member: StaffMember, form: ReturnForm) -> ResponseReturnValue:
    """Begin a sign-in whose password was right: ask for the second factor where there is one, else let in."""
    at = services().clock()
    held = session.get(TOKEN)
    earlier = signing_in.find(db.session(), held, at) if isinstance(held, str) else None
    if earlier is not None:
        earlier.revoked_at = at
    token = secrets.token_urlsafe(32)
    awaits_factor = second_factors.has_any(db.session(), member)
    device = device_name(request.user_agent.string)
    signing_in.start(db.session(), member, token, at, awaits_factor=awaits_factor, device=device)
    db.session.commit()
    sign_in_browser(token, at)
    if not awaits_factor:
        return _go_on(member, form)
    if form.kept.data:
        # Drawn at once: what was typed before cannot pass through an address.
        g.pop("csrf_token", None)
        return ask_page(FactorForm(formdata=None, data=form.carried()), member)
    return redirect(url_for("admin.second_factor.ask", next=safe_next(form.next.data)))


def ask_page(form: FactorForm, member: StaffMember) -> str:
    """Return the page that asks for the second factor, with the ways this person has."""
    has_keys = bool(passkeys.of(db.session(), member)) and own_site().can_hold_keys
    return render_template(
        "admin/second_factor/ask.html",
        form=form,
        passkey_form=PasskeyForm(formdata=None, data=form.carried()) if has_keys else None,
        has_app=second_factors.app_of(db.session(), member) is not None,
    )


def own_site() -> Site:
    """Return what passkeys are made for: the address of the settings, or this machine where somebody tries it out.

    Where no address is set, a request's own claim counts only if it says ``localhost``.
    """
    known = services()
    if known.public_address:
        return Site.at(known.public_address)
    asked = Site.at(request.host_url)
    return asked if asked.name == "localhost" else Site("", "")


def pass_factor(factor: str, form: ReturnForm) -> ResponseReturnValue:
    """Let in whoever showed the second factor, under a new token; ``factor`` says which it was."""
    at, token = services().clock(), secrets.token_urlsafe(32)
    signing_in.complete(db.session(), current_session(), token, at, factor)
    db.session.commit()
    sign_in_browser(token, at)
    return _go_on(current_session().staff_member, form)


def _go_on(member: StaffMember, form: ReturnForm) -> ResponseReturnValue:
    """Go on where the sign-in interrupted someone."""
    _remember_device(member.username)
    going_to = safe_next(form.going_to.data)
    if form.kept.data and going_to:
        g.pop("csrf_token", None)
        fields = kept_fields(form.kept.data)
        g.staff = member
        if resuming.keep(going_to, fields):
            db.session.commit()
            flash(_("登录到期前填的内容都在下面，还没有保存。请看一遍再保存。"), "warning")
            if form.had_files.data:
                flash(_("照片没有带过来，请重新选。"), "warning")
            return redirect(going_to)
        return render_template(
            "admin/account/resume.html",
            fields=fields,
            typed=[value for name, value in fields if name != "version" and not CHOSEN.fullmatch(value)],
            going_to=going_to,
            had_files=bool(form.had_files.data),
        )
    return redirect(safe_next(form.next.data) or url_for("admin.desk.index"))


def _remember_device(username: str) -> None:
    """Let this browser's later mistakes count apart from strangers' guesses."""
    devices = dict(session.get("devices", {}))
    devices[device_key(username)] = secrets.token_urlsafe(12)
    session["devices"] = dict(list(devices.items())[-DEVICES_KEPT:])


def device_key(username: str) -> str:
    """Return the name an account goes by in the cookie, which anyone at the browser could read."""
    return hashlib.sha256(f"{services().secret}\0{username}".encode()).hexdigest()[:16]
