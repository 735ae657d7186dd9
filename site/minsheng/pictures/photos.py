"""Photos of a project."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.participation.monitors import MonitorReport, MonitorReportState
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.records.reports import ProgressReport, ReportState


class PhotoPhase(enum.StrEnum):
    """When in the life of the project the picture was taken."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Photo(Base):
    """A picture of a project. ``key`` names its files in the media store; only the date of its metadata is kept.

    A photo with a report, the office's or a monitor's, is public while that report is; one without is public with
    its project, unless ``is_held``: evidence that waits for a second person.
    ``is_drawing`` marks generated drawings of the sample county.
    """

    __tablename__ = "photo"
    __table_args__ = (
        sa.CheckConstraint("length(alt_text) > 0", name="has_alt_text"),
        sa.CheckConstraint("width > 0 AND height > 0", name="has_size"),
        sa.CheckConstraint("report_id IS NULL OR monitor_report_id IS NULL", name="of_one_report"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    report_id: Mapped[int | None] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="RESTRICT"), index=True)
    monitor_report_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("monitor_report.id", ondelete="RESTRICT"), index=True
    )
    key: Mapped[str] = mapped_column(sa.String(64), index=True)
    phase: Mapped[PhotoPhase] = mapped_column(enumeration(PhotoPhase))
    taken_on: Mapped[dt.date | None]
    caption: Mapped[str] = mapped_column(sa.String(200), default="")
    alt_text: Mapped[str] = mapped_column(sa.String(200))
    width: Mapped[int]
    height: Mapped[int]
    is_drawing: Mapped[bool] = mapped_column(default=False)
    is_held: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project] = relationship(back_populates="photos")
    report: Mapped[ProgressReport | None] = relationship(back_populates="photos")
    monitor_report: Mapped[MonitorReport | None] = relationship(back_populates="photos")

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Photo"]:
        """Return the query of photos that residents may see."""
        return (
            sa.select(cls)
            .join(cls.project)
            .where(Project.publication == Publication.PUBLISHED, cls.is_of_public_report())
        )

    @classmethod
    def is_of_public_report(cls) -> sa.ColumnElement[bool]:
        """Return the condition that a photo is not held and hangs on no report, or on one residents may read."""
        in_force = sa.select(ProgressReport.id).where(ProgressReport.state == ReportState.PUBLISHED)
        read = sa.select(MonitorReport.id).where(
            MonitorReport.state == MonitorReportState.PUBLISHED, MonitorReport.withdrawn_at.is_(None)
        )
        return sa.and_(
            ~cls.is_held,
            sa.or_(cls.report_id.is_(None), cls.report_id.in_(in_force)),
            sa.or_(cls.monitor_report_id.is_(None), cls.monitor_report_id.in_(read)),
        )

    @property
    def is_visible_to_residents(self) -> bool:
        """Whether this photo, already loaded with its project, may be shown to residents."""
        return (
            self.project.publication is Publication.PUBLISHED
            and not self.is_held
            and (self.report is None or self.report.is_in_force)
            and (self.monitor_report is None or self.monitor_report.is_public)
        )
