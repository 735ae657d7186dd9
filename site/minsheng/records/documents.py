"""Public documents: approvals, contracts, acceptance papers, policies, of a project or of a programme.

A document is a draft until a second person publishes it. A withdrawn one leaves a stub with its reason; its file is
no longer given out.
"""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError
from minsheng.records.document_types import DocumentType
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication


class DocumentKind(enum.StrEnum):
    """What a public file is."""

    APPROVAL = "approval"
    BIDDING = "bidding"
    CONTRACT = "contract"
    SUPERVISION = "supervision"
    ACCEPTANCE = "acceptance"
    AUDIT = "audit"
    POLICY = "policy"
    RECTIFICATION = "rectification"


class TextState(enum.StrEnum):
    """What became of reading the text of a file: read, none in it (a scan), or not readable within the bounds."""

    READ = "read"
    NONE = "none"
    UNREADABLE = "unreadable"


class Document(Base):
    """A public file. ``key`` is the SHA-256 of its content and names it in the store; ``size`` is in bytes.

    ``page_count`` counts pages of a PDF and sheets of a workbook. ``is_cut`` says that the text goes on beyond what
    was read. Exactly one of project and programme is given.
    """

    __tablename__ = "document"
    __table_args__ = (
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint("(project_id IS NULL) != (programme_id IS NULL)", name="of_one_record"),
        sa.CheckConstraint("publication != 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(enumeration(DocumentKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    key: Mapped[str] = mapped_column(sa.String(64), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int]
    dated: Mapped[dt.date | None]
    publication: Mapped[Publication] = mapped_column(enumeration(Publication), default=Publication.DRAFT, index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    publisher_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    added_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    text_state: Mapped[TextState] = mapped_column(enumeration(TextState), default=TextState.NONE)
    page_count: Mapped[int | None]
    is_cut: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project | None] = relationship(back_populates="documents")
    programme: Mapped[Programme | None] = relationship(back_populates="documents")
    author: Mapped[StaffMember | None] = relationship(foreign_keys=author_id)
    publisher: Mapped[StaffMember | None] = relationship(foreign_keys=publisher_id)
    pages: Mapped[list["DocumentPage"]] = relationship(
        back_populates="document", order_by="DocumentPage.number", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Document"]:
        """Return the query of documents whose file residents may open: the only place that says so."""
        return cls._of_public_records().where(cls.publication == Publication.PUBLISHED)

    @classmethod
    def known_to_residents(cls) -> sa.Select["Document"]:
        """Return the query of documents residents know of: those they may open, and the stubs of withdrawn ones."""
        return cls._of_public_records().where(cls.publication != Publication.DRAFT)

    @classmethod
    def _of_public_records(cls) -> sa.Select["Document"]:
        return (
            sa.select(cls)
            .outerjoin(cls.project)
            .outerjoin(cls.programme)
            .where(
                sa.or_(
                    Project.publication == Publication.PUBLISHED,
                    Programme.publication == Publication.PUBLISHED,
                )
            )
        )

    @property
    def record(self) -> Project | Programme:
        """The project or programme the document belongs to."""
        record = self.project or self.programme
        if record is None:
            raise ValueError("a document belongs to a project or a programme")
        return record

    @property
    def division(self) -> Division | None:
        """The place of its record."""
        return self.record.division

    @property
    def agency(self) -> Agency | None:
        """The agency that answers for its record."""
        return self.record.agency

    @property
    def type(self) -> DocumentType:
        """What kind of file it is."""
        return DocumentType.of_media_type(self.media_type)

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"document:{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether its file may be given out, as far as the document itself goes."""
        return self.publication is Publication.PUBLISHED

    @property
    def file_name(self) -> str:
        """A name to save the file under: its title with what file systems dislike left out."""
        kept = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in self.title)
        return f"{kept.strip('-.')[:80] or 'document'}.{self.type.extension}"

    def publish(self, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False) -> None:
        """Make a draft public. Raises ``WrongStateError``, or ``OwnWorkError`` for whoever added it."""
        if self.publication is not Publication.DRAFT:
            raise WrongStateError("publish", self.publication)
        if self.author_id == by.id and not one_person_mode:
            raise OwnWorkError
        self.publication = Publication.PUBLISHED
        self.publisher = by
        self.published_at = at

    def withdraw(self, reason: str, at: dt.datetime) -> None:
        """Take a published document back. Raises ``WrongStateError`` or ``ReasonRequiredError``."""
        if self.publication is not Publication.PUBLISHED:
            raise WrongStateError("withdraw", self.publication)
        if not reason.strip():
            raise ReasonRequiredError
        self.publication = Publication.WITHDRAWN
        self.withdrawn_at = at
        self.withdrawn_reason = reason.strip()

    def snapshot(self) -> dict[str, object]:
        """Return what is public about this document, in plain JSON values, for the journal."""
        return {
            "project": self.project.slug if self.project else None,
            "programme": self.programme.slug if self.programme else None,
            "document_kind": self.kind.value,
            "title": self.title,
            "dated": self.dated.isoformat() if self.dated else None,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.key,
            "publication": self.publication.value,
            "withdrawn_reason": self.withdrawn_reason,
            "one_person": self.author_id is not None and self.author_id == self.publisher_id,
        }


class DocumentPage(Base):
    """The text of one page of a document (one sheet of a workbook), counted from 1, for search and reading aloud."""

    __tablename__ = "document_page"

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(sa.Text)

    document: Mapped[Document] = relationship(back_populates="pages")
