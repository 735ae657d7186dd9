"""What the home page leads with: the newest year of own programmes, what moved lately, and residents' voices."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.casework import case_statistics
from minsheng.casework.case_figures import CaseCounts
from minsheng.casework.suggestions import Suggestion
from minsheng.pictures.photos import Photo
from minsheng.progress.digests import ProjectDigest
from minsheng.progress.directory import sums_of_programmes
from minsheng.progress.glances import for_cards, standings, with_chain
from minsheng.progress.overview import Overview
from minsheng.progress.standing import Standing
from minsheng.progress.sums import ProgrammeSums
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import ProgressReport
from minsheng.surveying.surveys import Wave

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


def year_at_a_glance(
    session: Session, today: dt.date, due_day: int = 8, known: Overview | None = None
) -> list[ProgrammeOfYear]:
    """Return the own programmes of the newest year, each with its own sums: they are never added together.

    ``known`` is an overview of all projects on that day, if there is one already.
    """
    own = Programme.visible_to_residents().where(Programme.origin == Origin.OWN)
    newest = session.scalar(own.with_only_columns(sa.func.max(Programme.year)))
    programmes = session.scalars(
        own.where(Programme.year == newest).options(with_chain(Programme.division)).order_by(Programme.id)
    ).all()
    sums = sums_of_programmes(session, programmes, today, due_day, known)
    leading = {programme.id: _leading(sums[programme.id]) for programme in programmes}
    wanted = [number for numbers in leading.values() for number in numbers]
    query = sa.select(Project).where(Project.id.in_(wanted)).options(*for_cards())
    projects = {project.id: project for project in session.scalars(query)}
    return [
        ProgrammeOfYear(
            programme,
            sums[programme.id],
            watched := [projects[number] for number in leading[programme.id]],
            standings(watched, today, due_day),
        )
        for programme in programmes
    ]


def _leading(sums: ProgrammeSums) -> list[int]:
    """Return the projects to lead with: the worst of the late, and half of the room for those that are only silent."""
    late = [each.id for each in sums.late]
    known_late = set(late)
    only_silent = [each.id for each in sums.silent if each.id not in known_late]
    shown = late[: WATCHED_SHOWN - min(len(only_silent), WATCHED_SHOWN // 2)]
    return [*shown, *only_silent[: WATCHED_SHOWN - len(shown)]]


def moved_lately(session: Session, today: dt.date, due_day: int = 8, limit: int = MOVED_SHOWN) -> list[Moved]:
    """Return the own projects whose reports became public last, one entry each, those with photos first.

    Looks at the newest month that anyone has reported, so that the entries are of one time.
    """
    newest = session.scalar(
        sa.select(sa.func.max(ProjectDigest.last_month)).where(ProjectDigest.origin == Origin.OWN.value)
    )
    if newest is None:
        return []
    own = (
        ProgressReport.visible_to_residents()
        .where(Project.origin == Origin.OWN, ProgressReport.month == f"{newest // 12}-{newest % 12 + 1:02d}")
        .options(selectinload(ProgressReport.photos))
        .order_by(ProgressReport.published_at.desc(), ProgressReport.id)
        .limit(limit)
    )
    # Asked apart, because sorting all reports of a month by whether they have a photo takes long.
    with_photo = sa.select(Photo.report_id).where(Photo.report_id.is_not(None))
    pictured = session.scalars(own.where(ProgressReport.id.in_(with_photo))).all()
    others = session.scalars(own.where(ProgressReport.id.not_in(with_photo))).all()
    reports = [*pictured, *others][:limit]
    query = sa.select(Project).where(Project.id.in_({report.project_id for report in reports})).options(*for_cards())
    projects = {project.id: project for project in session.scalars(query)}
    known = standings(list(projects.values()), today, due_day)
    return [
        Moved(report, projects[report.project_id], known[report.project_id], next(iter(report.photos), None))
        for report in reports
    ]


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
        case_statistics.count(session, today),
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
