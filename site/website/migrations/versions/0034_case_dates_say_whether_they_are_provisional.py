"""Every date of a case says whether it is provisional; a problem made of a case waits for its second reader."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

EVENTS = (
    "received",
    "reviewed",
    "accepted",
    "refused",
    "handed_over",
    "transferred",
    "extended",
    "replied",
    "rated",
    "disputed",
    "finally_replied",
    "closed",
    "merged",
    "took_in",
    "main_replied",
    "split",
    "split_off",
    "linked",
    "made_problem",
    "adopted",
    "reminded",
    "escalated",
    "problem_closed",
    "problem_reopened",
)
NEW_EVENTS = ("problem_registered", "rescheduled")
FLAGS = ("accept_due_is_provisional", "rating_due_is_provisional", "final_reply_due_is_provisional")


def _set_events(values: tuple[str, ...]) -> None:
    """Let steps be of these kinds."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = op.f("ck_case_event_case_event_kind")
    with op.batch_alter_table("case_event") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"kind IN ({listed})")


def upgrade() -> None:
    _set_events(EVENTS + NEW_EVENTS)
    with op.batch_alter_table("suggestion") as batch_op:
        for flag in FLAGS:
            batch_op.add_column(sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("suggestion") as batch_op:
        for flag in FLAGS:
            batch_op.alter_column(flag, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("suggestion") as batch_op:
        for flag in FLAGS:
            batch_op.drop_column(flag)
    listed = ", ".join(f"'{value}'" for value in NEW_EVENTS)
    op.execute(f"DELETE FROM case_event WHERE kind IN ({listed})")  # noqa: S608 - constants of this file
    _set_events(EVENTS)
