"""The revision of the whole site, and a digest of each visible project.

The digests are made by ``minsheng database upgrade`` (and ``serve``) right after the migrations: their rules live in
the code. A later migration that changes what digests are made of empties the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_site_revision_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_revision")),
    )
    op.create_table(
        "project_digest",
        sa.Column("project_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("stage", sa.String(length=32), nullable=True),
        sa.Column("has_photos", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("not_due_before", sa.Date(), nullable=True),
        sa.Column("overdue_after", sa.Date(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("progress_float", sa.Double(), nullable=True),
        sa.Column("gap", sa.Text(), nullable=True),
        sa.Column("gap_float", sa.Double(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("last_month", sa.Integer(), nullable=True),
        sa.Column("reported", sa.Text(), nullable=False),
        sa.Column("owes_from", sa.Integer(), nullable=True),
        sa.Column("planned_fen", sa.BigInteger(), nullable=True),
        sa.Column("arrived_fen", sa.BigInteger(), nullable=True),
        sa.Column("disbursed_fen", sa.BigInteger(), nullable=True),
        sa.Column("spent_fen", sa.BigInteger(), nullable=True),
        sa.Column("completed_fen", sa.BigInteger(), nullable=True),
        sa.Column("planned_investment_fen", sa.BigInteger(), nullable=True),
        sa.Column("total_investment_fen", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_project_digest_project_id_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_digest")),
    )
    for name in ("revision", "programme_id", "division_id", "agency_id"):
        op.create_index(op.f(f"ix_project_digest_{name}"), "project_digest", [name])


def downgrade() -> None:
    op.drop_table("project_digest")
    op.drop_table("site_revision")
