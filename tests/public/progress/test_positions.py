"""The map of projects: the drawing and list without script, and the points."""

from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from minsheng.database import db
from minsheng.progress import outlines
from minsheng.records.projects import Category
from tests.factories import Make
from tests.public.conftest import Reader

HERE: dict[str, Any] = {"latitude": Decimal("30.2"), "longitude": Decimal("110.1")}
FAR: dict[str, Any] = {"latitude": Decimal("30.9"), "longitude": Decimal("110.9")}


def test_an_empty_map_says_what_will_be_here(read: Reader) -> None:
    assert "图上还没有项目" in read("/map").one("main").text


def test_the_drawing_and_the_list_lead_to_projects(make: Make, read: Reader) -> None:
    project = make.project(title="甲路", **HERE)
    make.project(title="乙校", **FAR)
    make.project(title="丙站")
    page = read("/map")
    text = page.one("main").text
    assert "图上有 2 个项目" in text
    assert "另有 1 个项目不在图上" in text
    assert "丙站" in text
    ways = [link for link in page.every("a") if link.get("href") == f"/projects/{project.slug}"]
    assert [link for link in ways if link.get("aria-label", "").startswith("甲路，")]
    assert [link for link in ways if link.text == "甲路"]


def test_near_projects_are_drawn_as_one_with_their_number(make: Make, read: Reader) -> None:
    for _each in range(3):
        make.project(**HERE)
    make.project(**FAR)
    labels = [link.get("aria-label", "") for link in read("/map").every("a") if "aria-label" in link]
    assert [label for label in labels if label.startswith("3 个项目，")]


def test_filters_of_the_list_narrow_the_map_and_its_points(make: Make, read: Reader, client: FlaskClient) -> None:
    make.project(title="甲路", category=Category.TRANSPORT, **HERE)
    make.project(title="乙校", category=Category.EDUCATION, **FAR)
    page = read("/map?category=education")
    assert "甲路" not in page.one("main").text
    assert "/projects/?category=education" in [link.get("href") for link in page.every("a")]
    answer = client.get("/projects.geojson?category=education")
    assert answer.mimetype == "application/geo+json"
    features = answer.get_json()["features"]
    assert [each["properties"]["title"] for each in features] == ["乙校"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [110.9, 30.9]}


def test_drafts_are_not_on_the_map(make: Make, client: FlaskClient) -> None:
    make.project(title="甲路", published=False, **HERE)
    db.session.commit()
    assert client.get("/projects.geojson").get_json()["features"] == []
    assert "甲路" not in client.get("/map").text


def test_outlines_are_drawn_with_their_review_number(make: Make, read: Reader, client: FlaskClient) -> None:
    project = make.project(**HERE)
    assert project.division is not None
    assert "不画行政区划界线" in read("/map").one("main").text
    ring = [[110, 30], [111, 30], [111, 31], [110, 31], [110, 30]]
    feature = {
        "properties": {"code": project.division.code, "review_number": "GS(2024)0650号"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    outlines.take(db.session(), [feature], actor="系统管理员", at=make.at)
    db.session.commit()
    page = read("/map")
    assert "审图号：GS(2024)0650号" in page.one("figcaption").text
    (outline,) = page.every("path", "map-outline")
    assert outline["d"].startswith("M")
    (drawn,) = client.get("/projects.geojson").get_json()["outlines"]["features"]
    assert drawn["geometry"] == {"type": "MultiPolygon", "coordinates": [[[[float(x), float(y)] for x, y in ring]]]}
    assert drawn["properties"]["review_number"] == "GS(2024)0650号"
