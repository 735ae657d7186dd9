"""Drawn samples: who was drawn from a frame, by which design and seed, with which weight and in which order.

A draw is announced in the journal with everything that was asked for; the hash of that entry, which nobody knows
before, is the seed. A frame is drawn from once, so that nobody draws until they like the sample.
"""

import datetime as dt
import decimal
import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.random_keys import RandomIdentity, WideInteger, random_key
from minsheng.records.places import Division
from minsheng.surveying import sample_drawing
from minsheng.surveying.sample_drawing import CannotDrawError, Part, Wanted
from minsheng.surveying.sample_frames import LONGEST_NAME, FrameEntry, SampleFrame
from minsheng.surveying.surveys import Channel, Design, Wave

DEFAULT_ATTEMPTS = 6
MOST_ATTEMPTS = 20
LONGEST_SCRIPT = 2000
LEAST_PER_UNIT = 5
"""People drawn from one sampling unit at least: fewer could be told apart by their unit's weight."""
COUNTY_DIGITS = 6
"""Digits of the code of a county, city or province: places that are compared as a whole."""
StratumKey = tuple[int, str]
"""Identity of the place, and name of the stratum there."""


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

    @property
    def design(self) -> Design:
        """Where answers of this part of the sample stand; the same for everybody of the part."""
        return Design(self.stratum, self.psu, self.base_weight)


@dataclass(frozen=True)
class DrawOrder:
    """What is asked of a draw: how many of each stratum, and how they are to be called."""

    design: SampleDesign
    wanted: Mapping[StratumKey, Wanted]
    most_attempts: int = DEFAULT_ATTEMPTS
    converts_refusals: bool = False
    script: str = ""


def strata_of(session: Session, frame: SampleFrame) -> dict[StratumKey, dict[str, list[int]]]:
    """Return the identities of a frame's entries by stratum and sampling unit."""
    columns = (FrameEntry.division_id, FrameEntry.stratum, FrameEntry.psu, FrameEntry.id)
    found: dict[StratumKey, dict[str, list[int]]] = {}
    for division_id, stratum, psu, identity in session.execute(
        sa.select(*columns).where(FrameEntry.frame_id == frame.id).order_by(FrameEntry.id)
    ):
        found.setdefault((division_id, stratum), {}).setdefault(psu, []).append(identity)
    return found


def draw(session: Session, frame: SampleFrame, order: DrawOrder, by: StaffMember, at: dt.datetime) -> Sample:
    """Announce a draw, draw with the seed that the announcement gives, and journal what was drawn.

    Raises ``WrongStateError`` for a frame that is not confirmed, was erased or drawn from before, or whose wave has
    closed, and ``InvalidValuesError`` with ``size-PLACE-STRATUM`` for sizes that do not fit.
    """
    _refuse_unready(session, frame, at)
    strata = strata_of(session, frame)
    codes = dict(
        session.execute(sa.select(Division.id, Division.code).where(Division.id.in_({k[0] for k in strata}))).all()
    )
    _refuse_unfit(order, strata, codes)
    wave = frame.wave
    journal.lock(session)
    last = session.scalar(sa.select(sa.func.max(Sample.number)).where(Sample.wave_id == wave.id)) or 0
    subject = f"sample:{wave.slug}:{last + 1}"
    asked = [
        [codes[place], stratum, wanted.size, wanted.reserve, wanted.units]
        for (place, stratum), wanted in sorted(order.wanted.items(), key=lambda one: (codes[one[0][0]], one[0][1]))
    ]
    extra = {"frame": frame.subject, "design": order.design.value, "asked": asked}
    announced = journal.record(session, Act("sample_announced", subject, by.post, is_public=False, extra=extra), at)
    sample = Sample(
        wave=wave,
        frame=frame,
        number=last + 1,
        channel=frame.channel,
        design=order.design,
        announced=announced.sequence,
        seed=announced.hash,
        most_attempts=order.most_attempts,
        converts_refusals=order.converts_refusals,
        script=order.script.strip(),
        drawn_by=by,
        drawn_at=at,
    )
    session.add(sample)
    session.flush()
    drawn = _drawn_rows(sample, order, strata, codes)
    session.execute(sa.insert(SampledPerson), drawn)
    result = {"drawn": len(drawn), "digest": _digest(drawn), "allocation": sample.allocation}
    journal.record(session, Act("sample_drawn", sample.subject, by.post, is_public=False, extra=result), at)
    return sample


def samples_of(session: Session, wave: Wave) -> list[Sample]:
    """Return the samples of a wave, the newest first."""
    return list(session.scalars(sa.select(Sample).where(Sample.wave_id == wave.id).order_by(Sample.number.desc())))


def sample_of(session: Session, wave: Wave, number: int) -> Sample | None:
    """Return one sample of a wave by its number, or None."""
    return session.scalar(sa.select(Sample).where(Sample.wave_id == wave.id, Sample.number == number))


def _refuse_unready(session: Session, frame: SampleFrame, at: dt.datetime) -> None:
    if frame.wave.has_closed(local_date(at)):
        raise WrongStateError("draw", "closed")
    if frame.confirmed_at is None or frame.erased_at is not None:
        raise WrongStateError("draw", "not_confirmed")
    if session.scalar(sa.select(Sample.id).where(Sample.frame_id == frame.id)) is not None:
        raise WrongStateError("draw", "drawn")


def stratum_name(code: str, stratum: str) -> str:
    """Return what a stratum is called among all of a wave: those of townships and villages begin with the code."""
    return f"{code}/{stratum}" if len(code) > COUNTY_DIGITS else stratum


def field_name(code: str, stratum: str) -> str:
    """Return the name under which the wish for one stratum is typed and its problems are told."""
    return f"size-{code}-{stratum}"


def _refuse_unfit(
    order: DrawOrder, strata: Mapping[StratumKey, Mapping[str, list[int]]], codes: Mapping[int, str]
) -> None:
    problems: dict[str, str] = {}
    if not order.wanted:
        problems["wanted"] = "none"
    if not 0 < order.most_attempts <= MOST_ATTEMPTS:
        problems["most_attempts"] = "out_of_range"
    if len(order.script) > LONGEST_SCRIPT:
        problems["script"] = "too_long"
    for key, wanted in order.wanted.items():
        units = strata.get(key)
        if units is None:
            problems["wanted"] = "unknown_stratum"
        elif reason := _unfit(order.design, wanted, units):
            problems[field_name(codes[key[0]], key[1])] = reason
    if problems:
        raise InvalidValuesError(problems)


def _unfit(design: SampleDesign, wanted: Wanted, units: Mapping[str, list[int]]) -> str:
    """Return why so many cannot be drawn from a stratum, or an empty text."""
    if (design is SampleDesign.TWO_STAGE) != (wanted.units > 0):
        return "units"
    if design is SampleDesign.TWO_STAGE:
        if wanted.units > len(units) or "" in units:
            return "units"
        if (
            wanted.size < LEAST_PER_UNIT * wanted.units
            or min(len(members) for members in units.values()) < LEAST_PER_UNIT
        ):
            return "unit_size"
    return "" if 0 < wanted.size <= sum(len(members) for members in units.values()) else "size"


def _drawn_rows(
    sample: Sample,
    order: DrawOrder,
    strata: Mapping[StratumKey, Mapping[str, list[int]]],
    codes: Mapping[int, str],
) -> list[dict[str, object]]:
    """Draw every stratum, note the allocation on the sample, and return the rows of the people drawn."""
    rows: list[dict[str, object]] = []
    allocation: list[dict[str, object]] = []
    for key in sorted(order.wanted, key=lambda one: (codes[one[0]], one[1])):
        place, stratum = key
        try:
            drawn, parts = sample_drawing.draw(sample.seed, f"{codes[place]}/{stratum}", strata[key], order.wanted[key])
        except CannotDrawError as error:
            raise InvalidValuesError({field_name(codes[place], stratum): error.reason}) from error
        allocation.extend(_allocated(codes[place], stratum, part) for part in parts)
        rows.extend(
            {
                "id": random_key(),
                "sample_id": sample.id,
                "entry_id": one.identity,
                "division_id": place,
                "stratum": stratum_name(codes[place], stratum),
                "psu": one.unit if sample.design is SampleDesign.TWO_STAGE else "",
                "base_weight": sample_drawing.stored(one.weight),
                "turn": one.turn,
                "is_reserve": one.is_reserve,
            }
            for one in drawn
        )
    sample.allocation = allocation
    return rows


def _allocated(code: str, stratum: str, part: Part) -> dict[str, object]:
    return {
        "place": code,
        "stratum": stratum_name(code, stratum),
        "psu": part.unit,
        "of": part.total,
        "drawn": part.drawn,
        "reserve": part.reserve,
        "released": 0,
        "units": part.units,
        "units_of": part.units_total,
        "weight": str(sample_drawing.stored(part.weight)),
    }


def _digest(rows: list[dict[str, object]]) -> str:
    """Return the SHA-256 of who was drawn in which order: whoever swaps people later is noticed."""
    lines = sorted(f"{row['entry_id']}/{row['turn']}/{row['base_weight']}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
