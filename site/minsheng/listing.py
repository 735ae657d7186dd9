"""The list of projects: filters, how many each would leave, order and pages.

Every filter is one condition in SQL, so that the count beside a value is what the list would hold with that
value and all other filters as they are. What is computed (status, silence, progress, gap) comes as glances.
"""

import enum
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.glances import Glance, for_cards
from minsheng.photos import Photo
from minsheng.places import Agency, Division, division_by_code
from minsheng.programmes import Programme
from minsheng.projects import Category, Project, ProjectKind, Stage
from minsheng.publication import Origin
from minsheng.reports import ProgressReport, ReportState
from minsheng.schedule import ScheduleStatus

PAGE_SIZE = 20


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
    """What the reader chose; None or False is no choice. ``place`` is the code of a place: it and all below."""

    origin: Origin | None = None
    place: str | None = None
    year: int | None = None
    programme: str | None = None
    category: Category | None = None
    kind: ProjectKind | None = None
    stage: Stage | None = None
    status: ScheduleStatus | None = None
    agency: str | None = None
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
    """One value of a filter, how the record is called (None for enumerations), and how many it would leave."""

    value: str
    name: str | None
    count: int


@dataclass(frozen=True)
class ListPage:
    """One page of the list: its projects in order, and how many there are over how many pages."""

    projects: Sequence[Project]
    total: int
    page: int
    pages: int


def matching(session: Session, filters: Filters, glances: Mapping[int, Glance]) -> sa.Select[Project]:
    """Return the query of the projects a choice leaves. An unknown place, programme or agency leaves none."""
    query = Project.visible_to_residents()
    for condition in _conditions(session, filters, glances):
        query = query.where(condition)
    return query


def _conditions(session: Session, filters: Filters, glances: Mapping[int, Glance]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a choice."""
    plain: list[tuple[object, sa.ColumnElement[bool]]] = [
        (filters.origin, Project.origin == filters.origin),
        (filters.year, Project.year == filters.year),
        (filters.category, Project.category == filters.category),
        (filters.kind, Project.kind == filters.kind),
        (filters.stage, Project.stage == filters.stage),
        (filters.programme, Project.programme.has(Programme.slug == filters.programme)),
        (filters.agency, Project.agency.has(Agency.slug == filters.agency)),
        (filters.photos, has_photos()),
    ]
    conditions = [condition for value, condition in plain if value]
    if filters.place:
        place = division_by_code(session, filters.place)
        conditions.append(
            Project.division.has(Division.path.startswith(place.path, autoescape=True)) if place else sa.false()
        )
    if filters.status:
        conditions.append(_among(glances, lambda glance: glance.status == filters.status))
    if filters.silent:
        conditions.append(_among(glances, lambda glance: glance.months_silent > 0))
    return conditions


def _among(glances: Mapping[int, Glance], fits: Callable[[Glance], bool]) -> sa.ColumnElement[bool]:
    return Project.id.in_([glance.project_id for glance in glances.values() if fits(glance)])


def has_photos() -> sa.ColumnElement[bool]:
    """Return the condition that a project has a photo residents may see."""
    return (
        sa.select(Photo.id)
        .outerjoin(ProgressReport, Photo.report_id == ProgressReport.id)
        .where(
            Photo.project_id == Project.id,
            sa.or_(Photo.report_id.is_(None), ProgressReport.state == ReportState.PUBLISHED),
        )
        .exists()
    )


def list_page(
    session: Session, filters: Filters, sort: Sort, page: int, glances: Mapping[int, Glance], size: int = PAGE_SIZE
) -> ListPage:
    """Return one page of the list, loaded for cards; a page beyond the last gives the last."""
    ids = ordered_ids(session, filters, sort, glances)
    pages = max(-(-len(ids) // size), 1)
    page = min(max(page, 1), pages)
    chosen = ids[(page - 1) * size : page * size]
    loaded = {
        project.id: project
        for project in session.scalars(sa.select(Project).where(Project.id.in_(chosen)).options(*for_cards()))
    }
    return ListPage([loaded[number] for number in chosen], len(ids), page, pages)


def ordered_ids(session: Session, filters: Filters, sort: Sort, glances: Mapping[int, Glance]) -> list[int]:
    """Return the identities of all projects a choice leaves, in order."""
    query = matching(session, filters, glances)
    own_first = sa.case((Project.origin == Origin.OWN, 0), else_=1)
    if sort is Sort.NAME:
        order: list[Any] = [Project.title]
    elif sort is Sort.MOST_MONEY:
        order = [sa.func.coalesce(Project.planned_investment_fen, Project.total_investment_fen).desc().nulls_last()]
    else:
        order = [own_first, _last_month().desc().nulls_last()]
    found = session.scalars(query.with_only_columns(Project.id).order_by(*order, Project.id))
    ids = list(found)
    if sort is Sort.GAP:
        ids.sort(key=lambda number: _last_without(glances[number].gap, Fraction(1)))
    elif sort in {Sort.LEAST_PROGRESS, Sort.MOST_PROGRESS}:
        direction = Fraction(1 if sort is Sort.LEAST_PROGRESS else -1)
        ids.sort(key=lambda number: _last_without(glances[number].progress, direction))
    return ids


def _last_without(value: Fraction | None, direction: Fraction) -> tuple[bool, Fraction]:
    """Return a key that sorts by value in a direction and puts what has none at the end."""
    return value is None, Fraction(0) if value is None else value * direction


def _last_month() -> sa.ScalarSelect[Any]:
    """Return the month of a project's last report in force."""
    return (
        sa.select(sa.func.max(ProgressReport.month))
        .where(ProgressReport.project_id == Project.id, ProgressReport.state == ReportState.PUBLISHED)
        .correlate(Project)
        .scalar_subquery()
    )


def choices(session: Session, filters: Filters, glances: Mapping[int, Glance]) -> dict[str, list[Choice]]:
    """Return the values of every filter with how many projects each would leave, most useful first."""
    found = {
        name: _counted(session, filters.without(name), glances, column)
        for name, column in (
            ("origin", Project.origin),
            ("year", Project.year),
            ("category", Project.category),
            ("kind", Project.kind),
            ("stage", Project.stage),
        )
    }
    found["year"].sort(key=lambda choice: choice.value, reverse=True)
    found["programme"] = _named(session, filters.without("programme"), glances, Programme, Project.programme_id)
    found["agency"] = _named(session, filters.without("agency"), glances, Agency, Project.agency_id)
    found["place"] = _places(session, filters, glances)
    found |= _computed(session, filters, glances)
    return found


def _counted(session: Session, filters: Filters, glances: Mapping[int, Glance], column: Any) -> list[Choice]:
    """Count by a column of the project itself."""
    conditions = _conditions(session, filters, glances)
    number = sa.func.count()
    rows = session.execute(
        Project.visible_to_residents()
        .where(*conditions, column.is_not(None))
        .with_only_columns(column, number)
        .group_by(column)
        .order_by(number.desc(), column)
    )
    return [Choice(str(value), None, count) for value, count in rows]


def _named(session: Session, filters: Filters, glances: Mapping[int, Glance], model: Any, foreign: Any) -> list[Choice]:
    """Count by a record that has a slug and a title or name."""
    name = model.title if hasattr(model, "title") else model.name
    number = sa.func.count()
    rows = session.execute(
        Project.visible_to_residents()
        .join(model, foreign == model.id)
        .where(*_conditions(session, filters, glances))
        .with_only_columns(model.slug, name, number)
        .group_by(model.id, model.slug, name)
        .order_by(number.desc(), name)
    )
    return [Choice(slug, called, count) for slug, called, count in rows]


def _places(session: Session, filters: Filters, glances: Mapping[int, Glance]) -> list[Choice]:
    """Count by the places just below the chosen one, or by province; the chosen one itself comes first."""
    chosen = division_by_code(session, filters.place) if filters.place else None
    within = filters if chosen else filters.without("place")
    number = sa.func.count()
    rows = session.execute(
        Project.visible_to_residents()
        .join(Division, Project.division_id == Division.id)
        .where(*_conditions(session, within, glances))
        .with_only_columns(Division.path, number)
        .group_by(Division.path)
    )
    above = chosen.path if chosen else ""
    counts: Counter[str] = Counter()
    for path, count in rows:
        below = path[len(above) :].split("/")[0]
        if chosen:
            counts[chosen.code] += count
        if below:
            counts[below] += count
    names = dict(session.execute(sa.select(Division.code, Division.name).where(Division.code.in_(counts))).all())
    return [
        Choice(code, names.get(code), count)
        for code, count in sorted(
            counts.items(), key=lambda item: (chosen is None or item[0] != chosen.code, -item[1], item[0])
        )
    ]


def _computed(session: Session, filters: Filters, glances: Mapping[int, Glance]) -> dict[str, list[Choice]]:
    """Count by what is not stored: status in reading order, silence, photos."""
    by_status = Counter(
        glances[number].status for number in _ids(session, filters.without("status"), glances) if number in glances
    )
    silent = sum(1 for number in _ids(session, filters.without("silent"), glances) if glances[number].months_silent > 0)
    with_photos = replace(filters, photos=True)
    pictured = session.scalar(
        sa.select(sa.func.count()).select_from(matching(session, with_photos, glances).subquery())
    )
    return {
        "status": [Choice(status.value, None, by_status[status]) for status in READING_ORDER if by_status[status]],
        "silent": [Choice("1", None, silent)] if silent else [],
        "photos": [Choice("1", None, pictured)] if pictured else [],
    }


def _ids(session: Session, filters: Filters, glances: Mapping[int, Glance]) -> Sequence[int]:
    return session.scalars(matching(session, filters, glances).with_only_columns(Project.id)).all()


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


def silent_or_late(glances: Mapping[int, Glance]) -> tuple[list[Glance], list[Glance]]:
    """Return who is late, worst gap first, and who is silent, longest first: own projects only."""
    late_words = {ScheduleStatus.SERIOUSLY_BEHIND, ScheduleStatus.OVERDUE, ScheduleStatus.BEHIND}
    late = sorted(
        (glance for glance in glances.values() if glance.status in late_words),
        key=lambda glance: (_last_without(glance.gap, Fraction(1)), glance.project_id),
    )
    silent = sorted(
        (glance for glance in glances.values() if glance.months_silent > 0),
        key=lambda glance: (-glance.months_silent, glance.project_id),
    )
    return late, silent
