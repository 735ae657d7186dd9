"""Scopes: all own projects, or those of one programme, one place with all below it, or one agency.

Compiled records are in no scope: they are an archive, with nothing late, silent or owed.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin


@dataclass(frozen=True)
class Scope:
    """What a list is about; several at once narrow each other down, none is everything this installation publishes."""

    programme: Programme | None = None
    place: Division | None = None
    agency: Agency | None = None

    def projects(self) -> sa.Select[Project]:
        """Return the query of the visible own projects in this scope."""
        query = Project.visible_to_residents().where(Project.origin == Origin.OWN)
        if self.programme is not None:
            query = query.where(Project.programme_id == self.programme.id)
        if self.place is not None:
            within = sa.select(Division.id).where(Division.path.startswith(self.place.path, autoescape=True))
            query = query.where(Project.division_id.in_(within))
        if self.agency is not None:
            query = query.where(Project.agency_id == self.agency.id)
        return query

    def project_ids(self) -> sa.Select[int]:
        """Return the query of their identities, for use inside other queries."""
        return self.projects().with_only_columns(Project.id)
