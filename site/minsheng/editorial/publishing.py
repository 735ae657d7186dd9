"""The acts that make records public: each changes the record, writes the journal and tells the search index.

All happen inside the caller's transaction; the caller commits once.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.casework.cases import Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial.content_pages import ContentPage
from minsheng.editorial.signatures import ONCE_PUBLISHED
from minsheng.errors import BelowStandardError, ReasonRequiredError
from minsheng.installation import settings
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.oversight.bulletin_issues import BulletinIssue
from minsheng.oversight.inspections import InspectionPlan
from minsheng.oversight.lookbacks import LookBack
from minsheng.oversight.problems import UNSEEN_STATES, Problem
from minsheng.oversight.summonses import SummonsList
from minsheng.participation.call_acts import public_call_records
from minsheng.records.boards import Board
from minsheng.records.documents import Document
from minsheng.records.programmes import Programme
from minsheng.records.project_records import public_project_records
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Publication
from minsheng.records.reports import ProgressReport, ReportState
from minsheng.records.reviews import ACCEPTED_STAGES, failed_acceptance
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Wave
from minsheng.surveying.wave_results import WaveResult

INTERRUPTED = frozenset({Stage.SUSPENDED, Stage.CANCELLED})
ONCE_PUBLIC = (ReportState.PUBLISHED, ReportState.SUPERSEDED, ReportState.WITHDRAWN)


def publish_programme(session: Session, programme: Programme, actor: str, at: dt.datetime) -> None:
    """Make a programme public."""
    programme.publication = Publication.PUBLISHED
    session.flush()
    journal.record(
        session, Act("programme_published", f"programme:{programme.slug}", actor, after=programme.snapshot()), at
    )
    touch(session, RecordKind.PROGRAMME, programme.id)


def publish_project(session: Session, project: Project, actor: str, at: dt.datetime) -> None:
    """Make a project public.

    Raises ``IncompleteRecordError`` while task, person, time or standard is missing, and ``BelowStandardError`` for
    one that says it is accepted although its acceptance failed.
    """
    if project.stage in ACCEPTED_STAGES and failed_acceptance(project) is not None:
        raise BelowStandardError
    project.publish(at)
    session.flush()
    journal.record(
        session,
        Act(
            "project_published", f"project:{project.slug}", actor, about_project=project.slug, after=project.snapshot()
        ),
        at,
    )
    touch(session, RecordKind.PROJECT, project.id)


def withdraw(session: Session, record: Programme | Project, reason: str, actor: str, at: dt.datetime) -> None:
    """Take a published programme or project back, leaving a public stub. Raises as ``Project.withdraw``."""
    before = record.snapshot()
    record.withdraw(reason, at)
    session.flush()
    is_project = isinstance(record, Project)
    kind = RecordKind.PROJECT if is_project else RecordKind.PROGRAMME
    journal.record(
        session,
        Act(
            f"{kind.value}_withdrawn",
            f"{kind.value}:{record.slug}",
            actor,
            about_project=record.slug if is_project else None,
            reason=record.withdrawn_reason,
            before=before,
            after=record.snapshot(),
        ),
        at,
    )
    touch(session, kind, record.id)


def publish_report(
    session: Session,
    report: ProgressReport,
    by: StaffMember,
    at: dt.datetime,
    findings: Iterable[str] = (),
    *,
    one_person_mode: bool = False,
) -> None:
    """Publish a monthly report and bring its stage to the project. Raises as ``ProgressReport.publish``.

    A correction supersedes the earlier revision; the journal then shows old and new values with the reason.
    """
    earlier = report.publish(by, at, findings, one_person_mode=one_person_mode)
    if earlier is not None:
        # The unique index on reports in force must see the old one go before the new one comes.
        report.state = ReportState.SUBMITTED
        session.flush()
        report.state = ReportState.PUBLISHED
        _record_report(session, "report_superseded", earlier, by.post, at)
    carry_stage(report)
    session.flush()
    _record_report(
        session,
        "report_corrected" if earlier is not None else "report_published",
        report,
        by.post,
        at,
        reason=report.correction_reason,
        before=earlier.snapshot() if earlier is not None else None,
    )
    _record_stage(session, report, by.post, at)


def withdraw_report(session: Session, report: ProgressReport, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take a published report out of force, leaving a public stub with the reason."""
    report.withdraw(reason, at)
    session.flush()
    _record_report(session, "report_withdrawn", report, by.post, at, reason=report.withdrawn_reason)


def revise_compiled(
    session: Session,
    record: Programme | Project,
    before: dict[str, object],
    actor: str,
    at: dt.datetime,
    *,
    reason: str,
) -> None:
    """Journal that a compiled record now says something else than ``before``, its snapshot until now."""
    session.flush()
    is_project = isinstance(record, Project)
    kind = RecordKind.PROJECT if is_project else RecordKind.PROGRAMME
    journal.record(
        session,
        Act(
            f"{kind.value}_revised",
            f"{kind.value}:{record.slug}",
            actor,
            about_project=record.slug if is_project else None,
            reason=reason,
            before=before,
            after=record.snapshot(),
        ),
        at,
    )
    touch(session, kind, record.id)


def publish_compiled_report(session: Session, report: ProgressReport, actor: str, at: dt.datetime) -> None:
    """Make the one report of a compiled record public: it was published by others already."""
    _publish_compiled(session, report, at)
    _record_report(session, "report_compiled", report, actor, at)


def correct_compiled_report(
    session: Session,
    earlier: ProgressReport,
    report: ProgressReport,
    before: dict[str, object],
    actor: str,
    at: dt.datetime,
) -> None:
    """Let ``report`` take the place of ``earlier``, which stays readable; ``before`` is what that one said."""
    earlier.state = ReportState.SUPERSEDED
    session.flush()
    _record_report(session, "report_superseded", earlier, actor, at, before=before)
    _publish_compiled(session, report, at)
    _record_report(session, "report_corrected", report, actor, at, reason=report.correction_reason, before=before)


def record_compiled_report(
    session: Session, report: ProgressReport, before: dict[str, object], actor: str, at: dt.datetime, *, reason: str
) -> None:
    """Journal that an earlier report of a compiled record now says something else than ``before``."""
    session.flush()
    _record_report(session, "report_revised", report, actor, at, reason=reason, before=before)


def record_problem(session: Session, problem: Problem, actor: str, at: dt.datetime) -> None:
    """Journal a problem that was opened or closed."""
    session.flush()
    act = "problem_opened" if problem.is_open else "problem_closed"
    journal.record(
        session,
        Act(act, f"problem:{problem.id}", actor, about_project=problem.project.slug, after=problem.snapshot()),
        at,
    )
    touch(session, RecordKind.PROJECT, problem.project_id)


def record_lookback(session: Session, lookback: LookBack, actor: str, at: dt.datetime) -> None:
    """Journal a look-back."""
    session.flush()
    journal.record(
        session,
        Act(
            "looked_back",
            f"look_back:{lookback.id}",
            actor,
            about_project=lookback.project.slug,
            after=lookback.snapshot(),
        ),
        at,
    )
    touch(session, RecordKind.PROJECT, lookback.project_id)


def record_suggestion(session: Session, suggestion: Suggestion, act: str, actor: str, at: dt.datetime) -> None:
    """Journal a step of a case — publicly only where the case is public — and tell the index."""
    session.flush()
    journal.record(
        session,
        Act(
            act,
            suggestion.subject,
            actor,
            about_project=suggestion.project.slug if suggestion.project else None,
            is_public=suggestion.prominence is Prominence.PUBLIC,
            after=suggestion.snapshot(),
        ),
        at,
    )
    touch(session, RecordKind.SUGGESTION, suggestion.id)


def record_wave(session: Session, wave: Wave, act: str, actor: str, at: dt.datetime) -> None:
    """Journal that a survey was published or closed."""
    session.flush()
    journal.record(session, Act(act, f"wave:{wave.slug}", actor, after=wave.snapshot()), at)


def carry_stage(report: ProgressReport) -> None:
    """Bring the stage of a project's newest report to the project itself.

    A report that says suspended or cancelled tells why under its difficulties; raises ``ReasonRequiredError``
    where it does not, and ``BelowStandardError`` for a stage of acceptance after an acceptance that failed.
    """
    project = report.project
    if report.stage in {None, project.stage} or report is not project.latest_report:
        return
    if report.stage in ACCEPTED_STAGES and failed_acceptance(project) is not None:
        raise BelowStandardError
    is_interrupted = report.stage in INTERRUPTED
    if is_interrupted and not report.difficulties.strip():
        raise ReasonRequiredError
    project.stage_reason = report.difficulties if is_interrupted else ""
    project.stage = report.stage


def take_back_acceptance(session: Session, project: Project, actor: str, at: dt.datetime) -> None:
    """Put a project whose latest acceptance failed back to completed: below the standard means not accepted.

    The journal names the review and gives its finding as the reason.
    """
    failed = failed_acceptance(project)
    if failed is None or project.stage not in ACCEPTED_STAGES:
        return
    before = project.snapshot()
    project.stage = Stage.COMPLETED
    session.flush()
    act = Act(
        "project_revised",
        f"project:{project.slug}",
        actor,
        about_project=project.slug,
        reason=failed.finding,
        before=before,
        after=project.snapshot(),
        extra={"because": f"review:{failed.id}"},
    )
    journal.record(session, act, at)
    touch(session, RecordKind.PROJECT, project.id)


def public_records(session: Session) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield subject and snapshot of every record that is or was public, for the journal's verification."""
    for programme in session.scalars(sa.select(Programme).where(Programme.publication != Publication.DRAFT)):
        yield f"programme:{programme.slug}", programme.snapshot()
    for project in session.scalars(sa.select(Project).where(Project.publication != Publication.DRAFT)):
        yield f"project:{project.slug}", project.snapshot()
    for report in session.scalars(sa.select(ProgressReport).where(ProgressReport.state.in_(ONCE_PUBLIC))):
        yield report.subject, report.snapshot()
    once_public = sa.select(Project.id).where(Project.publication != Publication.DRAFT)
    seen = Problem.state.not_in(UNSEEN_STATES)
    for problem in session.scalars(sa.select(Problem).where(Problem.project_id.in_(once_public), seen)):
        yield f"problem:{problem.id}", problem.snapshot()
    looked = LookBack.state.in_(ONCE_PUBLISHED)
    for lookback in session.scalars(sa.select(LookBack).where(LookBack.project_id.in_(once_public), looked)):
        yield f"look_back:{lookback.id}", lookback.snapshot()
    for document in session.scalars(sa.select(Document).where(Document.publication != Publication.DRAFT)):
        yield document.subject, document.snapshot()
    yield from public_project_records(session)
    for board in session.scalars(sa.select(Board)):
        yield board.subject, board.snapshot()
    for suggestion in session.scalars(sa.select(Suggestion)):
        yield suggestion.subject, suggestion.snapshot()
    yield from _public_signed(session)
    yield from public_call_records(session)
    yield from _public_surveys(session)


def _public_signed(session: Session) -> Iterator[tuple[str, dict[str, object]]]:
    for plan in session.scalars(InspectionPlan.known_to_residents()):
        yield plan.subject, plan.snapshot()
    for summons in session.scalars(SummonsList.known_to_residents()):
        yield summons.subject, summons.snapshot()
    for issue in session.scalars(BulletinIssue.known_to_residents()):
        yield issue.subject, issue.snapshot()


def _public_surveys(session: Session) -> Iterator[tuple[str, dict[str, object]]]:
    for page in session.scalars(sa.select(ContentPage).where(ContentPage.publication != Publication.DRAFT)):
        yield page.subject, page.snapshot()
    if settings.is_changed(session):
        yield settings.SUBJECT, settings.snapshot(settings.read(session))
    for wave in session.scalars(sa.select(Wave).where(Wave.is_published)):
        yield f"wave:{wave.slug}", wave.snapshot()
    for result in session.scalars(sa.select(WaveResult)):
        yield result.subject, result.snapshot()
    for assessment in session.scalars(Assessment.visible_to_residents()):
        yield f"assessment:{assessment.slug}", assessment.snapshot()


def verify(session: Session, saved_head: str | None = None) -> list[journal.Fault]:
    """Return every fault of the journal and of the records it speaks for; an empty list is a clean bill."""
    query = sa.select(journal.JournalEntry).order_by(journal.JournalEntry.sequence)
    entries = session.scalars(query).all()
    faults = list(journal.verify_chain(entries, journal.current_head(session), saved_head))
    faults.extend(journal.verify_subjects(entries, lambda: public_records(session)))
    return faults


def _publish_compiled(session: Session, report: ProgressReport, at: dt.datetime) -> None:
    report.is_compiled = True
    report.state = ReportState.PUBLISHED
    report.published_at = report.updated_at = at
    session.flush()


def _record_report(
    session: Session,
    act: str,
    report: ProgressReport,
    actor: str,
    at: dt.datetime,
    *,
    reason: str = "",
    before: dict[str, object] | None = None,
) -> None:
    """Journal a report and tell the index of it and of its project, which shows its figures."""
    journal.record(
        session,
        Act(
            act,
            report.subject,
            actor,
            about_project=report.project.slug,
            reason=reason,
            before=before,
            after=report.snapshot(),
        ),
        at,
    )
    touch(session, RecordKind.REPORT, report.id)
    touch(session, RecordKind.PROJECT, report.project_id)


def _record_stage(session: Session, report: ProgressReport, actor: str, at: dt.datetime) -> None:
    """Journal the project when a report moved it to another stage."""
    project = report.project
    subject = f"project:{project.slug}"
    last = session.scalar(
        sa.select(journal.JournalEntry)
        .where(journal.JournalEntry.subject == subject)
        .order_by(journal.JournalEntry.sequence.desc())
        .limit(1)
    )
    after = project.snapshot()
    before = last.details.get("snapshot") if last is not None else None
    if isinstance(before, dict) and journal.changes(before, after):
        journal.record(
            session, Act("project_revised", subject, actor, about_project=project.slug, before=before, after=after), at
        )
