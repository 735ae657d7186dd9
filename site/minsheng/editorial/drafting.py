"""Beginning a project as a draft: nobody sees it until a second person publishes it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.records.addresses import FormerAddress
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project, ProjectKind, Stage
from minsheng.records.publication import Origin, Publication


@dataclass(frozen=True)
class Beginning:
    """The least that makes a draft."""

    title: str
    kind: ProjectKind
    category: Category
    stage: Stage
    division: Division


def begin(session: Session, programme: Programme, beginning: Beginning, by: StaffMember) -> Project:
    """Return a new draft of a programme, with an address that no project has or ever had."""
    project = Project(
        slug=_free_slug(session, programme),
        origin=Origin.OWN,
        programme=programme,
        division=beginning.division,
        title=beginning.title,
        year=programme.year,
        level=programme.level,
        category=beginning.category,
        kind=beginning.kind,
        stage=beginning.stage,
        publication=Publication.DRAFT,
        draft_writer_ids=[by.id],
    )
    session.add(project)
    session.flush()
    return project


def _free_slug(session: Session, programme: Programme) -> str:
    """Return ``programme-N``; a better address is given by renaming, which keeps this one working."""
    count = session.scalar(sa.select(sa.func.count()).where(Project.programme_id == programme.id)) or 0
    number = count + 1
    while True:
        slug = f"{programme.slug[:70]}-{number}"
        taken = session.scalar(sa.select(Project.id).where(Project.slug == slug)) or session.scalar(
            sa.select(FormerAddress.id).where(FormerAddress.slug == slug)
        )
        if taken is None:
            return slug
        number += 1
