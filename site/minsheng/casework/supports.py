"""Support (附议) of a public case: one per browser, without an account; shown as a count, and nothing is ranked by it.

No name, account or network address is kept: only a keyed digest of the number in a browser's signed cookie, made for
one case, so that nobody can tell from two cases that the same browser supported both.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.casework.cases import CaseState, Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.database import Base, Identity
from minsheng.errors import WrongStateError


class CaseSupport(Base):
    """One browser supports one case; the database takes no second one."""

    __tablename__ = "case_support"
    __table_args__ = (sa.UniqueConstraint("suggestion_id", "browser_hash"),)

    id: Mapped[Identity]
    suggestion_id: Mapped[int] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="CASCADE"))
    browser_hash: Mapped[str] = mapped_column(sa.String(64))
    given_on: Mapped[dt.date]

    suggestion: Mapped[Suggestion] = relationship()


def browser_hash(secret: str, case: Suggestion, browser: str) -> str:
    """Return the digest under which a browser supports a case."""
    return hmac.new(secret.encode(), f"support\0{case.id}\0{browser}".encode(), hashlib.sha256).hexdigest()


def may_be_supported(case: Suggestion) -> bool:
    """Whether a case takes support: while it is public and was not refused."""
    return case.prominence is Prominence.PUBLIC and case.state is not CaseState.REFUSED


def give(session: Session, case: Suggestion, hashed: str, on: dt.date) -> bool:
    """Count a browser's support; return whether it was not counted before.

    Raises ``WrongStateError`` for a case that takes none.
    """
    if not may_be_supported(case):
        raise WrongStateError("support", case.state)
    try:
        with session.begin_nested():
            session.add(CaseSupport(suggestion_id=case.id, browser_hash=hashed, given_on=on))
    except IntegrityError:
        return False
    return True


def take_back(session: Session, case: Suggestion, hashed: str) -> None:
    """Count a browser's support no more; without one nothing changes."""
    session.execute(
        sa.delete(CaseSupport).where(CaseSupport.suggestion_id == case.id, CaseSupport.browser_hash == hashed)
    )


def has_given(session: Session, case: Suggestion, hashed: str) -> bool:
    """Return whether a browser supports a case."""
    query = sa.select(CaseSupport.id).where(CaseSupport.suggestion_id == case.id, CaseSupport.browser_hash == hashed)
    return session.scalar(query) is not None


def counted() -> sa.ScalarSelect[int]:
    """Return the number of browsers that support a case, to sort cases of a query by."""
    query = sa.select(sa.func.count(CaseSupport.id)).where(CaseSupport.suggestion_id == Suggestion.id)
    return query.correlate(Suggestion).scalar_subquery()


def counts(session: Session, case_ids: Iterable[int]) -> Mapping[int, int]:
    """Return how many browsers support each of these cases, by identity; cases without any are left out."""
    query = (
        sa.select(CaseSupport.suggestion_id, sa.func.count())
        .where(CaseSupport.suggestion_id.in_(list(case_ids)))
        .group_by(CaseSupport.suggestion_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
