"""Projects remember who wrote their drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("project") as batch_op:
        batch_op.add_column(sa.Column("draft_writer_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("project") as batch_op:
        batch_op.alter_column("draft_writer_ids", existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("project") as batch_op:
        batch_op.drop_column("draft_writer_ids")
