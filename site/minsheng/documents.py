"""Public documents: approvals, contracts, acceptance papers, policies."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.projects import Project


class DocumentKind(enum.StrEnum):
    """What a public file is."""

    APPROVAL = "approval"
    BIDDING = "bidding"
    CONTRACT = "contract"
    SUPERVISION = "supervision"
    ACCEPTANCE = "acceptance"
    AUDIT = "audit"
    POLICY = "policy"


class Document(Base):
    """A public file of a project, kept in the media store under ``key``."""

    __tablename__ = "document"
    __table_args__ = (sa.CheckConstraint("size > 0", name="not_empty"),)

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(enumeration(DocumentKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    key: Mapped[str] = mapped_column(sa.String(64))
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int]
    dated: Mapped[dt.date | None]

    project: Mapped[Project] = relationship(back_populates="documents")
