"""Outlines of places: only with a review number, all of a file or nothing, and drawn within their frame."""

import datetime as dt
import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.errors import InvalidFileError
from minsheng.journal import JournalEntry
from minsheng.progress import outlines
from minsheng.progress.map_frame import MapFrame
from minsheng.progress.outlines import MOST_CORNERS, InvalidOutlinesError, Outline
from minsheng.records.places import Division, DivisionLevel
from tests.factories import Make

AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)
NUMBER = "GS(2024)0650号"


def square(west: float, south: float, side: float = 1) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: str, *rings: Any, number: Any = NUMBER, kind: str = "Polygon") -> dict[str, Any]:
    coordinates = [list(rings)] if kind == "MultiPolygon" else list(rings)
    return {
        "type": "Feature",
        "properties": {"code": code, "review_number": number},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


@pytest.fixture
def county(session: Session, make: Make) -> Division:
    """A county with two townships."""
    place = make.division()
    for number in (101, 102):
        session.add(Division.under(place, f"{place.code}{number}", f"镇{number}", DivisionLevel.TOWNSHIP))
    session.flush()
    return place


def take(session: Session, *features: dict[str, Any]) -> outlines.Taken:
    return outlines.take(session, features, actor="系统管理员", at=AT)


@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon"])
def test_an_outline_is_taken_once_and_journaled(session: Session, county: Division, kind: str) -> None:
    given = feature(county.code, square(110, 30), kind=kind)
    assert take(session, given).codes == [county.code]
    again = take(session, given)
    assert (again.codes, again.unchanged) == ([], 1)
    assert session.scalars(sa.select(Outline)).one().polygons == [[square(110, 30)]]
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "outline_taken")).one()
    assert entry.subject == f"division:{county.code}"
    assert entry.details["outline"]["review_number"] == NUMBER  # type: ignore[index]  # a payload is any JSON
    assert publishing.verify(session) == []
    assert take(session, feature(county.code, square(111, 30))).codes == [county.code]


OPEN_RING = square(110, 30)[:-1]
ROUND = [[110 + number / 10_000, 30.0] for number in range(MOST_CORNERS)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"properties": {"code": "999999", "review_number": NUMBER}}, "unknown_place"),
        ({"properties": None}, "unknown_place"),
        ({"geometry": None}, "bad_geometry"),
        ({"geometry": {"type": "Point", "coordinates": [110, 30]}}, "bad_geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "bad_geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [OPEN_RING]}}, "bad_geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [square(110, 90.5)]}}, "bad_geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [square(float("nan"), 30)]}}, "bad_geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}}, "bad_geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[*ROUND, ROUND[0]]]}}, "too_many_corners"),
    ],
)
def test_a_file_with_one_bad_feature_is_refused_whole(
    session: Session, county: Division, change: dict[str, Any], reason: str
) -> None:
    good = feature(f"{county.code}101", square(110, 30))
    with pytest.raises(InvalidOutlinesError) as refused:
        take(session, good, {**feature(county.code, square(110, 30)), **change})
    assert [(doubt.number, doubt.reason) for doubt in refused.value.doubts] == [(2, reason)]
    assert session.scalars(sa.select(Outline)).all() == []


@pytest.mark.parametrize("number", [None, "", "  ", 7, "审" * 61, "GS\n1"])
def test_none_is_taken_without_a_review_number(session: Session, county: Division, number: Any) -> None:
    with pytest.raises(InvalidOutlinesError) as refused:
        take(session, feature(county.code, square(110, 30), number=number))
    assert refused.value.doubts[0].reason == "no_review_number"


def test_a_place_may_stand_in_a_file_once(session: Session, county: Division) -> None:
    with pytest.raises(InvalidOutlinesError) as refused:
        take(session, feature(county.code, square(110, 30)), feature(county.code, square(110, 30)))
    assert refused.value.doubts[0].reason == "twice"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff", "not_utf8"),
        (b"{", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[]", "not_geojson"),
        (b'{"type":"FeatureCollection","features":[1]}', "not_geojson"),
    ],
)
def test_files_that_are_no_geojson_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        outlines.read_features(data)
    assert refused.value.reason == reason


def test_features_are_read_behind_a_byte_order_mark() -> None:
    collection = {"type": "FeatureCollection", "features": [feature("430000", square(110, 30))]}
    assert outlines.read_features(b"\xef\xbb\xbf" + json.dumps(collection).encode()) == collection["features"]


def test_a_map_shows_the_nearest_outline_and_those_just_below(session: Session, county: Division) -> None:
    towns = [f"{county.code}{number}" for number in (101, 102)]
    take(session, feature(county.code, square(110, 30)), *(feature(code, square(110, 30, 0.5)) for code in towns))
    shown = outlines.around(session, county.path)
    assert [each.division.code for each in shown] == [county.code, *towns]
    village = f"{county.path}{towns[0]}/{towns[0]}001/"
    assert [each.division.code for each in outlines.around(session, village)] == [towns[0]]
    assert outlines.around(session, "") == []


def test_an_outline_is_drawn_within_its_frame_without_corners_too_near(session: Session, county: Division) -> None:
    corners = square(110, 30)
    take(session, feature(county.code, [*corners[:1], [110.0001, 30.0], *corners[1:]]))
    outline = session.scalars(sa.select(Outline)).one()
    frame = MapFrame.around(outline.corners, 640, 440, 20)
    drawn = [tuple(map(float, pair.split())) for pair in re.findall(r"[\d.]+ [\d.]+", outline.path(frame))]
    assert len(drawn) == 5
    assert all(20 <= x <= 620 and 20 <= y <= 420 for x, y in drawn)
    assert {y for _, y in drawn} == {20, 420}
