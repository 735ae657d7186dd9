"""The assessment sheet of a year: points by programme, with public opinion listed and ranked beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minsheng.opinion.errors import OpinionError
from minsheng.opinion.estimates import Estimate
from minsheng.opinion.ranks import RankInterval, intervals_of, printed_ranks
from minsheng.opinion.schemes import Ranking, SheetPart


class SheetError(OpinionError):
    """Points that a sheet cannot hold; ``division`` and ``part`` name the cell, ``problem`` what is wrong."""

    code = "invalid_points"

    def __init__(self, division: str, part: str, problem: str) -> None:
        super().__init__(f"{division} {part}: {problem}")
        self.division = division
        self.part = part
        self.problem = problem


@dataclass(frozen=True)
class SheetRow:
    """One place's points: ``total`` and ``rank`` are None while ``missing`` names parts without points."""

    division: str
    points: Mapping[str, float]
    total: float | None
    rank: int | None
    missing: tuple[str, ...] = ()


def sheet_keys(parts: Sequence[SheetPart]) -> dict[str, float]:
    """Return the most points of each single part; parts that stand for several are numbered ``key.1``, ``key.2`` …"""
    found: dict[str, float] = {}
    for part in parts:
        if part.count == 1:
            found[part.key] = part.points
        else:
            found |= {f"{part.key}.{number}": part.points for number in range(1, part.count + 1)}
    return found


def sheet_rows(
    parts: Sequence[SheetPart], given: Mapping[str, Mapping[str, float]], decimals: int = 2
) -> list[SheetRow]:
    """Return every place's total and rank, ties at ``decimals`` skipping; a place lacking points has neither.

    ``given[division][part]`` are points. Raises ``SheetError`` for parts that the sheet does not have, or points
    that are negative, not a number, or more than the part's.
    """
    keys = sheet_keys(parts)
    for division, points in given.items():
        for key, value in points.items():
            if key not in keys:
                raise SheetError(division, key, "is not a part of the sheet")
            if not 0 <= value <= keys[key]:
                raise SheetError(division, key, f"must be from 0 to {keys[key]:g}")
    missing = {division: tuple(key for key in keys if key not in points) for division, points in given.items()}
    totals = {division: math.fsum(points.values()) for division, points in given.items() if not missing[division]}
    ranks = printed_ranks(totals, decimals)
    return [
        SheetRow(division, given[division], totals.get(division), ranks.get(division), missing[division])
        for division in sorted(given)
    ]


@dataclass(frozen=True)
class Recognition:
    """A place on a recognition list, or one that might as well be on it.

    ``is_listed`` by the printed rank; ``is_certain`` if the joint rank interval leaves no doubt either way.
    """

    group: str
    division: str
    rank: int
    interval: RankInterval | None
    is_listed: bool
    is_certain: bool


def recognition(
    scores: Mapping[str, Estimate], groups: Mapping[str, str], seats: Mapping[str, int], rules: Ranking
) -> list[Recognition]:
    """Draw a list: so many ``seats`` for each group (such as a city) among its places, with the uncertainty stated.

    ``groups`` says each place's group; a group without seats gets none. Places tied at the printed precision for
    the last seat are all listed. Without standard errors nothing is certain unless every place has a seat.
    """
    found: list[Recognition] = []
    for group in sorted(set(groups.values())):
        own = {division: score for division, score in scores.items() if groups.get(division) == group}
        ranks = printed_ranks({division: score.value for division, score in own.items()}, rules.decimals)
        intervals = intervals_of(own, rules.alpha, rules.method)
        places = seats.get(group, 0)
        for division in sorted(own, key=lambda name: (ranks[name], name)):
            span = intervals.get(division, RankInterval(1, len(own), len(own)))
            is_listed = ranks[division] <= places
            is_certain = span.worst <= places if is_listed else span.best > places
            found.append(Recognition(group, division, ranks[division], intervals.get(division), is_listed, is_certain))
    return found
