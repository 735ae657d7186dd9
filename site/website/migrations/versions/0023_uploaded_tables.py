"""Uploaded tables, and what an office's columns mean."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATE = sa.Enum(
    "open", "written", "discarded", name="upload_state", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    op.create_table(
        "table_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("uploader_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_table_upload_month_form")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_table_upload_digest_length")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_table_upload_programme_id_programme"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"],
            ["staff_member.id"],
            name=op.f("fk_table_upload_uploader_id_staff_member"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_upload")),
    )
    with op.batch_alter_table("table_upload") as batch_op:
        batch_op.create_index("ix_table_upload_digest", ["digest", "programme_id", "month"])
        batch_op.create_index(batch_op.f("ix_table_upload_uploader_id"), ["uploader_id"])
    op.create_table(
        "table_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_mapping")),
        sa.UniqueConstraint("office", "fingerprint", name=op.f("uq_table_mapping_office_fingerprint")),
    )


def downgrade() -> None:
    op.drop_table("table_mapping")
    op.drop_table("table_upload")
