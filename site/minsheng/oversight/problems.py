"""The ledger of problems: found, given to an agency with a deadline, closed by someone else and only with evidence."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.pictures.photos import Photo
from minsheng.records.documents import Document
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from minsheng.records.publication import Publication


class ProblemKind(enum.StrEnum):
    """Whether others have it too: a common problem asks for a cure of its cause, not of one place."""

    INDIVIDUAL = "individual"
    COMMON = "common"


class ProblemSource(enum.StrEnum):
    """Who found it."""

    INSPECTION = "inspection"
    AUDIT = "audit"
    LOOK_BACK = "look_back"
    SURVEY = "survey"
    SUGGESTION = "suggestion"
    REPORT = "report"
    MEDIA = "media"
    SELF_CHECK = "self_check"


class ProblemState(enum.StrEnum):
    """How far it has come. Before ``open`` only staff know of it; ``closing`` waits for a second person's check."""

    DRAFT = "draft"
    RETURNED = "returned"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


UNSEEN_STATES = (ProblemState.DRAFT, ProblemState.RETURNED)
"""States in which residents know nothing of a problem."""
CURABLE_STATES = (ProblemState.OPEN, ProblemState.CLOSING)


class Light(enum.StrEnum):
    """The warning light of an open problem: green, yellow shortly before the deadline, red after it."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


LONGEST_TITLE = 120


class CommonProblem(Base):
    """A problem that several projects have. Each of them has an entry of its own, which is closed with its evidence.

    ``title`` is what it is called, ``cause`` where it comes from and how that is put right; both are public.
    """

    __tablename__ = "common_problem"
    __table_args__ = (sa.CheckConstraint("length(title) > 0", name="has_title"),)

    id: Mapped[Identity]
    title: Mapped[str] = mapped_column(sa.String(LONGEST_TITLE))
    cause: Mapped[str] = mapped_column(sa.Text, default="")
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    written_at: Mapped[dt.datetime]

    problems: Mapped[list["Problem"]] = relationship(back_populates="common", order_by="Problem.id")

    @property
    def public_problems(self) -> list["Problem"]:
        """Its entries that residents know of."""
        return [one for one in self.problems if one.is_public and one.project.publication is Publication.PUBLISHED]


class Problem(Base):
    """One entry of the problem list of a project.

    ``post`` is the post that answers at the agency. ``cure`` is what the agency says it did, in the words that become
    the public evidence once someone else has closed the problem. ``cured_by_id`` proposed that.
    """

    __tablename__ = "problem"
    __table_args__ = (
        sa.CheckConstraint("(closed_on IS NULL) = (length(evidence) = 0)", name="closed_only_with_evidence"),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= found_on", name="closed_after_found"),
        sa.CheckConstraint("deadline >= found_on", name="deadline_after_found"),
        sa.CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="state_says_closed"),
        sa.CheckConstraint("state <> 'closing' OR length(cure) > 0", name="closing_says_cure"),
        sa.CheckConstraint("common_id IS NULL OR kind = 'common'", name="several_have_it"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[ProblemKind] = mapped_column(enumeration(ProblemKind), default=ProblemKind.INDIVIDUAL)
    common_id: Mapped[int | None] = mapped_column(sa.ForeignKey("common_problem.id", ondelete="RESTRICT"), index=True)
    source: Mapped[ProblemSource] = mapped_column(enumeration(ProblemSource))
    post: Mapped[str] = mapped_column(sa.String(120), default="")
    description: Mapped[str] = mapped_column(sa.Text)
    found_on: Mapped[dt.date]
    deadline: Mapped[dt.date] = mapped_column(index=True)
    state: Mapped[ProblemState] = mapped_column(enumeration(ProblemState), default=ProblemState.OPEN, index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    cure: Mapped[str] = mapped_column(sa.Text, default="")
    cured_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    closed_on: Mapped[dt.date | None]
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    reopened_because: Mapped[str] = mapped_column(sa.Text, default="")
    photo_before_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id", ondelete="RESTRICT"))
    photo_after_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id", ondelete="RESTRICT"))
    look_back_id: Mapped[int | None] = mapped_column(sa.ForeignKey("look_back.id", ondelete="RESTRICT"), index=True)
    inspection_check_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("inspection_check.id", ondelete="RESTRICT"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship(back_populates="problems")
    agency: Mapped[Agency] = relationship()
    common: Mapped[CommonProblem | None] = relationship(back_populates="problems", lazy="selectin")
    author: Mapped[StaffMember | None] = relationship(foreign_keys=[author_id])
    cured_by: Mapped[StaffMember | None] = relationship(foreign_keys=[cured_by_id])
    photo_before: Mapped[Photo | None] = relationship(foreign_keys=[photo_before_id])
    photo_after: Mapped[Photo | None] = relationship(foreign_keys=[photo_after_id])
    steps: Mapped[list["ProblemStep"]] = relationship(
        back_populates="problem", order_by="ProblemStep.id", cascade="all, delete-orphan"
    )
    photos: Mapped[list["ProblemPhoto"]] = relationship(
        back_populates="problem", order_by="ProblemPhoto.photo_id", cascade="all, delete-orphan"
    )
    documents: Mapped[list["ProblemDocument"]] = relationship(
        back_populates="problem", order_by="ProblemDocument.document_id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its cure."""
        return self.closed_on is None

    @property
    def is_public(self) -> bool:
        """Whether residents know of it, as far as the problem itself goes."""
        return self.state not in UNSEEN_STATES

    def is_overdue(self, as_of: dt.date) -> bool:
        """Whether it is open past its deadline."""
        return self.is_open and as_of > self.deadline

    def light(self, as_of: dt.date, warning_days: int) -> Light | None:
        """Return the warning light of an open problem, None for a closed one; yellow ``warning_days`` before."""
        if not self.is_open:
            return None
        if as_of > self.deadline:
            return Light.RED
        return Light.YELLOW if (self.deadline - as_of).days <= warning_days else Light.GREEN

    def close(self, evidence: str, on: dt.date) -> None:
        """Close with evidence in words. Raises ``WrongStateError`` when closed, ``ReasonRequiredError`` without."""
        if not self.is_open or not self.is_public:
            raise WrongStateError("close", "closed" if self.is_public else "draft")
        if not evidence.strip():
            raise ReasonRequiredError
        self.evidence = evidence.strip()
        self.closed_on = on
        self.state = ProblemState.CLOSED

    def snapshot(self) -> dict[str, object]:
        """Return the entry in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "agency": self.agency.slug,
            "source": self.source.value,
            "description": self.description,
            "found_on": self.found_on.isoformat(),
            "deadline": self.deadline.isoformat(),
            "closed_on": self.closed_on.isoformat() if self.closed_on else None,
            "evidence": self.evidence,
            **({"photo_before": self.photo_before.key} if self.photo_before else {}),
            **({"photo_after": self.photo_after.key} if self.photo_after else {}),
            # What came later stands here only where it is set, so that older entries still fit.
            **({"kind": self.kind.value} if self.kind is ProblemKind.COMMON else {}),
            **({"common_title": self.common.title, "common_cause": self.common.cause} if self.common else {}),
            **({"post": self.post} if self.post else {}),
            **({"state": self.state.value} if self.state is ProblemState.CLOSING else {}),
            **({"reopened_because": self.reopened_because} if self.reopened_because else {}),
        }


class StepKind(enum.StrEnum):
    """What happened to a problem."""

    REGISTERED = "registered"
    REWRITTEN = "rewritten"
    RETURNED = "returned"
    OPENED = "opened"
    NOTED = "noted"
    CLOSING_PROPOSED = "closing_proposed"
    CLOSING_RETURNED = "closing_returned"
    CLOSED = "closed"
    REOPENED = "reopened"


class ProblemStep(Base):
    """One step of a problem, or a note of progress: when, which post, and in what words. Staff read them."""

    __tablename__ = "problem_step"

    id: Mapped[Identity]
    problem_id: Mapped[int] = mapped_column(sa.ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    kind: Mapped[StepKind] = mapped_column(enumeration(StepKind))
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(sa.String(160), default="")
    words: Mapped[str] = mapped_column(sa.Text, default="")

    problem: Mapped[Problem] = relationship(back_populates="steps")


class ProblemPhoto(Base):
    """A picture of a problem, or of its cure; held back until the problem, or the cure, is public."""

    __tablename__ = "problem_photo"

    photo_id: Mapped[int] = mapped_column(
        sa.ForeignKey("photo.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    problem_id: Mapped[int] = mapped_column(sa.ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    is_cure: Mapped[bool]
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))

    problem: Mapped[Problem] = relationship(back_populates="photos")
    photo: Mapped[Photo] = relationship()


class ProblemDocument(Base):
    """A file that proves the cure; public once someone else has closed the problem."""

    __tablename__ = "problem_document"

    document_id: Mapped[int] = mapped_column(
        sa.ForeignKey("document.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    problem_id: Mapped[int] = mapped_column(sa.ForeignKey("problem.id", ondelete="CASCADE"), index=True)

    problem: Mapped[Problem] = relationship(back_populates="documents")
    document: Mapped[Document] = relationship()


def photo_ids_of_problems(project_id: int) -> sa.Select[int]:
    """Return the query of the pictures that are evidence of a project's problems, before and after."""
    return sa.select(ProblemPhoto.photo_id).join(Problem).where(Problem.project_id == project_id)
