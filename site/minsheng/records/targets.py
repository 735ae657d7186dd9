"""Targets of one own programme: who set them, how they were broken down to places, and what is not yet assigned.

Parts are added up only inside one target, which has one unit; targets are never added to each other.
"""

import decimal
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, load_only, selectinload

from minsheng.records.indicators import AssignedBy, Indicator, Measure
from minsheng.records.projects import Project
from minsheng.records.scope import Scope


@dataclass(frozen=True)
class Target:
    """One target of a project with its parts; ``assigned`` is the sum of the parts' targets, None without any."""

    project: Project
    indicator: Indicator
    parts: Sequence[Indicator]

    @property
    def assigned(self) -> decimal.Decimal | None:
        """What has been handed to the parts so far; rates and levels do not add up and give None."""
        known = [part.target for part in self.parts if part.target is not None]
        if not known or self.indicator.measure is not Measure.CUMULATIVE:
            return None
        return sum(known, decimal.Decimal(0))

    @property
    def left(self) -> decimal.Decimal | None:
        """What of the whole is in no part yet; below zero where the parts are more than the whole."""
        if self.assigned is None or self.indicator.target is None:
            return None
        return self.indicator.target - self.assigned

    @property
    def unassigned_parts(self) -> int:
        """How many parts have no target yet."""
        return sum(part.target is None for part in self.parts)


@dataclass(frozen=True)
class Targets:
    """All targets of a scope, in the order of their projects."""

    every: Sequence[Target]

    def set_by(self, level: AssignedBy) -> int:
        """How many were set at a level."""
        return sum(each.indicator.assigned_by == level for each in self.every)

    @property
    def unassigned(self) -> list[Target]:
        """Those whose value is not yet assigned (未下达), at all or by a level that has announced it."""
        return [
            each
            for each in self.every
            if each.indicator.target is None or any(given.target is None for given in each.indicator.assignments)
        ]

    @property
    def from_above(self) -> list[Target]:
        """Those set by province or city, or handed down by one of them."""
        return [
            each
            for each in self.every
            if each.indicator.assigned_by is not AssignedBy.OWN or each.indicator.assignments
        ]

    @property
    def broken_down(self) -> list[Target]:
        """Those that were handed down in parts."""
        return [each for each in self.every if each.parts]


def targets(session: Session, scope: Scope) -> Targets:
    """Return the targets of the own projects in a scope."""
    query = (
        scope.projects()
        .options(
            load_only(Project.slug, Project.title, Project.origin),
            selectinload(Project.indicators).options(
                selectinload(Indicator.division), selectinload(Indicator.assignments)
            ),
        )
        .order_by(Project.id)
    )
    found = []
    for project in session.scalars(query):
        parts: dict[int, list[Indicator]] = {}
        for indicator in project.indicators:
            if indicator.whole_id is not None:
                parts.setdefault(indicator.whole_id, []).append(indicator)
        found += [
            Target(project, indicator, parts.get(indicator.id, []))
            for indicator in project.indicators
            if indicator.whole_id is None
        ]
    return Targets(found)
