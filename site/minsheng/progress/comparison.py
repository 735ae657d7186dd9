"""Comparing fairly: programmes at the same month of their years, and the places inside one programme.

Nothing is ranked and nothing is added across programmes; each side keeps its own sums. Two means are weighted alike:
by planned investment only where every project of every side has one, else each project counts the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from minsheng.progress import schedule
from minsheng.progress.glances import with_chain
from minsheng.progress.history import Point
from minsheng.progress.retrospect import (
    loaded_for_looking_back,
    months_back,
    reports_known,
    standings_at,
    was_there,
)
from minsheng.progress.schedule import ProgrammeMember, ProgrammeProgress, programme_progress
from minsheng.progress.standing import Standing, progress_of
from minsheng.progress.starts import Starts, starts_at
from minsheng.progress.sums import ProgrammeSums, sums_with
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import month_end
from minsheng.records.scope import Scope

LEAST_PROJECTS = 3
"""With fewer projects one of them decides a place's figure, which then says little about the place."""


@dataclass(frozen=True)
class Side:
    """One programme at the end of a month of its own year.

    ``progress`` and ``expected`` are means in percent over the same projects, weighted as ``progress`` says.
    """

    programme: Programme
    month: str
    sums: ProgrammeSums
    progress: ProgrammeProgress
    expected: Fraction | None
    starts: Starts

    @property
    def is_told(self) -> bool:
        """Whether anything was reported by then, so that there is something to compare."""
        return self.sums.as_of is not None


def comparable_programmes(session: Session) -> Sequence[Programme]:
    """Return all visible own programmes, newest year first, with their places."""
    query = Programme.visible_to_residents().where(Programme.origin == Origin.OWN)
    return session.scalars(
        query.options(with_chain(Programme.division)).order_by(Programme.year.desc(), Programme.id)
    ).all()


def projects_of(session: Session, scope: Scope) -> list[Project]:
    """Return the own projects of a scope, loaded for looking back."""
    return list(session.scalars(scope.projects().options(*loaded_for_looking_back()).order_by(Project.id)))


def side_by_side(session: Session, programmes: Sequence[Programme], month_number: int, due_day: int = 8) -> list[Side]:
    """Return own programmes at the end of the same month (1 to 12), each of its own year, in the order given."""
    gathered: list[tuple[Programme, str, list[Project]]] = []
    for programme in programmes:
        month = f"{programme.year}-{month_number:02d}"
        projects = projects_of(session, Scope(programme=programme))
        gathered.append((programme, month, [each for each in projects if was_there(each, month, due_day)]))
    is_weighted = all(each.planned_investment_fen for _, _, projects in gathered for each in projects)
    return [_side(programme, month, projects, due_day, is_weighted) for programme, month, projects in gathered]


def _side(programme: Programme, month: str, projects: list[Project], due_day: int, is_weighted: bool) -> Side:
    known = standings_at(projects, month, due_day)
    progress, expected = means(projects, known, is_weighted=is_weighted)
    return Side(programme, month, sums_with(projects, known), progress, expected, starts_at(projects, month))


def means(
    projects: Sequence[Project], known: Mapping[int, Standing], *, is_weighted: bool = True
) -> tuple[ProgrammeProgress, Fraction | None]:
    """Return the mean progress and, over the projects that have a figure, the mean that was due by then."""

    def mean(value: Callable[[Standing], Fraction | None]) -> ProgrammeProgress:
        return programme_progress(
            ProgrammeMember(value(known[each.id]), each.planned_investment_fen if is_weighted else None)
            for each in projects
        )

    return mean(lambda standing: standing.progress), mean(_due_beside_a_figure).percent


def _due_beside_a_figure(standing: Standing) -> Fraction | None:
    if standing.progress is None or standing.schedule is None:
        return None
    return standing.schedule.expected


@dataclass(frozen=True)
class PlaceOfProgramme:
    """The part of one own programme that lies in one place, as of a month; ``points`` are its months so far."""

    place: Division
    sums: ProgrammeSums
    expected: Fraction | None
    points: Sequence[Point]

    @property
    def is_small(self) -> bool:
        """Whether too few projects lie here for the figure to say something about the place."""
        return self.sums.projects < LEAST_PROJECTS


def places_of(
    programme: Programme, projects: Sequence[Project], month: str, due_day: int = 8
) -> list[PlaceOfProgramme]:
    """Return the parts of an own programme in the places just below its own, by code; its own place first.

    ``projects`` are all of the programme's, loaded for looking back. One that lies in the programme's place itself,
    not below it, belongs to that place.
    """
    projects = [each for each in projects if was_there(each, month, due_day)]
    grouped: dict[int, tuple[Division, list[Project]]] = {}
    for project in projects:
        place = _part_of(programme, project)
        if place is not None:
            grouped.setdefault(place.id, (place, []))[1].append(project)
    parts = []
    for place, members in grouped.values():
        known = standings_at(members, month, due_day)
        points = _points(members, f"{programme.year}-01", month)
        parts.append(PlaceOfProgramme(place, sums_with(members, known), means(members, known)[1], points))
    return sorted(parts, key=lambda part: part.place.path)


def _part_of(programme: Programme, project: Project) -> Division | None:
    """Return the place just below the programme's in which a project lies, or the programme's own."""
    if project.division is None:
        return None
    chain = project.division.chain
    ids = [place.id for place in chain]
    if programme.division_id not in ids:
        return project.division
    return chain[min(ids.index(programme.division_id) + 1, len(chain) - 1)]


def _points(projects: Sequence[Project], first: str, last: str) -> list[Point]:
    """Return mean progress and mean due for each month; a month in which nobody reported has no figure.

    Both are means over the projects that have reported at all, so that plan and figure are about the same ones.
    """
    reported = {project.id: reports_known(project) for project in projects}
    projects = [each for each in projects if any(month <= last for month in reported[each.id])] or projects
    points = []
    for month in reversed(list(months_back(last, first))):
        is_told = any(month in reports for reports in reported.values())
        members, due = [], []
        for project in projects:
            newest = max((each for each in reported[project.id] if each <= month), default=None)
            figure = progress_of(project, reported[project.id][newest]).percent if newest else None
            members.append(ProgrammeMember(figure, project.planned_investment_fen))
            due.append(ProgrammeMember(_due(project, month), project.planned_investment_fen))
        actual = programme_progress(members).percent if is_told else None
        points.append(Point(month, programme_progress(due).percent, actual))
    return points


def _due(project: Project, month: str) -> Fraction | None:
    """Return what was due by the end of a month under the first published dates."""
    steps = [schedule.WeightedMilestone(each.first_planned_on, each.weight) for each in project.milestones]
    return schedule.expected(project.first_planned_start, project.first_planned_finish, month_end(month), steps)
