"""The page cache: nothing stale in any process, nothing personal in memory, nothing that made-up addresses can fill."""

import contextvars
import dataclasses
import datetime as dt
import functools
import gzip
import re
from collections.abc import Iterator
from typing import Any

import brotli
import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from minsheng.clock import local_date
from minsheng.database import Base, db
from minsheng.records.projects import Project
from minsheng.revision import SiteRevision
from pages.services import EXTENSION
from public import keeping
from tests.conftest import AT, COMPILED
from tests.factories import Make
from website.application import create_app
from website.config import Settings
from website.page_cache import PageCache
from website.page_store import Page, PageStore

TOKEN = re.compile(r'name="csrf_token"|name="ticket"')


class Visitor(Client):
    """A browser without cookies; each request has a context of its own, as on a server."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return contextvars.Context().run(functools.partial(super().open, *arguments, **{"buffered": True, **options}))


def reader(app: Flask) -> Visitor:
    """A new visitor."""
    return Visitor(app.wsgi_app, TestResponse, use_cookies=False)


def cache_of(app: Flask) -> PageCache:
    layer: Any = app.wsgi_app
    while not isinstance(layer, PageCache):
        layer = vars(layer).get("application") or vars(layer)["_application"]
    return layer


@pytest.fixture
def kept(app: Flask, session: Session, make: Make) -> Project:
    """A published project, committed."""
    project = make.project(title="硬化道路")
    make.published_report(project)
    session.commit()
    return project


class TestFreshness:
    """A publication is visible at the next request in every process."""

    @pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
    def processes(self, request: pytest.FixtureRequest, settings: Settings) -> Iterator[tuple[Flask, Flask]]:
        """Two applications on one database, as two server processes are."""
        if request.param == "postgresql":
            url = str(request.getfixturevalue("postgresql_url"))
            settings = dataclasses.replace(settings, database_url=url)
        pair = create_app(settings), create_app(settings)
        for app in pair:
            app.jinja_env.bytecode_cache = COMPILED
        with pair[0].app_context():
            flask_migrate.upgrade()
        yield pair
        for app in pair:
            with app.app_context():
                db.engine.dispose()

    def test_in_every_process_and_on_every_page(self, processes: tuple[Flask, Flask]) -> None:
        first, second = processes
        with first.app_context():
            project = Make(db.session(), AT).project(title="硬化道路")
            db.session.commit()
            address, number = f"/projects/{project.slug}", project.id
        addresses = [address, "/projects/", f"{address}/data.json"]
        for app in processes:
            for each in addresses:
                for _ in range(2):
                    assert reader(app).get(each).status_code == 200
            assert len(cache_of(app).store) == len(addresses)
        tags = {each: reader(second).get(each).headers["ETag"] for each in addresses}
        for step in range(3):
            with first.app_context():
                changed = db.session.get_one(Project, number)
                changed.title = f"供水管网{step}"
                db.session.commit()
            for app in processes:
                for each in addresses[:2]:
                    answer = reader(app).get(each, headers={"If-None-Match": tags[each]})
                    assert answer.status_code == 200
                    assert f"供水管网{step}" in answer.text

    def test_a_page_is_never_older_than_its_revision(self, processes: tuple[Flask, Flask]) -> None:
        """A change is committed while a page is being made: the next request must show it."""
        first, second = processes
        with first.app_context():
            project = Make(db.session(), AT).project(title="硬化道路")
            db.session.commit()
            number = project.id

        def change() -> None:
            with second.app_context():
                db.session.get_one(Project, number).title = "供水管网"
                db.session.commit()

        interrupted = False

        @first.before_request
        def interrupt() -> None:
            nonlocal interrupted
            if not interrupted:
                interrupted = True
                change()

        old = reader(first).get("/projects/").text
        assert "硬化道路" in old, "the page is made in the snapshot of its revision"
        assert "供水管网" in reader(first).get("/projects/").text
        assert "供水管网" in reader(second).get("/projects/").text


@pytest.mark.usefixtures("kept")
def test_the_day_turns_pages_over(app: Flask) -> None:
    services = app.extensions[EXTENSION]
    clock = AT
    app.extensions[EXTENSION] = dataclasses.replace(services, clock=lambda: clock)
    early = reader(app).get("/projects/").text
    assert reader(app).get("/projects/").text == early
    clock = AT + dt.timedelta(days=365)
    assert reader(app).get("/projects/").text != early
    assert local_date(clock) != local_date(AT)


@pytest.mark.usefixtures("kept")
def test_languages_hosts_and_display_have_pages_of_their_own(app: Flask) -> None:
    client = reader(app)
    texts = {client.get("/", headers={"Accept-Language": tag}).text for tag in ("zh-CN", "en-GB", "zh-TW", "zh;q=0.9")}
    assert len(texts) == 3
    assert client.get("/", headers={"Cookie": "lang=en", "Accept-Language": "zh-CN"}).text in texts
    assert len(cache_of(app).store) == 3
    client.get("/", headers={"Host": "elsewhere.example"})
    assert len(cache_of(app).store) == 4
    client.get("/", headers={"Cookie": "unknown=1"})
    client.get("/", headers={"Cookie": "text=unheard-of"})
    assert len(cache_of(app).store) == 4
    client.get("/", headers={"Cookie": "text=large"})
    assert len(cache_of(app).store) == 5


@pytest.mark.usefixtures("kept")
def test_choosing_a_language_is_still_remembered(app: Flask) -> None:
    client = reader(app)
    for _ in range(2):
        assert "lang=en" in client.get("/?lang=en").headers["Set-Cookie"]
    assert len(cache_of(app).store) == 0
    for _ in range(2):
        assert "Set-Cookie" not in client.get("/?lang=en", headers={"Cookie": "lang=en"}).headers
    assert len(cache_of(app).store) == 1


@pytest.mark.usefixtures("kept")
def test_made_up_addresses_fill_nothing(app: Flask) -> None:
    client = reader(app)
    for address in ("/?x=1", "/projects/?nonsense=1", f"/projects/?place={'9' * 400}", "/search/?q=1", "/nothing-here"):
        client.get(address)
    assert len(cache_of(app).store) == 0
    client.get("/projects/?sort=gap&year=2026")
    client.get("/projects/?year=2026&sort=gap&place=")
    assert len(cache_of(app).store) == 1


@pytest.mark.usefixtures("kept")
def test_who_has_a_session_gets_a_page_of_their_own(app: Flask) -> None:
    reader(app).get("/", headers={"Cookie": "minsheng=anything"})
    assert len(cache_of(app).store) == 0


class TestEveryPublicPage:
    """All pages of residents, as the application lists them."""

    @pytest.fixture
    def pages(self, app: Flask, kept: Project, make: Make, session: Session) -> dict[str, str]:
        """An address for every public page that answers to GET, by endpoint."""
        wave = make.wave()
        session.commit()
        assert kept.division is not None
        known = {
            "slug": kept.slug,
            "code": kept.division.code,
            "period": "2026-05",
            "kind": "projects",
            "folder": "projects",
            "key": kept.slug,
        }
        found = {}
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("public.") or "GET" not in (rule.methods or set()):
                continue
            values = {name: known.get(name, 1) for name in rule.arguments}
            if "surveys" in rule.endpoint:
                values["slug"] = wave.slug
            elif "programme" in rule.rule:
                values["slug"] = kept.programme.slug
            with app.test_request_context():
                built = rule.build({**rule.defaults, **values} if rule.defaults else values, append_unknown=False)
            if built is not None:
                found[rule.endpoint] = built[1]
        return found

    def test_no_kept_page_is_anybodys_own(self, app: Flask, pages: dict[str, str]) -> None:
        store = cache_of(app).store
        kept_endpoints = set()
        for endpoint, address in pages.items():
            before = len(store)
            answer = reader(app).get(address)
            if len(store) > before:
                kept_endpoints.add(endpoint)
                assert answer.status_code == 200
                assert "Set-Cookie" not in answer.headers, endpoint
                assert not TOKEN.search(answer.text), endpoint
                assert "no-store" not in answer.headers["Cache-Control"], endpoint
                assert reader(app).get(address).data == answer.data
        wanted = {"home.index", "projects.index", "projects.show", "programmes.show", "places.show", "changes.index"}
        assert {f"public.{name}" for name in wanted} <= kept_endpoints
        assert not any(keeping.reason_not_to_keep(endpoint) for endpoint in kept_endpoints)

    def test_every_rule_about_keeping_is_about_a_page(self, pages: dict[str, str]) -> None:
        assert [name for name in keeping.PARAMETERS if name not in pages] == []
        for beginning in keeping.NEVER:
            assert any(endpoint.startswith(beginning) for endpoint in pages), beginning


def test_made_up_places_fill_no_memory_and_real_ones_have_their_page(app: Flask, kept: Project) -> None:
    client = reader(app)
    store = cache_of(app).store
    plain = client.get("/").text
    assert kept.division is not None
    before = len(store)
    for number in range(20):
        assert client.get("/", headers={"Cookie": f"place=9{number:05d}"}).text == plain
    assert len(store) == before
    own = {"Cookie": f"place={kept.division.code}"}
    assert client.get("/", headers=own).text != plain
    assert len(store) == before + 1
    client.get("/programmes/", headers=own)
    client.get("/programmes/")
    assert len(store) == before + 2, "pages that do not show the place do not ask for it"


@pytest.mark.usefixtures("kept")
class TestConditionsAndEncodings:
    """304, HEAD and compressed bodies."""

    @pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, *", "gzip")])
    def test_bodies_come_as_the_reader_takes_them(self, app: Flask, accepted: str, encoding: str) -> None:
        client = reader(app)
        plain = client.get("/projects/")
        for _ in range(2):
            answer = client.get("/projects/", headers={"Accept-Encoding": accepted})
            assert answer.headers["Content-Encoding"] == encoding
            unpack = brotli.decompress if encoding == "br" else gzip.decompress
            assert unpack(answer.data) == plain.data
            assert int(answer.headers["Content-Length"]) == len(answer.data)
            assert {"accept-encoding", "accept-language", "cookie"} <= {each.lower() for each in answer.vary}
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["ETag"] != answer.headers["ETag"]

    def test_who_has_the_page_gets_304(self, app: Flask) -> None:
        client = reader(app)
        tag = client.get("/projects/").headers["ETag"]
        for held in (tag, f'"x", W/{tag}', "*"):
            answer = client.get("/projects/", headers={"If-None-Match": held})
            assert (answer.status_code, answer.data) == (304, b"")
            assert answer.headers["ETag"] == tag
            assert "Content-Length" not in answer.headers
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        other = {"If-None-Match": tag, "Accept-Encoding": "gzip"}
        assert client.get("/projects/", headers=other).status_code == 200

    def test_a_date_is_given_and_believed_only_once_it_is_exact(self, app: Flask, session: Session) -> None:
        client = reader(app)
        assert "Last-Modified" not in client.get("/projects/").headers
        cache_of(app)._started_at = 0
        session.execute(sa.update(SiteRevision).values(number=SiteRevision.number + 1, at=AT.replace(year=2020)))
        session.commit()
        app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], clock=lambda: AT.replace(year=2020))
        given = client.get("/projects/").headers["Last-Modified"]
        assert client.get("/projects/", headers={"If-Modified-Since": given}).status_code == 304
        earlier = "Wed, 01 Jan 2020 00:00:00 GMT"
        assert client.get("/projects/", headers={"If-Modified-Since": earlier}).status_code == 200
        both = {"If-Modified-Since": given, "If-None-Match": '"other"'}
        assert client.get("/projects/", headers=both).status_code == 200

    def test_head_says_what_get_would(self, app: Flask) -> None:
        client = reader(app)
        for address in ("/projects/", "/search/", "/data/projects.csv", "/nothing-here"):
            for _ in range(2):
                head, full = client.head(address), client.get(address)
                assert head.data == b""
                assert head.status_code == full.status_code
                assert head.headers.get("ETag") == full.headers.get("ETag")

    def test_a_page_with_a_token_is_compressed_for_our_own_readers_only(self, app: Flask) -> None:
        client = reader(app)
        headers = {"Accept-Encoding": "br"}
        assert "Content-Encoding" not in client.get("/suggestions/new", headers=headers).headers
        for site, encoding in (("same-origin", "br"), ("none", "br"), ("cross-site", None), ("same-site", None)):
            answer = client.get("/suggestions/new", headers={**headers, "Sec-Fetch-Site": site})
            assert answer.headers.get("Content-Encoding") == encoding, site
        with_session = {**headers, "Cookie": "minsheng=x"}
        assert "Content-Encoding" not in client.get("/projects/", headers=with_session).headers

    def test_streams_are_left_alone(self, app: Flask) -> None:
        answer = reader(app).get("/data/projects.csv", headers={"Accept-Encoding": "br"})
        assert not {"Content-Encoding", "Content-Length", "ETag"} & set(answer.headers.keys())


def page(size: int, tag: str = "x") -> Page:
    return Page([], b"x" * size, tag)


class TestPageStore:
    """Room, order and generations."""

    def test_it_never_grows_beyond_its_limit(self) -> None:
        store = PageStore(100_000)
        for number in range(1000):
            store.put(None, number, page(3_000))
            assert store.size <= 100_000
        assert len(store) > 10

    def test_a_crowd_of_new_pages_never_drives_out_what_is_asked_for_again(self) -> None:
        store = PageStore(100_000)
        store.put(None, "home", page(3_000))
        assert store.get(None, "home")
        for number in range(1000):
            store.put(None, number, page(3_000))
        assert store.get(None, "home")

    def test_what_was_proved_once_gives_way_in_the_end(self) -> None:
        store = PageStore(100_000)
        for number in range(100):
            store.put(None, number, page(3_000))
            assert store.get(None, number)
            assert store.size <= 100_000
        assert store.get(None, 0) is None
        assert store.get(None, 99)

    def test_another_generation_empties_it(self) -> None:
        store = PageStore(100_000)
        store.get(1, "home")
        store.put(1, "home", page(10))
        store.put(0, "late", page(10))
        assert (store.get(1, "home") is not None, store.get(1, "late")) == (True, None)
        assert store.get(2, "home") is None
        store.put(1, "home", page(10))
        assert (len(store), store.size) == (0, 0)

    def test_a_giant_is_not_kept(self) -> None:
        store = PageStore(100_000)
        store.put(None, "giant", page(90_000))
        assert len(store) == 0


def test_without_room_everything_still_works(settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, page_cache_bytes=0))
    with app.app_context():
        Base.metadata.create_all(db.engine)
    answer = reader(app).get("/", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert len(cache_of(app).store) == 0
    with app.app_context():
        db.engine.dispose()
