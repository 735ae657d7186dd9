"""The map of projects: an overview drawn here beside the list, the points as GeoJSON, and a map that can be zoomed."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for

from minsheng.database import db
from minsheng.progress import outlines, positions
from minsheng.progress.listing import READING_ORDER, choices
from minsheng.progress.map_frame import MapFrame
from minsheng.progress.outlines import Outline
from minsheng.progress.positions import Cluster, Position
from pages import shapes
from pages.language import current_language, plain_record_text, plain_text_of
from pages.services import services
from pages.words import WORDS
from public import presenting
from public.records import projects

blueprint = Blueprint("map", __name__)

WIDTH, HEIGHT, CELL = 640.0, 480.0, 54.0
"""Size of the drawing and of a cell whose points are drawn as one."""
MARK, HALO = 26.0, 22.0
"""Size of a status' shape and radius of the circle around it, wide enough for a finger on a phone."""
MARGIN = 30.0
LISTED = 60
"""Rows of a list beside the map; the list of projects has them all, in pages."""


@blueprint.get("/map")
def index() -> str:
    """Show where the projects of a choice lie, with the filters of the list in the same address."""
    filters = projects.filters_from_address()
    known = presenting.all_glances()
    found = positions.of_choice(db.session(), filters, known)
    drawn = outlines.around(db.session(), found.area) if found.placed else []
    corners = [(each.longitude, each.latitude) for each in found.placed] + [at for each in drawn for at in each.corners]
    frame = MapFrame.around(corners, WIDTH, HEIGHT, MARGIN) if corners else None
    clusters = positions.clustered(found.placed, frame, CELL) if frame else []
    unplaced = presenting.loaded([known.rows[number] for number in found.unplaced[:LISTED]])
    return render_template(
        "public/map/index.html",
        found=found,
        marks=[_mark(cluster) for cluster in clusters],
        outlines=[{"path": each.path(frame), "name": _name(each)} for each in drawn] if frame else [],
        review_numbers=_review_numbers(drawn),
        tiles=services().map_tiles,
        tiles_by=services().map_attribution,
        draws_invented=any(each.division.is_invented for each in drawn),
        size=(WIDTH, HEIGHT),
        halo=HALO,
        legend=[
            {"status": status, "path": _path(status, 0, 0, shapes.BOX)}
            for status in READING_ORDER
            if any(each.status is status for each in found.placed)
        ],
        listed=[{"position": each, "title": title_of(each)} for each in found.placed[:LISTED]],
        unplaced=unplaced,
        facets=projects.facets(choices(db.session(), filters, known), filters),
        filters=filters,
        list_url=projects.elsewhere("public.projects.index"),
        points_url=projects.elsewhere("public.map.points"),
        shows_invented=any(project.is_invented for project in [*unplaced, *presenting.loaded(found.placed[:1])]),
        shows_compiled=any(project.is_compiled for project in unplaced),
    )


@blueprint.get("/projects.geojson")
def points() -> Response:
    """Give the points of a choice as a GeoJSON FeatureCollection (RFC 7946), at most ``positions.MOST_POINTS``.

    The outlines of its places stand beside them as ``outlines``, each with its map review number.
    """
    found = positions.of_choice(db.session(), projects.filters_from_address(), presenting.all_glances())
    response = jsonify(
        type="FeatureCollection",
        features=[_feature(each) for each in found.placed],
        total=found.placed_total,
        outlines={
            "type": "FeatureCollection",
            "features": [_outline_feature(each) for each in outlines.around(db.session(), found.area)]
            if found.placed
            else [],
        },
    )
    response.mimetype = "application/geo+json"
    return response


def title_of(position: Position) -> str:
    """Return a project's title in the reader's language, else as it was written."""
    translated = (position.translations or {}).get(current_language(), {}).get("title")
    return translated or plain_record_text(position.title)


def _feature(each: Position) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [each.longitude, each.latitude]},
        "properties": {
            "title": title_of(each),
            "status": each.status.value,
            "word": str(WORDS["schedule_status"][each.status.value]),
            "shape": _path(each.status.value, 0, 0, shapes.BOX),
            "url": url_for("public.projects.show", slug=each.slug),
        },
    }


def _outline_feature(each: Outline) -> dict[str, Any]:
    stated = {"code": each.division.code, "name": _name(each), "review_number": each.review_number}
    return {"type": "Feature", "geometry": each.geometry(), "properties": stated}


def _name(each: Outline) -> str:
    return plain_text_of(each.division, "name")


def _review_numbers(drawn: Sequence[Outline]) -> list[str]:
    """Return the map review numbers of outlines, each once; lines that somebody made up have none."""
    return list(dict.fromkeys(each.review_number for each in drawn if not each.division.is_invented))


def _mark(cluster: Cluster) -> dict[str, Any]:
    """Return what the drawing shows for a cluster: the shape of the worst status in it, and how many there are."""
    worst = cluster.positions[0]
    return {
        "x": round(cluster.x, 1),
        "y": round(cluster.y, 1),
        "count": len(cluster.positions),
        "status": worst.status,
        "path": _path(worst.status.value, cluster.x - MARK / 2, cluster.y - MARK / 2, MARK),
        "title": title_of(worst),
        "url": url_for("public.projects.show", slug=worst.slug) if len(cluster.positions) == 1 else "#on-map",
    }


def _path(status: str, left: float, top: float, size: float) -> str:
    """Return the outline of a status as the ``d`` of a path; holes rely on the even-odd rule."""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
        for corners, _is_hole in shapes.placed(status, left, top, size)
    )
