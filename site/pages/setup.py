"""Wire the shared looks into an application: languages, formats, words, drawings, templates, static files."""

from flask import Blueprint, Flask
from jinja2 import StrictUndefined

from pages import addresses, drawing, formats, language, words

blueprint = Blueprint(
    "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static/pages"
)


def register(app: Flask) -> None:
    """Give ``app`` everything ``pages/layout.html`` and the macros of ``pages/*.html`` use.

    The two faces' templates extend ``pages/layout.html``; its header says which names they supply.
    """
    app.register_blueprint(blueprint)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    language.set_up(app)
    formats.register(app)
    words.register(app)
    app.jinja_env.globals.update(
        drawing=drawing,
        static_url=addresses.static_url,
        url_with=addresses.url_with,
        url_without=addresses.url_without,
    )
