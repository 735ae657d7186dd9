"""The records that belong to a project beside its reports, and the acts that make them public, change or remove them.

Each act writes the journal in the caller's transaction. A removed record keeps its last state there for ever.
"""

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.errors import ReasonRequiredError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.participation.monitors import Monitor, MonitorReport, MonitorReportState
from minsheng.records.aftercare import AfterCare
from minsheng.records.contracts import Contract
from minsheng.records.eligibility import EligibilityStep, PaymentBatch
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.records.reviews import Review
from minsheng.records.safeguards import Safeguard

ProjectRecord = Contract | Safeguard | Review | EligibilityStep | PaymentBatch | AfterCare | Monitor | MonitorReport

KINDS: dict[type[ProjectRecord], str] = {
    Contract: "contract",
    Safeguard: "safeguard",
    Review: "review",
    EligibilityStep: "eligibility_step",
    PaymentBatch: "payment_batch",
    AfterCare: "after_care",
    Monitor: "monitor",
    MonitorReport: "monitor_report",
}
"""The journal's name of each: a record's subject is ``kind:id``, its acts are ``kind_published`` and the like."""


def subject_of(record: ProjectRecord) -> str:
    """Return the journal's name of a record that has its identity."""
    return f"{KINDS[type(record)]}:{record.id}"


def owner_of(record: ProjectRecord) -> Project | Programme:
    """Return the project, or for a review of a whole programme the programme, that the record belongs to."""
    owner: Project | Programme | None
    if isinstance(record, MonitorReport):
        owner = record.monitor.project
    elif isinstance(record, Review):
        owner = record.project or record.programme
    else:
        owner = record.project
    if owner is None:
        raise ValueError("the record belongs to nothing")
    return owner


def publish_record(session: Session, record: ProjectRecord, actor: str, at: dt.datetime) -> None:
    """Make a new record public."""
    session.add(record)
    session.flush()
    _record(session, record, "published", actor, at)


def revise_record(
    session: Session,
    record: ProjectRecord,
    before: dict[str, object],
    actor: str,
    at: dt.datetime,
    *,
    reason: str = "",
) -> None:
    """Journal that a public record now says something else than ``before``, its snapshot until now.

    Whoever corrects a value gives the public reason; a payment added to a contract needs none.
    """
    session.flush()
    _record(session, record, "revised", actor, at, reason=reason.strip(), before=before)


def remove_record(session: Session, record: ProjectRecord, actor: str, at: dt.datetime, *, reason: str) -> None:
    """Take a record that should not be there off the public page; raises ``ReasonRequiredError`` without a reason."""
    if not reason.strip():
        raise ReasonRequiredError
    subject, owner, before = subject_of(record), owner_of(record), record.snapshot()
    session.delete(record)
    session.flush()
    session.expire(owner)
    journal.record(
        session,
        Act(
            f"{subject.partition(':')[0]}_removed",
            subject,
            actor,
            about_project=owner.slug if isinstance(owner, Project) else None,
            reason=reason.strip(),
            extra={"removed": before},
        ),
        at,
    )
    _touch(session, owner)


def public_project_records(session: Session) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield subject and snapshot of every such record that is or was public, for the journal's verification."""
    for model in KINDS:
        query: sa.Select[ProjectRecord] = sa.select(model)
        if model is MonitorReport:
            query = query.where(MonitorReport.state == MonitorReportState.PUBLISHED)
        for record in session.scalars(query):
            if owner_of(record).publication is not Publication.DRAFT:
                yield subject_of(record), record.snapshot()


def _record(
    session: Session,
    record: ProjectRecord,
    act: str,
    actor: str,
    at: dt.datetime,
    *,
    reason: str = "",
    before: dict[str, object] | None = None,
) -> None:
    owner = owner_of(record)
    journal.record(
        session,
        Act(
            f"{KINDS[type(record)]}_{act}",
            subject_of(record),
            actor,
            about_project=owner.slug if isinstance(owner, Project) else None,
            reason=reason,
            before=before,
            after=record.snapshot(),
        ),
        at,
    )
    _touch(session, owner)


def _touch(session: Session, owner: Project | Programme) -> None:
    kind = RecordKind.PROJECT if isinstance(owner, Project) else RecordKind.PROGRAMME
    touch(session, kind, owner.id)
