"""What a file of cases holds, read and shown but not taken over yet: sealed, of one member of staff, for one day.

People's words and contacts stand in such a file, so it waits under the same seal as contacts and is gone once it is
confirmed, dropped or a day old.
"""

import datetime as dt
import json
import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity
from minsheng.encryption import ContactBox

KEPT = dt.timedelta(days=1)
LONGEST_NAME = 120
Cells = Sequence[str]


class CaseImportDraft(Base):
    """Rows of a file that waits for its confirmation. ``ticket`` makes confirming twice harmless."""

    __tablename__ = "case_import_draft"

    id: Mapped[Identity]
    ticket: Mapped[str] = mapped_column(sa.String(24), unique=True)
    file_name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(index=True)

    made_by: Mapped[StaffMember] = relationship()

    @property
    def record(self) -> str:
        """The name that the rows are sealed for."""
        return f"case_import:{self.ticket}"

    def rows(self, box: ContactBox) -> list[list[str]]:
        """Return the cells. Raises ``CannotOpenError`` for rows sealed with a lost key."""
        opened: list[list[str]] = json.loads(box.open(self.sealed, self.record))
        return opened


def keep(
    session: Session, box: ContactBox, file_name: str, rows: Sequence[Cells], by: StaffMember, at: dt.datetime
) -> CaseImportDraft:
    """Store the rows of a file until they are confirmed; one member of staff has one such file at a time."""
    session.execute(sa.delete(CaseImportDraft).where(CaseImportDraft.made_by_id == by.id))
    # Only the last part of a name, so that no path of somebody's computer is kept.
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    shown = "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]
    draft = CaseImportDraft(ticket=secrets.token_hex(12), file_name=shown, made_by=by, made_at=at)
    draft.sealed = box.seal(json.dumps([list(row) for row in rows], ensure_ascii=False), draft.record)
    session.add(draft)
    session.flush()
    return draft


def drop(session: Session, draft: CaseImportDraft) -> None:
    """Forget a file."""
    session.delete(draft)
    session.flush()


def drop_old(session: Session, at: dt.datetime) -> int:
    """Forget files that nobody confirmed within a day, and return how many."""
    gone = session.execute(
        sa.delete(CaseImportDraft).where(CaseImportDraft.made_at < at - KEPT).returning(CaseImportDraft.id)
    )
    return len(gone.all())
