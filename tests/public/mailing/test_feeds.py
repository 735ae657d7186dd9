"""Feeds: valid Atom, the same names for ever, pages that join, nothing that is not public."""

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.journal import Act, current_head
from minsheng.records.projects import Project
from public.mailing.feeds import PAGE_SIZE, printable
from tests.conftest import AT
from tests.factories import Make

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def project(make: Make, session: Session) -> Project:
    made = make.project(slug="road", title="农村公路“村村通”", agency=make.agency(slug="water"))
    make.published_report(made)
    session.commit()
    return made


def read(client: FlaskClient, path: str) -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.data)  # noqa: S314 - our own output
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert element.findtext(f"{ATOM}author/{ATOM}name")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.findtext(f"{ATOM}updated") or "")
        assert (element.findtext(f"{ATOM}id") or "").startswith("tag:")
    ids = [element.findtext(f"{ATOM}id") for element in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return root


def link(feed: ET.Element, relation: str) -> str | None:
    """Return path and query of a link of the feed itself."""
    for element in feed.findall(f"{ATOM}link"):
        if element.get("rel") == relation:
            parts = urlsplit(element.get("href", ""))
            assert parts.netloc
            return f"{parts.path}?{parts.query}"
    return None


def titles(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]


def test_every_kind_of_page_has_a_feed_and_names_it(client: FlaskClient, project: Project) -> None:
    assert project.division is not None
    pages = {
        "/changes/": "/feeds/changes.atom?lang=zh-Hans",
        "/": "/feeds/changes.atom?lang=zh-Hans",
        "/projects/road": "/feeds/projects/road.atom?lang=zh-Hans",
        f"/programmes/{project.programme.slug}": f"/feeds/programmes/{project.programme.slug}.atom?lang=zh-Hans",
        f"/places/{project.division.code}": f"/feeds/places/{project.division.code}.atom?lang=zh-Hans",
        "/agencies/water": "/feeds/agencies/water.atom?lang=zh-Hans",
        "/projects/?agency=water&sort=name": "/feeds/projects.atom?agency=water&lang=zh-Hans",
        "/search/?q=公路&page=2": "/feeds/search.atom?q=%E5%85%AC%E8%B7%AF&lang=zh-Hans",
    }
    for page, feed in pages.items():
        text = client.get(page).text.replace("&amp;", "&")
        assert 'type="application/atom+xml" title="订阅' in text, page
        assert text.count(f'href="{feed}"') == 2, (page, re.findall(r'href="(/feeds[^"]*)"', text))
        assert len(titles(read(client, feed))) >= 1


def test_main_feed_carries_the_head_of_the_journal(client: FlaskClient, project: Project, session: Session) -> None:
    subtitle = read(client, "/feeds/changes.atom").findtext(f"{ATOM}subtitle") or ""
    assert current_head(session) in subtitle


def test_entries_are_sentences_in_the_language_of_the_address(client: FlaskClient, project: Project) -> None:
    feed = read(client, "/feeds/projects/road.atom?lang=zh-Hant")
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-Hant"
    assert any("農村公路" in title for title in titles(feed))
    chinese = read(client, "/feeds/projects/road.atom?lang=zh-Hans")
    assert titles(chinese)[0].startswith("公示月报（2026年5月）：农村公路")
    entry = next(chinese.iter(f"{ATOM}entry"))
    assert "登记。" in (entry.findtext(f"{ATOM}summary") or "")
    alternate = entry.find(f"{ATOM}link")
    assert alternate is not None
    assert alternate.get("href", "").endswith("/projects/road?lang=zh-Hans#report-2026-05")


def test_entries_name_a_record_as_it_is_called_in_that_language(
    client: FlaskClient, project: Project, session: Session
) -> None:
    project.translations = {"en": {"title": "Village roads"}}
    session.commit()
    for language, name in (("en", "Village roads"), ("zh-Hans", "农村公路")):
        found = titles(read(client, f"/feeds/projects/road.atom?lang={language}"))
        assert found
        assert [title for title in found if name not in title] == []


def test_pages_join_without_gap_or_overlap(client: FlaskClient, project: Project, session: Session) -> None:
    for number in range(PAGE_SIZE * 2):
        journal.record(
            session, Act("project_revised", "project:road", "某县民生办", about_project="road", reason=str(number)), AT
        )
    session.commit()
    first = read(client, "/feeds/projects/road.atom")
    seen = [entry.findtext(f"{ATOM}id") for entry in first.iter(f"{ATOM}entry")]
    following = link(first, "next")
    while following:
        page = read(client, following)
        assert link(page, "self") == following
        assert link(page, "first") == link(first, "self")
        seen += [entry.findtext(f"{ATOM}id") for entry in page.iter(f"{ATOM}entry")]
        following = link(page, "next")
    assert len(seen) == len(set(seen)) == PAGE_SIZE * 2 + 2


def test_names_of_entries_stay_and_are_the_same_in_every_feed(client: FlaskClient, project: Project) -> None:
    def ids(path: str) -> set[str | None]:
        return {entry.findtext(f"{ATOM}id") for entry in read(client, path).iter(f"{ATOM}entry")}

    of_project = ids("/feeds/projects/road.atom")
    assert of_project
    assert of_project < ids("/feeds/changes.atom?lang=en")


def test_unchanged_feed_is_not_sent_again(client: FlaskClient, project: Project, session: Session) -> None:
    first = client.get("/feeds/projects/road.atom")
    etag = first.headers["ETag"]
    assert client.get("/feeds/projects/road.atom", headers={"If-None-Match": etag}).status_code == 304
    journal.record(session, Act("project_revised", "project:road", "某县民生办", about_project="road"), AT)
    assert client.get("/feeds/projects/road.atom", headers={"If-None-Match": etag}).status_code == 200


def test_what_is_not_public_is_in_no_feed(client: FlaskClient, project: Project, session: Session) -> None:
    act = Act("contact_viewed", "suggestion:1", "某县民生办", about_project="road", is_public=False)
    journal.record(session, act, AT)
    session.commit()
    for path in (
        "/feeds/changes.atom",
        "/feeds/projects/road.atom",
        "/feeds/projects.atom",
        "/feeds/agencies/water.atom",
    ):
        acts = [title for title in titles(read(client, path)) if "尾码" not in title]
        assert len(acts) == 2 + (path == "/feeds/changes.atom"), path


def test_markup_and_control_characters_do_no_harm(client: FlaskClient, make: Make, session: Session) -> None:
    make.project(slug="odd", title="<b>&\"'</b> ]]> \x0b\x0c\ufffe终")
    session.commit()
    assert titles(read(client, "/feeds/projects/odd.atom?before=99999999")) == ["公示项目：<b>&\"'</b> ]]> 终"]


def test_printable_keeps_what_xml_may_hold() -> None:
    assert printable("a\x00b\ud800c\uffffd\t\n𠮷") == "abcd\t\n𠮷"


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/projects/nowhere.atom",
        "/feeds/places/000000.atom",
        "/feeds/suggestions/1.atom",
        "/feeds/suggestions/x.atom",
        "/feeds/suggestions/99999999999999999999.atom",
        "/feeds/search.atom",
        "/feeds/staff/1.atom",
    ],
)
def test_what_is_not_there_has_no_feed(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["before=-1", "before=abc", "before=99999999999999999999", "place=%00&year=0"])
def test_odd_parameters_are_harmless(client: FlaskClient, project: Project, query: str) -> None:
    read(client, f"/feeds/projects.atom?{query}")
