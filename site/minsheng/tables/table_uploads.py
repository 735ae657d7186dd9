"""Uploaded tables: the cells as they came, what was chosen and corrected, and the mapping an office's tables have."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.records.programmes import Programme


class UploadState(enum.StrEnum):
    """``written`` has become drafts; ``discarded`` was put away."""

    OPEN = "open"
    WRITTEN = "written"
    DISCARDED = "discarded"


class TableUpload(Base):
    """One file for one list and month.

    ``digest`` is the SHA-256 of the file, ``sheets`` its cells as the reader gives them. ``columns`` maps a table's
    fingerprint to chosen columns, ``corrections`` lists ``[sheet, row, column, text]``, ``choices`` maps a line's key
    to what it is taken for, and ``result`` counts what was written.
    """

    __tablename__ = "table_upload"
    __table_args__ = (
        sa.CheckConstraint("length(month) = 7", name="month_form"),
        sa.CheckConstraint("length(digest) = 64", name="digest_length"),
        sa.Index("ix_table_upload_digest", "digest", "programme_id", "month"),
    )

    id: Mapped[Identity]
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"))
    month: Mapped[str] = mapped_column(sa.String(7))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64))
    office: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[UploadState] = mapped_column(enumeration(UploadState), default=UploadState.OPEN)
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    corrections: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    choices: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    uploader_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    uploaded_at: Mapped[dt.datetime]
    written_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()
    uploader: Mapped[StaffMember] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute


class TableMapping(Base):
    """What an office's columns mean under headings with this fingerprint, as somebody there last chose."""

    __tablename__ = "table_mapping"
    __table_args__ = (sa.UniqueConstraint("office", "fingerprint"),)

    id: Mapped[Identity]
    office: Mapped[str] = mapped_column(sa.String(40))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    updated_at: Mapped[dt.datetime]
