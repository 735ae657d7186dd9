"""Indicators: the quantified targets of a project."""

import datetime as dt
import decimal
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.records.places import Division
from minsheng.records.translating import Translated


class Measure(enum.StrEnum):
    """累计, 动态, 比率: only cumulative values may never go down."""

    CUMULATIVE = "cumulative"
    LEVEL = "level"
    RATE = "rate"


class Direction(enum.StrEnum):
    """Whether more or less of it is better."""

    MORE = "more"
    LESS = "less"


class AssignedBy(enum.StrEnum):
    """Who set the target: 省定, 市定, or the publisher itself."""

    PROVINCE = "province"
    CITY = "city"
    OWN = "own"


class Indicator(Base, Translated):
    """A target of a project: name, unit and value.

    ``target`` is None while it is not yet assigned (未下达) or where a notice printed none. A part of a broken
    down target names its ``whole`` and the place it was given to.
    """

    __tablename__ = "indicator"
    TRANSLATED = ("name", "unit")
    __table_args__ = (
        sa.UniqueConstraint("project_id", "position"),
        sa.CheckConstraint("weight IS NULL OR weight >= 0", name="weight_not_negative"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="CASCADE"))
    whole_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id", ondelete="CASCADE"), index=True)
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120))
    part_name: Mapped[str] = mapped_column(sa.String(60), default="")
    unit: Mapped[str] = mapped_column(sa.String(20), default="")
    target: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    comparator: Mapped[str] = mapped_column(sa.String(20), default="")
    measure: Mapped[Measure] = mapped_column(enumeration(Measure), default=Measure.CUMULATIVE)
    direction: Mapped[Direction] = mapped_column(enumeration(Direction), default=Direction.MORE)
    assigned_by: Mapped[AssignedBy] = mapped_column(enumeration(AssignedBy), default=AssignedBy.OWN)
    weight: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())

    division: Mapped[Division | None] = relationship()
    parts: Mapped[list["Indicator"]] = relationship(order_by="Indicator.position")
    assignments: Mapped[list["TargetAssignment"]] = relationship(
        back_populates="indicator",
        order_by="(TargetAssignment.assigned_on, TargetAssignment.id)",
        cascade="all, delete-orphan",
    )

    def snapshot(self) -> dict[str, object]:
        """Return the target in plain JSON values."""
        return {
            "name": self.name,
            "part": self.part_name,
            "unit": self.unit,
            "target": None if self.target is None else str(self.target),
            "comparator": self.comparator,
            "measure": self.measure.value,
            "direction": self.direction.value,
            "assigned_by": self.assigned_by.value,
            **self.translations_said(),
            **({"assignments": [given.snapshot() for given in self.assignments]} if self.assignments else {}),
        }


class TargetAssignment(Base):
    """How much of a target a higher level gave to this place, by which document; None while not yet assigned."""

    __tablename__ = "target_assignment"
    __table_args__ = (
        sa.CheckConstraint("(target IS NULL) = (assigned_on IS NULL)", name="assigned_has_day"),
        sa.CheckConstraint("target >= 0", name="target_not_negative"),
    )

    id: Mapped[Identity]
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id", ondelete="CASCADE"), index=True)
    assigned_by: Mapped[AssignedBy] = mapped_column(enumeration(AssignedBy))
    target: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    assigned_on: Mapped[dt.date | None]
    source_title: Mapped[str] = mapped_column(sa.String(200), default="")

    indicator: Mapped[Indicator] = relationship(back_populates="assignments")

    def snapshot(self) -> dict[str, object]:
        """Return the assignment in plain JSON values."""
        return {
            "assigned_by": self.assigned_by.value,
            "target": None if self.target is None else str(self.target),
            "assigned_on": self.assigned_on.isoformat() if self.assigned_on else None,
            "source_title": self.source_title,
        }
