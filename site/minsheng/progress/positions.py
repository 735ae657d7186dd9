"""Where projects lie: the points of a choice of projects, and their place on a flat drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng.progress.listing import READING_ORDER, Filters, Sort, ordered_ids
from minsheng.progress.map_frame import MapFrame
from minsheng.progress.overview import Overview
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.places import common_path, division_by_code
from minsheng.records.projects import Project
from minsheng.records.translating import Texts

MOST_POINTS = 5_000
"""Points sent or drawn at once; the lists beside a map say how many there are in all."""


@dataclass(frozen=True)
class Position:
    """A project on the map: degrees north and east (WGS 84), and its schedule's word, which compiled records lack."""

    id: int
    slug: str
    title: str
    translations: Texts | None
    latitude: float
    longitude: float
    status: ScheduleStatus


@dataclass(frozen=True)
class Positions:
    """The points of a choice, and the identities of its projects without coordinates, both in the list's order.

    ``placed_total`` counts all that have coordinates, also beyond ``MOST_POINTS``. ``area`` is the path of the place
    of the choice, or of the narrowest one that holds all the points; empty for the whole country.
    """

    placed: Sequence[Position]
    placed_total: int
    unplaced: Sequence[int]
    area: str


@dataclass(frozen=True)
class Cluster:
    """Points close together on a drawing: where the first lies in its units, and all of them, worst status first."""

    x: float
    y: float
    positions: Sequence[Position]


def of_choice(session: Session, filters: Filters, overview: Overview) -> Positions:
    """Return where the projects lie that a choice of the list leaves."""
    columns = (Project.id, Project.slug, Project.title, Project.translations, Project.latitude, Project.longitude)
    query = Project.visible_to_residents().where(Project.latitude.is_not(None)).with_only_columns(*columns)
    known = {row.id: row for row in session.execute(query)}
    ids = ordered_ids(session, filters, Sort.NEWEST, overview)
    placed = [known[number] for number in ids if number in known]
    place = division_by_code(session, filters.place) if filters.place else None
    return Positions(
        [
            Position(
                row.id,
                row.slug,
                row.title,
                row.translations,
                float(row.latitude),
                float(row.longitude),
                overview[row.id].status or ScheduleStatus.UNKNOWN,
            )
            for row in placed[:MOST_POINTS]
        ],
        len(placed),
        [number for number in ids if number not in known],
        place.path if place else common_path(overview.rows[row.id].path for row in placed),
    )


def clustered(positions: Sequence[Position], frame: MapFrame, cell: float) -> list[Cluster]:
    """Return the points on a drawing, those nearer than ``cell`` to an earlier one as one with it."""
    groups: list[list[tuple[float, float, Position]]] = []
    for each in positions:
        x, y = frame.at(each.longitude, each.latitude)
        near = next((group for group in groups if math.hypot(group[0][0] - x, group[0][1] - y) < cell), None)
        if near is None:
            groups.append([(x, y, each)])
        else:
            near.append((x, y, each))
    return [
        Cluster(
            members[0][0],
            members[0][1],
            sorted((each for _, _, each in members), key=lambda each: READING_ORDER.index(each.status)),
        )
        for members in groups
    ]
