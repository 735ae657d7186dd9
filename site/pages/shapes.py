"""The outlines of the schedule statuses as polygons, for boards and cards: the same as the badges' drawings.

Each lives in a box of 16 × 16, y downwards. Those marked as holes are cut out of the ones before them.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

Point = tuple[float, float]
BOX = 16


class Outline(NamedTuple):
    """A closed polygon; ``is_hole`` takes it away from what was drawn before."""

    points: tuple[Point, ...]
    is_hole: bool = False


def _box(left: float, top: float, right: float, bottom: float, *, is_hole: bool = False) -> Outline:
    return Outline(((left, top), (right, top), (right, bottom), (left, bottom)), is_hole)


def _circle(radius: float, *, is_hole: bool = False, corners: int = 48) -> Outline:
    turns = (2 * math.pi * index / corners for index in range(corners))
    return Outline(tuple((8 + radius * math.cos(turn), 8 + radius * math.sin(turn)) for turn in turns), is_hole)


_CROSS = (
    (3.6, 1.6), (8, 6), (12.4, 1.6), (14.4, 3.6), (10, 8), (14.4, 12.4),
    (12.4, 14.4), (8, 10), (3.6, 14.4), (1.6, 12.4), (6, 8), (1.6, 3.6),
)  # fmt: skip

SHAPES: Mapping[str, Sequence[Outline]] = MappingProxyType(
    {
        "ahead": (Outline(((2, 3), (7, 8), (2, 13))), Outline(((8, 3), (14, 8), (8, 13)))),
        "on_schedule": (_circle(5.5),),
        "behind": (Outline(((8, 13.5), (1.8, 3), (14.2, 3))),),
        "seriously_behind": (Outline(((8, 0.8), (15.2, 8), (8, 15.2), (0.8, 8))),),
        "overdue": (
            _box(1.5, 1.5, 14.5, 14.5),
            _box(7, 4, 9, 9, is_hole=True),
            _box(7, 10.3, 9, 12.3, is_hole=True),
        ),
        "done": (Outline(((6.3, 13.4), (1.2, 8.3), (3.2, 6.3), (6.3, 9.4), (12.8, 2.6), (14.8, 4.6))),),
        "suspended": (_box(3, 2.5, 6.6, 13.5), _box(9.4, 2.5, 13, 13.5)),
        "cancelled": (Outline(_CROSS),),
        "not_due": (_circle(5.8), _circle(3.8, is_hole=True)),
        "unknown": (_box(1.5, 7, 5.5, 9), _box(6.1, 7, 9.9, 9), _box(10.5, 7, 14.5, 9)),
    }
)


def placed(status: str, left: float, top: float, size: float) -> list[tuple[list[Point], bool]]:
    """Return the outlines of a status in a square of ``size`` at ``left``, ``top``."""
    scale = size / BOX
    return [
        ([(left + x * scale, top + y * scale) for x, y in outline.points], outline.is_hole)
        for outline in SHAPES[status]
    ]
