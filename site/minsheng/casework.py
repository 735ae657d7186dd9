"""Public statistics of cases that cannot flatter: late stays late, disputed is not resolved, open is shown."""

import datetime as dt
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.cases import CaseState, ClosedAs, Rating
from minsheng.clock import local_date
from minsheng.places import Agency, Division, division_ids_within
from minsheng.suggestions import Suggestion

LEAST_CASES_TO_RANK = 5


@dataclass(frozen=True)
class CaseCounts:
    """Counts of cases; ``median_days`` are calendar days from receipt to the first reply, None without any.

    ``answered`` counts cases with a reply or a reasoned refusal; ``open`` those that wait for one, of which
    ``overdue`` are past their deadline; ``disputed`` those disputed at any time. ``reopened`` are disputed and
    wait for the second reply, so they are both answered and open: received = answered + open − reopened.
    """

    received: int
    answered: int
    refused: int
    on_time: int
    late: int
    open: int
    overdue: int
    disputed: int
    reopened: int
    rated: int
    satisfied: int
    closed_unrated: int
    median_days: float | None

    @property
    def can_be_ranked(self) -> bool:
        """Whether there are enough cases to set an agency beside others."""
        return self.received >= LEAST_CASES_TO_RANK


def count_cases(cases: Iterable[Suggestion], as_of: dt.date) -> CaseCounts:
    """Return the counts over these cases as of a day."""
    cases = list(cases)
    replied = [case for case in cases if case.replied_at is not None]
    refused = [case for case in cases if case.state is CaseState.REFUSED]
    waiting = [case for case in cases if case.is_waiting_for_reply]
    rated = [case for case in cases if case.rating is not None]
    days = [
        (local_date(case.replied_at) - local_date(case.received_at)).days
        for case in replied
        if case.replied_at is not None
    ]
    late = sum(case.was_answered_late for case in replied)
    return CaseCounts(
        received=len(cases),
        answered=len(replied) + len(refused),
        refused=len(refused),
        on_time=len(replied) - late,
        late=late,
        open=len(waiting),
        overdue=sum(case.is_overdue(as_of) for case in waiting),
        disputed=sum(case.disputed_at is not None for case in cases),
        reopened=sum(case.state is CaseState.DISPUTED for case in cases),
        rated=len(rated),
        satisfied=sum(case.rating is Rating.SATISFIED for case in rated),
        closed_unrated=sum(case.closed_as is ClosedAs.UNRATED for case in cases),
        median_days=statistics.median(days) if days else None,
    )


def counts_of_place(session: Session, place: Division, as_of: dt.date) -> CaseCounts:
    """Return the counts of the cases about a place, what lies below it, and the projects there."""
    within = Suggestion.division_id.in_(division_ids_within(place.path))
    return count_cases(session.scalars(sa.select(Suggestion).where(within)), as_of)


def counts_by_agency(session: Session, as_of: dt.date) -> list[tuple[Agency, CaseCounts]]:
    """Return the counts of every agency with cases, in the order of their names."""
    cases = session.scalars(
        sa.select(Suggestion).where(Suggestion.agency_id.is_not(None)).options(selectinload(Suggestion.agency))
    )
    grouped: dict[Agency, list[Suggestion]] = {}
    for case in cases:
        if case.agency is not None:
            grouped.setdefault(case.agency, []).append(case)
    return sorted(
        ((agency, count_cases(group, as_of)) for agency, group in grouped.items()), key=lambda pair: pair[0].name
    )
