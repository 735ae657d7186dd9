"""What members of staff typed and have not saved yet: kept by the server while they type, each person's own.

It is no draft: nobody signs it, nobody else reads it, and saving or discarding the form forgets it. A name of a form is
a subject such as ``report:<slug>:<month>``; a table of many reports keeps each row under the subject of its report, so
that what was typed in one place is there in the other.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity

MOST_FIELDS = 200
LONGEST_VALUE = 20_000
KEPT_DAYS = 60
"""What nobody came back to in two months is forgotten."""
AT_WORK = dt.timedelta(minutes=15)
"""Somebody who typed this short a while ago is probably still there."""


class TypedForm(Base):
    """The controls of one form as one person left them.

    ``fields`` maps names to texts as typed, readable or not. ``version`` is the version of the record the person saw,
    empty for none.
    """

    __tablename__ = "typed_form"
    __table_args__ = (sa.UniqueConstraint("member_id", "subject"),)

    id: Mapped[Identity]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(120), index=True)
    fields: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    version: Mapped[str] = mapped_column(sa.String(20), default="")
    kept_at: Mapped[dt.datetime] = mapped_column(index=True)

    member: Mapped[StaffMember] = relationship()


def report_subject(slug: str, month: str) -> str:
    """Return the name of the form of a project's month."""
    return f"report:{slug}:{month}"


def typed_by(session: Session, member: StaffMember, subject: str) -> TypedForm | None:
    """Return what this person typed into a form and has not saved."""
    query = sa.select(TypedForm).where(TypedForm.member_id == member.id, TypedForm.subject == subject)
    return session.scalar(query)


def typed_by_subject(session: Session, member: StaffMember, subjects: Iterable[str]) -> dict[str, TypedForm]:
    """Return what this person typed into several forms, by subject."""
    query = sa.select(TypedForm).where(TypedForm.member_id == member.id, TypedForm.subject.in_(list(subjects)))
    return {one.subject: one for one in session.scalars(query)}


def keep(
    session: Session, member: StaffMember, subject: str, fields: Mapping[str, str], version: str, at: dt.datetime
) -> TypedForm:
    """Keep what is in a form now; controls that are not given keep what they held.

    Values are cut at 20,000 characters and forms at 200 controls, which is beyond any form of this site.
    """
    typed = typed_by(session, member, subject)
    if typed is None:
        typed = TypedForm(member=member, member_id=member.id, subject=subject, fields={}, kept_at=at)
        session.add(typed)
    given = {name[:80]: value[:LONGEST_VALUE] for name, value in list(fields.items())[:MOST_FIELDS]}
    # A new dictionary: the column does not notice changes inside the old one.
    typed.fields = dict(list({**(typed.fields or {}), **given}.items())[-MOST_FIELDS:])
    typed.version, typed.kept_at = version[:20], at
    return typed


def forget(session: Session, member: StaffMember, subject: str) -> None:
    """Forget what this person typed: it was saved, or they want it gone."""
    session.execute(
        sa.delete(TypedForm)
        .where(TypedForm.member_id == member.id, TypedForm.subject == subject)
        .execution_options(synchronize_session="fetch")
    )


def others_at_work(session: Session, member: StaffMember, subject: str, at: dt.datetime) -> list[TypedForm]:
    """Return what others are typing into the same form just now, the last first."""
    query = (
        sa.select(TypedForm)
        .where(TypedForm.subject == subject, TypedForm.member_id != member.id, TypedForm.kept_at > at - AT_WORK)
        .order_by(TypedForm.kept_at.desc())
    )
    return list(session.scalars(query))


def forget_old(session: Session, at: dt.datetime) -> int:
    """Forget what was left two months ago; return how many forms."""
    gone = session.execute(
        sa.delete(TypedForm)
        .where(TypedForm.kept_at < at - dt.timedelta(days=KEPT_DAYS))
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it
