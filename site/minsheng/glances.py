"""Standings of many projects at once, in a fixed number of queries however many there are.

Schedule status, progress and silence are computed, never stored; lists filter, count and sort by what is
computed here for all projects and then load the few rows of their page in full.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from minsheng.funding import FundingLine
from minsheng.indicators import Indicator
from minsheng.photos import Photo
from minsheng.places import Division
from minsheng.problems import Problem
from minsheng.projects import Project
from minsheng.publication import Origin
from minsheng.reports import IndicatorValue, ProgressReport, ReportState
from minsheng.schedule import ScheduleStatus
from minsheng.standing import Standing, standing

PLACE_DEPTH = 5
"""Province, city, county, township, village: as deep as the tree of places goes."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a list needs to know of one project to filter, count and sort it.

    ``progress`` and ``gap`` are exact percentages and points. A suspended or cancelled project has no gap: nobody
    is behind with it. A compiled record has neither status nor gap nor silence, only the percentage its notice
    printed.
    """

    project_id: int
    origin: Origin
    status: ScheduleStatus | None
    progress: Fraction | None
    gap: Fraction | None
    months_silent: int

    @classmethod
    def of(cls, project: Project, known: Standing) -> "Glance":
        """Return the glance that belongs to a full standing."""
        is_interrupted = known.status in {ScheduleStatus.SUSPENDED, ScheduleStatus.CANCELLED}
        gap = known.schedule.gap if known.schedule and not is_interrupted else None
        return cls(project.id, project.origin, known.status, known.progress, gap, known.months_silent)


def with_chain(place: InstrumentedAttribute[Division | None]) -> ORMOption:
    """Return the option that loads a place and all places above it, one query a level."""
    return selectinload(place).selectinload(Division.parent, recursion_depth=PLACE_DEPTH)


def figures() -> tuple[ORMOption, ...]:
    """Return the options that load all a standing is computed from; the texts of reports stay where they are."""
    reports = selectinload(Project.reports)
    return (
        selectinload(Project.milestones),
        selectinload(Project.indicators),
        selectinload(Project.funding_lines),
        reports.load_only(
            ProgressReport.project_id,
            ProgressReport.month,
            ProgressReport.revision,
            ProgressReport.state,
            ProgressReport.stage,
            ProgressReport.physical_progress,
            ProgressReport.progress_basis,
            ProgressReport.funds_arrived_fen,
            ProgressReport.funds_disbursed_fen,
            ProgressReport.funds_spent_fen,
            ProgressReport.investment_completed_fen,
            ProgressReport.published_at,
        ),
        reports.selectinload(ProgressReport.values),
    )


def for_cards() -> tuple[ORMOption, ...]:
    """Return the options that load all a card or row of a list shows."""
    return (
        *figures(),
        selectinload(Project.reports).selectinload(ProgressReport.answers),
        with_chain(Project.division),
        selectinload(Project.agency),
        selectinload(Project.programme),
        selectinload(Project.photos).selectinload(Photo.report).load_only(ProgressReport.state),
    )


def for_page() -> tuple[ORMOption, ...]:
    """Return the options that load all the page of one project shows, texts, ledger and pictures."""
    reports = selectinload(Project.reports)
    return (
        selectinload(Project.milestones),
        selectinload(Project.responsibilities),
        selectinload(Project.indicators).selectinload(Indicator.division),
        selectinload(Project.funding_lines).selectinload(FundingLine.movements),
        reports.selectinload(ProgressReport.values).selectinload(IndicatorValue.indicator),
        reports.selectinload(ProgressReport.answers),
        reports.selectinload(ProgressReport.photos),
        reports.selectinload(ProgressReport.author),
        reports.selectinload(ProgressReport.publisher),
        selectinload(Project.photos).selectinload(Photo.report),
        selectinload(Project.documents),
        selectinload(Project.problems).options(
            selectinload(Problem.agency), selectinload(Problem.photo_before), selectinload(Problem.photo_after)
        ),
        selectinload(Project.lookbacks),
        with_chain(Project.division),
        selectinload(Project.agency),
        selectinload(Project.programme),
    )


def glances(session: Session, today: dt.date, due_day: int = 8) -> dict[int, Glance]:
    """Return a glance at every project residents may see, by identity."""
    own = session.scalars(
        Project.visible_to_residents()
        .where(Project.origin == Origin.OWN)
        .options(
            load_only(
                Project.origin,
                Project.kind,
                Project.stage,
                Project.publication,
                Project.first_planned_start,
                Project.first_planned_finish,
                Project.planned_investment_fen,
            ),
            *figures(),
        )
    )
    found = {project.id: Glance.of(project, standing(project, today, due_day)) for project in own}
    return found | _compiled(session)


def _compiled(session: Session) -> dict[int, Glance]:
    """Return the glances at compiled records: the percentage of their latest report, if one was printed."""
    rows = session.execute(
        sa.select(Project.id, ProgressReport.physical_progress)
        .outerjoin(
            ProgressReport,
            sa.and_(ProgressReport.project_id == Project.id, ProgressReport.state == ReportState.PUBLISHED),
        )
        .where(Project.id.in_(Project.visible_to_residents().with_only_columns(Project.id)))
        .where(Project.origin == Origin.COMPILED)
        .order_by(Project.id, ProgressReport.month)
    )
    return {
        number: Glance(number, Origin.COMPILED, None, None if printed is None else Fraction(printed), None, 0)
        for number, printed in rows
    }


def standings(projects: Sequence[Project], today: dt.date, due_day: int = 8) -> Mapping[int, Standing]:
    """Return the standing of projects already loaded with :func:`figures` or :func:`for_cards`, by identity."""
    return {project.id: standing(project, today, due_day) for project in projects}
