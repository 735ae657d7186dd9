"""The cases of a desk, counted in the database: what waits for whoever is signed in, and by which day.

The conditions say in SQL what :mod:`minsheng.desk.duties` says of one case; a test holds them together.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework.case_reminders import CaseReminder, DueMoment
from minsheng.casework.cases import CaseState, Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.records.places import Agency

OWED = (CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER)
SOON_DAYS = 3


@dataclass(frozen=True)
class CaseCount:
    """How many cases wait for a member, are late, are due within three days; each of those the member may open."""

    waiting: int
    overdue: int
    soon: int
    reminded: int
    escalated: int


class DeskCases:
    """The cases of one member on one day."""

    def __init__(self, session: Session, member: StaffMember, today: dt.date) -> None:
        self._session, self._today = session, today
        place: Any = sa.func.coalesce(Suggestion.division_id, Agency.division_id)
        agency: Any = Suggestion.agency_id
        has_agency = Suggestion.agency_id.is_not(None)

        def covers(*permissions: Permission) -> sa.ColumnElement[bool]:
            anywhere = any(member.may(one) for one in permissions)
            nowhere = sa.and_(place.is_(None), sa.literal(anywhere))
            return sa.or_(nowhere, sa.and_(place.is_not(None), within(member, permissions, place, agency)))

        reviews = covers(Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
        handles = sa.and_(has_agency, within(member, (Permission.HANDLE_SUGGESTION,), place, agency))
        supervises = sa.and_(has_agency, within(member, (Permission.SUPERVISE_SUGGESTION,), place, agency))
        self._may_open = sa.or_(reviews, handles)
        self._due = sa.case(
            (Suggestion.state == CaseState.DISPUTED, Suggestion.final_reply_due),
            (Suggestion.state.in_(OWED), Suggestion.reply_due),
            else_=None,
        )
        self.escalated = sa.and_(self._noted(DueMoment.ESCALATION), covers(Permission.SUPERVISE_SUGGESTION))
        self.reminded = sa.and_(self._noted(), handles)
        to_sort = sa.or_(
            Suggestion.prominence == Prominence.UNREVIEWED,
            Suggestion.state.in_((CaseState.RECEIVED, CaseState.ACCEPTED)),
        )
        self.waiting = sa.case(
            (to_sort, reviews),
            (self.escalated, sa.true()),
            (Suggestion.state == CaseState.HANDED_OVER, handles),
            (Suggestion.state == CaseState.DISPUTED, supervises),
            else_=sa.false(),
        )
        self.overdue = self._due < today
        self.soon = self._due.between(today, today + dt.timedelta(days=SOON_DAYS))

    def count(self) -> CaseCount:
        """Return all counts in one query."""
        conditions = (self.waiting, self.overdue, self.soon, self.reminded, self.escalated)
        sums = (sa.func.coalesce(sa.func.sum(sa.case((one, 1), else_=0)), 0) for one in conditions)
        row = self._session.execute(self._query().with_only_columns(*sums)).one()
        return CaseCount(*map(int, row))

    def first(self, condition: sa.ColumnElement[bool], limit: int) -> Sequence[Suggestion]:
        """Return the first cases under a condition, the next deadline first and settled ones last."""
        query = self._query().where(condition).order_by(self._due.is_(None), self._due, Suggestion.id).limit(limit)
        loaded = query.options(selectinload(Suggestion.agency), selectinload(Suggestion.reminders))
        return self._session.scalars(loaded).all()

    def _query(self) -> sa.Select[Suggestion]:
        return sa.select(Suggestion).outerjoin(Agency, Agency.id == Suggestion.agency_id).where(self._may_open)

    def _noted(self, moment: DueMoment | None = None) -> sa.ColumnElement[bool]:
        """Return the condition that a reminder was made for the answer still owed."""
        found = sa.exists().where(CaseReminder.suggestion_id == Suggestion.id, CaseReminder.due == self._due)
        return found.where(CaseReminder.moment == moment) if moment is not None else found
