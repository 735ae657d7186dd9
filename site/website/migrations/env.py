"""Run migrations with the application's engine and metadata."""

from alembic import context
from flask import current_app

from minsheng.database import Base

engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    """Migrate online: there is always an application with a database."""
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
