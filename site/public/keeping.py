"""Which pages of residents a server process may keep in memory, and what they depend on besides the record.

Every GET page of this face is kept unless it is named here: a page with a form token, a page of one person, or one
made from something other than the database. A page is kept only under an address whose parameters are named here;
under any other it is made anew each time, so that made-up parameters fill nobody's memory.
"""

from dataclasses import fields

from flask import g

from minsheng.progress.listing import Filters
from pages.display import WISHES

NEVER = {
    "public.search.": "the index follows the database a moment later, and tells nobody when it has",
    "public.suggestions.new": "a form with its token",
    "public.suggestions.follow": "a form with its token, and the case of one person",
    "public.suggestions.rate_by_mail": "a form with its token, and the case of one person",
    "public.suggestions.dispute_by_mail": "a form with its token, and the case of one person",
    "public.suggestions.judged": "follows a form of one person",
    "public.case_erasure.": "a form with its token, and the case of one person",
    "public.suggestions.support": "a form with its token, and whether this browser supports the case already",
    "public.calls.new": "a form with its token",
    "public.calls.follow": "a form with its token, and the idea of one person",
    "public.monitoring.": "the private page of one person",
    "public.surveys.fill": "a form with its token, and whether this device answered already",
    "public.subscriptions.": "forms with their tokens, and the subscriptions of one person",
    "public.my_place.": "sets a cookie",
    "public.embeds.": "chooses its language in its own way",
    "public.feeds.search_results": "made from the index",
    "public.oc4ids.": "a file that is streamed; as large as all projects together",
}
"""Beginnings of the names of pages that are made anew each time, with the reason."""

EVERYWHERE = frozenset({"page", "lang"})
"""Parameters that any page may have."""

PARAMETERS = {
    # Not ``words``: everyone may look for something else.
    "public.projects.index": frozenset({"sort", "view", *(field.name for field in fields(Filters))}) - {"words"},
    "public.map.index": frozenset(field.name for field in fields(Filters)) - {"words"},
    "public.map.points": frozenset(field.name for field in fields(Filters)) - {"words"},
    **dict.fromkeys(
        ("public.galleries.everything", "public.galleries.of_project", "public.galleries.of_place"),
        frozenset({"phase", "month"}),
    ),
    "public.suggestions.index": frozenset({"kind", "state", "sort"}),
    **dict.fromkeys(
        ("public.case_statistics.index", "public.case_statistics.table"),
        frozenset({"by", "place", "agency", "category", "channel", "year", "since", "until"}),
    ),
    "public.changes.index": frozenset({"project", "act"}),
    "public.laggards.index": frozenset({"kind", "programme", "place", "agency"}),
    "public.comparison.index": frozenset({"of", "with", "month"}),
    "public.comparison.places": frozenset({"month", "sort"}),
    "public.boards.show": frozenset({"size", "number"}),
    "public.feeds.project_list": frozenset({"before", *(field.name for field in fields(Filters))}),
    "public.feeds.everything": frozenset({"act", "before"}),
    "public.feeds.of_record": frozenset({"before"}),
    "public.survey_results.show": frozenset({"scheme"}),
}
"""Parameters that change a page, by the page's name."""

DISPLAY_COOKIES = WISHES
"""Cookies that change how the server writes a page, with the values that do; whatever else they hold is no choice."""

PLACE_COOKIE = "place"
PLACE_CODE = r"[0-9]{6,12}"
PLACE_PAGES = frozenset({"/", "/projects/"})
"""Paths of pages that show the place a reader chose as their own (see :mod:`public.my_place`)."""


def leave_unkept() -> None:
    """Say of the page being made that it must not be kept, whatever its address."""
    g.unkept = True


def reason_not_to_keep(endpoint: str) -> str | None:
    """Return why a page is never kept, or None."""
    return next((reason for beginning, reason in NEVER.items() if endpoint.startswith(beginning)), None)


def parameters_of(endpoint: str) -> frozenset[str]:
    """Return the parameters under which a page may be kept."""
    return EVERYWHERE | PARAMETERS.get(endpoint, frozenset())
