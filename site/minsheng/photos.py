"""Photos of a project."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.projects import Project
from minsheng.publication import Publication
from minsheng.reports import ProgressReport, ReportState


class PhotoPhase(enum.StrEnum):
    """When in the life of the project the picture was taken."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Photo(Base):
    """A picture of a project. ``key`` names its files in the media store; only the date of its metadata is kept.

    A photo with a report is public while that report is; one without is public with its project.
    ``is_drawing`` marks generated drawings of the sample county.
    """

    __tablename__ = "photo"
    __table_args__ = (
        sa.CheckConstraint("length(alt_text) > 0", name="has_alt_text"),
        sa.CheckConstraint("width > 0 AND height > 0", name="has_size"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    report_id: Mapped[int | None] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="RESTRICT"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), index=True)
    phase: Mapped[PhotoPhase] = mapped_column(enumeration(PhotoPhase))
    taken_on: Mapped[dt.date | None]
    caption: Mapped[str] = mapped_column(sa.String(200), default="")
    alt_text: Mapped[str] = mapped_column(sa.String(200))
    width: Mapped[int]
    height: Mapped[int]
    is_drawing: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project] = relationship(back_populates="photos")
    report: Mapped[ProgressReport | None] = relationship(back_populates="photos")

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Photo"]:
        """Return the query of photos that residents may see."""
        return (
            sa.select(cls)
            .join(cls.project)
            .outerjoin(cls.report)
            .where(
                Project.publication == Publication.PUBLISHED,
                sa.or_(cls.report_id.is_(None), ProgressReport.state == ReportState.PUBLISHED),
            )
        )

    @property
    def is_visible_to_residents(self) -> bool:
        """Whether this photo, already loaded with its project, may be shown to residents."""
        return self.project.publication is Publication.PUBLISHED and (self.report is None or self.report.is_in_force)
