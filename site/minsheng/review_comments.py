"""What a reviewer remarks on single fields of a report, and what its author answers. Never public."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.database import Base, Identity
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.reports import ProgressReport, ReportState
from minsheng.staff import StaffMember

LONGEST = 500
WHOLE = ""
"""The field of a remark on the report as a whole."""


class ReviewComment(Base):
    """One remark. ``field`` names a control of the form, empty for the whole report.

    It stands until someone settles it; the author's answer settles it, and a reviewer may take it up again.
    """

    __tablename__ = "review_comment"
    __table_args__ = (
        sa.CheckConstraint("length(text) > 0", name="says_something"),
        sa.CheckConstraint("settled_at IS NULL OR settled_by_id IS NOT NULL", name="settled_by_someone"),
    )

    id: Mapped[Identity]
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(sa.String(40), default=WHOLE)
    text: Mapped[str] = mapped_column(sa.String(LONGEST))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    written_at: Mapped[dt.datetime]
    answer: Mapped[str] = mapped_column(sa.String(LONGEST), default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    settled_at: Mapped[dt.datetime | None]

    report: Mapped[ProgressReport] = relationship()
    author: Mapped[StaffMember] = relationship(foreign_keys=[author_id])
    settled_by: Mapped[StaffMember | None] = relationship(foreign_keys=[settled_by_id])

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.settled_at is None

    def settle(self, answer: str, by: StaffMember, at: dt.datetime) -> None:
        """Answer it or say that it is done. Raises ``WrongStateError`` for one that is settled."""
        if not self.is_open:
            raise WrongStateError("settle", "settled")
        self.answer, self.settled_by, self.settled_at = answer.strip(), by, at

    def take_up(self) -> None:
        """Let it wait for an answer again. Raises ``WrongStateError`` for one that does."""
        if self.is_open:
            raise WrongStateError("take_up", "open")
        self.settled_by, self.settled_by_id, self.settled_at = None, None, None


def remark(
    session: Session, report: ProgressReport, field: str, text: str, by: StaffMember, at: dt.datetime
) -> ReviewComment:
    """Write a remark on a report that waits for a second person.

    Raises ``WrongStateError`` where it does not wait, ``ReasonRequiredError`` for a remark without words.
    """
    if report.state is not ReportState.SUBMITTED:
        raise WrongStateError("remark", report.state)
    if not text.strip():
        raise ReasonRequiredError
    comment = ReviewComment(report=report, field=field, text=text.strip(), author=by, written_at=at)
    session.add(comment)
    return comment


def comments_of(session: Session, report: ProgressReport) -> list[ReviewComment]:
    """Return all remarks on a report in the order they were written."""
    query = sa.select(ReviewComment).where(ReviewComment.report_id == report.id).order_by(ReviewComment.id)
    return list(session.scalars(query))


def open_comments(session: Session, report: ProgressReport) -> list[ReviewComment]:
    """Return the remarks on a report that wait for an answer."""
    return [one for one in comments_of(session, report) if one.is_open]
