"""What is kept of calls: open attempts, who has which number just now, and counts by interviewer that name nobody."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.opinion.dispositions import Disposition
from minsheng.random_keys import RandomIdentity, WideInteger
from minsheng.records.places import Division
from minsheng.surveying.samples import Sample, SampledPerson

LONGEST_NOTE = 100


class CallAttempt(Base):
    """One attempt to reach a person who has not answered (yet): the week, what came of it, and a short note.

    All attempts of a person go when the interview is complete, so that no interviewer and no week of theirs can be
    laid beside the answers.
    """

    __tablename__ = "call_attempt"

    id: Mapped[RandomIdentity]
    person_id: Mapped[int] = mapped_column(
        WideInteger, sa.ForeignKey("sampled_person.id", ondelete="CASCADE"), index=True
    )
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    disposition: Mapped[Disposition] = mapped_column(enumeration(Disposition))
    week: Mapped[str] = mapped_column(sa.String(8))
    note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE), default="")

    person: Mapped[SampledPerson] = relationship()
    staff_member: Mapped[StaffMember] = relationship()


class CallClaim(Base):
    """The number that an interviewer has on the screen; nobody else gets it until ``until``."""

    __tablename__ = "call_claim"

    person_id: Mapped[int] = mapped_column(
        WideInteger, sa.ForeignKey("sampled_person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), unique=True)
    is_check: Mapped[bool] = mapped_column(default=False)
    until: Mapped[dt.datetime]

    person: Mapped[SampledPerson] = relationship()
    staff_member: Mapped[StaffMember] = relationship()


class CallTally(Base):
    """How many calls of one interviewer in one place ended in one disposition."""

    __tablename__ = "call_tally"
    __table_args__ = (
        sa.UniqueConstraint("sample_id", "division_id", "staff_member_id", "disposition"),
        sa.CheckConstraint("count >= 0", name="not_negative"),
    )

    id: Mapped[Identity]
    sample_id: Mapped[int] = mapped_column(sa.ForeignKey("sample.id", ondelete="RESTRICT"))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    disposition: Mapped[Disposition] = mapped_column(enumeration(Disposition))
    count: Mapped[int] = mapped_column(default=0)

    sample: Mapped[Sample] = relationship()
    division: Mapped[Division] = relationship()
    staff_member: Mapped[StaffMember] = relationship()
