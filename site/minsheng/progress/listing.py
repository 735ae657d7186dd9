"""The list of projects: filters, how many each would leave, order and pages.

Every filter is one test of a column of the overview, so that the count beside a value is what the list would hold
with that value and all other filters as they are. Only the rows of the page shown are loaded in full.
"""

import enum
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.progress.glances import for_cards
from minsheng.progress.overview import Overview
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.funding import FundingKind, FundingLine, FundingSource
from minsheng.records.places import Agency, Division, common_path, division_by_code
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project, ProjectKind, Stage
from minsheng.records.publication import Origin
from minsheng.records.translating import LANGUAGES, Texts

PAGE_SIZE = 20
MOST_WORDS = 5


class Sort(enum.StrEnum):
    """Orders of the list. Where a value is missing, the project stands at the end of either order."""

    NEWEST = "newest"
    GAP = "gap"
    LEAST_PROGRESS = "least_progress"
    MOST_PROGRESS = "most_progress"
    MOST_MONEY = "most_money"
    NAME = "name"


@dataclass(frozen=True)
class Filters:
    """What the reader chose; None or False is no choice.

    ``place`` is the code of a place: it and all below. ``funding`` is who pays for a part at least, ``words`` a part
    of the title.
    """

    origin: Origin | None = None
    place: str | None = None
    year: int | None = None
    programme: str | None = None
    category: Category | None = None
    kind: ProjectKind | None = None
    stage: Stage | None = None
    status: ScheduleStatus | None = None
    agency: str | None = None
    funding: FundingSource | None = None
    words: str | None = None
    photos: bool = False
    silent: bool = False

    def without(self, name: str) -> "Filters":
        """Return the same choice with one filter taken away."""
        kept = {key: value for key, value in vars(self).items() if key != name}
        return Filters(**kept)

    @property
    def chosen(self) -> bool:
        """Whether anything was chosen."""
        return self != Filters()


@dataclass(frozen=True)
class Choice:
    """One value of a filter, how the record is called (None for enumerations), and how many it would leave.

    ``names`` is what the record is called in other languages, as far as it carries that.
    """

    value: str
    name: str | None
    count: int
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ListPage:
    """One page of the list: its projects in order, and how many there are over how many pages."""

    projects: Sequence[Project]
    total: int
    page: int
    pages: int


Selection = int
"""Which projects of an overview are meant: byte *i* of this number is 1 for the project in place *i*, else 0."""


def list_page(
    session: Session, filters: Filters, sort: Sort, page: int, overview: Overview, size: int = PAGE_SIZE
) -> ListPage:
    """Return one page of the list, loaded for cards; a page beyond the last gives the last."""
    ids = ordered_ids(session, filters, sort, overview)
    pages = max(-(-len(ids) // size), 1)
    page = min(max(page, 1), pages)
    chosen = ids[(page - 1) * size : page * size]
    loaded = {
        project.id: project
        for project in session.scalars(sa.select(Project).where(Project.id.in_(chosen)).options(*for_cards()))
    }
    return ListPage([loaded[number] for number in chosen], len(ids), page, pages)


def ordered_ids(session: Session, filters: Filters, sort: Sort, overview: Overview) -> list[int]:
    """Return the identities of all projects a choice leaves, in order."""
    flags = _flags(overview, selected(session, filters, overview))
    order = overview.remember(f"order {sort}", lambda: _order(session, sort, overview))
    rows = overview.digests
    return [rows[place].project_id for place in order if flags[place]]


def selected(session: Session, filters: Filters, overview: Overview) -> Selection:
    """Return which projects a choice leaves. An unknown place, programme or agency leaves none."""
    chosen = _everything(overview)
    plain = {
        "origin": filters.origin,
        "year": filters.year,
        "category": filters.category,
        "kind": filters.kind,
        "stage": filters.stage,
        "computed_status": filters.status,
        "has_photos": filters.photos or None,
        "is_silent": filters.silent or None,
    }
    for column, value in plain.items():
        if value is not None:
            chosen &= _where(overview, column, value.__eq__)
    if filters.programme:
        number = session.scalar(sa.select(Programme.id).where(Programme.slug == filters.programme))
        chosen &= _where(overview, "programme_id", (number or 0).__eq__)
    if filters.agency:
        number = session.scalar(sa.select(Agency.id).where(Agency.slug == filters.agency))
        chosen &= _where(overview, "agency_id", (number or 0).__eq__)
    if filters.place:
        place = division_by_code(session, filters.place)
        chosen &= _within(overview, place) if place else 0
    if filters.funding:
        chosen &= _funded(session, overview).get(filters.funding, 0)
    if filters.words:
        chosen &= _titled(session, overview, filters.words)
    return chosen


def count(session: Session, filters: Filters, overview: Overview) -> int:
    """Return how many projects a choice leaves."""
    return selected(session, filters, overview).bit_count()


def _funded(session: Session, overview: Overview) -> Mapping[FundingSource, Selection]:
    """Return which projects each source pays for, in part at least; levies and deposits are no funds."""

    def make() -> Mapping[FundingSource, Selection]:
        places = {row.project_id: place for place, row in enumerate(overview.digests)}
        flags: dict[FundingSource, bytearray] = {}
        query = sa.select(FundingLine.source, FundingLine.project_id).where(FundingLine.kind == FundingKind.FUNDS)
        for source, project_id in session.execute(query):
            if project_id in places:
                flags.setdefault(source, bytearray(len(overview)))[places[project_id]] = 1
        return {source: int.from_bytes(each, "little") for source, each in flags.items()}

    return overview.remember("funded", make)


def _titled(session: Session, overview: Overview, words: str) -> Selection:
    """Return the projects whose title, as written or in translation, holds every one of these words."""
    query = Project.visible_to_residents().with_only_columns(Project.id)
    for word in words.split()[:MOST_WORDS]:
        titles = (Project.title, *(Project.translations[language]["title"].as_string() for language in LANGUAGES))
        query = query.where(sa.or_(*(title.icontains(word, autoescape=True) for title in titles)))
    return _where(overview, "project_id", set(session.scalars(query)).__contains__)


def _everything(overview: Overview) -> Selection:
    return int.from_bytes(b"\x01" * len(overview), "little")


def _where(overview: Overview, column: str, fits: Callable[[Any], Any]) -> Selection:
    """Return the projects whose value in a column fits."""
    # A comparison with None or another type answers NotImplemented, which must not count as true.
    return int.from_bytes(bytes(fits(value) is True for value in overview.column(column)), "little")


def _within(overview: Overview, place: Division) -> Selection:
    below = place.path
    return int.from_bytes(bytes((path or "").startswith(below) for path in overview.column("path")), "little")


def _flags(overview: Overview, chosen: Selection) -> bytes:
    """Return a selection as one byte a project."""
    return chosen.to_bytes(len(overview), "little")


def _order(session: Session, sort: Sort, overview: Overview) -> list[int]:
    """Return the places of all projects in an order; what has no value comes last, ties go by identity."""
    rows = overview.digests
    if sort is Sort.NAME:
        titles = dict(
            session.execute(Project.visible_to_residents().with_only_columns(Project.id, Project.title)).all()
        )
        return sorted(range(len(rows)), key=lambda place: (titles.get(rows[place].id, ""), rows[place].id))
    keys: dict[Sort, Callable[[Any], tuple[Any, ...]]] = {
        Sort.NEWEST: lambda row: (row.origin != Origin.OWN, *_descending(row.last_month)),
        Sort.MOST_MONEY: lambda row: _descending(
            row.total_investment_fen if row.planned_investment_fen is None else row.planned_investment_fen
        ),
        Sort.GAP: lambda row: _ascending(row.gap_float),
        Sort.LEAST_PROGRESS: lambda row: _ascending(row.progress_float),
        Sort.MOST_PROGRESS: lambda row: _descending(row.progress_float),
    }
    key, later = keys[sort], keys[Sort.NEWEST]
    if sort is Sort.MOST_MONEY or sort is Sort.NEWEST:
        return sorted(range(len(rows)), key=lambda place: (*key(rows[place]), rows[place].id))
    return sorted(range(len(rows)), key=lambda place: (*key(rows[place]), *later(rows[place]), rows[place].id))


def _ascending(value: float | None) -> tuple[bool, float]:
    """Return a key that sorts by value, the least first, and puts what has none at the end."""
    return value is None, 0 if value is None else value


def _descending(value: float | None) -> tuple[bool, float]:
    """Return a key that sorts by value, the greatest first, and puts what has none at the end."""
    return value is None, 0 if value is None else -value


def choices(session: Session, filters: Filters, overview: Overview) -> dict[str, list[Choice]]:
    """Return the values of every filter with how many projects each would leave, most useful first."""
    selections: dict[Filters, Selection] = {}

    def counted(name: str, column: str) -> Counter[Any]:
        """Count a column over what all other filters leave; most filters share that selection."""
        others = filters.without(name)
        if others not in selections:
            selections[others] = selected(session, others, overview)
        return Counter(compress(overview.column(column), _flags(overview, selections[others])))

    found = {name: _valued(counted(name, name)) for name in ("origin", "year", "category", "kind", "stage")}
    found["year"].sort(key=lambda choice: choice.value, reverse=True)
    found["programme"] = _named(session, overview, Programme, counted("programme", "programme_id"))
    found["agency"] = _named(session, overview, Agency, counted("agency", "agency_id"))
    chosen = division_by_code(session, filters.place) if filters.place else None
    # Without a place of ours all provinces are to choose from; with one, the places just below it.
    kept_place = "" if chosen else "place"
    found["place"] = _places(session, chosen, counted(kept_place, "path"))
    by_status = counted("status", "computed_status")
    found["status"] = [Choice(word.value, None, by_status[word]) for word in READING_ORDER if by_status[word]]
    left = selected(session, filters.without("funding"), overview)
    by_source = {source: (left & funded).bit_count() for source, funded in _funded(session, overview).items()}
    found["funding"] = _valued(Counter({source: number for source, number in by_source.items() if number}))
    for name, column in (("silent", "is_silent"), ("photos", "has_photos")):
        # What both this and all other filters leave: the count does not change once the filter is chosen.
        number = counted(name, column)[True]
        found[name] = [Choice("1", None, number)] if number else []
    return found


def _valued(counts: Counter[Hashable]) -> list[Choice]:
    """Return the values of a column of the project itself, most first."""
    known = [(str(value), number) for value, number in counts.items() if value is not None]
    return [Choice(value, None, number) for value, number in sorted(known, key=lambda pair: (-pair[1], pair[0]))]


def _named(session: Session, overview: Overview, model: Any, counts: Counter[int | None]) -> list[Choice]:
    """Return the records that have a slug and a title or name, most first."""
    name = "title" if hasattr(model, "title") else "name"
    columns = (model.id, model.slug, getattr(model, name), model.translations)
    names = overview.remember(
        f"names of {model.__tablename__}",
        lambda: {
            number: (slug, called, _called(texts, name))
            for number, slug, called, texts in session.execute(sa.select(*columns))
        },
    )
    known = [(names[number], count) for number, count in counts.items() if number in names]
    return [
        Choice(slug, called, count, others)
        for (slug, called, others), count in sorted(known, key=lambda pair: (-pair[1], pair[0][1]))
    ]


def _called(texts: Texts | None, name: str) -> dict[str, str]:
    """Return what a record is called in other languages."""
    return {language: fields[name] for language, fields in (texts or {}).items() if fields.get(name)}


def _places(session: Session, chosen: Division | None, paths: Counter[str | None]) -> list[Choice]:
    """Return the places just below the chosen one, itself first.

    Without a chosen one they are the provinces, or where everything lies in one place, that place and those below.
    """
    above = chosen.path if chosen else common_path(paths)
    first = above.rstrip("/").rpartition("/")[2]
    counts: Counter[str] = Counter()
    for path, count in paths.items():
        below = (path or "")[len(above) :].split("/")[0]
        if first:
            counts[first] += count
        if below:
            counts[below] += count
    columns = (Division.code, Division.name, Division.translations)
    query = sa.select(*columns).where(Division.code.in_(counts))
    names = {code: (called, _called(texts, "name")) for code, called, texts in session.execute(query)}
    return [
        Choice(code, *((names[code][0], count, names[code][1]) if code in names else (None, count)))
        for code, count in sorted(counts.items(), key=lambda item: (item[0] != first, -item[1], item[0]))
    ]


READING_ORDER = (
    ScheduleStatus.SERIOUSLY_BEHIND,
    ScheduleStatus.OVERDUE,
    ScheduleStatus.BEHIND,
    ScheduleStatus.ON_SCHEDULE,
    ScheduleStatus.AHEAD,
    ScheduleStatus.DONE,
    ScheduleStatus.NOT_DUE,
    ScheduleStatus.SUSPENDED,
    ScheduleStatus.CANCELLED,
    ScheduleStatus.UNKNOWN,
)
"""What needs attention first."""
