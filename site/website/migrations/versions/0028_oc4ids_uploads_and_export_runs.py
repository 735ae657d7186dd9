"""Uploaded OC4IDS files, and exports that are being made."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UPLOAD_STATE = sa.Enum(
    "open", "written", "discarded", name="upload_state", native_enum=False, create_constraint=True, length=32
)
EXPORT_STATE = sa.Enum(
    "running", "ready", "failed", name="export_state", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    op.create_table(
        "oc4ids_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", UPLOAD_STATE, nullable=False),
        sa.Column("projects", sa.JSON(), nullable=False),
        sa.Column("repairs", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("uploader_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_oc4ids_upload_digest_length")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_oc4ids_upload_programme_id_programme"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"],
            ["staff_member.id"],
            name=op.f("fk_oc4ids_upload_uploader_id_staff_member"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oc4ids_upload")),
    )
    with op.batch_alter_table("oc4ids_upload") as batch_op:
        batch_op.create_index(batch_op.f("ix_oc4ids_upload_digest"), ["digest"])
        batch_op.create_index(batch_op.f("ix_oc4ids_upload_programme_id"), ["programme_id"])
        batch_op.create_index(batch_op.f("ix_oc4ids_upload_uploader_id"), ["uploader_id"])
    op.create_table(
        "export_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("state", EXPORT_STATE, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_export_run_counts_not_negative")),
        sa.CheckConstraint("form IN ('csv', 'xlsx')", name=op.f("ck_export_run_form_known")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_member.id"], name=op.f("fk_export_run_member_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_run")),
        sa.UniqueConstraint("key", name=op.f("uq_export_run_key")),
    )
    with op.batch_alter_table("export_run") as batch_op:
        batch_op.create_index(batch_op.f("ix_export_run_member_id"), ["member_id"])
        batch_op.create_index(batch_op.f("ix_export_run_started_at"), ["started_at"])


def downgrade() -> None:
    op.drop_table("export_run")
    op.drop_table("oc4ids_upload")
