"""Cases have a salt, so that the journal holds commitments to people's words instead of the words."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.add_column(sa.Column("salt", sa.String(length=32), nullable=True))
    suggestion = sa.table("suggestion", sa.column("id", sa.Integer), sa.column("salt", sa.String))
    connection = op.get_bind()
    for (number,) in connection.execute(sa.select(suggestion.c.id)).all():
        salted = sa.update(suggestion).where(suggestion.c.id == number).values(salt=secrets.token_hex(16))
        connection.execute(salted)
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.alter_column("salt", existing_type=sa.String(length=32), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.drop_column("salt")
