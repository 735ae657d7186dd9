"""programmes name what was inferred."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("programme") as batch_op:
        batch_op.add_column(sa.Column("inferred", sa.JSON(), nullable=False, server_default="[]"))
    # The default only fills the rows that were there; new rows bring their own list.
    with op.batch_alter_table("programme") as batch_op:
        batch_op.alter_column("inferred", existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("programme") as batch_op:
        batch_op.drop_column("inferred")
