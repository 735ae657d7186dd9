"""Calls: who comes next, how often, what stands after several attempts, and what is left of an interview."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.errors import InvalidValuesError, NotAllowedError, NotOpenError, WrongStateError
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import call_checks, call_progress, call_sheets, invites, sample_frames
from minsheng.surveying.call_attempts import CallAttempt, CallClaim, CallTally
from minsheng.surveying.call_sheets import CallBack, CallResult, NothingToCallError
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.samples import CheckState, HalfDay, Sample, SampledPerson
from minsheng.surveying.surveys import Channel, new_ticket
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, drawn, interviewer

ANSWERS = {"aware": ["heard"], "satisfied": ["very_satisfied"]}


@pytest.fixture
def sample(session: Session, make: Make) -> Sample:
    return drawn(session, make, make.wave(), {"城镇": 20}, {"城镇": Wanted(6, 2)})


@pytest.fixture
def caller(make: Make) -> StaffMember:
    return interviewer(make)


@dataclasses.dataclass
class Phone:
    """One interviewer at work."""

    session: Session
    sample: Sample
    by: StaffMember
    at: dt.datetime

    def next(self) -> CallClaim:
        return call_sheets.claim_next(self.session, self.sample.wave, self.by, SECRET, self.at)

    def result(self, result: CallResult, call_back: CallBack | None = None) -> int:
        claim = self.next()
        person_id = claim.person_id
        call_sheets.note_result(self.session, claim, result, self.by, self.at, call_back=call_back)
        return person_id

    def interview(self) -> int:
        claim = self.next()
        person_id = claim.person_id
        call_sheets.save_answers(self.session, claim, ANSWERS, self.by, self.at, secret=SECRET, ticket=new_ticket())
        return person_id


@pytest.fixture
def phone(session: Session, sample: Sample, caller: StaffMember, make: Make) -> Phone:
    return Phone(session, sample, caller, make.at)


def test_everybody_but_reserves_is_called_once(session: Session, phone: Phone) -> None:
    called = [phone.result(CallResult.REFUSED) for _ in range(6)]
    people = {one.id: one for one in session.scalars(sa.select(SampledPerson))}
    assert sorted(people[one].turn for one in called) == [1, 2, 3, 4, 5, 6]
    with pytest.raises(NothingToCallError):
        phone.next()


def test_the_most_telling_disposition_stands(session: Session, phone: Phone, make: Make) -> None:
    first = phone.result(CallResult.NOT_THERE, CallBack(dt.date(2026, 6, 11), HalfDay.MORNING))
    phone.at += dt.timedelta(days=1)
    assert phone.result(CallResult.NO_ANSWER) == first
    person = session.get_one(SampledPerson, first)
    assert (person.disposition, person.attempts, person.is_done) == (Disposition.NON_CONTACT, 2, False)


@pytest.mark.parametrize(
    ("waited", "typed", "is_marked"),
    [(300, 3, True), (300, 30, False), (300, None, False), (5, None, True), (5, 30, True)],
)
def test_a_call_is_too_fast_by_typing_and_never_longer_than_the_number_was_held(
    session: Session, phone: Phone, waited: int, typed: int | None, is_marked: bool
) -> None:
    phone.sample.wave.quality_rules = {"call_too_fast": 4.0}
    claim = phone.next()
    at = phone.at + dt.timedelta(seconds=waited)
    stored = call_sheets.save_answers(
        session, claim, ANSWERS, phone.by, at, secret=SECRET, ticket=new_ticket(), seconds=typed
    )
    assert stored.flags == (["call_too_fast"] if is_marked else [])


def test_without_the_registered_rule_no_call_is_too_fast(session: Session, phone: Phone) -> None:
    claim = phone.next()
    stored = call_sheets.save_answers(
        session, claim, ANSWERS, phone.by, phone.at, secret=SECRET, ticket=new_ticket(), seconds=0
    )
    assert stored.flags == []


def test_after_the_most_attempts_a_number_rests(session: Session, phone: Phone) -> None:
    phone.sample.most_attempts = 2
    first = phone.result(CallResult.NO_ANSWER)
    phone.at += dt.timedelta(days=2)
    assert phone.result(CallResult.NO_ANSWER) == first
    assert session.get_one(SampledPerson, first).is_done


def test_refusals_are_asked_again_only_where_that_was_chosen(session: Session, phone: Phone) -> None:
    assert session.get_one(SampledPerson, phone.result(CallResult.REFUSED)).is_done
    phone.sample.converts_refusals = True
    asked = session.get_one(SampledPerson, phone.result(CallResult.REFUSED))
    assert (asked.is_done, asked.callback_on) == (False, dt.date(2026, 6, 17))
    phone.at += dt.timedelta(days=8)
    assert phone.result(CallResult.REFUSED) == asked.id
    assert asked.is_done


def test_an_interview_leaves_neither_attempts_nor_interviewer(session: Session, phone: Phone) -> None:
    person_id = phone.result(CallResult.NO_ANSWER)
    phone.at += dt.timedelta(days=1, hours=8)
    assert phone.interview() == person_id
    person = session.get_one(SampledPerson, person_id)
    assert session.scalars(sa.select(CallAttempt)).all() == []
    assert session.scalars(sa.select(CallClaim)).all() == []
    assert (person.attempts, person.callback_on, person.disposition) == (0, None, Disposition.COMPLETE)
    assert str(phone.by.id) != person.interviewer_seal
    tallies = {one.disposition: one.count for one in session.scalars(sa.select(CallTally))}
    assert tallies == {Disposition.UNKNOWN_HOUSEHOLD: 1, Disposition.COMPLETE: 1}


def test_only_whoever_has_a_number_may_use_it(session: Session, phone: Phone, make: Make) -> None:
    claim, other = phone.next(), interviewer(make, "访员二")
    with pytest.raises(NotAllowedError):
        call_sheets.note_result(session, claim, CallResult.REFUSED, other, make.at)
    with pytest.raises(NotAllowedError):
        call_sheets.save_answers(session, claim, ANSWERS, other, make.at, secret=SECRET, ticket=new_ticket())
    with pytest.raises(NotAllowedError):
        call_sheets.release(session, claim, other)


def test_no_number_is_given_outside_the_period(session: Session, phone: Phone) -> None:
    phone.at += dt.timedelta(days=60)
    with pytest.raises(NotOpenError):
        phone.next()


def test_no_number_is_left_once_the_frame_is_erased(session: Session, phone: Phone) -> None:
    claim = phone.next()
    assert call_sheets.contact_of(claim, BOX).startswith("1000000")
    sample_frames.erase(session, phone.sample.frame, "", phone.at)
    session.expire_all()
    with pytest.raises(WrongStateError):
        call_sheets.contact_of(claim, BOX)
    call_sheets.release(session, claim, phone.by)
    with pytest.raises(NothingToCallError):
        phone.next()


@pytest.mark.parametrize(
    "note", ["张伟先生下周再打", "打 138 1234 5678", "家在人民路12号3单元402室", "微信号：abc123456"]
)
def test_notes_with_personal_data_are_refused(session: Session, phone: Phone, note: str) -> None:
    with pytest.raises(InvalidValuesError) as refused:
        call_sheets.note_result(session, phone.next(), CallResult.NO_ANSWER, phone.by, phone.at, note=note)
    assert refused.value.problems == {"note": "personal"}


def test_response_rates_come_from_the_sheets(session: Session, phone: Phone) -> None:
    for _ in range(3):
        phone.interview()
    phone.result(CallResult.REFUSED)
    phone.result(CallResult.NOT_IN_SERVICE)
    (place,) = call_progress.by_place(session, phone.sample.wave, Channel.PHONE)
    assert (place.drawn, place.open) == (6, 1)
    assert place.rates.rr1 == pytest.approx(3 / 5)
    assert place.rates.e == pytest.approx(4 / 5)
    assert place.rates.rr3 == pytest.approx(3 / 4.8)


def test_used_codes_count_as_answered_and_unused_ones_do_not(session: Session, phone: Phone) -> None:
    wave = phone.sample.wave
    code = call_sheets.give_code(session, phone.next(), phone.by, SECRET)
    letters = invites.letters(session, phone.sample, actor="某办", box=BOX, secret=SECRET, at=phone.at)
    assert len(letters) == 5
    for one in (code, letters[0].code):
        invites.answer(session, wave, one, ANSWERS, ticket=new_ticket(), at=phone.at)
    (place,) = call_progress.by_place(session, wave, Channel.PHONE)
    assert place.counts[Disposition.COMPLETE] == 2
    assert place.counts[Disposition.UNKNOWN_HOUSEHOLD] == 4
    with pytest.raises(invites.InvalidCodeError, match="used"):
        invites.answer(session, wave, code, ANSWERS, ticket=new_ticket(), at=phone.at)
    with pytest.raises(NothingToCallError):
        phone.next()


def test_a_tenth_is_checked_by_somebody_else(session: Session, phone: Phone, make: Make) -> None:
    for _ in range(6):
        phone.interview()
    lead = make.staff()
    assert call_checks.draw_checks(session, phone.sample, lead, phone.at) == 1
    assert call_checks.draw_checks(session, phone.sample, lead, phone.at) == 0
    with pytest.raises(NothingToCallError):
        call_checks.claim_next_check(session, phone.sample.wave, phone.by, SECRET, phone.at)
    other = interviewer(make, "访员二")
    claim = call_checks.claim_next_check(session, phone.sample.wave, other, SECRET, phone.at)
    call_checks.note_check(session, claim, CheckState.DENIED, other)
    assert call_checks.denied(session, phone.sample, SECRET, [phone.by, other]) == {phone.by.id: 1}
