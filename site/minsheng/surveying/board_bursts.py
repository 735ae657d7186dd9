"""Alarms for notice boards by whose code far more answers came in a week than boards bring in: counts, no answers."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.records.boards import Board
from minsheng.surveying.quality_rules import QualityRule, registered
from minsheng.surveying.surveys import Response, Wave

LEAST_COUNT = 10
"""A week with fewer answers by one board alarms nobody, however quiet the others are."""
NORMAL = 1.4826
"""The median absolute deviation of a normal distribution, times this, is its standard deviation."""


@dataclass(frozen=True)
class BoardWeek:
    """How many answers came by one board in one week (``YYYY-Www``), and how far that is from the usual.

    ``deviations`` counts robust standard deviations above the median of all boards and weeks of the wave.
    """

    board_id: int
    board: int
    week: str
    count: int
    deviations: float
    is_burst: bool


def bursts(session: Session, wave: Wave) -> list[BoardWeek]:
    """Return the alarms of a wave, the strongest first; none where the rule was not registered."""
    return [one for one in board_weeks(session, wave) if one.is_burst]


def board_weeks(session: Session, wave: Wave) -> list[BoardWeek]:
    """Return every week of every board by which answers came, the most unusual first."""
    rows = session.execute(
        sa.select(Board.id, Board.number, Response.week, sa.func.count())
        .join(Board, Board.id == Response.board_id)
        .where(Response.wave_id == wave.id)
        .group_by(Board.id, Board.number, Response.week)
    ).all()
    threshold = registered(wave).get(QualityRule.BOARD_BURST)
    far = robust_deviations([count for _id, _number, _week, count in rows])
    found = [
        BoardWeek(board_id, number, week, count, away, _alarms(count, away, threshold))
        for (board_id, number, week, count), away in zip(rows, far, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.deviations, one.board, one.week))


def robust_deviations(counts: Iterable[int]) -> list[float]:
    """Return how many robust standard deviations each count lies above the median count.

    Counts are first made even in variance, ``2·√(x + 3/8)`` (Anscombe 1948, Biometrika 35), where a Poisson count has
    a standard deviation of 1; the scale is ``1.4826 · median |y − median y|`` and never less than that 1 (modified
    z-score: Iglewicz and Hoaglin 1993). A few boards that are flooded therefore do not hide each other.
    """
    even = [2 * math.sqrt(count + 3 / 8) for count in counts]
    if not even:
        return []
    middle = statistics.median(even)
    scale = max(1.0, NORMAL * statistics.median(abs(value - middle) for value in even))
    return [(value - middle) / scale for value in even]


def _alarms(count: int, deviations: float, threshold: float | None) -> bool:
    return threshold is not None and count >= LEAST_COUNT and deviations > threshold
