"""Monitors (群众监督员): residents known by a number, who watch one site and report on it in their own words."""

import datetime as dt
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.records.projects import Project

if TYPE_CHECKING:
    from minsheng.pictures.photos import Photo


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
    ended_because: Mapped[str] = mapped_column(sa.String(500), default="")

    project: Mapped[Project] = relationship(back_populates="monitors")
    reports: Mapped[list["MonitorReport"]] = relationship(
        back_populates="monitor", order_by="(MonitorReport.visited_on, MonitorReport.id)"
    )

    def end(self, on: dt.date, reason: str) -> None:
        """End the appointment. Raises ``WrongStateError`` once ended, ``ReasonRequiredError`` without a reason."""
        if self.ended_on is not None:
            raise WrongStateError("end", "ended")
        if not reason.strip():
            raise ReasonRequiredError
        self.ended_on, self.ended_because = max(on, self.appointed_on), reason.strip()

    def snapshot(self) -> dict[str, object]:
        """Return the appointment in plain JSON values, for the journal."""
        because = {"ended_because": self.ended_because} if self.ended_because else {}
        return {
            "project": self.project.slug,
            "badge": self.badge,
            "appointed_on": self.appointed_on.isoformat(),
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            **because,
        }


class MonitorLink(Base):
    """A private link through which a monitor reports. Only the hash of its token is kept."""

    __tablename__ = "monitor_link"
    __table_args__ = (sa.CheckConstraint("expires_at > made_at", name="expires_later"),)

    id: Mapped[Identity]
    monitor_id: Mapped[int] = mapped_column(sa.ForeignKey("monitor.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    monitor: Mapped[Monitor] = relationship()


class MonitorReport(Base):
    """What a monitor saw on one visit; shown as theirs once it was read.

    ``sent_text`` is what came through the link, ``text`` what everybody reads: the same, but for personal data that
    was masked. ``ticket`` makes sending twice harmless. A published report that is taken back leaves its reason.
    """

    __tablename__ = "monitor_report"
    __table_args__ = (
        sa.CheckConstraint("length(text) > 0", name="has_text"),
        sa.CheckConstraint("state <> 'refused' OR length(refused_reason) > 0", name="refusal_has_reason"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_has_moment"),
        sa.CheckConstraint("withdrawn_at IS NULL OR length(withdrawn_reason) > 0", name="withdrawal_has_reason"),
    )

    id: Mapped[Identity]
    monitor_id: Mapped[int] = mapped_column(sa.ForeignKey("monitor.id", ondelete="RESTRICT"), index=True)
    ticket: Mapped[str | None] = mapped_column(sa.String(36), unique=True)
    received_at: Mapped[dt.datetime | None]
    visited_on: Mapped[dt.date]
    sent_text: Mapped[str] = mapped_column(sa.Text, default="")
    text: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[MonitorReportState] = mapped_column(
        enumeration(MonitorReportState), default=MonitorReportState.RECEIVED, index=True
    )
    refused_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    published_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(500), default="")

    monitor: Mapped[Monitor] = relationship(back_populates="reports")
    photos: Mapped[list["Photo"]] = relationship(back_populates="monitor_report", order_by="Photo.id")

    @property
    def is_public(self) -> bool:
        """Whether residents may read it."""
        return self.state is MonitorReportState.PUBLISHED and self.withdrawn_at is None

    @property
    def was_masked(self) -> bool:
        """Whether something personal was taken out of what the monitor sent."""
        return bool(self.sent_text) and self.sent_text != self.text

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

    def withdraw(self, reason: str, at: dt.datetime) -> None:
        """Take a published report back. Raises ``WrongStateError`` unless public, ``ReasonRequiredError``."""
        if not self.is_public:
            raise WrongStateError("withdraw", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.withdrawn_at, self.withdrawn_reason = at, reason.strip()

    def snapshot(self) -> dict[str, object]:
        """Return the report in plain JSON values, for the journal; a monitor is known by the badge alone.

        Of one that was taken back only the reason is told.
        """
        if self.withdrawn_at is not None:
            return {
                "project": self.monitor.project.slug,
                "badge": self.monitor.badge,
                "visited_on": self.visited_on.isoformat(),
                "state": "withdrawn",
                "withdrawn_reason": self.withdrawn_reason,
            }
        return {
            "project": self.monitor.project.slug,
            "badge": self.monitor.badge,
            "visited_on": self.visited_on.isoformat(),
            "text": self.text,
            "state": self.state.value,
            "photos": [photo.key for photo in self.photos],
        }
