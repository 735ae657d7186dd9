"""Search over everything residents may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, render_template, request, url_for

from minsheng.database import db
from minsheng.outbox import RecordKind
from minsheng.records.programmes import Programme
from minsheng.records.publication import Origin
from pages.language import lazy_gettext as _l
from pages.language import plain_text_of
from pages.limits import limiter
from pages.services import services
from pages.words import word
from public import search_names
from public.search_doors import doors
from search.engine import MAX_REACH, Document, Facet, FacetCount, Hit, Query, Results, Sort
from search.errors import IndexUnavailableError
from search.finding import find, suggest

blueprint = Blueprint("search", __name__, url_prefix="/search")
PAGE_SIZE = 20
LONGEST = 200

FACET_LABELS = {
    Facet.KIND: _l("内容"),
    Facet.PLACE: _l("地方"),
    Facet.YEAR: _l("年份"),
    Facet.CATEGORY: _l("领域"),
    Facet.STAGE: _l("阶段"),
    Facet.STATUS: _l("进度状态"),
    Facet.PROGRAMME: _l("民生工程"),
    Facet.ORIGIN: _l("来源"),
}
WORD_GROUPS = {
    Facet.KIND: "record_kind",
    Facet.CATEGORY: "category",
    Facet.STAGE: "stage",
    Facet.STATUS: "schedule_status",
    Facet.ORIGIN: "origin",
}
MOST_VALUES = 20
"""Values listed per facet: the commonest, and those chosen."""
SORT_LABELS = {
    Sort.RELEVANCE: _l("最相关"),
    Sort.NEWEST: _l("最新"),
    Sort.OLDEST: _l("最早"),
    Sort.MOST_MONEY: _l("资金最多"),
    Sort.MOST_PROGRESS: _l("进度最快"),
    Sort.LEAST_PROGRESS: _l("进度最慢"),
}


@blueprint.get("/")
@limiter.limit("120 per minute")
def index() -> str:
    """Show results with highlights, counts per filter value, and pages."""
    text = request.args.get("q", "").strip()[:LONGEST]
    page = max(request.args.get("page", 1, type=int), 1)
    page = min(page, MAX_REACH // PAGE_SIZE)
    sort = Sort(request.args["sort"]) if request.args.get("sort") in set(Sort) else Sort.RELEVANCE
    filters = _filters(list(request.args.items(multi=True)))
    query = Query(
        text=text,
        filters={facet: values for facet, values in filters.items() if any(values)},
        sort=sort,
        offset=(page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
        counted=tuple(FACET_LABELS),
        place_parent=filters[Facet.PLACE][0] if filters[Facet.PLACE] else "",
    )
    results, is_resting = None, False
    if text or query.filters:
        try:
            results, page = _results(query, page)
        except IndexUnavailableError:
            is_resting = True
    total = results.total if results else 0
    if results and text and page == 1 and not query.filters:
        services().tally.note(text, 0 if results.is_partial or results.corrected else total, services().today())
    return render_template(
        "public/search/index.html",
        text=text,
        doors=doors(text) if page == 1 else (),
        results=results,
        is_resting=is_resting,
        facets=_facets(results.facets, filters) if results else [],
        sort={
            "name": "sort",
            "label": _l("排序"),
            "options": [{"value": s.value, "label": label, "selected": s is sort} for s, label in SORT_LABELS.items()],
        },
        page=page,
        pages=max(-(-min(total, MAX_REACH) // PAGE_SIZE), 1),
        shows_invented=results is not None and any(hit.document.is_invented for hit in results.hits),
        shows_compiled=results is not None and any(hit.document.origin == Origin.COMPILED for hit in results.hits),
        list_url=_list_url(filters),
        addresses={hit.document.key: hit_address(hit) for hit in results.hits} if results else {},
        translated=search_names.titles(results.hits) if results else {},
        places=search_names.places(code for hit in results.hits for code in hit.document.place_path) if results else {},
    )


def _results(query: Query, page: int) -> tuple[Results, int]:
    """Return the results and the number of their page: for a page beyond the last one, the last one."""
    results = find(db.session(), services().search, query, services().today())
    if results.hits or not results.total:
        return results, page
    last = -(-min(results.total, MAX_REACH) // PAGE_SIZE)
    query = replace(query, offset=(last - 1) * PAGE_SIZE)
    return find(db.session(), services().search, query, services().today()), last


@blueprint.get("/names")
@limiter.limit("240 per minute")
def names() -> Response:
    """Return titles that hold what has been typed so far, as a JSON list, for the boxes' suggestions."""
    text = request.args.get("q", "").strip()[:LONGEST]
    try:
        hits = suggest(db.session(), services().search, text) if len(text) > 1 else ()
    except IndexUnavailableError:
        hits = ()
    return jsonify(list(dict.fromkeys(hit.document.title for hit in hits)))


ADDRESSES: dict[RecordKind, Callable[[Document], str]] = {
    RecordKind.PROJECT: lambda one: url_for("public.projects.show", slug=one.slug),
    RecordKind.REPORT: lambda one: url_for("public.projects.show", slug=one.slug, _anchor=f"report-{one.month}"),
    RecordKind.PROGRAMME: lambda one: url_for("public.programmes.show", slug=one.slug),
    RecordKind.DIVISION: lambda one: url_for("public.places.show", code=one.slug),
    RecordKind.AGENCY: lambda one: url_for("public.agencies.show", slug=one.slug),
    RecordKind.SUGGESTION: lambda one: url_for("public.suggestions.show", case_id=one.record_id),
    RecordKind.DOCUMENT: lambda one: url_for("public.documents.about", document_id=one.record_id),
    RecordKind.CALL: lambda one: url_for("public.calls.show", slug=one.slug),
    RecordKind.CONTENT: lambda one: url_for("public.content.show", slug=one.slug),
    RecordKind.CALL: lambda one: url_for("public.calls.show", slug=one.slug),
}


def address(document: Document) -> str:
    """Return where a result leads."""
    return ADDRESSES[document.kind](document)


def hit_address(hit: Hit) -> str:
    """Return where a result leads; in a file with pages, to the page that answers."""
    return address(hit.document) + (f"#page-{hit.page}" if hit.page else "")


def query_of(pairs: Sequence[tuple[str, str]], limit: int) -> Query:
    """Return the query that an address' parameters hold, for its best ``limit`` results."""
    text = next((value for name, value in pairs if name == "q"), "").strip()[:LONGEST]
    filters = {facet: values for facet, values in _filters(pairs).items() if any(values)}
    return Query(text=text, filters=filters, limit=limit)


def _filters(pairs: Sequence[tuple[str, str]]) -> dict[Facet, tuple[str, ...]]:
    """Return what an address' parameters choose in every facet."""
    return {facet: tuple(value for name, value in pairs if name == facet.value)[:20] for facet in FACET_LABELS}


SHARED = (Facet.PLACE, Facet.YEAR, Facet.CATEGORY, Facet.PROGRAMME, Facet.STAGE, Facet.STATUS)
"""Filters that the list of projects takes under the same names."""


def _list_url(chosen: Mapping[Facet, tuple[str, ...]]) -> str:
    """Return the address of the list of projects under the filters in force that it knows too, or nothing."""
    shared: dict[str, Any] = {facet.value: chosen[facet][0] for facet in SHARED if any(chosen[facet])}
    return url_for("public.projects.index", **shared) if shared else ""


def _facets(
    counts: Mapping[Facet, tuple[FacetCount, ...]], chosen: Mapping[Facet, tuple[str, ...]]
) -> list[dict[str, object]]:
    """Return the facets in the form the filter macro draws."""
    labels = _labels(counts)
    return [
        {
            "name": facet.value,
            "label": label,
            "multiple": facet is not Facet.PLACE,
            "open": facet is Facet.KIND,
            "options": [
                {
                    "value": count.value,
                    "label": labels.get((facet, count.value), count.value),
                    "count": count.total,
                    "selected": count.value in chosen[facet],
                }
                for position, count in enumerate(counts.get(facet, ()))
                if position < MOST_VALUES or count.value in chosen[facet]
            ],
        }
        for facet, label in FACET_LABELS.items()
    ]


def _labels(counts: Mapping[Facet, tuple[FacetCount, ...]]) -> dict[tuple[Facet, str], str]:
    """Return the words for facet values: those of the interface, and names of places and programmes."""
    labels = {
        (facet, count.value): word(count.value, group)
        for facet, group in WORD_GROUPS.items()
        for count in counts.get(facet, ())
    }
    codes = [count.value for count in counts.get(Facet.PLACE, ())]
    places = search_names.places(codes)
    labels.update({(Facet.PLACE, code): plain_text_of(place, "name") for code, place in places.items()})
    slugs = [count.value for count in counts.get(Facet.PROGRAMME, ())]
    programmes = db.session.scalars(sa.select(Programme).where(Programme.slug.in_(slugs)))
    labels.update({(Facet.PROGRAMME, one.slug): plain_text_of(one, "title") for one in programmes})
    return labels
