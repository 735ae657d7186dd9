"""The domain is tested on its own: an application that is nothing but a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from minsheng.database import db
from tests.once import make_tables
from website import database_setup


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A bare application with empty tables."""
    application = Flask("domain")
    application.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'domain.sqlite'}"
    database_setup.set_up(application)
    with application.app_context():
        make_tables(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()
