"""Settings of an installation that its administrators change: one table, each value typed and checked."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from minsheng.database import Base, Identity


class Setting(Base):
    """One value that differs from its default."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)
    changed_at: Mapped[dt.datetime]


class Emblem(Base):
    """The emblem of the installation, re-encoded as PNG; one row, or none where the program's own is shown."""

    __tablename__ = "emblem"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[Identity]
    picture: Mapped[bytes]
    digest: Mapped[str] = mapped_column(sa.String(64))
    changed_at: Mapped[dt.datetime]
