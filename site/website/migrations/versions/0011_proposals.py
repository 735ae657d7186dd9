"""Proposals: changes to projects that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


ACTION = _one_of("proposal_action", "add", "change", "remove", "publish", "withdraw")
STATE = _one_of("proposal_state", "submitted", "returned", "accepted", "dropped")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("action", ACTION, nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("above_id", sa.Integer(), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("earlier_writer_ids", sa.JSON(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("one_person", sa.Boolean(), nullable=False),
        sa.Column("returned_reason", sa.String(length=500), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'returned' OR length(returned_reason) > 0", name=op.f("ck_proposal_return_has_reason")
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR one_person OR (decided_by_id IS NOT NULL AND decided_by_id <> author_id)",
            name=op.f("ck_proposal_two_people_publish"),
        ),
        sa.CheckConstraint(
            "action NOT IN ('change', 'remove', 'withdraw') OR length(reason) > 0",
            name=op.f("ck_proposal_published_changes_say_why"),
        ),
        sa.CheckConstraint(
            "(action IN ('change', 'remove')) = (record_id IS NOT NULL)", name=op.f("ck_proposal_names_its_record")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_proposal_{column}_{table}"), ondelete="RESTRICT"
            )
            for column, table in (
                ("project_id", "project"),
                ("author_id", "staff_member"),
                ("decided_by_id", "staff_member"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    for name in ("project_id", "state", "author_id"):
        op.create_index(op.f(f"ix_proposal_{name}"), "proposal", [name])


def downgrade() -> None:
    op.drop_table("proposal")
