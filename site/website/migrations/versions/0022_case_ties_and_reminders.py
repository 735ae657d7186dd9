"""Cases are merged, split, adopted and turned into problems; their clock leaves reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
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
)
NEW_EVENTS = (
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
)
ENDS = ("rated", "unrated", "after_dispute")
TIES = {"main_case_id": "suggestion", "split_from_id": "suggestion", "problem_id": "problem"}
MERGED = "(main_case_id IS NOT NULL) = (closed_as IS NOT NULL AND closed_as = 'merged')"


def _set(table: str, name: str, column: str, values: tuple[str, ...]) -> None:
    """Let a column hold these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), f"{column} IN ({listed})")


def _key(table: str, column: str, other: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def upgrade() -> None:
    _set("case_event", "case_event_kind", "kind", EVENTS + NEW_EVENTS)
    _set("suggestion", "closed_as", "closed_as", (*ENDS, "merged"))
    with op.batch_alter_table("suggestion") as batch_op:
        for column in TIES:
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
    with op.batch_alter_table("suggestion") as batch_op:
        for column, other in TIES.items():
            batch_op.create_index(op.f(f"ix_suggestion_{column}"), [column])
            batch_op.create_foreign_key(
                op.f(f"fk_suggestion_{column}_{other}"), other, [column], ["id"], ondelete="RESTRICT"
            )
        batch_op.create_check_constraint(op.f("ck_suggestion_merged_into_a_case"), MERGED)
    op.create_table(
        "case_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column(
            "moment",
            sa.Enum(
                "before",
                "on_the_day",
                "after",
                "escalation",
                "rating_over",
                name="due_moment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _key("case_reminder", "suggestion_id", "suggestion", "CASCADE"),
        _key("case_reminder", "agency_id", "agency"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reminder")),
        sa.UniqueConstraint("suggestion_id", "moment", "due", name=op.f("uq_case_reminder_suggestion_id_moment_due")),
    )
    op.create_table(
        "case_adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        _key("case_adoption", "suggestion_id", "suggestion", "CASCADE"),
        _key("case_adoption", "programme_id", "programme"),
        _key("case_adoption", "project_id", "project"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_adoption")),
        sa.UniqueConstraint("suggestion_id", "programme_id", name=op.f("uq_case_adoption_suggestion_id_programme_id")),
    )
    for table, columns in {
        "case_reminder": ("suggestion_id", "agency_id"),
        "case_adoption": ("suggestion_id", "programme_id", "project_id"),
    }.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    op.drop_table("case_adoption")
    op.drop_table("case_reminder")
    # The earlier version knows neither these steps nor this end: a merged case ends there as unrated.
    listed = ", ".join(f"'{value}'" for value in NEW_EVENTS)
    op.execute(f"DELETE FROM case_event WHERE kind IN ({listed})")  # noqa: S608 - constants of this file
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.drop_constraint(op.f("ck_suggestion_merged_into_a_case"), type_="check")
        for column, other in TIES.items():
            batch_op.drop_constraint(op.f(f"fk_suggestion_{column}_{other}"), type_="foreignkey")
            batch_op.drop_index(op.f(f"ix_suggestion_{column}"))
    op.execute("UPDATE suggestion SET closed_as = 'unrated' WHERE closed_as = 'merged'")
    with op.batch_alter_table("suggestion") as batch_op:
        for column in TIES:
            batch_op.drop_column(column)
    _set("suggestion", "closed_as", "closed_as", ENDS)
    _set("case_event", "case_event_kind", "kind", EVENTS)
