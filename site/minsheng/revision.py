"""The revision of the whole site: a number that rises with every commit that changes what residents could see.

It rises in the transaction of the change itself, whoever made the change and however, so that nobody can forget
it: a listener on every session watches what is written. Whoever reads the number first and the records afterwards
holds records at least as new as the number; a page kept under a number is therefore never older than it says.
Statements that go around the session are not seen: after such a bulk load, run ``figures rebuild``.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.database import Base, now

UNSEEN = {
    "site_revision": "the number itself",
    "project_digest": "follows the records it is made from, which were watched already",
    "search_outbox": "tells the indexer; search results are never kept",
    "queued_mail": "mail that waits; residents see nothing of it",
    "subscription": "who follows what by mail; no kept page shows it",
    "job_lease": "which process does the work of the clock",
    "proposal": "changes that wait for a second person; accepting one writes the record itself",
    "held_letter": "letters that wait apart; residents see nothing of them",
    "spent_ticket": "which forms were used",
    "submission_minute": "how many letters came in a minute; residents see nothing of it",
    "sender_notice": "which senders are told by mail; residents see nothing of it",
    "monitor_link": "private links of monitors; residents see nothing of them",
    "staff_session": "who is signed in; residents see nothing of it",
    "authenticator_app": "how staff prove who they are; residents see nothing of it",
    "recovery_code": "likewise",
    "passkey": "likewise",
    "passkey_challenge": "likewise",
    "invitation": "likewise",
    "listed_word": "words that mark letters for reviewers; residents see nothing of them",
    "reply_template": "beginnings of replies that are not written yet",
    "problem_step": "what staff note about a problem; residents see nothing of it",
    "target_breakdown": "sheets that wait for a second person; accepting one writes the targets themselves",
    "case_import_draft": "files that wait for their confirmation",
    "sign_in_refusals": "who was refused; residents see nothing of it",
    "oc4ids_upload": "files that staff are bringing in; what they become is written to the records themselves",
    "timed_publication": "what is to become public later; publishing writes the record itself",
    "review_comment": "remarks between colleagues; residents see nothing of them",
    "export_piece": "tables that staff take away; residents see nothing of them",
    "export_run": "tables that staff take away; residents see nothing of them",
}
"""Tables whose changes no page of residents shows, with the reason; every other table counts."""

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CHANGED = "revision_is_due"
_RAISED = "revision_was_raised"


class SiteRevision(Base):
    """The one row with the number of the last change and its moment, which never goes back."""

    __tablename__ = "site_revision"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[dt.datetime]


class Revision(NamedTuple):
    """A revision as read: its number, and when it came about."""

    number: int
    at: dt.datetime


def current(session: Session) -> Revision:
    """Return the revision that this transaction sees; number 0 before anything was ever written."""
    row = session.execute(sa.select(SiteRevision.number, SiteRevision.at)).first()
    return Revision(row.number, row.at) if row else Revision(0, NEVER)


def settle(session: Session) -> int:
    """Write what is waiting and raise the number if that was due; return the number as it now stands.

    The row stays locked until the end of the transaction, so two transactions never commit under one number.
    """
    session.flush()
    if session.info.pop(_CHANGED, False):
        _raise(session)
        session.info[_RAISED] = True
    return current(session).number


def insist(session: Session) -> None:
    """Let this transaction raise the number although nothing that is watched was written."""
    session.info[_CHANGED] = True


def is_unsettled(session: Session) -> bool:
    """Whether this transaction holds changes that nobody else can see yet."""
    return bool(session.info.get(_CHANGED) or session.info.get(_RAISED) or session.new or session.dirty)


def _raise(session: Session) -> None:
    # The moment is taken here and not passed in: it dates the commit for caches, and no rule reads it.
    at = now()
    later = sa.case((SiteRevision.at > at, SiteRevision.at), else_=sa.literal(at, SiteRevision.at.type))
    raised = sa.update(SiteRevision).values(number=SiteRevision.number + 1, at=later)
    result = session.execute(raised.execution_options(synchronize_session=False))
    if cast("sa.CursorResult[Any]", result).rowcount == 0:
        session.execute(sa.insert(SiteRevision).values(id=1, number=1, at=at))


def written(session: Session) -> Iterator[Base]:
    """Yield the records that the present flush wrote; one that was set to what it was is not among them."""
    changed = (record for record in session.dirty if session.is_modified(record))
    yield from cast("Iterator[Base]", (*session.new, *changed, *session.deleted))


@sa.event.listens_for(orm.Session, "after_flush")
def _watch_flush(session: Session, _context: object) -> None:
    if any(record.__tablename__ not in UNSEEN for record in written(session)):
        session.info[_CHANGED] = True


@sa.event.listens_for(orm.Session, "do_orm_execute")
def _watch_statement(state: orm.ORMExecuteState) -> None:
    """Watch changes that are written as a statement, by table and not by record."""
    table = changed_table(state)
    if table is not None and table not in UNSEEN:
        state.session.info[_CHANGED] = True


def changed_table(state: orm.ORMExecuteState) -> str | None:
    """Return the name of the table of ours that a statement inserts into, updates or deletes from, if any."""
    statement = state.statement
    if not isinstance(statement, sa.Insert | sa.Update | sa.Delete):
        return None
    table = statement.table
    return table.name if isinstance(table, sa.Table) and table.metadata is Base.metadata else None


@sa.event.listens_for(orm.Session, "before_commit")
def _settle_before_commit(session: Session) -> None:
    # A savepoint is no commit: nobody else sees it.
    if not session.in_nested_transaction():
        settle(session)


@sa.event.listens_for(orm.Session, "after_transaction_end")
def _forget(session: Session, transaction: orm.SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CHANGED, None)
        session.info.pop(_RAISED, None)
