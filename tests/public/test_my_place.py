"""The reader's own place: remembered without account or script, shown plainly, easy to drop."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.records.places import Division
from tests.factories import Make
from tests.public.conftest import Reader

pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture
def county(session: Session, make: Make) -> Division:
    """A county with a project of its own."""
    place = make.project(title="硬化道路").programme.division
    assert place is not None
    session.commit()
    return place


def test_the_home_page_shows_it_with_its_numbers(client: FlaskClient, read: Reader, county: Division) -> None:
    assert "不再记住" not in client.get("/").text
    answer = client.get(f"/my-place?code={county.code}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get(f"/my-place?code={county.code}&next=/%23my-place").headers["Location"] == "/#my-place"
    shown = read("/").by_id("my-place").text
    assert county.name in shown
    assert "不再记住" in shown
    client.get("/my-place?code=")
    assert "不再记住" not in client.get("/").text


def test_the_bare_list_leads_to_it_and_every_filter_can_be_taken_away(
    client: FlaskClient, read: Reader, county: Division
) -> None:
    client.set_cookie("place", county.code)
    answer = client.get("/projects/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/projects/?place={county.code}")
    page = read(f"/projects/?place={county.code}")
    chip = next(link for link in page.every("a", "chip") if "place" in link["href"])
    assert chip["href"] == "/projects/?place=all"
    everywhere = read("/projects/?place=all")
    assert not everywhere.every("a", "chip")
    assert county.name in everywhere.one("p", "my-place").text


@pytest.mark.parametrize("code", ["999999", "abc", "1" * 13, "410000'--"])
def test_a_place_that_is_none_of_ours_is_refused(client: FlaskClient, county: Division, code: str) -> None:
    assert client.get("/my-place", query_string={"code": code}).status_code == 404
    client.set_cookie("place", code)
    assert "不再记住" not in client.get("/").text
    assert client.get("/projects/").status_code == 200


def test_a_place_page_offers_itself(read: Reader, county: Division) -> None:
    page = read(f"/places/{county.code}")
    assert [each["value"] for each in page.every("input") if each.get("name") == "code"] == [county.code]
