"""The late and the silent: of everything own, or of one programme, place or agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.glances import standings
from minsheng.progress.laggards import answering_post, laggards, loaded_with_answering, silent_since
from minsheng.progress.standing import Standing
from minsheng.records.places import division_by_code
from minsheng.records.projects import Project
from minsheng.records.scope import Scope
from public import presenting

blueprint = Blueprint("laggards", __name__, url_prefix="/laggards")
SHOWN = 20
KINDS = ("late", "silent")


@dataclass(frozen=True)
class Row:
    """One late or silent project as its table shows it; ``since`` is the first month (``YYYY-MM``) missing."""

    project: Project
    standing: Standing
    since: str | None
    post: str


@dataclass(frozen=True)
class List:
    """One of the two lists: the rows of a page of it, how many there are in all, and where it stands alone."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    url: str


@blueprint.get("/")
def index() -> str:
    """List who is late and who is silent; ``programme``, ``place`` and ``agency`` in the address narrow it down.

    ``kind`` chooses one of the two lists, which then has pages.
    """
    scope = scope_from_address()
    found = laggards(scope, presenting.all_glances())
    kind = request.args.get("kind", "")
    page = max(request.args.get("page", 1, type=int), 1)
    lists: dict[str, List] = {}
    for name, ids in zip(KINDS, (found.late, found.silent), strict=True):
        if kind in KINDS and name != kind:
            continue
        pages = max(-(-len(ids) // SHOWN), 1) if name == kind else 1
        at = min(page, pages)
        address: dict[str, Any] = {"kind": name, **scope_address(scope)}
        rows = rows_of(ids[(at - 1) * SHOWN : at * SHOWN])
        lists[name] = List(rows, len(ids), at, pages, url_for(".index", **address))
    return render_template(
        "public/laggards/index.html",
        scope=scope,
        lists=lists,
        of=found.of,
        kind=kind if kind in KINDS else "",
        address=scope_address(scope),
        shows_invented=any(row.project.is_invented for each in lists.values() for row in each.rows),
    )


def rows_of(ids: Sequence[int]) -> list[Row]:
    """Return the rows of a table of late or silent projects, in the order given."""
    projects = loaded_with_answering(db.session(), ids)
    known = standings(projects, presenting.today(), presenting.due_day())
    return [Row(each, known[each.id], silent_since(each), answering_post(each)) for each in projects]


def scope_from_address() -> Scope:
    """Return the scope the address names; answers 404 for one that does not exist or is an archive."""
    given = {name: request.args.get(name, "").strip()[:80] for name in ("programme", "place", "agency")}
    session = db.session()
    programme = directory.programme_by_slug(session, given["programme"]) if given["programme"] else None
    place = division_by_code(session, given["place"]) if given["place"] else None
    agency = directory.agency_by_slug(session, given["agency"]) if given["agency"] else None
    found = {"programme": programme, "place": place, "agency": agency}
    if any(given[name] and found[name] is None for name in given) or (programme and programme.is_compiled):
        abort(404)
    return Scope(programme=programme, place=place, agency=agency)


def scope_address(scope: Scope) -> dict[str, str]:
    """Return a scope as it stands in an address."""
    address = {}
    if scope.programme is not None:
        address["programme"] = scope.programme.slug
    if scope.place is not None:
        address["place"] = scope.place.code
    if scope.agency is not None:
        address["agency"] = scope.agency.slug
    return address
