"""Content pages: policies and news in Markdown, written in versions of which one is public."""

import datetime as dt
import enum
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import (
    AddressTakenError,
    ChangedMeanwhileError,
    InvalidAddressError,
    NotAllowedError,
    OwnWorkError,
    ReasonRequiredError,
    WrongStateError,
)
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.records.addresses import LONGEST, SLUG
from minsheng.records.publication import Publication
from minsheng.records.translating import Translated

LONGEST_TITLE = 120
LONGEST_BODY = 60_000
LONGEST_REASON = 500

Texts = Mapping[str, Mapping[str, str]]


class ContentKind(enum.StrEnum):
    """What a page is: a policy is linked from the footer of every page, news from the first page."""

    POLICY = "policy"
    NEWS = "news"


class ContentPage(Base):
    """A page. ``public_number`` is the number of the version that residents read, none before the first.

    ``is_invented`` marks what came with the sample and nobody has rewritten since. ``submitted_number`` is the version
    that waits for a second person, ``returned_reason`` why the last one was sent back.
    """

    __tablename__ = "content_page"
    __table_args__ = (
        sa.CheckConstraint("publication != 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
        sa.CheckConstraint("publication = 'draft' OR public_number IS NOT NULL", name="public_has_version"),
    )

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[ContentKind] = mapped_column(enumeration(ContentKind))
    publication: Mapped[Publication] = mapped_column(enumeration(Publication), default=Publication.DRAFT)
    public_number: Mapped[int | None]
    published_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    is_invented: Mapped[bool] = mapped_column(default=False)
    submitted_number: Mapped[int | None]
    submitted_at: Mapped[dt.datetime | None]
    returned_reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")

    versions: Mapped[list["ContentVersion"]] = relationship(
        back_populates="page", order_by="ContentVersion.number", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to_residents(cls) -> sa.Select["ContentPage"]:
        """Return the query of the pages that residents see."""
        return sa.select(cls).where(cls.publication == Publication.PUBLISHED)

    @property
    def subject(self) -> str:
        """The page's name in the journal."""
        return f"content:{self.slug}"

    @property
    def newest(self) -> "ContentVersion":
        """The text as it was written last."""
        return self.versions[-1]

    @property
    def public(self) -> "ContentVersion | None":
        """The text that residents read, or read until the page was withdrawn."""
        return next((one for one in self.versions if one.number == self.public_number), None)

    def snapshot(self) -> dict[str, object]:
        """Return what the journal keeps of a page that is or was public."""
        public = self.public
        said: dict[str, object] = {
            "kind": self.kind.value,
            "publication": self.publication.value,
            "number": self.public_number,
            "title": public.title if public else "",
            "body": public.body if public else "",
            "withdrawn_reason": self.withdrawn_reason,
        }
        return said | (public.translations_said() if public else {})


class ContentVersion(Base, Translated):
    """A text as somebody left it. Never changed: the next change is the next version."""

    __tablename__ = "content_version"
    __table_args__ = (
        sa.UniqueConstraint("page_id", "number"),
        sa.CheckConstraint("number >= 1", name="counts_from_one"),
    )
    TRANSLATED = ("title", "body")

    id: Mapped[Identity]
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("content_page.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(sa.Text)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    written_at: Mapped[dt.datetime]

    page: Mapped[ContentPage] = relationship(back_populates="versions")
    author: Mapped[StaffMember] = relationship()


def begin(session: Session, kind: ContentKind, slug: str, by: StaffMember) -> ContentPage:
    """Return a new page without a text, which the caller writes at once.

    Raises ``NotAllowedError``, ``InvalidAddressError`` and ``AddressTakenError``.
    """
    _require_right(by)
    if len(slug) > LONGEST or not SLUG.fullmatch(slug):
        raise InvalidAddressError
    if session.scalar(sa.select(ContentPage.id).where(ContentPage.slug == slug)) is not None:
        raise AddressTakenError
    page = ContentPage(kind=kind, slug=slug)
    session.add(page)
    return page


def write(
    session: Session,
    page: ContentPage,
    title: str,
    body: str,
    by: StaffMember,
    at: dt.datetime,
    *,
    translations: Texts | None = None,
    seen: int = 0,
) -> ContentVersion:
    """Keep a text as the next version; nothing changes for residents until it is published.

    ``seen`` is the number of the version the writer began from: raises ``ChangedMeanwhileError`` where somebody wrote
    another since, and ``NotAllowedError``. A text that says the same as the last makes no new version.
    """
    _require_right(by)
    journal.lock(session)
    session.flush()
    session.refresh(page, ["versions"])
    last = page.versions[-1] if page.versions else None
    if seen != (last.number if last else 0):
        raise ChangedMeanwhileError(("body",))
    version = ContentVersion(
        page=page, number=seen + 1, title=title.strip(), body=body.strip(), author=by, written_at=at
    )
    version.translate(translations or {})
    if last is not None and _said(last) == _said(version):
        page.versions.remove(version)
        return last
    page.is_invented = False
    session.add(version)
    session.flush()
    return version


def submit(session: Session, page: ContentPage, number: int, by: StaffMember, at: dt.datetime) -> None:
    """Hand one version to a second person.

    Raises ``NotAllowedError``, and ``WrongStateError`` where it waits or is public already.
    """
    _require_right(by)
    _require_version(page, number)
    if page.submitted_number == number:
        raise WrongStateError("submit", "submitted")
    page.submitted_number, page.submitted_at, page.returned_reason = number, at, ""
    session.flush()
    act = Act("content_submitted", page.subject, by.post, is_public=False, extra={"number": number})
    journal.record(session, act, at)


def send_back(session: Session, page: ContentPage, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Return the version that waits to its author.

    Raises ``NotAllowedError``, ``ReasonRequiredError``, and ``WrongStateError`` where none waits.
    """
    _require_right(by)
    if page.submitted_number is None:
        raise WrongStateError("return", "none")
    if not reason.strip():
        raise ReasonRequiredError
    page.submitted_number, page.submitted_at, page.returned_reason = None, None, reason.strip()
    session.flush()
    journal.record(
        session, Act("content_returned", page.subject, by.post, is_public=False, reason=page.returned_reason), at
    )


def is_work_of(page: ContentPage, number: int, member: StaffMember) -> bool:
    """Whether this person wrote any of what a version brings: of it, or of those since the one that is public."""
    since = page.public_number or 0
    first = since if since < number else number - 1
    return any(one.author_id == member.id for one in page.versions if first < one.number <= number)


def publish(
    session: Session,
    page: ContentPage,
    number: int,
    by: StaffMember,
    at: dt.datetime,
    *,
    one_person_mode: bool = False,
) -> None:
    """Let residents read one version that was handed in.

    Raises ``NotAllowedError``, ``WrongStateError`` where residents read it already or it was not handed in, and
    ``OwnWorkError`` for whoever wrote any of it, unless one person may; the journal then says so.
    """
    _require_right(by)
    _require_version(page, number)
    if page.submitted_number != number:
        raise WrongStateError("publish", "not_submitted")
    own_work = is_work_of(page, number, by)
    if own_work and not one_person_mode:
        raise OwnWorkError
    before = page.snapshot() if page.publication is not Publication.DRAFT else None
    act = "content_revised" if page.publication is Publication.PUBLISHED else "content_published"
    page.publication, page.public_number, page.published_at = Publication.PUBLISHED, number, at
    page.withdrawn_at, page.withdrawn_reason = None, ""
    page.submitted_number, page.submitted_at, page.returned_reason = None, None, ""
    _record(session, page, act, before, by, at, one_person=own_work)


def waiting(session: Session) -> list[ContentPage]:
    """Return the pages with a version that waits for a second person, the longest waiting first."""
    query = sa.select(ContentPage).where(ContentPage.submitted_number.is_not(None))
    return list(session.scalars(query.order_by(ContentPage.submitted_at, ContentPage.id)))


def returned_to(session: Session, member: StaffMember) -> list[ContentPage]:
    """Return the pages whose last handed-in version was sent back to this author."""
    query = sa.select(ContentPage).where(ContentPage.returned_reason != "", ContentPage.submitted_number.is_(None))
    return [one for one in session.scalars(query.order_by(ContentPage.id)) if one.newest.author_id == member.id]


def withdraw(session: Session, page: ContentPage, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take a page back, leaving its title and the reason.

    Raises ``NotAllowedError``, ``ReasonRequiredError``, and ``WrongStateError`` for one that is not public.
    """
    _require_right(by)
    if page.publication is not Publication.PUBLISHED:
        raise WrongStateError("withdraw", page.publication.value)
    if not reason.strip():
        raise ReasonRequiredError
    before = page.snapshot()
    page.publication, page.withdrawn_at, page.withdrawn_reason = Publication.WITHDRAWN, at, reason.strip()
    _record(session, page, "content_withdrawn", before, by, at, reason=page.withdrawn_reason)


def discard(session: Session, page: ContentPage, by: StaffMember) -> None:
    """Throw away a page that never was public. Raises ``NotAllowedError`` and ``WrongStateError``."""
    _require_right(by)
    if page.publication is not Publication.DRAFT:
        raise WrongStateError("discard", page.publication.value)
    session.delete(page)


def _require_right(by: StaffMember) -> None:
    if not by.may_on(Permission.EDIT_CONTENT, None, None):
        raise NotAllowedError


def _require_version(page: ContentPage, number: int) -> None:
    """Raise ``WrongStateError`` unless this version is there and not what residents read."""
    if all(one.number != number for one in page.versions):
        raise WrongStateError("publish", "no_such_version")
    if page.publication is Publication.PUBLISHED and page.public_number == number:
        raise WrongStateError("publish", "published")


def _said(version: ContentVersion) -> tuple[object, ...]:
    return version.title, version.body, version.translations or None


def _record(
    session: Session,
    page: ContentPage,
    act: str,
    before: Mapping[str, object] | None,
    by: StaffMember,
    at: dt.datetime,
    *,
    reason: str = "",
    one_person: bool = False,
) -> None:
    session.flush()
    extra = {"one_person": True} if one_person else {}
    recorded = Act(act, page.subject, by.post, reason=reason, before=before, after=page.snapshot(), extra=extra)
    journal.record(session, recorded, at)
    touch(session, RecordKind.CONTENT, page.id)
