"""Questionnaires belong to places; questions name the library's, and matrices and hints have translations."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TEXTS: tuple[tuple[str, sa.types.TypeEngine[str]], ...] = (
    ("matrix_text", sa.Text()),
    ("standard", sa.String(length=40)),
)
TRANSLATIONS = ("matrix_translations", "hint_translations")


def upgrade() -> None:
    with op.batch_alter_table("questionnaire") as batch_op:
        batch_op.add_column(sa.Column("division_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_questionnaire_division_id_division"),
            "division",
            ["division_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    with op.batch_alter_table("question") as batch_op:
        for name, kind in TEXTS:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        for name in TRANSLATIONS:
            batch_op.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
    # The defaults only fill the rows that were there; new rows bring their own.
    with op.batch_alter_table("question") as batch_op:
        for name, kind in TEXTS:
            batch_op.alter_column(name, existing_type=kind, server_default=None)
        for name in TRANSLATIONS:
            batch_op.alter_column(name, existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("question") as batch_op:
        for name in (*TRANSLATIONS, *(name for name, _kind in TEXTS)):
            batch_op.drop_column(name)
    with op.batch_alter_table("questionnaire") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_questionnaire_division_id_division"), type_="foreignkey")
        batch_op.drop_column("division_id")
