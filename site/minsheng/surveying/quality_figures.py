"""The quality of a wave in counts: what came when and where, what the rules mark, and who stands out.

Before a wave closes these are all that anybody sees: no answer and no score can be worked out of them.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng.records.boards import Board
from minsheng.surveying import board_bursts
from minsheng.surveying.board_bursts import BoardWeek
from minsheng.surveying.exclusions import ExclusionScope
from minsheng.surveying.quality_marks import TESTS, Arrived, Asked, arrived, blanks, marks_of, said_told
from minsheng.surveying.quality_rules import SEEN_ONLY_AFTER_CLOSING, QualityRule, registered
from minsheng.surveying.surveys import Channel, Wave
from minsheng.surveying.wave_places import places_of

WARNING, ALARM = 1.959964, 3.090232
"""Standard errors of the two limits of a funnel: 1 honest group in 20, and 1 in 500, lies outside."""
LEAST_IN_GROUP = 5
"""A group with fewer answers has no point in the funnel: one answer would move it all the way."""


@dataclass(frozen=True)
class GroupPoint:
    """One interviewer, batch or board in a funnel: ``hits`` of ``of``, beside the share of all.

    ``deviations`` counts standard errors from the share of all; ``outlier`` is 0 inside both limits, 1 beyond the
    warning limit, 2 beyond the alarm.
    """

    scope: ExclusionScope
    key: str
    hits: int
    of: int
    share: float
    deviations: float
    outlier: int


@dataclass(frozen=True)
class Funnel:
    """The groups of one kind by one measure. ``spread`` is the factor by which the limits are wider than binomial."""

    measure: str
    scope: ExclusionScope
    centre: float
    spread: float
    points: Sequence[GroupPoint]

    def limit(self, size: float, errors: float) -> tuple[float, float]:
        """Return the lower and upper limit at a size, cut off at 0 and 1."""
        half = errors * self.spread * math.sqrt(self.centre * (1 - self.centre) / size)
        return max(0.0, self.centre - half), min(1.0, self.centre + half)


@dataclass(frozen=True)
class Quality:
    """Counts of a wave. ``marked`` is by rule and channel; ``places`` by the place's name."""

    total: int
    excluded: int
    marked_people: int
    by_week: Sequence[tuple[str, Channel, int]]
    by_place: Sequence[tuple[str, Channel, int]]
    marked: Mapping[QualityRule, Mapping[Channel, int]]
    funnels: Sequence[Funnel]
    board_weeks: Sequence[BoardWeek]


Measure = Callable[[Arrived], tuple[int, int]]


def quality_of(session: Session, wave: Wave, as_of: dt.date) -> Quality:
    """Return the quality of a wave. Rules that tell what people answered stay out until it has closed."""
    responses = arrived(session, wave)
    marks = marks_of(session, wave, responses)
    has_closed, asked = wave.has_closed(as_of), Asked.of(wave.version)
    shown = [rule for rule in registered(wave) if rule in TESTS and (has_closed or rule not in SEEN_ONLY_AFTER_CLOSING)]
    names = {place.code: place.name for place in places_of(wave)}
    by_week = Counter((one.week, one.channel) for one in responses)
    by_place = Counter((names.get(one.place, ""), one.channel) for one in responses)
    marked = {
        rule: Counter(one.channel for one in responses if rule in marks.get(one.id, frozenset())) for rule in shown
    }
    seen = frozenset(shown)
    measures: dict[str, Measure] = {
        "marked": lambda one: (int(bool(marks.get(one.id, frozenset()) & seen)), 1),
        "call_too_fast": lambda one: (int(QualityRule.CALL_TOO_FAST in marks.get(one.id, frozenset())), 1),
        "straight_lined": lambda one: (int(QualityRule.STRAIGHT_LINED in marks.get(one.id, frozenset())), 1),
        "blank": lambda one: blanks(one, asked),
    }
    if QualityRule.STRAIGHT_LINED not in seen:
        del measures["straight_lined"]
    if has_closed:
        measures["told"] = lambda one: (int(said_told(one, asked)), 1)
    return Quality(
        total=len(responses),
        excluded=sum(one.is_excluded for one in responses),
        marked_people=sum(bool(broken & seen) for broken in marks.values()),
        by_week=[(*key, count) for key, count in sorted(by_week.items())],
        by_place=[(*key, count) for key, count in sorted(by_place.items())],
        marked=marked,
        funnels=_funnels(session, responses, measures),
        board_weeks=board_bursts.board_weeks(session, wave),
    )


def funnel(measure: str, scope: ExclusionScope, counted: Mapping[str, tuple[int, int]]) -> Funnel | None:
    """Return a funnel of groups, ``counted`` as hits and size by key; None with fewer than two groups or no spread.

    With p the share of all, ``z = (hits/size − p) / √(p(1−p)/size)``; limits are ``p ± k·φ·√(p(1−p)/size)``, where
    ``φ² = mean z²`` over the groups, the outer tenth on each side pulled in, and at least 1. Source: Spiegelhalter,
    Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005) 1185–1202.
    """
    large = {key: pair for key, pair in counted.items() if pair[1] >= LEAST_IN_GROUP}
    hits, size = sum(pair[0] for pair in large.values()), sum(pair[1] for pair in large.values())
    if len(large) < 2 or hits in {0, size}:
        return None
    centre = hits / size
    raw = {key: (hit / of - centre) / math.sqrt(centre * (1 - centre) / of) for key, (hit, of) in large.items()}
    spread = _overdispersion(list(raw.values()))
    points = [
        GroupPoint(scope, key, *large[key], large[key][0] / large[key][1], away / spread, _outlier(away / spread))
        for key, away in raw.items()
    ]
    return Funnel(measure, scope, centre, spread, sorted(points, key=lambda one: (-one.deviations, one.key)))


def _overdispersion(deviations: Sequence[float]) -> float:
    """Return φ: how much wider than chance alone the groups lie, after pulling in a tenth on each side."""
    ordered = sorted(deviations)
    cut = len(ordered) // 10
    low, high = ordered[cut], ordered[len(ordered) - 1 - cut]
    pulled = [min(max(value, low), high) for value in ordered]
    return max(1.0, math.sqrt(sum(value * value for value in pulled) / len(pulled)))


def _outlier(deviations: float) -> int:
    return 2 if abs(deviations) > ALARM else 1 if abs(deviations) > WARNING else 0


def _funnels(session: Session, responses: Sequence[Arrived], measures: Mapping[str, Measure]) -> list[Funnel]:
    boards = {one.board_id for one in responses if one.board_id is not None}
    numbers = {
        board_id: str(board.number) for board_id in boards if (board := session.get(Board, board_id)) is not None
    }
    group_of: dict[ExclusionScope, Callable[[Arrived], str]] = {
        ExclusionScope.INTERVIEWER: lambda one: one.interviewer,
        ExclusionScope.BATCH: lambda one: one.batch,
        ExclusionScope.BOARD: lambda one: numbers.get(one.board_id, "") if one.board_id is not None else "",
    }
    found = []
    for scope, key_of in group_of.items():
        for measure, count in measures.items():
            counted: dict[str, tuple[int, int]] = {}
            for one in responses:
                if key := key_of(one):
                    hits, of = count(one)
                    known = counted.get(key, (0, 0))
                    counted[key] = (known[0] + hits, known[1] + of)
            made = funnel(measure, scope, counted)
            if made is not None:
                found.append(made)
    return found
