"""Uploaded OC4IDS files: what was read of them, every repair that reading took, and what each project is taken for."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.records.programmes import Programme
from minsheng.tables.table_uploads import UploadState


class Oc4idsUpload(Base):
    """One file for one list.

    ``digest`` is the SHA-256 of the file, ``projects`` what was read of each project and ``repairs`` ``[project, code,
    path, value]`` of every repair, both in JSON values; ``project`` is its number, empty for the file as a whole.
    ``choices`` maps a project's number in the file to the slug it is taken for, ``new`` or ``skip``; ``result`` says
    what was written.
    """

    __tablename__ = "oc4ids_upload"
    __table_args__ = (sa.CheckConstraint("length(digest) = 64", name="digest_length"),)

    id: Mapped[Identity]
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    state: Mapped[UploadState] = mapped_column(enumeration(UploadState), default=UploadState.OPEN)
    projects: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    repairs: Mapped[list[list[str]]] = mapped_column(sa.JSON)
    choices: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    uploader_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    uploaded_at: Mapped[dt.datetime]
    written_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()
    uploader: Mapped[StaffMember] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute
