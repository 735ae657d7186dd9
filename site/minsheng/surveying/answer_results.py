"""What a row of a table says about somebody drawn: a one-time code, the serial of a printed sheet, what became of them.

A code or a serial tells where the answers stand in the design of the sample. What became of people is counted into the
response rates; answers on sheets that were printed here go to their batch, which counts its own.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_week
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying import call_progress, dispositions, paper_entry, paper_sheets, serials
from minsheng.surveying.dispositions import DispositionStatement
from minsheng.surveying.invites import InvalidCodeError, Invite
from minsheng.surveying.paper_entry import PaperEntry
from minsheng.surveying.paper_sheets import BatchState, PaperBatch, PaperRun
from minsheng.surveying.samples import Sample
from minsheng.surveying.surveys import Channel, Design, Wave
from minsheng.tables.wording import squeezed

DISPOSITIONS: Mapping[str, Disposition] = MappingProxyType(
    {
        "答完": Disposition.COMPLETE,
        "完成": Disposition.COMPLETE,
        "1.1": Disposition.COMPLETE,
        "答了一部分": Disposition.PARTIAL,
        "部分完成": Disposition.PARTIAL,
        "1.2": Disposition.PARTIAL,
        "拒绝": Disposition.REFUSAL,
        "拒访": Disposition.REFUSAL,
        "2.1": Disposition.REFUSAL,
        "没联系上本人": Disposition.NON_CONTACT,
        "未接触": Disposition.NON_CONTACT,
        "2.2": Disposition.NON_CONTACT,
        "不便作答": Disposition.OTHER,
        "2.3": Disposition.OTHER,
        "不知道有没有人": Disposition.UNKNOWN_HOUSEHOLD,
        "3.1": Disposition.UNKNOWN_HOUSEHOLD,
        "说不清": Disposition.UNKNOWN_OTHER,
        "3.2": Disposition.UNKNOWN_OTHER,
        "不在调查范围": Disposition.NOT_ELIGIBLE,
        "不合格": Disposition.NOT_ELIGIBLE,
        "4": Disposition.NOT_ELIGIBLE,
        "4.0": Disposition.NOT_ELIGIBLE,
        **{kind.value: kind for kind in Disposition},
    }
)
"""What may stand for each: words, AAPOR's final disposition codes (10th ed. 2023) to one place, or the English name."""
ANSWERED = frozenset({Disposition.COMPLETE, Disposition.PARTIAL})


@dataclass(frozen=True)
class Origin:
    """What a code (``invite``) or the serial of a printed sheet (``batch`` and ``number``) says of a row."""

    channel: Channel
    division: Division
    design: Design
    invite: Invite | None = None
    batch: PaperBatch | None = None
    number: int = 0

    @property
    def is_entry(self) -> bool:
        """Whether the answers wait in their batch for the second entry."""
        return self.batch is not None and self.batch.run.is_drawn


@dataclass(frozen=True)
class Result:
    """What a row changes besides answers: where it came from, and what became of the person, if it says so."""

    channel: Channel
    division: Division
    origin: Origin | None
    disposition: Disposition | None
    typed: Mapping[str, list[str]]


def read_disposition(text: str) -> Disposition | None:
    """Return what a cell says became of somebody, or None where nobody knows what it says."""
    return DISPOSITIONS.get(squeezed(text).casefold())


def counted_here(session: Session, wave: Wave) -> set[Channel]:
    """Return the drawn channels whose calls, letters or sheets are counted on this site."""
    found = set(session.scalars(sa.select(Sample.channel).where(Sample.wave_id == wave.id)))
    return found | set(session.scalars(sa.select(PaperRun.channel).where(PaperRun.wave_id == wave.id)))


def stated(session: Session, wave: Wave) -> set[tuple[int, Channel]]:
    """Return the places (by identity) and channels of which a contractor stated what became of the people drawn."""
    rows = sa.select(DispositionStatement.division_id, DispositionStatement.channel)
    return {(place, channel) for place, channel in session.execute(rows.where(DispositionStatement.wave_id == wave.id))}


def from_code(session: Session, wave: Wave, typed: str, *, is_known: bool) -> Origin:
    """Return where a one-time code leads. Raises ``InvalidCodeError``; a row that is known has used its code."""
    code = codes.normalise(typed)
    if code is None:
        raise InvalidCodeError("mistyped")
    invite = session.get(Invite, codes.code_hash(code))
    if invite is None:
        raise InvalidCodeError("unknown")
    if invite.wave_id != wave.id:
        raise InvalidCodeError("other_wave")
    if invite.used_week and not is_known:
        raise InvalidCodeError("used")
    design = invite.design
    return Origin(
        invite.channel, invite.division, Design(design.stratum, design.psu, design.base_weight, may_lack=True), invite
    )


def from_serial(session: Session, wave: Wave, channel: Channel | None, typed: str) -> Origin | None:
    """Return the batch that a number on a printed sheet belongs to, None for numbers of others' making."""
    number = serials.number_of(typed) if channel in paper_sheets.PAPER_CHANNELS else None
    batch = paper_sheets.batch_of(session, wave, number) if number is not None else None
    if batch is None or number is None or batch.run.channel is not channel:
        return None
    return Origin(batch.run.channel, batch.division, batch.design, batch=batch, number=number)


def refusal_of(session: Session, origin: Origin) -> str:
    """Return why a printed sheet cannot be entered from a file: ``entered``, ``checking``, ``other_questions``."""
    batch = origin.batch
    if batch is None:
        return ""
    if batch.run.content_hash != batch.run.wave.version.computed_hash():
        return "other_questions"
    if batch.state is not BatchState.ENTERING:
        return "checking"
    return "entered" if paper_entry.entries_of(session, batch, origin.number) else ""


def keep(session: Session, wave: Wave, results: Iterable[Result], by: StaffMember, at: dt.datetime) -> None:
    """Use up codes, put sheets into their batches and count what became of people, in the caller's transaction.

    Raises ``InvalidCodeError`` where a code was used meanwhile, ``EnteredTwiceError`` and ``WrongStateError`` where
    a sheet was entered or its batch went on.
    """
    found = list(results)
    _use_codes(session, [one.origin.invite for one in found if one.origin and one.origin.invite], at)
    change: dict[tuple[Division, Channel], Counter[Disposition]] = {}
    for one in found:
        if one.origin is not None and one.origin.batch is not None:
            _enter(session, one.origin.batch, one, by, at)
        elif one.disposition is not None and not (one.origin and one.channel is Channel.PHONE):
            counts = change.setdefault((one.division, one.channel), Counter())
            counts[one.disposition] += 1
            if one.origin is not None:
                # The letter was counted as without an answer when it went out.
                counts[Disposition.UNKNOWN_HOUSEHOLD] -= 1
    for (division, channel), counts in change.items():
        dispositions.move(session, wave, division, channel, counts)
    if any(one.origin and one.origin.invite and one.channel is Channel.PHONE for one in found):
        call_progress.keep_dispositions(session, wave, Channel.PHONE)


def _use_codes(session: Session, invites: list[Invite], at: dt.datetime) -> None:
    # In the order of their hashes, which has nothing to do with that of the rows.
    for key in sorted(invite.code_hash for invite in invites):
        use = sa.update(Invite).where(Invite.code_hash == key, Invite.used_week == "").values(used_week=local_week(at))
        if session.execute(use).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
            raise InvalidCodeError("used")


def _enter(session: Session, batch: PaperBatch, one: Result, by: StaffMember, at: dt.datetime) -> None:
    origin = one.origin
    if origin is None:
        return
    paper_sheets.lock(session, batch)
    turn = paper_entry.turn_of(session, batch, origin.number, by, at)
    typed = dict(one.typed) if origin.is_entry else {}
    session.add(PaperEntry(batch=batch, attempt=batch.attempt, number=origin.number, turn=turn, clerk=by, typed=typed))
    session.flush()
