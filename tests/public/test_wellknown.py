"""Fixed addresses that programs ask for."""

import dataclasses
import datetime as dt
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from pages.services import EXTENSION
from public import wellknown
from tests.factories import Make

pytestmark = pytest.mark.usefixtures("standing_clock")
NAMESPACE = {"s": wellknown.NAMESPACE}


def locations(text: str) -> list[str]:
    return [found.text or "" for found in ElementTree.fromstring(text).iterfind(".//s:loc", NAMESPACE)]  # noqa: S314 - our own answer


def test_the_site_maps_list_what_residents_see_and_only_that(client: FlaskClient, make: Make) -> None:
    project = make.project(slug="road", agency=make.agency(slug="bureau"))
    make.published_report(project)
    make.project(slug="draft", published=False)
    listed = [
        address for part in locations(client.get("/sitemap.xml").text) for address in locations(client.get(part).text)
    ]

    assert "http://localhost/projects/road" in listed
    assert "http://localhost/agencies/bureau" in listed
    assert f"http://localhost/programmes/{project.programme.slug}" in listed
    assert not [address for address in listed if "draft" in address or "/admin" in address]
    assert len(listed) == len(set(listed))
    for address in listed:
        assert client.get(address).status_code == 200, address


def test_a_project_changed_when_its_last_report_was_published(client: FlaskClient, make: Make, at: dt.datetime) -> None:
    make.published_report(make.project(slug="road"))
    assert f"<lastmod>{at.date().isoformat()}</lastmod>" in client.get("/sitemaps/projects-1.xml").text


def test_a_kind_with_too_many_addresses_has_several_maps(
    client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = make.programme()
    for slug in ("a", "b", "c"):
        make.project(slug=slug, programme=programme)
    monkeypatch.setattr(wellknown, "MOST_ADDRESSES", 2)
    parts = [part for part in locations(client.get("/sitemap.xml").text) if "projects" in part]

    assert [len(locations(client.get(part).text)) for part in parts] == [2, 1]
    assert client.get("/sitemaps/projects-3.xml").status_code == 404


@pytest.mark.parametrize("part", ["projects-0", "projects-2", "secrets-1", "projects-99999", "..-1"])
def test_no_other_map_exists(client: FlaskClient, part: str) -> None:
    assert client.get(f"/sitemaps/{part}.xml").status_code == 404


def test_crawlers_are_kept_from_what_is_not_for_them(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert "Disallow: /admin" in lines
    assert "Sitemap: http://localhost/sitemap.xml" in lines
    assert "Disallow: /" not in lines


def test_weaknesses_are_reported_where_the_installation_says(client: FlaskClient) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    known = client.application.extensions[EXTENSION]
    client.application.extensions[EXTENSION] = dataclasses.replace(known, security_contact="mailto:safe@example.org")
    lines = client.get("/.well-known/security.txt").text.splitlines()

    assert lines[0] == "Contact: mailto:safe@example.org"
    assert lines[1] == "Expires: 2026-12-07T00:00:00Z"


def test_the_manifest_and_the_icons_are_there(client: FlaskClient) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    for icon in (manifest.get_json()["icons"][0]["src"], client.get("/favicon.ico").location):
        answer = client.get(icon)
        assert answer.status_code == 200
        assert answer.mimetype == "image/png"
