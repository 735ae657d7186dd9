"""Channels of cases, erased contacts, blurred pictures; word lists, reply templates and files that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CHANNELS = ("web", "phone", "paper", "visit", "message_board", "hotline", "other_platform")
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
REASONS = ("not_our_matter", "duplicate", "in_court", "unclear", "abusive")
CHECKS = {
    "case_channel": "channel IN ({})".format(", ".join(f"'{one}'" for one in CHANNELS)),
    "erased_contact_is_gone": "contact_sealed IS NULL OR contact_erased_at IS NULL",
    "original_number_has_signs": "length(original_number) > 0",
}


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _staff_key(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["staff_member.id"], name=op.f(f"fk_{table}_{column}_staff_member"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=32), nullable=False, server_default="web"))
        batch_op.add_column(sa.Column("original_number", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("contact_erased_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.alter_column(
            "channel", existing_type=sa.String(length=32), existing_nullable=False, server_default=None
        )
        batch_op.create_unique_constraint(op.f("uq_suggestion_channel_original_number"), ["channel", "original_number"])
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_suggestion_{name}"), condition)
    with op.batch_alter_table("case_photo") as batch_op:
        batch_op.add_column(sa.Column("blurred_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("blur_boxes", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(op.f("ix_case_photo_blurred_key"), ["blurred_key"])
    with op.batch_alter_table("case_photo") as batch_op:
        batch_op.alter_column("blur_boxes", existing_type=sa.Text(), existing_nullable=False, server_default=None)
    _words_and_templates()
    op.create_table(
        "case_import_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=24), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _staff_key("case_import_draft", "made_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_import_draft")),
        sa.UniqueConstraint("ticket", name=op.f("uq_case_import_draft_ticket")),
    )
    for name in ("made_by_id", "made_at"):
        op.create_index(op.f(f"ix_case_import_draft_{name}"), "case_import_draft", [name])


def _words_and_templates() -> None:
    op.create_table(
        "listed_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word_list", _one_of("word_list", "abuse", "sensitive"), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _staff_key("listed_word", "added_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_word")),
        sa.UniqueConstraint("word_list", "word", name=op.f("uq_listed_word_word_list_word")),
    )
    op.create_index(op.f("ix_listed_word_added_by_id"), "listed_word", ["added_by_id"])
    op.create_table(
        "reply_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use", _one_of("template_use", "reply", "refusal"), nullable=False),
        sa.Column("category", _one_of("category", *CATEGORIES), nullable=True),
        sa.Column("refusal_reason", _one_of("refusal_reason", *REASONS), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(title) > 0 AND length(text) > 0", name=op.f("ck_reply_template_has_words")),
        sa.CheckConstraint("category IS NULL OR use = 'reply'", name=op.f("ck_reply_template_category_of_reply")),
        sa.CheckConstraint(
            "refusal_reason IS NULL OR use = 'refusal'", name=op.f("ck_reply_template_reason_of_refusal")
        ),
        _staff_key("reply_template", "changed_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index(op.f("ix_reply_template_changed_by_id"), "reply_template", ["changed_by_id"])


def downgrade() -> None:
    for table in ("case_import_draft", "reply_template", "listed_word"):
        op.drop_table(table)
    with op.batch_alter_table("case_photo") as batch_op:
        batch_op.drop_index(op.f("ix_case_photo_blurred_key"))
        for name in ("blurred_key", "blur_boxes"):
            batch_op.drop_column(name)
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.drop_constraint(op.f("uq_suggestion_channel_original_number"), type_="unique")
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_suggestion_{name}"), type_="check")
        for name in ("channel", "original_number", "entered_at", "contact_erased_at"):
            batch_op.drop_column(name)
