"""Two people sign what is made public: nobody who wrote any of it is the second."""

import datetime as dt

import pytest

from minsheng.accounts.staff import StaffMember
from minsheng.editorial.signatures import SignatureState
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError
from minsheng.oversight.summonses import SummonsList

AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)


def person(number: int) -> StaffMember:
    return StaffMember(id=number, username=f"p{number}", post=f"岗位{number}", is_active=True)


@pytest.fixture
def written_by_two() -> SummonsList:
    """A list that one began and another finished and handed in."""
    record = SummonsList(state=SignatureState.DRAFT, writer_ids=[], one_person=False)
    record.write_as(person(1))
    record.write_as(person(2))
    # The database fills in the key of whoever is set as author.
    record.author_id = 2
    record.submit(AT)
    return record


@pytest.mark.parametrize("number", [1, 2])
def test_none_of_those_who_wrote_it_publishes_it(written_by_two: SummonsList, number: int) -> None:
    with pytest.raises(OwnWorkError):
        written_by_two.sign(person(number), AT, one_person_mode=False)
    assert written_by_two.state is SignatureState.SUBMITTED
    written_by_two.sign(person(3), AT, one_person_mode=False)
    assert written_by_two.is_published
    assert not written_by_two.one_person


def test_where_one_person_may_do_both_the_record_says_so(written_by_two: SummonsList) -> None:
    written_by_two.sign(person(1), AT, one_person_mode=True)
    assert written_by_two.is_published
    assert written_by_two.one_person


def test_each_step_has_its_state_and_its_reason(written_by_two: SummonsList) -> None:
    with pytest.raises(WrongStateError):
        written_by_two.write_as(person(1))
    with pytest.raises(ReasonRequiredError):
        written_by_two.send_back(" ")
    with pytest.raises(WrongStateError):
        written_by_two.take_back("太早", AT)
    written_by_two.send_back("数字不对")
    assert written_by_two.may_be_written
    with pytest.raises(WrongStateError):
        written_by_two.sign(person(3), AT, one_person_mode=False)
