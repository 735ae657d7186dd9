"""Old addresses: renamed records lead on from every page they had, withdrawn ones say why."""

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.records import addresses
from tests.factories import Make
from tests.pages.reading import parse

ACTOR = "某县民生办"
pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/projects/old", "/projects/new"),
        ("/projects/old?lang=en&board=1", "/projects/new?lang=en&board=1"),
        ("/projects/old/data.json", "/projects/new/data.json"),
        ("/projects/old/board", "/projects/new/board"),
        ("/projects/old/board.pdf?size=A3", "/projects/new/board.pdf?size=A3"),
        ("/projects/old/card.png", "/projects/new/card.png"),
        ("/programmes/old-list", "/programmes/new-list"),
        ("/agencies/old-bureau", "/agencies/new-bureau"),
    ],
)
def test_old_addresses_lead_to_the_new_ones(
    client: FlaskClient, session: Session, make: Make, at: dt.datetime, old: str, new: str
) -> None:
    project = make.project(slug="old", programme=make.programme(slug="old-list"), agency=make.agency(slug="old-bureau"))
    assert project.agency is not None
    addresses.rename(session, project, "new", actor=ACTOR, at=at)
    addresses.rename(session, project.programme, "new-list", actor=ACTOR, at=at)
    addresses.rename(session, project.agency, "new-bureau", actor=ACTOR, at=at)

    answer = client.get(old)
    assert (answer.status_code, answer.location) == (301, new)
    assert client.get(new).status_code == 200


def test_a_draft_that_was_renamed_stays_hidden_behind_its_old_address(
    client: FlaskClient, session: Session, make: Make, at: dt.datetime
) -> None:
    project = make.project(slug="old", published=False)
    addresses.rename(session, project, "secret-plan", actor=ACTOR, at=at)
    answer = client.get("/projects/old")

    assert answer.status_code == 404
    assert "secret-plan" not in answer.text


def test_the_change_log_is_found_under_every_name(
    client: FlaskClient, session: Session, make: Make, at: dt.datetime
) -> None:
    project = make.project(slug="old", title="村村通")
    addresses.rename(session, project, "new", actor=ACTOR, at=at)

    for slug in ("old", "new"):
        text = parse(client.get(f"/changes/?project={slug}").text).one("main").text
        assert "公示项目" in text
        assert "项目换网址" in text


def test_a_withdrawn_project_leaves_a_stub_with_its_log(
    client: FlaskClient, session: Session, make: Make, at: dt.datetime
) -> None:
    project = make.project(slug="gone", title="撤下的项目")
    publishing.withdraw(session, project, "与另一项重复", ACTOR, at)
    answer = client.get("/projects/gone")
    page = parse(answer.text)

    assert answer.status_code == 410
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "撤下的项目" in page.one("h1").text
    assert "公示项目" in page.one("main").text
    assert "与另一项重复" in page.one("main").text
    assert "2026年6月10日" in page.one("main").text
    assert client.get("/projects/gone/board").status_code == 410
    assert "撤下的项目" not in client.get("/projects/").text
    assert "/projects/gone" not in client.get("/sitemaps/projects-1.xml").text


def test_a_withdrawn_programme_leaves_a_stub(
    client: FlaskClient, session: Session, make: Make, at: dt.datetime
) -> None:
    programme = make.programme(slug="gone-list", title="撤下的清单")
    publishing.withdraw(session, programme, "与另一份重复", ACTOR, at)
    answer = client.get("/programmes/gone-list")

    assert answer.status_code == 410
    assert "公示民生工程" in answer.text


def test_drafts_and_unknown_slugs_are_simply_not_found(client: FlaskClient, make: Make) -> None:
    make.project(slug="draft", published=False, title="还没公示")
    for address in ("/projects/draft", "/projects/never", "/programmes/never", "/agencies/never"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "还没公示" not in answer.text
