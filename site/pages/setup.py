"""Wire the shared looks into an application: languages, formats, words, drawings, templates, static files."""

from flask import Blueprint, Flask, Response, request
from jinja2 import StrictUndefined

from pages import (
    addresses,
    attachments,
    case_dates,
    check_messages,
    display,
    drawing,
    formats,
    installation,
    language,
    words,
)

ONE_YEAR = 365 * 24 * 3600

blueprint = Blueprint(
    "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static/pages"
)


@blueprint.after_request
@installation.blueprint.after_request
def keep_for_ever(response: Response) -> Response:
    """Let browsers keep a file whose address carries the hash of its content."""
    if request.args.get("v") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    return response


def register(app: Flask) -> None:
    """Give ``app`` everything ``pages/layout.html`` and the macros of ``pages/*.html`` use.

    The two faces' templates extend ``pages/layout.html``; its header says which names they supply.
    """
    app.register_blueprint(blueprint)
    app.register_blueprint(display.blueprint)
    app.register_blueprint(installation.blueprint)
    app.before_request(installation.read_afresh)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    language.set_up(app)
    formats.register(app)
    case_dates.register(app)
    words.register(app)
    check_messages.register(app)
    app.jinja_env.globals.update(
        display_preferences=display.preferences,
        installation=installation.site_settings,
        is_plain=display.is_plain,
        present_address=addresses.present_address,
        drawing=drawing,
        emblem_url=installation.emblem_url,
        file_size=attachments.file_size,
        file_type=attachments.file_type,
        site_title=language.site_title,
        static_url=addresses.static_url,
        stylesheet_url=installation.stylesheet_url,
        url_with=addresses.url_with,
        url_without=addresses.url_without,
    )
