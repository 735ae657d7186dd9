"""What a reviewer remarks on single fields of what waits for a second person, and what its author answers.

Never public.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity
from minsheng.editorial.reviewed import ABOUT_ONE, AboutReviewed, Reviewed, is_about, tie, waits
from minsheng.errors import ReasonRequiredError, WrongStateError

LONGEST = 500
WHOLE = ""
"""The field of a remark on the record as a whole."""


class ReviewComment(AboutReviewed, Base):
    """One remark. ``field`` names a control of the form, empty for the record as a whole.

    It stands until someone settles it; the author's answer settles it, and a reviewer may take it up again.
    """

    __tablename__ = "review_comment"
    __table_args__ = (
        sa.CheckConstraint(ABOUT_ONE, name="about_one"),
        sa.CheckConstraint("length(text) > 0", name="says_something"),
        sa.CheckConstraint("settled_at IS NULL OR settled_by_id IS NOT NULL", name="settled_by_someone"),
    )

    id: Mapped[Identity]
    field: Mapped[str] = mapped_column(sa.String(40), default=WHOLE)
    text: Mapped[str] = mapped_column(sa.String(LONGEST))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    written_at: Mapped[dt.datetime]
    answer: Mapped[str] = mapped_column(sa.String(LONGEST), default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    settled_at: Mapped[dt.datetime | None]

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
    session: Session, reviewed: Reviewed, field: str, text: str, by: StaffMember, at: dt.datetime
) -> ReviewComment:
    """Write a remark on a record that waits for a second person.

    Raises ``WrongStateError`` where it does not wait, ``ReasonRequiredError`` for a remark without words.
    """
    if not waits(reviewed):
        raise WrongStateError("remark", "not_submitted")
    if not text.strip():
        raise ReasonRequiredError
    comment = ReviewComment(field=field, text=text.strip(), author=by, written_at=at)
    tie(comment, reviewed)
    session.add(comment)
    return comment


def comments_of(session: Session, reviewed: Reviewed) -> list[ReviewComment]:
    """Return all remarks on a record in the order they were written."""
    query = sa.select(ReviewComment).where(is_about(ReviewComment, reviewed)).order_by(ReviewComment.id)
    return list(session.scalars(query))


def by_field(session: Session, reviewed: Reviewed) -> dict[str, list[ReviewComment]]:
    """Return all remarks on a record by the control they are about."""
    remarks: dict[str, list[ReviewComment]] = {}
    for one in comments_of(session, reviewed):
        remarks.setdefault(one.field, []).append(one)
    return remarks


def open_comments(session: Session, reviewed: Reviewed) -> list[ReviewComment]:
    """Return the remarks on a record that wait for an answer."""
    return [one for one in comments_of(session, reviewed) if one.is_open]
