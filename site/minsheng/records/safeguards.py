"""Safeguards of works (六制): legal person, bidding, contract, supervision, reimbursement, acceptance."""

import datetime as dt
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.records.projects import Project, ProjectKind

if TYPE_CHECKING:
    from minsheng.records.documents import Document


class SafeguardKind(enum.StrEnum):
    """法人制, 招投标制, 合同制, 监理制, 报账制, 验收制, in their usual order."""

    LEGAL_PERSON = "legal_person"
    BIDDING = "bidding"
    CONTRACT = "contract"
    SUPERVISION = "supervision"
    REIMBURSEMENT = "reimbursement"
    ACCEPTANCE = "acceptance"


class Safeguard(Base):
    """One safeguard of one project: date, party and document, or the public reason why it does not apply."""

    __tablename__ = "safeguard"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "kind"),
        sa.CheckConstraint(
            "(length(not_applicable_because) = 0"
            " AND (dated IS NOT NULL OR length(party) > 0 OR document_id IS NOT NULL))"
            " OR (length(not_applicable_because) > 0 AND dated IS NULL AND length(party) = 0 AND document_id IS NULL)",
            name="kept_or_says_why_not",
        ),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[SafeguardKind] = mapped_column(enumeration(SafeguardKind))
    dated: Mapped[dt.date | None]
    party: Mapped[str] = mapped_column(sa.String(120), default="")
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id", ondelete="RESTRICT"))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    not_applicable_because: Mapped[str] = mapped_column(sa.String(500), default="")

    project: Mapped[Project] = relationship(back_populates="safeguards")
    document: Mapped["Document | None"] = relationship()

    @property
    def applies(self) -> bool:
        """Whether the publisher says that it applies."""
        return not self.not_applicable_because

    def snapshot(self) -> dict[str, object]:
        """Return the safeguard in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "kind": self.kind.value,
            "dated": self.dated.isoformat() if self.dated else None,
            "party": self.party,
            "document": self.document_id,
            "note": self.note,
            "not_applicable_because": self.not_applicable_because,
        }


def safeguards_of(project: Project) -> list[tuple[SafeguardKind, Safeguard | None]]:
    """Return all six in order, each with what was published of it, or None; an empty list for other than works."""
    if project.kind is not ProjectKind.WORKS:
        return []
    published = {safeguard.kind: safeguard for safeguard in project.safeguards}
    return [(kind, published.get(kind)) for kind in SafeguardKind]
