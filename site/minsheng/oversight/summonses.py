"""The summons list (约谈) of a quarter: the seriously late of one programme, each with the figures that say so."""

import datetime as dt
import decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.editorial.signatures import Signed
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project


class SummonsList(Base, Signed):
    """One edition of the list of a quarter (``period`` like ``2026-Q3``).

    ``rule`` keeps the thresholds it was made by, in points, and ``of`` how many projects were looked at. A list that
    was withdrawn stays as a stub; the next edition has the next ``number``.
    """

    __tablename__ = "summons_list"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "period", "number"),
        sa.CheckConstraint("state <> 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
    )

    id: Mapped[Identity]
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    period: Mapped[str] = mapped_column(sa.String(7))
    number: Mapped[int] = mapped_column(default=1)
    rule: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    of: Mapped[int]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()
    entries: Mapped[list["SummonsEntry"]] = relationship(
        back_populates="summons", order_by="SummonsEntry.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"summons:{self.id}"

    @property
    def summoned(self) -> list["SummonsEntry"]:
        """The entries that stand, without those left out for a public reason."""
        return [entry for entry in self.entries if not entry.left_out_because]

    @property
    def left_out(self) -> list["SummonsEntry"]:
        """The entries that the figures put on the list and a public reason took off it."""
        return [entry for entry in self.entries if entry.left_out_because]

    def snapshot(self) -> dict[str, object]:
        """Return the list in plain JSON values, for the journal."""
        return {
            "programme": self.programme.slug,
            "period": self.period,
            "number": self.number,
            "rule": dict(self.rule),
            "of": self.of,
            "words": self.words,
            "entries": [entry.snapshot() for entry in self.entries],
            **self.signature_said(),
        }


class SummonsEntry(Base):
    """One project on the list, with the figures of the end of the quarter: percent and points with one decimal."""

    __tablename__ = "summons_entry"
    __table_args__ = (sa.UniqueConstraint("summons_id", "project_id"),)

    id: Mapped[Identity]
    summons_id: Mapped[int] = mapped_column(sa.ForeignKey("summons_list.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    position: Mapped[int]
    status: Mapped[ScheduleStatus] = mapped_column(enumeration(ScheduleStatus))
    progress: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    expected: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    gap: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    report_month: Mapped[str | None] = mapped_column(sa.String(7))
    first_finish: Mapped[dt.date | None]
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"))
    post: Mapped[str] = mapped_column(sa.String(160), default="")
    left_out_because: Mapped[str] = mapped_column(sa.String(500), default="")

    summons: Mapped[SummonsList] = relationship(back_populates="entries")
    project: Mapped[Project] = relationship()
    agency: Mapped[Agency | None] = relationship()

    def snapshot(self) -> dict[str, object]:
        """Return the entry in plain JSON values, as part of its list's."""
        return {
            "project": self.project.slug,
            "status": self.status.value,
            "progress": _written(self.progress),
            "expected": _written(self.expected),
            "gap": _written(self.gap),
            "report_month": self.report_month,
            "first_finish": self.first_finish.isoformat() if self.first_finish else None,
            "agency": self.agency.slug if self.agency else None,
            "post": self.post,
            "left_out_because": self.left_out_because,
        }


def _written(value: decimal.Decimal | None) -> str | None:
    """Return a figure as text, the same before and after the database has dropped needless zeros."""
    return None if value is None else format(value.normalize(), "f")
