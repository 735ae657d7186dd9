"""Calls with ideas, groups and outcomes; private links of monitors, and reports and appointments taken back."""

import sqlalchemy as sa
from alembic import op
from minsheng.database import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

RECORD_KINDS = ("project", "report", "programme", "suggestion", "division", "agency", "document", "content")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
    )


def upgrade() -> None:
    _create_calls()
    _create_groups_and_ideas()
    _change_monitors()
    _replace_outbox(*RECORD_KINDS, "call")


def _create_calls() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("theme", _one_of("call_theme", "next_year_list", "draft_plan", "other"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("state", _one_of("call_state", "draft", "published", "closed"), nullable=False),
        _moment("opens_at"),
        _moment("closes_at"),
        _moment("first_closes_at"),
        _moment("published_at", nullable=True),
        _moment("closed_at", nullable=True),
        sa.Column("outcome_words", sa.Text(), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_call_ends_after_it_opens")),
        sa.CheckConstraint(
            "state <> 'closed' OR length(outcome_words) > 0", name=op.f("ck_call_closed_says_what_came_of_it")
        ),
        sa.CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_call_published_has_moment")),
        _key("call", "division_id", "division", "RESTRICT"),
        _key("call", "document_id", "document", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("slug", name=op.f("uq_call_slug")),
    )
    for name in ("division_id", "state", "closes_at"):
        op.create_index(op.f(f"ix_call_{name}"), "call", [name])
    op.create_table(
        "call_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("actor", sa.String(length=160), nullable=False),
        _moment("closed_before"),
        _moment("closes_now"),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("closes_now > closed_before", name=op.f("ck_call_extension_is_later")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_call_extension_has_reason")),
        _key("call_extension", "call_id", "call", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_extension")),
    )
    op.create_index(op.f("ix_call_extension_call_id"), "call_extension", ["call_id"])


def _create_groups_and_ideas() -> None:
    op.create_table(
        "idea_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("outcome", _one_of("group_outcome", "adopted", "partly", "not_adopted"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_idea_group_has_title")),
        sa.CheckConstraint("outcome IS NULL OR length(reason) > 0", name=op.f("ck_idea_group_outcome_has_reason")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'not_adopted' OR project_id IS NOT NULL",
            name=op.f("ck_idea_group_adopted_names_what_it_became"),
        ),
        _key("idea_group", "call_id", "call", "CASCADE"),
        _key("idea_group", "project_id", "project", "RESTRICT"),
        _key("idea_group", "indicator_id", "indicator", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_group")),
    )
    for name in ("call_id", "project_id", "indicator_id"):
        op.create_index(op.f(f"ix_idea_group_{name}"), "idea_group", [name])
    op.create_table(
        "call_idea",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("source", _one_of("idea_source", "resident", "expert"), nullable=False),
        sa.Column("expert_title", sa.String(length=120), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("public_title", sa.String(length=120), nullable=False),
        sa.Column("public_words", sa.Text(), nullable=False),
        sa.Column("consent_to_publish", sa.Boolean(), nullable=False),
        sa.Column("prominence", _one_of("prominence", "unreviewed", "public", "internal"), nullable=False),
        sa.Column(
            "set_aside",
            _one_of("set_aside_reason", "not_an_idea", "sent_twice", "off_theme", "abusive"),
            nullable=True,
        ),
        _moment("received_at"),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_call_idea_has_words")),
        sa.CheckConstraint(
            "prominence <> 'public' OR (consent_to_publish AND length(public_words) > 0 AND length(public_title) > 0)",
            name=op.f("ck_call_idea_public_only_with_consent"),
        ),
        sa.CheckConstraint(
            "(source = 'expert') = (length(expert_title) > 0)", name=op.f("ck_call_idea_experts_have_a_title")
        ),
        sa.CheckConstraint("set_aside IS NULL OR group_id IS NULL", name=op.f("ck_call_idea_set_aside_or_grouped")),
        sa.CheckConstraint(
            "set_aside IS NULL OR prominence <> 'public'", name=op.f("ck_call_idea_set_aside_is_not_public")
        ),
        _key("call_idea", "call_id", "call", "CASCADE"),
        _key("call_idea", "group_id", "idea_group", "SET NULL"),
        _key("call_idea", "division_id", "division", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_idea")),
        sa.UniqueConstraint("ticket", name=op.f("uq_call_idea_ticket")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_call_idea_code_hash")),
    )
    for name in ("call_id", "group_id", "division_id", "prominence", "received_at"):
        op.create_index(op.f(f"ix_call_idea_{name}"), "call_idea", [name])


def _change_monitors() -> None:
    op.create_table(
        "monitor_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monitor_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        _moment("made_at"),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_monitor_link_expires_later")),
        _key("monitor_link", "monitor_id", "monitor", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_monitor_link_token_hash")),
    )
    op.create_index(op.f("ix_monitor_link_monitor_id"), "monitor_link", ["monitor_id"])
    texts = (
        ("monitor", "ended_because", sa.String(length=500)),
        ("monitor_report", "sent_text", sa.Text()),
        ("monitor_report", "withdrawn_reason", sa.String(length=500)),
    )
    for table, name, kind in texts:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=""))
    for table, name, kind in texts:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    with op.batch_alter_table("monitor_report") as batch_op:
        batch_op.add_column(sa.Column("ticket", sa.String(length=36), nullable=True))
        batch_op.add_column(_moment("received_at", nullable=True))
        batch_op.add_column(_moment("withdrawn_at", nullable=True))
        batch_op.create_unique_constraint(op.f("uq_monitor_report_ticket"), ["ticket"])
        batch_op.create_check_constraint(
            op.f("ck_monitor_report_withdrawal_has_reason"), "withdrawn_at IS NULL OR length(withdrawn_reason) > 0"
        )


def _replace_outbox(*kinds: str) -> None:
    """Make the outbox anew with its rows of these kinds: SQLite cannot change a check of a table."""
    connection = op.get_bind()
    former = sa.Table("search_outbox", sa.MetaData(), autoload_with=connection)
    rows = [dict(row) for row in connection.execute(sa.select(former)).mappings() if row["kind"] in kinds]
    op.drop_table("search_outbox")
    op.create_table(
        "search_outbox",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", _one_of("record_kind", *kinds), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_search_outbox")),
        sqlite_autoincrement=True,
    )
    if rows:
        connection.execute(sa.insert(sa.Table("search_outbox", sa.MetaData(), autoload_with=connection)), rows)
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text(
                "SELECT setval(pg_get_serial_sequence('search_outbox', 'sequence'), "
                "GREATEST((SELECT max(sequence) FROM search_outbox), 1))"
            )
        )


def downgrade() -> None:
    _replace_outbox(*RECORD_KINDS)
    with op.batch_alter_table("monitor_report") as batch_op:
        batch_op.drop_constraint(op.f("ck_monitor_report_withdrawal_has_reason"), type_="check")
        batch_op.drop_constraint(op.f("uq_monitor_report_ticket"), type_="unique")
        for name in ("ticket", "received_at", "withdrawn_at", "withdrawn_reason", "sent_text"):
            batch_op.drop_column(name)
    with op.batch_alter_table("monitor") as batch_op:
        batch_op.drop_column("ended_because")
    for table in ("monitor_link", "call_idea", "idea_group", "call_extension", "call"):
        op.drop_table(table)
