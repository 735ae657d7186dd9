"""Ideas for a call: what is sent, the groups of those that ask for the same, and what became of each group.

Ideas come without an account and are read before they are public. Each group gets an outcome with a reason, and an
adopted one names the project or the target that it became.
"""

import datetime as dt
import enum
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.casework.cases import Prominence
from minsheng.codes import code_hash
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import WrongStateError
from minsheng.participation.calls import Call, CallState, required
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.records.publication import Publication


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


def by_code(session: Session, code: str) -> CallIdea | None:
    """Return the idea with this standard-form tracking code, or None."""
    return session.scalar(sa.select(CallIdea).where(CallIdea.code_hash == code_hash(code)))
