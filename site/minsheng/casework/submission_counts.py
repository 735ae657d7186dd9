"""How many letters came in each minute, told to one another by all server processes, on one machine or on several.

Only numbers are kept, for a day: neither words nor names of networks, so nothing here leads back to anybody.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from minsheng.database import Base


class SubmissionMinute(Base):
    """One minute (whole minutes since 1970, UTC) and the letters that all processes counted in it."""

    __tablename__ = "submission_minute"

    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    letters: Mapped[int]


_ADD = sa.text(
    "INSERT INTO submission_minute (minute, letters) VALUES (:minute, :letters)"
    " ON CONFLICT (minute) DO UPDATE SET letters = submission_minute.letters + excluded.letters"
)


def exchange(connection: sa.Connection, counted: Mapping[int, int], after: int) -> dict[int, int]:
    """Add what this process counted by minute, and return what all did in the minutes later than ``after``.

    Minutes up to ``after`` are forgotten. The caller commits; it writes nothing where nothing was counted.
    """
    if counted:
        # In one order, so that no two processes wait for each other.
        rows = [{"minute": minute, "letters": counted[minute]} for minute in sorted(counted)]
        connection.execute(_ADD, rows)
        connection.execute(sa.delete(SubmissionMinute).where(SubmissionMinute.minute <= after))
    known = sa.select(SubmissionMinute.minute, SubmissionMinute.letters).where(SubmissionMinute.minute > after)
    return {row.minute: row.letters for row in connection.execute(known)}
