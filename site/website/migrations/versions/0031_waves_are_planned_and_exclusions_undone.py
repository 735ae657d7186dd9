"""Waves say their channels, places and quality rules; exclusions say what they took out; who counted the drawn."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import minsheng.database

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

CHANNELS = ("phone", "paper_sample", "web", "qr", "paper_walk_in")
EVERY_CHANNEL = '["phone", "paper_sample", "web", "qr", "paper_walk_in"]'
SCOPES = "scope IN ('response', 'batch', 'interviewer', 'board')"
EXCLUSION_CHECKS = {
    "exclusion_scope": SCOPES,
    "says_why_undone": "undone_at IS NULL OR length(undone_why) > 0",
    "not_negative": "count >= 0",
}


def upgrade() -> None:
    _add("wave", _wave_columns())
    with op.batch_alter_table("wave") as batch_op:
        batch_op.add_column(sa.Column("first_closes_on", sa.Date(), nullable=True))
    _add("exclusion", _exclusion_columns())
    with op.batch_alter_table("exclusion") as batch_op:
        batch_op.add_column(sa.Column("undone_at", minsheng.database.UTCDateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE exclusion SET count = (SELECT count(*) FROM response WHERE response.exclusion_id = exclusion.id)"
    )
    with op.batch_alter_table("exclusion") as batch_op:
        for name, condition in EXCLUSION_CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_exclusion_{name}"), condition)
    _make_statements()


def downgrade() -> None:
    op.drop_table("disposition_statement")
    with op.batch_alter_table("exclusion") as batch_op:
        for name in EXCLUSION_CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_exclusion_{name}"), type_="check")
    with op.batch_alter_table("exclusion") as batch_op:
        for name in ("undone_at", *(column.name for column in _exclusion_columns())):
            batch_op.drop_column(name)
    with op.batch_alter_table("wave") as batch_op:
        for name in ("first_closes_on", *(column.name for column in _wave_columns())):
            batch_op.drop_column(name)


def _add(table: str, columns: tuple[sa.Column[Any], ...]) -> None:
    """Add columns; their defaults only fill the rows that were there, new rows bring their own."""
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.add_column(column)
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.alter_column(column.name, existing_type=column.type, existing_nullable=False, server_default=None)


def _make_statements() -> None:
    op.create_table(
        "disposition_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("eligible_share", minsheng.database.ExactDecimal(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "eligible_share IS NULL OR eligible_share BETWEEN 0 AND 10000",
            name=op.f("ck_disposition_statement_share_is_a_share"),
        ),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_disposition_statement_says_its_source")),
        sa.ForeignKeyConstraint(
            ["division_id"],
            ["division.id"],
            name=op.f("fk_disposition_statement_division_id_division"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_disposition_statement_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition_statement")),
        sa.UniqueConstraint(
            "wave_id",
            "division_id",
            "channel",
            name=op.f("uq_disposition_statement_wave_id_division_id_channel"),
        ),
    )


def _wave_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("channels", sa.JSON(), nullable=False, server_default=EVERY_CHANNEL),
        sa.Column("place_codes", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("quality_rules", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("writer_ids", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("one_person", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("dates_reason", sa.String(length=500), nullable=False, server_default=""),
    )


def _exclusion_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("scope", sa.String(length=32), nullable=False, server_default="response"),
        sa.Column("key", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("undone_by", sa.String(length=160), nullable=False, server_default=""),
        sa.Column("undone_why", sa.String(length=500), nullable=False, server_default=""),
    )
