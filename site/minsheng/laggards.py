"""Laggards: who is late and who is silent, with since when and who answers.

Nothing is filled in: a month without a report is counted as missing, and the figures shown beside it are those of
the last month reported. Compiled records never appear here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.glances import Glance, for_cards
from minsheng.listing import silent_or_late
from minsheng.projects import Project, ResponsibilityRole
from minsheng.scope import Scope


@dataclass(frozen=True)
class Laggards:
    """Identities of the late, widest gap first, and of the silent, longest first, among ``of`` projects."""

    late: Sequence[int]
    silent: Sequence[int]
    of: int


def laggards(session: Session, scope: Scope, glances: Mapping[int, Glance]) -> Laggards:
    """Return who is late and who is silent in a scope, by glances at the projects as of one day."""
    within = scope.ids(session)
    late, silent = silent_or_late({number: glances[number] for number in within if number in glances})
    return Laggards([glance.project_id for glance in late], [glance.project_id for glance in silent], len(within))


def loaded_with_answering(session: Session, ids: Sequence[int]) -> list[Project]:
    """Return the projects with these identities in the same order, loaded for cards and with who answers for them."""
    query = (
        sa.select(Project)
        .where(Project.id.in_(ids))
        .options(*for_cards(), selectinload(Project.responsibilities))
        .execution_options(populate_existing=True)
    )
    found = {project.id: project for project in session.scalars(query)}
    return [found[number] for number in ids if number in found]


def silent_since(project: Project) -> str | None:
    """Return the first month (``YYYY-MM``) that is missing: after the last report, or that of the planned start."""
    last = project.latest_report
    if last is not None and last.month:
        year, month = int(last.month[:4]), int(last.month[5:])
        return f"{year + month // 12}-{month % 12 + 1:02d}"
    start = project.first_planned_start
    return f"{start:%Y-%m}" if start else None


def answering_post(project: Project) -> str:
    """Return the post of the one who answers first for a project, or nothing where none was published."""
    return next((each.post for each in project.responsibilities if each.role is ResponsibilityRole.PRINCIPAL), "")
