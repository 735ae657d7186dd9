"""Refused sign-ins, counted by day and account: the journal gets one summary a day, however long somebody guesses."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import Base
from minsheng.journal import Act

NOBODY = 0
"""Stands for all names without an account: which names were tried is kept nowhere."""


class SignInRefusals(Base):
    """How often sign-ins to one account were refused on one day in China."""

    __tablename__ = "sign_in_refusals"
    __table_args__ = (sa.CheckConstraint("count > 0", name="counts_something"),)

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]


def note(session: Session, member: StaffMember | None, at: dt.datetime) -> None:
    """Count one refusal of this moment, inside the caller's transaction."""
    day, account = local_date(at), member.id if member else NOBODY
    if _raise(session, day, account):
        return
    try:
        with session.begin_nested():
            session.add(SignInRefusals(day=day, account=account, count=1))
    except IntegrityError:
        # Another process counted the first refusal of the day in the same moment.
        _raise(session, day, account)


def count_of(session: Session, member: StaffMember, since: dt.date) -> int:
    """Return how many sign-ins of a member of staff were refused since a day, that day included."""
    query = sa.select(sa.func.sum(SignInRefusals.count))
    return session.scalar(query.where(SignInRefusals.account == member.id, SignInRefusals.day >= since)) or 0


def summarise(session: Session, at: dt.datetime, keep: dt.timedelta = dt.timedelta(days=35)) -> int:
    """Journal the refusals of every past day that has not been journaled, and forget old counts.

    One entry a day: ``accounts`` gives the number of refusals by account, without names. Returns the days journaled.
    """
    today = local_date(at)
    journal.lock(session)
    last = session.scalar(
        sa.select(sa.func.max(journal.JournalEntry.subject)).where(journal.JournalEntry.act == "sign_ins_refused")
    )
    done_until = dt.date.fromisoformat(last.partition(":")[2]) if last else dt.date.min
    rows = session.scalars(
        sa.select(SignInRefusals)
        .where(SignInRefusals.day < today, SignInRefusals.day > done_until)
        .order_by(SignInRefusals.day, SignInRefusals.account)
    ).all()
    days = sorted({row.day for row in rows})
    for day in days:
        counts = {f"staff:{row.account or 'unknown'}": row.count for row in rows if row.day == day}
        act = Act("sign_ins_refused", f"sign_ins:{day.isoformat()}", "", is_public=False, extra={"accounts": counts})
        journal.record(session, act, at)
    session.execute(sa.delete(SignInRefusals).where(SignInRefusals.day < today - keep))
    return len(days)


def _raise(session: Session, day: dt.date, account: int) -> bool:
    raised = session.execute(
        sa.update(SignInRefusals)
        .where(SignInRefusals.day == day, SignInRefusals.account == account)
        .values(count=SignInRefusals.count + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(raised.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE's result has it
