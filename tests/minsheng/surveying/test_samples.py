"""Samples: announced, drawn once, reproducible, and reserves let in at a new weight."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.journal import JournalEntry
from minsheng.surveying import sample_drawing, sample_frames, sample_reserves, samples
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.sample_reserves import SamplePart
from minsheng.surveying.samples import DrawOrder, SampleDesign, SampledPerson
from tests.factories import Make
from tests.minsheng.samples import drawn, frame, rows, surveyor

STRATA = {"城镇": 60, "农村": 40}
WANTED = {"城镇": Wanted(20, 10), "农村": Wanted(10)}


def people(session: Session) -> list[SampledPerson]:
    return list(session.scalars(sa.select(SampledPerson).order_by(SampledPerson.stratum, SampledPerson.turn)))


def test_the_seed_is_the_hash_of_the_announcement(session: Session, make: Make) -> None:
    sample = drawn(session, make, make.wave(), STRATA, WANTED)
    entry = session.get(JournalEntry, sample.announced)
    assert entry is not None
    assert entry.act == "sample_announced"
    assert sample.seed == entry.hash
    assert entry.details["asked"] == [
        [sample.wave.division.code, "农村", 10, 0, 0],
        [sample.wave.division.code, "城镇", 20, 10, 0],
    ]
    assert list(journal.verify_chain(session.scalars(sa.select(JournalEntry)), journal.current_head(session))) == []


def test_a_draw_can_be_repeated_from_seed_and_frame(session: Session, make: Make) -> None:
    wave = make.wave()
    sample = drawn(session, make, wave, STRATA, WANTED)
    for (_, stratum), units in samples.strata_of(session, sample.frame).items():
        again, _ = sample_drawing.draw(sample.seed, f"{wave.division.code}/{stratum}", units, WANTED[stratum])
        kept = [person for person in people(session) if person.stratum == stratum]
        assert [(one.identity, one.is_reserve) for one in again] == [(one.entry_id, one.is_reserve) for one in kept]
        assert sum(one.base_weight for one in kept if not one.is_reserve) == STRATA[stratum]


def test_a_frame_is_drawn_from_once(session: Session, make: Make) -> None:
    wave, by = make.wave(), surveyor(make)
    sample = drawn(session, make, wave, STRATA, WANTED, by=by)
    order = DrawOrder(SampleDesign.STRATIFIED, {(wave.division_id, "城镇"): Wanted(1)})
    with pytest.raises(WrongStateError, match="drawn"):
        samples.draw(session, sample.frame, order, by, make.at)


def test_nothing_is_drawn_after_the_close_or_from_a_preview(session: Session, make: Make) -> None:
    wave, by = make.wave(), surveyor(make)
    made = frame(session, make, wave, rows(wave.division, STRATA), by)
    order = DrawOrder(SampleDesign.STRATIFIED, {(wave.division_id, "城镇"): Wanted(1)})
    with pytest.raises(WrongStateError, match="closed"):
        samples.draw(session, made, order, by, make.at + dt.timedelta(days=400))
    made.confirmed_at = None
    with pytest.raises(WrongStateError, match="not_confirmed"):
        samples.draw(session, made, order, by, make.at)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [(Wanted(0), "size"), (Wanted(61), "size"), (Wanted(10, 0, 1), "units")],
)
def test_wishes_that_do_not_fit_are_named(session: Session, make: Make, wanted: Wanted, reason: str) -> None:
    wave, by = make.wave(), surveyor(make)
    made = frame(session, make, wave, rows(wave.division, STRATA), by)
    order = DrawOrder(SampleDesign.STRATIFIED, {(wave.division_id, "城镇"): wanted})
    with pytest.raises(InvalidValuesError) as refused:
        samples.draw(session, made, order, by, make.at)
    assert refused.value.problems == {samples.field_name(wave.division.code, "城镇"): reason}
    assert people(session) == []


def test_two_stages_draw_villages_then_people(session: Session, make: Make) -> None:
    sample = drawn(session, make, make.wave(), {"农村": 80}, {"农村": Wanted(20, 4, 4)}, units=8)
    found = people(session)
    assert len({person.psu for person in found}) == 4
    main = [person for person in found if not person.is_reserve]
    assert {person.base_weight for person in main} == {Decimal(4)}
    assert sample.allocation[0]["units_of"] == 8


def test_few_people_of_one_village_are_refused(session: Session, make: Make) -> None:
    with pytest.raises(InvalidValuesError) as refused:
        drawn(session, make, make.wave(), {"农村": 80}, {"农村": Wanted(12, 0, 4)}, units=8)
    assert list(refused.value.problems.values()) == ["unit_size"]


def test_reserves_let_in_share_the_new_weight(session: Session, make: Make) -> None:
    wave, by = make.wave(), surveyor(make)
    sample = drawn(session, make, wave, STRATA, WANTED, by=by)
    part = SamplePart(wave.division.code, "城镇")
    sample_reserves.release(session, sample, part, 4, by, make.at)
    of_towns = [person for person in people(session) if person.stratum == "城镇"]
    assert {person.base_weight for person in of_towns} == {Decimal("2.5")}
    assert [person.turn for person in of_towns if not person.is_reserve] == list(range(1, 25))
    with pytest.raises(InvalidValuesError):
        sample_reserves.release(session, sample, part, 7, by, make.at)


def test_erasing_a_frame_leaves_nobody_to_reach(session: Session, make: Make) -> None:
    sample = drawn(session, make, make.wave(), STRATA, WANTED)
    sample_frames.erase(session, sample.frame, "", make.at)
    session.flush()
    session.expire_all()
    assert all(person.entry.sealed is None and person.entry.fingerprint is None for person in people(session))
    assert sample.frame.sealed_key is None
