"""Places: the tree, and one place with its programmes by year and its projects."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, url_for

from minsheng.casework import case_statistics
from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.glances import standings
from minsheng.progress.listing import Filters, Sort, list_page
from minsheng.records.places import division_by_code
from minsheng.records.scope import Scope
from pages.language import text_of
from public import my_place, presenting
from public.progress import watch

blueprint = Blueprint("places", __name__, url_prefix="/places")
SHOWN = 9
AGENCIES_SHOWN = 60
LISTS_IN_FULL = 6
LISTS_IN_A_LINE = 40
"""How many lists of a place stand with their sums, and how many more as one line; the others stand further down
the tree of places."""


@blueprint.get("/")
def index() -> str:
    """List the places that have anything to show, as the tree they stand in."""
    tree = directory.places(db.session())
    return render_template(
        "public/places/index.html",
        own=_tags([place for place in tree if place.own], own=True),
        compiled=presenting.as_tree([place for place in tree if place.compiled]),
        shows_invented=any(place.division.is_invented for place in tree),
        shows_compiled=any(place.compiled for place in tree),
    )


def _tags(places: Sequence[directory.Place], *, own: bool) -> list[tuple[str, str]]:
    """Return places with their number of projects, and their addresses."""
    return [
        (
            text_of(place.division, "name") + f" {place.own if own else place.own + place.compiled}",
            url_for("public.places.show", code=place.division.code),
        )
        for place in places
    ]


@blueprint.get("/<code>")
def show(code: str) -> str:
    """Show one place: what lies in it, its programmes by year, its own sums and its projects."""
    place = division_by_code(db.session(), code)
    if place is None:
        abort(404)
    today, due_day = presenting.today(), presenting.due_day()
    page = list_page(db.session(), Filters(place=code), Sort.NEWEST, 1, presenting.all_glances(), SHOWN)
    known = {each.division.id: each for each in directory.places(db.session())}
    parts = directory.parts_of_place(db.session(), place, today, due_day)
    return render_template(
        "public/places/show.html",
        place=place,
        counts=known.get(place.id),
        can_be_mine=my_place.can_be(place),
        tree=presenting.as_tree(list(known.values()), below=place),
        # Lists with sums of their own are told above the table, which holds what publishers printed.
        programmes=[
            programme
            for programme in directory.programmes_of_place(db.session(), place)
            if programme.id not in {part.programme.id for part in parts}
        ],
        parts=parts[:LISTS_IN_FULL],
        short_parts=parts[LISTS_IN_FULL : LISTS_IN_FULL + LISTS_IN_A_LINE],
        parts_total=len(parts),
        agencies=directory.agencies_of_place(db.session(), place, AGENCIES_SHOWN),
        **(watch.of(Scope(place=place), parts) if parts else {}),
        cases=case_statistics.counts_of_place(db.session(), place, today) if parts else None,
        page=page,
        standings=standings(page.projects, today, due_day),
        shows_invented=place.is_invented,
        shows_compiled=any(project.is_compiled for project in page.projects),
    )
