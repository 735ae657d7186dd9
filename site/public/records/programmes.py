"""Programmes: the yearly lists, and one of them with its sums, its policy and its projects."""

from itertools import groupby

from flask import Blueprint, abort, render_template

from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.glances import standings
from minsheng.progress.listing import Filters, Sort, list_page
from minsheng.records.programmes import Programme
from minsheng.records.publication import Origin
from public import presenting
from public.records import programme_page

blueprint = Blueprint("programmes", __name__, url_prefix="/programmes")
SHOWN = 6


@blueprint.get("/")
def index() -> str:
    """List own programmes, then compiled ones with the totals their notices printed."""
    own = directory.programmes(db.session(), Origin.OWN)
    compiled = directory.programmes(db.session(), Origin.COMPILED)
    listed = [programme for programme, _ in own]
    sums = directory.sums_of_programmes(
        db.session(), listed, presenting.today(), presenting.due_day(), presenting.all_glances()
    )
    return render_template(
        "public/programmes/index.html",
        own=[(programme, sums[programme.id]) for programme, _ in own],
        compiled=_by_year(compiled),
        shows_invented=any(programme.division and programme.division.is_invented for programme, _ in own),
        shows_compiled=bool(compiled),
    )


def _by_year(programmes: list[tuple[Programme, int]]) -> list[tuple[int | None, list[tuple[Programme, int]]]]:
    """Return programmes, which come newest year first and undated last, in groups of one year by place."""
    return [
        (year, sorted(group, key=lambda entry: (entry[0].division.path if entry[0].division else "~", entry[0].id)))
        for year, group in groupby(programmes, key=lambda entry: entry[0].year)
    ]


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show one programme. Sums are made over own projects only; a compiled one shows its published totals."""
    programme = directory.programme_by_slug(db.session(), slug)
    if programme is None:
        abort(404)
    today, due_day = presenting.today(), presenting.due_day()
    page = list_page(db.session(), Filters(programme=slug), Sort.NEWEST, 1, presenting.all_glances(), SHOWN)
    sums = directory.sums_of_programme(db.session(), programme, today, due_day)
    return render_template(
        "public/programmes/show.html",
        programme=programme,
        sums=sums,
        **(programme_page.own(programme, sums) if sums else {}),
        page=page,
        standings=standings(page.projects, today, due_day),
        shows_invented=programme.division is not None and programme.division.is_invented,
        shows_compiled=programme.is_compiled,
    )
