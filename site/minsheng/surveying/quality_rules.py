"""The rules of quality that a survey registers before it opens, and their thresholds.

Only a registered rule may mark answers or take them out: nobody picks a rule once the answers can be guessed.
"""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from minsheng.errors import DomainError, InvalidValuesError
from minsheng.journal import canonical
from minsheng.surveying.surveys import Wave


class QualityRule(enum.StrEnum):
    """What makes an answer doubtful."""

    TOO_FAST = "too_fast"
    CALL_TOO_FAST = "call_too_fast"
    STRAIGHT_LINED = "straight_lined"
    IDENTICAL_VECTORS = "identical_vectors"
    DUPLICATE = "duplicate"
    MANY_BLANKS = "many_blanks"
    OUT_OF_FRAME = "out_of_frame"
    BOARD_BURST = "board_burst"
    TOLD_WHAT_TO_ANSWER = "told_what_to_answer"
    CALL_DENIED = "call_denied"
    MISCONDUCT = "misconduct"


@dataclass(frozen=True)
class Threshold:
    """From which number on a rule holds: what is proposed, and what may be registered."""

    proposed: float
    least: float
    most: float


THRESHOLDS: Mapping[QualityRule, Threshold] = MappingProxyType(
    {
        QualityRule.TOO_FAST: Threshold(2, 0.5, 60),
        QualityRule.CALL_TOO_FAST: Threshold(4, 1, 60),
        QualityRule.STRAIGHT_LINED: Threshold(8, 3, 100),
        QualityRule.IDENTICAL_VECTORS: Threshold(10, 3, 1000),
        QualityRule.DUPLICATE: Threshold(15, 5, 200),
        QualityRule.MANY_BLANKS: Threshold(50, 10, 100),
        QualityRule.BOARD_BURST: Threshold(3.5, 2, 20),
    }
)
"""Seconds per question (read, and read aloud), questions answered alike, people alike, questions alike, per cent left
blank, deviations.

The rules without a threshold hold or do not. Source of 3.5 robust deviations: Iglewicz and Hoaglin 1993.
"""
SEEN_ONLY_AFTER_CLOSING = frozenset({QualityRule.TOLD_WHAT_TO_ANSWER})
"""Rules that tell what people answered: before closing not even their counts are shown."""
FOUND_BY_PEOPLE = frozenset({QualityRule.CALL_DENIED, QualityRule.MISCONDUCT})
"""Rules that no computation marks: a second call, or an inspection, finds what they say."""


class UnregisteredRuleError(DomainError):
    """The rule was not registered before the survey opened."""

    code = "unregistered_rule"


def registered(wave: Wave) -> dict[QualityRule, float]:
    """Return the rules of a wave with their thresholds, 0 for a rule without one, in the order of the rules."""
    return {rule: wave.quality_rules[rule.value] for rule in QualityRule if rule.value in wave.quality_rules}


def is_too_fast(wave: Wave, rule: QualityRule, seconds: float | None, answered: int) -> bool:
    """Whether ``answered`` questions took fewer ``seconds`` each than the rule that a wave registered allows.

    Where nobody knows how long it took, as on paper, nothing is too fast.
    """
    least = registered(wave).get(rule)
    return least is not None and seconds is not None and seconds < least * answered


def rules_hash(wave: Wave) -> str:
    """Return the SHA-256 of the rules and thresholds that a wave registered, in hexadecimal."""
    return hashlib.sha256(canonical(dict(wave.quality_rules)).encode()).hexdigest()


def checked(thresholds: Mapping[QualityRule, float]) -> dict[str, float]:
    """Return rules and thresholds as a wave keeps them.

    Raises ``InvalidValuesError`` naming each rule whose threshold is ``out_of_range``.
    """
    problems = {}
    for rule, given in thresholds.items():
        limits = THRESHOLDS.get(rule)
        if limits is not None and not limits.least <= given <= limits.most:
            problems[rule.value] = "out_of_range"
    if problems:
        raise InvalidValuesError(problems)
    return {
        rule.value: float(thresholds[rule]) if rule in THRESHOLDS else 0.0 for rule in QualityRule if rule in thresholds
    }


def require_registered(wave: Wave, rule: QualityRule) -> None:
    """Raise ``UnregisteredRuleError`` for a rule that a wave did not register."""
    if rule.value not in wave.quality_rules:
        raise UnregisteredRuleError
