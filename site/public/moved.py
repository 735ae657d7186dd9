"""Addresses that once led to a record: renamed ones lead on, withdrawn ones say why, instead of "not found"."""

import sqlalchemy as sa
from flask import Response, make_response, redirect, render_template, request, url_for

from minsheng.database import db
from minsheng.editorial import changelog
from minsheng.records import addresses
from minsheng.records.addresses import AddressKind
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication

NOT_FOUND = 404
GONE = 410
ENTRIES_SHOWN = 20
KINDS = {"projects": AddressKind.PROJECT, "programmes": AddressKind.PROGRAMME, "agencies": AddressKind.AGENCY}


def lead_on(response: Response) -> Response:
    """Replace the "not found" of a renamed record's old address, on every page below it, and of a withdrawn one."""
    slug = (request.view_args or {}).get("slug")
    kind = KINDS.get(request.path.split("/")[1])
    if response.status_code != NOT_FOUND or request.method not in {"GET", "HEAD"} or kind is None or not slug:
        return response
    present = addresses.present(db.session(), kind, slug)
    if present is not None and _was_public(kind, present):
        return _to(present)
    record = _withdrawn(kind, slug)
    return _stub(record) if record is not None else response


def _to(present: str) -> Response:
    """Lead to the same page of the record under its present slug, for good."""
    values = {**(request.view_args or {}), "slug": present}
    address = url_for(request.endpoint or "", **values)
    query = request.query_string.decode("ascii", "ignore")
    return make_response(redirect(f"{address}?{query}" if query else address, code=301))


def _was_public(kind: AddressKind, slug: str) -> bool:
    """Whether residents may know of the record: a draft's new address stays hidden behind its old one."""
    if kind is AddressKind.AGENCY:
        return True
    model = Project if kind is AddressKind.PROJECT else Programme
    query = sa.select(model.id).where(model.slug == slug, model.publication != Publication.DRAFT)
    return db.session.scalar(query) is not None


def _withdrawn(kind: AddressKind, slug: str) -> Project | Programme | None:
    """Return the withdrawn project or programme with this slug, or None."""
    withdrawn = Publication.WITHDRAWN
    if kind is AddressKind.PROJECT:
        return db.session.scalar(sa.select(Project).where(Project.slug == slug, Project.publication == withdrawn))
    if kind is AddressKind.PROGRAMME:
        return db.session.scalar(sa.select(Programme).where(Programme.slug == slug, Programme.publication == withdrawn))
    return None


def _stub(record: Project | Programme) -> Response:
    """Say what stood here, when and why it was withdrawn, and everything that was ever published about it."""
    kind = addresses.kind_of(record)
    slugs = addresses.all_slugs(db.session(), record)
    query = (
        changelog.public_entries(about=slugs)
        if kind is AddressKind.PROJECT
        else changelog.public_entries(subjects=[f"{kind.value}:{slug}" for slug in slugs])
    )
    page = render_template(
        "public/withdrawn.html",
        record=record,
        kind=kind.value,
        changes=changelog.newest(db.session(), query, 0, ENTRIES_SHOWN),
        shows_invented=record.division is not None and record.division.is_invented,
        shows_compiled=record.is_compiled,
    )
    response = make_response(page, GONE)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
