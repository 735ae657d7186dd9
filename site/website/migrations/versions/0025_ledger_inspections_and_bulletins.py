"""Problems have states and steps; look-backs, inspections, summons lists, bulletins and break-downs are signed by two."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SOURCES = ("inspection", "audit", "look_back", "survey", "suggestion")
NEW_SOURCES = ("report", "media", "self_check")
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
)
NEW_EVENTS = ("problem_closed", "problem_reopened")
DOCUMENTS = ("approval", "bidding", "contract", "supervision", "acceptance", "audit", "policy")
CATEGORIES = (
    "education",
    "health",
    "transport",
    "water",
    "housing",
    "environment",
    "elderly_and_children",
    "employment",
    "social_security",
    "culture_sport",
    "agriculture",
    "safety",
    "digital",
    "other",
)
STATUSES = (
    "unknown",
    "not_due",
    "done",
    "suspended",
    "cancelled",
    "overdue",
    "seriously_behind",
    "behind",
    "on_schedule",
    "ahead",
)


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _signature_state() -> sa.Enum:
    return _enum("signature_state", "draft", "submitted", "returned", "published", "withdrawn")


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


def _signatures(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns and keys that two signatures take."""
    return [
        sa.Column("state", _signature_state(), nullable=False),
        sa.Column("writer_ids", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.String(length=500), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=False),
        sa.Column("one_person", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("publisher_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key(table, "author_id", "staff_member"),
        _key(table, "publisher_id", "staff_member"),
    ]


def _withdrawn_says_why(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "state <> 'withdrawn' OR length(withdrawn_reason) > 0", name=op.f(f"ck_{table}_withdrawn_says_why")
    )


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    _set("case_event", "case_event_kind", "kind", EVENTS + NEW_EVENTS)
    _set("document", "document_kind", "kind", (*DOCUMENTS, "rectification"))
    with op.batch_alter_table("photo") as batch_op:
        batch_op.add_column(sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("photo") as batch_op:
        batch_op.alter_column("is_held", server_default=None)
    _sign_look_backs()
    _make_inspections()
    _extend_problems()
    _make_problem_tables()
    _make_summonses()
    _make_bulletins()


def _sign_look_backs() -> None:
    """Every look-back there is was made public as it was written."""
    with op.batch_alter_table("look_back") as batch_op:
        for column in (
            sa.Column("state", sa.String(length=32), nullable=False, server_default="published"),
            sa.Column("writer_ids", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("returned_reason", sa.String(length=500), nullable=False, server_default=""),
            sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("withdrawn_reason", sa.String(length=500), nullable=False, server_default=""),
            sa.Column("one_person", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("author_id", sa.Integer(), nullable=True),
            sa.Column("publisher_id", sa.Integer(), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ):
            batch_op.add_column(column)
    with op.batch_alter_table("look_back") as batch_op:
        for name in ("state", "writer_ids", "returned_reason", "withdrawn_reason", "one_person", "version"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_look_back_signature_state"),
            "state IN ('draft', 'submitted', 'returned', 'published', 'withdrawn')",
        )
        for referring in ("author_id", "publisher_id"):
            batch_op.create_foreign_key(
                op.f(f"fk_look_back_{referring}_staff_member"), "staff_member", [referring], ["id"], ondelete="RESTRICT"
            )
    _index("look_back", "state", "author_id")
    op.create_table(
        "look_back_photo",
        sa.Column("photo_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("look_back_id", sa.Integer(), nullable=False),
        _key("look_back_photo", "photo_id", "photo"),
        _key("look_back_photo", "look_back_id", "look_back", "CASCADE"),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_look_back_photo")),
    )
    _index("look_back_photo", "look_back_id")


def _make_inspections() -> None:
    op.create_table(
        "inspection_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("finished_from", sa.Date(), nullable=False),
        sa.Column("finished_until", sa.Date(), nullable=False),
        sa.Column("sizes", sa.JSON(), nullable=False),
        sa.Column("seed", sa.String(length=80), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pool", sa.JSON(), nullable=False),
        sa.Column("pool_digest", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        *_signatures("inspection_plan"),
        sa.CheckConstraint("finished_from <= finished_until", name=op.f("ck_inspection_plan_days_in_order")),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (length(pool_digest) = 0)", name=op.f("ck_inspection_plan_drawn_from_a_pool")
        ),
        _withdrawn_says_why("inspection_plan"),
        _key("inspection_plan", "division_id", "division"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_plan")),
    )
    _index("inspection_plan", "state", "author_id", "year", "division_id")
    op.create_table(
        "inspection_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("category", _enum("category", *CATEGORIES), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("inspection_check", "plan_id", "inspection_plan", "CASCADE"),
        _key("inspection_check", "project_id", "project"),
        _key("inspection_check", "checked_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_check")),
        sa.UniqueConstraint("plan_id", "project_id", name=op.f("uq_inspection_check_plan_id_project_id")),
    )
    _index("inspection_check", "project_id")


def _extend_problems() -> None:
    """Every problem there is was public from the start; those with an end are closed."""
    _set("problem", "problem_source", "source", SOURCES + NEW_SOURCES)
    with op.batch_alter_table("problem") as batch_op:
        for column in (
            sa.Column("kind", sa.String(length=32), nullable=False, server_default="individual"),
            sa.Column("post", sa.String(length=120), nullable=False, server_default=""),
            sa.Column("state", sa.String(length=32), nullable=False, server_default="open"),
            sa.Column("author_id", sa.Integer(), nullable=True),
            sa.Column("cure", sa.Text(), nullable=False, server_default=""),
            sa.Column("cured_by_id", sa.Integer(), nullable=True),
            sa.Column("reopened_because", sa.Text(), nullable=False, server_default=""),
            sa.Column("look_back_id", sa.Integer(), nullable=True),
            sa.Column("inspection_check_id", sa.Integer(), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ):
            batch_op.add_column(column)
    op.execute("UPDATE problem SET state = 'closed' WHERE closed_on IS NOT NULL")
    with op.batch_alter_table("problem") as batch_op:
        for name in ("kind", "post", "state", "cure", "reopened_because", "version"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(op.f("ck_problem_problem_kind"), "kind IN ('individual', 'common')")
        batch_op.create_check_constraint(
            op.f("ck_problem_problem_state"), "state IN ('draft', 'returned', 'open', 'closing', 'closed')"
        )
        batch_op.create_check_constraint(
            op.f("ck_problem_state_says_closed"), "(state = 'closed') = (closed_on IS NOT NULL)"
        )
        batch_op.create_check_constraint(op.f("ck_problem_closing_says_cure"), "state <> 'closing' OR length(cure) > 0")
        for referring, other in {
            "author_id": "staff_member",
            "cured_by_id": "staff_member",
            "look_back_id": "look_back",
            "inspection_check_id": "inspection_check",
        }.items():
            batch_op.create_foreign_key(
                op.f(f"fk_problem_{referring}_{other}"), other, [referring], ["id"], ondelete="RESTRICT"
            )
    _index("problem", "state", "deadline", "look_back_id", "inspection_check_id")


def _make_problem_tables() -> None:
    op.create_table(
        "problem_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _enum(
                "step_kind",
                "registered",
                "rewritten",
                "returned",
                "opened",
                "noted",
                "closing_proposed",
                "closing_returned",
                "closed",
                "reopened",
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _key("problem_step", "problem_id", "problem", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_step")),
    )
    _index("problem_step", "problem_id")
    op.create_table(
        "problem_photo",
        sa.Column("photo_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("is_cure", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        _key("problem_photo", "photo_id", "photo"),
        _key("problem_photo", "problem_id", "problem", "CASCADE"),
        _key("problem_photo", "added_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_problem_photo")),
    )
    _index("problem_photo", "problem_id")
    op.create_table(
        "problem_document",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        _key("problem_document", "document_id", "document"),
        _key("problem_document", "problem_id", "problem", "CASCADE"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_problem_document")),
    )
    _index("problem_document", "problem_id")


def _make_summonses() -> None:
    op.create_table(
        "summons_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        *_signatures("summons_list"),
        _withdrawn_says_why("summons_list"),
        _key("summons_list", "programme_id", "programme"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summons_list")),
        sa.UniqueConstraint(
            "programme_id", "period", "number", name=op.f("uq_summons_list_programme_id_period_number")
        ),
    )
    _index("summons_list", "state", "author_id", "programme_id")
    op.create_table(
        "summons_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("summons_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", _enum("schedule_status", *STATUSES), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("gap", sa.BigInteger(), nullable=True),
        sa.Column("report_month", sa.String(length=7), nullable=True),
        sa.Column("first_finish", sa.Date(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("post", sa.String(length=160), nullable=False),
        sa.Column("left_out_because", sa.String(length=500), nullable=False),
        _key("summons_entry", "summons_id", "summons_list", "CASCADE"),
        _key("summons_entry", "project_id", "project"),
        _key("summons_entry", "agency_id", "agency"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summons_entry")),
        sa.UniqueConstraint("summons_id", "project_id", name=op.f("uq_summons_entry_summons_id_project_id")),
    )
    _index("summons_entry", "project_id")


def _make_bulletins() -> None:
    op.create_table(
        "bulletin_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("correction_reason", sa.String(length=500), nullable=False),
        *_signatures("bulletin_issue"),
        _withdrawn_says_why("bulletin_issue"),
        _key("bulletin_issue", "programme_id", "programme"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_issue")),
        sa.UniqueConstraint(
            "programme_id", "period", "number", name=op.f("uq_bulletin_issue_programme_id_period_number")
        ),
    )
    _index("bulletin_issue", "state", "author_id", "programme_id")
    op.create_table(
        "target_breakdown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        *_signatures("target_breakdown"),
        _key("target_breakdown", "indicator_id", "indicator", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_breakdown")),
    )
    _index("target_breakdown", "state", "author_id", "indicator_id")


def downgrade() -> None:
    for table in ("target_breakdown", "bulletin_issue", "summons_entry", "summons_list"):
        op.drop_table(table)
    # The earlier version shows every problem, look-back and picture: what waits for a second person goes.
    unseen = "SELECT id FROM problem WHERE state IN ('draft', 'returned')"
    for table in ("problem_document", "problem_photo", "problem_step"):
        op.drop_table(table)
    op.execute(f"UPDATE suggestion SET problem_id = NULL WHERE problem_id IN ({unseen})")  # noqa: S608 - a constant
    op.execute(f"DELETE FROM problem WHERE id IN ({unseen})")  # noqa: S608 - a constant
    listed = ", ".join(f"'{value}'" for value in NEW_SOURCES)
    op.execute(f"UPDATE problem SET source = 'inspection' WHERE source IN ({listed})")  # noqa: S608 - constants
    for column in ("state", "deadline", "look_back_id", "inspection_check_id"):
        op.drop_index(op.f(f"ix_problem_{column}"), table_name="problem")
    keys = {
        "author_id": "staff_member",
        "cured_by_id": "staff_member",
        "look_back_id": "look_back",
        "inspection_check_id": "inspection_check",
    }
    with op.batch_alter_table("problem") as batch_op:
        for column, other in keys.items():
            batch_op.drop_constraint(op.f(f"fk_problem_{column}_{other}"), type_="foreignkey")
        for name in ("problem_kind", "problem_state", "state_says_closed", "closing_says_cure"):
            batch_op.drop_constraint(op.f(f"ck_problem_{name}"), type_="check")
    with op.batch_alter_table("problem") as batch_op:
        for name in ("kind", "post", "state", "cure", "reopened_because", "version", *keys):
            batch_op.drop_column(name)
    _set("problem", "problem_source", "source", SOURCES)
    op.drop_table("inspection_check")
    op.drop_table("inspection_plan")
    op.drop_table("look_back_photo")
    op.execute("DELETE FROM look_back WHERE state <> 'published'")
    for column in ("state", "author_id"):
        op.drop_index(op.f(f"ix_look_back_{column}"), table_name="look_back")
    with op.batch_alter_table("look_back") as batch_op:
        for column in ("author_id", "publisher_id"):
            batch_op.drop_constraint(op.f(f"fk_look_back_{column}_staff_member"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_look_back_signature_state"), type_="check")
    with op.batch_alter_table("look_back") as batch_op:
        for name in (
            "state",
            "writer_ids",
            "submitted_at",
            "published_at",
            "returned_reason",
            "withdrawn_at",
            "withdrawn_reason",
            "one_person",
            "author_id",
            "publisher_id",
            "version",
        ):
            batch_op.drop_column(name)
    op.execute(
        "UPDATE problem SET photo_before_id = NULL WHERE photo_before_id IN (SELECT id FROM photo WHERE is_held)"
    )
    op.execute("UPDATE problem SET photo_after_id = NULL WHERE photo_after_id IN (SELECT id FROM photo WHERE is_held)")
    op.execute("DELETE FROM photo WHERE is_held")
    with op.batch_alter_table("photo") as batch_op:
        batch_op.drop_column("is_held")
    op.execute("UPDATE document SET kind = 'acceptance' WHERE kind = 'rectification'")
    _set("document", "document_kind", "kind", DOCUMENTS)
    events = ", ".join(f"'{value}'" for value in NEW_EVENTS)
    op.execute(f"DELETE FROM case_event WHERE kind IN ({events})")  # noqa: S608 - constants of this file
    _set("case_event", "case_event_kind", "kind", EVENTS)
