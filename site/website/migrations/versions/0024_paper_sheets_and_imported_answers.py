"""Printed sheets in batches, their entries and differences; files of answers; clerks; answers name their batch."""

import sqlalchemy as sa
from alembic import op

import minsheng.database

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CHANNELS = ("phone", "paper_sample", "web", "qr", "paper_walk_in")
ROLES = (
    "reporter",
    "publisher",
    "case_reviewer",
    "case_handler",
    "supervisor",
    "surveyor",
    "assessor",
    "administrator",
)
TABLES = ("answer_import", "paper_difference", "paper_entry", "paper_scan", "paper_batch", "paper_run")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")


def index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def roles(*allowed: str) -> None:
    """Let the roles of staff be these."""
    listed = ", ".join(f"'{one}'" for one in allowed)
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_role_grant_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_role_grant_role"), f"role IN ({listed})")


def upgrade() -> None:
    with op.batch_alter_table("response") as batch_op:
        batch_op.add_column(sa.Column("batch", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("response") as batch_op:
        batch_op.alter_column("batch", existing_type=sa.String(length=40), existing_nullable=False, server_default=None)
    roles(*ROLES, "clerk")
    _runs_and_batches()
    _entries()
    op.create_table(
        "answer_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_answer_import_digest_length")),
        sa.CheckConstraint(
            "(sealed IS NULL) = (written_at IS NOT NULL)", name=op.f("ck_answer_import_written_is_emptied")
        ),
        key("answer_import", "wave_id", "wave"),
        key("answer_import", "made_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_import")),
        sa.UniqueConstraint("ticket", name=op.f("uq_answer_import_ticket")),
    )
    index("answer_import", "wave_id", "made_by_id")


def _runs_and_batches() -> None:
    op.create_table(
        "paper_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", words("channel", *CHANNELS), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("most_errors", minsheng.database.ExactDecimal(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('paper_sample', 'paper_walk_in')", name=op.f("ck_paper_run_on_paper")),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_paper_run_hash_length")),
        key("paper_run", "wave_id", "wave"),
        key("paper_run", "made_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_run")),
        sa.UniqueConstraint("wave_id", "number", name=op.f("uq_paper_run_wave_id_number")),
    )
    index("paper_run", "made_by_id")
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=40), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("base_weight", minsheng.database.ExactDecimal(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("sheet_count", sa.Integer(), nullable=False),
        sa.Column("state", words("batch_state", "entering", "checking", "counted"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sheet_count > 0", name=op.f("ck_paper_batch_has_sheets")),
        sa.CheckConstraint("base_weight > 0", name=op.f("ck_paper_batch_counts_for_something")),
        key("paper_batch", "run_id", "paper_run"),
        key("paper_batch", "division_id", "division"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint("first_number", name=op.f("uq_paper_batch_first_number")),
    )
    index("paper_batch", "run_id", "division_id")
    op.create_table(
        "paper_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_paper_scan_digest_length")),
        key("paper_scan", "batch_id", "paper_batch"),
        key("paper_scan", "added_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_scan")),
        sa.UniqueConstraint("batch_id", "digest", name=op.f("uq_paper_scan_batch_id_digest")),
    )
    index("paper_scan", "added_by_id")


def _entries() -> None:
    op.create_table(
        "paper_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("clerk_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("field_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("turn IN (1, 2)", name=op.f("ck_paper_entry_first_or_second")),
        key("paper_entry", "batch_id", "paper_batch"),
        key("paper_entry", "clerk_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_entry")),
        sa.UniqueConstraint(
            "batch_id", "attempt", "number", "turn", name=op.f("uq_paper_entry_batch_id_attempt_number_turn")
        ),
    )
    index("paper_entry", "clerk_id")
    op.create_table(
        "paper_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.String(length=40), nullable=False),
        sa.Column("first", sa.JSON(), nullable=False),
        sa.Column("second", sa.JSON(), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("verdict", words("verdict", "first", "second", "neither"), nullable=True),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        key("paper_difference", "batch_id", "paper_batch"),
        key("paper_difference", "by_id", "staff_member"),
        key("paper_difference", "agreed_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_difference")),
        sa.UniqueConstraint(
            "batch_id",
            "attempt",
            "number",
            "question_key",
            name=op.f("uq_paper_difference_batch_id_attempt_number_question_key"),
        ),
    )
    index("paper_difference", "by_id", "agreed_by_id")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    # The role is not known before: whoever has it could do nothing there.
    op.execute(sa.text("DELETE FROM role_grant WHERE role = 'clerk'"))
    roles(*ROLES)
    with op.batch_alter_table("response") as batch_op:
        batch_op.drop_column("batch")
