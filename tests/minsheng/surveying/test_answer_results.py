"""What files say of people drawn: results count into the response rates, codes are used up, sheets join their batch."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.errors import InvalidValuesError
from minsheng.opinion.dispositions import Disposition, response_rates
from minsheng.surveying import (
    answer_import,
    answer_imports,
    answer_results,
    answer_tables,
    dispositions,
    invites,
    paper_batches,
)
from minsheng.surveying.answer_import import Plan
from minsheng.surveying.dispositions import DispositionCount, Stated
from minsheng.surveying.invites import Invite, Letter
from minsheng.surveying.paper_entry import PaperEntry
from minsheng.surveying.paper_sheets import PaperBatch, PlannedBatch, PlannedRun, make_run
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.samples import Sample
from minsheng.surveying.serials import serial_of
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, drawn

HEADS = ["编号", "渠道", "答题码", "访问结果", "aware", "satisfied"]
COMPLETE, PARTIAL, REFUSAL = Disposition.COMPLETE, Disposition.PARTIAL, Disposition.REFUSAL
UNKNOWN = Disposition.UNKNOWN_HOUSEHOLD


@pytest.fixture
def wave(make: Make) -> Wave:
    return make.wave()


@pytest.fixture
def surveyor(make: Make) -> StaffMember:
    return make.staff(Role.SURVEYOR)


def plan(session: Session, wave: Wave, *rows: list[str], heads: list[str] | None = None) -> Plan:
    return answer_import.plan(session, wave, [heads or HEADS, *rows], SECRET)


def faults(planned: Plan) -> list[tuple[str, str]]:
    return [(fault.cell, fault.reason) for fault in planned.faults]


def write(session: Session, wave: Wave, by: StaffMember, at: dt.datetime, *rows: list[str]) -> int:
    cells = [HEADS, *rows]
    waiting = answer_imports.keep(session, BOX, wave, ("答卷.xlsx", answer_tables.digest_of(cells), cells), by, at)
    return answer_import.take_over(session, waiting, plan(session, wave, *rows), leave_out=False, by=by, at=at)


def counted(session: Session, wave: Wave, channel: Channel) -> dict[Disposition, int]:
    rows = session.scalars(sa.select(DispositionCount).filter_by(wave_id=wave.id, channel=channel))
    return {row.disposition: row.count for row in rows if row.count}


def test_every_drawn_person_has_a_row_and_the_rates_count_them(
    session: Session, wave: Wave, surveyor: StaffMember, make: Make
) -> None:
    rows = [
        ["1", "电话", "", "", "1", "1"],
        ["2", "电话", "", "答完", "2", "2"],
        ["3", "电话", "", "1.2", "2", ""],
        ["4", "电话", "", "拒访", "", ""],
        ["5", "电话", "", "2.2", "", ""],
        ["6", "电话", "", "not_eligible", "", ""],
        ["7", "电话", "", "3.1", "", ""],
    ]
    assert write(session, wave, surveyor, make.at, *rows) == 7
    assert len(session.scalars(sa.select(Response)).all()) == 3
    counts = counted(session, wave, Channel.PHONE)
    assert counts == {
        COMPLETE: 2,
        PARTIAL: 1,
        REFUSAL: 1,
        Disposition.NON_CONTACT: 1,
        Disposition.NOT_ELIGIBLE: 1,
        UNKNOWN: 1,
    }
    assert response_rates(counts).rr1 == pytest.approx(2 / 6)
    (file,) = answer_imports.written(session, wave)
    assert (file.row_count, file.only_counted) == (3, 4)
    assert plan(session, wave, *rows).known_count == 7, "the same rows are counted once"


def test_results_and_answers_must_agree(session: Session, wave: Wave) -> None:
    found = plan(
        session,
        wave,
        ["1", "电话", "", "答完", "", ""],
        ["2", "电话", "", "拒绝", "1", "1"],
        ["3", "现场填写", "", "拒绝", "", ""],
        ["4", "电话", "", "", "", ""],
        ["5", "电话", "", "跑了", "1", "1"],
    )
    assert faults(found) == [
        ("E2", "nothing_answered"),
        ("D3", "answered_beside"),
        ("D4", "only_drawn"),
        ("E5", "nothing_answered"),
        ("D6", "unknown_disposition"),
    ]


def test_without_the_column_nothing_is_counted_and_the_preview_can_say_so(session: Session, wave: Wave) -> None:
    planned = plan(session, wave, ["1", "电话", "1", "1"], heads=["编号", "渠道", "aware", "satisfied"])
    assert (planned.results, planned.uncounted, len(planned.new)) == ([], 1, 1)


def letters(session: Session, make: Make, wave: Wave, channel: Channel) -> tuple[Sample, list[Letter]]:
    sample = drawn(session, make, wave, {"城镇": 20}, {"城镇": Wanted(4)}, channel=channel)
    made = invites.letters(session, sample, actor="调查组长", box=BOX, secret=SECRET, at=make.at)
    return sample, made


def test_a_code_brings_the_design_and_is_used_up(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember
) -> None:
    _sample, made = letters(session, make, wave, Channel.PAPER_SAMPLE)
    assert counted(session, wave, Channel.PAPER_SAMPLE) == {UNKNOWN: 4}
    rows = [
        ["1", "纸质抽样", made[0].code, "", "1", "1"],
        ["2", "纸质抽样", made[1].code.lower().replace("-", " "), "2.1", "", ""],
        ["3", "纸质抽样", made[2].code, "答了一部分", "1", ""],
    ]
    assert write(session, wave, surveyor, make.at, *rows) == 3
    stored = session.scalars(sa.select(Response)).all()
    assert {(one.stratum, one.base_weight, one.channel) for one in stored} == {
        ("城镇", Decimal(5), Channel.PAPER_SAMPLE)
    }
    assert counted(session, wave, Channel.PAPER_SAMPLE) == {COMPLETE: 1, REFUSAL: 1, PARTIAL: 1, UNKNOWN: 1}
    assert sorted(bool(one.used_week) for one in session.scalars(sa.select(Invite))) == [False, True, True, True]
    assert plan(session, wave, *rows).known_count == 3
    with pytest.raises(invites.InvalidCodeError):
        invites.find(session, wave, made[0].code)
    again = plan(session, wave, ["9", "纸质抽样", made[0].code, "", "1", "1"])
    assert faults(again) == [("C2", "code_used")]


def test_a_code_of_a_phone_sample_counts_as_answered_there(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember
) -> None:
    _sample, made = letters(session, make, wave, Channel.PHONE)
    refused = plan(session, wave, ["1", "电话", made[0].code, "拒绝", "", ""])
    assert faults(refused) == [("D2", "code_of_call")]
    assert write(session, wave, surveyor, make.at, ["1", "电话", made[0].code, "", "1", "1"]) == 1
    assert counted(session, wave, Channel.PHONE) == {COMPLETE: 1, UNKNOWN: 3}


def test_wrong_codes_are_named_cell_by_cell(session: Session, make: Make, wave: Wave) -> None:
    _sample, made = letters(session, make, wave, Channel.PAPER_SAMPLE)
    other = make.wave()
    _other, elsewhere = letters(session, make, other, Channel.PAPER_SAMPLE)
    found = plan(
        session,
        wave,
        ["1", "纸质抽样", "ABCD-EFGH", "", "1", "1"],
        ["2", "纸质抽样", elsewhere[0].code, "", "1", "1"],
        ["3", "电话", made[0].code, "", "1", "1"],
        ["4", "纸质抽样", made[1].code, "", "1", "1"],
        ["5", "纸质抽样", made[1].code, "", "1", "1"],
        ["6", "纸质抽样", invites.new_code(SECRET), "", "1", "1"],
    )
    assert faults(found) == [
        ("C2", "code_mistyped"),
        ("C3", "code_other_wave"),
        ("B4", "other_channel"),
        ("C6", "code_twice"),
        ("C7", "code_unknown"),
    ]


def test_a_code_leaves_no_room_for_another_design(session: Session, make: Make, wave: Wave) -> None:
    _sample, made = letters(session, make, wave, Channel.PAPER_SAMPLE)
    heads = [*HEADS, "层", "权数", "地方"]
    found = plan(
        session, wave, ["1", "纸质抽样", made[0].code, "", "1", "1", "乡村", "3", wave.division.code], heads=heads
    )
    assert faults(found) == [("G2", "from_code"), ("H2", "from_code"), ("I2", "from_code")]


def printed(session: Session, wave: Wave, by: StaffMember, at: dt.datetime, channel: Channel) -> PaperBatch:
    planned = PlannedRun(channel, "zh_Hans", [PlannedBatch(wave.division, 3, "城镇", "", Decimal(7))], why="没有名册")
    return make_run(session, wave, planned, by, at).batches[0]


def test_a_printed_sheet_becomes_the_first_entry_of_its_batch(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember
) -> None:
    batch = printed(session, wave, surveyor, make.at, Channel.PAPER_SAMPLE)
    serials = [serial_of(number) for number in batch.numbers]
    rows = [[serial, "纸质抽样", "", "", "1", "1"] for serial in serials[:2]]
    assert faults(plan(session, wave, [serials[2], "纸质抽样", "", "拒绝", "", ""])) == [("D2", "with_batch")]
    assert write(session, wave, surveyor, make.at, *rows) == 2
    assert session.scalars(sa.select(Response)).all() == []
    entries = session.scalars(sa.select(PaperEntry)).all()
    assert [(one.turn, one.typed["aware"]) for one in entries] == [(1, ["know_well"])] * 2
    assert counted(session, wave, Channel.PAPER_SAMPLE) == {UNKNOWN: 3}
    assert paper_batches.standing(session, batch).entered == 2
    assert plan(session, wave, *rows).known_count == 2
    changed = [serials[0], "纸质抽样", "", "", "2", "1"]
    assert faults(plan(session, wave, changed)) == [("A2", "known_otherwise")]
    paper_batches.finish_first(session, batch, {REFUSAL: 1}, surveyor, make.at)
    assert faults(plan(session, wave, [serials[2], "纸质抽样", "", "", "1", "1"])) == [("A2", "checking")]


def test_a_walk_in_sheet_counts_at_once_and_cannot_be_entered_again(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember
) -> None:
    batch = printed(session, wave, surveyor, make.at, Channel.PAPER_WALK_IN)
    serial = serial_of(batch.first_number)
    assert write(session, wave, surveyor, make.at, [serial, "现场填写", "", "", "1", "1"]) == 1
    (stored,) = session.scalars(sa.select(Response))
    assert stored.batch == batch.name
    (entry,) = session.scalars(sa.select(PaperEntry))
    assert entry.typed == {}


def test_what_is_counted_elsewhere_is_not_counted_from_a_file(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember
) -> None:
    said = Stated(wave.division, Channel.PHONE, {COMPLETE: 5, REFUSAL: 2}, "某公司的报告")
    dispositions.state(session, wave, said, surveyor, make.at)
    assert faults(plan(session, wave, ["1", "电话", "", "拒绝", "", ""])) == [("D2", "stated")]
    assert plan(session, wave, ["1", "电话", "", "", "1", "1"]).results == []
    drawn(session, make, wave, {"城镇": 20}, {"城镇": Wanted(4)})
    assert answer_results.counted_here(session, wave) == {Channel.PHONE}
    assert faults(plan(session, wave, ["1", "电话", "", "拒绝", "", ""])) == [("D2", "counted_here")]


def test_what_a_file_counted_cannot_be_stated_over(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember
) -> None:
    write(session, wave, surveyor, make.at, ["1", "电话", "", "拒绝", "", ""])
    said = Stated(wave.division, Channel.PHONE, {COMPLETE: 5}, "某公司的报告")
    with pytest.raises(InvalidValuesError) as refused:
        dispositions.state(session, wave, said, surveyor, make.at)
    assert refused.value.problems == {"place": "counted"}
