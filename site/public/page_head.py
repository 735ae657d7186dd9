"""What the head of a page tells others about it: its one address, its languages, its picture, its structure."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pages.addresses import absolute, here
from pages.language import PARAMETER, shown_languages
from public.sharing import structured

LISTS: Mapping[str, tuple[str, ...]] = {
    "public.projects.index": (
        "origin", "status", "place", "year", "category", "kind", "stage", "agency", "programme", "photos", "silent",
        "funding", "words", "page",
    ),
    "public.suggestions.index": ("kind", "state", "page"),
    "public.changes.index": ("project", "act", "page"),
}  # fmt: skip
"""Parameters that make another page of these addresses. All others (order, language, a board, a campaign) do not."""


def canonical_url() -> str:
    """Return the one address of the present page, without what does not change what it is."""
    kept = []
    for name in LISTS.get(request.endpoint or "", ("page",)):
        value = request.args.get(name, "").strip()[:80]
        if value and not (name == "page" and (value == "1" or not value.isdigit())):
            kept.append((name, value))
    return f"{here()}?{urlencode(kept)}" if kept else here()


def alternates() -> list[tuple[str, str]]:
    """Return language tag and address of the present page in every language; ``x-default`` lets the browser say."""
    address = canonical_url()
    mark = "&" if "?" in address else "?"
    ways = [(tag, f"{address}{mark}{PARAMETER}={tag}") for tag in shown_languages().values()]
    return [*ways, ("x-default", address)]


def _of_project(names: Mapping[str, Any]) -> list[dict[str, Any]]:
    report = names["standing"].report
    return structured.project(names["project"], report.month if report and report.month else "")


BUILDERS: Mapping[str, Callable[[Mapping[str, Any]], list[dict[str, Any]]]] = {
    "public.home.index": lambda _names: [structured.site()],
    "public.projects.show": _of_project,
    "public.programmes.show": lambda names: structured.programme(names["programme"]),
    "public.places.show": lambda names: structured.place(names["place"]),
    "public.agencies.show": lambda names: structured.agency(names["agency"]),
    "public.opendata.index": lambda _names: structured.dataset(),
}


@pass_context
def structured_data(context: Context) -> Markup:
    """Return the page's structured data, made from the names its template was given; nothing for most pages."""
    build = BUILDERS.get(request.endpoint or "")
    blocks = build(context.get_all()) if build else []
    return Markup("\n").join(structured.script(block) for block in blocks)


def card_url() -> str:
    """Return the address of the picture that stands for the present page where it is shared."""
    given = request.view_args or {}
    if request.endpoint in {"public.projects.show", "public.boards.show"}:
        return absolute("public.cards.project", slug=given["slug"])
    if request.endpoint == "public.programmes.show":
        return absolute("public.cards.programme", slug=given["slug"])
    if request.endpoint == "public.places.show":
        return absolute("public.cards.place", code=given["code"])
    return absolute("public.cards.site")


def oembed_url() -> str:
    """Return where programs ask how to embed the present project; empty on other pages."""
    if request.endpoint != "public.projects.show":
        return ""
    return absolute("public.embeds.oembed", url=here(), format="json")
