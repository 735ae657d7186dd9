"""Run migrations with the application's engine and metadata."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import context
from flask import current_app

from minsheng.database import Base

CHECK = "PRAGMA foreign_key_check"
engine = current_app.extensions["migrate"].db.engine


@contextmanager
def references_unchecked(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite replace a table that others refer to, as it must to change one; ``run`` checks them at the end.

    It replaces a table by dropping the old one, which foreign keys forbid as soon as there are rows. The switch
    works only outside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def run() -> None:
    """Migrate online: there is always an application with a database."""
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            # SQLite's tables change inside a transaction too, once the transactions are left to us.
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with references_unchecked(connection), context.begin_transaction():
            context.run_migrations()
            if engine.dialect.name == "sqlite" and (broken := connection.exec_driver_sql(CHECK).fetchall()):
                raise RuntimeError(f"references lead nowhere after the migration: {broken[:5]}")


run()
