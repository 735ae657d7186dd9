"""One-time codes for drawn people: a code admits one set of answers, as a part of the sample and not as a person.

Only the code's hash is kept, with the stratum's place, weight and channel. No row says who was given which code, and
none says which answers came by it: the week is all that is noted of its use.
"""

import datetime as dt
import decimal
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from minsheng import codes, journal
from minsheng.clock import local_date, local_week
from minsheng.database import Base, ExactDecimal, enumeration
from minsheng.encryption import ContactBox
from minsheng.errors import DomainError, NotOpenError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying import dispositions, surveys
from minsheng.surveying.paper_sheets import PaperBatch, PaperRun
from minsheng.surveying.sample_frames import LONGEST_NAME
from minsheng.surveying.samples import CodeGiven, Sample, SampledPerson
from minsheng.surveying.surveys import Channel, Design, Response, Wave

PURPOSE = "invite"
MOST_LETTERS = 500
"""Letters that are made at once."""


class InvalidCodeError(DomainError):
    """A code that admits nothing; ``reason`` is ``mistyped``, ``unknown``, ``other_wave`` or ``used``."""

    code = "invalid_code"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Letter:
    """What is printed for one person, once: the code is not kept anywhere."""

    contact: str
    place: str
    code: str


class Invite(Base):
    """A code that was given out. ``used_week`` is empty until it was used."""

    __tablename__ = "invite"
    __table_args__ = (
        sa.CheckConstraint("length(code_hash) = 64", name="hash_length"),
        sa.CheckConstraint("base_weight > 0", name="counts_for_something"),
        # SQLite would keep the order in which codes were made beside any other key.
        {"sqlite_with_rowid": False},
    )

    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"), index=True)
    sample_id: Mapped[int] = mapped_column(sa.ForeignKey("sample.id", ondelete="RESTRICT"), index=True)
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    stratum: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    psu: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    base_weight: Mapped[decimal.Decimal] = mapped_column(ExactDecimal())
    used_week: Mapped[str] = mapped_column(sa.String(8), default="")

    wave: Mapped[Wave] = relationship()
    sample: Mapped[Sample] = relationship()
    division: Mapped[Division] = relationship()

    @property
    def design(self) -> Design:
        """Where answers that come by this code stand in the design of the sample."""
        return Design(self.stratum, self.psu, self.base_weight)


def letters(
    session: Session,
    sample: Sample,
    *,
    actor: str,
    box: ContactBox,
    secret: str,
    at: dt.datetime,
    most: int = MOST_LETTERS,
) -> list[Letter]:
    """Make codes for the drawn people who have neither answered nor a code, and return what is to be printed.

    The codes are kept as hashes and in the order of these, so that nothing leads from a code to a person. Raises
    ``WrongStateError`` once the wave has closed or the frame was erased.
    """
    if sample.wave.has_closed(local_date(at)):
        raise WrongStateError("print", "closed")
    people = session.scalars(
        sa.select(SampledPerson)
        .where(
            SampledPerson.sample_id == sample.id,
            SampledPerson.is_done.is_(False),
            SampledPerson.is_reserve.is_(False),
            SampledPerson.code_given.is_(None),
        )
        .options(joinedload(SampledPerson.entry), joinedload(SampledPerson.division))
        .order_by(SampledPerson.division_id, SampledPerson.stratum, SampledPerson.psu, SampledPerson.turn)
        .limit(most)
    ).all()
    inner = sample.frame.box(box)
    made = [(person, new_code(secret)) for person in people]
    rows = sorted((_row(person, code) for person, code in made), key=lambda row: str(row["code_hash"]))
    if rows:
        session.execute(sa.insert(Invite), rows)
        session.execute(
            sa.update(SampledPerson)
            .where(SampledPerson.id.in_([person.id for person in people]))
            .values(code_given=CodeGiven.LETTER)
        )
        _count_letters(session, sample, people)
        extra = {"count": len(rows)}
        journal.record(session, Act("codes_printed", sample.subject, actor, is_public=False, extra=extra), at)
    return [
        Letter(inner.open(person.entry.sealed or b"", person.entry.record), person.division.name, code)
        for person, code in made
    ]


def _count_letters(session: Session, sample: Sample, people: Sequence[SampledPerson]) -> None:
    """Count the households that get a letter as unknown until they answer, where no printed sheets count them."""
    if sample.channel is not Channel.PAPER_SAMPLE:
        return
    for place, number in Counter(person.division for person in people).items():
        printed = sa.select(PaperBatch.id).join(PaperBatch.run)
        of_place = printed.where(
            PaperRun.wave_id == sample.wave_id,
            PaperRun.channel == sample.channel,
            PaperBatch.division_id == place.id,
        )
        if session.scalar(of_place.limit(1)) is None:
            unknown = {Disposition.UNKNOWN_HOUSEHOLD: number}
            dispositions.move(session, sample.wave, place, sample.channel, unknown)


def code_by_phone(session: Session, person: SampledPerson, secret: str) -> str:
    """Make a code to be read aloud to somebody who would rather answer alone; the caller marks the person."""
    if person.is_done or person.code_given is not None:
        raise WrongStateError("give_code", "done")
    code = new_code(secret)
    session.execute(sa.insert(Invite), [_row(person, code)])
    return code


def new_code(secret: str) -> str:
    """Return a fresh code with a check character, as ``XXXX-XXXX-XXXX``."""
    return codes.tracking_code(secret, PURPOSE, secrets.token_hex(16))


def find(session: Session, wave: Wave, typed: str) -> Invite:
    """Return what a typed code admits to. Raises ``InvalidCodeError`` where it admits nothing here."""
    code = codes.normalise(typed)
    if code is None:
        raise InvalidCodeError("mistyped")
    invite = session.get(Invite, codes.code_hash(code))
    if invite is None:
        raise InvalidCodeError("unknown")
    if invite.wave_id != wave.id:
        raise InvalidCodeError("other_wave")
    if invite.used_week:
        raise InvalidCodeError("used")
    return invite


def answer(
    session: Session,
    wave: Wave,
    typed_code: str,
    typed: Mapping[str, Sequence[str]],
    *,
    ticket: str,
    at: dt.datetime,
    flags: Sequence[str] = (),
) -> Response:
    """Keep the answers that came with a code, and use the code up; both or neither. ``flags`` are those of ``respond``.

    The same form sent twice gives the answers it gave. Raises ``InvalidCodeError``, ``NotOpenError`` and
    ``InvalidAnswersError``.
    """
    known = session.scalar(sa.select(Response).where(Response.wave_id == wave.id, Response.ticket == ticket))
    if known is not None:
        return known
    if not wave.is_open(local_date(at)):
        raise NotOpenError
    invite = find(session, wave, typed_code)
    response = surveys.respond(
        session,
        wave,
        typed,
        ticket=ticket,
        channel=invite.channel,
        at=at,
        division=invite.division,
        design=invite.design,
        flags=flags,
    )
    used = session.execute(
        sa.update(Invite)
        .where(Invite.code_hash == invite.code_hash, Invite.used_week == "")
        .values(used_week=local_week(at))
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise InvalidCodeError("used")
    if invite.channel is Channel.PAPER_SAMPLE:
        # Calls count anew what became of everybody; on paper one letter less is without an answer.
        change = {Disposition.COMPLETE: 1, Disposition.UNKNOWN_HOUSEHOLD: -1}
        dispositions.move(session, wave, invite.division, invite.channel, change)
    return response


def are_out(session: Session, wave: Wave) -> bool:
    """Return whether any codes were given out for a wave."""
    return session.scalar(sa.select(Invite.code_hash).where(Invite.wave_id == wave.id).limit(1)) is not None


def _row(person: SampledPerson, code: str) -> dict[str, object]:
    return {
        "code_hash": codes.code_hash(code),
        "wave_id": person.sample.wave_id,
        "sample_id": person.sample_id,
        "channel": person.sample.channel,
        "division_id": person.division_id,
        "stratum": person.stratum,
        "psu": person.psu,
        "base_weight": person.base_weight,
    }
