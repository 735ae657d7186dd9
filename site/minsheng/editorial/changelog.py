"""The public part of the journal as a list to read: of own records, of compiled ones, or of one project."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.journal import JournalEntry
from minsheng.records.addresses import AddressKind, FormerAddress
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin


def public_entries(
    *,
    about: Collection[str] = (),
    subjects: Collection[str] = (),
    acts: Collection[str] = (),
    origin: Origin | None = None,
) -> sa.Select[JournalEntry]:
    """Return the query of public entries, as narrow as asked.

    ``about`` are all slugs one project had, ``subjects`` records, ``acts`` names of acts, ``origin`` whose records.
    What belongs to no record of either origin, such as a survey, counts as own.
    """
    query = sa.select(JournalEntry).where(JournalEntry.is_public, _outlives_sample())
    if subjects:
        query = query.where(JournalEntry.subject.in_(subjects))
    if about:
        query = query.where(JournalEntry.about_project.in_(about))
    if acts:
        query = query.where(JournalEntry.act.in_(acts))
    if origin is not None:
        compiled = _about_compiled()
        query = query.where(compiled if origin is Origin.COMPILED else sa.not_(compiled))
    return query


def _outlives_sample() -> sa.ColumnElement[bool]:
    """Return the condition that an entry is newer than the removal of sample content, or about what is still there.

    The removed records' entries stay in the journal that anyone downloads; a list to read need not begin with them.
    """
    removal = sa.select(sa.func.max(JournalEntry.sequence)).where(JournalEntry.act == "sample_content_removed")
    former = sa.select(FormerAddress.slug).where(FormerAddress.kind == AddressKind.PROJECT)
    return sa.or_(
        JournalEntry.sequence >= sa.func.coalesce(removal.scalar_subquery(), 0),
        JournalEntry.about_project.in_(sa.select(Project.slug)),
        JournalEntry.about_project.in_(former),
        JournalEntry.subject.in_(sa.select("programme:" + Programme.slug)),
        JournalEntry.subject.startswith("settings"),
        JournalEntry.subject.startswith("content:"),
        JournalEntry.subject.startswith("calendar:"),
    )


def _about_compiled() -> sa.ColumnElement[bool]:
    """Return the condition that an entry is about a compiled project or programme."""
    projects = sa.union_all(
        sa.select(Project.slug).where(Project.origin == Origin.COMPILED),
        sa.select(FormerAddress.slug)
        .join(Project, Project.id == FormerAddress.record_id)
        .where(FormerAddress.kind == AddressKind.PROJECT, Project.origin == Origin.COMPILED),
    )
    programmes = sa.select("programme:" + Programme.slug).where(Programme.origin == Origin.COMPILED)
    about = sa.func.coalesce(JournalEntry.about_project, "")
    return sa.or_(about.in_(projects), JournalEntry.subject.in_(programmes))


def newest(session: Session, query: sa.Select[JournalEntry], offset: int, limit: int) -> Sequence[JournalEntry]:
    """Return a stretch of entries, newest first."""
    return session.scalars(query.order_by(JournalEntry.sequence.desc()).offset(offset).limit(limit)).all()


def count(session: Session, query: sa.Select[JournalEntry]) -> int:
    """Return how many entries a query has."""
    return session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def titles(session: Session, entries: Collection[JournalEntry]) -> dict[str, str]:
    """Return the titles of the projects residents know of that entries are about, by the slug in the entry."""
    slugs = {entry.about_project for entry in entries if entry.about_project}
    rows = session.execute(
        Project.known_to_residents().where(Project.slug.in_(slugs)).with_only_columns(Project.slug, Project.title)
    )
    renamed = session.execute(
        Project.known_to_residents()
        .join(FormerAddress, FormerAddress.record_id == Project.id)
        .where(FormerAddress.kind == AddressKind.PROJECT, FormerAddress.slug.in_(slugs))
        .with_only_columns(FormerAddress.slug, Project.title)
    )
    return dict(rows.all()) | dict(renamed.all())
