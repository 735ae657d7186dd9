"""The acts that make documents public: each changes the record, writes the journal and tells the search index.

All happen inside the caller's transaction; the caller commits once.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.errors import WrongStateError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.records.document_store import StoredDocument
from minsheng.records.documents import Document, DocumentKind, DocumentPage, TextState
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication


@dataclass(frozen=True)
class Description:
    """What is written about a file."""

    title: str
    kind: DocumentKind
    dated: dt.date | None = None


def add(
    session: Session,
    record: Project | Programme,
    file: StoredDocument,
    description: Description,
    by: StaffMember,
    at: dt.datetime,
) -> Document:
    """Keep an upload as a draft that waits for a second person, with the text that was read in it."""
    if file.pages is None:
        text_state = TextState.UNREADABLE
    else:
        text_state = TextState.READ if any(page.strip() for page in file.pages) else TextState.NONE
    document = Document(
        project=record if isinstance(record, Project) else None,
        programme=record if isinstance(record, Programme) else None,
        kind=description.kind,
        title=description.title,
        dated=description.dated,
        key=file.key,
        media_type=file.type.media_type,
        size=file.size,
        publication=Publication.DRAFT,
        author=by,
        added_at=at,
        text_state=text_state,
        page_count=file.page_count,
        is_cut=file.is_cut,
        pages=[DocumentPage(number=number, text=text) for number, text in enumerate(file.pages or (), 1) if text],
    )
    session.add(document)
    session.flush()
    return document


def publish(
    session: Session, document: Document, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Make a document public. Raises as ``Document.publish``."""
    document.publish(by, at, one_person_mode=one_person_mode)
    _record(session, "document_published", document, by, at)


def withdraw(session: Session, document: Document, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take a document back, leaving a stub with the reason. Raises as ``Document.withdraw``."""
    before = document.snapshot()
    document.withdraw(reason, at)
    _record(session, "document_withdrawn", document, by, at, before=before, reason=document.withdrawn_reason)


def discard(session: Session, document: Document) -> None:
    """Throw a draft away that nobody outside has seen. Raises ``WrongStateError`` for anything else."""
    if document.publication is not Publication.DRAFT:
        raise WrongStateError("discard", document.publication)
    session.delete(document)


def waiting(session: Session, member: StaffMember, permission: Permission) -> list[Document]:
    """Return the drafts on whose records ``member`` has the permission, oldest first."""
    query = (
        sa.select(Document)
        .where(Document.publication == Publication.DRAFT)
        .options(selectinload(Document.project), selectinload(Document.programme), selectinload(Document.author))
        .order_by(Document.added_at, Document.id)
    )
    return [one for one in session.scalars(query) if member.may_on(permission, one.division, one.agency)]


def records_of(
    session: Session, member: StaffMember, permissions: Iterable[Permission]
) -> tuple[list[Programme], list[Project]]:
    """Return this installation's published programmes and projects to which ``member`` may add documents."""
    wanted = tuple(permissions)

    def mine(record: Programme | Project) -> bool:
        return any(member.may_on(one, record.division, record.agency) for one in wanted)

    programmes = Programme.visible_to_residents().where(Programme.origin == Origin.OWN)
    projects = Project.visible_to_residents().where(Project.origin == Origin.OWN)
    return (
        [one for one in session.scalars(programmes.order_by(Programme.year.desc(), Programme.title)) if mine(one)],
        [one for one in session.scalars(projects.order_by(Project.year.desc(), Project.title)) if mine(one)],
    )


def _record(
    session: Session,
    act: str,
    document: Document,
    by: StaffMember,
    at: dt.datetime,
    *,
    before: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    session.flush()
    about = document.project.slug if document.project else None
    entry = Act(
        act, document.subject, by.post, about_project=about, reason=reason, before=before, after=document.snapshot()
    )
    journal.record(session, entry, at)
    touch(session, RecordKind.DOCUMENT, document.id)
    if document.project_id is not None:
        touch(session, RecordKind.PROJECT, document.project_id)
