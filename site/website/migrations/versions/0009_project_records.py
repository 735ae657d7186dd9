"""Records of a project beside its reports, how targets were assigned, and withdrawal with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "after_care",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("keeper", sa.String(length=120), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("yearly_budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("budget_source", sa.String(length=120), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("inspection_every_months", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "inspection_every_months BETWEEN 1 AND 60", name=op.f("ck_after_care_inspection_interval_plausible")
        ),
        sa.CheckConstraint("length(keeper) > 0", name=op.f("ck_after_care_has_keeper")),
        sa.CheckConstraint("yearly_budget_fen >= 0", name=op.f("ck_after_care_budget_not_negative")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_after_care_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_after_care_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_care")),
        sa.UniqueConstraint("project_id", name=op.f("uq_after_care_project_id")),
    )
    op.create_table(
        "eligibility_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "surveyed",
                "applied",
                "reviewed",
                "approved",
                "posted",
                name="eligibility_step_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("posted_where", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint("households >= 0", name=op.f("ck_eligibility_step_households_not_negative")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_eligibility_step_people_not_negative")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_eligibility_step_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_step")),
    )
    op.create_index(op.f("ix_eligibility_step_project_id"), "eligibility_step", ["project_id"])

    op.create_table(
        "monitor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.Column("appointed_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= appointed_on", name=op.f("ck_monitor_ended_after_appointed")
        ),
        sa.CheckConstraint("length(badge) > 0", name=op.f("ck_monitor_has_badge")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_monitor_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor")),
        sa.UniqueConstraint("badge", name=op.f("uq_monitor_badge")),
    )
    op.create_index(op.f("ix_monitor_project_id"), "monitor", ["project_id"])

    op.create_table(
        "payment_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("payment", "training", name="batch_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("standard", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_payment_batch_amount_not_negative")),
        sa.CheckConstraint("length(label) > 0", name=op.f("ck_payment_batch_has_label")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_payment_batch_people_not_negative")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_payment_batch_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("project_id", "label", name=op.f("uq_payment_batch_project_id_label")),
    )
    op.create_index(op.f("ix_payment_batch_project_id"), "payment_batch", ["project_id"])

    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("party", sa.String(length=120), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("deposit_line_id", sa.Integer(), nullable=True),
        sa.Column("deposit_release_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_contract_amount_not_negative")),
        sa.CheckConstraint(
            "length(subject) > 0 AND length(party) > 0", name=op.f("ck_contract_says_what_and_with_whom")
        ),
        sa.ForeignKeyConstraint(
            ["deposit_line_id"],
            ["funding_line.id"],
            name=op.f("fk_contract_deposit_line_id_funding_line"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_contract_document_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_contract_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("project_id", "position", name=op.f("uq_contract_project_id_position")),
    )
    op.create_index(op.f("ix_contract_project_id"), "contract", ["project_id"])

    op.create_table(
        "monitor_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monitor_id", sa.Integer(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "published",
                "refused",
                name="monitor_report_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("refused_reason", sa.String(length=500), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_monitor_report_published_has_moment")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR length(refused_reason) > 0", name=op.f("ck_monitor_report_refusal_has_reason")
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_monitor_report_has_text")),
        sa.ForeignKeyConstraint(
            ["monitor_id"], ["monitor.id"], name=op.f("fk_monitor_report_monitor_id_monitor"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_report")),
    )
    op.create_index(op.f("ix_monitor_report_monitor_id"), "monitor_report", ["monitor_id"])
    op.create_index(op.f("ix_monitor_report_state"), "monitor_report", ["state"])

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "quarterly_self_review",
                "half_year_inspection",
                "year_end_acceptance",
                "post_evaluation",
                name="review_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("reviewer", sa.String(length=120), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("meets_standard", sa.Boolean(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(project_id IS NULL) != (programme_id IS NULL)", name=op.f("ck_review_of_one_record")),
        sa.CheckConstraint(
            "score IS NULL OR (points IS NOT NULL AND score BETWEEN 0 AND points)", name=op.f("ck_review_score_fits")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_review_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_review_document_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_review_programme_id_programme"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_review_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_programme_id"), "review", ["programme_id"])
    op.create_index(op.f("ix_review_project_id"), "review", ["project_id"])
    op.create_index(
        "uq_review_programme",
        "review",
        ["programme_id", "kind", "period", "held_on"],
        unique=True,
        sqlite_where=sa.text("programme_id IS NOT NULL"),
        postgresql_where=sa.text("programme_id IS NOT NULL"),
    )
    op.create_index(
        "uq_review_project",
        "review",
        ["project_id", "kind", "period", "held_on"],
        unique=True,
        sqlite_where=sa.text("project_id IS NOT NULL"),
        postgresql_where=sa.text("project_id IS NOT NULL"),
    )

    op.create_table(
        "safeguard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "legal_person",
                "bidding",
                "contract",
                "supervision",
                "reimbursement",
                "acceptance",
                name="safeguard_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("party", sa.String(length=120), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("not_applicable_because", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(length(not_applicable_because) = 0 AND (dated IS NOT NULL OR length(party) > 0 OR document_id IS NOT NULL)) OR (length(not_applicable_because) > 0 AND dated IS NULL AND length(party) = 0 AND document_id IS NULL)",
            name=op.f("ck_safeguard_kept_or_says_why_not"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_safeguard_document_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_safeguard_project_id_project"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safeguard")),
        sa.UniqueConstraint("project_id", "kind", name=op.f("uq_safeguard_project_id_kind")),
    )
    op.create_index(op.f("ix_safeguard_project_id"), "safeguard", ["project_id"])

    op.create_table(
        "target_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column(
            "assigned_by",
            sa.Enum(
                "province", "city", "own", name="assigned_by", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("assigned_on", sa.Date(), nullable=True),
        sa.Column("source_title", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(target IS NULL) = (assigned_on IS NULL)", name=op.f("ck_target_assignment_assigned_has_day")
        ),
        sa.CheckConstraint("target >= 0", name=op.f("ck_target_assignment_target_not_negative")),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_target_assignment_indicator_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_assignment")),
    )
    op.create_index(op.f("ix_target_assignment_indicator_id"), "target_assignment", ["indicator_id"])

    op.create_table(
        "contract_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_contract_change_has_reason")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_change_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_change")),
    )
    op.create_index(op.f("ix_contract_change_contract_id"), "contract_change", ["contract_id"])

    op.create_table(
        "contract_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_contract_payment_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_payment_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_payment")),
    )
    op.create_index(op.f("ix_contract_payment_contract_id"), "contract_payment", ["contract_id"])

    with op.batch_alter_table("photo") as batch_op:
        batch_op.add_column(sa.Column("monitor_report_id", sa.Integer(), nullable=True))
        batch_op.create_index(op.f("ix_photo_monitor_report_id"), ["monitor_report_id"])
        batch_op.create_foreign_key(
            op.f("fk_photo_monitor_report_id_monitor_report"),
            "monitor_report",
            ["monitor_report_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_check_constraint(
            op.f("ck_photo_of_one_report"), "report_id IS NULL OR monitor_report_id IS NULL"
        )
    for table in ("programme", "project"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
            batch_op.add_column(sa.Column("withdrawn_reason", sa.String(length=500), nullable=False, server_default=""))
        # What was withdrawn before reasons were kept says so.
        rows = sa.table(table, sa.column("withdrawn_reason"), sa.column("publication"))
        op.execute(
            sa.update(rows).where(rows.c.publication == "withdrawn").values(withdrawn_reason="撤下时没有记录原因")
        )
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("withdrawn_reason", existing_type=sa.String(length=500), server_default=None)
            batch_op.create_check_constraint(
                op.f(f"ck_{table}_withdrawn_says_why"), "publication <> 'withdrawn' OR length(withdrawn_reason) > 0"
            )


def downgrade() -> None:
    for table in ("project", "programme"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_withdrawn_says_why"), type_="check")
            batch_op.drop_column("withdrawn_reason")
            batch_op.drop_column("withdrawn_at")
    with op.batch_alter_table("photo") as batch_op:
        batch_op.drop_constraint(op.f("ck_photo_of_one_report"), type_="check")
        batch_op.drop_constraint(op.f("fk_photo_monitor_report_id_monitor_report"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_photo_monitor_report_id"))
        batch_op.drop_column("monitor_report_id")
    for table in (
        "contract_payment",
        "contract_change",
        "target_assignment",
        "safeguard",
        "review",
        "monitor_report",
        "contract",
        "payment_batch",
        "monitor",
        "eligibility_step",
        "after_care",
    ):
        op.drop_table(table)
