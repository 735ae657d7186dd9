"""Pictures that belong to a case: the sender's own, and what the handling agency shows of the result."""

import datetime as dt
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.casework.cases import Prominence
from minsheng.database import Base, Identity, enumeration

if TYPE_CHECKING:
    from minsheng.casework.held_letters import HeldLetter
    from minsheng.casework.suggestions import Suggestion
    from minsheng.pictures.media import StoredImage

MOST_PHOTOS = 5
"""Pictures that one sender may add to one case."""


class PhotoSource(enum.StrEnum):
    """Who added the picture."""

    SENDER = "sender"
    HANDLER = "handler"


class CasePhoto(Base):
    """A picture of a case or of a held letter. ``key`` names its files in the media store.

    Nobody but the sender and handlers sees it before a reviewer has made it public with words for those who cannot
    see it; it is public only while its case is. No original is kept. Where faces or number plates are hidden,
    ``blurred_key`` names the copy that residents see, and ``blur_boxes`` says what was hidden
    (``minsheng.pictures.blurring``).
    """

    __tablename__ = "case_photo"
    __table_args__ = (
        sa.CheckConstraint("width > 0 AND height > 0", name="has_size"),
        sa.CheckConstraint("(suggestion_id IS NULL) <> (held_letter_id IS NULL)", name="of_one_letter"),
        sa.CheckConstraint("prominence <> 'public' OR length(alt_text) > 0", name="public_has_alt_text"),
    )

    id: Mapped[Identity]
    suggestion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="CASCADE"), index=True)
    held_letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("held_letter.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), index=True)
    source: Mapped[PhotoSource] = mapped_column(enumeration(PhotoSource), default=PhotoSource.SENDER)
    prominence: Mapped[Prominence] = mapped_column(enumeration(Prominence), default=Prominence.UNREVIEWED)
    alt_text: Mapped[str] = mapped_column(sa.String(200), default="")
    taken_on: Mapped[dt.date | None]
    width: Mapped[int]
    height: Mapped[int]
    blurred_key: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    blur_boxes: Mapped[str] = mapped_column(sa.Text, default="")

    suggestion: Mapped["Suggestion | None"] = relationship(back_populates="photos")
    held_letter: Mapped["HeldLetter | None"] = relationship(back_populates="photos")

    @classmethod
    def of_stored(cls, stored: "StoredImage", source: PhotoSource = PhotoSource.SENDER) -> "CasePhoto":
        """Return the record of a picture that lies in the media store."""
        return cls(key=stored.key, width=stored.width, height=stored.height, taken_on=stored.taken_on, source=source)

    @classmethod
    def visible_to_residents(cls) -> sa.Select["CasePhoto"]:
        """Return the query of pictures that residents may see: reviewed, of a public case."""
        return sa.select(cls).where(
            cls.prominence == Prominence.PUBLIC, cls.suggestion.has(prominence=Prominence.PUBLIC)
        )

    @classmethod
    def is_shown_as(cls, key: str) -> sa.ColumnElement[bool]:
        """Return the condition that residents who may see the picture see it under this key."""
        return sa.func.coalesce(cls.blurred_key, cls.key) == key

    @property
    def public_key(self) -> str:
        """The key of the picture that residents may see: the one with faces and plates hidden, where there is one."""
        return self.blurred_key or self.key

    @property
    def is_public(self) -> bool:
        """Whether residents may see it."""
        of_public_case = self.suggestion is not None and self.suggestion.prominence is Prominence.PUBLIC
        return of_public_case and self.prominence is Prominence.PUBLIC
