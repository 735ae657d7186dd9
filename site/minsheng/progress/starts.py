"""Starts planned and made: of the works of a programme, how many were to start by a month's end and how many have."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.progress.retrospect import report_at, stage_at
from minsheng.records.projects import MilestoneKind, Project, ProjectKind, Stage
from minsheng.records.reports import month_end

STARTED = frozenset({Stage.UNDER_WAY, Stage.COMPLETED, Stage.ACCEPTED, Stage.IN_USE, Stage.AFTER_CARE})


@dataclass(frozen=True)
class Starts:
    """Of ``of`` works, ``due`` were to start by the last day of ``month``; ``made`` have, on time or early.

    ``missed`` are those that were to start and have not, the longest due first. Cancelled works are not counted.
    """

    month: str
    of: int
    due: int
    made: int
    missed: tuple[Project, ...]


def starts_at(projects: Sequence[Project], month: str) -> Starts:
    """Return the starts of the works among these projects, as of the end of a month (``YYYY-MM``)."""
    works = [each for each in projects if each.kind is ProjectKind.WORKS and each.stage is not Stage.CANCELLED]
    end = month_end(month)
    due = [(day, project) for project in works if (day := planned_start(project)) is not None and day <= end]
    missed = sorted(
        ((day, project.id, project) for day, project in due if not has_started(project, month)), key=lambda row: row[:2]
    )
    return Starts(
        month=month,
        of=len(works),
        due=len(due),
        made=sum(has_started(project, month) for project in works),
        missed=tuple(project for _, _, project in missed),
    )


def planned_start(project: Project) -> dt.date | None:
    """Return the first published day of the start: that of the milestone, else that of the plan."""
    milestone = next((each for each in project.milestones if each.kind is MilestoneKind.START), None)
    return milestone.first_planned_on if milestone else project.first_planned_start


def has_started(project: Project, month: str) -> bool:
    """Whether work had begun by the end of a month: by its dated start, else by report or stage."""
    dated = [project.actual_start, *(each.actual_on for each in project.milestones if each.kind is MilestoneKind.START)]
    begun = [day for day in dated if day is not None]
    if begun:
        return min(begun) <= month_end(month)
    report = report_at(project, month)
    return bool(report and report.physical_progress) or stage_at(project, month, report) in STARTED
