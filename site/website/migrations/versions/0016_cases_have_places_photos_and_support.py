"""Places, photos and support of cases; letters held apart, used tickets, and which senders are told by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


KIND = _one_of("suggestion_kind", "suggestion", "question", "complaint", "thanks")
REASON = _one_of("held_reason", "no_proof", "one_network", "many_alike")
STATE = _one_of("held_state", "waiting", "discarded")
SOURCE = _one_of("photo_source", "sender", "handler")
PROMINENCE = _one_of("prominence", "unreviewed", "public", "internal")


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
    )


def upgrade() -> None:
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.add_column(sa.Column("place_words", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("consent_to_call", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("latitude", "longitude"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.alter_column(
            "place_words", existing_type=sa.String(length=200), existing_nullable=False, server_default=None
        )
        batch_op.alter_column(
            "consent_to_call", existing_type=sa.Boolean(), existing_nullable=False, server_default=None
        )
        batch_op.create_check_constraint(
            op.f("ck_suggestion_coordinates_together"), "(latitude IS NULL) = (longitude IS NULL)"
        )
    _hold_letters()
    op.create_table(
        "case_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.Column("held_letter_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("source", SOURCE, nullable=False),
        sa.Column("prominence", PROMINENCE, nullable=False),
        sa.Column("alt_text", sa.String(length=200), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_case_photo_has_size")),
        sa.CheckConstraint(
            "(suggestion_id IS NULL) <> (held_letter_id IS NULL)", name=op.f("ck_case_photo_of_one_letter")
        ),
        sa.CheckConstraint(
            "prominence <> 'public' OR length(alt_text) > 0", name=op.f("ck_case_photo_public_has_alt_text")
        ),
        _key("case_photo", "suggestion_id", "suggestion", "CASCADE"),
        _key("case_photo", "held_letter_id", "held_letter", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_photo")),
    )
    for name in ("suggestion_id", "held_letter_id", "key"):
        op.create_index(op.f(f"ix_case_photo_{name}"), "case_photo", [name])
    op.create_table(
        "case_support",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        _key("case_support", "suggestion_id", "suggestion", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_support")),
        sa.UniqueConstraint("suggestion_id", "browser_hash", name=op.f("uq_case_support_suggestion_id_browser_hash")),
    )
    op.create_table(
        "sender_notice",
        sa.Column("suggestion_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("told_upto", sa.Integer(), nullable=False),
        _key("sender_notice", "suggestion_id", "suggestion", "CASCADE"),
        sa.PrimaryKeyConstraint("suggestion_id", name=op.f("pk_sender_notice")),
    )
    op.create_table(
        "spent_ticket",
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_spent_ticket")),
    )
    op.create_index(op.f("ix_spent_ticket_spent_at"), "spent_ticket", ["spent_at"])


def _hold_letters() -> None:
    op.create_table(
        "held_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("reason", REASON, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.Column("board_id", sa.Integer(), nullable=True),
        sa.Column("place_words", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.BigInteger(), nullable=True),
        sa.Column("longitude", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("consent_to_publish", sa.Boolean(), nullable=False),
        sa.Column("consent_to_call", sa.Boolean(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_held_letter_has_words")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_held_letter_decided_has_time")),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_held_letter_coordinates_together")
        ),
        _key("held_letter", "project_id", "project", "RESTRICT"),
        _key("held_letter", "division_id", "division", "RESTRICT"),
        _key("held_letter", "board_id", "board", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_letter")),
        sa.UniqueConstraint("ticket", name=op.f("uq_held_letter_ticket")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_held_letter_code_hash")),
    )
    for name in ("reason", "state", "project_id", "division_id", "board_id", "fingerprint", "received_at"):
        op.create_index(op.f(f"ix_held_letter_{name}"), "held_letter", [name])


def downgrade() -> None:
    for table in ("spent_ticket", "sender_notice", "case_support", "case_photo", "held_letter"):
        op.drop_table(table)
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.drop_constraint(op.f("ck_suggestion_coordinates_together"), type_="check")
        for name in ("latitude", "longitude", "place_words", "consent_to_call"):
            batch_op.drop_column(name)
