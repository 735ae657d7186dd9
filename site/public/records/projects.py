"""Projects: the list with filters in the address, one project, and its data to take away."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from minsheng.database import db
from minsheng.progress.glances import for_page, standings
from minsheng.progress.listing import Choice, Filters, Sort, choices, list_page
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records import archive
from minsheng.records.funding import FundingSource
from minsheng.records.places import Division
from minsheng.records.projects import Category, Project, ProjectKind, Stage
from minsheng.records.publication import Origin
from pages.addresses import url_with
from pages.language import current_language, plain_record_text
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.words import WORDS, word
from public import my_place, presenting
from public.records import project_json, project_page

blueprint = Blueprint("projects", __name__, url_prefix="/projects")

FACETS = {
    "status": _l("进度状态"),
    "place": _l("地方"),
    "year": _l("年份"),
    "category": _l("领域"),
    "kind": _l("类型"),
    "stage": _l("阶段"),
    "agency": _l("责任单位"),
    "funding": _l("资金来源"),
    "programme": _l("民生工程"),
    "photos": _l("图片"),
    "silent": _l("月报"),
}
WORD_GROUPS = {
    "status": "schedule_status",
    "category": "category",
    "kind": "project_kind",
    "stage": "stage",
    "funding": "funding_source",
}
SWITCHES = {"photos": _l("有图片"), "silent": _l("缺月报")}
MOST_VALUES = 40
EVERYWHERE = "all"
"""What the address says of a place when the reader wants all of them, whichever they chose as their own."""
VIEWS = {"cards": _l("卡片"), "table": _l("表格")}
SORTS = {
    Sort.NEWEST: _l("最近有月报的在前"),
    Sort.GAP: _l("落后最多的在前"),
    Sort.LEAST_PROGRESS: _l("进度低的在前"),
    Sort.MOST_PROGRESS: _l("进度高的在前"),
    Sort.MOST_MONEY: _l("投资多的在前"),
    Sort.NAME: _l("按名称"),
}


@blueprint.get("/")
def index() -> str | BaseResponse:
    """List projects; every choice is in the address, so that a list can be sent to someone.

    Who chose a place as their own and asks for the bare list is led to the list of that place.
    """
    mine = my_place.of_reader()
    if mine and not request.args:
        return redirect(url_for(".index", place=mine.code), 302)
    filters, sort = filters_from_address(), sort_from_address()
    known = presenting.all_glances()
    found = choices(db.session(), filters, known)
    page = list_page(db.session(), filters, sort, request.args.get("page", 1, type=int), known)
    return render_template(
        "public/projects/index.html",
        page=page,
        standings=standings(page.projects, presenting.today(), presenting.due_day()),
        facets=facets(found, filters),
        origins=_origins(found["origin"], filters),
        filters=filters,
        sort={
            "name": "sort",
            "label": _l("排序"),
            "options": [
                {"value": each.value, "label": label, "selected": each is sort} for each, label in SORTS.items()
            ],
        },
        shows_invented=any(project.is_invented for project in page.projects),
        shows_compiled=any(project.is_compiled for project in page.projects),
        view="table" if request.args.get("view") == "table" else "cards",
        views=VIEWS,
        mine=mine,
        clear_address=_clear_address(mine),
        elsewhere=elsewhere,
    )


def elsewhere(endpoint: str) -> str:
    """Return the address of another form of the present choice: a file, a map."""
    choice = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in {"page", "view", "lang"} and value
    ]
    address = url_for(endpoint)
    return f"{address}?{urlencode(choice)}" if choice else address


def _clear_address(mine: Division | None) -> str:
    """Return the list without any choice: everywhere for those whom the bare address would lead to their place."""
    return url_for(".index", place=EVERYWHERE) if mine else url_for(".index")


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show one project: an own one in full, a compiled one as the archive rule says."""
    project = _visible(slug)
    if project.is_compiled:
        return _archive_page(project)
    return render_template(
        "public/projects/own.html",
        **project_page.own(db.session(), project, presenting.today(), presenting.due_day()),
        shows_invented=project.is_invented,
    )


@blueprint.get("/<slug>/data.json")
def data(slug: str) -> Response:
    """Give everything public about one project as JSON; money in fen, percentages as text."""
    project = _visible(slug)
    response = jsonify(project_json.whole(project))
    response.headers["Content-Disposition"] = f'attachment; filename="{project.slug}.json"'
    return response


def _archive_page(project: Project) -> str:
    siblings, sibling_count = archive.same_notice(db.session(), project)
    places, elsewhere = archive.same_place(db.session(), project), archive.same_category(db.session(), project)
    stated, unstated = archive.aspects(project)
    today = presenting.today()
    return render_template(
        "public/projects/archive.html",
        project=project,
        standing=standings([project], today)[project.id],
        stated=stated,
        unstated=unstated,
        siblings=siblings,
        sibling_count=sibling_count,
        same_place=places,
        same_category=elsewhere,
        standings=standings([*siblings, *places, *elsewhere], today),
        changes=project_page.changes_of(db.session(), project),
        shows_compiled=True,
    )


def _visible(slug: str) -> Project:
    """Return the project with this slug if residents may see it, or answer 404."""
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug).options(*for_page()))
    if project is None:
        abort(404)
    return project


def filters_from_address() -> Filters:
    """Return the choice that the address holds."""
    return filters_from(request.args)


def filters_from(parameters: Mapping[str, str]) -> Filters:
    """Return the choice that an address' parameters hold; values that make no sense count as no choice."""
    given = {name: value.strip()[:80] for name, value in parameters.items() if value.strip()}
    year = given.get("year", "")
    return Filters(
        origin=_member(Origin, given.get("origin")),
        place=place if (place := given.get("place")) != EVERYWHERE else None,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        programme=given.get("programme"),
        category=_member(Category, given.get("category")),
        kind=_member(ProjectKind, given.get("kind")),
        stage=_member(Stage, given.get("stage")),
        status=_member(ScheduleStatus, given.get("status")),
        agency=given.get("agency"),
        funding=_member(FundingSource, given.get("funding")),
        words=given.get("words"),
        photos="photos" in given,
        silent="silent" in given,
    )


def sort_from_address() -> Sort:
    """Return the order the address asks for, the newest first by default."""
    return _member(Sort, request.args.get("sort")) or Sort.NEWEST


def _member(kind: Any, text: str | None) -> Any:
    """Return the member of an enumeration with this value, or None."""
    try:
        return kind(text)
    except ValueError:
        return None


def facets(found: dict[str, list[Choice]], filters: Filters) -> list[dict[str, Any]]:
    """Return the filters as the form draws them; a filter with nothing to choose between is left out."""
    drawn = []
    for name, label in FACETS.items():
        chosen = str(getattr(filters, name) or "")
        if chosen == "True":
            chosen = "1"
        options = [
            {
                "value": choice.value,
                "label": _label(name, choice),
                "count": choice.count,
                "selected": choice.value == chosen,
            }
            for choice in found[name][:MOST_VALUES]
        ]
        if chosen and not any(option["selected"] for option in options):
            nothing = Choice(chosen, None, 0)
            options.insert(0, {"value": chosen, "label": _label(name, nothing), "count": 0, "selected": True})
        if chosen or len(options) > 1 or (options and name in SWITCHES):
            drawn.append({"name": name, "label": label, "options": options})
    return drawn


def _origins(found: list[Choice], filters: Filters) -> list[dict[str, Any]]:
    """Return the ways between own and compiled records, or nothing where there are only records of one origin."""
    if len(found) < 2 and filters.origin is None:
        return []
    counts = {choice.value: choice.count for choice in found}
    ways = [{"label": _("全部"), "count": sum(counts.values()), "url": url_with(origin=None, page=None)}]
    ways += [
        {"label": word(origin), "count": counts.get(origin, 0), "url": url_with(origin=origin.value, page=None)}
        for origin in Origin
    ]
    for way, origin in zip(ways, (None, *Origin), strict=True):
        way["current"] = filters.origin == origin
    return ways


def _label(name: str, choice: Choice) -> str:
    """Return the reader's word for a value of a filter."""
    if name in SWITCHES:
        return str(SWITCHES[name])
    if name in WORD_GROUPS:
        return str(WORDS[WORD_GROUPS[name]].get(choice.value, choice.value))
    return choice.names.get(current_language()) or plain_record_text(choice.name or choice.value)
