"""What the page of an own project shows, put together from the domain."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.casework import case_adoptions
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import changelog, reporting
from minsheng.journal import JournalEntry
from minsheng.oversight.problems import photo_ids_of_problems
from minsheng.participation.monitors import MonitorReport
from minsheng.progress import history
from minsheng.progress.standing import standing
from minsheng.progress.sums import by_source
from minsheng.records.addresses import all_slugs
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport
from minsheng.records.safeguards import safeguards_of
from minsheng.surveying.surveys import Wave
from pages.check_messages import check_message
from pages.words import word
from public.presenting import tenth
from public.records import project_course, project_money, project_promise

RECENT_REPORTS = 4
CHANGES_SHOWN = 5
CASES_SHOWN = 6
SLIPS_SOUGHT = 200
"""How many revisions of a project are looked through for moved dates; the page of changes has them all."""


def own(session: Session, project: Project, today: dt.date, due_day: int) -> dict[str, Any]:
    """Return the names the template of an own project uses."""
    known = standing(project, today, due_day)
    months = history.months_of(project, today, due_day)
    visible = [photo for photo in project.photos if photo.is_visible_to_residents]
    entries = project_course.timeline(project, months)
    official = [photo for photo in visible if photo.monitor_report is None]
    with_problems = set(session.scalars(photo_ids_of_problems(project.id)))
    return {
        "project": project,
        "standing": known,
        "today": today,
        "targets": project_promise.targets(project, known),
        "curve": [
            {"month": point.month, "planned": tenth(point.planned), "actual": tenth(point.actual)}
            for point in history.plan_points(project, today)
        ],
        "steps": project_course.steps(project),
        "slips": project_course.slips(revisions_of(session, project)),
        "years": project_course.by_year(months),
        "entries": entries[:RECENT_REPORTS],
        "earlier": entries[RECENT_REPORTS:],
        "withdrawn": history.withdrawn_reports(project),
        "pair": project_course.before_and_after(official),
        "picture": project_course.newest_picture(project, official, known.report),
        "gallery": [photo for photo in official if photo.report_id is None and photo.id not in with_problems],
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
        "ledger": project_money.ledger(project.funding_lines),
        "accounts": project_money.accounts(project),
        "contracts": project_money.contracts(project),
        "batch_totals": project_money.batch_totals(project.payment_batches),
        "safeguards": safeguards_of(project),
        "next_inspection": project.after_care.next_inspection_due(project.lookbacks) if project.after_care else None,
        "monitor_reports": monitor_reports(project),
        "waves": waves_about(session, project),
        "checks": explained_checks(project),
        "cases": cases_about(session, project),
        "case_count": case_count(session, project),
        "adopted_from": case_adoptions.adopted_by(session, project),
        "changes": changes_of(session, project),
    }


def monitor_reports(project: Project) -> list[MonitorReport]:
    """Return the monitors' reports that were read and shown, newest visit first."""
    shown = [report for monitor in project.monitors for report in monitor.reports if report.is_public]
    return sorted(shown, key=lambda report: (report.visited_on, report.id), reverse=True)


def revisions_of(session: Session, project: Project) -> Sequence[JournalEntry]:
    """Return the entries that revised a project itself, newest first."""
    query = changelog.public_entries(about=all_slugs(session, project), acts=("project_revised",))
    return changelog.newest(session, query, 0, SLIPS_SOUGHT)


def waves_about(session: Session, project: Project) -> Sequence[Wave]:
    """Return the published surveys about a project's programme, newest first."""
    return session.scalars(
        Wave.visible_to_residents().where(Wave.programme_id == project.programme_id).order_by(Wave.opens_on.desc())
    ).all()


def case_count(session: Session, project: Project) -> int:
    """Return how many public cases there are about a project."""
    query = Suggestion.visible_to_residents().where(Suggestion.project_id == project.id)
    return session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


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
