"""A session on either database, without any application."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.database import Base
from website import database_setup


@contextmanager
def open_session(url: str) -> Iterator[Session]:
    """Open a session on an empty database with all tables."""
    engine = sa.create_engine(url)
    database_setup.prepare(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()
