"""The two signatures under what is made public: one person writes and hands in, another publishes or returns."""

import datetime as dt
import enum
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import enumeration
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError


class SignatureState(enum.StrEnum):
    """How far a record has come. ``withdrawn`` leaves a public stub with its reason."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


WRITABLE = (SignatureState.DRAFT, SignatureState.RETURNED)
ONCE_PUBLISHED = (SignatureState.PUBLISHED, SignatureState.WITHDRAWN)


class Signed:
    """Mixin: the state of a record that two people sign, who they are, and why it was returned or withdrawn.

    ``writer_ids`` are all who wrote any of it: none of them may publish it. ``one_person`` says that its author did,
    in an installation where one person may.
    """

    state: Mapped[SignatureState] = mapped_column(enumeration(SignatureState), default=SignatureState.DRAFT, index=True)
    writer_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    submitted_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]
    returned_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    one_person: Mapped[bool] = mapped_column(default=False)

    @declared_attr
    def author_id(cls) -> Mapped[int | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Who wrote it last."""
        return mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)

    @declared_attr
    def publisher_id(cls) -> Mapped[int | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Who published it."""
        return mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"))

    @declared_attr
    def author(cls) -> Mapped[StaffMember | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Who wrote it last."""
        return relationship(StaffMember, foreign_keys=lambda: [cls.author_id])  # type: ignore[arg-type]  # a column once mapped

    @declared_attr
    def publisher(cls) -> Mapped[StaffMember | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Who published it."""
        return relationship(StaffMember, foreign_keys=lambda: [cls.publisher_id])  # type: ignore[arg-type]  # a column once mapped

    @classmethod
    def known_to_residents(cls) -> sa.Select[Self]:
        """Return the query of the records residents know of: published ones, and the stubs of withdrawn ones."""
        return sa.select(cls).where(cls.state.in_(ONCE_PUBLISHED))

    @property
    def may_be_written(self) -> bool:
        """Whether its words may still be changed."""
        return self.state in WRITABLE

    @property
    def is_published(self) -> bool:
        """Whether residents read it."""
        return self.state is SignatureState.PUBLISHED

    def is_work_of(self, member: StaffMember) -> bool:
        """Whether this person wrote any of it, and so may not be the one who publishes it."""
        return member.id == self.author_id or member.id in (self.writer_ids or [])

    def write_as(self, member: StaffMember) -> None:
        """Note who writes. Raises ``WrongStateError`` once it is handed in."""
        if not self.may_be_written:
            raise WrongStateError("write", self.state)
        self.author, self.author_id = member, member.id
        self.writer_ids = sorted({*(self.writer_ids or []), member.id})

    def submit(self, at: dt.datetime) -> None:
        """Hand it in for a second person. Raises ``WrongStateError`` unless it is being written."""
        if not self.may_be_written:
            raise WrongStateError("submit", self.state)
        self.state, self.submitted_at, self.returned_reason = SignatureState.SUBMITTED, at, ""

    def send_back(self, reason: str) -> None:
        """Return it to its author. Raises ``WrongStateError`` unless it waits, ``ReasonRequiredError``."""
        if self.state is not SignatureState.SUBMITTED:
            raise WrongStateError("return", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.state, self.returned_reason = SignatureState.RETURNED, reason.strip()

    def sign(self, by: StaffMember, at: dt.datetime, *, one_person_mode: bool) -> None:
        """Publish it. Raises ``WrongStateError`` unless it waits, ``OwnWorkError`` for own work."""
        if self.state is not SignatureState.SUBMITTED:
            raise WrongStateError("publish", self.state)
        own_work = self.is_work_of(by)
        if own_work and not one_person_mode:
            raise OwnWorkError
        self.state, self.published_at, self.one_person = SignatureState.PUBLISHED, at, own_work
        self.publisher, self.publisher_id = by, by.id

    def take_back(self, reason: str, at: dt.datetime) -> None:
        """Withdraw what is public. Raises ``WrongStateError`` or ``ReasonRequiredError``."""
        if self.state is not SignatureState.PUBLISHED:
            raise WrongStateError("withdraw", self.state)
        if not reason.strip():
            raise ReasonRequiredError
        self.state, self.withdrawn_at, self.withdrawn_reason = SignatureState.WITHDRAWN, at, reason.strip()

    def signature_said(self) -> dict[str, object]:
        """Return what the journal keeps of the signatures, in plain JSON values."""
        return {
            "state": self.state.value,
            **({"withdrawn_reason": self.withdrawn_reason} if self.withdrawn_reason else {}),
            **({"one_person": True} if self.one_person else {}),
        }
