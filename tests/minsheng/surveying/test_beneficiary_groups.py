"""Beneficiaries of a programme: a stratum of their own in the frame, a group of their own in the results."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.surveying import sample_frame_reading, wave_results
from minsheng.surveying.beneficiary_groups import COLUMN, NOT_LISTED, groups_by_stratum
from minsheng.surveying.surveys import Channel, Response
from minsheng.surveying.wave_answers import read_contents
from tests.factories import Make
from tests.minsheng.samples import SECRET, frame, number, surveyor
from tests.surveys import answered_wave

HEADINGS = ["电话", "地方", "层", "受益项目"]
CLOSED = dt.datetime(2026, 7, 10, 4, tzinfo=dt.UTC)


def test_beneficiaries_are_a_stratum_of_their_own(session: Session, make: Make) -> None:
    wave = make.wave()
    code = wave.division.code
    cells = [
        HEADINGS,
        [number(1), code, "城镇", ""],
        [number(2), code, "城镇", "危房改造"],
        [number(3), code, "", "危房改造"],
        [number(4), code, "", ""],
        [number(5), code, "城" * 20, "危房改造危房改造"],
    ]
    planned = sample_frame_reading.plan(session, wave, Channel.PHONE, cells, SECRET)
    assert [row.stratum for row in planned.rows] == ["城镇", "城镇·危房改造", "危房改造", ""]
    assert [(fault.cell, fault.reason) for fault in planned.faults] == [("D6", "too_long")]
    frame(session, make, wave, cells[:5], surveyor(make))
    assert groups_by_stratum(session, wave) == {
        (wave.division_id, "城镇"): NOT_LISTED,
        (wave.division_id, "城镇·危房改造"): "危房改造",
        (wave.division_id, "危房改造"): "危房改造",
        (wave.division_id, ""): NOT_LISTED,
    }


def test_without_named_programmes_there_are_no_groups(session: Session, make: Make) -> None:
    wave = make.wave()
    frame(session, make, wave, [HEADINGS, [number(1), wave.division.code, "城镇", ""]], surveyor(make))
    assert groups_by_stratum(session, wave) == {}


def test_awareness_is_shown_for_beneficiaries_by_their_stratum(session: Session, make: Make) -> None:
    wave = answered_wave(session, make, (120, 120))
    counties = wave.division.children
    cells = [HEADINGS]
    for county in counties:
        cells += [[number(len(cells)), county.code, "", "危房改造"], [number(len(cells) + 1), county.code, "", ""]]
    frame(session, make, wave, cells, surveyor(make))
    drawn = session.scalars(sa.select(Response).where(Response.wave_id == wave.id, Response.channel == "phone")).all()
    for place, response in enumerate(drawn):
        response.stratum = "危房改造" if place % 2 else ""
    session.flush()
    contents = read_contents(session, wave, wave_results.scheme_of(wave), CLOSED.date())
    column = contents.sample.answers.columns[COLUMN]
    assert sorted(column.options) == [NOT_LISTED, "危房改造"]
    assert {row.option for row in contents.codebook if row.question == COLUMN} == {NOT_LISTED, "危房改造"}
    figures = wave_results.settle(session, wave, "某办", CLOSED).read()
    found = {row.group: row.estimate.n for row in figures.groups[COLUMN] if not row.division and row.estimate}
    assert found == {"危房改造": 120, NOT_LISTED: 120}
