"""Content pages: policies and news in Markdown, written in versions of which one is public."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.publication import Publication
from minsheng.staff import StaffMember
from minsheng.translating import Translated

LONGEST_TITLE = 120
LONGEST_BODY = 60_000


class ContentKind(enum.StrEnum):
    """What a page is: a policy is linked from the footer of every page, news from the first page."""

    POLICY = "policy"
    NEWS = "news"


class ContentPage(Base):
    """A page. ``public_number`` is the number of the version that residents read, none before the first."""

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
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(500), default="")

    versions: Mapped[list["ContentVersion"]] = relationship(
        back_populates="page", order_by="ContentVersion.number", cascade="all, delete-orphan"
    )


class ContentVersion(Base, Translated):
    """A text as somebody left it. Never changed once it was public: the next change is the next version."""

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
