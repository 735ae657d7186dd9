"""The domain is tested on its own: an application that is nothing but a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import minsheng.models  # noqa: F401 - completes the metadata
from minsheng.database import Base, db
from website import database_setup


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A bare application with empty tables."""
    application = Flask("domain")
    application.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'domain.sqlite'}"
    db.init_app(application)
    with application.app_context():
        database_setup.prepare(db.engine)
        Base.metadata.create_all(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()
