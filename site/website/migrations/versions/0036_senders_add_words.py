"""A sender may add words to a letter."""

from alembic import op

revision = "0036"
down_revision = "0035"
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
    "problem_registered",
    "rescheduled",
)
NEW_EVENTS = ("added_words",)


def _set_events(values: tuple[str, ...]) -> None:
    """Let steps be of these kinds."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = op.f("ck_case_event_case_event_kind")
    with op.batch_alter_table("case_event") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"kind IN ({listed})")


def upgrade() -> None:
    _set_events(EVENTS + NEW_EVENTS)


def downgrade() -> None:
    listed = ", ".join(f"'{value}'" for value in NEW_EVENTS)
    op.execute(f"DELETE FROM case_event WHERE kind IN ({listed})")  # noqa: S608 - constants of this file
    _set_events(EVENTS)
