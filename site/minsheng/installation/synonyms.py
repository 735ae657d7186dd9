"""The installation's own lines of the list of synonyms, on top of the one that comes with the program."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.database import Base
from minsheng.journal import Act

LONGEST_LINE = 200
MOST_LINES = 500


class SynonymLine(Base):
    """One line, as ``search.synonyms`` reads it. Never changed: a line is taken out and another put in."""

    __tablename__ = "synonym_line"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    line: Mapped[str] = mapped_column(sa.String(LONGEST_LINE), unique=True)
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    added_at: Mapped[dt.datetime]

    added_by: Mapped[StaffMember] = relationship()


def version(session: Session) -> tuple[int, int]:
    """Return what changes with every change of the lines: how many there are, and the newest number."""
    count, newest = session.execute(sa.select(sa.func.count(), sa.func.max(SynonymLine.id))).one()
    return count, newest or 0


def lines(session: Session) -> list[SynonymLine]:
    """Return all lines, the newest first."""
    return list(session.scalars(sa.select(SynonymLine).order_by(SynonymLine.id.desc())))


def add(session: Session, line: str, by: StaffMember, at: dt.datetime) -> None:
    """Put a line in; one that is there already stays as it is."""
    if session.scalar(sa.select(SynonymLine.id).where(SynonymLine.line == line)) is None:
        session.add(SynonymLine(line=line, added_by=by, added_at=at))
        session.flush()
        _record(session, "synonym_added", line, by, at)


def remove(session: Session, line: SynonymLine, by: StaffMember, at: dt.datetime) -> None:
    """Take a line out."""
    session.delete(line)
    session.flush()
    _record(session, "synonym_removed", line.line, by, at)


def _record(session: Session, act: str, line: str, by: StaffMember, at: dt.datetime) -> None:
    journal.record(session, Act(act, "synonyms", by.post, is_public=False, extra={"line": line}), at)
