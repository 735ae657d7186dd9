"""Galleries of photos by project, place and month, and one photo on a page of its own."""

import re
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from minsheng.database import db
from minsheng.pictures import galleries
from minsheng.pictures.galleries import Gallery
from minsheng.pictures.photos import PhotoPhase
from minsheng.records.places import division_by_code
from minsheng.records.projects import Project
from pages.addresses import url_with
from pages.language import gettext as _
from pages.language import plain_text_of
from pages.words import word

blueprint = Blueprint("galleries", __name__)
MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
Crumbs = list[tuple[str, str]]


@blueprint.get("/photos")
def everything() -> str:
    """Show the photos of all projects, or of a month."""
    return _page(Gallery(), _("项目照片"), [])


@blueprint.get("/projects/<slug>/photos")
def of_project(slug: str) -> str:
    """Show the photos of one project."""
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug))
    if project is None:
        abort(404)
    title = plain_text_of(project, "title")
    crumbs = [(_("项目"), url_for("public.projects.index")), (title, url_for("public.projects.show", slug=slug))]
    return _page(Gallery(project=project), _("%(name)s：照片", name=title), crumbs)


@blueprint.get("/places/<code>/photos")
def of_place(code: str) -> str:
    """Show the photos of the projects in a place and all below it."""
    place = division_by_code(db.session(), code)
    if place is None:
        abort(404)
    name = plain_text_of(place, "name")
    crumbs = [(name, url_for("public.places.show", code=code))]
    return _page(Gallery(place=place), _("%(name)s：照片", name=name), crumbs)


@blueprint.get("/photos/<int:number>")
def show(number: int) -> str:
    """Show one photo large, with what it belongs to and the ways to the next."""
    photo = galleries.photo_for_residents(db.session(), number)
    if photo is None:
        abort(404)
    newer, older = galleries.neighbours(db.session(), photo)
    return render_template(
        "public/galleries/photo.html", photo=photo, newer=newer, older=older, shows_invented=photo.project.is_invented
    )


def _page(of: Gallery, title: str, crumbs: Crumbs) -> str:
    """Return a page of a gallery, narrowed to the phase and month in the address; senseless ones are no choice."""
    phase = next((each for each in PhotoPhase if each.value == request.args.get("phase")), None)
    given = request.args.get("month", "")
    month = given if MONTH.fullmatch(given) else None
    chosen = Gallery(of.project, of.place, phase, month)
    page = galleries.page_of(db.session(), chosen, request.args.get("page", 1, type=int))
    months = galleries.months(db.session(), Gallery(of.project, of.place, phase))
    return render_template(
        "public/galleries/index.html",
        title=title,
        crumbs=crumbs,
        page=page,
        phases=_phases(galleries.phases(db.session(), Gallery(of.project, of.place, None, month)), phase),
        months=months,
        month=month,
        chosen=phase is not None or month is not None,
        shows_project=of.project is None,
        shows_invented=any(photo.project.is_invented for photo in page.photos),
    )


def _phases(counts: dict[PhotoPhase, int], chosen: PhotoPhase | None) -> list[dict[str, Any]]:
    """Return the ways between the phases of a gallery, all of them first."""
    ways = [{"label": _("全部"), "count": sum(counts.values()), "url": url_with(phase=None, page=None)}]
    ways += [
        {"label": word(phase), "count": number, "url": url_with(phase=phase.value, page=None)}
        for phase, number in counts.items()
    ]
    for way, phase in zip(ways, (None, *counts), strict=True):
        way["current"] = phase is chosen
    return ways
