"""Projects in OC4IDS, for those who compare public works across places: one, or all that a choice leaves."""

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, stream_with_context

from minsheng import revision
from minsheng.database import db
from minsheng.exporting import oc4ids
from minsheng.exporting.oc4ids import Publisher
from minsheng.exporting.oc4ids_parts import Json
from minsheng.progress.directory import programme_by_slug
from minsheng.progress.glances import for_page
from minsheng.progress.listing import Filters, Sort, ordered_ids
from minsheng.records.places import division_by_code
from minsheng.records.projects import Project
from pages.installation import site_settings
from pages.language import site_title
from pages.services import services
from public import presenting
from public.records.documents import document_url
from public.records.projects import filters_from_address, sort_from_address

blueprint = Blueprint("oc4ids", __name__)
BATCH = 100


@blueprint.get("/projects/<slug>/oc4ids.json")
def project(slug: str) -> Response:
    """Give one project as a package of one."""
    record = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug).options(*for_page()))
    if record is None:
        abort(404)
    return _package([record.id], f"{record.slug}.oc4ids.json")


@blueprint.get("/programmes/<slug>/oc4ids.json")
def programme(slug: str) -> Response:
    """Give all projects of one list as a package."""
    record = programme_by_slug(db.session(), slug)
    if record is None:
        abort(404)
    return _chosen(Filters(programme=record.slug), Sort.NAME, f"{record.slug}.oc4ids.json")


@blueprint.get("/places/<code>/oc4ids.json")
def place(code: str) -> Response:
    """Give all projects of one place, and of those below it, as a package."""
    record = division_by_code(db.session(), code)
    if record is None:
        abort(404)
    return _chosen(Filters(place=record.code), Sort.NAME, f"{record.code}.oc4ids.json")


@blueprint.get("/data/oc4ids.json")
def everything() -> Response:
    """Give the projects that the filters of the address leave, as a package; all without any."""
    return _chosen(filters_from_address(), sort_from_address(), "projects.oc4ids.json")


def publisher() -> Publisher:
    """Return who publishes here: the installation, at its own address."""
    address = services().public_address or request.host_url.rstrip("/")
    licence = site_settings().data_licence_url
    return Publisher(site_title(), address, lambda document: f"{address}{document_url(document)}", licence)


def _chosen(filters: Filters, sort: Sort, name: str) -> Response:
    """Give a package of what a choice leaves, or answer 404: a package of nothing is none."""
    ids = ordered_ids(db.session(), filters, sort, presenting.all_glances())
    if not ids:
        abort(404)
    return _package(ids, name)


def _package(ids: list[int], name: str) -> Response:
    by = publisher()
    address = by.address + request.full_path.rstrip("?")
    changed = revision.current(db.session()).at
    text = oc4ids.package(_projects(ids, by, presenting.today()), by, address, changed)
    response = Response(stream_with_context(text), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _projects(ids: list[int], by: Publisher, today: dt.date) -> Iterator[Json]:
    """Yield each project, loaded some at a time."""
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        query = sa.select(Project).where(Project.id.in_(batch)).options(*for_page())
        loaded = {record.id: record for record in db.session.scalars(query)}
        for number in batch:
            yield oc4ids.project(loaded[number], by, today)
