"""Schemes of assessment in plain words: how answers become points, scores and ranks."""

from flask import Blueprint, Response, abort, render_template

from minsheng.database import db
from minsheng.opinion.schemes import Scheme
from minsheng.surveying import assessment_schemes
from pages.words_of_schemes import plain_scheme_text, scheme_text
from public.surveying import scheme_words

blueprint = Blueprint("schemes", __name__, url_prefix="/schemes")
blueprint.add_app_template_filter(scheme_text)
blueprint.add_app_template_filter(plain_scheme_text)

EXAMPLE = (
    ("very_satisfied", 6.9),
    ("satisfied", 35.6),
    ("neutral", 41.6),
    ("dissatisfied", 12.4),
    ("very_dissatisfied", 3.5),
)
"""A distribution that a real survey found, in per cent, best answer first: what each scheme makes of it."""


@blueprint.get("/")
def index() -> str:
    """List the schemes, and what each makes of the same answers."""
    schemes = assessment_schemes.all_schemes(db.session())
    return render_template(
        "public/schemes/index.html",
        schemes=[(scheme, scheme_words.example_score(scheme, EXAMPLE)) for scheme in schemes],
        example=[(scheme_words.option(key), share) for key, share in EXAMPLE],
    )


@blueprint.get("/<name>")
def show(name: str) -> str:
    """Explain one scheme."""
    scheme = _scheme(name)
    return render_template(
        "public/schemes/show.html",
        scheme=scheme,
        items=[scheme_words.explain(scheme, item) for item in scheme.items.values()],
        facts=scheme_words.facts(scheme),
        sheet=scheme.sheet,
    )


@blueprint.get("/<name>.toml")
def text(name: str) -> Response:
    """Give a scheme's own text, whose SHA-256 is in every package."""
    scheme = _scheme(name)
    response = Response(scheme.text, mimetype="application/toml")
    response.headers["Content-Disposition"] = f'attachment; filename="{scheme.id}-{scheme.version}.toml"'
    return response


def _scheme(name: str) -> Scheme:
    """Return the newest scheme of this id, or answer 404."""
    found = [scheme for scheme in assessment_schemes.all_schemes(db.session()) if scheme.id == name]
    if not found:
        abort(404)
    return found[-1]
