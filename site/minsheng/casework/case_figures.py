"""Figures of cases that cannot flatter: late stays late, disputed is not resolved, open is shown, few are not rated.

Pure sums and shares; :mod:`minsheng.casework.case_statistics` counts them in the database.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from minsheng.casework.cases import RefusalReason

LEAST_CASES = 5
"""Fewer cases than this give no share and no rank: one more or less would turn either over."""

AGE_BUCKETS: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 15), (16, 30), (31, 60), (61, None))
"""Ages of open cases, in calendar days since receipt, both ends included."""


@dataclass(frozen=True)
class Share:
    """A part of a whole; both are numbers of cases."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        """The share in per cent, or None while the whole is smaller than ``LEAST_CASES``."""
        return Decimal(100 * self.part) / self.whole if self.whole >= LEAST_CASES else None


@dataclass(frozen=True)
class CaseCounts:
    """Counts of cases.

    ``accepted`` were taken on; ``answered`` have a reply or a reasoned refusal, ``replied`` a reply. ``open`` wait for
    an answer, of which ``overdue`` are past their deadline; ``unanswered_late`` are those of them that never got any
    reply. ``disputed`` were disputed at any time; ``reopened`` are and wait for the second reply, so they are both
    answered and open. ``merged`` are duplicates, answered with their main case and not by themselves: received =
    answered + open − reopened + merged. ``rated`` and what follows count judgements by senders of duplicates too,
    ``rated_duplicates`` those alone: merging takes no dissatisfied sender out of the figures. ``open_by_age``
    follows ``AGE_BUCKETS``. ``days`` counts replied cases by calendar days from receipt to the first reply.
    """

    received: int = 0
    accepted: int = 0
    refused: int = 0
    replied: int = 0
    on_time: int = 0
    open: int = 0
    overdue: int = 0
    unanswered_late: int = 0
    extended: int = 0
    transferred: int = 0
    disputed: int = 0
    reopened: int = 0
    rated: int = 0
    satisfied: int = 0
    partly_satisfied: int = 0
    closed_unrated: int = 0
    merged: int = 0
    rated_duplicates: int = 0
    refused_for: Mapping[RefusalReason, int] = field(default_factory=dict)
    open_by_age: tuple[int, ...] = (0,) * len(AGE_BUCKETS)
    days: Mapping[int, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Cases with a reply or a reasoned refusal."""
        return self.replied + self.refused

    @property
    def late(self) -> int:
        """Cases whose first reply came after its deadline."""
        return self.replied - self.on_time

    @property
    def not_satisfied(self) -> int:
        """Cases rated as not satisfied."""
        return self.rated - self.satisfied - self.partly_satisfied

    @property
    def open_in_time(self) -> int:
        """Open cases that are not overdue."""
        return self.open - self.overdue

    @property
    def can_be_ranked(self) -> bool:
        """Whether there are enough cases to set an agency beside others."""
        return self.received >= LEAST_CASES

    @property
    def on_time_share(self) -> Share:
        """Replied on time, of all whose reply came or is overdue: to leave a case lying never helps."""
        return Share(self.on_time, self.replied + self.unanswered_late)

    @property
    def rated_share(self) -> Share:
        """Rated, of replied; duplicates have no reply of their own and are left out of both."""
        return Share(self.rated - self.rated_duplicates, self.replied)

    @property
    def satisfied_share(self) -> Share:
        """Satisfied, of rated; partly satisfied is not satisfied."""
        return Share(self.satisfied, self.rated)

    @property
    def median_days(self) -> float | None:
        """The median of ``days``: of an even number, the mean of the two in the middle. None without replies."""
        return _median(self.days)

    @property
    def ninetieth_days(self) -> int | None:
        """The 90th percentile of ``days`` by nearest rank: nine of ten were answered within so many days."""
        return _ninetieth(self.days)

    def plus(self, other: "CaseCounts") -> "CaseCounts":
        """Return the counts of both together."""
        summed = {
            one.name: getattr(self, one.name) + getattr(other, one.name)
            for one in fields(self)
            if isinstance(getattr(self, one.name), int)
        }
        return CaseCounts(
            **summed,
            refused_for=dict(Counter(self.refused_for) + Counter(other.refused_for)),
            open_by_age=tuple(a + b for a, b in zip(self.open_by_age, other.open_by_age, strict=True)),
            days=dict(Counter(self.days) + Counter(other.days)),
        )


def total(counts: Iterable[CaseCounts]) -> CaseCounts:
    """Return the sum of counts over different cases."""
    together = CaseCounts()
    for one in counts:
        together = together.plus(one)
    return together


def ranks_on_time(counts: Mapping[str, CaseCounts]) -> dict[str, int]:
    """Return the rank of each key by its share on time, best first; equal shares have the same rank.

    Keys with fewer than ``LEAST_CASES`` cases to judge are left out.
    """
    shares = {key: share for key, one in counts.items() if (share := one.on_time_share.percent) is not None}
    return {key: 1 + sum(other > share for other in shares.values()) for key, share in shares.items()}


def _median(days: Mapping[int, int]) -> float | None:
    number = sum(days.values())
    if not number:
        return None
    return (_nth(days, (number + 1) // 2) + _nth(days, number // 2 + 1)) / 2


def _ninetieth(days: Mapping[int, int]) -> int | None:
    number = sum(days.values())
    return _nth(days, math.ceil(number * 9 / 10)) if number else None


def _nth(days: Mapping[int, int], position: int) -> int:
    """Return the value at a position, from 1, of all values in their order."""
    passed = 0
    for value in sorted(days):
        passed += days[value]
        if passed >= position:
            return value
    raise ValueError(position)
