"""Remarks and publications at a time stand under all that is reviewed; common problems; exports lie in the database."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = ("review_comment", "timed_publication")
ADDED = (("proposal_id", "proposal"), ("page_id", "content_page"))
ABOUT_ONE = (
    "(CASE WHEN report_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN proposal_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN page_id IS NULL THEN 0 ELSE 1 END) = 1"
)
WAITING = "ended_at IS NULL"


def upgrade() -> None:
    op.drop_index("uq_timed_publication_waiting", "timed_publication")
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("report_id", existing_type=sa.Integer(), nullable=True)
            for name, _referred in ADDED:
                batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        with op.batch_alter_table(table) as batch_op:
            for name, referred in ADDED:
                batch_op.create_foreign_key(
                    batch_op.f(f"fk_{table}_{name}_{referred}"), referred, [name], ["id"], ondelete="CASCADE"
                )
                batch_op.create_index(batch_op.f(f"ix_{table}_{name}"), [name])
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_about_one"), ABOUT_ONE)
    with op.batch_alter_table("timed_publication") as batch_op:
        batch_op.alter_column("report_version", new_column_name="about_version", existing_type=sa.Integer())
    for name in ("report_id", *(name for name, _referred in ADDED)):
        _index_waiting(f"uq_timed_publication_waiting_{name}", name)
    _common_problems()
    op.create_table(
        "export_piece",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["export_run.id"], name=op.f("fk_export_piece_run_id_export_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_export_piece")),
    )


def downgrade() -> None:
    op.drop_table("export_piece")
    with op.batch_alter_table("problem") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_problem_several_have_it"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_problem_common_id_common_problem"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_problem_common_id"))
        batch_op.drop_column("common_id")
    op.drop_table("common_problem")
    for name in ("report_id", *(name for name, _referred in ADDED)):
        op.drop_index(f"uq_timed_publication_waiting_{name}", "timed_publication")
    with op.batch_alter_table("timed_publication") as batch_op:
        batch_op.alter_column("about_version", new_column_name="report_version", existing_type=sa.Integer())
    for table in TABLES:
        # What is about a change or a page has no place in the older tables.
        op.execute(sa.delete(sa.table(table, sa.column("report_id"))).where(sa.column("report_id").is_(None)))
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_about_one"), type_="check")
            for name, referred in ADDED:
                batch_op.drop_index(batch_op.f(f"ix_{table}_{name}"))
                batch_op.drop_constraint(batch_op.f(f"fk_{table}_{name}_{referred}"), type_="foreignkey")
        with op.batch_alter_table(table) as batch_op:
            for name, _referred in ADDED:
                batch_op.drop_column(name)
            batch_op.alter_column("report_id", existing_type=sa.Integer(), nullable=False)
    _index_waiting("uq_timed_publication_waiting", "report_id")


def _index_waiting(index: str, name: str) -> None:
    waiting = sa.text(WAITING)
    op.create_index(index, "timed_publication", [name], unique=True, sqlite_where=waiting, postgresql_where=waiting)


def _common_problems() -> None:
    op.create_table(
        "common_problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_common_problem_has_title")),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff_member.id"],
            name=op.f("fk_common_problem_author_id_staff_member"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_common_problem")),
    )
    with op.batch_alter_table("problem") as batch_op:
        batch_op.add_column(sa.Column("common_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("problem") as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_problem_common_id_common_problem"),
            "common_problem",
            ["common_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_index(batch_op.f("ix_problem_common_id"), ["common_id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_problem_several_have_it"), "common_id IS NULL OR kind = 'common'"
        )
