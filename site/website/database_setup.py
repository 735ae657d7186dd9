"""The database of an application; on SQLite foreign keys are on, and writers wait in line."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_request_context, request
from flask_migrate import Migrate
from sqlalchemy.pool import ConnectionPoolEntry

import minsheng.models  # noqa: F401 - completes the metadata
from minsheng.database import db, is_reading

MIGRATIONS = Path(__file__).parent / "migrations"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "secure_delete=ON")


def set_up(app: Flask) -> None:
    """Connect the models and their migrations to the application's database."""
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: sa.Engine) -> None:
    """Attach the listeners to a SQLite engine; other databases need none."""
    if engine.dialect.name != "sqlite":
        return
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: ConnectionPoolEntry) -> None:
    """Leave transactions to us, check foreign keys, wait up to ten seconds for another writer, wipe what is deleted.

    Without the last, erased contacts and attempts to call would stay readable in the file's free space.
    """
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    """Take the write lock at once where a request may write, so that reading first never leads to a conflict."""
    reads_only = is_reading() or (has_request_context() and request.method in SAFE_METHODS)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
