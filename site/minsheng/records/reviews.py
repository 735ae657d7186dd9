"""Reviews of the yearly cycle: quarterly self-review, half-year inspection, year-end acceptance, post-evaluation."""

import datetime as dt
import decimal
import enum
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, Stage

if TYPE_CHECKING:
    from minsheng.records.documents import Document


class ReviewKind(enum.StrEnum):
    """季度自评, 半年检查, 年终考核验收, 后评价."""

    QUARTERLY_SELF_REVIEW = "quarterly_self_review"
    HALF_YEAR_INSPECTION = "half_year_inspection"
    YEAR_END_ACCEPTANCE = "year_end_acceptance"
    POST_EVALUATION = "post_evaluation"


_PERIODS = {
    ReviewKind.QUARTERLY_SELF_REVIEW: re.compile(r"[0-9]{4}-Q[1-4]"),
    ReviewKind.HALF_YEAR_INSPECTION: re.compile(r"[0-9]{4}-H[12]"),
    ReviewKind.YEAR_END_ACCEPTANCE: re.compile(r"[0-9]{4}"),
    ReviewKind.POST_EVALUATION: re.compile(r"[0-9]{4}"),
}

ACCEPTED_STAGES = frozenset({Stage.ACCEPTED, Stage.IN_USE, Stage.AFTER_CARE})
"""Stages that only a project that meets its quality standard may be in."""


class Review(Base):
    """One review of a project or of a whole programme.

    ``period`` is ``2026-Q2``, ``2026-H1`` or ``2026``. ``score`` is out of ``points``. ``meets_standard`` is None
    where the review did not judge it; below the quality standard means not accepted.
    """

    __tablename__ = "review"
    __table_args__ = (
        sa.CheckConstraint("(project_id IS NULL) != (programme_id IS NULL)", name="of_one_record"),
        sa.CheckConstraint("score IS NULL OR (points IS NOT NULL AND score BETWEEN 0 AND points)", name="score_fits"),
        sa.Index(
            "uq_review_project",
            "project_id",
            "kind",
            "period",
            "held_on",
            unique=True,
            sqlite_where=sa.text("project_id IS NOT NULL"),
            postgresql_where=sa.text("project_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_review_programme",
            "programme_id",
            "kind",
            "period",
            "held_on",
            unique=True,
            sqlite_where=sa.text("programme_id IS NOT NULL"),
            postgresql_where=sa.text("programme_id IS NOT NULL"),
        ),
    )

    id: Mapped[Identity]
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[ReviewKind] = mapped_column(enumeration(ReviewKind))
    period: Mapped[str] = mapped_column(sa.String(7))
    held_on: Mapped[dt.date]
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"))
    reviewer: Mapped[str] = mapped_column(sa.String(120), default="")
    score: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    points: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    meets_standard: Mapped[bool | None]
    finding: Mapped[str] = mapped_column(sa.Text, default="")
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id", ondelete="RESTRICT"))

    project: Mapped[Project | None] = relationship(back_populates="reviews")
    programme: Mapped[Programme | None] = relationship(back_populates="reviews")
    agency: Mapped[Agency | None] = relationship()
    document: Mapped["Document | None"] = relationship()

    def snapshot(self) -> dict[str, object]:
        """Return the review in plain JSON values, for the journal."""
        return {
            "project": self.project.slug if self.project else None,
            "programme": self.programme.slug if self.programme else None,
            "kind": self.kind.value,
            "period": self.period,
            "held_on": self.held_on.isoformat(),
            "agency": self.agency.slug if self.agency else None,
            "reviewer": self.reviewer,
            "score": None if self.score is None else str(self.score),
            "points": None if self.points is None else str(self.points),
            "meets_standard": self.meets_standard,
            "finding": self.finding,
            "document": self.document_id,
        }


def failed_acceptance(project: Project) -> Review | None:
    """Return the latest year-end acceptance of a project if it found the work below its quality standard."""
    held = [review for review in project.reviews if review.kind is ReviewKind.YEAR_END_ACCEPTANCE]
    latest = max(held, key=lambda review: (review.held_on, review.id), default=None)
    return latest if latest is not None and latest.meets_standard is False else None


def period_fits(kind: ReviewKind, period: str) -> bool:
    """Whether a period is written as this kind of review is held: a quarter, a half or a whole year."""
    return _PERIODS[kind].fullmatch(period) is not None
