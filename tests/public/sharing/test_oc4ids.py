"""OC4IDS to take away: of one project, a list, a place, or what a filter leaves; only what is public."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.errors import InvalidValuesError
from minsheng.installation.settings import put
from minsheng.records.projects import Category
from tests.conftest import AT
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


def test_the_licence_goes_with_the_data(make: Make, client: FlaskClient, read: Reader, session: Session) -> None:
    make.project()
    address = "https://creativecommons.org/licenses/by/4.0/"
    assert "license" not in package(client, "/data/oc4ids.json")
    assert "还没有声明" in read("/data/").every("main")[0].text
    put(session, {"data_licence": "CC BY 4.0", "data_licence_url": address}, "系统管理员", AT)
    assert package(client, "/data/oc4ids.json")["license"] == address
    links = [link for link in read("/data/").every("a") if link.get("rel") == "license noopener"]
    assert [link.get("href") for link in links] == [address]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "https://x/<b>", "x" * 300, "https://x y"])
def test_a_licence_is_at_a_web_address(session: Session, address: str) -> None:
    with pytest.raises(InvalidValuesError):
        put(session, {"data_licence_url": address}, "系统管理员", AT)


def test_a_stranger_finds_every_form_of_the_data(make: Make, client: FlaskClient, read: Reader) -> None:
    project = make.project()
    programme, division = project.programme, project.division
    page = read("/data/")
    linked = {link.get("href", "") for link in page.every("a")}
    for address in ("/data/projects.csv", "/data/projects.json", "/data/oc4ids.json", "/changes/journal.jsonl"):
        assert address in linked
        assert client.get(address).status_code == 200
    assert {"/changes/verify.py", "/changes/head.txt"} <= linked
    assert "python3 verify.py journal.jsonl" in page.every("main")[0].text
    keys = {"projects": project.slug, "programmes": programme.slug, "places": division.code if division else ""}
    told = [
        cell.text for cell in page.every("code") if cell.text.startswith(("/projects/", "/programmes/", "/places/"))
    ]
    assert len(told) == 8
    for address in told:
        folder, _name, file = address.strip("/").split("/")
        assert client.get(f"/{folder}/{keys[folder]}/{file}").status_code == 200, address
