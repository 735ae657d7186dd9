"""The outbox of the search index: what changed, written in the same transaction as the change."""

import enum

from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.database import Base, enumeration


class RecordKind(enum.StrEnum):
    """Kinds of record that search finds."""

    PROJECT = "project"
    REPORT = "report"
    PROGRAMME = "programme"
    SUGGESTION = "suggestion"
    DIVISION = "division"
    AGENCY = "agency"
    DOCUMENT = "document"
    CONTENT = "content"
    CALL = "call"


class SearchOutbox(Base):
    """One change for the indexer. Rows are trimmed once the index has them."""

    __tablename__ = "search_outbox"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[RecordKind] = mapped_column(enumeration(RecordKind))
    record_id: Mapped[int]


def touch(session: Session, kind: RecordKind, record_id: int) -> None:
    """Tell the indexer that this record changed, appeared or went; it looks at the record itself."""
    session.add(SearchOutbox(kind=kind, record_id=record_id))
