"""Schemes of assessment, population counts, results of surveys, and the assessment sheets of a year."""

import sqlalchemy as sa
from alembic import op

import minsheng.database

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment_scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", minsheng.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=160), nullable=False),
        sa.Column("locked_at", minsheng.database.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_assessment_scheme_hash_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_scheme")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_assessment_scheme_content_hash")),
        sa.UniqueConstraint("slug", "version", name=op.f("uq_assessment_scheme_slug_version")),
    )
    op.create_table(
        "population_margin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_population_margin_not_negative")),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_population_margin_says_its_source")),
        sa.ForeignKeyConstraint(
            ["division_id"],
            ["division.id"],
            name=op.f("fk_population_margin_division_id_division"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_margin")),
        sa.UniqueConstraint(
            "division_id", "variable", "value", name=op.f("uq_population_margin_division_id_variable_value")
        ),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("seats", sa.JSON(), nullable=False),
        sa.Column("points_source", sa.String(length=200), nullable=False),
        sa.Column("published_at", minsheng.database.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_assessment_division_id_division"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["assessment_scheme.id"],
            name=op.f("fk_assessment_scheme_id_assessment_scheme"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_assessment_wave_id_wave"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("slug", name=op.f("uq_assessment_slug")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_division_id"), ["division_id"], unique=False)

    op.create_table(
        "wave_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("computed_at", minsheng.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("scheme_hash", sa.String(length=64), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("package_hash", sa.String(length=64), nullable=False),
        sa.Column("software_version", sa.String(length=40), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("package", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_wave_result_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["assessment_scheme.id"],
            name=op.f("fk_wave_result_scheme_id_assessment_scheme"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_wave_result_wave_id_wave"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_result")),
        sa.UniqueConstraint("wave_id", "number", name=op.f("uq_wave_result_wave_id_number")),
        sa.UniqueConstraint(
            "wave_id", "scheme_hash", "inputs_hash", name=op.f("uq_wave_result_wave_id_scheme_hash_inputs_hash")
        ),
    )
    op.create_table(
        "assessment_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("points", minsheng.database.ExactDecimal(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_assessment_points_not_negative")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_assessment_points_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["division_id"],
            ["division.id"],
            name=op.f("fk_assessment_points_division_id_division"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_points")),
        sa.UniqueConstraint(
            "assessment_id", "division_id", "part", name=op.f("uq_assessment_points_assessment_id_division_id_part")
        ),
    )
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scheme_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_wave_scheme_id_assessment_scheme"),
            "assessment_scheme",
            ["scheme_id"],
            ["id"],
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_wave_scheme_id_assessment_scheme"), type_="foreignkey")
        batch_op.drop_column("scheme_id")

    op.drop_table("assessment_points")
    op.drop_table("wave_result")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_division_id"))

    op.drop_table("assessment")
    op.drop_table("population_margin")
    op.drop_table("assessment_scheme")
