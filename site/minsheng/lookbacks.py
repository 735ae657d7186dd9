"""Look-backs: dated checks of finished projects, and who keeps them."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity, enumeration
from minsheng.projects import Project


class LookBackResult(enum.StrEnum):
    """What the check found."""

    WORKING = "working"
    PARTLY = "partly"
    NOT_WORKING = "not_working"


class LookBack(Base):
    """One dated check of a finished project, with its keeper and the yearly budget for upkeep."""

    __tablename__ = "look_back"
    __table_args__ = (sa.CheckConstraint("upkeep_budget_fen >= 0", name="upkeep_not_negative"),)

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    looked_on: Mapped[dt.date]
    result: Mapped[LookBackResult] = mapped_column(enumeration(LookBackResult))
    keeper: Mapped[str] = mapped_column(sa.String(120), default="")
    upkeep_budget_fen: Mapped[Fen | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")

    project: Mapped[Project] = relationship(back_populates="lookbacks")

    def snapshot(self) -> dict[str, object]:
        """Return the check in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "looked_on": self.looked_on.isoformat(),
            "result": self.result.value,
            "keeper": self.keeper,
            "upkeep_budget_fen": self.upkeep_budget_fen,
            "note": self.note,
        }
