"""The assessment sheet of a year (年度考核): points by programme, with public opinion listed and ranked beside it."""

import datetime as dt
import decimal
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.clock import local_date
from minsheng.database import Base, ExactDecimal, Identity
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.records.places import Division
from minsheng.surveying.assessment_schemes import AssessmentScheme
from minsheng.surveying.surveys import Wave


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

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Assessment"]:
        """Return the query of assessments that residents may see."""
        return sa.select(cls).where(cls.published_at.is_not(None))

    def snapshot(self) -> dict[str, object]:
        """Return what is public about the assessment, in plain JSON values, for the journal."""
        points: dict[str, dict[str, str]] = {}
        for row in sorted(self.points, key=lambda row: (row.division.code, row.part)):
            points.setdefault(row.division.code, {})[row.part] = format(row.points.normalize(), "f")
        return {
            "title": self.title,
            "year": self.year,
            "division": self.division.code,
            "scheme": self.scheme.content_hash,
            "wave": self.wave.slug if self.wave else None,
            "seats": self.seats,
            "points_source": self.points_source,
            "points": points,
        }


def put_points(
    session: Session,
    assessment: Assessment,
    points: Mapping[str, Mapping[str, decimal.Decimal]],
    source: str,
    actor: str,
    at: dt.datetime,
) -> None:
    """Replace the sheet's points, by place and part, and say where they come from.

    A published sheet stays published; the journal then shows old and new. Raises ``ReasonRequiredError`` without
    a source, ``KeyError`` for a place that does not exist.
    """
    if not source.strip():
        raise ReasonRequiredError
    before = assessment.snapshot()
    codes = session.scalars(sa.select(Division).where(Division.code.in_(points)))
    places = {place.code: place for place in codes}
    assessment.points.clear()
    # The old rows go first: the new ones take their places in the unique index.
    session.flush()
    assessment.points = [
        AssessmentPoints(division=places[code], part=part, points=value)
        for code, held in sorted(points.items())
        for part, value in held.items()
    ]
    assessment.points_source = source.strip()
    session.flush()
    if assessment.published_at is not None:
        _record(session, "assessment_revised", assessment, actor, at, before)


def put_seats(session: Session, assessment: Assessment, seats: Mapping[str, int]) -> None:
    """Say how many recognitions each group has. Raises ``WrongStateError`` for a published sheet: the number of
    seats is settled before anybody knows who sits where.
    """
    if assessment.published_at is not None:
        raise WrongStateError("put_seats", "published")
    assessment.seats = dict(seats)
    session.flush()


def publish(session: Session, assessment: Assessment, actor: str, at: dt.datetime) -> None:
    """Make a sheet public, with its scheme locked.

    Raises ``WrongStateError`` where it already is, or while its survey has not closed: points and opinion come out
    together.
    """
    if assessment.published_at is not None:
        raise WrongStateError("publish", "published")
    if assessment.wave is not None and not assessment.wave.has_closed(local_date(at)):
        raise WrongStateError("publish", "survey_open")
    assessment.published_at = at
    if assessment.scheme.locked_at is None:
        assessment.scheme.locked_at = at
    session.flush()
    _record(session, "assessment_published", assessment, actor, at, None)


def _record(
    session: Session, act: str, assessment: Assessment, actor: str, at: dt.datetime, before: dict[str, object] | None
) -> None:
    after = assessment.snapshot()
    journal.record(session, Act(act, f"assessment:{assessment.slug}", actor, before=before, after=after), at)


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
