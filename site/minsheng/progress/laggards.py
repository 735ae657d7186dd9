"""Laggards: who is late and who is silent, with since when and who answers.

Nothing is filled in: a month without a report is counted as missing, and the figures shown beside it are those of
the last month reported. Compiled records never appear here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.progress.glances import for_cards
from minsheng.progress.overview import Digest, Overview
from minsheng.progress.sums import LATE
from minsheng.records.projects import Project, ResponsibilityRole
from minsheng.records.publication import Origin
from minsheng.records.scope import Scope


@dataclass(frozen=True)
class Laggards:
    """Identities of the late, widest gap first, and of the silent, longest first, among ``of`` projects."""

    late: Sequence[int]
    silent: Sequence[int]
    of: int


def laggards(scope: Scope, overview: Overview) -> Laggards:
    """Return who is late and who is silent in a scope, by an overview of all projects."""
    own = _within(scope, overview.remember("own", lambda: _own(overview)))
    late = _within(scope, overview.remember("late, widest gap first", lambda: _late(overview)))
    silent = _within(scope, overview.remember("silent, longest first", lambda: _silent(overview)))
    return Laggards([row.id for row in late], [row.id for row in silent], len(own))


def _own(overview: Overview) -> list[Digest]:
    return [row for row in overview.digests if row.origin == Origin.OWN]


def _late(overview: Overview) -> list[Digest]:
    rows = zip(overview.digests, overview.column("computed_status"), strict=True)
    late = [row for row, status in rows if status in LATE and row.origin == Origin.OWN]
    return sorted(late, key=lambda row: (row.gap_float is None, row.gap_float or 0, row.id))


def _silent(overview: Overview) -> list[Digest]:
    rows = zip(overview.digests, overview.column("is_silent"), strict=True)
    silent = [row for row, is_silent in rows if is_silent and row.origin == Origin.OWN]
    return sorted(silent, key=lambda row: (-overview.months_silent(row), row.id))


def _within(scope: Scope, rows: Sequence[Digest]) -> Sequence[Digest]:
    """Return those of the rows that lie in a scope, in the same order."""
    programme, place, agency = scope.programme, scope.place, scope.agency
    if programme is not None:
        rows = [row for row in rows if row.programme_id == programme.id]
    if agency is not None:
        rows = [row for row in rows if row.agency_id == agency.id]
    if place is not None:
        rows = [row for row in rows if row.path is not None and row.path.startswith(place.path)]
    return rows


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
