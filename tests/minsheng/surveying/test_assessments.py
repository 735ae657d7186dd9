"""Assessment sheets: points read from tables, totals and ranks, opinion beside them, and the package."""

import datetime as dt
import io
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.errors import InvalidFileError, ReasonRequiredError, WrongStateError
from minsheng.exporting.assessments import assessment_package
from minsheng.opinion.scheme_reading import shipped
from minsheng.opinion.sheet import sheet_keys
from minsheng.surveying import assessment_schemes, assessments, wave_results
from minsheng.surveying.assessment_points import read_points, template
from minsheng.surveying.assessment_tables import tables_of
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Wave
from tests.factories import Make
from tests.surveys import closed_wave

CLOSED = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
PARTS = shipped("anhui-2010").sheet


@pytest.fixture
def wave(session: Session, make: Make) -> Wave:
    wave = closed_wave(session, make)
    wave_results.settle(session, wave, "某办", CLOSED)
    return wave


@pytest.fixture
def sheet(session: Session, wave: Wave) -> Assessment:
    scheme = assessment_schemes.locked(session, shipped("anhui-2010"), CLOSED, "某办")
    row = Assessment(
        slug="sheet", title="2026年考核", year=2026, division=wave.division, scheme=scheme, wave=wave, seats={}
    )
    session.add(row)
    session.flush()
    return row


def full(wave: Wave, parts: tuple[float, ...] = (1, 1, 0.9, 0.8)) -> dict[str, dict[str, Decimal]]:
    return {
        place.code: {key: Decimal(str(most)) * Decimal(str(share)) for key, most in sheet_keys(PARTS).items()}
        for place, share in zip(wave.division.children, parts, strict=True)
    }


def test_the_sheet_has_33_programmes_and_3500_points() -> None:
    keys = sheet_keys(PARTS)
    assert sum(keys.values()) == 3500
    assert len([key for key in keys if key != "funding_guarantee"]) == 33
    assert sorted(keys.values(), reverse=True)[:5] == [120] * 5


def test_ties_skip_ranks_and_opinion_stays_apart(session: Session, wave: Wave, sheet: Assessment) -> None:
    assessments.put_points(session, sheet, full(wave), "考核办文件", "某办", CLOSED)
    tables = tables_of(session, sheet)
    assert [(row.total, row.rank) for row in tables.sheet] == [(3500, 1), (3500, 1), (3150, 3), (2800, 4)]
    assert {row.rank for row in tables.opinion.values()} == {1, 2, 3, 4}
    figures = wave_results.latest(session, wave)
    assert figures is not None
    assert {code: row.rank for code, row in tables.opinion.items()} == {
        row.division: row.rank for row in figures.read().scores if (row.view, row.item) == ("all", "composite")
    }


def test_a_place_that_lacks_points_has_no_rank(session: Session, wave: Wave, sheet: Assessment) -> None:
    points = full(wave)
    del points[wave.division.children[0].code]["village_roads"]
    assessments.put_points(session, sheet, points, "考核办文件", "某办", CLOSED)
    first, second, *_ = tables_of(session, sheet).sheet
    assert (first.total, first.rank, first.missing) == (None, None, ("village_roads",))
    assert second.rank == 1


def test_the_recognition_list_says_what_is_uncertain(session: Session, wave: Wave, sheet: Assessment) -> None:
    assessments.put_seats(session, sheet, {wave.division.code: 2})
    rows = tables_of(session, sheet).recognitions
    assert [row.is_listed for row in rows] == [True, True, False, False]
    # Answers by chance alone: nobody can be told from anybody.
    assert not all(row.is_certain for row in rows)
    assessments.put_points(session, sheet, full(wave), "考核办文件", "某办", CLOSED)
    assessments.publish(session, sheet, "某办", CLOSED)
    with pytest.raises(WrongStateError):
        assessments.put_seats(session, sheet, {wave.division.code: 4})


def test_publishing_waits_for_the_survey_and_the_journal_keeps_old_points(
    session: Session, make: Make, wave: Wave, sheet: Assessment
) -> None:
    sheet.wave = make.wave(division=wave.division)
    with pytest.raises(WrongStateError):
        assessments.publish(session, sheet, "某办", make.at)
    sheet.wave = wave
    with pytest.raises(ReasonRequiredError):
        assessments.put_points(session, sheet, full(wave), " ", "某办", CLOSED)
    assessments.put_points(session, sheet, full(wave), "考核办文件", "某办", CLOSED)
    assessments.publish(session, sheet, "某办", CLOSED)
    assessments.put_points(session, sheet, full(wave, (0.555, 1, 1, 1)), "更正通知", "某办", CLOSED)
    session.flush()
    # As the database gives them back, with all their places.
    session.expire_all()
    assert publishing.verify(session) == []


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("abc", "not_a_number"),
        ("１２", "not_a_number"),
        ("1e3", "not_a_number"),
        ("=1+1", "not_a_number"),
        ("NaN", "not_a_number"),
        ("-1", "negative"),
        ("120.1", "too_many_points"),
        ("9999999999", "not_a_number"),
    ],
)
def test_each_bad_cell_is_named(session: Session, wave: Wave, cell: str, problem: str) -> None:
    places = wave.division.children
    heading, *rows = template(PARTS, places)
    rows[1][2] = cell
    text = "\n".join(",".join(row) for row in [heading, *rows])
    (found,) = read_points(text, PARTS, places).problems
    assert (found.line, found.column, found.said, found.problem) == (3, "village_roads", cell, problem)


def test_long_and_wide_tables_are_read_alike(session: Session, wave: Wave) -> None:
    places = wave.division.children
    wide = "code\tname\tvillage_roads\n700000\t甲县\t118.5\n"
    long = "\ufeffcode,part,points\n700000,village_roads,118.5\n"
    assert read_points(wide, PARTS, places) == read_points(long, PARTS, places)
    assert read_points(wide, PARTS, places).points == {"700000": {"village_roads": Decimal("118.5")}}
    twice = read_points(long + "700000,village_roads,1\n1,village_roads,1\n700000,nothing,1\n", PARTS, places)
    assert [one.problem for one in twice.problems] == ["twice", "unknown_place", "unknown_part"]


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("code,part\n", "empty"), ("a,b\n1,2\n", "no_code_column")]
)
def test_what_is_no_table_is_refused(wave: Wave, text: str, reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        read_points(text, PARTS, wave.division.children)
    assert refused.value.reason == reason


def test_the_package_recomputes_itself_with_the_survey_inside(
    session: Session, wave: Wave, sheet: Assessment, tmp_path: Path
) -> None:
    assessments.put_seats(session, sheet, {wave.division.code: 2})
    assessments.put_points(session, sheet, full(wave), "考核办文件", "某办", CLOSED)
    tables = tables_of(session, sheet)
    assert tables.result is not None
    content = assessment_package(sheet, tables, tables.result.package)
    assert content == assessment_package(sheet, tables, tables.result.package)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-S", "-E", "-B", "recompute.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("same, byte for byte") == 5
    (tmp_path / "points.csv").write_bytes((tmp_path / "points.csv").read_bytes().replace(b"120.0", b"119.0"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 2
