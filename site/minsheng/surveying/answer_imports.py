"""Files of answers that wait for their confirmation, sealed, and what is remembered of those that were taken over."""

import datetime as dt
import json
import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity
from minsheng.encryption import ContactBox
from minsheng.surveying.surveys import Wave

KEPT = dt.timedelta(days=1)
LONGEST_NAME = 120
Cells = Sequence[str]


class AnswerImport(Base):
    """One file. ``digest`` is the SHA-256 of its cells, so that the same table in another format is the same.

    ``sealed`` holds the cells until they are taken over or a day has passed. ``known`` maps, of those taken over, the
    keyed hash of each row's number to that of its answers: a row that comes again is recognised, and nobody without
    the installation's secret learns anything from it. ``row_count`` rows had answers, ``only_counted`` said only what
    became of somebody drawn.
    """

    __tablename__ = "answer_import"
    __table_args__ = (
        sa.CheckConstraint("length(digest) = 64", name="digest_length"),
        sa.CheckConstraint("(sealed IS NULL) = (written_at IS NOT NULL)", name="written_is_emptied"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"), index=True)
    ticket: Mapped[str] = mapped_column(sa.String(24), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    file_name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    known: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    row_count: Mapped[int] = mapped_column(default=0)
    only_counted: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    made_at: Mapped[dt.datetime]
    written_at: Mapped[dt.datetime | None]

    wave: Mapped[Wave] = relationship()
    made_by: Mapped[StaffMember] = relationship()

    @property
    def record(self) -> str:
        """The name that the cells are sealed for."""
        return f"answer_import:{self.ticket}"

    def rows(self, box: ContactBox) -> list[list[str]]:
        """Return the cells of a file that waits. Raises ``CannotOpenError`` for cells sealed with a lost key."""
        opened: list[list[str]] = json.loads(box.open(self.sealed or b"", self.record))
        return opened


def keep(
    session: Session,
    box: ContactBox,
    wave: Wave,
    found: tuple[str, str, Sequence[Cells]],
    by: StaffMember,
    at: dt.datetime,
) -> AnswerImport:
    """Store a file (its name, digest and rows) until it is confirmed; of one person one such file waits for a wave."""
    name, digest, rows = found
    waiting = sa.delete(AnswerImport).where(
        AnswerImport.made_by_id == by.id, AnswerImport.wave_id == wave.id, AnswerImport.written_at.is_(None)
    )
    session.execute(waiting)
    # Only the last part of a name, so that no path of somebody's computer is kept.
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    shown = "".join(letter for letter in plain if letter.isprintable())[:LONGEST_NAME]
    made = AnswerImport(wave=wave, ticket=secrets.token_hex(12), digest=digest, file_name=shown, made_by=by, made_at=at)
    made.sealed = box.seal(json.dumps([list(row) for row in rows], ensure_ascii=False), made.record)
    session.add(made)
    session.flush()
    return made


def written(session: Session, wave: Wave) -> list[AnswerImport]:
    """Return the files of a wave that were taken over, the newest first."""
    query = sa.select(AnswerImport).where(AnswerImport.wave_id == wave.id, AnswerImport.written_at.is_not(None))
    return list(session.scalars(query.order_by(AnswerImport.written_at.desc(), AnswerImport.id.desc())))


def drop(session: Session, waiting: AnswerImport) -> None:
    """Forget a file that waits."""
    session.delete(waiting)
    session.flush()


def drop_old(session: Session, at: dt.datetime) -> int:
    """Forget files that nobody confirmed within a day, and return how many."""
    old = sa.delete(AnswerImport).where(AnswerImport.written_at.is_(None), AnswerImport.made_at < at - KEPT)
    return len(session.execute(old.returning(AnswerImport.id)).all())
