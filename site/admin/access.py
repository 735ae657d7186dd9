"""Who may open what. Closed by default: a view that states no permission answers nobody."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from admin.accounts.sign_in_form import keep_form
from minsheng.accounts import second_factors, signing_in
from minsheng.accounts.staff import Permission, StaffMember, StaffSession
from minsheng.database import db
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.records.places import Agency, Division
from pages.installation import site_settings
from pages.services import services

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

OPEN_ENDPOINTS = frozenset({"admin.account.sign_in", "admin.invitations.accept", "admin.first_run.begin"})
"""The only addresses of this face that answer someone who has not signed in."""
HALF_WAY_ENDPOINTS = frozenset(
    {"admin.second_factor.ask", "admin.passkeys.sign_in_options", "admin.passkeys.sign_in", "admin.account.sign_out"}
)
"""All that answers someone whose password was right and whose second factor is still to come."""
PASSWORD_ENDPOINTS = frozenset({"admin.account.password", "admin.account.sign_out"})
"""All that answers someone who must change a password that another person chose."""
ENROLMENT_ENDPOINTS = PASSWORD_ENDPOINTS | {
    "admin.second_factor.index",
    "admin.second_factor.again",
    "admin.second_factor.begin_app",
    "admin.second_factor.add_app",
    "admin.second_factor.new_codes",
    "admin.passkeys.options",
    "admin.passkeys.add",
}
"""All that answers someone who needs a second factor and has none."""
FRESH = dt.timedelta(minutes=15)
"""How long after signing in the ways to sign in may be changed without the password."""
FRESH_AT = "fresh_at"

TOKEN = "staff"  # noqa: S105 - the name of the entry in the signed cookie, not its value
SEEN = "staff_seen"
SEEN_EVERY = dt.timedelta(minutes=10)
"""How exactly the list of one's own sign-ins knows when each was last used."""


def needs(*permissions: Permission) -> Callable[[View], View]:
    """State that a view needs one of these permissions, anywhere; the view checks the record's place and agency."""
    if not permissions:
        raise ValueError("name at least one permission")
    return _stating(frozenset(permissions))


def needs_sign_in(view: View) -> View:
    """State that a view concerns only the account of whoever opens it."""
    return _stating(frozenset())(view)


def _stating(permissions: frozenset[Permission]) -> Callable[[View], View]:
    def state(view: View) -> View:
        view.needed_permissions = permissions  # type: ignore[attr-defined]  # functions take attributes
        return view

    return state


def needed_permissions(endpoint: str) -> frozenset[Permission] | None:
    """Return what the view of an endpoint states: any of these permissions; empty is any sign-in; None nothing."""
    stated = getattr(current_app.view_functions[endpoint], "needed_permissions", None)
    return cast("frozenset[Permission] | None", stated)


def guard() -> ResponseReturnValue | None:
    """Refuse before each request of this face whatever is not plainly allowed.

    Raises ``NotAllowedError`` for a member of staff without the permission; others are sent to sign in.
    """
    g.staff_session = _present_session()
    g.staff = g.staff_session.staff_member if g.staff_session else None
    endpoint = request.endpoint or ""
    if endpoint in OPEN_ENDPOINTS:
        return None
    if g.staff is None:
        if request.method == "POST" and request.form:
            return keep_form()
        return redirect(url_for("admin.account.sign_in", next=_way_back()))
    unfinished = _unfinished(endpoint)
    if unfinished is not None:
        return redirect(url_for(unfinished, next=_way_back()))
    needed = needed_permissions(endpoint)
    if needed is None:
        abort(403)
    if needed and not any(current_staff().may(permission) for permission in needed):
        raise NotAllowedError
    return None


def _unfinished(endpoint: str) -> str | None:
    """Return the page that whoever is signed in must see first, if any: second factor, own password, enrolment."""
    if current_session().awaits_factor:
        return None if endpoint in HALF_WAY_ENDPOINTS else "admin.second_factor.ask"
    if current_staff().must_change_password:
        return None if endpoint in PASSWORD_ENDPOINTS else "admin.account.password"
    if endpoint not in ENROLMENT_ENDPOINTS and lacks_factor(current_staff()):
        return "admin.second_factor.index"
    return None


def lacks_factor(member: StaffMember) -> bool:
    """Whether the roles of a member of staff demand a second factor here and there is none."""
    return (
        second_factors.is_needed(member)
        and site_settings().second_factor_required
        and not second_factors.has_any(db.session(), member)
    )


def is_fresh() -> bool:
    """Whether whoever is here typed the password a short while ago."""
    return services().clock().timestamp() - float(session.get(FRESH_AT, 0)) <= FRESH.total_seconds()


def ask_again() -> ResponseReturnValue | None:
    """Send someone who signed in a while ago to type the password again, before how to sign in is changed."""
    return None if is_fresh() else redirect(url_for("admin.second_factor.again", next=_way_back()))


def written_meanwhile(error: StaleDataError) -> ResponseReturnValue:
    """Say that someone else changed the record in the same moment, and keep what they wrote."""
    db.session.rollback()
    refusal = WrongStateError("save", "changed")
    refusal.__cause__ = error
    return current_app.handle_user_exception(refusal)


def current_staff() -> StaffMember:
    """Return who is signed in."""
    return cast("StaffMember", g.staff)


def current_session() -> StaffSession:
    """Return the sign-in of this request."""
    return cast("StaffSession", g.staff_session)


def require(permission: Permission, division: Division | None, agency: Agency | None) -> None:
    """Raise ``NotAllowedError`` unless whoever is signed in may do this on a record of this place and agency."""
    if not current_staff().may_on(permission, division, agency):
        raise NotAllowedError


def safe_next(target: str | None) -> str | None:
    """Return an address of this face, or None for anything a browser might take elsewhere."""
    if not target or not target.isprintable() or "\\" in target or not target.startswith("/admin/"):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or ".." in parts.path else target


def sign_in_browser(token: str, at: dt.datetime) -> None:
    """Put a new sign-in into the browser's cookie; what the cookie held of an earlier one goes."""
    kept = {name: session[name] for name in ("answered", "devices") if name in session}
    session.clear()
    session.update(kept)
    session[TOKEN] = token
    session[SEEN] = session[FRESH_AT] = at.timestamp()


def sign_out_browser() -> None:
    """Forget the sign-in in the browser's cookie, and the token of its forms."""
    for name in (TOKEN, SEEN, FRESH_AT, "csrf_token"):
        session.pop(name, None)


def _present_session() -> StaffSession | None:
    """Return the valid sign-in of this request, or None; note now and then that it is in use."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    at = services().clock()
    if at.timestamp() - float(session.get(SEEN, 0)) > SEEN_EVERY.total_seconds():
        # First statement of its own transaction: a page that reads must never wait to write later.
        hashed = signing_in.token_hash(token)
        db.session.execute(sa.update(StaffSession).where(StaffSession.token_hash == hashed).values(last_seen_at=at))
        db.session.commit()
        session[SEEN] = at.timestamp()
    return signing_in.find(db.session(), token, at)


def _way_back() -> str | None:
    """Return the page to open after signing in; a form that was sent leads back to its page."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return safe_next(urlsplit(request.referrer or "").path)
