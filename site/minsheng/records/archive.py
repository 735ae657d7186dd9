"""Compiled records: what a notice says of a project, what it leaves out, and where else to look.

The archive rule: what was published, with its source and period, and nothing else.
"""

import enum
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from minsheng.progress.glances import for_cards
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.records.publication import Origin

NEIGHBOURS = 6


class Aspect(enum.StrEnum):
    """What a notice may say of a project; the faces word each."""

    PLACE = "place"
    UNIT = "unit"
    TARGETS = "targets"
    PLANNED_MONEY = "planned_money"
    MONEY_USED = "money_used"
    SOURCES_OF_MONEY = "sources_of_money"
    DATES = "dates"
    STAGE = "stage"
    PROGRESS = "progress"
    PERIOD = "period"


def aspects(project: Project) -> tuple[tuple[Aspect, ...], tuple[Aspect, ...]]:
    """Return what the notice states of a project and what it does not, in reading order.

    What the compiler supplied counts as not stated.
    """
    report = project.latest_report
    stated = {
        Aspect.PLACE: project.division is not None and f"division.{project.division.level}" not in project.inferred,
        Aspect.UNIT: bool(project.lead_unit_printed or project.owner_unit_printed or project.agency),
        Aspect.TARGETS: bool(project.indicators),
        Aspect.PLANNED_MONEY: project.planned_investment_fen is not None or project.total_investment_fen is not None,
        Aspect.MONEY_USED: report is not None and report.investment_completed_fen is not None,
        Aspect.SOURCES_OF_MONEY: bool(project.funding_lines),
        Aspect.DATES: bool(project.start_printed or project.finish_printed),
        Aspect.STAGE: bool(project.stage_printed),
        Aspect.PROGRESS: report is not None and report.physical_progress is not None,
        Aspect.PERIOD: project.report_period is not None and "report_period" not in project.inferred,
    }
    return (
        tuple(aspect for aspect, is_stated in stated.items() if is_stated),
        tuple(aspect for aspect, is_stated in stated.items() if not is_stated),
    )


def same_notice(session: Session, project: Project, limit: int = 40) -> tuple[Sequence[Project], int]:
    """Return other compiled projects of the same programme, and how many there are in all."""
    query = _others(project).where(Project.programme_id == project.programme_id)
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    return _loaded(session, query.order_by(Project.id), limit), total


def same_place(session: Session, project: Project, limit: int = NEIGHBOURS) -> Sequence[Project]:
    """Return compiled projects of other programmes in the same place, newest programme year first."""
    if project.division_id is None:
        return []
    query = _others(project).where(
        Project.division_id == project.division_id, Project.programme_id != project.programme_id
    )
    return _loaded(session, query.order_by(Project.year.desc().nulls_last(), Project.id), limit)


def same_category(session: Session, project: Project, limit: int = NEIGHBOURS) -> Sequence[Project]:
    """Return compiled projects of the same category elsewhere, those with a printed percentage or target first."""
    query = _others(project).where(Project.category == project.category, Project.programme_id != project.programme_id)
    if project.division_id is not None:
        query = query.where(sa.or_(Project.division_id.is_(None), Project.division_id != project.division_id))
    near = sa.case((Project.year == project.year, 0), else_=1)
    return _loaded(session, query.order_by(near, Project.year.desc().nulls_last(), Project.id), limit)


def _others(project: Project) -> sa.Select[Project]:
    return Project.visible_to_residents().where(Project.origin == Origin.COMPILED, Project.id != project.id)


def _loaded(session: Session, query: sa.Select[Project], limit: int) -> Sequence[Project]:
    return session.scalars(query.options(*for_cards()).limit(limit)).all()


def provinces_with_records(session: Session) -> list[tuple[Division, int]]:
    """Return the provinces that have compiled records, with how many, most first."""
    number = sa.func.count()
    province = aliased(Division)
    rows = session.execute(
        Project.visible_to_residents()
        .where(Project.origin == Origin.COMPILED)
        .join(Division, Project.division_id == Division.id)
        .join(province, province.code == sa.func.substr(Division.path, 1, 6))
        .with_only_columns(province, number)
        .group_by(province.id)
        .order_by(number.desc(), province.code)
    )
    return [(place, count) for place, count in rows]
