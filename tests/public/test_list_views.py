"""The list of projects: its views, its filters as chips, and the same choice as a file."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import Make
from tests.public.conftest import Reader


@pytest.fixture
def two(session: Session, make: Make) -> None:
    """Two projects whose titles share nothing."""
    make.published_report(make.project(title="硬化道路"))
    make.project(title="供水管网")
    session.commit()


@pytest.mark.usefixtures("two")
def test_a_table_shows_the_same_projects_and_keeps_the_choice(read: Reader) -> None:
    page = read("/projects/?words=%E8%B7%AF&view=table")
    rows = [each.text.strip() for each in page.every("th") if each.get("scope") == "row"]
    assert rows == ["硬化道路"]
    kept = {each["name"]: each["value"] for each in page.every("input") if each.get("name") in {"view", "words"}}
    assert kept == {"view": "table", "words": "路"}
    cards = next(each for each in page.every("a") if each.text == "卡片")
    assert cards["href"] == "/projects/?words=%E8%B7%AF"


@pytest.mark.usefixtures("two")
def test_every_choice_can_be_taken_away_alone_and_all_at_once(read: Reader) -> None:
    page = read("/projects/?words=%E8%B7%AF&funding=county")
    assert [each["href"] for each in page.every("a", "chip")] == [
        "/projects/?words=%E8%B7%AF",
        "/projects/?funding=county",
    ]
    assert "清除全部条件" in page.one("ul", "chips").text


@pytest.mark.usefixtures("two")
def test_the_list_can_be_downloaded_as_it_is_narrowed(client: FlaskClient) -> None:
    answer = client.get("/data/projects.json?words=%E8%B7%AF")
    assert answer.mimetype == "application/json"
    (found,) = json.loads(answer.text)
    assert found["title"] == "硬化道路"
    assert "硬化道路" in client.get("/data/projects.csv?words=%E8%B7%AF").text
    assert json.loads(client.get("/data/projects.json?words=none").text) == []


def test_what_people_type_is_shown_as_text(client: FlaskClient) -> None:
    text = client.get("/projects/", query_string={"words": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text
