"""The steps of a case: what happened when, by which post, in words for the public and for handlers."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.casework.cases import CaseEventKind
from minsheng.database import Base, Identity, enumeration

if TYPE_CHECKING:
    from minsheng.casework.suggestions import Suggestion


class CaseEvent(Base):
    """One step of a case: when, which post, and the text for the public and for handlers."""

    __tablename__ = "case_event"

    id: Mapped[Identity]
    suggestion_id: Mapped[int] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CaseEventKind] = mapped_column(enumeration(CaseEventKind))
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(sa.String(160), default="")
    public_text: Mapped[str] = mapped_column(sa.Text, default="")
    private_text: Mapped[str] = mapped_column(sa.Text, default="")

    suggestion: Mapped["Suggestion"] = relationship(back_populates="events")
