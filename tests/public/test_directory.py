"""Programmes, places and agencies: sums inside one programme, and who answers for what."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from minsheng.database import db
from minsheng.records.publication import Publication
from tests.factories import Make
from tests.public.conftest import Reader


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "还没有公示今年的民生实事清单"),
        ("/programmes/", "还没有公示的民生工程"),
        ("/places/", "还没有地方"),
        ("/agencies/", "还没有责任单位"),
        ("/changes/", "还没有变更"),
    ],
)
def test_an_empty_site_says_what_will_be_here(read: Reader, address: str, words: str) -> None:
    assert words in read(address).one("main").text


def test_a_programme_adds_up_its_own_projects_and_says_over_how_many(make: Make, read: Reader) -> None:
    programme = make.programme()
    for progress, planned in ((20, 100_000_000), (80, 300_000_000)):
        project = make.project(programme=programme, planned_investment_fen=planned)
        make.published_report(project, physical_progress=Decimal(progress), funds_spent_fen=40_000_000)
    make.project(programme=programme, planned_investment_fen=100_000_000)
    text = read(f"/programmes/{programme.slug}").one("main").text
    assert "65%" in text
    assert "3 个项目中有进度的 2 个，按计划投资加权平均" in text
    assert "3 个项目中 2 个有数" in text


def test_a_mean_without_every_investment_is_plain_and_says_so(make: Make, read: Reader) -> None:
    programme = make.programme()
    for progress, planned in ((20, None), (80, 300_000_000)):
        project = make.project(programme=programme, planned_investment_fen=planned)
        make.published_report(project, physical_progress=Decimal(progress))
    text = read(f"/programmes/{programme.slug}").one("main").text
    assert "50%" in text
    assert "简单平均" in text


def test_a_withdrawn_programme_leaves_a_stub_with_its_reason(make: Make, client: FlaskClient) -> None:
    programme = make.programme(title="撤下的清单")
    programme.publication, programme.withdrawn_reason = Publication.WITHDRAWN, "重复登记"
    db.session.commit()
    stub = client.get(f"/programmes/{programme.slug}")
    assert stub.status_code == 410
    assert "重复登记" in stub.text
    assert "撤下的清单" not in client.get("/programmes/").text


def test_a_place_shows_what_lies_below_it(make: Make, read: Reader) -> None:
    project = make.project(title="山里的路")
    place = project.division
    assert place is not None
    assert place.parent is not None
    page = read(f"/places/{place.parent.code}")
    assert "山里的路" in page.one("main").text
    assert f"/places/{place.code}" in {link.get("href") for link in page.every("a")}


def test_two_programmes_in_one_place_are_never_added(make: Make, read: Reader) -> None:
    county = make.division()
    for _ in range(2):
        make.published_report(make.project(programme=make.programme(division=county)))
    text = read(f"/places/{county.code}").one("main").text
    assert text.count("这份清单在某县的 1 个项目") == 2
    assert "200万元" not in text


def test_an_agency_shows_its_duties_desk_and_projects(make: Make, read: Reader) -> None:
    agency = make.agency(name="某县水利局", duties="管水", desk_phone="0000-1234")
    make.published_report(make.project(agency=agency, title="水渠"))
    text = read(f"/agencies/{agency.slug}").one("main").text
    for part in ("管水", "0000-1234", "水渠", "负责 1 个项目"):
        assert part in text


@pytest.mark.parametrize("address", ["/programmes/none", "/places/000000", "/agencies/none", "/projects/none"])
def test_what_is_not_there_is_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/about/figures", "/about/archive", "/about/privacy", "/about/accessibility", "/data/"]
)
def test_the_pages_about_the_site_stand(read: Reader, address: str) -> None:
    assert len(read(address).one("main").text) > 200
