"""Agencies: who answers for what, and how it stands."""

from flask import Blueprint, abort, render_template

from minsheng.casework import case_statistics
from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.glances import standings
from minsheng.progress.listing import Filters, Sort, list_page
from minsheng.records.scope import Scope
from public import presenting
from public.progress import watch

blueprint = Blueprint("agencies", __name__, url_prefix="/agencies")
SHOWN = 9


@blueprint.get("/")
def index() -> str:
    """List the agencies with how many projects each answers for."""
    found = directory.agencies(db.session())
    return render_template(
        "public/agencies/index.html",
        agencies=found,
        shows_invented=any(each.agency.division and each.agency.division.is_invented for each in found),
    )


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show one agency: its duties and desk, its projects programme by programme, its cases."""
    agency = directory.agency_by_slug(db.session(), slug)
    if agency is None:
        abort(404)
    today, due_day = presenting.today(), presenting.due_day()
    page = list_page(db.session(), Filters(agency=slug), Sort.GAP, 1, presenting.all_glances(), SHOWN)
    parts = directory.parts_of_agency(db.session(), agency, today, due_day)
    return render_template(
        "public/agencies/show.html",
        agency=agency,
        parts=parts,
        **(watch.of(Scope(agency=agency), parts) if parts else {}),
        page=page,
        standings=standings(page.projects, today, due_day),
        cases=case_statistics.counts_of_agency(db.session(), agency, today),
        shows_invented=agency.division is not None and agency.division.is_invented,
        shows_compiled=any(project.is_compiled for project in page.projects),
    )
