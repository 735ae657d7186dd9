"""Look-backs: dated checks of finished projects, and who keeps them."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity, enumeration
from minsheng.editorial.signatures import SignatureState, Signed
from minsheng.pictures.photos import Photo
from minsheng.records.projects import Project


class LookBackResult(enum.StrEnum):
    """What the check found."""

    WORKING = "working"
    PARTLY = "partly"
    NOT_WORKING = "not_working"


class LookBack(Base, Signed):
    """One dated check of a finished project, with its keeper and the yearly budget for upkeep."""

    __tablename__ = "look_back"
    __table_args__ = (sa.CheckConstraint("upkeep_budget_fen >= 0", name="upkeep_not_negative"),)

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    looked_on: Mapped[dt.date]
    result: Mapped[LookBackResult] = mapped_column(enumeration(LookBackResult))
    keeper: Mapped[str] = mapped_column(sa.String(120), default="")
    upkeep_budget_fen: Mapped[Fen | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[SignatureState] = mapped_column(
        enumeration(SignatureState), default=SignatureState.PUBLISHED, index=True
    )
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship(back_populates="lookbacks")
    photos: Mapped[list["LookBackPhoto"]] = relationship(
        back_populates="look_back", order_by="LookBackPhoto.photo_id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    def snapshot(self) -> dict[str, object]:
        """Return the check in plain JSON values, for the journal."""
        return {
            "project": self.project.slug,
            "looked_on": self.looked_on.isoformat(),
            "result": self.result.value,
            "keeper": self.keeper,
            "upkeep_budget_fen": self.upkeep_budget_fen,
            "note": self.note,
            # Said only where it is set, so that older entries still fit.
            **({"withdrawn_reason": self.withdrawn_reason} if self.withdrawn_reason else {}),
        }


class LookBackPhoto(Base):
    """A picture taken at a look-back; held back until the look-back is public."""

    __tablename__ = "look_back_photo"

    photo_id: Mapped[int] = mapped_column(
        sa.ForeignKey("photo.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    look_back_id: Mapped[int] = mapped_column(sa.ForeignKey("look_back.id", ondelete="CASCADE"), index=True)

    look_back: Mapped[LookBack] = relationship(back_populates="photos")
    photo: Mapped[Photo] = relationship()
