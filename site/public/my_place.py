"""The place a reader calls their own: remembered in a cookie of this browser, without account or script."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from minsheng.database import db
from minsheng.progress import headlines
from minsheng.progress.listing import Filters, count
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.places import Division
from minsheng.records.publication import Origin
from pages.addresses import local_address
from pages.display import COOKIE_AGE
from public import keeping, presenting

blueprint = Blueprint("my_place", __name__)
LATE = (ScheduleStatus.SERIOUSLY_BEHIND, ScheduleStatus.OVERDUE, ScheduleStatus.BEHIND)


@dataclass(frozen=True)
class MyPlace:
    """A reader's place with how many own projects lie in it, and how many of them are late, silent and done."""

    place: Division
    projects: int
    late: int
    silent: int
    done: int


@blueprint.get("/my-place")
def change() -> Response:
    """Remember the place of the address, or forget it where ``code`` is empty, and lead back to ``next``."""
    code = request.args.get("code", "").strip()
    response = redirect(local_address(request.args.get("next", "")), 303)
    if not code:
        response.delete_cookie(keeping.PLACE_COOKIE, samesite="Lax", secure=request.is_secure)
    elif _known(code) is None:
        abort(404)
    else:
        response.set_cookie(
            keeping.PLACE_COOKIE, code, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure, httponly=True
        )
    return response


def of_reader() -> Division | None:
    """Return the place this reader chose, or None. A page made for a made-up code is not kept."""
    code = request.cookies.get(keeping.PLACE_COOKIE, "")
    if not re.fullmatch(keeping.PLACE_CODE, code):
        return None
    place = _known(code)
    if place is None:
        keeping.leave_unkept()
    return place


def told() -> MyPlace | None:
    """Return the reader's place with its counts of own projects, or None where none was chosen."""
    place = of_reader()
    if place is None:
        return None
    known = presenting.all_glances()

    def how_many(**chosen: Any) -> int:
        return count(db.session(), Filters(origin=Origin.OWN, place=place.code, **chosen), known)

    return MyPlace(
        place,
        how_many(),
        sum(how_many(status=status) for status in LATE),
        how_many(silent=True),
        how_many(status=ScheduleStatus.DONE),
    )


def can_be(place: Division) -> bool:
    """Whether a reader may choose this place: one of own programmes, or just below one."""
    return _known(place.code) is not None


def _known(code: str) -> Division | None:
    return next((place for place in headlines.own_places(db.session()) if place.code == code), None)
