"""Breaking a target down (目标分解): its whole handed to places in one sheet, the sum checked, signed by two."""

import decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity
from minsheng.editorial.signatures import Signed
from minsheng.records.indicators import Indicator


class TargetBreakdown(Base, Signed):
    """One sheet: for each part a place or a name and its share of the target.

    ``parts`` is a list of ``{"division_id", "name", "target"}`` with the target as decimal text, empty where it is
    not assigned yet. ``reason`` is public where parts that were public already change.
    """

    __tablename__ = "target_breakdown"

    id: Mapped[Identity]
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id", ondelete="CASCADE"), index=True)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    version: Mapped[int] = mapped_column(default=1)

    indicator: Mapped[Indicator] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def total(self) -> decimal.Decimal:
        """The sum of the parts that have a target."""
        return sum((decimal.Decimal(part["target"]) for part in self.parts if part["target"]), decimal.Decimal(0))
