"""What the home page leads with: the newest year of own programmes, what moved lately, and residents' voices."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.casework import CaseCounts, count_cases
from minsheng.glances import for_cards, standings, with_chain
from minsheng.photos import Photo
from minsheng.places import Division
from minsheng.programmes import Programme
from minsheng.projects import Project
from minsheng.publication import Origin
from minsheng.reports import ProgressReport
from minsheng.standing import Standing
from minsheng.suggestions import Suggestion
from minsheng.sums import ProgrammeSums, sums_of
from minsheng.surveys import Wave

WATCHED_SHOWN = 6
MOVED_SHOWN = 3


@dataclass(frozen=True)
class ProgrammeOfYear:
    """One own programme with its sums, and the late and silent projects to lead with, with their standings."""

    programme: Programme
    sums: ProgrammeSums
    watched: Sequence[Project]
    standings: Mapping[int, Standing]


@dataclass(frozen=True)
class Moved:
    """A project whose report became public lately, with its standing and a photo of that report, if any."""

    report: ProgressReport
    project: Project
    standing: Standing
    photo: Photo | None


@dataclass(frozen=True)
class Voices:
    """What residents said: counts of all cases, the newest answered public ones, and the open surveys."""

    counts: CaseCounts
    answered: Sequence[Suggestion]
    open_waves: Sequence[Wave]


def year_at_a_glance(session: Session, today: dt.date, due_day: int = 8) -> list[ProgrammeOfYear]:
    """Return the own programmes of the newest year, each with its own sums: they are never added together."""
    own = Programme.visible_to_residents().where(Programme.origin == Origin.OWN)
    newest = session.scalar(own.with_only_columns(sa.func.max(Programme.year)))
    programmes = session.scalars(
        own.where(Programme.year == newest).options(with_chain(Programme.division)).order_by(Programme.id)
    ).all()
    return [_of_year(session, programme, today, due_day) for programme in programmes]


def _of_year(session: Session, programme: Programme, today: dt.date, due_day: int) -> ProgrammeOfYear:
    projects = session.scalars(
        Project.visible_to_residents()
        .where(Project.programme_id == programme.id, Project.origin == Origin.OWN)
        .options(*for_cards())
        .order_by(Project.id)
    ).all()
    sums = sums_of(projects, today, due_day)
    half = WATCHED_SHOWN // 2
    only_silent = [project for project in sums.silent if project not in sums.late]
    late = sums.late[: WATCHED_SHOWN - min(len(only_silent), half)]
    watched = [*late, *only_silent[: WATCHED_SHOWN - len(late)]]
    return ProgrammeOfYear(programme, sums, watched, standings(projects, today, due_day))


def moved_lately(session: Session, today: dt.date, due_day: int = 8, limit: int = MOVED_SHOWN) -> list[Moved]:
    """Return the own projects whose reports became public last, one entry each, those with photos first.

    Looks at the newest month that anyone has reported, so that the entries are of one time.
    """
    own = ProgressReport.visible_to_residents().where(Project.origin == Origin.OWN)
    newest = session.scalar(own.with_only_columns(sa.func.max(ProgressReport.month)))
    reports = session.scalars(
        own.where(ProgressReport.month == newest)
        .options(selectinload(ProgressReport.photos))
        .order_by(ProgressReport.published_at.desc(), ProgressReport.id)
    ).all()
    ids = {report.project_id for report in reports}
    query = sa.select(Project).where(Project.id.in_(ids)).options(*for_cards())
    projects = {project.id: project for project in session.scalars(query)}
    known = standings(list(projects.values()), today, due_day)
    entries = [
        Moved(
            report,
            projects[report.project_id],
            known[report.project_id],
            report.photos[0] if report.photos else None,
        )
        for report in reports
    ]
    return sorted(entries, key=lambda entry: entry.photo is None)[:limit]


def voices(session: Session, today: dt.date, limit: int = 3) -> Voices:
    """Return counts over all cases, the newest public ones with a reply, and the surveys open today."""
    answered = session.scalars(
        Suggestion.visible_to_residents()
        .where(Suggestion.reply != "")
        .options(selectinload(Suggestion.project), selectinload(Suggestion.agency))
        .order_by(Suggestion.replied_at.desc())
        .limit(limit)
    ).all()
    waves = session.scalars(Wave.visible_to_residents().order_by(Wave.closes_on)).all()
    return Voices(
        count_cases(session.scalars(sa.select(Suggestion)), today),
        answered,
        [wave for wave in waves if wave.is_open(today)],
    )


def own_places(session: Session) -> Sequence[Division]:
    """Return the places of own programmes and the places just below them, by code."""
    own = (
        Programme.visible_to_residents()
        .where(Programme.origin == Origin.OWN)
        .with_only_columns(Programme.division_id)
        .distinct()
    )
    query = sa.select(Division).where(sa.or_(Division.id.in_(own), Division.parent_id.in_(own)))
    return session.scalars(query.order_by(sa.func.length(Division.code), Division.code)).all()
