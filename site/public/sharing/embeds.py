"""A project's card for other sites: a page of its own without script or cookies, and the way programs find it."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from minsheng.database import db
from minsheng.progress.glances import for_cards
from minsheng.progress.standing import standing
from minsheng.records import addresses
from minsheng.records.addresses import AddressKind
from minsheng.records.projects import Project
from pages.addresses import absolute
from pages.language import match, plain_text_of, site_title
from public import presenting
from public.sharing import share

blueprint = Blueprint("embeds", __name__)
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""The one page that others may frame: it can run nothing and send nothing."""
NARROWEST = 240
THEMES = ("light", "dark")
"""What ``?theme=`` may ask for; without it the card follows the reader's device."""
A_DAY = 86_400


@blueprint.get("/projects/<slug>/embed")
def show(slug: str) -> Response:
    """Show one project as a card that stands alone; ``?in=`` chooses the language without leaving a cookie."""
    g.language = match(request.args.get("in", "")[:32]) or match(request.accept_languages.best or "") or "zh_Hans"
    project = _visible(slug)
    if project is None:
        abort(404)
    theme = request.args.get("theme", "")
    page = render_template(
        "public/embed.html",
        project=project,
        standing=standing(project, presenting.today(), presenting.due_day()),
        theme=theme if theme in THEMES else "",
        address=absolute("public.projects.show", slug=project.slug),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/oembed")
def oembed() -> Response:
    """Answer a program that asks how to embed a project's address, as oembed.com says (JSON only)."""
    if request.args.get("format", "json") != "json":
        abort(501)
    slug = _slug_in(request.args.get("url", "")[:500])
    project = _visible(slug) if slug else None
    if project is None:
        abort(404)
    width = _at_most(share.EMBED_WIDTH, request.args.get("maxwidth", type=int))
    height = _at_most(share.EMBED_HEIGHT, request.args.get("maxheight", type=int))
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": plain_text_of(project, "title"),
        "provider_name": site_title(),
        "provider_url": absolute("public.home.index"),
        "cache_age": A_DAY,
        "width": width,
        "height": height,
        "html": share.embed_code(project, width, height),
        "thumbnail_url": absolute("public.cards.project", slug=project.slug),
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }
    response = jsonify(answer)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _at_most(usual: int, asked: int | None) -> int:
    return usual if asked is None else max(NARROWEST, min(usual, asked))


def _slug_in(address: str) -> str | None:
    """Return the slug in the address of a project's page here, or None for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    home = urlsplit(absolute("public.home.index"))
    if parts.scheme not in {"http", "https"} or parts.netloc != home.netloc:
        return None
    try:
        endpoint, values = current_app.url_map.bind(home.netloc).match(parts.path)
    except (HTTPException, RequestRedirect):
        return None
    return str(values["slug"]) if endpoint == "public.projects.show" else None


def _visible(slug: str) -> Project | None:
    """Return the visible project that has or had this slug."""
    now = addresses.present(db.session(), AddressKind.PROJECT, slug) or slug
    return db.session.scalar(Project.visible_to_residents().where(Project.slug == now).options(*for_cards()))
