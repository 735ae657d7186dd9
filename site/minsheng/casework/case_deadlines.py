"""Deadlines counted before the calendar of a year was published: they are counted again once it is.

Such dates are marked provisional from the first. Counting again keeps the number of working days that was promised; it
moves a date both ways while it is still ahead, but never turns a step that was in time into a late one. A notice that
is amended later moves no date any more.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.editorial import publishing
from minsheng.workdays import NEW_YEAR_REACH, WorkCalendar

DATES = ("accept_due", "reply_due", "final_reply_due", "rating_due")


def count_provisional(session: Session) -> int:
    """Return how many cases have a date that is provisional."""
    return session.scalar(sa.select(sa.func.count()).select_from(Suggestion).where(_has_provisional())) or 0


def recount(session: Session, clock: CaseClock, at: dt.datetime) -> int:
    """Count provisional dates again whose years have a calendar by now; return how many cases were looked at so.

    Commits after each case, which is locked while it is changed. A case whose dates moved says so in its steps.
    """
    numbers = session.scalars(sa.select(Suggestion.id).where(_has_provisional()).order_by(Suggestion.id)).all()
    session.commit()
    settled = 0
    for number in numbers:
        case = session.get(Suggestion, number, with_for_update=True, populate_existing=True)
        settled += case is not None and _recount(session, case, clock.calendar, at)
        session.commit()
    return settled


def moves(text: str) -> list[tuple[str, dt.date, dt.date]]:
    """Return what a step of this kind says, by date: its name of :data:`DATES`, where it stood, where it is now."""
    told = (line.split() for line in text.splitlines())
    return [(name, dt.date.fromisoformat(old), dt.date.fromisoformat(new)) for name, old, new in told]


def _has_provisional() -> sa.ColumnElement[bool]:
    return sa.or_(*(getattr(Suggestion, f"{name}_is_provisional") for name in DATES))


def _recount(session: Session, case: Suggestion, calendar: WorkCalendar, at: dt.datetime) -> bool:
    settled, moved = False, []
    for name in DATES:
        old, since = getattr(case, name), _counted_from(case, name)
        if not getattr(case, f"{name}_is_provisional") or old is None or since is None:
            continue
        # What was guessed is the last year the count reaches; a gap before it is unknown in practice.
        days = calendar.without_year((old + NEW_YEAR_REACH).year).between(since, old)
        new = calendar.add(since, days)
        if calendar.is_provisional(since, old) or new.provisional:
            continue
        settled = True
        setattr(case, f"{name}_is_provisional", False)
        date = new.date if _is_ahead(case, name) else max(old, new.date)
        if date != old:
            setattr(case, name, date)
            moved.append(f"{name} {old.isoformat()} {date.isoformat()}")
    if moved:
        case.note(CaseEventKind.RESCHEDULED, at, "", "\n".join(moved))
        publishing.record_suggestion(session, case, "suggestion_rescheduled", "", at)
    return settled


def _counted_from(case: Suggestion, name: str) -> dt.date | None:
    """Return the day that a date was counted from."""
    began = {
        "accept_due": case.received_at,
        "reply_due": case.received_at,
        "final_reply_due": case.disputed_at,
        "rating_due": case.finally_replied_at or case.replied_at,
    }[name]
    return local_date(began) if began else None


def _is_ahead(case: Suggestion, name: str) -> bool:
    """Whether the step that a date is for has not been made."""
    return {
        "accept_due": case.state is CaseState.RECEIVED,
        "reply_due": case.state in {CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER},
        "final_reply_due": case.state is CaseState.DISPUTED,
        "rating_due": case.state in {CaseState.REPLIED, CaseState.FINALLY_REPLIED},
    }[name]
