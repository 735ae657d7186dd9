"""Headers, cookies, forms and error pages that hold on every route."""

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from minsheng.database import db
from website.application import create_app
from website.config import MapSettings, Settings

PAGES = ["/", "/projects/", "/suggestions/new", "/surveys/", "/search/?q=x", "/admin/sign-in", "/not-there"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_a_strict_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


TILES = "https://tiles.example:8443/{z}/{x}/{y}.png?key=a"


def test_only_the_map_may_show_tiles_and_only_those_of_the_settings(settings: Settings) -> None:
    client = create_app(dataclasses.replace(settings, map=MapSettings((TILES,), "某图"))).test_client()
    with client.application.app_context():
        db.create_all()
    policies = {path: client.get(path).headers["Content-Security-Policy"] for path in ("/map", "/")}
    assert "img-src 'self' data: https://tiles.example:8443;" in policies["/map"]
    assert "tiles.example" not in policies["/"]
    without = create_app(settings).test_client().get("/map").headers["Content-Security-Policy"]
    assert without == policies["/"]


def test_staff_pages_are_never_cached(client: FlaskClient) -> None:
    assert client.get("/admin/sign-in").headers["Cache-Control"] == "no-store"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/suggestions/new").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_cookies_travel_over_https_only(settings: Settings) -> None:
    """And for this very host alone: a page under the same domain cannot plant its own session here."""
    client = create_app(dataclasses.replace(settings, secure_cookies=True)).test_client()
    with client.application.app_context():
        db.create_all()
    name, *attributes = client.get("/suggestions/new", base_url="https://localhost").headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-minsheng=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not any(one.startswith("Domain") for one in attributes)


def example(converter: BaseConverter) -> object:
    """Return something that may stand in this place of an address."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def test_every_form_that_changes_something_needs_its_token(app: Flask) -> None:
    """Post to every route without a token: nothing but the refusal of the form may come back."""
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()):
            continue
        values = {name: example(converter) for name, converter in rule._converters.items()}
        with app.test_request_context():
            path = rule.build(values, append_unknown=False)
        assert path is not None
        answer = client.post(path[1], data={"words": "x"})
        assert answer.status_code == 400, rule.rule


@pytest.mark.parametrize(
    "path",
    [
        "/projects/%00",
        "/projects/" + "x" * 3000,
        "/places/../../etc/passwd",
        "/photos/x-480.webp",
        "/suggestions/999999999999999999999",
        "/projects/?page=-1&year=%F0%9F%92%A9",
        "/projects/?page=99999999999999999999",
        "/search/?q=%00%FF&page=1e9&sort=;",
    ],
)
def test_hostile_addresses_get_an_answer(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {200, 308, 400, 404, 414}


def test_error_pages_speak_the_readers_language_and_show_nothing_internal(client: FlaskClient) -> None:
    answer = client.get("/not-there", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text
    assert "Traceback" not in answer.text


def test_a_failure_is_a_page_and_not_a_trace(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["TESTING"] = False

    def fail() -> str:
        raise RuntimeError("password=secret")

    app.view_functions["public.home.index"] = fail
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_a_body_beyond_all_measure_is_refused(client: FlaskClient, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    assert client.post("/suggestions/new", data={"words": "x" * 2000}).status_code == 413


def test_static_files_are_kept_for_long_and_protected(client: FlaskClient) -> None:
    answer = client.get("/static/pages/site.js")
    answer.close()
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_expired_form_gives_back_what_was_typed(client: FlaskClient) -> None:
    words = "村口的路灯坏了三天，晚上看不见路。<b>"
    answer = client.post("/suggestions/new", data={"words": words, "csrf_token": "old", "contact": "000-0000 0042 abc"})
    hidden = {"next": "/suggestions/new?x=1", "kept": "k" * 40}
    short = client.post("/suggestions/new", data={"words": "水管爆了", **hidden})
    assert answer.status_code == 400
    assert "村口的路灯坏了三天，晚上看不见路。&lt;b&gt;" in answer.text
    assert "0042" not in answer.text
    assert "水管爆了" in short.text
    assert "k" * 40 not in short.text
    assert short.text.count("<blockquote") == 1
