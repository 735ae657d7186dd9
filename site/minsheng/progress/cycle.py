"""The year's cycle of a programme: which step is due when, and how many of its projects have done it.

Counted in the database, a handful of queries for any number of projects.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from minsheng.desk.desk_reports import report_month, start_month
from minsheng.installation.settings import SiteSettings
from minsheng.progress.retrospect import due_date
from minsheng.records.indicators import Indicator, Measure
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Publication
from minsheng.records.reports import ProgressReport, ReportState, month_end
from minsheng.records.reviews import Review, ReviewKind


class CycleStep(enum.StrEnum):
    """The steps of a year."""

    BREAKDOWN = "breakdown"
    MONTHLY_REPORT = "monthly_report"
    QUARTERLY_SELF_REVIEW = "quarterly_self_review"
    HALF_YEAR_INSPECTION = "half_year_inspection"
    YEAR_END_ACCEPTANCE = "year_end_acceptance"


REVIEW_STEPS: Mapping[CycleStep, ReviewKind] = {
    CycleStep.QUARTERLY_SELF_REVIEW: ReviewKind.QUARTERLY_SELF_REVIEW,
    CycleStep.HALF_YEAR_INSPECTION: ReviewKind.HALF_YEAR_INSPECTION,
    CycleStep.YEAR_END_ACCEPTANCE: ReviewKind.YEAR_END_ACCEPTANCE,
}


@dataclass(frozen=True)
class Occasion:
    """One step at one time: due on ``due_on``, open from ``opens_on``; ``done`` of ``of`` have done it."""

    step: CycleStep
    period: str
    opens_on: dt.date
    due_on: dt.date
    done: int
    of: int

    def is_late(self, today: dt.date) -> bool:
        """Whether somebody has not done it past its day."""
        return today > self.due_on and self.done < self.of

    def is_open(self, today: dt.date) -> bool:
        """Whether it can be done by now."""
        return today >= self.opens_on


def period_end(period: str) -> dt.date:
    """Return the last day of ``2026-05``, ``2026-Q2``, ``2026-H1`` or ``2026``."""
    year, _dash, part = period.partition("-")
    if part.startswith("Q"):
        return month_end(f"{year}-{int(part[1:]) * 3:02d}")
    if part == "H1":
        return dt.date(int(year), 6, 30)
    return month_end(period) if part.isdigit() else dt.date(int(year), 12, 31)


def year_of(session: Session, programme: Programme, known: SiteSettings) -> list[Occasion]:
    """Return the occasions of a programme's year by their days. Raises ``ValueError`` for an archive."""
    year = programme.year
    if programme.is_compiled or year is None:
        raise ValueError("an archive has no year to run")
    counted = _Counts(session, programme)
    occasions = [_breakdown(counted, year, known)]
    for month in range(1, 13):
        name = f"{year}-{month:02d}"
        last = month_end(name)
        opens = last + dt.timedelta(days=1)
        due = due_date(name, known.report_due_day)
        counts = (counted.reported.get(name, 0), counted.begun_by(last))
        occasions.append(Occasion(CycleStep.MONTHLY_REPORT, name, opens, due, *counts))
    occasions += [
        _review(counted, CycleStep.QUARTERLY_SELF_REVIEW, f"{year}-Q{quarter}", known.self_review_days)
        for quarter in range(1, 5)
    ]
    occasions.append(_review(counted, CycleStep.HALF_YEAR_INSPECTION, f"{year}-H1", known.half_year_days))
    occasions.append(_review(counted, CycleStep.YEAR_END_ACCEPTANCE, str(year), known.year_end_days))
    return sorted(occasions, key=lambda one: (one.due_on, one.step))


def _breakdown(counted: "_Counts", year: int, known: SiteSettings) -> Occasion:
    due = month_end(f"{year}-{known.breakdown_month:02d}")
    return Occasion(CycleStep.BREAKDOWN, str(year), dt.date(year, 1, 1), due, *counted.broken_down())


def _review(counted: "_Counts", step: CycleStep, period: str, days: int) -> Occasion:
    last = period_end(period)
    done = counted.reviewed.get((REVIEW_STEPS[step], period), 0)
    due = last + dt.timedelta(days=days)
    return Occasion(step, period, last + dt.timedelta(days=1), due, done, counted.begun_by(last))


class _Counts:
    """What is counted of a programme's published projects, cancelled ones left out."""

    def __init__(self, session: Session, programme: Programme) -> None:
        self._session = session
        self._own = sa.select(Project.id).where(
            Project.programme_id == programme.id,
            Project.publication == Publication.PUBLISHED,
            Project.stage != Stage.CANCELLED,
        )
        starts = self._own.with_only_columns(Project.first_planned_start)
        self._starts = sorted(day for day in session.scalars(starts) if day is not None)
        reports = (
            sa.select(ProgressReport.month, sa.func.count(sa.distinct(ProgressReport.project_id)))
            .join(Project, Project.id == ProgressReport.project_id)
            .where(
                ProgressReport.project_id.in_(self._own),
                ProgressReport.state == ReportState.PUBLISHED,
                ProgressReport.month.is_not(None),
                # Who reported before the year began for it owed nothing yet.
                report_month() >= start_month(),
            )
            .group_by(ProgressReport.month)
        )
        self.reported = {row[0]: int(row[1]) for row in session.execute(reports)}
        reviews = (
            sa.select(Review.kind, Review.period, sa.func.count(sa.distinct(Review.project_id)))
            .where(Review.project_id.in_(self._own))
            .group_by(Review.kind, Review.period)
        )
        self.reviewed = {(kind, period): count for kind, period, count in session.execute(reviews).all()}

    def begun_by(self, day: dt.date) -> int:
        """Return how many projects were to have begun by a day."""
        return sum(start <= day for start in self._starts)

    def broken_down(self) -> tuple[int, int]:
        """Return how many of the cumulative targets have parts, and how many there are."""
        part = aliased(Indicator)
        has_parts = sa.exists().where(part.whole_id == Indicator.id)
        query = sa.select(
            sa.func.count(Indicator.id), sa.func.coalesce(sa.func.sum(sa.case((has_parts, 1), else_=0)), 0)
        ).where(
            Indicator.project_id.in_(self._own),
            Indicator.whole_id.is_(None),
            Indicator.target.is_not(None),
            Indicator.measure == Measure.CUMULATIVE,
        )
        of, done = self._session.execute(query).one()
        return int(done), int(of)
