"""Contracts of a project: what was agreed with whom, what was paid, what was changed, and what is held back."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity
from minsheng.records.funding import FundingLine
from minsheng.records.projects import Project

if TYPE_CHECKING:
    from minsheng.records.documents import Document


class Contract(Base):
    """One contract. ``amount_fen`` is what was signed; changes are kept beside it and never overwrite it.

    ``deposit_line`` is the quality deposit held back under it, a line of its own among the project's funds, which
    is due back on ``deposit_release_on``.
    """

    __tablename__ = "contract"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "position"),
        sa.CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        sa.CheckConstraint("length(subject) > 0 AND length(party) > 0", name="says_what_and_with_whom"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    position: Mapped[int]
    subject: Mapped[str] = mapped_column(sa.String(120))
    party: Mapped[str] = mapped_column(sa.String(120))
    amount_fen: Mapped[Fen]
    signed_on: Mapped[dt.date]
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id", ondelete="RESTRICT"))
    deposit_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funding_line.id", ondelete="RESTRICT"))
    deposit_release_on: Mapped[dt.date | None]

    project: Mapped[Project] = relationship(back_populates="contracts")
    document: Mapped["Document | None"] = relationship()
    deposit_line: Mapped[FundingLine | None] = relationship()
    payments: Mapped[list["ContractPayment"]] = relationship(
        back_populates="contract",
        order_by="(ContractPayment.paid_on, ContractPayment.id)",
        cascade="all, delete-orphan",
    )
    changes: Mapped[list["ContractChange"]] = relationship(
        back_populates="contract",
        order_by="(ContractChange.changed_on, ContractChange.id)",
        cascade="all, delete-orphan",
    )

    @property
    def paid_fen(self) -> int:
        """What was paid so far, in fen."""
        return sum(payment.amount_fen for payment in self.payments)

    @property
    def current_amount_fen(self) -> int:
        """The amount as it stands after all changes, in fen."""
        return self.amount_fen + sum(change.amount_fen for change in self.changes)

    def snapshot(self) -> dict[str, object]:
        """Return the contract with its payments and changes in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "position": self.position,
            "subject": self.subject,
            "party": self.party,
            "amount_fen": self.amount_fen,
            "signed_on": self.signed_on.isoformat(),
            "document": self.document_id,
            "deposit_line": self.deposit_line.position if self.deposit_line else None,
            "deposit_release_on": self.deposit_release_on.isoformat() if self.deposit_release_on else None,
            "payments": [[payment.paid_on.isoformat(), payment.amount_fen, payment.note] for payment in self.payments],
            "changes": [[change.changed_on.isoformat(), change.amount_fen, change.reason] for change in self.changes],
        }


class ContractPayment(Base):
    """One payment under a contract. A correction is a payment of its own, with a negative amount."""

    __tablename__ = "contract_payment"
    __table_args__ = (sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),)

    id: Mapped[Identity]
    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    paid_on: Mapped[dt.date]
    amount_fen: Mapped[Fen]
    note: Mapped[str] = mapped_column(sa.String(200), default="")

    contract: Mapped[Contract] = relationship(back_populates="payments")


class ContractChange(Base):
    """One change of a contract with its reason; ``amount_fen`` is added to the amount, zero where only time moved."""

    __tablename__ = "contract_change"
    __table_args__ = (sa.CheckConstraint("length(reason) > 0", name="has_reason"),)

    id: Mapped[Identity]
    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    changed_on: Mapped[dt.date]
    amount_fen: Mapped[Fen]
    reason: Mapped[str] = mapped_column(sa.String(500))

    contract: Mapped[Contract] = relationship(back_populates="changes")
