"""Content pages that came with the sample say so."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("content_page") as batch_op:
        batch_op.add_column(sa.Column("is_invented", sa.Boolean(), nullable=False, server_default=sa.false()))
    # The default only fills the rows that were there; new rows bring their own.
    with op.batch_alter_table("content_page") as batch_op:
        batch_op.alter_column("is_invented", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("content_page") as batch_op:
        batch_op.drop_column("is_invented")
