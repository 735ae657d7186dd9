"""Public statistics of cases, counted in the database: no page loads the cases it counts."""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.case_figures import AGE_BUCKETS, CaseCounts
from minsheng.casework.cases import CaseEventKind, CaseState, ClosedAs, Rating, RefusalReason, SuggestionKind
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import LOCAL_ZONE
from minsheng.local_time import days_between, local_day, local_month
from minsheng.opinion.panels import Handling
from minsheng.records.places import Agency, Division, division_ids_within
from minsheng.records.projects import Category, Project

WAITING = (CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER, CaseState.DISPUTED)

LEAST_ASKED = 2
"""So many suggestions make something that was asked for more than once."""


class Dimension(enum.StrEnum):
    """What cases are counted by."""

    AGENCY = "agency"
    PLACE = "place"
    CATEGORY = "category"
    MONTH = "month"
    CHANNEL = "channel"


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are counted; ``since`` and ``until`` are days of receipt in China, both included.

    ``projects`` selects identities of projects. A place includes what lies below it. The category is that of the
    project a case is about.
    """

    place: Division | None = None
    agency: Agency | None = None
    category: Category | None = None
    channel: CaseChannel | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    projects: sa.Select[int] | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on ``Suggestion`` outer-joined with its project."""
        found: list[sa.ColumnElement[bool]] = []
        if self.place is not None:
            found.append(Suggestion.division_id.in_(division_ids_within(self.place.path)))
        if self.agency is not None:
            found.append(Suggestion.agency_id == self.agency.id)
        if self.category is not None:
            found.append(Project.category == self.category)
        if self.channel is not None:
            found.append(Suggestion.channel == self.channel)
        if self.since is not None:
            found.append(Suggestion.received_at >= midnight(self.since))
        if self.until is not None:
            found.append(Suggestion.received_at < midnight(self.until + dt.timedelta(days=1)))
        if self.projects is not None:
            found.append(Suggestion.project_id.in_(self.projects))
        return found


EVERYTHING = CaseFilter()
_KEYS: Mapping[Dimension, sa.ColumnElement[Any]] = {
    Dimension.AGENCY: sa.type_coerce(Suggestion.agency_id, sa.Integer),
    Dimension.PLACE: sa.type_coerce(Suggestion.division_id, sa.Integer),
    Dimension.CATEGORY: sa.type_coerce(Project.category, sa.String),
    Dimension.MONTH: local_month(Suggestion.received_at),
    Dimension.CHANNEL: sa.type_coerce(Suggestion.channel, sa.String),
}


def midnight(day: dt.date) -> dt.datetime:
    """Return the moment a day begins in China."""
    return dt.datetime.combine(day, dt.time(), LOCAL_ZONE)


def count(session: Session, as_of: dt.date, chosen: CaseFilter = EVERYTHING) -> CaseCounts:
    """Return the counts of the chosen cases as they stand on a day."""
    return _counted(session, sa.literal("", sa.String), chosen, as_of).get("", CaseCounts())


def count_by(
    session: Session, dimension: Dimension, as_of: dt.date, chosen: CaseFilter = EVERYTHING
) -> dict[Any, CaseCounts]:
    """Return the counts by identity of agency or place, by value of category or channel, or by month ``YYYY-MM``.

    Cases without the one or other are under None.
    """
    return _counted(session, _KEYS[dimension], chosen, as_of)


def counts_of_place(session: Session, place: Division, as_of: dt.date) -> CaseCounts:
    """Return the counts of the cases about a place, what lies below it, and the projects there."""
    return count(session, as_of, CaseFilter(place=place))


def counts_of_agency(session: Session, agency: Agency, as_of: dt.date) -> CaseCounts:
    """Return the counts of the cases that an agency has in hand or had last."""
    return count(session, as_of, CaseFilter(agency=agency))


def counts_by_agency(session: Session, as_of: dt.date) -> list[tuple[Agency, CaseCounts]]:
    """Return the counts of every agency with cases, in the order of their names."""
    found = count_by(session, Dimension.AGENCY, as_of)
    agencies = session.scalars(sa.select(Agency).where(Agency.id.in_([key for key in found if key is not None])))
    return sorted(((agency, found[agency.id]) for agency in agencies), key=lambda pair: pair[0].name)


def handling_by_place(
    session: Session, places: Iterable[Division], since: dt.date, until: dt.date, as_of: dt.date
) -> dict[str, Handling]:
    """Return how the cases received in a period about each place, and what lies below, were handled, by its code.

    These are the full counts that the component of public opinion takes. Refused cases are in none of them: a refusal
    neither helps nor harms. A case whose reply is not due yet on ``as_of`` is left out until it is answered or due.
    """
    return {
        place.code: handling_of(count(session, as_of, CaseFilter(place=place, since=since, until=until)))
        for place in places
    }


def handling_of(counts: CaseCounts) -> Handling:
    """Return the part of the counts that is judged: replied and on time of all that were due, satisfied of rated."""
    return Handling(
        received=counts.replied + counts.unanswered_late,
        replied=counts.replied,
        on_time=counts.on_time,
        rated=counts.rated,
        satisfied=counts.satisfied,
    )


@dataclass(frozen=True)
class Asked:
    """How often something was asked for: how many suggestions about projects of a category in a place."""

    category: Category
    place_id: int | None
    cases: int


def asked_most(session: Session, chosen: CaseFilter = EVERYTHING, limit: int = 10) -> Sequence[Asked]:
    """Return what two suggestions or more asked for, by field and place, the most asked first.

    Only cases that name a project have a field.
    """
    counted = sa.func.count(Suggestion.id)
    query = (
        sa.select(Project.category, Suggestion.division_id, counted)
        .select_from(Suggestion)
        .join(Suggestion.project)
        .where(Suggestion.kind == SuggestionKind.SUGGESTION, Suggestion.division_id.is_not(None), *chosen.conditions())
        .group_by(Project.category, Suggestion.division_id)
        .having(counted >= LEAST_ASKED)
        .order_by(counted.desc(), Suggestion.division_id, Project.category)
        .limit(limit)
    )
    return [Asked(category, place, number) for category, place, number in session.execute(query)]


def _counted(session: Session, key: sa.ColumnElement[Any], chosen: CaseFilter, as_of: dt.date) -> dict[Any, CaseCounts]:
    """Return counts by the values of an expression, in two statements: the sums, and the days to the reply."""
    # PostgreSQL takes two equal expressions with parameters for different ones, so the key is named below.
    named = key.label("counted_by")
    transferred = (
        sa.select(CaseEvent.suggestion_id).where(CaseEvent.kind == CaseEventKind.TRANSFERRED).distinct().subquery()
    )
    sums = _sums(as_of, transferred)
    inner = (
        sa.select(named, *(column.label(name) for name, column in sums.items()))
        .select_from(Suggestion)
        .outerjoin(Suggestion.project)
        .outerjoin(transferred, transferred.c.suggestion_id == Suggestion.id)
        .where(*chosen.conditions())
        .subquery()
    )
    query = sa.select(inner.c.counted_by, *(sa.func.sum(inner.c[name]).label(name) for name in sums)).group_by(
        inner.c.counted_by
    )
    days = _days(session, named, chosen)
    return {row.counted_by: _from_row(row, days.get(row.counted_by, {})) for row in session.execute(query)}


def _days(session: Session, named: sa.Label[Any], chosen: CaseFilter) -> dict[Any, dict[int, int]]:
    """Return by key how many cases were first answered after how many calendar days."""
    took = days_between(local_day(Suggestion.replied_at), local_day(Suggestion.received_at))
    inner = (
        sa.select(named, took.label("took"))
        .select_from(Suggestion)
        .outerjoin(Suggestion.project)
        .where(Suggestion.replied_at.is_not(None), *chosen.conditions())
        .subquery()
    )
    query = sa.select(inner.c.counted_by, inner.c.took, sa.func.count()).group_by(inner.c.counted_by, inner.c.took)
    found: dict[Any, dict[int, int]] = {}
    for key, took_days, number in session.execute(query):
        found.setdefault(key, {})[took_days] = number
    return found


def _sums(as_of: dt.date, transferred: sa.Subquery) -> dict[str, sa.ColumnElement[int]]:
    """Return what each case adds to each count: 1 or 0."""
    waits = Suggestion.state.in_(WAITING)
    due = sa.case((Suggestion.state == CaseState.DISPUTED, Suggestion.final_reply_due), else_=Suggestion.reply_due)
    replied = Suggestion.replied_at.is_not(None)
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "received": sa.true(),
        "accepted": Suggestion.state.not_in((CaseState.RECEIVED, CaseState.REFUSED)),
        "refused": Suggestion.state == CaseState.REFUSED,
        "replied": replied,
        "on_time": sa.and_(replied, local_day(Suggestion.replied_at) <= Suggestion.reply_due),
        "open": waits,
        "overdue": sa.and_(waits, due < as_of),
        "unanswered_late": sa.and_(waits, ~replied, Suggestion.reply_due < as_of),
        "extended": Suggestion.extended_because != "",
        "transferred": transferred.c.suggestion_id.is_not(None),
        "disputed": Suggestion.disputed_at.is_not(None),
        "reopened": Suggestion.state == CaseState.DISPUTED,
        "rated": Suggestion.rating.is_not(None),
        "satisfied": Suggestion.rating == Rating.SATISFIED,
        "partly_satisfied": Suggestion.rating == Rating.PARTLY,
        "closed_unrated": Suggestion.closed_as == ClosedAs.UNRATED,
        "merged": sa.and_(Suggestion.closed_as == ClosedAs.MERGED, ~replied),
        "rated_duplicates": sa.and_(Suggestion.closed_as == ClosedAs.MERGED, Suggestion.rating.is_not(None)),
    }
    for reason in RefusalReason:
        conditions[f"refused_{reason.value}"] = sa.and_(
            Suggestion.state == CaseState.REFUSED, Suggestion.refusal_reason == reason
        )
    for number, (least, most) in enumerate(AGE_BUCKETS):
        # Aged ``least`` days or more: received before the day after the one that lies so many days back.
        aged = Suggestion.received_at < midnight(as_of - dt.timedelta(days=least - 1))
        not_older = sa.true() if most is None else Suggestion.received_at >= midnight(as_of - dt.timedelta(days=most))
        # Received after ``as_of`` counts as new: a page may be made for a day that has not ended.
        conditions[f"open_{number}"] = sa.and_(waits, not_older) if least == 0 else sa.and_(waits, aged, not_older)
    return {name: sa.case((condition, 1), else_=0) for name, condition in conditions.items()}


def _from_row(row: Any, days: Mapping[int, int]) -> CaseCounts:
    plain = (
        "received accepted refused replied on_time open overdue unanswered_late extended transferred disputed "
        "reopened rated satisfied partly_satisfied closed_unrated merged rated_duplicates"
    )
    return CaseCounts(
        **{name: int(getattr(row, name)) for name in plain.split()},
        refused_for={
            reason: number for reason in RefusalReason if (number := int(getattr(row, f"refused_{reason.value}")))
        },
        open_by_age=tuple(int(getattr(row, f"open_{number}")) for number in range(len(AGE_BUCKETS))),
        days=dict(days),
    )
