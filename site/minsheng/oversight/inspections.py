"""Inspections of finished projects: a year's plan, projects drawn by lot in the open, and a sheet for each check."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.editorial.signatures import Signed
from minsheng.records.places import Division
from minsheng.records.projects import Category, Project


class InspectionPlan(Base, Signed):
    """One round of inspections of a place.

    ``sizes`` says how many projects are drawn of each category, ``pool`` of how many; ``pool_digest`` is the SHA-256
    of the sorted slugs they were drawn from, one a line, and ``seed`` what was drawn with: whoever has both can draw
    again and gets the same projects. Projects finished from ``finished_from`` to ``finished_until`` are in the pool.
    """

    __tablename__ = "inspection_plan"
    __table_args__ = (
        sa.CheckConstraint("finished_from <= finished_until", name="days_in_order"),
        sa.CheckConstraint("(drawn_at IS NULL) = (length(pool_digest) = 0)", name="drawn_from_a_pool"),
        sa.CheckConstraint("state <> 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
    )

    id: Mapped[Identity]
    title: Mapped[str] = mapped_column(sa.String(120))
    year: Mapped[int] = mapped_column(index=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    finished_from: Mapped[dt.date]
    finished_until: Mapped[dt.date]
    sizes: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    seed: Mapped[str] = mapped_column(sa.String(80), default="")
    drawn_at: Mapped[dt.datetime | None]
    pool: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    pool_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    division: Mapped[Division] = relationship()
    checks: Mapped[list["InspectionCheck"]] = relationship(
        back_populates="plan", order_by="InspectionCheck.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def is_drawn(self) -> bool:
        """Whether the projects were drawn, so that sizes and seed stand."""
        return self.drawn_at is not None

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"inspection:{self.id}"

    @property
    def undone(self) -> list["InspectionCheck"]:
        """The checks nobody has made yet."""
        return [check for check in self.checks if not check.is_done]

    def snapshot(self) -> dict[str, object]:
        """Return the round in plain JSON values, for the journal."""
        return {
            "title": self.title,
            "year": self.year,
            "division": self.division.code,
            "finished_from": self.finished_from.isoformat(),
            "finished_until": self.finished_until.isoformat(),
            "sizes": dict(self.sizes),
            "pool": dict(self.pool),
            "pool_digest": self.pool_digest,
            "seed": self.seed,
            "summary": self.summary,
            "checks": [check.snapshot() for check in self.checks],
            **self.signature_said(),
        }


class InspectionCheck(Base):
    """The check of one drawn project: what was looked at, item by item.

    ``answers`` maps items of the category's sheet (:mod:`minsheng.oversight.inspection_sheets`) to ``{"answer",
    "note"}``.
    """

    __tablename__ = "inspection_check"
    __table_args__ = (sa.UniqueConstraint("plan_id", "project_id"),)

    id: Mapped[Identity]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection_plan.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    category: Mapped[Category] = mapped_column(enumeration(Category))
    position: Mapped[int]
    visited_on: Mapped[dt.date | None]
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    conclusion: Mapped[str] = mapped_column(sa.Text, default="")
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[InspectionPlan] = relationship(back_populates="checks")
    project: Mapped[Project] = relationship()
    checked_by: Mapped[StaffMember | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def is_done(self) -> bool:
        """Whether somebody went there."""
        return self.visited_on is not None

    @property
    def failed(self) -> list[str]:
        """The items that were not in order."""
        return [item for item, said in self.answers.items() if said["answer"] == "no"]

    def snapshot(self) -> dict[str, object]:
        """Return the check in plain JSON values, as part of its round's."""
        return {
            "project": self.project.slug,
            "category": self.category.value,
            "visited_on": self.visited_on.isoformat() if self.visited_on else None,
            "answers": {item: dict(said) for item, said in sorted(self.answers.items())},
            "conclusion": self.conclusion,
        }
