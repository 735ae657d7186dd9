"""Proposals: a change to a project's record, written by one person and made public by another.

A proposal concerns one record of one part (:mod:`minsheng.records.parts`): add it, change it, remove it; or the
project as a
whole: publish it, withdraw it. What it says is checked again when it is applied (:mod:`minsheng.editorial.applying`).
"""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError
from minsheng.records.projects import Project


class ProposalState(enum.StrEnum):
    """``accepted`` is public; ``dropped`` was taken back by its author."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class ProposalAction(enum.StrEnum):
    """What is to happen."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


OPEN_STATES = (ProposalState.SUBMITTED, ProposalState.RETURNED)


class Proposal(Base):
    """One proposed change.

    ``part`` names the kind of record and ``record_id`` which one; ``above_id`` is the record a new one hangs on.
    ``values`` holds the proposed columns in JSON values, ``before`` what the same columns said when it was written:
    where the record says something else by now, a second person cannot overwrite it unawares. ``reason`` is public.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        sa.CheckConstraint("state <> 'returned' OR length(returned_reason) > 0", name="return_has_reason"),
        sa.CheckConstraint(
            "state <> 'accepted' OR one_person OR (decided_by_id IS NOT NULL AND decided_by_id <> author_id)",
            name="two_people_publish",
        ),
        sa.CheckConstraint(
            "action NOT IN ('change', 'remove', 'withdraw') OR length(reason) > 0", name="published_changes_say_why"
        ),
        sa.CheckConstraint("(action IN ('change', 'remove')) = (record_id IS NOT NULL)", name="names_its_record"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    part: Mapped[str] = mapped_column(sa.String(40))
    action: Mapped[ProposalAction] = mapped_column(enumeration(ProposalAction))
    record_id: Mapped[int | None]
    above_id: Mapped[int | None]
    values: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[ProposalState] = mapped_column(
        enumeration(ProposalState), default=ProposalState.SUBMITTED, index=True
    )
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    earlier_writer_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))
    one_person: Mapped[bool] = mapped_column(default=False)
    returned_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    submitted_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship()
    author: Mapped[StaffMember] = relationship(foreign_keys=author_id)
    decided_by: Mapped[StaffMember | None] = relationship(foreign_keys=decided_by_id)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in OPEN_STATES

    def is_work_of(self, member: StaffMember) -> bool:
        """Whether this person wrote any of it, and so may not be the one who accepts it.

        Whoever wrote some of a draft is among the authors of its publication.
        """
        drafted = self.project.draft_writer_ids if self.action is ProposalAction.PUBLISH else []
        return member.id in {self.author_id, *(self.earlier_writer_ids or []), *(drafted or [])}

    def rewrite(
        self, values: dict[str, Any], before: dict[str, Any], reason: str, by: StaffMember, at: dt.datetime
    ) -> None:
        """Say something else and hand it in again; whoever wrote before stays known.

        Raises ``WrongStateError`` once it is decided, ``ReasonRequiredError`` for a change without a reason.
        """
        if not self.is_open:
            raise WrongStateError("rewrite", self.state)
        if self.record_id is not None and not reason.strip():
            raise ReasonRequiredError
        if by.id != self.author_id:
            self.earlier_writer_ids = sorted({*(self.earlier_writer_ids or []), self.author_id} - {by.id})
            self.author, self.author_id = by, by.id
        self.values, self.before, self.reason = values, before, reason.strip()
        self.state, self.submitted_at = ProposalState.SUBMITTED, at

    def send_back(self, reason: str) -> None:
        """Return it to its author. Raises ``WrongStateError`` unless it waits, ``ReasonRequiredError``."""
        if self.state is not ProposalState.SUBMITTED:
            raise WrongStateError("return", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.state, self.returned_reason = ProposalState.RETURNED, reason.strip()

    def drop(self, at: dt.datetime) -> None:
        """Take it back. Raises ``WrongStateError`` once it is decided."""
        if not self.is_open:
            raise WrongStateError("drop", self.state)
        self.state, self.decided_at = ProposalState.DROPPED, at

    def accept(self, by: StaffMember, at: dt.datetime, *, one_person_mode: bool) -> None:
        """Note who decided. Raises ``WrongStateError`` unless it waits, ``OwnWorkError`` for own work."""
        if self.state is not ProposalState.SUBMITTED:
            raise WrongStateError("accept", self.state)
        own_work = self.is_work_of(by)
        if own_work and not one_person_mode:
            raise OwnWorkError
        self.state, self.decided_by, self.decided_at, self.one_person = ProposalState.ACCEPTED, by, at, own_work
