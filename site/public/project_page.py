"""What the page of an own project shows, put together from the domain."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng import history, reporting
from minsheng.addresses import all_slugs
from minsheng.funding import FundingKind, FundingLine, FundMovement, MovementKind
from minsheng.history import Month, MonthState
from minsheng.journal import JournalEntry
from minsheng.photos import Photo, PhotoPhase
from minsheng.projects import Project
from minsheng.reports import ProgressReport
from minsheng.schedule import IndicatorProgress, indicator_share
from minsheng.standing import Standing, standing
from minsheng.suggestions import Suggestion
from minsheng.sums import by_source
from pages.check_messages import check_message
from pages.words import word
from public.presenting import tenth

RECENT_REPORTS = 4
CHANGES_SHOWN = 5
CASES_SHOWN = 6


def own(session: Session, project: Project, today: dt.date, due_day: int) -> dict[str, Any]:
    """Return the names the template of an own project uses."""
    known = standing(project, today, due_day)
    months = history.months_of(project, today, due_day)
    visible = [photo for photo in project.photos if photo.is_visible_to_residents]
    entries = timeline(project, months)
    return {
        "project": project,
        "standing": known,
        "today": today,
        "targets": targets(project, known),
        "curve": [
            {"month": point.month, "planned": tenth(point.planned), "actual": tenth(point.actual)}
            for point in history.plan_points(project, today)
        ],
        "steps": steps(project),
        "years": _by_year(months),
        "entries": entries[:RECENT_REPORTS],
        "earlier": entries[RECENT_REPORTS:],
        "withdrawn": history.withdrawn_reports(project),
        "pair": before_and_after(visible),
        "picture": visible[-1] if visible else None,
        "gallery": [photo for photo in visible if photo.report_id is None],
        "sources": [
            {
                "source": word(each.source),
                "planned": each.planned,
                "arrived": each.arrived,
                "disbursed": each.disbursed,
                "spent": each.spent,
            }
            for each in by_source(project.funding_lines)
        ],
        "ledger": ledger(project.funding_lines),
        "apart": [
            (line, line.moved(MovementKind.ARRIVED), line.moved(MovementKind.SPENT))
            for line in project.funding_lines
            if line.kind is not FundingKind.FUNDS
        ],
        "checks": explained_checks(project),
        "cases": cases_about(session, project),
        "changes": changes_of(session, project),
    }


def targets(project: Project, known: Standing) -> list[dict[str, Any]]:
    """Return the targets with their latest value and uncapped fulfilment, parts of each below it."""
    rows = []
    for indicator in project.indicators:
        if indicator.whole_id is not None:
            continue
        value = known.report.value_of(indicator) if known.report else None
        share = indicator_share(
            IndicatorProgress(
                indicator.target,
                value.value if value else None,
                less_is_better=indicator.direction.value == "less",
            )
        )
        rows.append(
            {
                "indicator": indicator,
                "value": value.value if value else None,
                "stated": value.stated_percent if value else None,
                "share": tenth(share),
                "parts": [part for part in project.indicators if part.whole_id == indicator.id],
            }
        )
    return rows


def steps(project: Project) -> list[dict[str, Any]]:
    """Return the milestones as the stage strip draws them."""
    return [
        {
            "name": word(step.kind),
            "original": step.first_planned_on,
            "planned": step.planned_on,
            "actual": step.actual_on,
            "reason": step.slip_reason,
        }
        for step in project.milestones
    ]


def timeline(project: Project, months: Sequence[Month]) -> list[dict[str, Any]]:
    """Return the months newest first: reports with their photos and corrections, and gaps as gaps."""
    return [
        {
            "month": month.month,
            "missing": month.state is MonthState.MISSING,
            "report": month.report,
            "photos": month.report.photos if month.report else [],
            "pair": before_and_after(month.report.photos) if month.report else None,
            "corrections": _corrections(project, month.report) if month.report else [],
        }
        for month in reversed(months)
        if month.report is not None or month.state is MonthState.MISSING
    ]


def _corrections(project: Project, report: ProgressReport) -> list[dict[str, Any]]:
    """Return each correction of a month: its reason and the figures it changed, newest first."""
    versions = [report, *history.revisions_of(project, report.month)]
    return [
        {"report": later, "reason": later.correction_reason, "changes": _changed_figures(earlier, later)}
        for later, earlier in itertools.pairwise(versions)
    ]


FIGURES = (
    ("physical_progress", "percent"),
    ("funds_arrived_fen", "money"),
    ("funds_disbursed_fen", "money"),
    ("funds_spent_fen", "money"),
    ("investment_completed_fen", "money"),
)


def _changed_figures(earlier: ProgressReport, later: ProgressReport) -> list[tuple[str, str, Any, Any]]:
    """Return name, form, old and new of the figures that a correction changed."""
    changed = [
        (name, form, getattr(earlier, name), getattr(later, name))
        for name, form in FIGURES
        if getattr(earlier, name) != getattr(later, name)
    ]
    for value in later.values:
        old = earlier.value_of(value.indicator)
        if old is not None and old.value != value.value:
            changed.append((value.indicator.name, value.indicator.unit, old.value, value.value))
    return changed


def before_and_after(photos: Sequence[Photo]) -> tuple[Photo, Photo] | None:
    """Return the first picture from before and the last from after, where there are both."""
    before = next((photo for photo in photos if photo.phase is PhotoPhase.BEFORE), None)
    after = next((photo for photo in reversed(photos) if photo.phase is PhotoPhase.AFTER), None)
    return (before, after) if before is not None and after is not None else None


def ledger(lines: Sequence[FundingLine]) -> list[tuple[FundingLine, FundMovement]]:
    """Return every dated movement with its line, newest first."""
    moved = [(line, movement) for line in lines for movement in line.movements]
    return sorted(moved, key=lambda entry: (entry[1].moved_on, entry[1].id), reverse=True)


def explained_checks(project: Project) -> list[tuple[ProgressReport, str, str]]:
    """Return report, finding in a sentence and the publisher's explanation, newest month first.

    A finding that later corrections made go away leaves its explanation without a sentence.
    """
    rows = []
    for report in reversed(project.published_reports):
        if report.answers:
            sentences = {finding.key: check_message(finding) for finding in reporting.findings_of(report)}
            rows += [(report, sentences.get(answer.finding, ""), answer.explanation) for answer in report.answers]
    return rows


def cases_about(session: Session, project: Project) -> Sequence[Suggestion]:
    """Return the public cases about a project, newest first."""
    return session.scalars(
        Suggestion.visible_to_residents()
        .where(Suggestion.project_id == project.id)
        .options(selectinload(Suggestion.agency))
        .order_by(Suggestion.received_at.desc())
        .limit(CASES_SHOWN)
    ).all()


def changes_of(session: Session, project: Project) -> Sequence[JournalEntry]:
    """Return the newest public journal entries about a project."""
    return session.scalars(
        sa.select(JournalEntry)
        .where(JournalEntry.about_project.in_(all_slugs(session, project)), JournalEntry.is_public)
        .order_by(JournalEntry.sequence.desc())
        .limit(CHANGES_SHOWN)
    ).all()


def _by_year(months: Sequence[Month]) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the months as strips, one a year, each reported month leading to its report."""
    years: dict[str, list[dict[str, str]]] = {}
    for month in months:
        address = f"#report-{month.month}" if month.report else ""
        years.setdefault(month.month[:4], []).append({"month": month.month, "state": month.state.value, "url": address})
    return list(years.items())
