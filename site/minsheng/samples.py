"""Drawn samples: who was drawn from a frame, by which design and seed, with which weight and in which order."""

import datetime as dt
import decimal
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.opinion.dispositions import Disposition
from minsheng.places import Division
from minsheng.random_keys import RandomIdentity, WideInteger
from minsheng.sample_frames import LONGEST_NAME, FrameEntry, SampleFrame
from minsheng.staff import StaffMember
from minsheng.surveys import Channel, Wave


class SampleDesign(enum.StrEnum):
    """How a sample is drawn: at random within each stratum, or first units (villages), then within each unit."""

    STRATIFIED = "stratified"
    TWO_STAGE = "two_stage"


class HalfDay(enum.StrEnum):
    """The part of a day that somebody asked to be called in."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class CodeGiven(enum.StrEnum):
    """How a one-time code went to a person."""

    LETTER = "letter"
    CALL = "call"


class CheckState(enum.StrEnum):
    """What a second call by somebody else found: the interview was held, was not, or nobody could be reached."""

    DRAWN = "drawn"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    NOT_REACHED = "not_reached"


class Sample(Base):
    """One draw from a frame. ``seed`` is the hash of the journal entry that announced it, so nobody could choose it.

    ``announced`` is the sequence of that entry. ``allocation`` lists, by stratum, what was drawn of how many, in plain
    JSON values; see ``sample_drawing``. ``most_attempts`` is how often a number is called at most.
    """

    __tablename__ = "sample"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "number"),
        sa.CheckConstraint("length(seed) = 64", name="seed_length"),
        sa.CheckConstraint("most_attempts > 0", name="may_be_called"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    frame_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_frame.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int]
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    design: Mapped[SampleDesign] = mapped_column(enumeration(SampleDesign))
    announced: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(64))
    allocation: Mapped[list[dict[str, object]]] = mapped_column(sa.JSON, default=list)
    most_attempts: Mapped[int] = mapped_column(default=6)
    converts_refusals: Mapped[bool] = mapped_column(default=False)
    script: Mapped[str] = mapped_column(sa.Text, default="")
    drawn_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    drawn_at: Mapped[dt.datetime]

    wave: Mapped[Wave] = relationship()
    frame: Mapped[SampleFrame] = relationship()
    drawn_by: Mapped[StaffMember] = relationship()

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"sample:{self.wave.slug}:{self.number}"


class SampledPerson(Base):
    """One drawn person, and how far the calls to them are. Nothing here leads to the answers.

    ``turn`` is the place in the random order of the stratum or unit; those with ``is_reserve`` wait in that order.
    ``disposition`` is the last one, final with ``is_done``. Of a person whose interview is complete, neither the
    interviewer nor the week is kept: ``interviewer_seal`` is a keyed digest that only tells the server whether the
    check call would go to the same interviewer.
    """

    __tablename__ = "sampled_person"
    __table_args__ = (
        sa.UniqueConstraint("sample_id", "entry_id"),
        sa.Index("ix_sampled_person_sample_id_is_done", "sample_id", "is_done"),
        sa.CheckConstraint("base_weight > 0", name="counts_for_something"),
        sa.CheckConstraint("(callback_on IS NULL) = (callback_half IS NULL)", name="day_and_half_day"),
    )

    id: Mapped[RandomIdentity]
    sample_id: Mapped[int] = mapped_column(sa.ForeignKey("sample.id", ondelete="RESTRICT"))
    entry_id: Mapped[int] = mapped_column(WideInteger, sa.ForeignKey("frame_entry.id", ondelete="RESTRICT"), index=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    stratum: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    psu: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    base_weight: Mapped[decimal.Decimal] = mapped_column(ExactDecimal())
    turn: Mapped[int]
    is_reserve: Mapped[bool] = mapped_column(default=False)
    is_done: Mapped[bool] = mapped_column(default=False)
    disposition: Mapped[Disposition | None] = mapped_column(enumeration(Disposition))
    attempts: Mapped[int] = mapped_column(default=0)
    callback_on: Mapped[dt.date | None]
    callback_half: Mapped[HalfDay | None] = mapped_column(enumeration(HalfDay))
    code_given: Mapped[CodeGiven | None] = mapped_column(enumeration(CodeGiven))
    interviewer_seal: Mapped[str] = mapped_column(sa.String(64), default="")
    check_state: Mapped[CheckState | None] = mapped_column(enumeration(CheckState))

    sample: Mapped[Sample] = relationship()
    entry: Mapped[FrameEntry] = relationship()
    division: Mapped[Division] = relationship()
