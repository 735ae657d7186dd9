"""Indexes of programmes, places and agencies, with how many projects residents can see in each."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.progress import overview
from minsheng.progress.digests import ProjectDigest
from minsheng.progress.glances import with_chain
from minsheng.progress.sums import ProgrammeSums, sums_over
from minsheng.records.places import Agency, Division, division_ids_within, divisions_with_ancestors
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin


@dataclass(frozen=True)
class Place:
    """A place with how many visible projects lie in it and below it, own and compiled apart."""

    division: Division
    own: int
    compiled: int


@dataclass(frozen=True)
class AgencyCount:
    """An agency with how many visible projects it answers for."""

    agency: Agency
    projects: int


def programmes(session: Session, origin: Origin) -> list[tuple[Programme, int]]:
    """Return the visible programmes of one origin with how many visible projects each has, newest year first."""
    counts = dict(
        session.execute(
            Project.visible_to_residents()
            .with_only_columns(Project.programme_id, sa.func.count())
            .group_by(Project.programme_id)
        ).all()
    )
    found = session.scalars(
        Programme.visible_to_residents()
        .where(Programme.origin == origin)
        .options(with_chain(Programme.division), selectinload(Programme.agency))
        .order_by(Programme.year.desc().nulls_last(), Programme.id)
    )
    return [(programme, counts.get(programme.id, 0)) for programme in found]


def programme_by_slug(session: Session, slug: str) -> Programme | None:
    """Return the visible programme with this slug, or None."""
    return session.scalar(
        Programme.visible_to_residents()
        .where(Programme.slug == slug)
        .options(with_chain(Programme.division), selectinload(Programme.agency))
    )


def places(session: Session) -> list[Place]:
    """Return every place that has visible projects or programmes in it or below, and those above, by code."""
    counts = session.execute(
        Project.visible_to_residents()
        .where(Project.division_id.is_not(None))
        .with_only_columns(Project.division_id, Project.origin, sa.func.count())
        .group_by(Project.division_id, Project.origin)
    ).all()
    with_programmes = session.scalars(
        Programme.visible_to_residents()
        .where(Programme.division_id.is_not(None))
        .with_only_columns(Programme.division_id)
        .distinct()
    ).all()
    ids = {number for number, _, _ in counts if number} | {number for number in with_programmes if number}
    tree = divisions_with_ancestors(session, sorted(ids))
    by_id = {place.id: place for place in tree}
    totals: Counter[tuple[str, Origin]] = Counter()
    for number, origin, count in counts:
        if number in by_id:
            for code in filter(None, by_id[number].path.split("/")):
                totals[code, origin] += count
    return [Place(place, totals[place.code, Origin.OWN], totals[place.code, Origin.COMPILED]) for place in tree]


def programmes_of_place(session: Session, place: Division) -> Sequence[Programme]:
    """Return the visible programmes of exactly this place, newest year first."""
    return session.scalars(
        Programme.visible_to_residents()
        .where(Programme.division_id == place.id)
        .order_by(Programme.year.desc().nulls_last(), Programme.id)
    ).all()


def agencies(session: Session) -> list[AgencyCount]:
    """Return the agencies that answer for visible projects, and their parents, by place and name."""
    counts = dict(
        session.execute(
            Project.visible_to_residents()
            .where(Project.agency_id.is_not(None))
            .with_only_columns(Project.agency_id, sa.func.count())
            .group_by(Project.agency_id)
        ).all()
    )
    found = session.scalars(
        sa.select(Agency).options(with_chain(Agency.division), selectinload(Agency.parent)).order_by(Agency.name)
    )
    return [AgencyCount(agency, counts.get(agency.id, 0)) for agency in found]


def agencies_of_place(session: Session, place: Division, limit: int | None = None) -> Sequence[AgencyCount]:
    """Return the agencies that answer for visible own projects in a place or below it, most projects first."""
    number = sa.func.count()
    rows = session.execute(
        sa.select(Agency, number)
        .join(Project, Project.agency_id == Agency.id)
        .where(
            Project.id.in_(Project.visible_to_residents().with_only_columns(Project.id)),
            Project.origin == Origin.OWN,
            Project.division_id.in_(division_ids_within(place.path)),
        )
        .group_by(Agency.id)
        .order_by(number.desc(), Agency.name)
        .limit(limit)
    )
    return [AgencyCount(agency, count) for agency, count in rows]


def agency_by_slug(session: Session, slug: str) -> Agency | None:
    """Return the agency with this slug, or None."""
    return session.scalar(
        sa.select(Agency).where(Agency.slug == slug).options(with_chain(Agency.division), selectinload(Agency.parent))
    )


@dataclass(frozen=True)
class Part:
    """That part of one own programme which lies in one place or with one agency, with its own sums."""

    programme: Programme
    sums: ProgrammeSums


def parts_of_place(session: Session, place: Division, today: dt.date, due_day: int = 8) -> list[Part]:
    """Return, for each own programme apart, the sums over its projects in a place and below it."""
    return _parts(session, ProjectDigest.division_id.in_(division_ids_within(place.path)), today, due_day)


def parts_of_agency(session: Session, agency: Agency, today: dt.date, due_day: int = 8) -> list[Part]:
    """Return, for each own programme apart, the sums over the projects an agency answers for."""
    return _parts(session, ProjectDigest.agency_id == agency.id, today, due_day)


def _parts(session: Session, condition: sa.ColumnElement[bool], today: dt.date, due_day: int) -> list[Part]:
    is_own = ProjectDigest.origin == Origin.OWN.value
    sums = sums_by_programme(overview.read(session, today, due_day, is_own, condition))
    programmes = session.scalars(sa.select(Programme).where(Programme.id.in_(sums)))
    parts = [Part(programme, sums[programme.id]) for programme in programmes]
    return sorted(parts, key=lambda part: (-(part.programme.year or 0), part.programme.id))


def sums_by_programme(own: overview.Overview) -> dict[int, ProgrammeSums]:
    """Return the sums of each programme that has projects in an overview of own projects, by its identity."""
    return {number: sums_over(own, rows) for number, rows in own.of_programme.items()}


def sums_of_programme(session: Session, programme: Programme, today: dt.date, due_day: int = 8) -> ProgrammeSums | None:
    """Return the sums of an own programme, or None for a compiled one: nothing is added up there."""
    return sums_of_programmes(session, [programme], today, due_day).get(programme.id)


def sums_of_programmes(
    session: Session,
    programmes: Iterable[Programme],
    today: dt.date,
    due_day: int = 8,
    known: overview.Overview | None = None,
) -> dict[int, ProgrammeSums]:
    """Return the sums of the own ones among these programmes, each apart, by identity.

    ``known`` is an overview of all projects on that day, if there is one already; it remembers the sums.
    """
    own = [programme.id for programme in programmes if programme.origin is Origin.OWN]
    if not own:
        return {}
    if known is None:
        among = (ProjectDigest.origin == Origin.OWN.value, ProjectDigest.programme_id.in_(own))
        known = overview.read(session, today, due_day, *among)
    add = partial(_sums_of_own, known)
    return {number: known.remember_of_programme("sums", number, add) for number in own}


def _sums_of_own(known: overview.Overview, rows: Iterable[overview.Digest]) -> ProgrammeSums:
    return sums_over(known, [row for row in rows if row.origin == Origin.OWN])
