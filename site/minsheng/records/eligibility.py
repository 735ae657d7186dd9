"""Programmes that pay or train people: how eligibility was established, and what was paid in which batch.

Counts, standards and totals only; lists of persons are not part of this site.
"""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity, enumeration
from minsheng.records.projects import Project


class EligibilityStepKind(enum.StrEnum):
    """摸底, 申请, 审核, 审批, 公示."""

    SURVEYED = "surveyed"
    APPLIED = "applied"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    POSTED = "posted"


class BatchKind(enum.StrEnum):
    """A payment to people, or a course of training."""

    PAYMENT = "payment"
    TRAINING = "training"


class EligibilityStep(Base):
    """One step in establishing who is entitled, with how many people or households passed it."""

    __tablename__ = "eligibility_step"
    __table_args__ = (
        sa.CheckConstraint("people >= 0", name="people_not_negative"),
        sa.CheckConstraint("households >= 0", name="households_not_negative"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[EligibilityStepKind] = mapped_column(enumeration(EligibilityStepKind))
    done_on: Mapped[dt.date]
    people: Mapped[int | None]
    households: Mapped[int | None]
    posted_where: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")

    project: Mapped[Project] = relationship(back_populates="eligibility_steps")

    def snapshot(self) -> dict[str, object]:
        """Return the step in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "kind": self.kind.value,
            "done_on": self.done_on.isoformat(),
            "people": self.people,
            "households": self.households,
            "posted_where": self.posted_where,
            "note": self.note,
        }


class PaymentBatch(Base):
    """One batch of payments (打卡发放) or one course of training: when, to how many, how much, by what standard."""

    __tablename__ = "payment_batch"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "label"),
        sa.CheckConstraint("people >= 0", name="people_not_negative"),
        sa.CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        sa.CheckConstraint("length(label) > 0", name="has_label"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    label: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[BatchKind] = mapped_column(enumeration(BatchKind))
    paid_on: Mapped[dt.date]
    people: Mapped[int]
    amount_fen: Mapped[Fen | None]
    standard: Mapped[str] = mapped_column(sa.String(120), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")

    project: Mapped[Project] = relationship(back_populates="payment_batches")

    def snapshot(self) -> dict[str, object]:
        """Return the batch in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "label": self.label,
            "kind": self.kind.value,
            "paid_on": self.paid_on.isoformat(),
            "people": self.people,
            "amount_fen": self.amount_fen,
            "standard": self.standard,
            "note": self.note,
        }
