"""OC4IDS to take away: of one project, a list, a place, or what a filter leaves; only what is public."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.projects import Category
from tests.factories import Make
from tests.minsheng.oc4ids_schema import SCHEMA, Checker
from tests.public.conftest import Reader


def package(client: FlaskClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert ".oc4ids.json" in response.headers["Content-Disposition"]
    said = response.get_json()
    if SCHEMA.exists():
        assert Checker().faults(said) == []
    return said


def test_a_project_is_a_package_of_one(make: Make, client: FlaskClient, standing_clock: None) -> None:
    project = make.project(title="石桥村道路硬化")
    make.published_report(project)
    document = make.document(project, title="批复")
    said = package(client, f"/projects/{project.slug}/oc4ids.json")
    assert said["uri"] == f"http://localhost/projects/{project.slug}/oc4ids.json"
    (one,) = said["projects"]
    assert one["title"] == "石桥村道路硬化"
    assert one["id"] == f"http://localhost/projects/{project.slug}"
    (url,) = [each["url"] for each in one["documents"] if each["title"] == "批复"]
    assert url.startswith(f"http://localhost/documents/{document.id}/")


@pytest.mark.parametrize("kind", ["programmes", "places"])
def test_a_list_and_a_place_are_packages(make: Make, client: FlaskClient, kind: str, standing_clock: None) -> None:
    programme = make.programme()
    mine = {make.project(programme=programme, title=title).title for title in ("甲", "乙")}
    make.project(title="别处的")
    key = programme.slug if kind == "programmes" else programme.division and programme.division.code
    said = package(client, f"/{kind}/{key}/oc4ids.json")
    assert {one["title"] for one in said["projects"]} == mine


def test_a_filter_leaves_what_it_leaves(make: Make, client: FlaskClient, standing_clock: None) -> None:
    make.project(title="路")
    make.project(title="学校", category=Category.EDUCATION)
    said = package(client, "/data/oc4ids.json?category=education")
    assert [one["title"] for one in said["projects"]] == ["学校"]
    assert said["uri"].endswith("/data/oc4ids.json?category=education")
    assert len(package(client, "/data/oc4ids.json")["projects"]) == 2


def test_drafts_and_nothing_at_all_are_not_there(make: Make, client: FlaskClient, session: Session) -> None:
    draft = make.project(published=False)
    assert client.get(f"/projects/{draft.slug}/oc4ids.json").status_code == 404
    assert client.get("/data/oc4ids.json").status_code == 404
    assert client.get("/places/999999/oc4ids.json").status_code == 404
    assert client.get("/programmes/none/oc4ids.json").status_code == 404


def test_the_page_of_a_project_leads_to_it(make: Make, read: Reader) -> None:
    project = make.project()
    page = read(f"/projects/{project.slug}")
    assert f"/projects/{project.slug}/oc4ids.json" in {link.get("href") for link in page.every("a")}
