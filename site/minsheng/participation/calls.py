"""Calls (征集): open rounds that ask for ideas, and the outcome that every idea gets before a round is closed."""

import datetime as dt
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.clock import local_date
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import DomainError, NotOpenError, ReasonRequiredError, WrongStateError
from minsheng.records.documents import Document
from minsheng.records.places import Division

if TYPE_CHECKING:
    from minsheng.participation.call_ideas import IdeaGroup


class CallTheme(enum.StrEnum):
    """What ideas are asked for."""

    NEXT_YEAR_LIST = "next_year_list"
    DRAFT_PLAN = "draft_plan"
    OTHER = "other"


class CallState(enum.StrEnum):
    """How far a round is; whether it takes ideas follows from its times."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class OutcomesMissingError(DomainError):
    """A round cannot be closed while ``ideas`` wait for a group, ``groups`` for an outcome, or ``held`` are unread."""

    code = "outcomes_missing"

    def __init__(self, ideas: int, groups: int, held: int = 0) -> None:
        """Take how many ideas, groups and held letters still wait."""
        super().__init__(f"{ideas} ideas, {groups} groups, {held} held")
        self.ideas, self.groups, self.held = ideas, groups, held


class Call(Base):
    """One round. ``first_closes_at`` is the end that was first published and never changes after that."""

    __tablename__ = "call"
    __table_args__ = (
        sa.CheckConstraint("closes_at > opens_at", name="ends_after_it_opens"),
        sa.CheckConstraint("state <> 'closed' OR length(outcome_words) > 0", name="closed_says_what_came_of_it"),
        sa.CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published_has_moment"),
    )

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    theme: Mapped[CallTheme] = mapped_column(enumeration(CallTheme))
    title: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text)
    year: Mapped[int | None]
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id", ondelete="RESTRICT"))
    state: Mapped[CallState] = mapped_column(enumeration(CallState), default=CallState.DRAFT, index=True)
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime] = mapped_column(index=True)
    first_closes_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    outcome_words: Mapped[str] = mapped_column(sa.Text, default="")

    division: Mapped[Division] = relationship()
    document: Mapped[Document | None] = relationship()
    extensions: Mapped[list["CallExtension"]] = relationship(
        back_populates="call", order_by="CallExtension.id", cascade="all, delete-orphan"
    )
    groups: Mapped[list["IdeaGroup"]] = relationship(
        back_populates="call", order_by="(IdeaGroup.position, IdeaGroup.id)", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Call"]:
        """Return the query of rounds that residents may see."""
        return sa.select(cls).where(cls.state != CallState.DRAFT)

    @property
    def subject(self) -> str:
        """The journal's name for the round."""
        return f"call:{self.slug}"

    @property
    def is_public(self) -> bool:
        """Whether residents may see it."""
        return self.state is not CallState.DRAFT

    @property
    def last_day(self) -> dt.date:
        """The last day on which ideas may be sent."""
        return last_day_of(self.closes_at)

    @property
    def public_document(self) -> Document | None:
        """The file that ideas are asked about, where residents may open it."""
        return self.document if self.document is not None and self.document.is_open else None

    def takes_ideas(self, at: dt.datetime) -> bool:
        """Whether ideas may be sent at this moment."""
        return self.state is CallState.PUBLISHED and self.opens_at <= at < self.closes_at

    def is_to_come(self, at: dt.datetime) -> bool:
        """Whether it is announced and not open yet."""
        return self.state is CallState.PUBLISHED and at < self.opens_at

    def publish(self, at: dt.datetime) -> None:
        """Announce the round. Raises ``WrongStateError`` unless it is a draft that still has time to run."""
        if self.state is not CallState.DRAFT:
            raise WrongStateError("publish", self.state)
        if self.closes_at <= at:
            raise WrongStateError("publish", "past")
        self.state = CallState.PUBLISHED
        self.published_at = at
        self.first_closes_at = self.closes_at

    def extend(self, until: dt.datetime, reason: str, by: str, at: dt.datetime) -> None:
        """Move the end, with a public reason. Raises ``WrongStateError`` once it has ended, or for an earlier end."""
        if self.state is not CallState.PUBLISHED or at >= self.closes_at:
            raise WrongStateError("extend", "ended")
        if until <= self.closes_at:
            raise WrongStateError("extend", "not_later")
        self.extensions.append(
            CallExtension(at=at, actor=by, closed_before=self.closes_at, closes_now=until, reason=required(reason))
        )
        self.closes_at = until

    def snapshot(self) -> dict[str, object]:
        """Return the round in plain JSON values, for the journal."""
        return {
            "theme": self.theme.value,
            "title": self.title,
            "text": self.text,
            "year": self.year,
            "place": self.division.code,
            "state": self.state.value,
            "opens_at": self.opens_at.astimezone(dt.UTC).isoformat(),
            "closes_at": self.closes_at.astimezone(dt.UTC).isoformat(),
            "first_closes_at": self.first_closes_at.astimezone(dt.UTC).isoformat(),
            "outcome_words": self.outcome_words,
            # Stands here only where it is set, so that older entries still fit.
            **({"document": self.document_id} if self.document_id else {}),
        }


class CallExtension(Base):
    """One later end of a round: when it was set, by which post, and why."""

    __tablename__ = "call_extension"
    __table_args__ = (
        sa.CheckConstraint("closes_now > closed_before", name="is_later"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    id: Mapped[Identity]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(sa.String(160))
    closed_before: Mapped[dt.datetime]
    closes_now: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(sa.String(500))

    call: Mapped[Call] = relationship(back_populates="extensions")

    @property
    def last_day_before(self) -> dt.date:
        """The last day for ideas until then."""
        return last_day_of(self.closed_before)

    @property
    def last_day_now(self) -> dt.date:
        """The last day for ideas since then."""
        return last_day_of(self.closes_now)


def last_day_of(end: dt.datetime) -> dt.date:
    """Return the last day before an end, which falls on a midnight."""
    return local_date(end - dt.timedelta(seconds=1))


def by_slug(session: Session, slug: str) -> Call | None:
    """Return the round of this address, or None."""
    return session.scalar(sa.select(Call).where(Call.slug == slug))


def required(text: str) -> str:
    """Return the text without surrounding space. Raises ``ReasonRequiredError`` when nothing is left."""
    if not text.strip():
        raise ReasonRequiredError
    return text.strip()


def refuse_unless_open(call: Call, at: dt.datetime) -> None:
    """Raise ``NotOpenError`` unless the round takes ideas at this moment."""
    if not call.takes_ideas(at):
        raise NotOpenError
