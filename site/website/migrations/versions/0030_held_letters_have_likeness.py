"""Held letters name their near copies, and the call that a held idea is for."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("held_letter") as batch_op:
        batch_op.add_column(sa.Column("call_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("likeness", sa.String(length=64), nullable=False, server_default=""))
    op.execute("UPDATE held_letter SET likeness = fingerprint")
    with op.batch_alter_table("held_letter") as batch_op:
        batch_op.alter_column(
            "likeness", existing_type=sa.String(length=64), existing_nullable=False, server_default=None
        )
        batch_op.create_foreign_key(
            op.f("fk_held_letter_call_id_call"), "call", ["call_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index(batch_op.f("ix_held_letter_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_letter_likeness"), ["likeness"], unique=False)


def downgrade() -> None:
    # A held idea is no letter: what an older version would make of it is a case that nobody sent.
    op.execute("DELETE FROM held_letter WHERE call_id IS NOT NULL")
    with op.batch_alter_table("held_letter") as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_letter_likeness"))
        batch_op.drop_index(batch_op.f("ix_held_letter_call_id"))
        batch_op.drop_constraint(op.f("fk_held_letter_call_id_call"), type_="foreignkey")
        batch_op.drop_column("likeness")
        batch_op.drop_column("call_id")
