"""One-time codes: kept as hashes, used once, and counted among those drawn."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.errors import InvalidAnswersError, NotOpenError, WrongStateError
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import invites, samples
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.invites import InvalidCodeError, Invite, Letter
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.samples import DrawOrder, Sample, SampleDesign
from minsheng.surveying.surveys import Channel, new_ticket
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, drawn, frame, surveyor

ANSWERS = {"aware": ["never"]}


@pytest.fixture
def on_paper(session: Session, make: Make) -> Sample:
    """A sample of eight households out of twenty, by address."""
    wave, by = make.wave(), surveyor(make)
    cells = [["地址", "地方"], *([f"示例路{place}号", wave.division.code] for place in range(20))]
    made = frame(session, make, wave, cells, by, Channel.PAPER_SAMPLE)
    order = DrawOrder(SampleDesign.STRATIFIED, {(wave.division_id, ""): Wanted(8)})
    return samples.draw(session, made, order, by, make.at)


def printed(session: Session, sample: Sample, make: Make) -> list[Letter]:
    return invites.letters(session, sample, actor="某办", box=BOX, secret=SECRET, at=make.at)


def counts(session: Session) -> dict[Disposition, int]:
    return {row.disposition: row.count for row in session.scalars(sa.select(DispositionCount))}


def test_letters_name_the_household_and_a_code_that_checks(session: Session, make: Make, on_paper: Sample) -> None:
    letters = printed(session, on_paper, make)
    assert {letter.contact for letter in letters} <= {f"示例路{place}号" for place in range(20)}
    assert all(codes.normalise(letter.code) == letter.code for letter in letters)
    kept = set(session.scalars(sa.select(Invite.code_hash)))
    assert kept == {codes.code_hash(letter.code) for letter in letters}
    assert printed(session, on_paper, make) == []


def test_households_with_a_letter_are_unknown_until_they_answer(session: Session, make: Make, on_paper: Sample) -> None:
    letters = printed(session, on_paper, make)
    assert counts(session) == {Disposition.UNKNOWN_HOUSEHOLD: 8}
    answered = invites.answer(session, on_paper.wave, letters[0].code, ANSWERS, ticket=new_ticket(), at=make.at)
    assert (answered.channel, answered.base_weight) == (Channel.PAPER_SAMPLE, Decimal("2.5"))
    assert counts(session) == {Disposition.UNKNOWN_HOUSEHOLD: 7, Disposition.COMPLETE: 1}


def test_a_code_is_used_up_only_with_answers(session: Session, make: Make, on_paper: Sample) -> None:
    wave, code = on_paper.wave, printed(session, on_paper, make)[0].code
    with pytest.raises(InvalidAnswersError):
        invites.answer(session, wave, code, {}, ticket=new_ticket(), at=make.at)
    assert invites.find(session, wave, code).used_week == ""
    ticket = new_ticket()
    first = invites.answer(session, wave, code, ANSWERS, ticket=ticket, at=make.at)
    assert invites.answer(session, wave, code, ANSWERS, ticket=ticket, at=make.at) is first
    with pytest.raises(InvalidCodeError, match="used"):
        invites.answer(session, wave, code, ANSWERS, ticket=new_ticket(), at=make.at)


def test_every_single_wrong_letter_is_noticed(session: Session, make: Make, on_paper: Sample) -> None:
    code = printed(session, on_paper, make)[0].code
    for place, letter in enumerate(code):
        if letter != "-":
            wrong = codes.ALPHABET[(codes.ALPHABET.index(letter) + 7) % len(codes.ALPHABET)]
            with pytest.raises(InvalidCodeError, match="mistyped"):
                invites.find(session, on_paper.wave, code[:place] + wrong + code[place + 1 :])


def test_after_the_close_nothing_is_printed_or_taken(session: Session, make: Make, on_paper: Sample) -> None:
    code = printed(session, on_paper, make)[0].code
    on_paper.wave.closed_at = make.at
    with pytest.raises(NotOpenError):
        invites.answer(session, on_paper.wave, code, ANSWERS, ticket=new_ticket(), at=make.at)
    with pytest.raises(WrongStateError):
        printed(session, on_paper, make)


def test_reserves_and_those_who_answered_get_no_letter(session: Session, make: Make) -> None:
    sample = drawn(session, make, make.wave(), {"城镇": 20}, {"城镇": Wanted(5, 5)})
    assert len(printed(session, sample, make)) == 5
