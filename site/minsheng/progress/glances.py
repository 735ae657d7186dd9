"""Standings of many projects at once, in a fixed number of queries however many there are.

Lists filter, count and sort by digests (see :mod:`minsheng.progress.overview`) and then load the few rows of their
page in
full, with the options that are named here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from minsheng.oversight.problems import Problem, ProblemDocument, ProblemPhoto
from minsheng.participation.monitors import Monitor, MonitorReport
from minsheng.pictures.photos import Photo
from minsheng.progress import overview
from minsheng.progress.overview import Glance, Overview
from minsheng.progress.standing import Standing, standing
from minsheng.records.aftercare import AfterCare
from minsheng.records.contracts import Contract
from minsheng.records.funding import FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.records.reports import IndicatorValue, ProgressReport
from minsheng.records.reviews import Review
from minsheng.records.safeguards import Safeguard

__all__ = ["Glance", "Overview", "figures", "for_cards", "for_page", "glances", "standings", "with_chain"]

PLACE_DEPTH = 5
"""Province, city, county, township, village: as deep as the tree of places goes."""


def with_chain(place: InstrumentedAttribute[Division | None]) -> ORMOption:
    """Return the option that loads a place and all places above it, one query a level."""
    return selectinload(place).selectinload(Division.parent, recursion_depth=PLACE_DEPTH)


def figures() -> tuple[ORMOption, ...]:
    """Return the options that load all a standing is computed from; the texts of reports stay where they are."""
    reports = selectinload(Project.reports)
    return (
        selectinload(Project.milestones),
        selectinload(Project.indicators),
        selectinload(Project.funding_lines),
        reports.load_only(
            ProgressReport.project_id,
            ProgressReport.month,
            ProgressReport.revision,
            ProgressReport.state,
            ProgressReport.stage,
            ProgressReport.physical_progress,
            ProgressReport.progress_basis,
            ProgressReport.funds_arrived_fen,
            ProgressReport.funds_disbursed_fen,
            ProgressReport.funds_spent_fen,
            ProgressReport.investment_completed_fen,
            ProgressReport.published_at,
        ),
        reports.selectinload(ProgressReport.values),
    )


def for_cards() -> tuple[ORMOption, ...]:
    """Return the options that load all a card or row of a list shows."""
    return (
        *figures(),
        selectinload(Project.reports).selectinload(ProgressReport.answers),
        with_chain(Project.division),
        selectinload(Project.agency),
        selectinload(Project.programme),
        selectinload(Project.photos).options(
            selectinload(Photo.report).load_only(ProgressReport.state), selectinload(Photo.monitor_report)
        ),
    )


def for_page() -> tuple[ORMOption, ...]:
    """Return the options that load all the page of one project shows, texts, ledger and pictures."""
    reports = selectinload(Project.reports)
    return (
        selectinload(Project.milestones),
        selectinload(Project.responsibilities),
        selectinload(Project.indicators).options(
            selectinload(Indicator.division), selectinload(Indicator.parts), selectinload(Indicator.assignments)
        ),
        selectinload(Project.funding_lines).selectinload(FundingLine.movements),
        reports.selectinload(ProgressReport.values).selectinload(IndicatorValue.indicator),
        reports.selectinload(ProgressReport.answers),
        reports.selectinload(ProgressReport.photos),
        reports.selectinload(ProgressReport.author),
        reports.selectinload(ProgressReport.publisher),
        selectinload(Project.photos).options(selectinload(Photo.report), selectinload(Photo.monitor_report)),
        selectinload(Project.documents),
        selectinload(Project.problems).options(
            selectinload(Problem.agency),
            selectinload(Problem.photo_before),
            selectinload(Problem.photo_after),
            selectinload(Problem.photos).selectinload(ProblemPhoto.photo),
            selectinload(Problem.documents).selectinload(ProblemDocument.document),
        ),
        selectinload(Project.lookbacks),
        selectinload(Project.contracts).options(
            selectinload(Contract.payments),
            selectinload(Contract.changes),
            selectinload(Contract.document),
            selectinload(Contract.deposit_line),
        ),
        selectinload(Project.safeguards).selectinload(Safeguard.document),
        selectinload(Project.reviews).options(selectinload(Review.agency), selectinload(Review.document)),
        selectinload(Project.eligibility_steps),
        selectinload(Project.payment_batches),
        selectinload(Project.after_care).selectinload(AfterCare.agency),
        selectinload(Project.monitors).selectinload(Monitor.reports).selectinload(MonitorReport.photos),
        with_chain(Project.division),
        selectinload(Project.agency),
        selectinload(Project.programme),
    )


def glances(session: Session, today: dt.date, due_day: int = 8) -> Overview:
    """Return a glance at every project residents may see, by identity, with what this session changed."""
    return overview.read(session, today, due_day)


def standings(projects: Sequence[Project], today: dt.date, due_day: int = 8) -> Mapping[int, Standing]:
    """Return the standing of projects already loaded with :func:`figures` or :func:`for_cards`, by identity."""
    return {project.id: standing(project, today, due_day) for project in projects}
