"""Projects: one promise in one place — what, where, who answers for it, by when, how much, how well."""

import datetime as dt
import decimal
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.database import Base, ExactDecimal, Fen, Identity, enumeration
from minsheng.errors import IncompleteRecordError, ReasonRequiredError, WrongStateError
from minsheng.records.funding import FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.publication import Publication, Sourced, source_constraints
from minsheng.records.translating import Translated

if TYPE_CHECKING:
    from minsheng.oversight.lookbacks import LookBack
    from minsheng.oversight.problems import Problem
    from minsheng.participation.monitors import Monitor
    from minsheng.pictures.photos import Photo
    from minsheng.records.aftercare import AfterCare
    from minsheng.records.contracts import Contract
    from minsheng.records.documents import Document
    from minsheng.records.eligibility import EligibilityStep, PaymentBatch
    from minsheng.records.reports import ProgressReport
    from minsheng.records.reviews import Review
    from minsheng.records.safeguards import Safeguard


class Category(enum.StrEnum):
    """Fields of livelihood work."""

    EDUCATION = "education"
    HEALTH = "health"
    TRANSPORT = "transport"
    WATER = "water"
    HOUSING = "housing"
    ENVIRONMENT = "environment"
    ELDERLY_AND_CHILDREN = "elderly_and_children"
    EMPLOYMENT = "employment"
    SOCIAL_SECURITY = "social_security"
    CULTURE_SPORT = "culture_sport"
    AGRICULTURE = "agriculture"
    SAFETY = "safety"
    DIGITAL = "digital"
    OTHER = "other"


class ProjectKind(enum.StrEnum):
    """工程类, 补助发放类, 培训类, 服务指标类."""

    WORKS = "works"
    BENEFIT = "benefit"
    TRAINING = "training"
    SERVICE = "service"


class Stage(enum.StrEnum):
    """Where a project stands, in order; the last two interrupt the order and need a public reason."""

    PROPOSED = "proposed"
    PREPARING = "preparing"
    RESERVED = "reserved"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    IN_USE = "in_use"
    AFTER_CARE = "after_care"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class ResponsibilityRole(enum.StrEnum):
    """第一责任人, 分管领导, 具体责任人."""

    PRINCIPAL = "principal"
    SUPERVISING_LEADER = "supervising_leader"
    PERSON_IN_CHARGE = "person_in_charge"


class Project(Base, Sourced, Translated):
    """One promise in one place.

    The first published dates never change; lateness is measured against them. Dates that a compiled notice
    prints only as a year or a month are kept as printed in ``start_printed`` and ``finish_printed``.
    """

    __tablename__ = "project"
    TRANSLATED = ("title", "summary", "location", "quality_standard", "stage_reason")
    __table_args__ = (
        *source_constraints(),
        sa.CheckConstraint("origin = 'compiled' OR division_id IS NOT NULL", name="own_has_place"),
        sa.CheckConstraint("origin = 'compiled' OR kind IS NOT NULL", name="own_has_kind"),
        sa.CheckConstraint("origin = 'compiled' OR stage IS NOT NULL", name="own_has_stage"),
        sa.CheckConstraint(
            "origin = 'compiled' OR publication = 'draft' OR (planned_start IS NOT NULL AND planned_finish IS NOT NULL"
            " AND first_planned_finish IS NOT NULL AND length(quality_standard) > 0)",
            name="published_states_four_settled",
        ),
        sa.CheckConstraint("planned_start <= planned_finish", name="dates_in_order"),
        sa.CheckConstraint("planned_investment_fen >= 0", name="planned_investment_not_negative"),
        sa.CheckConstraint("total_investment_fen >= 0", name="total_investment_not_negative"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_together"),
        sa.CheckConstraint(
            "stage NOT IN ('suspended', 'cancelled') OR length(stage_reason) > 0 OR origin = 'compiled'",
            name="interruption_has_reason",
        ),
        sa.CheckConstraint("publication <> 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
    )

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    lead_unit_printed: Mapped[str] = mapped_column(sa.String(200), default="")
    owner_unit_printed: Mapped[str] = mapped_column(sa.String(200), default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    year: Mapped[int | None] = mapped_column(index=True)
    level: Mapped[DivisionLevel] = mapped_column(enumeration(DivisionLevel))
    category: Mapped[Category] = mapped_column(enumeration(Category), index=True)
    kind: Mapped[ProjectKind | None] = mapped_column(enumeration(ProjectKind))
    themes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    stage: Mapped[Stage | None] = mapped_column(enumeration(Stage))
    stage_printed: Mapped[str] = mapped_column(sa.String(200), default="")
    stage_reason: Mapped[str] = mapped_column(sa.Text, default="")
    location: Mapped[str] = mapped_column(sa.String(200), default="")
    latitude: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    longitude: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    quality_standard: Mapped[str] = mapped_column(sa.Text, default="")
    planned_start: Mapped[dt.date | None]
    planned_finish: Mapped[dt.date | None]
    first_planned_start: Mapped[dt.date | None]
    first_planned_finish: Mapped[dt.date | None]
    start_printed: Mapped[str] = mapped_column(sa.String(10), default="")
    finish_printed: Mapped[str] = mapped_column(sa.String(10), default="")
    actual_start: Mapped[dt.date | None]
    actual_finish: Mapped[dt.date | None]
    planned_investment_fen: Mapped[Fen | None]
    total_investment_fen: Mapped[Fen | None]
    inferred: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    publication: Mapped[Publication] = mapped_column(enumeration(Publication), default=Publication.DRAFT, index=True)
    published_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    draft_writer_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)

    programme: Mapped[Programme] = relationship()
    division: Mapped[Division | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    responsibilities: Mapped[list["Responsibility"]] = relationship(
        back_populates="project", order_by="Responsibility.position", cascade="all, delete-orphan"
    )
    indicators: Mapped[list[Indicator]] = relationship(order_by=Indicator.position, cascade="all, delete-orphan")
    funding_lines: Mapped[list[FundingLine]] = relationship(order_by=FundingLine.position, cascade="all, delete-orphan")
    milestones: Mapped[list["Milestone"]] = relationship(order_by="Milestone.planned_on", cascade="all, delete-orphan")
    reports: Mapped[list["ProgressReport"]] = relationship(
        back_populates="project", order_by="(ProgressReport.month, ProgressReport.revision)"
    )
    photos: Mapped[list["Photo"]] = relationship(back_populates="project", order_by="(Photo.taken_on, Photo.id)")
    documents: Mapped[list["Document"]] = relationship(back_populates="project", order_by="Document.id")
    # What waits for its second signature is known to staff only, through lists of their own.
    problems: Mapped[list["Problem"]] = relationship(
        back_populates="project",
        order_by="Problem.found_on",
        primaryjoin="and_(Project.id == Problem.project_id, Problem.state.not_in(('draft', 'returned')))",
    )
    lookbacks: Mapped[list["LookBack"]] = relationship(
        back_populates="project",
        order_by="LookBack.looked_on",
        primaryjoin="and_(Project.id == LookBack.project_id, LookBack.state == 'published')",
    )
    contracts: Mapped[list["Contract"]] = relationship(back_populates="project", order_by="Contract.position")
    safeguards: Mapped[list["Safeguard"]] = relationship(back_populates="project", order_by="Safeguard.id")
    reviews: Mapped[list["Review"]] = relationship(back_populates="project", order_by="(Review.held_on, Review.id)")
    eligibility_steps: Mapped[list["EligibilityStep"]] = relationship(
        back_populates="project", order_by="(EligibilityStep.done_on, EligibilityStep.id)"
    )
    payment_batches: Mapped[list["PaymentBatch"]] = relationship(
        back_populates="project", order_by="(PaymentBatch.paid_on, PaymentBatch.id)"
    )
    after_care: Mapped["AfterCare | None"] = relationship(back_populates="project")
    monitors: Mapped[list["Monitor"]] = relationship(back_populates="project", order_by="Monitor.badge")

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Project"]:
        """Return the query of projects that residents may see: the only place that says so."""
        return sa.select(cls).where(cls.publication == Publication.PUBLISHED)

    @classmethod
    def known_to_residents(cls) -> sa.Select["Project"]:
        """Return the query of projects residents know of: those they may see, and the stubs of withdrawn ones."""
        return sa.select(cls).where(cls.publication != Publication.DRAFT)

    @property
    def is_invented(self) -> bool:
        """Whether the project belongs to the invented sample county."""
        return self.division is not None and self.division.is_invented

    @property
    def takes_suggestions(self) -> bool:
        """Whether residents may write about it here: compiled records are an archive without an answering desk."""
        return not self.is_compiled and self.publication is Publication.PUBLISHED

    @property
    def owes_reports(self) -> bool:
        """Whether a monthly report is owed: under way, and of this installation's own programmes."""
        return not self.is_compiled and self.stage is Stage.UNDER_WAY and self.publication is Publication.PUBLISHED

    @property
    def published_reports(self) -> list["ProgressReport"]:
        """The reports in force, oldest month first."""
        return sorted((report for report in self.reports if report.is_in_force), key=lambda report: report.month or "")

    @property
    def latest_report(self) -> "ProgressReport | None":
        """The report in force for the latest month, or None where there is silence."""
        reports = self.published_reports
        return reports[-1] if reports else None

    def note_draft_writer(self, member_id: int) -> None:
        """Remember who wrote some of the draft, and so may not be the one who publishes it."""
        self.draft_writer_ids = sorted({*(self.draft_writer_ids or []), member_id})

    def missing_for_publication(self) -> tuple[str, ...]:
        """Return the fields that the four settled things (task, person, time, standard) still lack."""
        needed = {
            "indicators": bool(self.indicators),
            "responsibilities": any(r.role is ResponsibilityRole.PRINCIPAL for r in self.responsibilities),
            "planned_start": self.planned_start is not None,
            "planned_finish": self.planned_finish is not None,
            "quality_standard": bool(self.quality_standard.strip()),
        }
        return tuple(name for name, is_there in needed.items() if not is_there)

    def publish(self, at: dt.datetime) -> None:
        """Make the project public and fix its first published dates.

        Raises ``IncompleteRecordError`` while an own project does not state task, person, time and standard.
        """
        missing = () if self.is_compiled else self.missing_for_publication()
        if missing:
            raise IncompleteRecordError(missing)
        if self.first_planned_start is None:
            self.first_planned_start = self.planned_start
        if self.first_planned_finish is None:
            self.first_planned_finish = self.planned_finish
        self.publication = Publication.PUBLISHED
        self.published_at = self.published_at or at

    def withdraw(self, reason: str, at: dt.datetime) -> None:
        """Take a published project back, leaving a public stub.

        Raises ``WrongStateError`` unless it is published, ``ReasonRequiredError`` without a reason.
        """
        if self.publication is not Publication.PUBLISHED:
            raise WrongStateError("withdraw", self.publication)
        if not reason.strip():
            raise ReasonRequiredError
        self.publication = Publication.WITHDRAWN
        self.withdrawn_reason = reason.strip()
        self.withdrawn_at = at

    def snapshot(self) -> dict[str, object]:
        """Return what is public about this project, in plain JSON values, for the journal."""
        plain = [
            "slug",
            "title",
            "summary",
            "year",
            "themes",
            "stage_printed",
            "stage_reason",
            "location",
            "quality_standard",
            "start_printed",
            "finish_printed",
            "planned_investment_fen",
            "total_investment_fen",
            "lead_unit_printed",
            "owner_unit_printed",
            "source_title",
            "source_url",
            "source_published",
            "report_period",
            "inferred",
        ]
        dates = [
            "planned_start",
            "planned_finish",
            "first_planned_start",
            "first_planned_finish",
            "actual_start",
            "actual_finish",
        ]
        return {
            **{name: getattr(self, name) for name in plain},
            **{name: day.isoformat() if (day := getattr(self, name)) else None for name in dates},
            "publication": self.publication.value,
            **({"withdrawn_reason": self.withdrawn_reason} if self.withdrawn_reason else {}),
            "category": self.category.value,
            "kind": self.kind.value if self.kind else None,
            "stage": self.stage.value if self.stage else None,
            "level": self.level.value,
            "source_kind": self.source_kind.value if self.source_kind else None,
            "programme": self.programme.slug,
            "division": self.division.code if self.division else None,
            "agency": self.agency.slug if self.agency else None,
            "responsibilities": [[r.role.value, r.post, r.name] for r in self.responsibilities],
            "indicators": [indicator.snapshot() for indicator in self.indicators],
            "funding": [line.snapshot() for line in self.funding_lines],
            "milestones": [milestone.snapshot() for milestone in self.milestones],
            **self.translations_said(),
        }


class Responsibility(Base):
    """The post — and the name, if the publisher wishes — that answers for a project."""

    __tablename__ = "responsibility"
    __table_args__ = (sa.UniqueConstraint("project_id", "position"),)

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[ResponsibilityRole] = mapped_column(enumeration(ResponsibilityRole))
    post: Mapped[str] = mapped_column(sa.String(120))
    name: Mapped[str] = mapped_column(sa.String(60), default="")

    project: Mapped[Project] = relationship(back_populates="responsibilities")


class MilestoneKind(enum.StrEnum):
    """Steps of a works project."""

    APPROVAL = "approval"
    BIDDING = "bidding"
    START = "start"
    MAIN_STRUCTURE = "main_structure"
    COMPLETION = "completion"
    ACCEPTANCE = "acceptance"
    HAND_OVER = "hand_over"


class Milestone(Base):
    """A dated step. ``first_planned_on`` never changes; ``weight`` is its share of the work, in percent."""

    __tablename__ = "milestone"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "kind"),
        sa.CheckConstraint("weight IS NULL OR weight >= 0", name="weight_not_negative"),
        sa.CheckConstraint("planned_on = first_planned_on OR length(slip_reason) > 0", name="slip_has_reason"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="CASCADE"), index=True)
    kind: Mapped[MilestoneKind] = mapped_column(enumeration(MilestoneKind))
    first_planned_on: Mapped[dt.date]
    planned_on: Mapped[dt.date]
    actual_on: Mapped[dt.date | None]
    weight: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    slip_reason: Mapped[str] = mapped_column(sa.Text, default="")

    def snapshot(self) -> dict[str, object]:
        """Return the milestone in plain JSON values."""
        return {
            "kind": self.kind.value,
            "first_planned_on": self.first_planned_on.isoformat(),
            "planned_on": self.planned_on.isoformat(),
            "actual_on": self.actual_on.isoformat() if self.actual_on else None,
            "weight": None if self.weight is None else str(self.weight),
            "slip_reason": self.slip_reason,
        }


def project_by_slug(session: Session, slug: str) -> Project | None:
    """Return the project with this slug whatever its publication, or None."""
    return session.scalar(sa.select(Project).where(Project.slug == slug))
