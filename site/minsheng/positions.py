"""Where projects lie: the points of a choice of projects, and their place on a flat drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng.listing import READING_ORDER, Filters, Sort, ordered_ids
from minsheng.overview import Overview
from minsheng.projects import Project
from minsheng.schedule import ScheduleStatus
from minsheng.translating import Texts

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

    ``placed_total`` counts all that have coordinates, also beyond ``MOST_POINTS``.
    """

    placed: Sequence[Position]
    placed_total: int
    unplaced: Sequence[int]


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
    )


def clustered(positions: Sequence[Position], width: float, height: float, cell: float) -> list[Cluster]:
    """Return the points on a drawing of this size, those nearer than ``cell`` to an earlier one as one.

    The projection is equirectangular about the middle latitude, with the same scale both ways and a margin of one
    cell; north is up. A single point lies in the middle.
    """
    if not positions:
        return []
    south, north = (pick(each.latitude for each in positions) for pick in (min, max))
    west, east = (pick(each.longitude for each in positions) for pick in (min, max))
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = min(
        (width - 2 * cell) / max((east - west) * narrowing, 1e-4), (height - 2 * cell) / max(north - south, 1e-4)
    )
    groups: list[list[tuple[float, float, Position]]] = []
    for each in positions:
        x = width / 2 + (each.longitude - (west + east) / 2) * narrowing * scale
        y = height / 2 - (each.latitude - (south + north) / 2) * scale
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
