"""What staff typed and have not saved, remarks on reports, publications at a time, and pages that wait to be signed."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _typed_forms()
    _remarks()
    _timed_publications()
    with op.batch_alter_table("content_page") as batch_op:
        batch_op.add_column(sa.Column("submitted_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("returned_reason", sa.String(length=500), nullable=False, server_default=""))
    # The default only fills the rows that were there; new rows bring their own.
    with op.batch_alter_table("content_page") as batch_op:
        batch_op.alter_column("returned_reason", existing_type=sa.String(length=500), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("content_page") as batch_op:
        batch_op.drop_column("returned_reason")
        batch_op.drop_column("submitted_at")
        batch_op.drop_column("submitted_number")
    op.drop_table("timed_publication")
    op.drop_table("review_comment")
    op.drop_table("typed_form")


def _typed_forms() -> None:
    op.create_table(
        "typed_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_member.id"], name=op.f("fk_typed_form_member_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_form")),
        sa.UniqueConstraint("member_id", "subject", name=op.f("uq_typed_form_member_id_subject")),
    )
    with op.batch_alter_table("typed_form") as batch_op:
        for name in ("kept_at", "member_id", "subject"):
            batch_op.create_index(batch_op.f(f"ix_typed_form_{name}"), [name])


def _remarks() -> None:
    op.create_table(
        "review_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_review_comment_says_something")),
        sa.CheckConstraint(
            "settled_at IS NULL OR settled_by_id IS NOT NULL", name=op.f("ck_review_comment_settled_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff_member.id"],
            name=op.f("fk_review_comment_author_id_staff_member"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["progress_report.id"],
            name=op.f("fk_review_comment_report_id_progress_report"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["staff_member.id"],
            name=op.f("fk_review_comment_settled_by_id_staff_member"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
    )
    with op.batch_alter_table("review_comment") as batch_op:
        batch_op.create_index(batch_op.f("ix_review_comment_report_id"), ["report_id"])


def _timed_publications() -> None:
    op.create_table(
        "timed_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_cancelled", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["staff_member.id"], name=op.f("fk_timed_publication_by_id_staff_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["progress_report.id"],
            name=op.f("fk_timed_publication_report_id_progress_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_publication")),
    )
    with op.batch_alter_table("timed_publication") as batch_op:
        batch_op.create_index(batch_op.f("ix_timed_publication_due_at"), ["due_at"])
        batch_op.create_index(batch_op.f("ix_timed_publication_report_id"), ["report_id"])
        batch_op.create_index(
            "uq_timed_publication_waiting",
            ["report_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
