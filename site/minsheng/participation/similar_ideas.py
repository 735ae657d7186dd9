"""Which ideas of a round say much the same: proposals for whoever puts them into groups."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from minsheng.casework.similar_cases import pairs
from minsheng.participation.call_ideas import CallIdea, IdeaGroup

LEAST_ALIKE = 0.2
"""Weighted share of the shorter text's pairs that both hold; below it a proposal would be a guess."""


class Likeness:
    """How alike the texts of one round are; pairs of letters that many of them hold weigh less."""

    def __init__(self, ideas: Sequence[CallIdea]) -> None:
        """Take all ideas of a round."""
        self._held = {idea.id: pairs(text_of(idea)) for idea in ideas}
        spread = Counter(pair for held in self._held.values() for pair in held)
        self._weights = {pair: math.log(1 + len(ideas) / number) for pair, number in spread.items()}

    def between(self, one: int, other: int) -> float:
        """Return how alike two ideas are, from 0 to 1, by their identities."""
        return self._share(self._held[one], self._held[other])

    def to_title(self, one: int, title: str) -> float:
        """Return how much of a title an idea says."""
        return self._share(self._held[one], pairs(title))

    def _share(self, left: set[str], right: set[str]) -> float:
        least = min(self._whole(left), self._whole(right))
        return self._whole(left & right) / least if least else 0.0

    def _whole(self, held: set[str]) -> float:
        return sum(self._weights.get(pair, 0.0) for pair in held)


def proposed_groups(ideas: Sequence[CallIdea], groups: Sequence[IdeaGroup]) -> Mapping[int, IdeaGroup]:
    """Return by identity of an idea without a group the group whose title or ideas it is most like, if any is."""
    likeness = Likeness(ideas)
    members = {group.id: [idea.id for idea in ideas if idea.group_id == group.id] for group in groups}
    found: dict[int, IdeaGroup] = {}
    for idea in ideas:
        if idea.group_id is not None or idea.set_aside is not None:
            continue
        scored = [
            (
                max((likeness.between(idea.id, other) for other in members[group.id]), default=0.0)
                + likeness.to_title(idea.id, group.title) / 2,
                group,
            )
            for group in groups
        ]
        best = max(scored, key=lambda one: one[0], default=None)
        if best is not None and best[0] >= LEAST_ALIKE:
            found[idea.id] = best[1]
    return found


def most_like(idea: CallIdea, others: Sequence[CallIdea]) -> Sequence[tuple[CallIdea, bool]]:
    """Return the others, the most like first, each with whether it is alike enough to propose."""
    everything = [idea, *(other for other in others if other.id != idea.id)]
    likeness = Likeness(everything)
    scored = [(likeness.between(idea.id, other.id), other) for other in everything[1:]]
    scored.sort(key=lambda one: (-one[0], one[1].id))
    return [(other, score >= LEAST_ALIKE) for score, other in scored]


def text_of(idea: CallIdea) -> str:
    """Return what an idea is compared by: the sender's own words."""
    return f"{idea.public_title}\n{idea.words}"
