"""Monthly reports: one project, one month, written by one person and published by another."""

import datetime as dt
import decimal
import enum
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, ExactDecimal, Fen, Identity, enumeration
from minsheng.errors import OwnWorkError, ReasonRequiredError, UnansweredChecksError, WrongStateError
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Publication

if TYPE_CHECKING:
    from minsheng.pictures.photos import Photo

MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")


class ReportState(enum.StrEnum):
    """``superseded`` reports stay readable as earlier revisions; ``withdrawn`` ones leave a public stub."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class ProgressBasis(enum.StrEnum):
    """What a printed percentage is a share of; only compiled records carry it."""

    INVESTMENT = "investment"
    TARGET = "target"
    WORKS = "works"
    STATED = "stated"


class ProgressReport(Base):
    """The state of a project at the end of one month; money and indicator values are cumulative.

    ``month`` is ``YYYY-MM``, or None where a compiled notice names no month. ``physical_progress`` is a
    percentage. A correction of a published month is a new ``revision`` with a public ``correction_reason``.
    """

    __tablename__ = "progress_report"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "month", "revision"),
        sa.Index(
            "uq_progress_report_in_force",
            "project_id",
            "month",
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        ),
        sa.Index(
            "uq_progress_report_in_work",
            "project_id",
            "month",
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
        ),
        sa.CheckConstraint("length(month) = 7", name="month_form"),
        sa.CheckConstraint("revision = 1 OR length(correction_reason) > 0", name="correction_has_reason"),
        sa.CheckConstraint("state <> 'returned' OR length(returned_reason) > 0", name="return_has_reason"),
        sa.CheckConstraint(
            "state <> 'published' OR is_compiled OR one_person OR (author_id IS NOT NULL AND publisher_id IS NOT NULL"
            " AND author_id <> publisher_id)",
            name="two_people_publish",
        ),
        sa.CheckConstraint("physical_progress >= 0", name="progress_not_negative"),
        sa.CheckConstraint("funds_arrived_fen >= 0", name="arrived_not_negative"),
        sa.CheckConstraint("funds_disbursed_fen >= 0", name="disbursed_not_negative"),
        sa.CheckConstraint("funds_spent_fen >= 0", name="spent_not_negative"),
        sa.CheckConstraint("investment_completed_fen >= 0", name="investment_not_negative"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    month: Mapped[str | None] = mapped_column(sa.String(7), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[ReportState] = mapped_column(enumeration(ReportState), default=ReportState.DRAFT, index=True)
    is_compiled: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[Stage | None] = mapped_column(enumeration(Stage))
    physical_progress: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    progress_basis: Mapped[ProgressBasis | None] = mapped_column(enumeration(ProgressBasis))
    funds_arrived_fen: Mapped[Fen | None]
    funds_disbursed_fen: Mapped[Fen | None]
    funds_spent_fen: Mapped[Fen | None]
    investment_completed_fen: Mapped[Fen | None]
    done: Mapped[str] = mapped_column(sa.Text, default="")
    difficulties: Mapped[str] = mapped_column(sa.Text, default="")
    next_step: Mapped[str] = mapped_column(sa.Text, default="")
    correction_reason: Mapped[str] = mapped_column(sa.Text, default="")
    returned_reason: Mapped[str] = mapped_column(sa.Text, default="")
    withdrawn_reason: Mapped[str] = mapped_column(sa.Text, default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    earlier_writer_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    publisher_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    one_person: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[dt.datetime]
    submitted_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship(back_populates="reports")
    author: Mapped[StaffMember | None] = relationship(foreign_keys=[author_id])
    publisher: Mapped[StaffMember | None] = relationship(foreign_keys=[publisher_id])
    values: Mapped[list["IndicatorValue"]] = relationship(
        back_populates="report", order_by="IndicatorValue.id", cascade="all, delete-orphan"
    )
    answers: Mapped[list["CheckAnswer"]] = relationship(
        back_populates="report", order_by="CheckAnswer.id", cascade="all, delete-orphan"
    )
    photos: Mapped[list["Photo"]] = relationship(back_populates="report", order_by="Photo.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @classmethod
    def visible_to_residents(cls) -> sa.Select["ProgressReport"]:
        """Return the query of reports in force of projects that residents may see."""
        return (
            sa.select(cls)
            .join(cls.project)
            .where(cls.state == ReportState.PUBLISHED, Project.publication == Publication.PUBLISHED)
        )

    @property
    def subject(self) -> str:
        """The journal's name for this revision."""
        return f"report:{self.project.slug}:{self.month or 'undated'}:{self.revision}"

    @property
    def is_in_force(self) -> bool:
        """Whether this is what the public sees for its month."""
        return self.state is ReportState.PUBLISHED

    @property
    def may_be_edited(self) -> bool:
        """Whether its author may still change it."""
        return self.state in {ReportState.DRAFT, ReportState.RETURNED}

    @property
    def month_end(self) -> dt.date | None:
        """The last day of the month: the ``as_of`` of every figure in the report."""
        return month_end(self.month) if self.month else None

    def value_of(self, indicator: Indicator) -> "IndicatorValue | None":
        """Return the reported value of an indicator, or None."""
        return next((value for value in self.values if value.indicator_id == indicator.id), None)

    def is_work_of(self, member: StaffMember) -> bool:
        """Whether this person wrote any of it, and so may not be the one who publishes it."""
        return member.id in {self.author_id, *(self.earlier_writer_ids or [])}

    def write_on(self, member: StaffMember, at: dt.datetime) -> None:
        """Make ``member`` the author; whoever wrote before stays known. Raises ``WrongStateError`` once handed in."""
        if not self.may_be_edited:
            raise WrongStateError("write", self.state)
        if self.author_id is not None and self.author_id != member.id:
            self.earlier_writer_ids = sorted({*(self.earlier_writer_ids or []), self.author_id} - {member.id})
        self.author = member
        self.updated_at = at

    def submit(self, at: dt.datetime) -> None:
        """Hand the report to a second person. Raises ``WrongStateError`` unless it is a draft or was returned."""
        if not self.may_be_edited:
            raise WrongStateError("submit", self.state)
        self.state = ReportState.SUBMITTED
        self.submitted_at = self.updated_at = at

    def send_back(self, reason: str, at: dt.datetime) -> None:
        """Return the report to its author with a reason. Raises ``WrongStateError``, ``ReasonRequiredError``."""
        if self.state is not ReportState.SUBMITTED:
            raise WrongStateError("return", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.state = ReportState.RETURNED
        self.returned_reason = reason.strip()
        self.updated_at = at

    def publish(
        self, by: StaffMember, at: dt.datetime, findings: Iterable[str] = (), *, one_person_mode: bool = False
    ) -> "ProgressReport | None":
        """Make the report public and supersede the revision it corrects, which is returned.

        ``findings`` are the keys of the data checks that fired. Raises ``WrongStateError`` unless submitted,
        ``OwnWorkError`` when ``by`` wrote it (unless in one-person mode), ``UnansweredChecksError`` while a
        finding has no public explanation, ``ReasonRequiredError`` for a correction without a reason.
        """
        if self.state is not ReportState.SUBMITTED:
            raise WrongStateError("publish", self.state)
        own_work = self.author_id is None or self.is_work_of(by)
        if own_work and not one_person_mode:
            raise OwnWorkError
        answered = {answer.finding for answer in self.answers if answer.explanation.strip()}
        unanswered = tuple(key for key in findings if key not in answered)
        if unanswered:
            raise UnansweredChecksError(unanswered)
        if self.revision > 1 and not self.correction_reason.strip():
            raise ReasonRequiredError
        earlier = next((r for r in self.project.reports if r.month == self.month and r.is_in_force), None)
        if earlier is not None:
            earlier.state = ReportState.SUPERSEDED
        self.state = ReportState.PUBLISHED
        self.publisher_id = by.id
        self.one_person = own_work
        self.published_at = self.updated_at = at
        return earlier

    def withdraw(self, reason: str, at: dt.datetime) -> None:
        """Take a published report out of force, leaving a public stub. Raises as :meth:`send_back`."""
        if self.state is not ReportState.PUBLISHED:
            raise WrongStateError("withdraw", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.state = ReportState.WITHDRAWN
        self.withdrawn_reason = reason.strip()
        self.updated_at = at

    def correction(self, author: StaffMember, reason: str, at: dt.datetime) -> "ProgressReport":
        """Return a draft revision that carries this report's figures over, for correcting it.

        Raises ``WrongStateError`` unless this report is in force, ``ReasonRequiredError`` without a reason.
        """
        if self.state is not ReportState.PUBLISHED:
            raise WrongStateError("correct", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        carried = [
            "month",
            "stage",
            "physical_progress",
            "funds_arrived_fen",
            "funds_disbursed_fen",
            "funds_spent_fen",
            "investment_completed_fen",
            "done",
            "difficulties",
            "next_step",
        ]
        revision = ProgressReport(
            project=self.project,
            revision=1 + max(r.revision for r in self.project.reports if r.month == self.month),
            correction_reason=reason.strip(),
            author=author,
            updated_at=at,
            **{name: getattr(self, name) for name in carried},
        )
        revision.values = [
            IndicatorValue(indicator=value.indicator, value=value.value, stated_percent=value.stated_percent)
            for value in self.values
        ]
        return revision

    def snapshot(self) -> dict[str, object]:
        """Return what is public about this report, in plain JSON values, for the journal."""
        plain = [
            "month",
            "revision",
            "funds_arrived_fen",
            "funds_disbursed_fen",
            "funds_spent_fen",
            "investment_completed_fen",
            "done",
            "difficulties",
            "next_step",
            "correction_reason",
            "withdrawn_reason",
            "one_person",
        ]
        return {
            **{name: getattr(self, name) for name in plain},
            "project": self.project.slug,
            "state": self.state.value,
            "stage": self.stage.value if self.stage else None,
            "physical_progress": None if self.physical_progress is None else str(self.physical_progress),
            "progress_basis": self.progress_basis.value if self.progress_basis else None,
            "values": [
                [
                    value.indicator.position,
                    None if value.value is None else str(value.value),
                    value.stated_percent,
                ]
                for value in sorted(self.values, key=lambda value: value.indicator.position)
            ],
            "photos": sorted(
                [
                    photo.key,
                    photo.phase.value,
                    photo.taken_on.isoformat() if photo.taken_on else None,
                    photo.caption,
                ]
                for photo in self.photos
            ),
            "explanations": [[answer.finding, answer.explanation] for answer in self.answers],
        }


class IndicatorValue(Base):
    """The cumulative value of one indicator in one report; ``stated_percent`` is the printed percentage."""

    __tablename__ = "indicator_value"
    __table_args__ = (sa.UniqueConstraint("report_id", "indicator_id"),)

    id: Mapped[Identity]
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="CASCADE"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id", ondelete="RESTRICT"), index=True)
    value: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    stated_percent: Mapped[str | None] = mapped_column(sa.String(20))

    report: Mapped[ProgressReport] = relationship(back_populates="values")
    indicator: Mapped[Indicator] = relationship()


class CheckAnswer(Base):
    """The publisher's public explanation of a data check that fired; ``finding`` is the check's key."""

    __tablename__ = "check_answer"
    __table_args__ = (sa.UniqueConstraint("report_id", "finding"),)

    id: Mapped[Identity]
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="CASCADE"))
    finding: Mapped[str] = mapped_column(sa.String(120))
    explanation: Mapped[str] = mapped_column(sa.Text)

    report: Mapped[ProgressReport] = relationship(back_populates="answers")


def month_end(month: str) -> dt.date:
    """Return the last day of a month written ``YYYY-MM``. Raises ``ValueError`` for anything else."""
    if not MONTH.fullmatch(month):
        raise ValueError(f"not a month: {month!r}")
    year, number = int(month[:4]), int(month[5:])
    following = dt.date(year + number // 12, number % 12 + 1, 1)
    return following - dt.timedelta(days=1)
