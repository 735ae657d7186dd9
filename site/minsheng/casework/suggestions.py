"""Suggestions: a case from first word to checked result, with its clock. 凡事有交代、件件有着落、事事有回音."""

import datetime as dt
import decimal
import hashlib
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.cases import (
    CaseClock,
    CaseEventKind,
    CaseState,
    ClosedAs,
    Prominence,
    Rating,
    RefusalReason,
    SuggestionKind,
)
from minsheng.clock import local_date
from minsheng.codes import code_hash
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.oversight.problems import Problem
from minsheng.records.boards import Board
from minsheng.records.places import Agency, Division
from minsheng.records.projects import Project

if TYPE_CHECKING:
    from minsheng.casework.case_adoptions import CaseAdoption
    from minsheng.casework.case_photos import CasePhoto
    from minsheng.casework.case_reminders import CaseReminder


class Suggestion(Base):
    """A suggestion, question, complaint or thanks, from anyone, about a project, an agency, a place or nothing.

    ``words`` and ``place_words`` are the sender's own, seen by handlers only; ``public_words`` are masked and reviewed.
    Contact is sealed for this record; ``contact_erased_at`` tells that there was one. ``channel`` is the way it came;
    ``original_number`` is what another platform or a paper register calls it, unique within its channel, and
    ``entered_at`` is when staff typed in what did not come by this site.
    A duplicate names its ``main_case`` and shows the answer given there; what was split off names where it came from.
    ``ticket`` makes sending twice harmless; of the tracking code only a hash is kept.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        sa.CheckConstraint("length(words) > 0", name="has_words"),
        sa.CheckConstraint(
            "prominence <> 'public' OR (consent_to_publish AND length(public_words) > 0 AND length(public_title) > 0)",
            name="public_only_with_consent",
        ),
        sa.CheckConstraint("state <> 'refused' OR refusal_reason IS NOT NULL", name="refusal_has_reason"),
        sa.CheckConstraint("(state = 'closed') = (closed_as IS NOT NULL)", name="closed_says_how"),
        sa.CheckConstraint(
            "state NOT IN ('handed_over', 'replied', 'disputed', 'finally_replied') OR agency_id IS NOT NULL",
            name="handed_to_an_agency",
        ),
        sa.CheckConstraint("state <> 'replied' OR length(reply) > 0", name="reply_has_words"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_together"),
        sa.CheckConstraint("contact_sealed IS NULL OR contact_erased_at IS NULL", name="erased_contact_is_gone"),
        sa.CheckConstraint("length(original_number) > 0", name="original_number_has_signs"),
        sa.CheckConstraint(
            "(main_case_id IS NOT NULL) = (closed_as IS NOT NULL AND closed_as = 'merged')", name="merged_into_a_case"
        ),
        sa.UniqueConstraint("channel", "original_number"),
    )

    id: Mapped[Identity]
    ticket: Mapped[str] = mapped_column(sa.String(36), unique=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    salt: Mapped[str] = mapped_column(sa.String(32), default=lambda: secrets.token_hex(16))
    kind: Mapped[SuggestionKind] = mapped_column(enumeration(SuggestionKind))
    state: Mapped[CaseState] = mapped_column(enumeration(CaseState), default=CaseState.RECEIVED, index=True)
    prominence: Mapped[Prominence] = mapped_column(enumeration(Prominence), default=Prominence.UNREVIEWED, index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    board_id: Mapped[int | None] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"), index=True)
    place_words: Mapped[str] = mapped_column(sa.String(200), default="")
    latitude: Mapped[decimal.Decimal | None]
    longitude: Mapped[decimal.Decimal | None]
    words: Mapped[str] = mapped_column(sa.Text)
    public_title: Mapped[str] = mapped_column(sa.String(120), default="")
    public_words: Mapped[str] = mapped_column(sa.Text, default="")
    consent_to_publish: Mapped[bool] = mapped_column(default=False)
    consent_to_call: Mapped[bool] = mapped_column(default=False)
    contact_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    contact_erased_at: Mapped[dt.datetime | None]
    channel: Mapped[CaseChannel] = mapped_column(enumeration(CaseChannel), default=CaseChannel.WEB)
    original_number: Mapped[str | None] = mapped_column(sa.String(60))
    entered_at: Mapped[dt.datetime | None]
    received_at: Mapped[dt.datetime] = mapped_column(index=True)
    accept_due: Mapped[dt.date]
    accept_due_is_provisional: Mapped[bool] = mapped_column(default=False)
    reply_due: Mapped[dt.date] = mapped_column(index=True)
    reply_due_is_provisional: Mapped[bool] = mapped_column(default=False)
    extended_because: Mapped[str] = mapped_column(sa.Text, default="")
    refusal_reason: Mapped[RefusalReason | None] = mapped_column(enumeration(RefusalReason))
    refusal_words: Mapped[str] = mapped_column(sa.Text, default="")
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    replied_at: Mapped[dt.datetime | None]
    rating_due: Mapped[dt.date | None]
    rating_due_is_provisional: Mapped[bool] = mapped_column(default=False)
    rating: Mapped[Rating | None] = mapped_column(enumeration(Rating))
    rating_words: Mapped[str] = mapped_column(sa.Text, default="")
    dispute_words: Mapped[str] = mapped_column(sa.Text, default="")
    disputed_at: Mapped[dt.datetime | None]
    final_reply_due: Mapped[dt.date | None]
    final_reply_due_is_provisional: Mapped[bool] = mapped_column(default=False)
    final_reply: Mapped[str] = mapped_column(sa.Text, default="")
    finally_replied_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    closed_as: Mapped[ClosedAs | None] = mapped_column(enumeration(ClosedAs))
    main_case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="RESTRICT"), index=True)
    split_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("suggestion.id", ondelete="RESTRICT"), index=True)
    problem_id: Mapped[int | None] = mapped_column(sa.ForeignKey("problem.id", ondelete="RESTRICT"), index=True)

    project: Mapped[Project | None] = relationship()
    division: Mapped[Division | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    board: Mapped[Board | None] = relationship()
    events: Mapped[list[CaseEvent]] = relationship(
        back_populates="suggestion", order_by=CaseEvent.id, cascade="all, delete-orphan"
    )
    photos: Mapped[list["CasePhoto"]] = relationship(
        back_populates="suggestion", order_by="CasePhoto.id", cascade="all"
    )
    main_case: Mapped["Suggestion | None"] = relationship(
        foreign_keys=[main_case_id], remote_side="Suggestion.id", back_populates="duplicates"
    )
    duplicates: Mapped[list["Suggestion"]] = relationship(
        foreign_keys=[main_case_id], back_populates="main_case", order_by="Suggestion.id"
    )
    split_from: Mapped["Suggestion | None"] = relationship(
        foreign_keys=[split_from_id], remote_side="Suggestion.id", back_populates="split_off"
    )
    split_off: Mapped[list["Suggestion"]] = relationship(
        foreign_keys=[split_from_id], back_populates="split_from", order_by="Suggestion.id"
    )
    problem: Mapped[Problem | None] = relationship()
    adoptions: Mapped[list["CaseAdoption"]] = relationship(
        back_populates="suggestion", order_by="CaseAdoption.id", cascade="all"
    )
    reminders: Mapped[list["CaseReminder"]] = relationship(
        back_populates="suggestion", order_by="CaseReminder.id", cascade="all"
    )

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Suggestion"]:
        """Return the query of cases that residents may see."""
        return sa.select(cls).where(cls.prominence == Prominence.PUBLIC)

    @property
    def number(self) -> str:
        """The public number of the case: year of receipt and serial."""
        return f"{local_date(self.received_at).year}-{self.id:05d}"

    @property
    def subject(self) -> str:
        """The journal's name for the case."""
        return f"suggestion:{self.id}"

    @property
    def is_waiting_for_reply(self) -> bool:
        """Whether an answer is still owed."""
        return self.state in {
            CaseState.RECEIVED,
            CaseState.ACCEPTED,
            CaseState.HANDED_OVER,
            CaseState.DISPUTED,
        }

    @property
    def due(self) -> dt.date | None:
        """The date by which the next answer is owed, or None where nothing is owed."""
        if self.state is CaseState.DISPUTED:
            return self.final_reply_due
        return self.reply_due if self.is_waiting_for_reply else None

    @property
    def due_is_provisional(self) -> bool:
        """Whether the date of the next answer was counted in a year whose calendar is not published."""
        if self.state is CaseState.DISPUTED:
            return self.final_reply_due_is_provisional
        return self.is_waiting_for_reply and self.reply_due_is_provisional

    @property
    def is_reminded(self) -> bool:
        """Whether a reminder went out about the answer still owed."""
        return any(one.due == self.due for one in self.reminders)

    @property
    def is_escalated(self) -> bool:
        """Whether the answer still owed is so late that the supervising office was told."""
        return any(one.is_escalation and one.due == self.due for one in self.reminders)

    def is_overdue(self, as_of: dt.date) -> bool:
        """Whether an answer is owed and late."""
        return self.due is not None and as_of > self.due

    @property
    def was_answered_late(self) -> bool:
        """Whether the reply came after its deadline."""
        return self.replied_at is not None and local_date(self.replied_at) > self.reply_due

    @property
    def public_problem(self) -> Problem | None:
        """The problem that it became, once a second person has opened that to the public."""
        return self.problem if self.problem is not None and self.problem.is_public else None

    @property
    def judged_case(self) -> "Suggestion":
        """The case whose answer the sender judges: of a duplicate the main case."""
        return self.main_case or self

    def may_be_rated(self, as_of: dt.date) -> bool:
        """Whether the sender may judge an answer: the own, until it is judged or the period is over.

        Whoever sent a duplicate judges the answer to the main case, once, within the same period.
        """
        main = self.main_case
        if main is None:
            return self.state in {CaseState.REPLIED, CaseState.FINALLY_REPLIED}
        if self.rating is not None or main.is_waiting_for_reply or main.rating_due is None:
            return False
        return as_of <= main.rating_due

    def review(self, *, is_public: bool, title: str, words: str, by: str, at: dt.datetime) -> None:
        """Decide who may see the case, with title and words as the public reads them.

        Raises ``WrongStateError`` when the sender did not agree to publication, ``ReasonRequiredError`` when
        title or words are empty.
        """
        if is_public and not self.consent_to_publish:
            raise WrongStateError("publish", "without_consent")
        if is_public and not (title.strip() and words.strip()):
            raise ReasonRequiredError
        self.prominence = Prominence.PUBLIC if is_public else Prominence.INTERNAL
        self.public_title, self.public_words = title.strip(), words.strip()
        self.note(CaseEventKind.REVIEWED, at, by)

    def accept(self, by: str, at: dt.datetime) -> None:
        """Take the case on. Raises ``WrongStateError`` unless it was just received."""
        self.require("accept", CaseState.RECEIVED)
        self.state = CaseState.ACCEPTED
        self.note(CaseEventKind.ACCEPTED, at, by)

    def refuse(self, reason: RefusalReason, words: str, by: str, at: dt.datetime) -> None:
        """Refuse the case with a reason from the public list and in words."""
        self.require("refuse", CaseState.RECEIVED)
        self.refusal_words = _required(words)
        self.refusal_reason = reason
        self.state = CaseState.REFUSED
        self.note(CaseEventKind.REFUSED, at, by, self.refusal_words)

    def hand_over(self, agency: Agency, by: str, at: dt.datetime, note: str = "") -> None:
        """Give the case to one agency, or move it to another; the clock goes on."""
        self.require("hand_over", CaseState.ACCEPTED, CaseState.HANDED_OVER)
        kind = CaseEventKind.TRANSFERRED if self.state is CaseState.HANDED_OVER else CaseEventKind.HANDED_OVER
        if kind is CaseEventKind.TRANSFERRED and agency is self.agency:
            raise WrongStateError("hand_over", "same_agency")
        self.agency = agency
        self.state = CaseState.HANDED_OVER
        self.note(kind, at, by, agency.name, note)

    def extend(self, reason: str, by: str, at: dt.datetime, clock: CaseClock) -> None:
        """Move the deadline once, with a reason the sender reads."""
        self.require("extend", CaseState.HANDED_OVER)
        if self.extended_because:
            raise WrongStateError("extend", "extended")
        self.extended_because = _required(reason)
        deadline = clock.calendar.add(self.reply_due, clock.extension_days)
        self.reply_due = deadline.date
        self.reply_due_is_provisional = self.reply_due_is_provisional or deadline.provisional
        self.note(CaseEventKind.EXTENDED, at, by, self.extended_because)

    def answer(self, text: str, by: str, at: dt.datetime, clock: CaseClock) -> None:
        """Reply to the sender, who now has the rating period to judge."""
        self.require("reply", CaseState.HANDED_OVER)
        self.reply = _required(text)
        self.replied_at = at
        self.rating_due, self.rating_due_is_provisional = clock.after(at, clock.rating_days)
        self.state = CaseState.REPLIED
        self.note(CaseEventKind.REPLIED, at, by, self.reply)
        self._tell_duplicates(at, by)

    def rate(self, rating: Rating, words: str, at: dt.datetime) -> None:
        """Take the sender's judgement, which closes the case; a duplicate is closed already.

        Raises ``WrongStateError`` where there is nothing to judge, or no more.
        """
        if not self.may_be_rated(local_date(at)):
            raise WrongStateError("rate", self.state)
        after_dispute = self.state is CaseState.FINALLY_REPLIED
        self.rating, self.rating_words = rating, words.strip()
        self.note(CaseEventKind.RATED, at, "", private=self.rating_words)
        if self.main_case is not None:
            # The judgement counts for the agency that answered, whoever had the duplicate in hand.
            self.agency = self.main_case.agency
        else:
            self._close(ClosedAs.AFTER_DISPUTE if after_dispute else ClosedAs.RATED, at)

    def dispute(self, words: str, at: dt.datetime, clock: CaseClock) -> None:
        """Reopen the case, once, with the supervising office."""
        self.require("dispute", CaseState.REPLIED)
        self.dispute_words = _required(words)
        self.disputed_at = at
        self.final_reply_due, self.final_reply_due_is_provisional = clock.after(at, clock.final_reply_days)
        self.state = CaseState.DISPUTED
        self.note(CaseEventKind.DISPUTED, at, "", private=self.dispute_words)

    def answer_finally(self, text: str, by: str, at: dt.datetime, clock: CaseClock) -> None:
        """Give the supervising office's reply to a dispute."""
        self.require("reply_finally", CaseState.DISPUTED)
        self.final_reply = _required(text)
        self.finally_replied_at = at
        self.rating_due, self.rating_due_is_provisional = clock.after(at, clock.rating_days)
        self.state = CaseState.FINALLY_REPLIED
        self.note(CaseEventKind.FINALLY_REPLIED, at, by, self.final_reply)
        self._tell_duplicates(at, by)

    def close_unrated(self, at: dt.datetime) -> None:
        """Close when the rating period has passed without a word from the sender."""
        self.require("close", CaseState.REPLIED, CaseState.FINALLY_REPLIED)
        if self.rating_due is None or local_date(at) <= self.rating_due:
            raise WrongStateError("close", "rating_period")
        self._close(ClosedAs.UNRATED, at)

    def snapshot(self) -> dict[str, object]:
        """Return what the journal keeps of the case: where it stands, and salted commitments to people's words.

        The words themselves stay out of the journal, so they can be erased and the chain stays whole. A case that
        is not public says only so.
        """
        if self.prominence is not Prominence.PUBLIC:
            return {"prominence": self.prominence.value}
        texts = ("public_title", "public_words", "extended_because", "refusal_words", "reply", "final_reply")
        return {
            "prominence": self.prominence.value,
            "state": self.state.value,
            "kind": self.kind.value,
            "agency": self.agency.slug if self.agency else None,
            "received_on": local_date(self.received_at).isoformat(),
            "reply_due": self.reply_due.isoformat(),
            **({"reply_due_is_provisional": True} if self.reply_due_is_provisional else {}),
            "refusal_reason": self.refusal_reason.value if self.refusal_reason else None,
            "replied_on": local_date(self.replied_at).isoformat() if self.replied_at else None,
            "rating": self.rating.value if self.rating else None,
            "closed_as": self.closed_as.value if self.closed_as else None,
            "commitments": {name: self._commitment(getattr(self, name)) for name in texts if getattr(self, name)},
            # What came later stands here only where it is set, so that older entries still fit.
            **({"main_case": self.main_case.number} if self.main_case else {}),
            **({"split_from": self.split_from.number} if self.split_from else {}),
            **({"problem": self.public_problem.id} if self.public_problem else {}),
            **({"adopted": [one.snapshot() for one in self.adoptions]} if self.adoptions else {}),
        }

    def _commitment(self, text: str) -> str:
        """SHA-256 of the case's salt and a text, in hexadecimal."""
        return hashlib.sha256((self.salt + text).encode()).hexdigest()

    def _tell_duplicates(self, at: dt.datetime, by: str) -> None:
        """Note in every case merged into this one that it has its answer here; the words stand here alone."""
        for duplicate in self.duplicates:
            duplicate.note(CaseEventKind.MAIN_REPLIED, at, by, self.number)

    def _close(self, closed_as: ClosedAs, at: dt.datetime) -> None:
        self.state = CaseState.CLOSED
        self.closed_as = closed_as
        self.closed_at = at
        self.note(CaseEventKind.CLOSED, at, "")

    def require(self, step: str, *states: CaseState) -> None:
        """Raise ``WrongStateError`` unless the case is in one of the states from which the step is possible."""
        if self.state not in states:
            raise WrongStateError(step, self.state)

    def note(self, kind: CaseEventKind, at: dt.datetime, by: str, public: str = "", private: str = "") -> None:
        """Append a step to the case: when, which post (empty for the sender and the clock), and both texts."""
        self.events.append(CaseEvent(kind=kind, at=at, actor=by, public_text=public, private_text=private))


def by_code(session: Session, code: str) -> Suggestion | None:
    """Return the case with this standard-form tracking code, or None."""
    return session.scalar(sa.select(Suggestion).where(Suggestion.code_hash == code_hash(code)))


def _required(text: str) -> str:
    """Return the text without surrounding space. Raises ``ReasonRequiredError`` when nothing is left."""
    if not text.strip():
        raise ReasonRequiredError
    return text.strip()
