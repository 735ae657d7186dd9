"""Every visible project at a glance on one day, in memory: what lists filter, count and sort, and sums add up.

An overview is made from the digests of one revision and never changes. A server process keeps the last one and
brings it up to date by reading only the digests that changed since (see :class:`OverviewKeeper`).
"""

import datetime as dt
import threading
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import revision
from minsheng.progress import digests
from minsheng.progress.digests import ProjectDigest, fraction
from minsheng.progress.schedule import ScheduleStatus
from minsheng.progress.standing import Funds
from minsheng.records.places import Division
from minsheng.records.publication import Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Glance:
    """What a list needs to know of one project to filter, count and sort it.

    ``progress`` and ``gap`` are exact percentages and points. A suspended or cancelled project has no gap: nobody
    is behind with it. A compiled record has neither status nor gap nor silence, only the percentage its notice
    printed.
    """

    project_id: int
    origin: Origin
    status: ScheduleStatus | None
    progress: Fraction | None
    gap: Fraction | None
    months_silent: int


class Digest(NamedTuple):
    """A row of ``project_digest`` as read; see :class:`minsheng.progress.digests.ProjectDigest` for the columns.

    ``path`` is that of the place the project lies in, None without one.
    """

    project_id: int
    origin: str
    programme_id: int
    division_id: int | None
    agency_id: int | None
    year: int | None
    category: str
    kind: str | None
    stage: str | None
    has_photos: bool
    status: str | None
    not_due_before: dt.date | None
    overdue_after: dt.date | None
    progress: str | None
    progress_float: float | None
    expected: str | None
    gap: str | None
    gap_float: float | None
    as_of: dt.date | None
    last_month: int | None
    reported: str
    owes_from: int | None
    planned_fen: int | None
    arrived_fen: int | None
    disbursed_fen: int | None
    spent_fen: int | None
    completed_fen: int | None
    planned_investment_fen: int | None
    total_investment_fen: int | None
    path: str | None

    @property
    def id(self) -> int:
        """The identity of the project."""
        return self.project_id

    @property
    def exact_progress(self) -> Fraction | None:
        """Progress in percent."""
        return fraction(self.progress)

    @property
    def funds(self) -> Funds:
        """The money of the last report beside what was planned, in fen."""
        return Funds(
            self.planned_fen,
            self.arrived_fen,
            self.disbursed_fen,
            self.spent_fen,
            self.completed_fen,
            self.planned_investment_fen,
        )

    def status_on(self, day: dt.date) -> str | None:
        """Return the schedule's word on a day."""
        if self.overdue_after is not None and day > self.overdue_after:
            return ScheduleStatus.OVERDUE.value
        if self.not_due_before is not None and day < self.not_due_before:
            return ScheduleStatus.NOT_DUE.value
        return self.status

    def months_silent(self, last_owed: int) -> int:
        """Return how many reports in a row are missing up to the last month owed, counted from the year 0."""
        if self.owes_from is None:
            return 0
        last = self.last_month
        if last is not None and last > last_owed:
            # Somebody reported ahead of time; the months up to the last one owed may still be missing.
            earlier = int(self.reported, 16) >> (last - last_owed)
            last = last_owed - ((earlier & -earlier).bit_length() - 1) if earlier else None
        before = self.owes_from - 1
        return max(last_owed - max(before if last is None else last, before), 0)


COLUMNS = (*(getattr(ProjectDigest, name) for name in Digest._fields[:-1]), Division.path)


def last_owed_month(day: dt.date, due_day: int) -> int:
    """Return the newest month whose report is owed on ``day``, counted from the year 0; owed after the due day."""
    return day.year * 12 + day.month - 1 - (1 if day.day > due_day else 2)


class Overview(Mapping[int, Glance]):
    """All visible projects as of ``day``, by identity. ``number`` is the revision it was made at."""

    def __init__(self, number: int, rows: Mapping[int, Digest], day: dt.date, due_day: int) -> None:
        self.number = number
        self.rows = rows
        self.day = day
        self.due_day = due_day
        self._last_owed = last_owed_month(day, due_day)
        self._remembered: dict[Hashable, Any] = {}

    def __getitem__(self, project_id: int) -> Glance:
        """Return the glance at one project."""
        row = self.rows[project_id]
        status = row.status_on(self.day)
        return Glance(
            project_id,
            Origin(row.origin),
            None if status is None else ScheduleStatus(status),
            row.exact_progress,
            fraction(row.gap),
            row.months_silent(self._last_owed),
        )

    def __iter__(self) -> Iterator[int]:
        """Iterate over the identities of the projects."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return how many projects there are."""
        return len(self.rows)

    @cached_property
    def digests(self) -> Sequence[Digest]:
        """The digests, in the order that columns and selections are in."""
        return list(self.rows.values())

    def column(self, name: str) -> Sequence[Any]:
        """Return one value of every project: a field of its digest, ``computed_status`` or ``is_silent``."""
        return self.remember(f"column {name}", lambda: self._column(name))

    def _column(self, name: str) -> Sequence[Any]:
        if name == "computed_status":
            return [row.status_on(self.day) for row in self.digests]
        if name == "is_silent":
            return [row.months_silent(self._last_owed) > 0 for row in self.digests]
        index = Digest._fields.index(name)
        return [row[index] for row in self.digests]

    def remember(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under this name before, or make it: an overview never changes."""
        if name not in self._remembered:
            self._remembered[name] = make()
        found: T = self._remembered[name]
        return found

    @cached_property
    def of_programme(self) -> Mapping[int, Sequence[Digest]]:
        """The digests of each programme, by its identity."""
        grouped: dict[int, list[Digest]] = {}
        for row in self.digests:
            grouped.setdefault(row.programme_id, []).append(row)
        return grouped

    def remember_of_programme(self, name: str, programme_id: int, make: Callable[[Sequence[Digest]], T]) -> T:
        """Return what was made of the digests of a programme; it outlives revisions that leave these alone."""
        rows = self.of_programme.get(programme_id, ())
        return self.remember((name, programme_id), lambda: make(rows))

    def take_over(self, older: "Overview", changed: Collection[Digest]) -> None:
        """Take over what an older overview of the same day made of programmes that did not change since."""
        touched = {row.programme_id for row in changed}
        touched |= {older.rows[row.project_id].programme_id for row in changed if row.project_id in older.rows}
        for name, made in older._remembered.copy().items():
            if isinstance(name, tuple) and name[1] not in touched:
                self._remembered[name] = made

    def months_silent(self, row: Digest) -> int:
        """Return how many reports in a row a project owes on this day."""
        return row.months_silent(self._last_owed)

    def on(self, day: dt.date, due_day: int) -> "Overview":
        """Return the same projects on another day."""
        return Overview(self.number, self.rows, day, due_day)


def read(session: Session, day: dt.date, due_day: int = 8, *conditions: sa.ColumnElement[bool]) -> Overview:
    """Return an overview of the visible projects that fit conditions on the digest, with this session's changes."""
    digests.settle(session)
    number = revision.current(session).number
    return Overview(number, _rows(session, *conditions), day, due_day)


def _rows(session: Session, *conditions: sa.ColumnElement[bool]) -> dict[int, Digest]:
    query = sa.select(*COLUMNS).outerjoin(Division, Division.id == ProjectDigest.division_id).where(*conditions)
    return {row[0]: Digest._make(row) for row in session.execute(query.order_by(ProjectDigest.project_id))}


class OverviewKeeper:
    """The last overview of a server process, shared by its threads."""

    def __init__(self) -> None:
        self._kept: Overview | None = None
        self._lock = threading.Lock()

    def on(self, session: Session, day: dt.date, due_day: int) -> Overview:
        """Return the overview that belongs to the revision this transaction sees.

        What a transaction changed and nobody else can see yet is never kept, nor what an older snapshot shows.
        """
        if revision.is_unsettled(session):
            return read(session, day, due_day)
        number = revision.current(session).number
        with self._lock:
            kept = self._kept
            if kept is None or number > kept.number:
                kept = self._kept = self._updated(session, kept, number, day, due_day)
            if number == kept.number and (kept.day, kept.due_day) != (day, due_day):
                kept = self._kept = kept.on(day, due_day)
            if number == kept.number:
                return kept
        return read(session, day, due_day)

    @staticmethod
    def _updated(session: Session, kept: Overview | None, number: int, day: dt.date, due_day: int) -> Overview:
        """Return the overview of a newer revision: only the digests that changed are read, unless some are gone."""
        known, since = (kept.rows, kept.number) if kept is not None else ({}, -1)
        changed = _rows(session, ProjectDigest.revision > since)
        updated = Overview(number, {**known, **changed}, day, due_day)
        if session.scalar(sa.select(sa.func.count()).select_from(ProjectDigest)) != len(updated):
            return Overview(number, _rows(session), day, due_day)
        if kept is not None and (kept.day, kept.due_day) == (day, due_day):
            updated.take_over(kept, changed.values())
        return updated
