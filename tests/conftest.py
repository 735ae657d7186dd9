"""Shared fixtures: an application on an empty SQLite file, its session, a browser, and records to hand."""

import base64
import contextvars
import datetime as dt
import functools
import gc
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts import second_factors
from minsheng.accounts.staff import Role
from minsheng.database import db
from tests import rigs
from tests.factories import Make
from tests.once import keep_compiled_routes, make_tables
from website.config import Settings

# A test that is slow on a busy machine is not wrong.
hypothesis.settings.register_profile("site", deadline=None)
hypothesis.settings.load_profile("site")

AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
"""A Wednesday noon in China: the moment most tests happen at."""


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for a whole run: each test has an application, and all have the same templates."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()
keep_compiled_routes()


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what was imported and come by seldom: a fifth of a run's time was its own.

    Each test makes an application, and with it so many objects that everything imported was searched again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Browser(FlaskClient):
    """A browser without script. Each request has a context and a session of its own, as on a server.

    What the test left uncommitted is committed first, and its records are read anew afterwards.
    """

    def open(self, *arguments: Any, buffered: bool = True, **options: Any) -> TestResponse:
        db.session.commit()
        request = functools.partial(super().open, *arguments, buffered=buffered, **options)
        answer = contextvars.Context().run(request)
        db.session.expire_all()
        return answer


@pytest.fixture(autouse=True)
def _password_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody in with a password alone; tests of second factors ask for ``factors_needed``."""
    monkeypatch.setattr(second_factors, "NEED_FACTOR", frozenset())


@pytest.fixture
def factors_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Demand a second factor of the roles that need one, as a new installation does."""
    monkeypatch.setattr(second_factors, "NEED_FACTOR", frozenset({Role.PUBLISHER, Role.ADMINISTRATOR}))


@pytest.fixture
def at() -> dt.datetime:
    """The moment of the test."""
    return AT


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a throw-away installation without rate limits."""
    return Settings(
        data=tmp_path,
        secret_key="a secret for tests only",
        contact_keys=f"1:{base64.b64encode(b'k' * 32).decode()}",
        database_url=f"sqlite:///{tmp_path / 'test.sqlite'}",
        rate_limits=False,
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application with empty tables."""
    from website.application import create_app  # noqa: PLC0415 - tests of the domain never load the faces

    application = create_app(settings)
    application.config["TESTING"] = True
    application.test_client_class = Browser
    application.jinja_env.bytecode_cache = COMPILED
    with application.app_context():
        make_tables(db.engine)
        yield application
        db.session.remove()
        application.extensions["minsheng"].tally.write()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """The database session of the application."""
    return cast("Session", db.session)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script."""
    return app.test_client()


@pytest.fixture
def make(session: Session) -> Make:
    """Makes records with everything the database demands."""
    return Make(session, AT)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server started for this run."""
    binaries = rigs.find_postgresql()
    if binaries is None:
        rigs.missing("no PostgreSQL server binaries were found on this machine")
    else:
        with rigs.throwaway_postgresql(binaries) as url:
            yield url


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The address of an empty database of its own."""
    name = f"test_{uuid.uuid4().hex}"
    server = sa.create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield postgresql_server.replace("/postgres?", f"/{name}?")
    with server.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()
