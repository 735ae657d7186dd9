"""Galleries: the photos of a project, a place or a month, newest first, in pages."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, selectinload

from minsheng.participation.monitors import MonitorReport
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.places import Division, division_ids_within
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project

PAGE_SIZE = 24


@dataclass(frozen=True)
class Gallery:
    """What a gallery shows of: all three, any, or none given. ``month`` is the month the photos were taken in."""

    project: Project | None = None
    place: Division | None = None
    phase: PhotoPhase | None = None
    month: str | None = None


@dataclass(frozen=True)
class GalleryPage:
    """One page of a gallery, and how many photos there are over how many pages."""

    photos: Sequence[Photo]
    total: int
    page: int
    pages: int


def page_of(session: Session, gallery: Gallery, page: int) -> GalleryPage:
    """Return one page of a gallery with the projects and reports of its photos; beyond the last gives the last."""
    query = _query(gallery)
    total = session.scalar(sa.select(sa.func.count()).select_from(query.with_only_columns(Photo.id).subquery())) or 0
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(max(page, 1), pages)
    rows = query.order_by(*_newest_first()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).options(*_around())
    return GalleryPage(session.scalars(rows).all(), total, page, pages)


def months(session: Session, gallery: Gallery) -> list[str]:
    """Return the months, as ``YYYY-MM``, in which a gallery's photos were taken, newest first."""
    days = _query(gallery).with_only_columns(Photo.taken_on).where(Photo.taken_on.is_not(None)).distinct()
    return sorted({f"{day:%Y-%m}" for day in session.scalars(days) if day}, reverse=True)


def phases(session: Session, gallery: Gallery) -> dict[PhotoPhase, int]:
    """Return how many photos of each phase a gallery holds."""
    counted = _query(gallery).with_only_columns(Photo.phase, sa.func.count()).group_by(Photo.phase)
    found = {row.phase: row[1] for row in session.execute(counted)}
    return {phase: found[phase] for phase in PhotoPhase if phase in found}


def photo_for_residents(session: Session, number: int) -> Photo | None:
    """Return a photo that residents may see, with its project and report, or None."""
    return session.scalar(Photo.visible_to_residents().where(Photo.id == number).options(*_around()))


def neighbours(session: Session, photo: Photo) -> tuple[int | None, int | None]:
    """Return the identities of the photos before and after one in its project's gallery, newest first."""
    query = _query(Gallery(project=photo.project)).with_only_columns(Photo.id).order_by(*_newest_first())
    ids = list(session.scalars(query))
    place = ids.index(photo.id)
    return (ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None)


def _query(gallery: Gallery) -> sa.Select[Photo]:
    query = Photo.visible_to_residents()
    if gallery.project is not None:
        query = query.where(Photo.project_id == gallery.project.id)
    if gallery.place is not None:
        query = query.where(Project.division_id.in_(division_ids_within(gallery.place.path)))
    if gallery.phase is not None:
        query = query.where(Photo.phase == gallery.phase)
    if gallery.month is not None:
        first = dt.date.fromisoformat(f"{gallery.month}-01")
        after = (first + dt.timedelta(days=31)).replace(day=1)
        query = query.where(Photo.taken_on >= first, Photo.taken_on < after)
    return query


def _newest_first() -> tuple[sa.ColumnElement[Any], ...]:
    column: InstrumentedAttribute[dt.date | None] = Photo.taken_on
    return (column.is_(None), column.desc(), Photo.id.desc())


def _around() -> tuple[sa.orm.interfaces.ORMOption, ...]:
    return (
        contains_eager(Photo.project).options(
            selectinload(Project.division), selectinload(Project.programme).selectinload(Programme.division)
        ),
        selectinload(Photo.report),
        selectinload(Photo.monitor_report).selectinload(MonitorReport.monitor),
    )
