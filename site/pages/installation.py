"""How this installation looks on every page: its name, emblem and colours, its contact desk, its languages.

All comes from the settings in the database, read once a request. A page that must be shown while the database is
away, such as the one that says so, has the defaults.
"""

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, abort, current_app, g, has_app_context, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from minsheng.database import db, reading
from minsheng.installation import settings
from minsheng.installation.settings import DEFAULTS, Emblem, SiteSettings

log = logging.getLogger(__name__)
blueprint = Blueprint("installation", __name__)


def site_settings() -> SiteSettings:
    """Return the settings as they were when first asked for in this request; defaults where there is no database."""
    if not has_app_context() or "sqlalchemy" not in current_app.extensions:
        return DEFAULTS
    if "site_settings" not in g:
        try:
            g.site_settings = _read()
        except SQLAlchemyError:
            log.exception("the settings could not be read")
            return DEFAULTS
    known: SiteSettings = g.site_settings
    return known


def _read() -> SiteSettings:
    session = db.session()
    if session.in_transaction():
        return settings.read(session)
    # In a session of its own: that of a request that may write would hold the write lock from here on.
    with reading(), Session(db.engine) as own:
        return settings.read(own)


def read_afresh() -> None:
    """Forget settings read earlier: by an earlier request of the same context, or before a change in this one."""
    g.pop("site_settings", None)


@blueprint.get("/site.css")
def stylesheet() -> Response:
    """Give the installation's colours as custom properties, over those of ``tokens.css``.

    Values have one form only (``#rrggbb``), which the settings check as they are written and as they are read.
    """
    colours = site_settings().colours
    light = _block(":root", colours.light_tokens())
    dark = colours.dark_tokens()
    text = "\n".join(
        (
            light,
            _block(':root[data-theme="dark"]', dark),
            "@media (prefers-color-scheme: dark) {",
            _block(':root:not([data-theme="light"])', dark),
            "}",
            "",
        )
    )
    return Response(text, mimetype="text/css")


@blueprint.get("/emblem.png")
def emblem() -> Response:
    """Give the installation's own emblem, or 404 where it has none."""
    kept = db.session.get(Emblem, 1)
    if kept is None:
        abort(404)
    response = Response(kept.picture, mimetype="image/png")
    response.set_etag(kept.digest)
    return response


def emblem_url() -> str:
    """Return the address of the installation's own emblem, or nothing; it changes with the picture."""
    digest = site_settings().emblem
    return url_for("installation.emblem", v=digest[:12]) if digest else ""


def stylesheet_url() -> str:
    """Return the address of the installation's colours, or nothing where they are those of the program."""
    known = site_settings()
    if known.colours == DEFAULTS.colours:
        return ""
    return url_for("installation.stylesheet", v=settings.seen(known, ("board", "board_dark", "link_dark"))[:12])


def _block(selector: str, tokens: Mapping[str, str]) -> str:
    lines = "".join(f" --{name}: {value};" for name, value in tokens.items())
    return f"{selector} {{{lines} }}"
