"""How connections to SQLite behave: foreign keys on, write-ahead log, and writers that wait in line."""

import sqlite3
from typing import Any

import sqlalchemy as sa
from flask import has_request_context, request
from sqlalchemy.pool import ConnectionPoolEntry

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def prepare(engine: sa.Engine) -> None:
    """Attach the listeners to a SQLite engine; other databases need none."""
    if engine.dialect.name != "sqlite":
        return
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: ConnectionPoolEntry) -> None:
    """Leave transactions to us, check foreign keys, and wait up to ten seconds for another writer."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    """Take the write lock at once where a request may write, so that reading first never leads to a conflict."""
    reads_only = has_request_context() and request.method in SAFE_METHODS
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
