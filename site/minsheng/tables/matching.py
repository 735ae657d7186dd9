"""Which project of a list an entry is about, and which of its targets: the same name, a similar one, or none."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.tables.entries import Entry
from minsheng.tables.meanings import Meaning
from minsheng.tables.wording import alike, comparable, squeezed

SIMILAR = 0.55
CLEARLY = 0.12
"""How much better the best must be than the next to be taken."""
MOST_SUGGESTED = 5


class MatchKind(enum.StrEnum):
    """``several`` are equally like; somebody must choose."""

    EXACT = "exact"
    SIMILAR = "similar"
    SEVERAL = "several"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class TargetName:
    """A target of a candidate."""

    id: int
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project of the list."""

    id: int
    key: str
    title: str
    place: str = ""
    targets: tuple[TargetName, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What an entry is about; ``suggested`` are the most alike, best first."""

    kind: MatchKind
    project: Candidate | None = None
    target: TargetName | None = None
    suggested: tuple[Candidate, ...] = ()


def match(entry: Entry, candidates: Sequence[Candidate]) -> Match:
    """Return which project an entry is about. A key counts before names; nothing is taken that has an equal."""
    key = entry.words.get(Meaning.KEY, "").strip()
    if key:
        for candidate in candidates:
            if candidate.key == key:
                return Match(MatchKind.EXACT, candidate, match_target(entry, candidate), (candidate,))
    names = [comparable(name) for name in _names(entry) if comparable(name)]
    scored = sorted(((_score(entry, names, one), one) for one in candidates), key=lambda pair: (-pair[0], pair[1].id))
    suggested = tuple(one for score, one in scored[:MOST_SUGGESTED] if score >= 0.2)
    same = [one for one in candidates if comparable(one.title) in names and _fits(entry, one)]
    if len(same) == 1:
        return Match(MatchKind.EXACT, same[0], match_target(entry, same[0]), suggested)
    if len(same) > 1:
        return Match(MatchKind.SEVERAL, None, None, tuple(same[:MOST_SUGGESTED]))
    if not scored or scored[0][0] < SIMILAR:
        return Match(MatchKind.NEW, suggested=suggested)
    if len(scored) > 1 and scored[0][0] - scored[1][0] < CLEARLY:
        return Match(MatchKind.SEVERAL, suggested=suggested)
    best = scored[0][1]
    return Match(MatchKind.SIMILAR, best, match_target(entry, best), suggested)


def match_target(entry: Entry, candidate: Candidate) -> TargetName | None:
    """Return the target of a project that an entry's figure is of, or None where that is not certain."""
    if entry.target_name:
        wanted = comparable(entry.target_name)
        same = [one for one in candidate.targets if comparable(one.name) == wanted]
        if len(same) == 1:
            return same[0]
        scored = sorted(((alike(wanted, comparable(one.name)), one.id, one) for one in candidate.targets), reverse=True)
        if scored and scored[0][0] >= SIMILAR and (len(scored) == 1 or scored[0][0] - scored[1][0] >= CLEARLY):
            return scored[0][2]
    if len(candidate.targets) == 1 and (not entry.unit or squeezed(candidate.targets[0].unit) == squeezed(entry.unit)):
        return candidate.targets[0]
    return None


def _names(entry: Entry) -> list[str]:
    names = [entry.words.get(one, "") for one in (Meaning.SUBTITLE, Meaning.TITLE, Meaning.ITEM, Meaning.CONTENT)]
    return [*names, entry.group]


def _score(entry: Entry, names: Sequence[str], candidate: Candidate) -> float:
    titles = [comparable(candidate.title), *(comparable(one.name) for one in candidate.targets)]
    weights = [1.0, *[0.9] * len(candidate.targets)]
    best = max(
        (alike(name, title) * weight for name in names for title, weight in zip(titles, weights, strict=True)),
        default=0.0,
    )
    return best if _fits(entry, candidate) else best * 0.5


def _fits(entry: Entry, candidate: Candidate) -> bool:
    """Whether nothing is against a candidate's place."""
    if not entry.place or not candidate.place:
        return True
    one, other = squeezed(entry.place), squeezed(candidate.place)
    return one in other or other in one
