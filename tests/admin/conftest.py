"""A browser that has signed in, and helpers that read its pages the way a person does."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts import passwords
from minsheng.accounts.staff import StaffMember
from pages.services import EXTENSION
from website.application import create_app
from website.config import Settings

AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
HASHED = CHEAP.hash(PASSWORD)


class Browser:
    """A client that sends the CSRF token of the page it is on, as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def _open(self, method: str, url: str, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return self.client.open(url, method=method, **kwargs)

    def get(self, url: str, **kwargs: Any) -> TestResponse:
        return self._open("GET", url, **kwargs)

    def send(self, method: str, url: str) -> TestResponse:
        """Send a request with nothing in it."""
        return self._open(method, url)

    def token(self, url: str) -> str:
        """The CSRF token of the first form on a page."""
        return _Fields.of(self.get(url)).get("csrf_token", "")

    def fields(self, url: str) -> dict[str, str]:
        """What the controls of a page hold."""
        return _Fields.of(self.get(url))

    def post_as_typed(self, url: str, data: dict[str, Any]) -> TestResponse:
        """Send a form from a page that was opened before, with the token that stood on it."""
        return self._open("POST", url, data=data, content_type="multipart/form-data")

    def post(self, url: str, data: dict[str, Any] | None = None, *, on: str | None = None) -> TestResponse:
        """Send a form that stands on the page ``on`` (the same address unless given)."""
        sent = {"csrf_token": self.token(on or url), **(data or {})}
        return self._open("POST", url, data=sent, content_type="multipart/form-data")

    def sign_in(self, member: StaffMember, password: str = PASSWORD, **query: str) -> TestResponse:
        """Sign in on the page for it; someone who is signed in already has its form open in another tab."""
        token = self.token("/admin/sign-in") or self.token("/admin/password")
        typed = {"csrf_token": token, "username": member.username, "password": password, **query}
        return self.post_as_typed("/admin/sign-in", typed)


def read_fields(response: TestResponse) -> dict[str, str]:
    """What the controls of a page that was answered hold."""
    return _Fields.of(response)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._area: str | None = None
        self._select: str | None = None

    @classmethod
    def of(cls, response: TestResponse) -> dict[str, str]:
        parser = cls()
        parser.feed(response.get_data(as_text=True))
        return parser.values

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and given.get("type") not in {"radio", "checkbox", "file"}:
            self.values.setdefault(name, given.get("value", ""))
        elif tag == "input" and "checked" in given:
            self.values[name] = given.get("value", "")
        elif tag == "textarea":
            self._area, self.values[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.values[self._area] = self.values[self._area].removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


class Clock:
    """The application's time, which a test may move on."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += dt.timedelta(**by)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the least costs: what a hash should cost is tested beside the domain's own."""
    monkeypatch.setattr(passwords, "HASHER", CHEAP)


@pytest.fixture
def clock(app: Flask) -> Clock:
    """Wednesday noon, 10 June 2026, in China."""
    clock = Clock()
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], clock=clock)
    return clock


@pytest.fixture
def browser_of(app: Flask, session: Session, clock: Clock) -> Callable[[StaffMember], Browser]:
    """Makes a browser in which a member of staff is signed in."""

    def sign_in(member: StaffMember) -> Browser:
        member.password_hash = HASHED
        session.commit()
        browser = Browser(app.test_client())
        answer = browser.sign_in(member)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return browser

    return sign_in


@pytest.fixture
def browser(app: Flask, clock: Clock) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app.test_client())


@pytest.fixture
def throttled(settings: Settings, app: Flask, clock: Clock) -> Flask:
    """An application on the same database and clock with its rate limits on."""
    made = create_app(dataclasses.replace(settings, rate_limits=True))
    made.extensions[EXTENSION] = dataclasses.replace(made.extensions[EXTENSION], clock=clock)
    return made
