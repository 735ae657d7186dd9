"""After-care: who keeps a finished project, with what money, and how often it is inspected."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity
from minsheng.records.places import Agency
from minsheng.records.projects import Project

if TYPE_CHECKING:
    from minsheng.oversight.lookbacks import LookBack


class AfterCare(Base):
    """The keeper of a finished project (a post, never a private person's name) and the yearly money for upkeep."""

    __tablename__ = "after_care"
    __table_args__ = (
        sa.CheckConstraint("length(keeper) > 0", name="has_keeper"),
        sa.CheckConstraint("yearly_budget_fen >= 0", name="budget_not_negative"),
        sa.CheckConstraint("inspection_every_months BETWEEN 1 AND 60", name="inspection_interval_plausible"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), unique=True)
    keeper: Mapped[str] = mapped_column(sa.String(120))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"))
    yearly_budget_fen: Mapped[Fen | None]
    budget_source: Mapped[str] = mapped_column(sa.String(120), default="")
    since: Mapped[dt.date]
    inspection_every_months: Mapped[int | None]
    phone: Mapped[str] = mapped_column(sa.String(40), default="")

    project: Mapped[Project] = relationship(back_populates="after_care")
    agency: Mapped[Agency | None] = relationship()

    def next_inspection_due(self, lookbacks: "Iterable[LookBack]") -> dt.date | None:
        """Return the day by which the next inspection is due, counted from the last look-back or from ``since``.

        None where the publisher named no interval.
        """
        if self.inspection_every_months is None:
            return None
        last = max((lookback.looked_on for lookback in lookbacks), default=self.since)
        return months_later(max(last, self.since), self.inspection_every_months)

    def snapshot(self) -> dict[str, object]:
        """Return the after-care in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "keeper": self.keeper,
            "agency": self.agency.slug if self.agency else None,
            "yearly_budget_fen": self.yearly_budget_fen,
            "budget_source": self.budget_source,
            "since": self.since.isoformat(),
            "inspection_every_months": self.inspection_every_months,
            "phone": self.phone,
        }


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months later; the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=day.day - 1), following - dt.timedelta(days=1))
