"""Questions name the programme that they ask about; boards are counted by the hour and raise alarms; files say results.

Until now a question's key told the programme. Hashes of versions stay: a programme that the key tells is not hashed.
"""

import sqlalchemy as sa
from alembic import op

import minsheng.database

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

PREFIX = "programme_"


def upgrade() -> None:
    _add("question", sa.Column("programme", sa.String(length=40), nullable=False, server_default=""))
    question = sa.table("question", sa.column("key", sa.String), sa.column("programme", sa.String))
    op.execute(
        question.update()
        .where(sa.func.substr(question.c.key, 1, len(PREFIX)) == PREFIX)
        .values(programme=sa.func.substr(question.c.key, len(PREFIX) + 1))
    )
    _add("answer_import", sa.Column("only_counted", sa.Integer(), nullable=False, server_default="0"))
    _make_hours()
    _make_alarms()


def downgrade() -> None:
    op.drop_table("board_alarm")
    op.drop_table("board_hour")
    with op.batch_alter_table("answer_import") as batch_op:
        batch_op.drop_column("only_counted")
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_column("programme")


def _add(table: str, column: sa.Column[str] | sa.Column[int]) -> None:
    """Add a column; its default only fills the rows that were there, new rows bring their own."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, existing_type=column.type, existing_nullable=False, server_default=None)


def _make_hours() -> None:
    op.create_table(
        "board_hour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("hour", minsheng.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_board_hour_not_negative")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_board_hour_board_id_board"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_board_hour_wave_id_wave"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_hour")),
        sa.UniqueConstraint("wave_id", "board_id", "hour", name=op.f("uq_board_hour_wave_id_board_id_hour")),
    )
    with op.batch_alter_table("board_hour") as batch_op:
        batch_op.create_index(batch_op.f("ix_board_hour_board_id"), ["board_id"], unique=False)


def _make_alarms() -> None:
    window = sa.Enum("hour", "day", name="board_window", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "board_alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("window", window, nullable=False),
        sa.Column("starts_at", minsheng.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("deviations", minsheng.database.ExactDecimal(), nullable=False),
        sa.Column("found_at", minsheng.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", minsheng.database.UTCDateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=160), nullable=False),
        sa.Column("found", sa.String(length=500), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_board_alarm_counts_something")),
        sa.CheckConstraint("seen_at IS NULL OR length(found) > 0", name=op.f("ck_board_alarm_says_what_was_found")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_board_alarm_board_id_board"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_board_alarm_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_alarm")),
        sa.UniqueConstraint(
            "wave_id", "board_id", "window", "starts_at", name=op.f("uq_board_alarm_wave_id_board_id_window_starts_at")
        ),
    )
    with op.batch_alter_table("board_alarm") as batch_op:
        batch_op.create_index(batch_op.f("ix_board_alarm_board_id"), ["board_id"], unique=False)
