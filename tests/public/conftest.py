"""Fixtures of residents' pages: a clock that stands still, and pages read as trees."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.database import db
from pages.services import EXTENSION
from tests.pages.reading import Page, parse

Reader = Callable[[str], Page]
Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def standing_clock(app: Flask, at: dt.datetime) -> None:
    """Let the application think it is the moment of the test."""
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], clock=lambda: at)


@pytest.fixture
def read(client: FlaskClient, standing_clock: None) -> Reader:
    """Read a page and insist on what every page must have."""

    def reader(address: str) -> Page:
        db.session.commit()
        response = client.get(address)
        assert response.status_code == 200, response.text[:500]
        page = parse(response.text)
        assert len(page.every("h1")) == 1
        assert page.every("title")[0].text.strip(" –\n")
        assert page.every("main")
        identities = [element["id"] for element in page.elements if "id" in element]
        assert len(identities) == len(set(identities)), "an id is used twice"
        assert page.every("nav", "breadcrumb") or address == "/"
        assert [link for link in page.every("link") if link.get("rel") == "canonical"]
        return page

    return reader


@pytest.fixture
def queries(session: Session) -> Counter:
    """Count the statements sent to the database inside a ``with`` block."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        engine = session.get_bind()
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return counting
