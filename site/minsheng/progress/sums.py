"""Sums and means over projects of one publisher's own programme, and nowhere else.

Across publishers, levels or compiled records nothing is added: pages show the published totals side by side.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.progress import schedule
from minsheng.progress.digests import fraction
from minsheng.progress.glances import figures, standings
from minsheng.progress.listing import READING_ORDER
from minsheng.progress.overview import Digest, Overview
from minsheng.progress.schedule import ProgrammeProgress, ScheduleStatus
from minsheng.progress.standing import Funds, Standing
from minsheng.records.funding import FundingKind, FundingLine, FundingSource, MovementKind
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.rates import Rate, arrival, completion, disbursement, spending

LATE = frozenset({ScheduleStatus.SERIOUSLY_BEHIND, ScheduleStatus.OVERDUE, ScheduleStatus.BEHIND})


@dataclass(frozen=True)
class Total:
    """A sum in fen over those projects that have the amount: ``counted`` of ``of``. ``fen`` is None over none."""

    fen: int | None
    counted: int
    of: int


class HasIdentity(Protocol):
    """A project, or its digest."""

    @property
    def id(self) -> int:
        """The identity of the project."""
        ...


@dataclass(frozen=True, slots=True)
class _Member:
    """What sums take of one project; ``as_of`` is None without a report."""

    record: HasIdentity
    status: str | None
    progress: Fraction | None
    expected: Fraction | None
    gap: Fraction | float | None
    months_silent: int
    funds: Funds
    as_of: dt.date | None


@dataclass(frozen=True)
class ProgrammeSums:
    """Everything added up or averaged over the projects of one own programme (or a part of it).

    ``rates`` are made only over projects that have both numerator and denominator, so that a project which did
    not report neither raises nor lowers them. ``expected`` is the mean that was due by the days of the figures, in
    percent, over the projects that have one, weighted as ``progress`` is. ``as_of`` is the newest day any figure
    describes.
    """

    projects: int
    progress: ProgrammeProgress
    expected: Fraction | None
    statuses: Mapping[str, int]
    planned: Total
    arrived: Total
    disbursed: Total
    spent: Total
    rates: tuple[Rate, ...]
    late: tuple[HasIdentity, ...]
    silent: tuple[HasIdentity, ...]
    as_of: dt.date | None

    @property
    def done(self) -> int:
        """How many are done."""
        return self.statuses.get(ScheduleStatus.DONE, 0)

    @property
    def funds(self) -> dict[str, int | None]:
        """The four sums by name, for the drawing of the money bar."""
        return {
            "planned": self.planned.fen,
            "arrived": self.arrived.fen,
            "disbursed": self.disbursed.fen,
            "spent": self.spent.fen,
        }


def own_projects(session: Session, programme: Programme) -> list[Project]:
    """Return the visible projects of an own programme, loaded for standings. Empty for a compiled programme."""
    if programme.origin is not Origin.OWN:
        return []
    query = Project.visible_to_residents().where(Project.programme_id == programme.id, Project.origin == Origin.OWN)
    return list(session.scalars(query.options(*figures()).order_by(Project.id)))


def sums_of(projects: Sequence[Project], today: dt.date, due_day: int = 8) -> ProgrammeSums:
    """Add up own projects of one programme.

    Raises ``ValueError`` for a compiled record or projects of two programmes: such sums are never made.
    """
    return sums_with(projects, standings(projects, today, due_day))


def sums_with(projects: Sequence[Project], known: Mapping[int, Standing]) -> ProgrammeSums:
    """Add up own projects of one programme by the standings given, by identity; refuses as :func:`sums_of`."""
    if any(project.is_compiled for project in projects) or len({project.programme_id for project in projects}) > 1:
        raise ValueError("sums are made only inside one publisher's own programme")
    return _sums([_member(project, known[project.id]) for project in projects])


def sums_over(overview: Overview, rows: Iterable[Digest] | None = None) -> ProgrammeSums:
    """Add up the digests of own projects of one programme: all of an overview, or these of its rows.

    Equal to :func:`sums_of` over the projects themselves, but that ``late`` and ``silent`` hold digests. Refuses
    as it does.
    """
    chosen = list(overview.digests if rows is None else rows)
    if any(row.origin != Origin.OWN for row in chosen) or len({row.programme_id for row in chosen}) > 1:
        raise ValueError("sums are made only inside one publisher's own programme")
    return _sums(
        [
            _Member(
                row,
                row.status_on(overview.day),
                row.exact_progress,
                fraction(row.expected),
                row.gap_float,
                overview.months_silent(row),
                row.funds,
                row.as_of,
            )
            for row in chosen
        ]
    )


def _member(project: Project, known: Standing) -> _Member:
    gap = known.schedule.gap if known.schedule else None
    as_of = known.as_of if known.report else None
    due = known.schedule.expected if known.schedule and known.progress is not None else None
    return _Member(project, known.status, known.progress, due, gap, known.months_silent, known.funds, as_of)


def _sums(members: Sequence[_Member]) -> ProgrammeSums:
    counts = Counter(member.status for member in members)
    funds = [member.funds for member in members]
    silent = sorted(
        (member for member in members if member.months_silent),
        key=lambda member: (-member.months_silent, member.record.id),
    )
    late = sorted(
        (member for member in members if member.status in LATE),
        key=lambda member: (member.gap is None, member.gap or 0, member.record.id),
    )
    return ProgrammeSums(
        projects=len(members),
        progress=schedule.programme_progress(
            schedule.ProgrammeMember(member.progress, member.funds.planned_investment) for member in members
        ),
        expected=schedule.programme_progress(
            schedule.ProgrammeMember(member.expected, member.funds.planned_investment) for member in members
        ).percent,
        statuses={status.value: counts[status] for status in READING_ORDER if counts[status]},
        planned=_total(each.planned for each in funds),
        arrived=_total(each.arrived for each in funds),
        disbursed=_total(each.disbursed for each in funds),
        spent=_total(each.spent for each in funds),
        rates=_rates(funds),
        late=tuple(member.record for member in late),
        silent=tuple(member.record for member in silent),
        as_of=max((member.as_of for member in members if member.as_of), default=None),
    )


def _total(amounts: Iterable[int | None]) -> Total:
    every = list(amounts)
    there = [amount for amount in every if amount is not None]
    return Total(sum(there) if there else None, len(there), len(every))


def _rates(funds: Sequence[Funds]) -> tuple[Rate, ...]:
    """Return the four rates, each over the projects that have both its amounts."""
    return (
        arrival(*_pair((each.arrived, each.planned) for each in funds)),
        disbursement(*_pair((each.disbursed, each.arrived) for each in funds)),
        spending(*_pair((each.spent, each.disbursed) for each in funds)),
        completion(*_pair((each.investment_completed, each.planned_investment) for each in funds)),
    )


def _pair(amounts: Iterable[tuple[int | None, int | None]]) -> tuple[int | None, int | None]:
    both = [(part, whole) for part, whole in amounts if part is not None and whole is not None]
    return (sum(part for part, _ in both), sum(whole for _, whole in both)) if both else (None, None)


@dataclass(frozen=True)
class SourceSum:
    """Money of one source inside one own programme, in fen; movements are those of the ledgers, None without any."""

    source: FundingSource
    planned: int | None
    arrived: int | None
    disbursed: int | None
    spent: int | None


def sums_by_source(session: Session, programme: Programme) -> list[SourceSum]:
    """Return planned and moved money of an own programme by source, in the order of who pays."""
    if programme.origin is not Origin.OWN:
        return []
    lines = session.scalars(
        sa.select(FundingLine)
        .where(
            FundingLine.project_id.in_(
                Project.visible_to_residents()
                .where(Project.programme_id == programme.id, Project.origin == Origin.OWN)
                .with_only_columns(Project.id)
            ),
            FundingLine.kind == FundingKind.FUNDS,
        )
        .options(selectinload(FundingLine.movements))
    ).all()
    return by_source(lines)


def by_source(lines: Iterable[FundingLine]) -> list[SourceSum]:
    """Add up the lines of the project's funds by source; levies and deposits are left out.

    Where no ledger was published at all, what moved is None, not zero.
    """
    lines = list(lines)
    has_ledger = any(line.movements for line in lines)
    grouped: dict[FundingSource, list[FundingLine]] = {}
    for line in lines:
        if line.kind is FundingKind.FUNDS:
            grouped.setdefault(line.source, []).append(line)
    return [
        SourceSum(
            source,
            _total(line.planned_fen for line in grouped[source]).fen,
            *(
                sum(line.moved(kind) for line in grouped[source]) if has_ledger else None
                for kind in (MovementKind.ARRIVED, MovementKind.DISBURSED, MovementKind.SPENT)
            ),
        )
        for source in FundingSource
        if source in grouped
    ]
