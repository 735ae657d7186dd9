"""What programs look for at fixed addresses: robots.txt, site maps, the manifest, security.txt, the icon."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

import sqlalchemy as sa
from flask import Blueprint, Response, abort, jsonify, redirect, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.editorial.content_pages import ContentPage
from minsheng.progress import directory
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport
from minsheng.surveying.surveys import Wave
from pages.addresses import absolute, static_url
from pages.installation import site_settings
from pages.language import site_title
from pages.limits import limiter
from pages.services import services
from public import presenting

blueprint = Blueprint("wellknown", __name__)
MOST_ADDRESSES = 50_000
"""In one site map, as sitemaps.org says."""
BATCH = 1_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
CLOSED = ("/admin", "/suggestions/follow", "/suggestions/new?", "/b/", "/search/", "/oembed", "/display", "/my-place")
"""What crawlers need not open: pages of one person, forms about one record, and answers to one reader's question."""
FIXED = (
    "public.home.index",
    "public.projects.index",
    "public.programmes.index",
    "public.places.index",
    "public.agencies.index",
    "public.suggestions.index",
    "public.surveys.index",
    "public.changes.index",
    "public.opendata.index",
    "public.content.index",
    "public.about.figures",
    "public.about.archive",
    "public.about.privacy",
    "public.about.accessibility",
)


class Entry(NamedTuple):
    """One address of a site map and the day it last changed, where that is known."""

    address: str
    changed: dt.date | None = None


def _fixed() -> Iterator[Entry]:
    return (Entry(absolute(endpoint)) for endpoint in FIXED)


def _projects() -> Iterator[Entry]:
    """Yield every visible project; it changed when it or its latest report was published."""
    reported = (
        sa.select(ProgressReport.project_id, sa.func.max(ProgressReport.published_at).label("at"))
        .group_by(ProgressReport.project_id)
        .subquery()
    )
    query = (
        Project.visible_to_residents()
        .outerjoin(reported, reported.c.project_id == Project.id)
        .with_only_columns(Project.slug, Project.published_at, reported.c.at)
        .order_by(Project.id)
    )
    for slug, published, at in db.session.execute(query.execution_options(yield_per=BATCH)):
        changed = max((moment for moment in (published, _aware(at)) if moment), default=None)
        yield Entry(absolute("public.projects.show", slug=slug), changed.date() if changed else None)


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment that an aggregate of SQLite lost the zone of, in UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


def _slugs(query: sa.Select[str], endpoint: str) -> Iterator[Entry]:
    for slug in db.session.scalars(query.execution_options(yield_per=BATCH)):
        yield Entry(absolute(endpoint, slug=slug))


def _programmes() -> Iterator[Entry]:
    query = Programme.visible_to_residents().with_only_columns(Programme.slug).order_by(Programme.id)
    return _slugs(query, "public.programmes.show")


def _agencies() -> Iterator[Entry]:
    answering = (
        Project.visible_to_residents().where(Project.agency_id.is_not(None)).with_only_columns(Project.agency_id)
    )
    query = sa.select(Agency.slug).where(Agency.id.in_(answering)).order_by(Agency.id)
    return _slugs(query, "public.agencies.show")


def _surveys() -> Iterator[Entry]:
    query = Wave.visible_to_residents().with_only_columns(Wave.slug).order_by(Wave.id)
    return _slugs(query, "public.surveys.fill")


def _places() -> Iterator[Entry]:
    for place in directory.places(db.session()):
        yield Entry(absolute("public.places.show", code=place.division.code))


def _suggestions() -> Iterator[Entry]:
    query = (
        Suggestion.visible_to_residents()
        .with_only_columns(Suggestion.id, Suggestion.received_at, Suggestion.replied_at)
        .order_by(Suggestion.id)
    )
    for number, received, replied in db.session.execute(query.execution_options(yield_per=BATCH)):
        yield Entry(absolute("public.suggestions.show", case_id=number), (replied or received).date())


def _contents() -> Iterator[Entry]:
    query = ContentPage.visible_to_residents().order_by(ContentPage.id)
    for page in db.session.scalars(query.execution_options(yield_per=BATCH)):
        changed = page.published_at
        yield Entry(absolute("public.content.show", slug=page.slug), changed.date() if changed else None)


PARTS: Mapping[str, Callable[[], Iterator[Entry]]] = {
    "pages": _fixed,
    "projects": _projects,
    "programmes": _programmes,
    "places": _places,
    "agencies": _agencies,
    "suggestions": _suggestions,
    "surveys": _surveys,
    "contents": _contents,
}


@blueprint.get("/sitemap.xml")
@limiter.limit("120 per hour")
def sitemap() -> Response:
    """List the site maps: one a kind, more where one kind has more addresses than one may hold."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<sitemapindex xmlns="{NAMESPACE}">']
    for kind in PARTS:
        for part in range(1, max(-(-_count(kind) // MOST_ADDRESSES), 1) + 1):
            address = absolute("public.wellknown.sitemap_part", kind=kind, part=part)
            lines.append(f"<sitemap><loc>{escape(address)}</loc></sitemap>")
    return Response("\n".join([*lines, "</sitemapindex>", ""]), mimetype="application/xml")


@blueprint.get("/sitemaps/<kind>-<int(max=1000):part>.xml")
@limiter.limit("240 per hour")
def sitemap_part(kind: str, part: int) -> Response:
    """Stream one site map; only what residents can see stands in it."""
    if kind not in PARTS or part < 1 or (part > 1 and (part - 1) * MOST_ADDRESSES >= _count(kind)):
        abort(404)
    return Response(stream_with_context(_xml(kind, part)), mimetype="application/xml")


def _count(kind: str) -> int:
    """Return how many addresses a kind has; only projects and cases can outgrow one site map."""
    models: dict[str, type[Project] | type[Suggestion]] = {"projects": Project, "suggestions": Suggestion}
    model = models.get(kind)
    if model is None:
        return 1
    return db.session.scalar(sa.select(sa.func.count()).select_from(model.visible_to_residents().subquery())) or 0


def _xml(kind: str, part: int) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n'
    first, last = (part - 1) * MOST_ADDRESSES, part * MOST_ADDRESSES
    for index, entry in enumerate(PARTS[kind]()):
        if index >= last:
            break
        if index >= first:
            changed = f"<lastmod>{entry.changed.isoformat()}</lastmod>" if entry.changed else ""
            yield f"<url><loc>{escape(entry.address)}</loc>{changed}</url>\n"
    yield "</urlset>\n"


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Tell crawlers what not to open, and where the site map is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {absolute('.sitemap')}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Say where weaknesses are reported (RFC 9116), where the installation has set it."""
    contact = services().security_contact
    if not contact:
        abort(404)
    expires = dt.datetime.combine(presenting.today() + dt.timedelta(days=180), dt.time(), dt.UTC)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {absolute('.security')}",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Describe the site to a phone that keeps it on its screen."""
    response = jsonify(
        name=site_title(),
        short_name=site_title(),
        start_url=url_for("public.home.index"),
        display="browser",
        background_color="#f6f4ee",
        theme_color=site_settings().board,
        icons=[
            {"src": static_url("icon-180.png"), "sizes": "180x180", "type": "image/png"},
            {"src": static_url("icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {"src": static_url("emblem.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    )
    response.mimetype = "application/manifest+json"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Lead browsers that ask without reading the page to the icon."""
    return redirect(static_url("icon-48.png"))
