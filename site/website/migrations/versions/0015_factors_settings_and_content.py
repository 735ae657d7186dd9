"""Second factors, invitations, counted refusals, settings, calendars and content pages."""

import sqlalchemy as sa
from alembic import op
from minsheng.database import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RECORD_KINDS = ("project", "report", "programme", "suggestion", "division", "agency", "document")
FLAGS = (("staff_member", "must_change_password"), ("staff_member", "is_sample"), ("staff_session", "awaits_factor"))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(timezone=True), nullable=nullable)


def of_staff(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_staff_member_id_staff_member")
    return sa.ForeignKeyConstraint(["staff_member_id"], ["staff_member.id"], name=name, ondelete="CASCADE")


def replace_outbox(*kinds: str) -> None:
    """Make the outbox anew with its rows of these kinds: SQLite cannot change a check of a table."""
    connection = op.get_bind()
    former = sa.Table("search_outbox", sa.MetaData(), autoload_with=connection)
    rows = [dict(row) for row in connection.execute(sa.select(former)).mappings() if row["kind"] in kinds]
    op.drop_table("search_outbox")
    op.create_table(
        "search_outbox",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", one_of("record_kind", *kinds), nullable=False),
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


def change_staff() -> None:
    for table, name in FLAGS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("staff_session") as batch_op:
        batch_op.add_column(sa.Column("device", sa.String(length=60), nullable=False, server_default=""))
    for table, name in (*FLAGS, ("staff_session", "device")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(name, server_default=None)


def create_factors() -> None:
    op.create_table(
        "authenticator_app",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        moment("added_at"),
        moment("confirmed_at", nullable=True),
        of_staff("authenticator_app"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator_app")),
        sa.UniqueConstraint("staff_member_id", name=op.f("uq_authenticator_app_staff_member_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        moment("used_at", nullable=True),
        of_staff("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_staff_member_id"), "recovery_code", ["staff_member_id"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        moment("added_at"),
        moment("used_at", nullable=True),
        of_staff("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_staff_member_id"), "passkey", ["staff_member_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_session_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        moment("expires_at"),
        sa.ForeignKeyConstraint(
            ["staff_session_id"],
            ["staff_session.id"],
            name=op.f("fk_passkey_challenge_staff_session_id_staff_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenge")),
    )
    op.create_index(op.f("ix_passkey_challenge_staff_session_id"), "passkey_challenge", ["staff_session_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        moment("made_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        of_staff("invitation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_staff_member_id"), "invitation", ["staff_member_id"])
    op.create_table(
        "sign_in_refusals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_sign_in_refusals_counts_something")),
        sa.PrimaryKeyConstraint("day", "account", name=op.f("pk_sign_in_refusals")),
    )


def create_settings() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "emblem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        moment("changed_at"),
        sa.CheckConstraint("id = 1", name=op.f("ck_emblem_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emblem")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_title", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        moment("added_at"),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )


def create_content() -> None:
    op.create_table(
        "content_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("kind", one_of("content_kind", "policy", "news"), nullable=False),
        sa.Column("publication", one_of("publication", "draft", "published", "withdrawn"), nullable=False),
        sa.Column("public_number", sa.Integer(), nullable=True),
        moment("published_at", nullable=True),
        moment("withdrawn_at", nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "publication != 'withdrawn' OR length(withdrawn_reason) > 0",
            name=op.f("ck_content_page_withdrawn_says_why"),
        ),
        sa.CheckConstraint(
            "publication = 'draft' OR public_number IS NOT NULL", name=op.f("ck_content_page_public_has_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_page")),
        sa.UniqueConstraint("slug", name=op.f("uq_content_page_slug")),
    )
    op.create_table(
        "content_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        moment("written_at"),
        sa.Column("translations", sa.JSON(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_content_version_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["page_id"], ["content_page.id"], name=op.f("fk_content_version_page_id_content_page"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff_member.id"],
            name=op.f("fk_content_version_author_id_staff_member"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_content_version_page_id_number")),
    )
    op.create_index(op.f("ix_content_version_author_id"), "content_version", ["author_id"])


def upgrade() -> None:
    change_staff()
    create_factors()
    create_settings()
    create_content()
    replace_outbox(*RECORD_KINDS, "content")


def downgrade() -> None:
    replace_outbox(*RECORD_KINDS)
    for table in (
        "content_version",
        "content_page",
        "calendar_year",
        "emblem",
        "setting",
        "sign_in_refusals",
        "invitation",
        "passkey_challenge",
        "passkey",
        "recovery_code",
        "authenticator_app",
    ):
        op.drop_table(table)
    with op.batch_alter_table("staff_session") as batch_op:
        batch_op.drop_column("device")
    for table, name in reversed(FLAGS):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)
