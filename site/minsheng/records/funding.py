"""Money of a project: planned lines by source, and the ledger of dated movements."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity, enumeration


class FundingSource(enum.StrEnum):
    """Who pays."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    TOWNSHIP = "township"
    BOND = "bond"
    SOCIAL_CAPITAL = "social_capital"
    SELF_RAISED = "self_raised"
    OTHER = "other"


class FundingKind(enum.StrEnum):
    """Residents' levies and quality deposits are lines of their own, apart from the project's funds."""

    FUNDS = "funds"
    LEVY = "levy"
    QUALITY_DEPOSIT = "quality_deposit"


class MovementKind(enum.StrEnum):
    """到位, 拨付, 支出: arrived at the payer, paid out to the project, spent by it."""

    ARRIVED = "arrived"
    DISBURSED = "disbursed"
    SPENT = "spent"


class FundingLine(Base):
    """A planned amount per source and year. ``label`` is the source's printed name where one was published."""

    __tablename__ = "funding_line"
    __table_args__ = (
        sa.CheckConstraint("planned_fen IS NULL OR planned_fen >= 0", name="planned_not_negative"),
        sa.UniqueConstraint("project_id", "position"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"))
    position: Mapped[int]
    source: Mapped[FundingSource] = mapped_column(enumeration(FundingSource))
    kind: Mapped[FundingKind] = mapped_column(enumeration(FundingKind), default=FundingKind.FUNDS)
    year: Mapped[int | None]
    label: Mapped[str] = mapped_column(sa.String(120), default="")
    planned_fen: Mapped[Fen | None]

    movements: Mapped[list["FundMovement"]] = relationship(
        back_populates="line", order_by="(FundMovement.moved_on, FundMovement.id)"
    )

    def moved(self, kind: MovementKind, until: dt.date | None = None) -> int:
        """Return the fen moved in this way, up to and including ``until``."""
        return sum(
            movement.amount_fen
            for movement in self.movements
            if movement.kind is kind and (until is None or movement.moved_on <= until)
        )

    def snapshot(self) -> dict[str, object]:
        """Return the line and its ledger in plain JSON values."""
        return {
            "source": self.source.value,
            "kind": self.kind.value,
            "year": self.year,
            "label": self.label,
            "planned_fen": self.planned_fen,
            "movements": [
                [movement.moved_on.isoformat(), movement.kind.value, movement.amount_fen, movement.note]
                for movement in self.movements
            ],
        }


class FundMovement(Base):
    """One dated movement of money on a line. A correction is a movement of its own, with a negative amount."""

    __tablename__ = "fund_movement"
    __table_args__ = (sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),)

    id: Mapped[Identity]
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("funding_line.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[MovementKind] = mapped_column(enumeration(MovementKind))
    moved_on: Mapped[dt.date]
    amount_fen: Mapped[Fen]
    note: Mapped[str] = mapped_column(sa.String(200), default="")

    line: Mapped[FundingLine] = relationship(back_populates="movements")
