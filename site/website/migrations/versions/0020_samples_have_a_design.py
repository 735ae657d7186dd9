"""Drawn samples have strata, units and base weights; answers have flags and exclusions; dispositions are counted."""

import sqlalchemy as sa
from alembic import op

import minsheng.database

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CHANNELS = ("phone", "paper_sample", "web", "qr", "paper_walk_in")
DISPOSITIONS = (
    "complete",
    "partial",
    "refusal",
    "non_contact",
    "other",
    "unknown_household",
    "unknown_other",
    "not_eligible",
)
WHOLE = "10000"
"""One, in ten-thousandths: what everybody stood for before."""


def words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "disposition_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("channel", words("channel", CHANNELS), nullable=False),
        sa.Column("disposition", words("disposition", DISPOSITIONS), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_disposition_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["division_id"],
            ["division.id"],
            name=op.f("fk_disposition_count_division_id_division"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_disposition_count_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition_count")),
        sa.UniqueConstraint(
            "wave_id",
            "division_id",
            "channel",
            "disposition",
            name=op.f("uq_disposition_count_wave_id_division_id_channel_disposition"),
        ),
    )
    op.create_table(
        "exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("who", sa.String(length=160), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", minsheng.database.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(rule) > 0", name=op.f("ck_exclusion_names_its_rule")),
        sa.CheckConstraint("length(why) > 0", name=op.f("ck_exclusion_says_why")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_exclusion_wave_id_wave"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    with op.batch_alter_table("exclusion") as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_wave_id"), ["wave_id"], unique=False)
    with op.batch_alter_table("response") as batch_op:
        batch_op.add_column(sa.Column("stratum", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("psu", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("base_weight", minsheng.database.ExactDecimal(), nullable=False, server_default=WHOLE)
        )
        batch_op.add_column(sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("exclusion_id", sa.Integer(), nullable=True))
    # The defaults only fill the rows that were there; new rows bring their own.
    with op.batch_alter_table("response") as batch_op:
        batch_op.alter_column("stratum", existing_type=sa.String(length=40), server_default=None)
        batch_op.alter_column("psu", existing_type=sa.String(length=40), server_default=None)
        batch_op.alter_column("base_weight", existing_type=minsheng.database.ExactDecimal(), server_default=None)
        batch_op.alter_column("flags", existing_type=sa.JSON(), server_default=None)
        batch_op.create_check_constraint(batch_op.f("ck_response_counts_for_something"), "base_weight > 0")
        batch_op.create_foreign_key(
            batch_op.f("fk_response_exclusion_id_exclusion"), "exclusion", ["exclusion_id"], ["id"], ondelete="RESTRICT"
        )


def downgrade() -> None:
    with op.batch_alter_table("response") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_response_exclusion_id_exclusion"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_response_counts_for_something"), type_="check")
        batch_op.drop_column("exclusion_id")
        batch_op.drop_column("flags")
        batch_op.drop_column("base_weight")
        batch_op.drop_column("psu")
        batch_op.drop_column("stratum")
    with op.batch_alter_table("exclusion") as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_wave_id"))
    op.drop_table("exclusion")
    op.drop_table("disposition_count")
