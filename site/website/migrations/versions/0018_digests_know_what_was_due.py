"""Digests know what was due by the day of their figures; all are made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM project_digest")
    with op.batch_alter_table("project_digest") as batch_op:
        batch_op.add_column(sa.Column("expected", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM project_digest")
    with op.batch_alter_table("project_digest") as batch_op:
        batch_op.drop_column("expected")
