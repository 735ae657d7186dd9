"""What became of a suggestion beyond its answer: it was taken into a year's list, and which project it became."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from minsheng.casework.cases import CaseEventKind, CaseState, Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.database import Base, Identity
from minsheng.errors import WrongStateError
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication

ADOPTABLE = tuple(state for state in CaseState if state not in {CaseState.RECEIVED, CaseState.REFUSED})


class CaseAdoption(Base):
    """That a case was taken into a year's list: the list, later the project, and what was said of it in public."""

    __tablename__ = "case_adoption"
    __table_args__ = (sa.UniqueConstraint("suggestion_id", "programme_id"),)

    id: Mapped[Identity]
    suggestion_id: Mapped[int] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="CASCADE"), index=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    adopted_at: Mapped[dt.datetime]

    suggestion: Mapped[Suggestion] = relationship(back_populates="adoptions")
    programme: Mapped[Programme] = relationship()
    project: Mapped[Project | None] = relationship()

    @property
    def public_project(self) -> Project | None:
        """The project that it became, where residents may see it."""
        is_public = self.project is not None and self.project.publication is Publication.PUBLISHED
        return self.project if is_public else None

    @property
    def title(self) -> str:
        """The title of the project it became, or of the list while it has none."""
        return self.project.title if self.project else self.programme.title

    def snapshot(self) -> dict[str, object]:
        """Return the adoption in plain JSON values, for the journal."""
        return {"programme": self.programme.slug, "project": self.project.slug if self.project else None}


def lists(session: Session) -> Sequence[Programme]:
    """Return the published lists of this installation, the latest year first."""
    query = sa.select(Programme).where(Programme.origin == Origin.OWN, Programme.publication == Publication.PUBLISHED)
    return session.scalars(query.order_by(Programme.year.desc(), Programme.title)).all()


def projects(session: Session) -> Sequence[Project]:
    """Return the published projects of this installation, the latest year first."""
    query = sa.select(Project).where(Project.origin == Origin.OWN, Project.publication == Publication.PUBLISHED)
    return session.scalars(query.order_by(Project.year.desc(), Project.title)).all()


def adopt(
    case: Suggestion, programme: Programme, project: Project | None, note: str, by: str, at: dt.datetime
) -> CaseAdoption:
    """Take a case into a year's list, or name the project it became; the clock of the case goes on.

    Raises ``WrongStateError`` for a case that was not accepted or is a duplicate, for a project of another list, and
    where this was said already.
    """
    case.require("adopt", *ADOPTABLE)
    if case.main_case is not None:
        raise WrongStateError("adopt", "merged")
    if project is not None and project.programme is not programme:
        raise WrongStateError("adopt", "other_list")
    adoption = next((one for one in case.adoptions if one.programme is programme), None)
    if adoption is not None and (project is None or adoption.project is project):
        raise WrongStateError("adopt", "adopted")
    if adoption is None:
        adoption = CaseAdoption(programme=programme, adopted_at=at)
        case.adoptions.append(adoption)
    adoption.project = project
    adoption.note = note.strip()
    case.note(CaseEventKind.ADOPTED, at, by, "\n".join(filter(None, (adoption.title, adoption.note))))
    return adoption


def made_public(session: Session, limit: int | None = None) -> Sequence[CaseAdoption]:
    """Return the adoptions into published lists, the latest first, with their cases, lists and projects."""
    query = (
        sa.select(CaseAdoption)
        .join(CaseAdoption.programme)
        .where(Programme.publication == Publication.PUBLISHED)
        .options(
            selectinload(CaseAdoption.suggestion).selectinload(Suggestion.project),
            selectinload(CaseAdoption.programme),
            selectinload(CaseAdoption.project),
        )
    )
    return session.scalars(query.order_by(CaseAdoption.adopted_at.desc(), CaseAdoption.id.desc()).limit(limit)).all()


def adopted_by(session: Session, project: Project) -> Sequence[Suggestion]:
    """Return the public cases that became a project, the oldest first."""
    query = (
        sa.select(Suggestion)
        .join(CaseAdoption, CaseAdoption.suggestion_id == Suggestion.id)
        .where(CaseAdoption.project_id == project.id, Suggestion.prominence == Prominence.PUBLIC)
    )
    return session.scalars(query.order_by(Suggestion.id)).all()
