"""Outlines of places for the map: GeoJSON that the operator brings in, each with its map review number.

Published maps with boundaries need a review number (审图号, Regulations on Map Management, State Council order 664,
art. 15 and 37), and no well licensed boundaries exist to be bundled. So none is drawn that was not brought in with one.
"""

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, contains_eager, mapped_column, relationship

from minsheng.database import Base, Identity
from minsheng.errors import InvalidFileError
from minsheng.journal import Act, canonical, record
from minsheng.progress.map_frame import MapFrame
from minsheng.records.places import Division

MOST_CORNERS = 2_000
"""Corners an outline may have: more only makes pages heavy. Tools that simplify keep borders in common."""
PLACES = 5
"""Decimal places of degrees that are kept: about one metre."""
LONGEST_NUMBER = 60

Ring = list[list[float]]


class Outline(Base):
    """The outline of a place: a list of polygons as in a GeoJSON ``MultiPolygon``, in WGS 84."""

    __tablename__ = "outline"
    __table_args__ = (sa.CheckConstraint("length(review_number) > 0", name="has_review_number"),)

    id: Mapped[Identity]
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), unique=True)
    polygons: Mapped[list[list[Ring]]] = mapped_column(sa.JSON)
    review_number: Mapped[str] = mapped_column(sa.String(LONGEST_NUMBER))

    division: Mapped[Division] = relationship()

    @property
    def corners(self) -> Iterator[tuple[float, float]]:
        """Every corner, as longitude and latitude in degrees."""
        return ((x, y) for polygon in self.polygons for ring in polygon for x, y in ring)

    def path(self, frame: MapFrame, nearest: float = 1.0) -> str:
        """Return the outline as the ``d`` of an SVG path, without corners nearer than ``nearest`` to the last one."""
        drawn = []
        for polygon in self.polygons:
            for ring in polygon:
                kept: list[tuple[float, float]] = []
                for x, y in ring:
                    at = frame.at(x, y)
                    if not kept or math.dist(kept[-1], at) >= nearest:
                        kept.append(at)
                drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z")
        return "".join(drawn)

    def geometry(self) -> dict[str, object]:
        """Return the outline as a GeoJSON geometry (RFC 7946)."""
        return {"type": "MultiPolygon", "coordinates": self.polygons}


@dataclass(frozen=True)
class Taken:
    """What an import did: codes of places whose outline is new or was replaced, and how many stayed as they were."""

    codes: Sequence[str]
    unchanged: int


@dataclass(frozen=True)
class Doubt:
    """A feature that cannot be taken: its number in the file from 1, its code as given, and the reason's code."""

    number: int
    code: str
    reason: str


class InvalidOutlinesError(InvalidFileError):
    """Features of a file that cannot be taken; nothing of it was."""

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        super().__init__("bad_features")
        self.doubts = doubts


def read_features(data: bytes) -> list[Mapping[str, Any]]:
    """Return the features of a GeoJSON ``FeatureCollection``.

    Raises ``InvalidFileError``: ``not_utf8``, ``not_json``, ``not_geojson``.
    """
    try:
        read = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidFileError("not_utf8") from error
    except (ValueError, RecursionError) as error:
        raise InvalidFileError("not_json") from error
    features = read.get("features") if isinstance(read, dict) and read.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise InvalidFileError("not_geojson")
    return features


def take(session: Session, features: Sequence[Mapping[str, Any]], *, actor: str, at: dt.datetime) -> Taken:
    """Take the outlines of places known by the property ``code``, with the number in ``review_number``.

    All or nothing: raises ``InvalidOutlinesError`` naming every feature that cannot be taken. Taking the same file
    again changes nothing. Each change is journaled.
    """
    places = {place.code: place for place in session.scalars(sa.select(Division))}
    former = {outline.division_id: outline for outline in session.scalars(sa.select(Outline))}
    given: dict[str, tuple[list[list[Ring]], str]] = {}
    doubts = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties")
        stated = properties if isinstance(properties, dict) else {}
        code = str(stated.get("code") or "")
        try:
            if code not in places:
                raise ValueError("unknown_place")
            if code in given:
                raise ValueError("twice")
            given[code] = (_polygons(feature.get("geometry")), _review_number(stated.get("review_number")))
        except ValueError as error:
            doubts.append(Doubt(number, code, str(error)))
    if doubts:
        raise InvalidOutlinesError(doubts)
    changed = []
    for code, (polygons, review_number) in given.items():
        outline = former.get(places[code].id)
        if outline is None:
            outline = Outline(division=places[code], polygons=polygons, review_number=review_number)
            session.add(outline)
        elif (outline.polygons, outline.review_number) == (polygons, review_number):
            continue
        outline.polygons, outline.review_number = polygons, review_number
        changed.append(code)
        digest = hashlib.sha256(canonical(polygons).encode()).hexdigest()
        said = {"review_number": review_number, "sha256": digest}
        record(session, Act("outline_taken", f"division:{code}", actor, extra={"outline": said}), at)
    return Taken(changed, len(given) - len(changed))


def around(session: Session, path: str) -> list[Outline]:
    """Return the outlines that show a place: of the nearest place on its chain that has one, and of those just below.

    ``path`` is the chain of the place (see ``Division.path``); an empty one stands for the whole country, whose
    outlines are those of the provinces.
    """
    chain = path.split("/")[:-1]
    own = {
        outline.division.code: outline
        for outline in session.scalars(
            sa.select(Outline)
            .join(Outline.division)
            .where(Division.code.in_(chain))
            .options(contains_eager(Outline.division))
        )
    }
    nearest = next((own[code] for code in reversed(chain) if code in own), None)
    below = (
        sa.select(Outline)
        .join(Outline.division)
        .where(
            Division.parent_id.is_(None) if nearest is None else Division.parent_id == nearest.division_id,
        )
        .order_by(Division.code)
        .options(contains_eager(Outline.division))
    )
    return [*([nearest] if nearest else []), *session.scalars(below)]


def _review_number(text: object) -> str:
    number = text.strip() if isinstance(text, str) else ""
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise ValueError("no_review_number")
    return number


def _polygons(geometry: object) -> list[list[Ring]]:
    """Return the polygons of a GeoJSON geometry. Raises ``ValueError`` with the code of what is wrong."""
    kind, coordinates = (
        (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    )
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(coordinates, list):
        raise ValueError("bad_geometry")
    polygons = [
        [_ring(ring) for ring in _parts(polygon)]
        for polygon in _parts([coordinates] if kind == "Polygon" else coordinates)
    ]
    if sum(len(ring) for polygon in polygons for ring in polygon) > MOST_CORNERS:
        raise ValueError("too_many_corners")
    return polygons


def _parts(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError("bad_geometry")
    return value


def _ring(value: object) -> Ring:
    """Return a closed ring of at least four positions; heights are dropped."""
    ring = [[_degrees(each, 0, 180), _degrees(each, 1, 90)] for each in _parts(value)]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ValueError("bad_geometry")
    return ring


def _degrees(position: object, index: int, limit: int) -> float:
    value = position[index] if isinstance(position, list) and len(position) > index else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
        raise ValueError("bad_geometry")
    return round(float(value), PLACES)
