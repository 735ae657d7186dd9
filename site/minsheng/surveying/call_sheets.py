"""Calling a drawn sample: the next number for an interviewer, and what came of each call.

A number is with one interviewer at a time. Once somebody has answered, nothing is left beside them that answers could
be laid against: attempts and the claim go, the row changes together with all rows of its stratum, so that not even
their order in the file tells who answered when, and the answers themselves carry the interviewer's code and the week.
"""

import datetime as dt
import enum
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from minsheng import codes, journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework import privacy
from minsheng.clock import LOCAL_ZONE, local_date, local_week
from minsheng.encryption import ContactBox
from minsheng.errors import DomainError, InvalidValuesError, NotAllowedError, NotOpenError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying import invites, surveys
from minsheng.surveying.call_attempts import LONGEST_NOTE, CallAttempt, CallClaim, CallTally
from minsheng.surveying.quality_rules import QualityRule, is_too_fast
from minsheng.surveying.sample_frames import FrameEntry
from minsheng.surveying.samples import CodeGiven, HalfDay, Sample, SampledPerson
from minsheng.surveying.surveys import Channel, Response, Wave

CLAIMED_FOR = dt.timedelta(minutes=45)
FARTHEST_CALLBACK = dt.timedelta(days=30)
NOON, EVENING = 12, 18
"""Hours at which the afternoon and the evening begin."""


class CallResult(enum.StrEnum):
    """How a call ended that brought no answers: the buttons of the call sheet."""

    NO_ANSWER = "no_answer"
    NOT_THERE = "not_there"
    CALL_BACK = "call_back"
    REFUSED = "refused"
    UNABLE = "unable"
    NOT_IN_SERVICE = "not_in_service"
    NOT_PRIVATE = "not_private"
    UNCLEAR = "unclear"


DISPOSITIONS: Mapping[CallResult, Disposition] = MappingProxyType(
    {
        CallResult.NO_ANSWER: Disposition.UNKNOWN_HOUSEHOLD,
        CallResult.NOT_THERE: Disposition.NON_CONTACT,
        CallResult.CALL_BACK: Disposition.NON_CONTACT,
        CallResult.REFUSED: Disposition.REFUSAL,
        CallResult.UNABLE: Disposition.OTHER,
        CallResult.NOT_IN_SERVICE: Disposition.NOT_ELIGIBLE,
        CallResult.NOT_PRIVATE: Disposition.NOT_ELIGIBLE,
        CallResult.UNCLEAR: Disposition.UNKNOWN_OTHER,
    }
)
"""AAPOR's disposition of each; source: Standard Definitions, 10th ed. 2023, telephone."""
FINAL_AT_ONCE = frozenset({Disposition.REFUSAL, Disposition.OTHER, Disposition.NOT_ELIGIBLE})
ANSWERED = frozenset({Disposition.COMPLETE, Disposition.PARTIAL})
_MOST_TELLING = (
    Disposition.COMPLETE,
    Disposition.PARTIAL,
    Disposition.NOT_ELIGIBLE,
    Disposition.REFUSAL,
    Disposition.OTHER,
    Disposition.NON_CONTACT,
    Disposition.UNKNOWN_OTHER,
    Disposition.UNKNOWN_HOUSEHOLD,
)
"""Of several attempts the most telling one stands: who once answered the phone stays known as a household."""
_NEXT_HALF = {HalfDay.MORNING: HalfDay.EVENING, HalfDay.AFTERNOON: HalfDay.MORNING, HalfDay.EVENING: HalfDay.AFTERNOON}


class NothingToCallError(DomainError):
    """No number is left for this interviewer just now."""

    code = "nothing_to_call"


@dataclass(frozen=True)
class CallBack:
    """When somebody is to be called again."""

    day: dt.date
    half: HalfDay


def half_of(at: dt.datetime) -> HalfDay:
    """Return the part of the day that a moment falls in, in China."""
    hour = at.astimezone(LOCAL_ZONE).hour
    return HalfDay.MORNING if hour < NOON else HalfDay.AFTERNOON if hour < EVENING else HalfDay.EVENING


def may_call(member: StaffMember, wave: Wave) -> bool:
    """Whether a member of staff makes calls in a wave's place or in one below it."""
    if not member.may(Permission.MAKE_CALLS):
        return False
    return any(
        grant.division is None or grant.division.covers(wave.division) or wave.division.covers(grant.division)
        for grant in member.grants
    )


def interviewer_code(secret: str, wave: Wave, member: StaffMember) -> str:
    """Return what answers say about who asked: a code for this wave only."""
    return codes.keyed_letters(secret, f"interviewer:{wave.id}", str(member.id), 6)


def claim_of(session: Session, wave: Wave, by: StaffMember, at: dt.datetime) -> CallClaim | None:
    """Return the number that an interviewer has now, or None."""
    claim = session.scalar(
        sa.select(CallClaim)
        .join(CallClaim.person)
        .join(SampledPerson.sample)
        .where(CallClaim.staff_member_id == by.id, CallClaim.until > at, Sample.wave_id == wave.id)
        .options(joinedload(CallClaim.person).joinedload(SampledPerson.sample))
    )
    return claim if claim is not None and (not claim.person.is_done or claim.is_check) else None


def claim_next(session: Session, wave: Wave, by: StaffMember, secret: str, at: dt.datetime) -> CallClaim:
    """Give an interviewer the next number of a wave, or the one they have, and journal that they see it.

    First come those who asked to be called now, then those called least, in an order that is nowhere kept: answers
    lie in PostgreSQL's file as they came, and must not lie as the people were drawn. Raises ``NotOpenError``
    outside the wave's period, ``NothingToCallError`` where no number is left now.
    """
    if not wave.is_open(local_date(at)):
        raise NotOpenError
    held = claim_of(session, wave, by, at)
    if held is not None:
        return held
    # The head of the journal puts all who ask for a number in line, so no number is given twice.
    journal.lock(session)
    session.execute(sa.delete(CallClaim).where(sa.or_(CallClaim.until <= at, CallClaim.staff_member_id == by.id)))
    person = session.scalar(_waiting(wave, _allowed(session, wave, by), at).limit(1))
    if person is None:
        raise NothingToCallError
    return give(session, person, by, secret, at, is_check=False)


def give(
    session: Session, person: SampledPerson, by: StaffMember, secret: str, at: dt.datetime, *, is_check: bool
) -> CallClaim:
    """Put a number on an interviewer's screen, and journal it with a commitment that says nothing about whose it is."""
    claim = CallClaim(person=person, staff_member=by, is_check=is_check, until=at + CLAIMED_FOR)
    session.add(claim)
    shown = f"number_viewed\0{person.id}\0{by.id}\0{at.isoformat()}"
    commitment = hmac.new(secret.encode(), shown.encode(), hashlib.sha256).hexdigest()
    act = Act("number_viewed", person.sample.subject, by.post, is_public=False, extra={"commitment": commitment})
    journal.record(session, act, at)
    return claim


def contact_of(claim: CallClaim, box: ContactBox) -> str:
    """Return the number on an interviewer's screen. Raises ``WrongStateError`` once the frame was erased."""
    entry = claim.person.entry
    if entry.sealed is None:
        raise WrongStateError("view_contact", "erased")
    return entry.frame.box(box).open(entry.sealed, entry.record)


def note_result(
    session: Session,
    claim: CallClaim,
    result: CallResult,
    by: StaffMember,
    at: dt.datetime,
    *,
    call_back: CallBack | None = None,
    note: str = "",
) -> None:
    """Note a call that brought no answers, and let the number go.

    Raises ``InvalidValuesError`` for a note with personal data (``note``: ``personal``) or a day that is past or too
    far (``day``), and ``NotAllowedError`` for somebody else's number.
    """
    person = _own(claim, by)
    _refuse_unfit(result, call_back, note, at)
    sample, attempts = person.sample, person.attempts + 1
    found = DISPOSITIONS[result]
    standing = min((one for one in (person.disposition, found) if one is not None), key=_MOST_TELLING.index)
    converts = found is Disposition.REFUSAL and sample.converts_refusals and person.disposition is not found
    is_done = (found in FINAL_AT_ONCE and not converts) or attempts >= sample.most_attempts
    again = None if is_done else call_back or _later(at, converts=converts)
    session.add(CallAttempt(person=person, staff_member=by, disposition=found, week=local_week(at), note=note.strip()))
    values: dict[str, object] = {"disposition": standing, "attempts": attempts, "is_done": is_done}
    values |= {"callback_on": again.day if again else None, "callback_half": again.half if again else None}
    change(session, person, values)
    count(session, person, by, found)
    session.delete(claim)


def save_answers(  # noqa: PLR0913 - each is a fact of its own about one interview
    session: Session,
    claim: CallClaim,
    typed: Mapping[str, Sequence[str]],
    by: StaffMember,
    at: dt.datetime,
    *,
    secret: str,
    ticket: str,
    is_partial: bool = False,
    seconds: float | None = None,
) -> Response:
    """Keep the answers of an interview, and of the person only that they answered (or broke off, ``is_partial``).

    ``seconds`` is how long typing took from the first answer to the last, as the interviewer's browser says; it counts
    only where it is less than the time since the number was given out, and only as a mark.

    Raises ``InvalidAnswersError`` for answers that do not fit, ``NotOpenError`` outside the wave's period, and
    ``NotAllowedError`` for somebody else's number.
    """
    person = _own(claim, by)
    if claim.is_check or person.is_done:
        raise WrongStateError("answer", "done")
    wave = person.sample.wave
    design = replace(person.design, interviewer=interviewer_code(secret, wave, by), may_lack=is_partial)
    since = (at - (claim.until - CLAIMED_FOR)).total_seconds()
    took = since if seconds is None else min(since, seconds)
    answered = sum(any(value.strip() for value in values) for values in typed.values())
    rule = QualityRule.CALL_TOO_FAST
    response = surveys.respond(
        session,
        wave,
        typed,
        ticket=ticket,
        channel=Channel.PHONE,
        at=at,
        division=person.division,
        design=design,
        flags=[rule.value] if is_too_fast(wave, rule, took, answered) else [],
    )
    disposition = Disposition.PARTIAL if is_partial else Disposition.COMPLETE
    values: dict[str, object] = {"disposition": disposition, "is_done": True, "attempts": 0}
    values |= {"callback_on": None, "callback_half": None, "interviewer_seal": seal_of(secret, person, by)}
    session.execute(sa.delete(CallAttempt).where(CallAttempt.person_id == person.id))
    session.delete(claim)
    change(session, person, values)
    count(session, person, by, disposition)
    return response


def give_code(session: Session, claim: CallClaim, by: StaffMember, secret: str) -> str:
    """Make a one-time code for somebody who would rather answer alone, to be read aloud once; let the number go."""
    person = _own(claim, by)
    if claim.is_check:
        raise WrongStateError("give_code", "done")
    code = invites.code_by_phone(session, person, secret)
    session.execute(sa.delete(CallAttempt).where(CallAttempt.person_id == person.id))
    session.delete(claim)
    change(session, person, {"code_given": CodeGiven.CALL, "callback_on": None, "callback_half": None})
    return code


def release(session: Session, claim: CallClaim, by: StaffMember) -> None:
    """Put a number back without having called it."""
    _own(claim, by)
    session.delete(claim)


def seal_of(secret: str, person: SampledPerson, member: StaffMember) -> str:
    """Return the keyed digest by which the server knows who has interviewed a person, and nobody else does."""
    message = f"interviewed\0{person.id}\0{member.id}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def change(session: Session, person: SampledPerson, values: Mapping[str, object]) -> None:
    """Change one person in a statement that writes all rows of the stratum anew.

    PostgreSQL puts every changed row at the end of its file, marked with its transaction: rows changed one by one
    would lie there in the order of the calls, as the answers do. Written together, all have the same mark, and their
    order stays that of the draw.
    """
    is_this = SampledPerson.id == person.id
    columns = SampledPerson.__table__.c
    session.flush()
    session.execute(
        sa.update(SampledPerson)
        .where(
            SampledPerson.sample_id == person.sample_id,
            SampledPerson.division_id == person.division_id,
            SampledPerson.stratum == person.stratum,
        )
        .values(
            {
                name: sa.case((is_this, sa.literal(value, columns[name].type)), else_=columns[name])
                for name, value in values.items()
            }
        )
        .execution_options(synchronize_session=False)
    )
    session.expire(person)


def count(session: Session, person: SampledPerson, by: StaffMember, disposition: Disposition) -> None:
    """Count a call for its interviewer and place."""
    key = {
        "sample_id": person.sample_id,
        "division_id": person.division_id,
        "staff_member_id": by.id,
        "disposition": disposition,
    }
    tally = session.scalar(sa.select(CallTally).filter_by(**key).with_for_update())
    if tally is None:
        tally = CallTally(**key, count=0)
        session.add(tally)
    tally.count += 1
    session.flush()


def _own(claim: CallClaim, by: StaffMember) -> SampledPerson:
    if claim.staff_member_id != by.id:
        raise NotAllowedError
    return claim.person


def _refuse_unfit(result: CallResult, call_back: CallBack | None, note: str, at: dt.datetime) -> None:
    problems = {}
    today = local_date(at)
    if result is CallResult.CALL_BACK and call_back is None:
        problems["day"] = "missing"
    if call_back is not None and not today <= call_back.day <= today + FARTHEST_CALLBACK:
        problems["day"] = "out_of_range"
    if len(note.strip()) > LONGEST_NOTE:
        problems["note"] = "too_long"
    elif privacy.find_numbers(note) or privacy.likely_names(note) or privacy.likely_addresses(note):
        problems["note"] = "personal"
    if problems:
        raise InvalidValuesError(problems)


def _later(at: dt.datetime, *, converts: bool) -> CallBack:
    """Return when to try again by itself: the next day at another time, a week later after a refusal."""
    return CallBack(local_date(at) + dt.timedelta(days=7 if converts else 1), _NEXT_HALF[half_of(at)])


def _allowed(session: Session, wave: Wave, by: StaffMember) -> list[int]:
    """Return the places of a wave's samples that an interviewer may call."""
    query = sa.select(Division).where(
        Division.id.in_(
            sa.select(SampledPerson.division_id).join(SampledPerson.sample).where(Sample.wave_id == wave.id)
        )
    )
    return [place.id for place in session.scalars(query) if by.may_on(Permission.MAKE_CALLS, place, None)]


def _waiting(wave: Wave, places: Sequence[int], at: dt.datetime) -> sa.Select[SampledPerson]:
    """Return the query of the people of phone samples who may be called now, whoever is to be called being first."""
    today = local_date(at)
    halves = list(HalfDay)[: list(HalfDay).index(half_of(at)) + 1]
    is_due = sa.or_(
        SampledPerson.callback_on < today,
        sa.and_(SampledPerson.callback_on == today, SampledPerson.callback_half.in_(halves)),
    )
    is_free = ~sa.exists().where(CallClaim.person_id == SampledPerson.id)
    has_number = sa.exists().where(FrameEntry.id == SampledPerson.entry_id, FrameEntry.sealed.is_not(None))
    return (
        sa.select(SampledPerson)
        .join(SampledPerson.sample)
        .where(
            Sample.wave_id == wave.id,
            Sample.channel == Channel.PHONE,
            SampledPerson.division_id.in_(places),
            SampledPerson.is_done.is_(False),
            SampledPerson.is_reserve.is_(False),
            SampledPerson.code_given.is_(None),
            is_free,
            has_number,
            sa.or_(SampledPerson.callback_on.is_(None), is_due),
        )
        .order_by(SampledPerson.callback_on.is_(None), SampledPerson.attempts, sa.func.random())
    )
