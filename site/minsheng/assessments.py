"""The assessment sheet of a year (年度考核): points by programme, with public opinion listed and ranked beside it."""

import datetime as dt
import decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.assessment_schemes import AssessmentScheme
from minsheng.database import Base, ExactDecimal, Identity
from minsheng.places import Division
from minsheng.surveys import Wave


class Assessment(Base):
    """One year's sheet of one place, over the places directly below it.

    ``scheme`` says which parts the sheet has and how many points each is worth; ``wave`` is the survey whose
    opinion scores are listed beside it. ``seats`` maps a place's code to the number of recognitions there.
    """

    __tablename__ = "assessment"

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    year: Mapped[int]
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_scheme.id", ondelete="RESTRICT"))
    wave_id: Mapped[int | None] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    seats: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    points_source: Mapped[str] = mapped_column(sa.String(200), default="")
    published_at: Mapped[dt.datetime | None]

    division: Mapped[Division] = relationship()
    scheme: Mapped[AssessmentScheme] = relationship()
    wave: Mapped[Wave | None] = relationship()
    points: Mapped[list["AssessmentPoints"]] = relationship(
        back_populates="assessment", order_by="AssessmentPoints.id", cascade="all, delete-orphan"
    )


class AssessmentPoints(Base):
    """The points of one place in one part of the sheet."""

    __tablename__ = "assessment_points"
    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "division_id", "part"),
        sa.CheckConstraint("points >= 0", name="not_negative"),
    )

    id: Mapped[Identity]
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id", ondelete="CASCADE"))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    part: Mapped[str] = mapped_column(sa.String(80))
    points: Mapped[decimal.Decimal] = mapped_column(ExactDecimal())

    assessment: Mapped[Assessment] = relationship(back_populates="points")
    division: Mapped[Division] = relationship()
