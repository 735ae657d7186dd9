"""Answers that look as if one hand had written them: marks for the quality rules, which never delete anything."""

from collections import Counter
from collections.abc import Sequence

from minsheng.opinion.coding import Answers

LEAST_QUESTIONS = 8
"""Fewer judged alike happens by chance among honest people."""
LEAST_ALIKE = 10
"""So many with one and the same vector in one place and channel are marked."""


def identical_vectors(answers: Answers, questions: Sequence[str]) -> bytes:
    """Return 1 for each person whose answers to ``questions`` are, to the last option, those of many others.

    Many are ``LEAST_ALIKE`` in one division and channel. Nobody is marked where fewer than ``LEAST_QUESTIONS``
    are asked; questions without an answer count as answered alike.
    """
    if len(questions) < LEAST_QUESTIONS:
        return bytes(len(answers))
    columns = [answers.column(question).codes for question in questions]
    vectors = list(zip(answers.division, answers.channel, *columns, strict=True))
    alike = Counter(vectors)
    return bytes(int(alike[vector] >= LEAST_ALIKE) for vector in vectors)
