"""Calls (征集): open rounds that ask for ideas, and the outcome that every idea gets before a round is closed.

Ideas come without an account and are read before they are public. Similar ones are put into groups; each group gets
an outcome with a reason, and an adopted one names the project or the target that it became.
"""

import datetime as dt
import enum
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.cases import Prominence
from minsheng.clock import local_date
from minsheng.database import Base, Identity, enumeration
from minsheng.documents import Document
from minsheng.errors import DomainError, NotOpenError, ReasonRequiredError, WrongStateError
from minsheng.indicators import Indicator
from minsheng.places import Division
from minsheng.projects import Project
from minsheng.publication import Publication


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


class IdeaSource(enum.StrEnum):
    """Who speaks; an expert's answer is always marked as one."""

    RESIDENT = "resident"
    EXPERT = "expert"


class SetAsideReason(enum.StrEnum):
    """The public list of reasons why something sent is not treated as an idea."""

    NOT_AN_IDEA = "not_an_idea"
    SENT_TWICE = "sent_twice"
    OFF_THEME = "off_theme"
    ABUSIVE = "abusive"


class GroupOutcome(enum.StrEnum):
    """What became of a group of ideas."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"


class OutcomesMissingError(DomainError):
    """A round cannot be closed while ``ideas`` wait for a group or ``groups`` for an outcome."""

    code = "outcomes_missing"

    def __init__(self, ideas: int, groups: int) -> None:
        """Take how many ideas and how many groups still wait."""
        super().__init__(f"{ideas} ideas, {groups} groups")
        self.ideas, self.groups = ideas, groups


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
    def first_last_day(self) -> dt.date:
        """The last day as it was first published."""
        return last_day_of(self.first_closes_at)

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


class IdeaGroup(Base):
    """Ideas that ask for the same, and what became of them.

    ``reason`` is public, whatever the outcome. What is adopted, wholly or in part, names the project that it became,
    or the project and the one target of it.
    """

    __tablename__ = "idea_group"
    __table_args__ = (
        sa.CheckConstraint("length(title) > 0", name="has_title"),
        sa.CheckConstraint("outcome IS NULL OR length(reason) > 0", name="outcome_has_reason"),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'not_adopted' OR project_id IS NOT NULL",
            name="adopted_names_what_it_became",
        ),
    )

    id: Mapped[Identity]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(sa.String(120))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    outcome: Mapped[GroupOutcome | None] = mapped_column(enumeration(GroupOutcome))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id", ondelete="RESTRICT"), index=True)
    decided_at: Mapped[dt.datetime | None]

    call: Mapped[Call] = relationship(back_populates="groups")
    project: Mapped[Project | None] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    ideas: Mapped[list["CallIdea"]] = relationship(back_populates="group", order_by="CallIdea.id")

    @property
    def subject(self) -> str:
        """The journal's name for the group."""
        return f"idea_group:{self.id}"

    @property
    def public_project(self) -> Project | None:
        """The project that it became, where residents may see it."""
        is_public = self.project is not None and self.project.publication is Publication.PUBLISHED
        return self.project if is_public else None

    def decide(
        self,
        outcome: GroupOutcome,
        reason: str,
        at: dt.datetime,
        *,
        project: Project | None = None,
        indicator: Indicator | None = None,
    ) -> None:
        """Say what becomes of the ideas.

        Raises ``ReasonRequiredError`` without a reason, and ``WrongStateError`` once the round is closed, for an
        adopted group that names no project, and for a target of another project.
        """
        if self.call.state is CallState.CLOSED:
            raise WrongStateError("decide", CallState.CLOSED)
        words = required(reason)
        if outcome is GroupOutcome.NOT_ADOPTED:
            project = indicator = None
        elif project is None:
            raise WrongStateError("decide", "names_nothing")
        elif indicator is not None and indicator.project_id != project.id:
            raise WrongStateError("decide", "other_project")
        self.outcome, self.reason, self.decided_at = outcome, words, at
        self.project, self.indicator = project, indicator

    def snapshot(self) -> dict[str, object]:
        """Return the group in plain JSON values, for the journal.

        The project is given by its number: it may not be public yet, and its address may change.
        """
        return {
            "call": self.call.slug,
            "title": self.title,
            "summary": self.summary,
            "outcome": self.outcome.value if self.outcome else None,
            "reason": self.reason,
            "project": self.project_id,
            "target": self.indicator_id,
        }


class CallIdea(Base):
    """One idea. ``words`` are the sender's own, seen by staff only; ``public_words`` were read and masked.

    Of the tracking code only a hash is kept; ``ticket`` makes sending twice harmless. An expert's answer says by
    ``expert_title`` in what capacity it is given.
    """

    __tablename__ = "call_idea"
    __table_args__ = (
        sa.CheckConstraint("length(words) > 0", name="has_words"),
        sa.CheckConstraint(
            "prominence <> 'public' OR (consent_to_publish AND length(public_words) > 0 AND length(public_title) > 0)",
            name="public_only_with_consent",
        ),
        sa.CheckConstraint("(source = 'expert') = (length(expert_title) > 0)", name="experts_have_a_title"),
        sa.CheckConstraint("set_aside IS NULL OR group_id IS NULL", name="set_aside_or_grouped"),
        sa.CheckConstraint("set_aside IS NULL OR prominence <> 'public'", name="set_aside_is_not_public"),
    )

    id: Mapped[Identity]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("idea_group.id", ondelete="SET NULL"), index=True)
    ticket: Mapped[str] = mapped_column(sa.String(36), unique=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    salt: Mapped[str] = mapped_column(sa.String(32), default=lambda: secrets.token_hex(16))
    source: Mapped[IdeaSource] = mapped_column(enumeration(IdeaSource), default=IdeaSource.RESIDENT)
    expert_title: Mapped[str] = mapped_column(sa.String(120), default="")
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    words: Mapped[str] = mapped_column(sa.Text)
    public_title: Mapped[str] = mapped_column(sa.String(120), default="")
    public_words: Mapped[str] = mapped_column(sa.Text, default="")
    consent_to_publish: Mapped[bool] = mapped_column(default=False)
    prominence: Mapped[Prominence] = mapped_column(enumeration(Prominence), default=Prominence.UNREVIEWED, index=True)
    set_aside: Mapped[SetAsideReason | None] = mapped_column(enumeration(SetAsideReason))
    received_at: Mapped[dt.datetime] = mapped_column(index=True)

    call: Mapped[Call] = relationship()
    group: Mapped[IdeaGroup | None] = relationship(back_populates="ideas")
    division: Mapped[Division | None] = relationship()

    @classmethod
    def visible_to_residents(cls) -> sa.Select["CallIdea"]:
        """Return the query of ideas that residents may read: reviewed, of a public round."""
        return sa.select(cls).where(cls.prominence == Prominence.PUBLIC, cls.call.has(Call.state != CallState.DRAFT))

    @property
    def subject(self) -> str:
        """The journal's name for the idea."""
        return f"call_idea:{self.id}"

    @property
    def has_outcome(self) -> bool:
        """Whether the sender can be told what became of it."""
        return self.set_aside is not None or (self.group is not None and self.group.outcome is not None)

    def review(self, *, is_public: bool, title: str, words: str) -> None:
        """Decide whether everybody may read it, with title and words as the public reads them.

        Raises ``WrongStateError`` without the sender's consent, ``ReasonRequiredError`` without title or words.
        """
        if not is_public:
            self.prominence = Prominence.INTERNAL
            return
        if not self.consent_to_publish:
            raise WrongStateError("publish", "without_consent")
        self.public_title, self.public_words = required(title), required(words)
        self.set_aside = None
        self.prominence = Prominence.PUBLIC

    def put_aside(self, reason: SetAsideReason) -> None:
        """Do not treat it as an idea, for a reason that its sender reads. Raises ``WrongStateError`` once closed."""
        self._refuse_when_closed("put_aside")
        self.group = None
        self.set_aside = reason
        self.prominence = Prominence.INTERNAL

    def put_into(self, group: IdeaGroup) -> None:
        """Put it beside ideas that ask for the same. Raises ``WrongStateError`` once closed or across rounds."""
        self._refuse_when_closed("group")
        if group.call_id != self.call_id:
            raise WrongStateError("group", "other_call")
        self.set_aside = None
        self.group = group

    def take_out(self) -> None:
        """Take it out of its group again. Raises ``WrongStateError`` once closed."""
        self._refuse_when_closed("ungroup")
        self.group = None

    def snapshot(self) -> dict[str, object]:
        """Return what the journal keeps: where the idea stands, and nothing of its words."""
        return {
            "call": self.call.slug,
            "source": self.source.value,
            "prominence": self.prominence.value,
            "set_aside": self.set_aside.value if self.set_aside else None,
        }

    def _refuse_when_closed(self, step: str) -> None:
        if self.call.state is CallState.CLOSED:
            raise WrongStateError(step, CallState.CLOSED)


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
