"""Results of a closed wave: sealed before, computed once, stored with hashes, and recomputed from their package."""

import datetime as dt
import io
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.errors import SealedError
from minsheng.opinion.dispositions import Disposition
from minsheng.opinion.panels import COMPOSITE
from minsheng.surveying import wave_results
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.exclusions import Exclusion
from minsheng.surveying.surveys import Channel, Response
from minsheng.surveying.wave_answers import read_contents
from minsheng.surveying.wave_figure_records import from_record, to_record
from minsheng.surveying.wave_results import WaveResult
from tests.factories import Make
from tests.surveys import answered_wave, closed_wave

CLOSED = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


def test_nothing_is_read_before_the_wave_closes(session: Session, make: Make, at: dt.datetime) -> None:
    wave = answered_wave(session, make)
    with pytest.raises(SealedError):
        wave_results.settle(session, wave, "某办", at)


def test_results_are_computed_once_and_kept_with_their_hashes(session: Session, make: Make) -> None:
    wave = closed_wave(session, make)
    result = wave_results.settle(session, wave, "某办", CLOSED)
    assert wave_results.settle(session, wave, "某办", CLOSED).id == result.id
    assert session.scalar(sa.select(sa.func.count()).select_from(WaveResult)) == 1
    assert result.scheme.locked_at is not None
    assert publishing.verify(session) == []
    result.figures = {**result.figures, "counted": {}}
    session.flush()
    assert [fault.kind for fault in publishing.verify(session)] == ["record_altered"]


def test_figures_come_back_from_the_database_to_the_last_digit(session: Session, make: Make) -> None:
    result = wave_results.settle(session, closed_wave(session, make), "某办", CLOSED)
    figures = result.read()
    assert to_record(from_record(to_record(figures))) == to_record(figures)
    places = {row.division for row in figures.scores if row.item == COMPOSITE and row.estimate is not None}
    assert len(places) == 4
    assert {held.scheme_id for held in figures.comparisons.values()} >= {"top-two", "points-100-75-50-25-0"}
    assert "five-part" in figures.refused


def test_the_kept_package_recomputes_itself(session: Session, make: Make, tmp_path: Path) -> None:
    result = wave_results.settle(session, closed_wave(session, make), "某办", CLOSED)
    with zipfile.ZipFile(io.BytesIO(result.package)) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-B", "recompute.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "same, byte for byte" in done.stdout


def test_a_scheme_that_does_not_fit_gives_a_reason(session: Session, make: Make) -> None:
    wave = make.wave()
    result = wave_results.settle(session, wave, "某办", CLOSED)
    assert result.is_refused
    assert result.reason == "missing_column"


def test_excluded_answers_are_out_and_told_of(session: Session, make: Make) -> None:
    wave = closed_wave(session, make)
    whole = wave_results.settle(session, wave, "某办", CLOSED)
    drop = Exclusion(wave=wave, rule="test_call", who="某县民调办", why="试打的电话", at=CLOSED)
    session.add(drop)
    session.flush()
    dropped = session.scalars(sa.select(Response).where(Response.channel == Channel.PHONE).limit(12)).all()
    for response in dropped:
        response.exclusion_id = drop.id
    session.flush()
    result = wave_results.settle(session, wave, "某办", CLOSED)
    assert (whole.number, result.number) == (1, 2)
    figures = result.read()
    assert [(row.rule, row.count, row.who) for row in figures.exclusions] == [("test_call", 12, "某县民调办")]
    assert figures.counted["phone"] == whole.read().counted["phone"] - 12
    assert publishing.verify(session) == []


def test_design_weights_strata_and_dispositions_are_taken(session: Session, make: Make) -> None:
    wave = closed_wave(session, make)
    county = wave.division.children[0]
    for response in session.scalars(sa.select(Response).where(Response.division_id == county.id)):
        response.base_weight, response.stratum = Decimal("12.5"), "north"
    for disposition, count in ((Disposition.COMPLETE, 60), (Disposition.REFUSAL, 40)):
        session.add(
            DispositionCount(wave=wave, division=county, channel=Channel.PHONE, disposition=disposition, count=count)
        )
    session.flush()
    contents = read_contents(session, wave, wave_results.scheme_of(wave), CLOSED.date())
    answers = contents.sample.answers
    assert answers.stratum is not None
    held = {
        (weight, stratum)
        for code, weight, stratum in zip(answers.division, answers.base_weight, answers.stratum, strict=True)
        if code == county.code
    }
    assert held == {(12.5, "north")}
    (drawn,) = wave_results.settle(session, wave, "某办", CLOSED).read().dispositions
    assert (drawn.division, drawn.drawn, drawn.rates.rr1) == (county.code, 100, 0.6)
