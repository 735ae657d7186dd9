"""Notice boards with numbers, which suggestions and answers remember; former addresses of renamed records."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDRESSED = sa.Enum(
    "project", "programme", "agency", name="address_kind", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("number >= 1001", name=op.f("ck_board_number_has_four_digits")),
        sa.CheckConstraint("retired_on IS NULL OR retired_on >= issued_on", name=op.f("ck_board_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_board_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("number", name=op.f("uq_board_number")),
    )
    op.create_index(op.f("ix_board_project_id"), "board", ["project_id"])
    op.create_table(
        "former_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", ADDRESSED, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_address")),
        sa.UniqueConstraint("kind", "slug", name=op.f("uq_former_address_kind_slug")),
    )
    op.create_index(op.f("ix_former_address_record_id"), "former_address", ["record_id"])
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.add_column(sa.Column("board_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_suggestion_board_id_board"), "board", ["board_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index(op.f("ix_suggestion_board_id"), ["board_id"])
    with op.batch_alter_table("response") as batch_op:
        batch_op.add_column(sa.Column("board_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_response_board_id_board"), "board", ["board_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_check_constraint(op.f("ck_response_only_scanned_boards"), "board_id IS NULL OR channel = 'qr'")


def downgrade() -> None:
    with op.batch_alter_table("response") as batch_op:
        batch_op.drop_constraint(op.f("ck_response_only_scanned_boards"), type_="check")
        batch_op.drop_constraint(op.f("fk_response_board_id_board"), type_="foreignkey")
        batch_op.drop_column("board_id")
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.drop_index(op.f("ix_suggestion_board_id"))
        batch_op.drop_constraint(op.f("fk_suggestion_board_id_board"), type_="foreignkey")
        batch_op.drop_column("board_id")
    op.drop_table("former_address")
    op.drop_table("board")
