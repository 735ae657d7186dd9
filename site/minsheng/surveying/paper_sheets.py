"""Printed questionnaires: runs of sheets with serials, in batches that stand for a part of the sample, never a person.

A serial says to which batch a sheet belongs, and so its place, stratum and weight. Nothing says who was given it.
"""

import datetime as dt
import decimal
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.errors import InvalidValuesError, ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying import dispositions, serials
from minsheng.surveying.samples import Sample, SampledPerson
from minsheng.surveying.surveys import Channel, Design, Wave

PAPER_CHANNELS = (Channel.PAPER_SAMPLE, Channel.PAPER_WALK_IN)
MOST_SHEETS = 2_000
"""Sheets of one batch: more are more than one person keeps apart."""
MOST_BATCHES = 200
DEFAULT_MOST_ERRORS = Decimal(1)
"""Percent of the fields entered twice that may differ from the sheet before a batch is entered anew."""
HUNDRED = Decimal(100)


class BatchState(enum.StrEnum):
    """``entering`` takes first entries, ``checking`` the blind second ones; ``counted`` has become answers."""

    ENTERING = "entering"
    CHECKING = "checking"
    COUNTED = "counted"


class PaperRun(Base):
    """One printing of a wave's questionnaire for one channel, in one language.

    ``content_hash`` is that of the version printed. ``most_errors`` is the registered threshold in percent. ``why``
    says why places and counts were named by hand; empty where they come from the wave's drawn sample.
    """

    __tablename__ = "paper_run"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "number"),
        sa.CheckConstraint("channel IN ('paper_sample', 'paper_walk_in')", name="on_paper"),
        sa.CheckConstraint("length(content_hash) = 64", name="hash_length"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    number: Mapped[int]
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    language: Mapped[str] = mapped_column(sa.String(8))
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    most_errors: Mapped[decimal.Decimal] = mapped_column(ExactDecimal())
    why: Mapped[str] = mapped_column(sa.String(500), default="")
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    made_at: Mapped[dt.datetime]

    wave: Mapped[Wave] = relationship()
    made_by: Mapped[StaffMember] = relationship()
    batches: Mapped[list["PaperBatch"]] = relationship(back_populates="run", order_by="PaperBatch.first_number")

    @property
    def is_drawn(self) -> bool:
        """Whether its sheets go to a drawn sample, and are entered twice in part."""
        return self.channel is Channel.PAPER_SAMPLE

    @property
    def sheet_count(self) -> int:
        """How many sheets it has."""
        return sum(batch.sheet_count for batch in self.batches)


class PaperBatch(Base):
    """Sheets with consecutive numbers for one part of the sample.

    ``psu`` is the sampling unit, for walk-in sheets the place where they lie. ``attempt`` counts how often the batch
    is entered from the start. ``seed`` is the hash of the journal entry that closed the first entry, ``drawn`` the
    numbers of the sheets that it chose for the second. ``lost`` counts, by disposition, sheets that brought no answers.
    """

    __tablename__ = "paper_batch"
    __table_args__ = (
        sa.CheckConstraint("sheet_count > 0", name="has_sheets"),
        sa.CheckConstraint("base_weight > 0", name="counts_for_something"),
    )

    id: Mapped[Identity]
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("paper_run.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    stratum: Mapped[str] = mapped_column(sa.String(40), default="")
    psu: Mapped[str] = mapped_column(sa.String(40), default="")
    base_weight: Mapped[decimal.Decimal] = mapped_column(ExactDecimal(), default=Decimal(1))
    first_number: Mapped[int] = mapped_column(unique=True)
    sheet_count: Mapped[int]
    state: Mapped[BatchState] = mapped_column(enumeration(BatchState), default=BatchState.ENTERING)
    attempt: Mapped[int] = mapped_column(default=1)
    seed: Mapped[str] = mapped_column(sa.String(64), default="")
    drawn: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    lost: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)

    run: Mapped[PaperRun] = relationship(back_populates="batches")
    division: Mapped[Division] = relationship()
    scans: Mapped[list["PaperScan"]] = relationship(back_populates="batch", order_by="PaperScan.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def numbers(self) -> range:
        """The numbers of its sheets."""
        return range(self.first_number, self.first_number + self.sheet_count)

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"paper:{self.run.wave.slug}:{self.name}"

    @property
    def design(self) -> Design:
        """Where the answers of its sheets stand in the design of the sample; walk-in ones stand nowhere."""
        if not self.run.is_drawn:
            return Design(batch=self.name, may_lack=True)
        return Design(self.stratum, self.psu, self.base_weight, self.name, may_lack=True)


class PaperScan(Base):
    """The SHA-256 of a scanned batch, as evidence: the scan itself, people's handwriting, is not kept."""

    __tablename__ = "paper_scan"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "digest"),
        sa.CheckConstraint("length(digest) = 64", name="digest_length"),
    )

    id: Mapped[Identity]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("paper_batch.id", ondelete="RESTRICT"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    file_name: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    added_at: Mapped[dt.datetime]

    batch: Mapped[PaperBatch] = relationship(back_populates="scans")
    added_by: Mapped[StaffMember] = relationship()


@dataclass(frozen=True)
class PlannedBatch:
    """A batch to be printed: ``base_weight`` is how many people of the frame one drawn person stands for."""

    division: Division
    sheet_count: int
    stratum: str = ""
    psu: str = ""
    base_weight: Decimal = Decimal(1)


@dataclass(frozen=True)
class PlannedRun:
    """What is to be printed; ``why`` is needed where no drawn sample says how many sheets go where."""

    channel: Channel
    language: str
    batches: Sequence[PlannedBatch]
    most_errors: Decimal = DEFAULT_MOST_ERRORS
    why: str = ""
    is_from_sample: bool = False


def make_run(session: Session, wave: Wave, planned: PlannedRun, by: StaffMember, at: dt.datetime) -> PaperRun:
    """Give out serials for a printing, journal it, and freeze the questions that go to the printer.

    Raises ``WrongStateError`` for a wave that has closed, ``ReasonRequiredError`` where counts are named by hand
    without saying why, and ``InvalidValuesError`` for batches that cannot be printed.
    """
    if wave.has_closed(local_date(at)):
        raise WrongStateError("print", "closed")
    if planned.channel is Channel.PAPER_SAMPLE and not planned.is_from_sample and not planned.why.strip():
        raise ReasonRequiredError
    _refuse_unfit(wave, planned)
    # Locks the head of the journal before counting, so that no two runs give out the same numbers.
    journal.lock(session)
    wave.version.freeze(at)
    last = session.scalar(sa.select(sa.func.max(PaperRun.number)).where(PaperRun.wave_id == wave.id)) or 0
    run = PaperRun(
        wave=wave,
        number=last + 1,
        channel=planned.channel,
        language=planned.language,
        content_hash=wave.version.computed_hash(),
        most_errors=planned.most_errors,
        why=planned.why.strip(),
        made_by=by,
        made_at=at,
    )
    run.batches = _batches(session, run, planned.batches)
    session.add(run)
    session.flush()
    if run.is_drawn:
        # Until a batch is counted nobody knows what became of its sheets, and the response rates say so.
        for batch in run.batches:
            unknown = {Disposition.UNKNOWN_HOUSEHOLD: batch.sheet_count}
            dispositions.move(session, wave, batch.division, run.channel, unknown)
    extra = {
        "channel": run.channel.value,
        "content_hash": run.content_hash,
        "most_errors": str(run.most_errors),
        "batches": [
            [one.name, one.division.code, one.stratum, one.psu, str(one.base_weight), one.first_number, one.sheet_count]
            for one in run.batches
        ],
    }
    subject = f"paper:{wave.slug}:{run.number}"
    journal.record(session, Act("paper_run_made", subject, by.post, is_public=False, reason=run.why, extra=extra), at)
    return run


def planned_from(session: Session, sample: Sample) -> list[PlannedBatch]:
    """Return the batches that a drawn sample asks for: one for each place, stratum, sampling unit and weight."""
    parts = (
        SampledPerson.division_id,
        SampledPerson.stratum,
        SampledPerson.psu,
        SampledPerson.base_weight,
    )
    rows = session.execute(
        sa.select(*parts, sa.func.count())
        .where(SampledPerson.sample_id == sample.id, SampledPerson.is_reserve.is_(False))
        .group_by(*parts)
        .order_by(*parts)
    ).all()
    places = {
        one.id: one for one in session.scalars(sa.select(Division).where(Division.id.in_({row[0] for row in rows})))
    }
    return [PlannedBatch(places[place], count, stratum, psu, weight) for place, stratum, psu, weight, count in rows]


def runs_of(session: Session, wave: Wave) -> list[PaperRun]:
    """Return the printings of a wave, the newest first."""
    query = sa.select(PaperRun).where(PaperRun.wave_id == wave.id).order_by(PaperRun.id.desc())
    batches = selectinload(PaperRun.batches).joinedload(PaperBatch.division)
    return list(session.scalars(query.options(batches, joinedload(PaperRun.made_by))))


def waves_to_enter(session: Session, today: dt.date) -> list[Wave]:
    """Return the open waves of which something was printed, the first to close first."""
    printed = sa.select(PaperRun.wave_id)
    waves = session.scalars(sa.select(Wave).where(Wave.id.in_(printed)).order_by(Wave.closes_on, Wave.id))
    return [wave for wave in waves if wave.is_open(today)]


def lock(session: Session, batch: PaperBatch) -> None:
    """Have whoever else works on a batch wait until this transaction ends, and read how it stands now."""
    session.flush()
    session.refresh(batch, with_for_update=True)


def batch_of(session: Session, wave: Wave, number: int) -> PaperBatch | None:
    """Return the batch of this wave that a sheet's number belongs to, or None."""
    query = (
        sa.select(PaperBatch)
        .join(PaperBatch.run)
        .where(PaperRun.wave_id == wave.id, PaperBatch.first_number <= number)
        .order_by(PaperBatch.first_number.desc())
        .limit(1)
    )
    batch = session.scalar(query)
    return batch if batch is not None and number in batch.numbers else None


def _batches(session: Session, run: PaperRun, planned: Sequence[PlannedBatch]) -> list[PaperBatch]:
    """Return the batches with numbers that no sheet of this installation had before."""
    taken = session.scalar(sa.select(sa.func.max(PaperBatch.first_number + PaperBatch.sheet_count)))
    number = taken or serials.FIRST_NUMBER
    made = []
    for place, one in enumerate(planned, start=1):
        batch = PaperBatch(
            name=f"P{run.number}-{place}",
            division=one.division,
            stratum=one.stratum.strip(),
            psu=one.psu.strip(),
            base_weight=one.base_weight,
            first_number=number,
            sheet_count=one.sheet_count,
        )
        number += one.sheet_count
        made.append(batch)
    return made


def _refuse_unfit(wave: Wave, planned: PlannedRun) -> None:
    problems = {}
    if planned.channel not in PAPER_CHANNELS or planned.channel.value not in wave.channels:
        problems["channel"] = "not_on_paper"
    if not 0 < len(planned.batches) <= MOST_BATCHES:
        problems["batches"] = "none" if not planned.batches else "too_many"
    if not 0 < planned.most_errors < HUNDRED:
        problems["most_errors"] = "out_of_range"
    for place, one in enumerate(planned.batches):
        if not wave.division.covers(one.division):
            problems[f"batches-{place}-division"] = "elsewhere"
        if not 0 < one.sheet_count <= MOST_SHEETS:
            problems[f"batches-{place}-sheet_count"] = "out_of_range"
        if one.base_weight <= 0:
            problems[f"batches-{place}-base_weight"] = "out_of_range"
    if problems:
        raise InvalidValuesError(problems)
