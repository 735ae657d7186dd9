"""Calls by somebody else to a tenth of those who answered: was the interview really held?

Which tenth is drawn from the hash of a journal entry. Who had interviewed is not kept; a keyed digest only lets the
server keep the number away from the same interviewer.
"""

import datetime as dt
import math

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import call_sheets
from minsheng.surveying.call_attempts import CallClaim
from minsheng.surveying.call_sheets import NothingToCallError
from minsheng.surveying.sample_drawing import in_random_order
from minsheng.surveying.samples import CheckState, Sample, SampledPerson
from minsheng.surveying.surveys import Wave

SHARE = 0.1


def draw_checks(session: Session, sample: Sample, by: StaffMember, at: dt.datetime) -> int:
    """Draw for a check call so many of those who answered that it is a tenth of them; return how many more."""
    answered = session.scalars(
        sa.select(SampledPerson).where(
            SampledPerson.sample_id == sample.id, SampledPerson.disposition == Disposition.COMPLETE
        )
    ).all()
    drawn = sum(person.check_state is not None for person in answered)
    more = math.ceil(SHARE * len(answered)) - drawn
    if more <= 0:
        return 0
    extra = {"answered": len(answered), "more": more}
    act = Act("call_checks_drawn", sample.subject, by.post, is_public=False, extra=extra)
    seed = journal.record(session, act, at).hash
    people = {person.id: person for person in answered if person.check_state is None}
    for identity in in_random_order(seed, "checks", people)[:more]:
        call_sheets.change(session, people[identity], {"check_state": CheckState.DRAWN})
    return more


def claim_next_check(session: Session, wave: Wave, by: StaffMember, secret: str, at: dt.datetime) -> CallClaim:
    """Give the next number to be checked to somebody who did not interview there.

    Raises ``NothingToCallError`` where there is none for this interviewer.
    """
    held = call_sheets.claim_of(session, wave, by, at)
    if held is not None:
        return held
    journal.lock(session)
    session.execute(sa.delete(CallClaim).where(sa.or_(CallClaim.until <= at, CallClaim.staff_member_id == by.id)))
    query = (
        sa.select(SampledPerson)
        .join(SampledPerson.sample)
        .where(
            Sample.wave_id == wave.id,
            SampledPerson.check_state == CheckState.DRAWN,
            ~sa.exists().where(CallClaim.person_id == SampledPerson.id),
        )
        .order_by(SampledPerson.id)
    )
    for person in session.scalars(query):
        is_own = call_sheets.seal_of(secret, person, by) == person.interviewer_seal
        if not is_own and by.may_on(Permission.MAKE_CALLS, person.division, None):
            return call_sheets.give(session, person, by, secret, at, is_check=True)
    raise NothingToCallError


def note_check(session: Session, claim: CallClaim, found: CheckState, by: StaffMember) -> None:
    """Note what a check call found. Raises ``NotAllowedError`` for somebody else's number."""
    if claim.staff_member_id != by.id:
        raise NotAllowedError
    if not claim.is_check or found is CheckState.DRAWN:
        raise WrongStateError("check", "not_drawn")
    person = claim.person
    session.delete(claim)
    call_sheets.change(session, person, {"check_state": found})


def denied(session: Session, sample: Sample, secret: str, interviewers: list[StaffMember]) -> dict[int, int]:
    """Return how many check calls found that no interview was held, by the identity of who had noted one."""
    found: dict[int, int] = {}
    query = sa.select(SampledPerson).where(
        SampledPerson.sample_id == sample.id, SampledPerson.check_state == CheckState.DENIED
    )
    for person in session.scalars(query):
        for member in interviewers:
            if call_sheets.seal_of(secret, person, member) == person.interviewer_seal:
                found[member.id] = found.get(member.id, 0) + 1
    return found
