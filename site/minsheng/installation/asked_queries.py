"""What residents search for, counted so that it leads back to nobody.

A count is kept per day and per query in plain form; nothing says who asked, or when on the day. What looks like a
telephone number, an identity number, an address or a name is never counted, and neither is anything long. A query
that was asked fewer than ``LEAST_A_WEEK`` times in its week is never shown, and forgotten once the week is over.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.casework import privacy
from minsheng.database import Base

LONGEST = 24
"""Longer queries are sentences, in which people tell of themselves."""
LEAST_A_WEEK = 3
KEPT = dt.timedelta(days=400)


_HOUSE = re.compile(r"[0-9一二三四五六七八九十]\s*(?:号|室|户|栋|幢|单元|组)")
"""A number of a house or a flat, even without the words that make an address of it."""


class AskedQuery(Base):
    """How often a query was asked on a day, and how often of these nothing was found."""

    __tablename__ = "asked_query"
    __table_args__ = (sa.CheckConstraint("asked >= unanswered AND unanswered >= 0", name="counts_fit"),)

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(LONGEST), primary_key=True)
    asked: Mapped[int]
    unanswered: Mapped[int]


@dataclass(frozen=True)
class Counted:
    """A query with its counts over the weeks in which it was asked often enough."""

    text: str
    asked: int
    unanswered: int


def countable(text: str, *, is_answered: bool = True) -> str | None:
    """Return a query as it is counted, or None for one that may tell of a person.

    A word that may be a bare name is counted only where it was found: what stands in no published record may be
    somebody who was looked for.
    """
    plain = " ".join(text.lower().split())
    if not 1 < len(plain) <= LONGEST or sum(sign.isdigit() for sign in plain) >= 6:
        return None
    if (
        _HOUSE.search(plain)
        or privacy.find_numbers(plain)
        or privacy.likely_names(plain)
        or privacy.likely_addresses(plain)
    ):
        return None
    if not is_answered and any(map(privacy.may_be_bare_name, plain.split())):
        return None
    return plain


def add(session: Session, counts: Mapping[tuple[dt.date, str], tuple[int, int]]) -> None:
    """Add counts (asked, unanswered) per day and query. The caller commits."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for (day, text), (asked, unanswered) in sorted(counts.items()):
        statement = insert(AskedQuery).values(day=day, text=text, asked=asked, unanswered=unanswered)
        added = {name: getattr(AskedQuery, name) + statement.excluded[name] for name in ("asked", "unanswered")}
        session.execute(statement.on_conflict_do_update(index_elements=["day", "text"], set_=added))


def forget(session: Session, today: dt.date) -> None:
    """Delete what is old, and of past weeks what was asked too seldom ever to be shown. The caller commits."""
    session.execute(sa.delete(AskedQuery).where(AskedQuery.day < today - KEPT))
    monday = today - dt.timedelta(days=today.weekday())
    for start in _mondays(session, monday):
        week = AskedQuery.day.between(start, start + dt.timedelta(days=6))
        often = (
            sa.select(AskedQuery.text)
            .where(week)
            .group_by(AskedQuery.text)
            .having(sa.func.sum(AskedQuery.asked) >= LEAST_A_WEEK)
        )
        session.execute(sa.delete(AskedQuery).where(week, AskedQuery.text.not_in(often)))


def most_asked(session: Session, since: dt.date, until: dt.date, *, unanswered: bool, limit: int) -> list[Counted]:
    """Return the queries asked most, or with ``unanswered`` those that most often found nothing.

    Only weeks in which a query was asked ``LEAST_A_WEEK`` times or more count.
    """
    rows = session.execute(
        sa.select(AskedQuery.day, AskedQuery.text, AskedQuery.asked, AskedQuery.unanswered).where(
            AskedQuery.day.between(since, until)
        )
    )
    weeks: dict[tuple[str, dt.date], list[int]] = {}
    for day, text, asked, nothing in rows:
        counts = weeks.setdefault((text, day - dt.timedelta(days=day.weekday())), [0, 0])
        counts[0] += asked
        counts[1] += nothing
    found: dict[str, list[int]] = {}
    for (text, _week), (asked, nothing) in weeks.items():
        if asked >= LEAST_A_WEEK:
            total = found.setdefault(text, [0, 0])
            total[0] += asked
            total[1] += nothing
    counted = [Counted(text, *counts) for text, counts in found.items() if counts[1] or not unanswered]
    counted.sort(key=lambda one: (-(one.unanswered if unanswered else one.asked), one.text))
    return counted[:limit]


def _mondays(session: Session, before: dt.date) -> list[dt.date]:
    """Return the Mondays of the four weeks before this one that have counts; earlier ones were dealt with then."""
    days = session.scalars(
        sa.select(AskedQuery.day).where(AskedQuery.day < before, AskedQuery.day >= before - dt.timedelta(weeks=4))
    )
    return sorted({day - dt.timedelta(days=day.weekday()) for day in days})
