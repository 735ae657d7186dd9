"""Statistics of residents' cases: who answers, how fast, and what residents say of it; as pages and as CSV."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request, url_for

from minsheng.casework import case_adoptions, case_statistics
from minsheng.casework.case_adoptions import CaseAdoption
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_figures import AGE_BUCKETS, CaseCounts, Share, ranks_on_time
from minsheng.casework.case_statistics import CaseFilter, Dimension
from minsheng.casework.cases import Prominence, Rating, RefusalReason
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.exporting import csv_guard
from minsheng.participation import call_outcomes
from minsheng.records.places import Agency, Division, division_by_code
from minsheng.records.projects import Category
from pages.formats import month as month_words
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import text_of
from pages.services import services
from pages.words import word

blueprint = Blueprint("case_statistics", __name__, url_prefix="/suggestions/statistics")

MOST_TAKEN_UP = 10
DIMENSIONS: Mapping[Dimension, str] = {
    Dimension.AGENCY: _l("承办单位"),
    Dimension.PLACE: _l("地方"),
    Dimension.CATEGORY: _l("领域"),
    Dimension.MONTH: _l("收到的月份"),
    Dimension.CHANNEL: _l("从哪里来"),
}
UNNAMED: Mapping[Dimension, str] = {
    Dimension.AGENCY: _l("还没有交办"),
    Dimension.PLACE: _l("没有说明地方"),
    Dimension.CATEGORY: _l("没有说明项目"),
    Dimension.MONTH: "",
    Dimension.CHANNEL: "",
}
COLUMNS = (
    "counted_by",
    "key",
    "name",
    "as_of",
    "received",
    "accepted",
    "refused",
    *(f"refused_{reason.value}" for reason in RefusalReason),
    "answered",
    "replied",
    "on_time",
    "late",
    "open",
    "overdue",
    *(f"open_{least}_to_{most}_days" if most else f"open_{least}_days_or_more" for least, most in AGE_BUCKETS),
    "median_days",
    "ninetieth_percentile_days",
    "extended",
    "transferred",
    "disputed",
    "rated",
    "satisfied",
    "partly_satisfied",
    "not_satisfied",
    "closed_unrated",
    "merged",
    "rated_duplicates",
)
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One line of the statistics; ``url`` leads to the record counted, where there is one."""

    key: str
    name: str
    counts: CaseCounts
    url: str = ""
    rank: int | None = None


@dataclass(frozen=True)
class Chosen:
    """What the address asks for: how to count, which cases, and the values as they stand in the address."""

    by: Dimension
    filter: CaseFilter
    values: Mapping[str, str]


@blueprint.get("/")
def index() -> str:
    """Show the figures of the chosen cases, all together and by one dimension."""
    today, chosen = services().today(), chosen_in_address()
    rows = _rows(chosen, today)
    whole = case_statistics.count(db.session(), today, chosen.filter)
    return render_template(
        "public/case_statistics/index.html",
        today=today,
        chosen=chosen,
        whole=whole,
        rows=rows,
        dimension=DIMENSIONS[chosen.by],
        dimensions_options=[
            {"value": one.value, "label": label, "selected": one is chosen.by} for one, label in DIMENSIONS.items()
        ],
        request_year=request.args.get("year", ""),
        facets=_facets(chosen, today),
        age_buckets=AGE_BUCKETS,
        ratings=list(Rating),
        opinions=[_opinion(row) for row in rows if row.counts.satisfied_share.percent is not None],
        asked=_asked(chosen.filter),
        taken_up=_taken_up(),
        wanted=call_outcomes.most_wanted(db.session()),
        shows_invented=_shows_invented(),
    )


@blueprint.get("/cases.csv")
def table() -> Response:
    """Give the same figures as CSV in UTF-8 with a byte mark: a line for each, and one for all together."""
    today, chosen = services().today(), chosen_in_address()
    together = Row("", "all", case_statistics.count(db.session(), today, chosen.filter))
    lines = [COLUMNS, *(_cells(row, chosen.by, today) for row in (*_rows(chosen, today), together))]
    response = Response(csv_guard.lines(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="cases-by-{chosen.by.value}.csv"'
    return response


def chosen_in_address() -> Chosen:
    """Return what the parameters of the request choose; values that mean nothing are passed over."""
    given = {name: request.args.get(name, "") for name in ("by", "place", "agency", "category", "channel")}
    by = Dimension(given["by"]) if given["by"] in set(Dimension) else Dimension.AGENCY
    place = division_by_code(db.session(), given["place"][:12]) if given["place"] else None
    agency = _agency(given["agency"]) if given["agency"] else None
    category = Category(given["category"]) if given["category"] in set(Category) else None
    channel = CaseChannel(given["channel"]) if given["channel"] in set(CaseChannel) else None
    since, until = _period()
    values = {
        "by": by.value if by is not Dimension.AGENCY else "",
        "place": place.code if place else "",
        "agency": agency.slug if agency else "",
        "category": category.value if category else "",
        "channel": channel.value if channel else "",
        "since": f"{since:%Y-%m}" if since else "",
        "until": f"{until:%Y-%m}" if until else "",
    }
    return Chosen(by, CaseFilter(place, agency, category, channel, since, until), values)


def _agency(slug: str) -> Agency | None:
    return db.session.scalar(sa.select(Agency).where(Agency.slug == slug))


def _period() -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day of receipt: of a year, or of a span of months."""
    year = request.args.get("year", "")
    if re.fullmatch(r"20\d\d", year, re.ASCII):
        return dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)
    return _edge("since", is_last=False), _edge("until", is_last=True)


def _edge(name: str, *, is_last: bool) -> dt.date | None:
    """Return the first or last day of the month that a parameter names."""
    typed = request.args.get(name, "")
    if not _MONTH.fullmatch(typed):
        return None
    year, month = int(typed[:4]), int(typed[5:])
    return dt.date(year, month, calendar.monthrange(year, month)[1] if is_last else 1)


def _rows(chosen: Chosen, today: dt.date) -> list[Row]:
    """Return a line for each agency, place, field, month or channel that has cases, cases without one last."""
    found = case_statistics.count_by(db.session(), chosen.by, today, chosen.filter)
    records = _records(chosen.by, found)
    named = {key: _named(chosen.by, key, records) for key in _in_order(chosen.by, found)}
    ranks = ranks_on_time({row[0]: found[key] for key, row in named.items() if key is not None})
    ranked = chosen.by is Dimension.AGENCY
    return [
        Row(key, name, found[raw], url, ranks.get(key) if ranked and raw is not None else None)
        for raw, (key, name, url) in named.items()
    ]


def _in_order(by: Dimension, found: Mapping[Any, CaseCounts]) -> Iterable[Any]:
    """Return the keys: agencies and places by how many cases they have, the rest in their own order."""
    keys = [key for key in found if key is not None]
    if by in {Dimension.AGENCY, Dimension.PLACE}:
        keys.sort(key=lambda key: (-found[key].received, key))
    elif by is Dimension.MONTH:
        keys.sort(reverse=True)
    else:
        order = [one.value for one in (Category if by is Dimension.CATEGORY else CaseChannel)]
        keys.sort(key=order.index)
    return [*keys, None] if None in found else keys


def _records(by: Dimension, keys: Iterable[Any]) -> dict[int, Agency | Division]:
    """Return the agencies or places that cases are counted by, read at once, by identity."""
    if by is Dimension.AGENCY:
        return {one.id: one for one in db.session.scalars(sa.select(Agency).where(Agency.id.in_(list(keys))))}
    if by is Dimension.PLACE:
        return {one.id: one for one in db.session.scalars(sa.select(Division).where(Division.id.in_(list(keys))))}
    return {}


def _named(by: Dimension, key: Any, records: Mapping[int, Agency | Division]) -> tuple[str, str, str]:
    """Return the public key, the name and the address of what cases are counted by."""
    if key is None:
        return "", str(UNNAMED[by]), ""
    record = records.get(key)
    if isinstance(record, Agency):
        return record.slug, text_of(record, "name"), url_for("public.agencies.show", slug=record.slug)
    if record is not None:
        return record.code, text_of(record, "name"), url_for("public.places.show", code=record.code)
    if by is Dimension.MONTH:
        return key, month_words(key), ""
    return key, word(key, "category" if by is Dimension.CATEGORY else "case_channel"), ""


def _facets(chosen: Chosen, today: dt.date) -> list[dict[str, Any]]:
    """Return what may be chosen, for the form of filters."""
    values, year = chosen.values, request.args.get("year", "")
    agencies = db.session.scalars(sa.select(Agency).where(_has_cases("agency_id", Agency)).order_by(Agency.id))
    places = db.session.scalars(sa.select(Division).where(_has_cases("division_id", Division)).order_by(Division.code))
    first = db.session.scalar(sa.select(Suggestion.received_at).order_by(Suggestion.received_at).limit(1))
    years = [str(number) for number in range(today.year, (first.year if first else today.year) - 1, -1)]
    listed: tuple[tuple[str, str, Sequence[tuple[str, str]], str], ...] = (
        ("place", _("地方"), [(one.code, text_of(one, "name")) for one in places], values["place"]),
        ("agency", _("承办单位"), [(one.slug, text_of(one, "name")) for one in agencies], values["agency"]),
        ("category", _("领域"), [(one.value, word(one)) for one in Category], values["category"]),
        ("channel", _("从哪里来"), [(one.value, word(one)) for one in CaseChannel], values["channel"]),
        ("year", _("收到的年份"), [(one, one) for one in years], year),
    )
    return [
        {
            "name": name,
            "label": label,
            "options": [
                {"value": value, "label": text, "count": None, "selected": value == now} for value, text in options
            ],
        }
        for name, label, options, now in listed
    ]


def _has_cases(column: str, model: type[Agency] | type[Division]) -> sa.ColumnElement[bool]:
    """Return the condition that some case names the agency or place."""
    named = getattr(Suggestion, column)
    return model.id.in_(sa.select(named).where(named.is_not(None)).distinct())


def _opinion(row: Row) -> dict[str, Any]:
    """Return a line of the chart of ratings: shares in per cent, best first."""
    counts = row.counts
    parts = (counts.satisfied, counts.partly_satisfied, counts.not_satisfied)
    return {
        "name": row.name,
        "n": counts.rated,
        "url": row.url,
        "shares": [Share(part, counts.rated).percent for part in parts],
    }


def _asked(chosen: CaseFilter) -> list[dict[str, Any]]:
    """Return what was asked for most, with the projects that such ideas became, and what such cases became."""
    asked = case_statistics.asked_most(db.session(), chosen)
    adopted = call_outcomes.adopted_groups(db.session())
    adoptions = case_adoptions.made_public(db.session())
    found = []
    for one in asked:
        place = db.session.get_one(Division, one.place_id)
        became = [group for group in adopted if call_outcomes.answers(group, one.category, place)]
        taken = [
            each
            for each in adoptions
            if each.suggestion.division_id == one.place_id
            and each.suggestion.project is not None
            and each.suggestion.project.category is one.category
        ]
        # Several cases may have become one thing, which is named once.
        taken_up = list({(each.programme_id, each.project_id): each for each in taken}.values())
        found.append(
            {"category": one.category, "place": place, "cases": one.cases, "adopted": became, "taken_up": taken_up}
        )
    return found


def _taken_up() -> list[CaseAdoption]:
    """Return the public cases that were last taken into a list, each with what it became."""
    adoptions = case_adoptions.made_public(db.session(), MOST_TAKEN_UP * 4)
    return [one for one in adoptions if one.suggestion.prominence is Prominence.PUBLIC][:MOST_TAKEN_UP]


def _shows_invented() -> bool:
    """Whether some case is about the invented sample county."""
    query = sa.select(Division.id).where(Division.is_invented, _has_cases("division_id", Division)).limit(1)
    return db.session.scalar(query) is not None


def _cells(row: Row, by: Dimension, today: dt.date) -> Sequence[str]:
    counts = row.counts
    cells = (
        by.value,
        row.key,
        row.name,
        today.isoformat(),
        counts.received,
        counts.accepted,
        counts.refused,
        *(counts.refused_for.get(reason, 0) for reason in RefusalReason),
        counts.answered,
        counts.replied,
        counts.on_time,
        counts.late,
        counts.open,
        counts.overdue,
        *counts.open_by_age,
        "" if counts.median_days is None else f"{counts.median_days:g}",
        "" if counts.ninetieth_days is None else counts.ninetieth_days,
        counts.extended,
        counts.transferred,
        counts.disputed,
        counts.rated,
        counts.satisfied,
        counts.partly_satisfied,
        counts.not_satisfied,
        counts.closed_unrated,
        counts.merged,
        counts.rated_duplicates,
    )
    return [str(cell) for cell in cells]
