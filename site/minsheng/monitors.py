"""Monitors (群众监督员): residents known by a number, who watch one site and report on it in their own words."""

import datetime as dt
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.projects import Project

if TYPE_CHECKING:
    from minsheng.photos import Photo


class MonitorReportState(enum.StrEnum):
    """A report is read before it is shown; a refused one stays inside with its reason."""

    RECEIVED = "received"
    PUBLISHED = "published"
    REFUSED = "refused"


class Monitor(Base):
    """One resident who watches one project; the badge is all the public learns of them."""

    __tablename__ = "monitor"
    __table_args__ = (
        sa.CheckConstraint("length(badge) > 0", name="has_badge"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= appointed_on", name="ended_after_appointed"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    badge: Mapped[str] = mapped_column(sa.String(20), unique=True)
    appointed_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]

    project: Mapped[Project] = relationship(back_populates="monitors")
    reports: Mapped[list["MonitorReport"]] = relationship(
        back_populates="monitor", order_by="(MonitorReport.visited_on, MonitorReport.id)"
    )

    def snapshot(self) -> dict[str, object]:
        """Return the appointment in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "badge": self.badge,
            "appointed_on": self.appointed_on.isoformat(),
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
        }


class MonitorReport(Base):
    """What a monitor saw on one visit; shown as theirs, word for word, once it was read."""

    __tablename__ = "monitor_report"
    __table_args__ = (
        sa.CheckConstraint("length(text) > 0", name="has_text"),
        sa.CheckConstraint("state <> 'refused' OR length(refused_reason) > 0", name="refusal_has_reason"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_has_moment"),
    )

    id: Mapped[Identity]
    monitor_id: Mapped[int] = mapped_column(sa.ForeignKey("monitor.id", ondelete="RESTRICT"), index=True)
    visited_on: Mapped[dt.date]
    text: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[MonitorReportState] = mapped_column(
        enumeration(MonitorReportState), default=MonitorReportState.RECEIVED, index=True
    )
    refused_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    published_at: Mapped[dt.datetime | None]

    monitor: Mapped[Monitor] = relationship(back_populates="reports")
    photos: Mapped[list["Photo"]] = relationship(back_populates="monitor_report", order_by="Photo.id")

    @property
    def is_public(self) -> bool:
        """Whether residents may read it."""
        return self.state is MonitorReportState.PUBLISHED

    def publish(self, at: dt.datetime) -> None:
        """Show it to residents. Raises ``WrongStateError`` unless it was just received."""
        if self.state is not MonitorReportState.RECEIVED:
            raise WrongStateError("publish", self.state)
        self.state = MonitorReportState.PUBLISHED
        self.published_at = at

    def refuse(self, reason: str) -> None:
        """Keep it inside. Raises ``WrongStateError`` unless just received, ``ReasonRequiredError`` without a reason."""
        if self.state is not MonitorReportState.RECEIVED:
            raise WrongStateError("refuse", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.state = MonitorReportState.REFUSED
        self.refused_reason = reason.strip()

    def snapshot(self) -> dict[str, object]:
        """Return the report in plain JSON values, for the journal; a monitor is known by the badge alone."""
        return {
            "project": self.monitor.project.slug,
            "badge": self.monitor.badge,
            "visited_on": self.visited_on.isoformat(),
            "text": self.text,
            "state": self.state.value,
            "photos": [photo.key for photo in self.photos],
        }
