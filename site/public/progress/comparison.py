"""Comparisons: programmes at the same month of their years, and the places of one programme side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for

from minsheng.database import db
from minsheng.oversight.bulletins import Period
from minsheng.progress import comparison
from minsheng.progress.comparison import LEAST_PROJECTS, PlaceOfProgramme
from minsheng.progress.retrospect import last_closed_month
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.scope import Scope
from pages.language import lazy_gettext as _l
from pages.language import plain_text_of
from public import presenting
from public.oversight.bulletins import own_programme

blueprint = Blueprint("comparison", __name__, url_prefix="/programmes")
SIDES = 2
MONTHS = 12


@blueprint.get("/compare")
def index() -> str:
    """Set two own programmes beside each other at the same month of their years.

    ``of`` and ``with`` name them, ``month`` (1 to 12) the month; by default the newest and the one before it in the
    same place, at the last month whose reports are all due.
    """
    programmes = comparison.comparable_programmes(db.session())
    chosen = _chosen(programmes)
    month = _month(chosen)
    sides = comparison.side_by_side(db.session(), chosen, month, presenting.due_day()) if chosen else []
    return render_template(
        "public/comparison/index.html",
        programmes=programmes,
        chosen=chosen,
        month=month,
        sides=sides,
        months=range(1, MONTHS + 1),
        is_same_place=len({each.division_id for each in chosen}) <= 1,
        shows_invented=any(each.division and each.division.is_invented for each in chosen),
    )


def _chosen(programmes: Any) -> list[Programme]:
    """Return the programmes the address names, completed by the newest and its predecessor in the same place."""
    by_slug = {each.slug: each for each in programmes}
    chosen = [by_slug[slug] for name in ("of", "with") if (slug := request.args.get(name, "")) in by_slug]
    if not chosen and programmes:
        chosen = [programmes[0]]
    if len(chosen) == 1:
        first = chosen[0]
        others = [each for each in programmes if each is not first]
        same = [each for each in others if each.division_id == first.division_id and each.year != first.year]
        earlier = [each for each in same if each.year < first.year]
        chosen += (earlier or same or others)[:1]
    return chosen[:SIDES]


def _month(chosen: list[Programme]) -> int:
    """Return the month the address names, or the last one that all sides can have told."""
    given = request.args.get("month", 0, type=int)
    if 1 <= given <= MONTHS:
        return given
    closed = last_closed_month(presenting.today(), presenting.due_day())
    newest = max((each.year or 0 for each in chosen), default=0)
    return int(closed[5:]) if int(closed[:4]) == newest else MONTHS


SORTS: dict[str, tuple[Any, Callable[[PlaceOfProgramme], Any]]] = {
    "code": (_l("按区划代码"), lambda part: part.place.path),
    "progress": (_l("进度"), lambda part: _up(part.sums.progress.percent)),
    "late": (_l("落后"), lambda part: (-len(part.sums.late), part.place.path)),
    "silent": (_l("缺月报"), lambda part: (-len(part.sums.silent), part.place.path)),
    "planned": (_l("计划资金"), lambda part: (-(part.sums.planned.fen or 0), part.place.path)),
    "projects": (_l("项目数"), lambda part: (-part.sums.projects, part.place.path)),
}


def _up(value: Any) -> tuple[bool, Any]:
    """Return a key that puts what has no value at the end."""
    return value is None, value or 0


@blueprint.get("/<slug>/places")
def places(slug: str) -> str:
    """Set the places of one programme beside each other, in the order the address asks for; never ranked."""
    programme = own_programme(slug)
    month = _month_of(programme)
    projects = comparison.projects_of(db.session(), Scope(programme=programme))
    parts = comparison.places_of(programme, projects, month, presenting.due_day())
    sort = request.args.get("sort", "code")
    sort = sort if sort in SORTS else "code"
    return render_template(
        "public/comparison/places.html",
        programme=programme,
        month=month,
        parts=sorted(parts, key=SORTS[sort][1]),
        sort=sort,
        sorts=[(name, label, url_for(".places", slug=slug, sort=name)) for name, (label, _key) in SORTS.items()],
        least=LEAST_PROJECTS,
        multiples=[_multiple(programme, part) for part in sorted(parts, key=SORTS[sort][1])],
        shows_invented=programme.division is not None and programme.division.is_invented,
    )


def _month_of(programme: Programme) -> str:
    """Return the month the address names if it is one of the programme's year, else the last closed one of it."""
    closed = min(last_closed_month(presenting.today(), presenting.due_day()), f"{programme.year}-12")
    try:
        given = Period.parse(request.args.get("month", "")).last
    except ValueError:
        return closed
    return given if f"{programme.year}-01" <= given <= closed else closed


def multiples(programme: Programme, projects: Sequence[Project]) -> list[dict[str, Any]]:
    """Return the small multiples of a programme's places, by code, from its projects loaded for looking back."""
    month = _month_of(programme)
    return [
        _multiple(programme, part) for part in comparison.places_of(programme, projects, month, presenting.due_day())
    ]


def _multiple(programme: Programme, part: PlaceOfProgramme) -> dict[str, Any]:
    """Return one place as ``charts.small_multiples`` draws it."""
    return {
        "name": plain_text_of(part.place, "name"),
        "url": url_for("public.projects.index", programme=programme.slug, place=part.place.code),
        "points": [
            {"month": point.month, "planned": presenting.tenth(point.planned), "actual": presenting.tenth(point.actual)}
            for point in part.points
        ],
        "status": None,
    }
