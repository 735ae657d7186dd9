"""How a reader wants pages to look: large text, high contrast, dark or light, and the plain version for elders.

Each wish is a cookie of this browser. The server writes it on ``<html>``, so it holds without script and from the
first paint; the switches are buttons of a form that leads through ``/display`` back to where the reader was. Script
only spares that journey (see ``static/site.js``), with the same cookies.
"""

from collections.abc import Mapping

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from pages.addresses import local_address

WISHES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"large"}),
    "contrast": frozenset({"high"}),
    "theme": frozenset({"dark", "light"}),
    "mode": frozenset({"plain"}),
}
"""Names of the cookies, each with the values that mean something; anything else is no wish."""
COOKIE_AGE = 365 * 24 * 3600

blueprint = Blueprint("display", __name__)


def preferences() -> dict[str, str]:
    """Return what this browser asked for, by name. The plain version always has large text and high contrast."""
    chosen = {name: value for name, values in WISHES.items() if (value := request.cookies.get(name, "")) in values}
    return {"text": "large", "contrast": "high", **chosen} if is_plain() else chosen


def is_plain() -> bool:
    """Whether the reader asked for the plain version: fewer things, the essential first."""
    return request.cookies.get("mode", "") in WISHES["mode"]


@blueprint.get("/display")
def change() -> Response:
    """Remember the wishes named in the address, forget those named without a value, and lead back to ``next``."""
    response = redirect(local_address(request.args.get("next", "")), 303)
    for name, values in WISHES.items():
        asked = request.args.get(name)
        if asked in values:
            response.set_cookie(name, asked, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure)
        elif asked == "":
            response.delete_cookie(name, samesite="Lax", secure=request.is_secure)
    return response
