"""Bulletins: an own programme at the end of a month (月通报) or a quarter (季点评), made from its records.

A bulletin tells the figures of its month as they stand today, who was silent when the reports were due, and what
changed since: every figure that was corrected, withdrawn or handed in after the due date is listed beside what was
known then. So a bulletin never changes without saying so.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.oversight.problems import UNSEEN_STATES, Problem
from minsheng.progress.retrospect import (
    closing,
    due_date,
    month_before,
    months_back,
    report_at,
    reports_known,
    standings_at,
    sums_at,
    was_there,
)
from minsheng.progress.schedule import HUNDRED
from minsheng.progress.standing import Standing, progress_of
from minsheng.progress.starts import Starts, starts_at
from minsheng.progress.sums import ProgrammeSums, sums_with
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport, month_end
from minsheng.records.scope import Scope

PERIOD = re.compile(r"(?P<year>(?:19|20|21)\d\d)-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2]))")


@dataclass(frozen=True, order=True)
class Period:
    """A month or a quarter; ``first`` and ``last`` are its months (``YYYY-MM``), the same for a month."""

    last: str
    first: str

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ``2026-09`` or ``2026-Q3``. Raises ``ValueError`` for anything else."""
        found = PERIOD.fullmatch(text)
        if found is None:
            raise ValueError(f"not a month or quarter: {text!r}")
        if found["month"]:
            return cls(text, text)
        last = int(found["quarter"]) * 3
        return cls(f"{found['year']}-{last:02d}", f"{found['year']}-{last - 2:02d}")

    @property
    def is_quarter(self) -> bool:
        """Whether it is a quarter."""
        return self.first != self.last

    @property
    def quarter(self) -> int:
        """The number of the quarter its last month lies in, 1 to 4."""
        return (int(self.last[5:]) + 2) // 3

    @property
    def key(self) -> str:
        """The form it has in an address, as :meth:`parse` reads it."""
        return f"{self.last[:4]}-Q{self.quarter}" if self.is_quarter else self.last

    @property
    def before(self) -> "Period":
        """The period just before."""
        length = 3 if self.is_quarter else 1
        return Period(month_before(self.last, length), month_before(self.first, length))

    @property
    def start(self) -> dt.date:
        """Its first day."""
        return dt.date(int(self.first[:4]), int(self.first[5:]), 1)

    @property
    def end(self) -> dt.date:
        """Its last day."""
        return month_end(self.last)

    def holds(self, day: dt.date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.start <= day <= self.end


@dataclass(frozen=True)
class Change:
    """A project whose figure for the period is another than was known when the reports were due.

    ``before`` is what was known then, ``after`` what is in force now; None where there was or is no report.
    """

    project: Project
    before: ProgressReport | None
    after: ProgressReport | None

    @property
    def is_late(self) -> bool:
        """Whether it is a report handed in late rather than a correction or withdrawal."""
        return self.after is not None and (self.before is None or self.before.month != self.after.month)


@dataclass(frozen=True)
class Move:
    """How far a project got within the period, in points of progress."""

    project: Project
    before: Fraction
    after: Fraction

    @property
    def points(self) -> Fraction:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True)
class CaseFlow:
    """Residents' cases about the programme's projects: received and answered in the period, overdue at its end."""

    received: int
    answered: int
    answered_late: int
    overdue: int


@dataclass(frozen=True)
class ProblemFlow:
    """Problems found and closed in the period, and those open at its end, of which some past their deadline."""

    found: Sequence[Problem]
    closed: Sequence[Problem]
    open: Sequence[Problem]
    overdue: Sequence[Problem]


@dataclass(frozen=True)
class Bulletin:
    """Everything a bulletin says. ``sums`` are the figures now in force, ``issued`` those known at the due date.

    ``earlier`` is the period before, None where nothing had been reported by then.
    """

    programme: Programme
    period: Period
    due_on: dt.date
    sums: ProgrammeSums
    issued: ProgrammeSums
    earlier: ProgrammeSums | None
    standings: Mapping[int, Standing]
    starts: Starts
    moves: Sequence[Move]
    unmoved: Sequence[Project]
    changes: Sequence[Change]
    problems: ProblemFlow
    cases: CaseFlow
    projects: Sequence[Project] = ()


def periods(projects: Sequence[Project], programme: Programme, today: dt.date, due_day: int = 8) -> list[Period]:
    """Return the closed months and quarters of a programme that have a bulletin, newest first.

    From the first month anything was planned or reported to the end of its year, or to the last report after it. A
    period is closed when the day on which its reports are due has passed.
    """
    reported = [month for project in projects for month in reports_known(project)]
    planned = [f"{each.first_planned_start:%Y-%m}" for each in projects if each.first_planned_start]
    if not reported and not planned:
        return []
    first = max(min([*reported, *planned]), f"{programme.year}-01")
    last = max([*reported, f"{programme.year}-12"])
    newest = month_before(f"{today:%Y-%m}")
    closed = [each for each in months_back(min(last, newest), first) if today > due_date(each, due_day)]
    found = [Period(month, month) for month in closed]
    found += [Period(month, month_before(month, 2)) for month in closed if month[5:] in {"03", "06", "09", "12"}]
    return sorted(found, key=lambda period: (period.last, period.is_quarter), reverse=True)


def bulletin(
    session: Session, programme: Programme, projects: Sequence[Project], period: Period, due_day: int = 8
) -> Bulletin:
    """Return the bulletin of a closed period from the programme's own projects, loaded for looking back."""
    month = period.last
    there = [project for project in projects if was_there(project, month, due_day)]
    known = standings_at(there, month, due_day)
    earlier = sums_at(projects, period.before.last, due_day)
    moves, unmoved = _moves(there, period)
    return Bulletin(
        programme=programme,
        period=period,
        due_on=due_date(month, due_day),
        sums=sums_with(there, known),
        issued=sums_with(there, standings_at(there, month, due_day, closing(month, due_day))),
        earlier=earlier if earlier.as_of else None,
        standings=known,
        starts=starts_at(there, month),
        moves=moves,
        unmoved=unmoved,
        changes=changes_since(there, month, due_day),
        problems=problem_flow(session, Scope(programme=programme), period),
        cases=case_flow(session, Scope(programme=programme), period),
        projects=there,
    )


def changes_since(projects: Sequence[Project], month: str, due_day: int = 8) -> list[Change]:
    """Return whose newest figure up to a month is now another report than the one known at the month's due date.

    A project that was not public by then is left out: nobody had read anything of it.
    """
    moment = closing(month, due_day)
    changes = [
        Change(project, report_at(project, month, moment), report_at(project, month))
        for project in projects
        if project.published_at is not None and project.published_at < moment
    ]
    return [change for change in changes if change.before is not change.after]


def _moves(projects: Sequence[Project], period: Period) -> tuple[list[Move], list[Project]]:
    """Return who moved in the period, furthest first, and who reported it but did not move."""
    moves, unmoved = [], []
    for project in projects:
        after, before = report_at(project, period.last), report_at(project, period.before.last)
        if after is None or not after.month or after.month < period.first:
            continue
        now, then = progress_of(project, after).percent, progress_of(project, before).percent if before else None
        if now is None or then is None:
            continue
        if now != then:
            moves.append(Move(project, then, now))
        elif now < HUNDRED:
            unmoved.append(project)
    return sorted(moves, key=lambda move: (-move.points, move.project.id)), unmoved


def problem_flow(session: Session, scope: Scope, period: Period) -> ProblemFlow:
    """Return the problems of a scope that were found, closed and open in a period."""
    query = (
        sa.select(Problem)
        .where(
            Problem.project_id.in_(scope.project_ids()),
            Problem.found_on <= period.end,
            Problem.state.not_in(UNSEEN_STATES),
        )
        .options(selectinload(Problem.project), selectinload(Problem.agency))
        .order_by(Problem.deadline, Problem.id)
    )
    found = session.scalars(query).all()
    waiting = [each for each in found if each.closed_on is None or each.closed_on > period.end]
    return ProblemFlow(
        found=[each for each in found if period.holds(each.found_on)],
        closed=[each for each in found if period.holds(each.closed_on)],
        open=waiting,
        overdue=[each for each in waiting if each.deadline < period.end],
    )


def case_flow(session: Session, scope: Scope, period: Period) -> CaseFlow:
    """Return how many cases about a scope's projects came and were answered in a period; all cases, public or not."""
    rows = session.execute(
        sa.select(Suggestion.received_at, Suggestion.replied_at, Suggestion.reply_due, Suggestion.refusal_reason).where(
            Suggestion.project_id.in_(scope.project_ids())
        )
    ).all()
    received = answered = late = overdue = 0
    for came, replied, due, refused in rows:
        answered_on = local_date(replied) if replied else None
        received += period.holds(local_date(came))
        if period.holds(answered_on):
            answered += 1
            late += answered_on is not None and answered_on > due
        waits = refused is None and (answered_on is None or answered_on > period.end)
        overdue += waits and due < period.end and local_date(came) <= period.end
    return CaseFlow(received, answered, late, overdue)
