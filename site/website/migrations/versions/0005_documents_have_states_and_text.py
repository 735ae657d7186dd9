"""Documents of programmes too, published by two people, with their text; counts of queries; own synonyms."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from minsheng.database import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RECORD_KINDS = ("project", "report", "programme", "suggestion", "division", "agency")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def document_columns() -> list[sa.schema.SchemaItem]:
    kinds = ("approval", "bidding", "contract", "supervision", "acceptance", "audit", "policy")
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", one_of("document_kind", *kinds), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_not_empty")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_document_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    ]


def create_document() -> None:
    op.create_table(
        "document",
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("publication", one_of("publication", "draft", "published", "withdrawn"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("publisher_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("published_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=False),
        sa.Column("text_state", one_of("text_state", "read", "none", "unreadable"), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        *document_columns(),
        sa.CheckConstraint("(project_id IS NULL) != (programme_id IS NULL)", name=op.f("ck_document_of_one_record")),
        sa.CheckConstraint(
            "publication != 'withdrawn' OR length(withdrawn_reason) > 0", name=op.f("ck_document_withdrawn_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_document_programme_id_programme"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_member.id"], name=op.f("fk_document_author_id_staff_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["staff_member.id"],
            name=op.f("fk_document_publisher_id_staff_member"),
            ondelete="RESTRICT",
        ),
    )
    for name in ("project_id", "programme_id", "key", "publication", "author_id", "publisher_id"):
        op.create_index(op.f(f"ix_document_{name}"), "document", [name])


def create_former_document() -> None:
    op.create_table("document", sa.Column("project_id", sa.Integer(), nullable=False), *document_columns())
    op.create_index(op.f("ix_document_project_id"), "document", ["project_id"])


def create_outbox(*kinds: str) -> None:
    op.create_table(
        "search_outbox",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", one_of("record_kind", *kinds), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_search_outbox")),
        sqlite_autoincrement=True,
    )


def replace(name: str, create: Callable[[], None], row_of: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Make a table anew with its rows, each as ``row_of`` gives it: SQLite cannot change a check of a table."""
    connection = op.get_bind()
    former = sa.Table(name, sa.MetaData(), autoload_with=connection)
    rows = [dict(row) for row in connection.execute(sa.select(former)).mappings()]
    op.drop_table(name)
    create()
    kept = [row for row in map(row_of, rows) if row is not None]
    if kept:
        connection.execute(sa.insert(sa.Table(name, sa.MetaData(), autoload_with=connection)), kept)
    if connection.dialect.name == "postgresql":
        key = "sequence" if name == "search_outbox" else "id"
        connection.execute(
            sa.text(
                f"SELECT setval(pg_get_serial_sequence('{name}', '{key}'), "  # noqa: S608 - our own names
                f"GREATEST((SELECT max({key}) FROM {name}), 1))"
            )
        )


def upgrade() -> None:
    moment = op.get_bind().scalar(sa.select(sa.func.now()))
    new = {
        "programme_id": None,
        "publication": "published",
        "author_id": None,
        "publisher_id": None,
        "added_at": moment,
        "published_at": moment,
        "withdrawn_at": None,
        "withdrawn_reason": "",
        "text_state": "none",
        "page_count": None,
        "is_cut": False,
    }
    replace("document", create_document, lambda row: {**row, **new})
    op.create_table(
        "document_page",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_page_document_id_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_document_page")),
    )
    op.create_table(
        "asked_query",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=24), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.CheckConstraint("asked >= unanswered AND unanswered >= 0", name=op.f("ck_asked_query_counts_fit")),
        sa.PrimaryKeyConstraint("day", "text", name=op.f("pk_asked_query")),
    )
    op.create_table(
        "synonym_line",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("line", sa.String(length=200), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"],
            ["staff_member.id"],
            name=op.f("fk_synonym_line_added_by_id_staff_member"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_line")),
        sa.UniqueConstraint("line", name=op.f("uq_synonym_line_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_synonym_line_added_by_id"), "synonym_line", ["added_by_id"])
    replace("search_outbox", lambda: create_outbox(*RECORD_KINDS, "document"), lambda row: row)


def downgrade() -> None:
    replace(
        "search_outbox",
        lambda: create_outbox(*RECORD_KINDS),
        lambda row: row if row["kind"] in RECORD_KINDS else None,
    )
    for name in ("synonym_line", "asked_query", "document_page"):
        op.drop_table(name)
    names = ("id", "project_id", "kind", "title", "key", "media_type", "size", "dated")
    # What only the newer version knows, documents of programmes and drafts, the former one has no place for.
    replace(
        "document",
        create_former_document,
        lambda row: (
            {name: row[name] for name in names}
            if row["project_id"] is not None and row["publication"] == "published"
            else None
        ),
    )
