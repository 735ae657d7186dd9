"""An application with the shared looks only."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages.stylesheet import create_app


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(params=["zh-Hans"])
def reader(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """A request by a reader of the language given as the parameter."""
    with app.test_request_context("/", query_string={"lang": request.param}):
        yield request.param
