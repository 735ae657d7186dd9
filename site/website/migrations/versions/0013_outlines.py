"""Outlines of places for the map, each with its map review number."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("polygons", sa.JSON(), nullable=False),
        sa.Column("review_number", sa.String(length=60), nullable=False),
        sa.CheckConstraint("length(review_number) > 0", name=op.f("ck_outline_has_review_number")),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_outline_division_id_division"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outline")),
        sa.UniqueConstraint("division_id", name=op.f("uq_outline_division_id")),
    )


def downgrade() -> None:
    op.drop_table("outline")
