"""Reports remember all who wrote them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("progress_report") as batch_op:
        batch_op.add_column(sa.Column("earlier_writer_ids", sa.JSON(), nullable=False, server_default="[]"))
    # The default only fills the rows that were there; new rows bring their own list.
    with op.batch_alter_table("progress_report") as batch_op:
        batch_op.alter_column(
            "earlier_writer_ids", existing_type=sa.JSON(), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    with op.batch_alter_table("progress_report") as batch_op:
        batch_op.drop_column("earlier_writer_ids")
