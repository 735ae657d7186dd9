"""Notice boards at building sites (公示牌): each has a number, and a signed code that leads to its project."""

import datetime as dt
import hmac
import re

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.clock import local_date
from minsheng.codes import keyed_letters
from minsheng.database import Base, Identity
from minsheng.errors import WrongStateError
from minsheng.journal import Act
from minsheng.records.projects import Project

FIRST_NUMBER = 1001
"""Four digits from the first board on, which people read out more surely than one."""
SIGNATURE_LENGTH = 6
"""30 bits: with the limit on wrong tries, guessing one board would take longer than boards stand."""
PURPOSE = "board"
_CODE = re.compile(r"^(\d{4,9})-?([A-Z0-9]{6})$")


class Board(Base):
    """One board, put up at ``place``. ``signature`` is kept, so that a new secret leaves boards that hang valid."""

    __tablename__ = "board"
    __table_args__ = (
        sa.CheckConstraint("number >= 1001", name="number_has_four_digits"),
        sa.CheckConstraint("retired_on IS NULL OR retired_on >= issued_on", name="dates_in_order"),
    )

    id: Mapped[Identity]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int] = mapped_column(unique=True)
    signature: Mapped[str] = mapped_column(sa.String(12))
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    issued_on: Mapped[dt.date]
    retired_on: Mapped[dt.date | None]

    project: Mapped[Project] = relationship()

    @property
    def code(self) -> str:
        """What the QR code carries and stands printed below it: number and signature."""
        return f"{self.number}-{self.signature}"

    @property
    def is_in_use(self) -> bool:
        """Whether the board still hangs."""
        return self.retired_on is None

    @property
    def subject(self) -> str:
        """The journal's name for the board."""
        return f"board:{self.number}"

    def snapshot(self) -> dict[str, object]:
        """Return what is public about the board, in plain JSON values, for the journal."""
        return {
            "number": self.number,
            "project": self.project.slug,
            "place": self.place,
            "issued_on": self.issued_on.isoformat(),
            "retired_on": self.retired_on.isoformat() if self.retired_on else None,
        }


def issue(session: Session, project: Project, place: str, *, secret: str, actor: str, at: dt.datetime) -> Board:
    """Give a project a new board and journal it.

    Raises ``WrongStateError`` for a project that residents cannot see or that is compiled: nobody hangs a board for
    what others published.
    """
    if not project.takes_suggestions:
        raise WrongStateError("issue_board", "archive" if project.is_compiled else "not_public")
    # Locks the head of the journal before counting, so that two issuers never count to the same number.
    journal.lock(session)
    number = (session.scalar(sa.select(sa.func.max(Board.number))) or FIRST_NUMBER - 1) + 1
    board = Board(
        project=project,
        number=number,
        signature=keyed_letters(secret, PURPOSE, str(number), SIGNATURE_LENGTH),
        place=place.strip(),
        issued_on=local_date(at),
    )
    session.add(board)
    _record(session, board, "board_issued", actor, at)
    return board


def retire(session: Session, board: Board, *, actor: str, at: dt.datetime) -> None:
    """Note that a board was taken down; its number is never given again. Raises ``WrongStateError`` if it was."""
    if not board.is_in_use:
        raise WrongStateError("retire_board", "retired")
    board.retired_on = max(local_date(at), board.issued_on)
    _record(session, board, "board_retired", actor, at)


def by_code(session: Session, typed: str) -> Board | None:
    """Return the board, in use or not, whose number and signature were scanned or typed; None for invented ones."""
    found = _CODE.match(typed.strip().upper())
    if found is None:
        return None
    board = session.scalar(sa.select(Board).where(Board.number == int(found[1])))
    return board if board is not None and hmac.compare_digest(board.signature, found[2]) else None


def in_use(session: Session, project: Project) -> list[Board]:
    """Return the boards that hang for a project, the oldest first."""
    query = sa.select(Board).where(Board.project_id == project.id, Board.retired_on.is_(None))
    return list(session.scalars(query.order_by(Board.number)))


def of_project(session: Session, project: Project) -> list[Board]:
    """Return all boards a project ever had, the newest first."""
    return list(session.scalars(sa.select(Board).where(Board.project_id == project.id).order_by(Board.number.desc())))


def _record(session: Session, board: Board, act: str, actor: str, at: dt.datetime) -> None:
    session.flush()
    journal.record(
        session, Act(act, board.subject, actor, about_project=board.project.slug, after=board.snapshot()), at
    )
