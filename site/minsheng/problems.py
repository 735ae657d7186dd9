"""The ledger of problems: found, given to an agency with a deadline, closed only with evidence."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.photos import Photo
from minsheng.places import Agency
from minsheng.projects import Project


class ProblemSource(enum.StrEnum):
    """Who found it."""

    INSPECTION = "inspection"
    AUDIT = "audit"
    LOOK_BACK = "look_back"
    SURVEY = "survey"
    SUGGESTION = "suggestion"


class Problem(Base):
    """One entry of the problem list of a project."""

    __tablename__ = "problem"
    __table_args__ = (
        sa.CheckConstraint("(closed_on IS NULL) = (length(evidence) = 0)", name="closed_only_with_evidence"),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= found_on", name="closed_after_found"),
        sa.CheckConstraint("deadline >= found_on", name="deadline_after_found"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    source: Mapped[ProblemSource] = mapped_column(enumeration(ProblemSource))
    description: Mapped[str] = mapped_column(sa.Text)
    found_on: Mapped[dt.date]
    deadline: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    photo_before_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id", ondelete="RESTRICT"))
    photo_after_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id", ondelete="RESTRICT"))

    project: Mapped[Project] = relationship(back_populates="problems")
    agency: Mapped[Agency] = relationship()
    photo_before: Mapped[Photo | None] = relationship(foreign_keys=[photo_before_id])
    photo_after: Mapped[Photo | None] = relationship(foreign_keys=[photo_after_id])

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its cure."""
        return self.closed_on is None

    def is_overdue(self, as_of: dt.date) -> bool:
        """Whether it is open past its deadline."""
        return self.is_open and as_of > self.deadline

    def close(self, evidence: str, on: dt.date) -> None:
        """Close with evidence in words. Raises ``WrongStateError`` when closed, ``ReasonRequiredError`` without."""
        if not self.is_open:
            raise WrongStateError("close", "closed")
        if not evidence.strip():
            raise ReasonRequiredError
        self.evidence = evidence.strip()
        self.closed_on = on

    def snapshot(self) -> dict[str, object]:
        """Return the entry in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "agency": self.agency.slug,
            "source": self.source.value,
            "description": self.description,
            "found_on": self.found_on.isoformat(),
            "deadline": self.deadline.isoformat(),
            "closed_on": self.closed_on.isoformat() if self.closed_on else None,
            "evidence": self.evidence,
            **({"photo_before": self.photo_before.key} if self.photo_before else {}),
            **({"photo_after": self.photo_after.key} if self.photo_after else {}),
        }
