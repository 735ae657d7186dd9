"""Mail that waits, subscriptions by mail, and the leases of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


TOPIC_KIND = _one_of(
    "topic_kind", "everything", "project", "programme", "place", "agency", "list", "search", "case", "own_case"
)
RHYTHM = _one_of("rhythm", "at_once", "daily", "weekly")
STATE = _one_of("subscription_state", "pending", "active", "declined")


def upgrade() -> None:
    op.create_table(
        "queued_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queued_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_queued_mail_key")),
    )
    for name in ("about", "created_at", "next_attempt"):
        op.create_index(op.f(f"ix_queued_mail_{name}"), "queued_mail", [name])
    op.create_table(
        "job_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_lease")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("topic_kind", TOPIC_KIND, nullable=False),
        sa.Column("topic_key", sa.String(length=400), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("rhythm", RHYTHM, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'declined') = (sealed IS NULL)", name=op.f("ck_subscription_declined_is_erased")),
        sa.CheckConstraint(
            "(state = 'active') = (confirmed_at IS NOT NULL)", name=op.f("ck_subscription_active_is_confirmed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "address_hash",
            "topic_kind",
            "topic_key",
            name=op.f("uq_subscription_address_hash_topic_kind_topic_key"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_subscription_reference")),
    )
    for name in ("address_hash", "asked_at", "next_due"):
        op.create_index(op.f(f"ix_subscription_{name}"), "subscription", [name])


def downgrade() -> None:
    op.drop_table("subscription")
    op.drop_table("job_lease")
    op.drop_table("queued_mail")
