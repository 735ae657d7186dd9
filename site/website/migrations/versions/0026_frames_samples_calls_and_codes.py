"""Frames, drawn samples, calls and one-time codes; keys of answers tell no order; interviewers."""

import sqlalchemy as sa
from alembic import op

import minsheng.database

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CHANNELS = ("phone", "paper_sample", "web", "qr", "paper_walk_in")
DISPOSITIONS = (
    "complete",
    "partial",
    "refusal",
    "non_contact",
    "other",
    "unknown_household",
    "unknown_other",
    "not_eligible",
)
ROLES = (
    "reporter",
    "publisher",
    "case_reviewer",
    "case_handler",
    "supervisor",
    "surveyor",
    "clerk",
    "assessor",
    "administrator",
)
TABLES = (
    "invite",
    "call_tally",
    "call_claim",
    "call_attempt",
    "sampled_person",
    "sample",
    "frame_entry",
    "sample_frame",
)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = minsheng.database.ExactDecimal()


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> minsheng.database.UTCDateTime:
    return minsheng.database.UTCDateTime(timezone=True)


def key(table: str, column: str, other: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def roles(*allowed: str) -> None:
    """Let the roles of staff be these."""
    listed = ", ".join(f"'{one}'" for one in allowed)
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_role_grant_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_role_grant_role"), f"role IN ({listed})")


def upgrade() -> None:
    with op.batch_alter_table("response") as batch_op:
        batch_op.add_column(sa.Column("interviewer", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("response") as batch_op:
        batch_op.alter_column(
            "interviewer", existing_type=sa.String(length=40), existing_nullable=False, server_default=None
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("response", "id"), ("answer", "id"), ("answer", "response_id")):
            op.alter_column(table, column, type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)
    roles(*ROLES, "interviewer")
    _frames()
    _samples()
    _calls()
    _invites()


def _frames() -> None:
    op.create_table(
        "sample_frame",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("channel", words("channel", *CHANNELS), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", moment(), nullable=False),
        sa.Column("confirmed_at", moment(), nullable=True),
        sa.Column("erased_at", moment(), nullable=True),
        sa.CheckConstraint("channel IN ('phone', 'paper_sample')", name=op.f("ck_sample_frame_of_a_drawn_channel")),
        sa.CheckConstraint(
            "(sealed_key IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_sample_frame_key_or_erased")
        ),
        key("sample_frame", "wave_id", "wave"),
        key("sample_frame", "made_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_frame")),
    )
    index("sample_frame", "wave_id", "made_by_id")
    op.create_table(
        "frame_entry",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=40), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("beneficiary", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        key("frame_entry", "frame_id", "sample_frame", "CASCADE"),
        key("frame_entry", "division_id", "division"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame_entry")),
        sa.UniqueConstraint("frame_id", "fingerprint", name=op.f("uq_frame_entry_frame_id_fingerprint")),
    )
    index("frame_entry", "division_id")


def _samples() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", words("channel", *CHANNELS), nullable=False),
        sa.Column("design", words("sample_design", "stratified", "two_stage"), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("allocation", sa.JSON(), nullable=False),
        sa.Column("most_attempts", sa.Integer(), nullable=False),
        sa.Column("converts_refusals", sa.Boolean(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", moment(), nullable=False),
        sa.CheckConstraint("length(seed) = 64", name=op.f("ck_sample_seed_length")),
        sa.CheckConstraint("most_attempts > 0", name=op.f("ck_sample_may_be_called")),
        key("sample", "wave_id", "wave"),
        key("sample", "frame_id", "sample_frame"),
        key("sample", "drawn_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        sa.UniqueConstraint("wave_id", "number", name=op.f("uq_sample_wave_id_number")),
    )
    index("sample", "frame_id", "drawn_by_id")
    op.create_table(
        "sampled_person",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", WIDE, nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=40), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("base_weight", EXACT, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("is_reserve", sa.Boolean(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("disposition", words("disposition", *DISPOSITIONS), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("callback_on", sa.Date(), nullable=True),
        sa.Column("callback_half", words("half_day", "morning", "afternoon", "evening"), nullable=True),
        sa.Column("code_given", words("code_given", "letter", "call"), nullable=True),
        sa.Column("interviewer_seal", sa.String(length=64), nullable=False),
        sa.Column("check_state", words("check_state", "drawn", "confirmed", "denied", "not_reached"), nullable=True),
        sa.CheckConstraint("base_weight > 0", name=op.f("ck_sampled_person_counts_for_something")),
        sa.CheckConstraint(
            "(callback_on IS NULL) = (callback_half IS NULL)", name=op.f("ck_sampled_person_day_and_half_day")
        ),
        key("sampled_person", "sample_id", "sample"),
        key("sampled_person", "entry_id", "frame_entry"),
        key("sampled_person", "division_id", "division"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sampled_person")),
        sa.UniqueConstraint("sample_id", "entry_id", name=op.f("uq_sampled_person_sample_id_entry_id")),
    )
    index("sampled_person", "entry_id", "division_id")
    op.create_index("ix_sampled_person_sample_id_is_done", "sampled_person", ["sample_id", "is_done"])


def _calls() -> None:
    op.create_table(
        "call_attempt",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("person_id", WIDE, nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("disposition", words("disposition", *DISPOSITIONS), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        key("call_attempt", "person_id", "sampled_person", "CASCADE"),
        key("call_attempt", "staff_member_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempt")),
    )
    index("call_attempt", "person_id", "staff_member_id")
    op.create_table(
        "call_claim",
        sa.Column("person_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("is_check", sa.Boolean(), nullable=False),
        sa.Column("until", moment(), nullable=False),
        key("call_claim", "person_id", "sampled_person", "CASCADE"),
        key("call_claim", "staff_member_id", "staff_member"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_call_claim")),
        sa.UniqueConstraint("staff_member_id", name=op.f("uq_call_claim_staff_member_id")),
    )
    op.create_table(
        "call_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("disposition", words("disposition", *DISPOSITIONS), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_call_tally_not_negative")),
        key("call_tally", "sample_id", "sample"),
        key("call_tally", "division_id", "division"),
        key("call_tally", "staff_member_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_tally")),
        sa.UniqueConstraint(
            "sample_id",
            "division_id",
            "staff_member_id",
            "disposition",
            name=op.f("uq_call_tally_sample_id_division_id_staff_member_id_disposition"),
        ),
    )
    index("call_tally", "division_id", "staff_member_id")


def _invites() -> None:
    op.create_table(
        "invite",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("channel", words("channel", *CHANNELS), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=40), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("base_weight", EXACT, nullable=False),
        sa.Column("used_week", sa.String(length=8), nullable=False),
        sa.CheckConstraint("length(code_hash) = 64", name=op.f("ck_invite_hash_length")),
        sa.CheckConstraint("base_weight > 0", name=op.f("ck_invite_counts_for_something")),
        key("invite", "wave_id", "wave"),
        key("invite", "sample_id", "sample"),
        key("invite", "division_id", "division"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invite")),
        sqlite_with_rowid=False,
    )
    index("invite", "wave_id", "sample_id", "division_id")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    # The role is not known before: whoever has it could do nothing there.
    op.execute(sa.text("DELETE FROM role_grant WHERE role = 'interviewer'"))
    roles(*ROLES)
    if op.get_bind().dialect.name == "postgresql":
        _number_from_one()
    with op.batch_alter_table("response") as batch_op:
        batch_op.drop_column("interviewer")


def _number_from_one() -> None:
    """Give answers keys that fit 32 bits again, in the order of the random ones."""
    op.drop_constraint(op.f("fk_answer_response_id_response"), "answer", type_="foreignkey")
    for table in ("response", "answer"):
        numbered = f"SELECT id, row_number() OVER (ORDER BY id) AS key FROM {table}"  # noqa: S608 - one of two names
        op.execute(sa.text(f"CREATE TEMPORARY TABLE new_{table} AS {numbered}"))
    op.execute(sa.text("UPDATE answer SET response_id = n.key FROM new_response n WHERE n.id = response_id"))
    for table in ("response", "answer"):
        # By way of negative numbers, so that no new key meets an old one.
        renumber = f"UPDATE {table} SET id = -n.key FROM new_{table} n WHERE n.id = {table}.id"  # noqa: S608 - one of two names
        last = f"SELECT coalesce(max(id), 0) + 1 FROM {table}"  # noqa: S608 - one of two names
        op.execute(sa.text(renumber))
        op.execute(sa.text(f"UPDATE {table} SET id = -id"))  # noqa: S608 - one of two names
        op.execute(sa.text(f"DROP TABLE new_{table}"))
        op.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), ({last}))"))
    for table, column in (("response", "id"), ("answer", "id"), ("answer", "response_id")):
        op.alter_column(table, column, type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)
    op.create_foreign_key(
        op.f("fk_answer_response_id_response"), "answer", "response", ["response_id"], ["id"], ondelete="CASCADE"
    )
