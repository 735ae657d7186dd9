"""The course of a project on its page: steps with their slips, months with their corrections, pictures."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from minsheng.journal import JournalEntry
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.progress import history
from minsheng.progress.history import Month, MonthState
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport
from pages.words import word

FIGURES = (
    ("physical_progress", "percent"),
    ("funds_arrived_fen", "money"),
    ("funds_disbursed_fen", "money"),
    ("funds_spent_fen", "money"),
    ("investment_completed_fen", "money"),
)


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


def slips(entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
    """Return when the published finish was moved, from which day to which, by whom and why, newest first."""
    found = []
    for entry in entries:
        changes = entry.details.get("changes")
        moved = changes.get("planned_finish") if isinstance(changes, dict) else None
        if entry.act == "project_revised" and moved and moved[0] and moved[1]:
            old, new = (dt.date.fromisoformat(day) for day in moved)
            found.append(
                {
                    "entry": entry,
                    "old": old,
                    "new": new,
                    "days": (new - old).days,
                    "reason": str(entry.details.get("reason", "")),
                }
            )
    return found


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


def by_year(months: Sequence[Month]) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the months as strips, one a year, each reported month leading to its report."""
    years: dict[str, list[dict[str, str]]] = {}
    for month in months:
        address = f"#report-{month.month}" if month.report else ""
        years.setdefault(month.month[:4], []).append({"month": month.month, "state": month.state.value, "url": address})
    return list(years.items())


def newest_picture(project: Project, photos: Sequence[Photo], report: ProgressReport | None) -> Photo | None:
    """Return the picture that shows how things look now: the last of the newest report, else the last there is.

    Evidence for a problem that was put right shows that problem, so it stands behind pictures of the whole.
    """
    evidence = {number for each in project.problems for number in (each.photo_before_id, each.photo_after_id)}
    of_report = [photo for photo in photos if report is not None and photo.report_id == report.id]
    of_works = [photo for photo in photos if photo.id not in evidence]
    return next((group[-1] for group in (of_report, of_works, photos) if group), None)


def before_and_after(photos: Sequence[Photo]) -> tuple[Photo, Photo] | None:
    """Return the first picture from before and the last from after, where there are both."""
    before = next((photo for photo in photos if photo.phase is PhotoPhase.BEFORE), None)
    after = next((photo for photo in reversed(photos) if photo.phase is PhotoPhase.AFTER), None)
    return (before, after) if before is not None and after is not None else None


def _corrections(project: Project, report: ProgressReport) -> list[dict[str, Any]]:
    """Return each correction of a month: its reason and the figures it changed, newest first."""
    versions = [report, *history.revisions_of(project, report.month)]
    return [
        {"report": later, "reason": later.correction_reason, "changes": _changed_figures(earlier, later)}
        for later, earlier in itertools.pairwise(versions)
    ]


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
