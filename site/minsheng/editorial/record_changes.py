"""Writing to a project's record, part by part: adding, changing and taking away, checked against the domain's rules.

What is public already is journaled with old, new and reason, and the search index is told; a draft is only written,
and remembers who wrote it. Everything happens in the caller's transaction.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.database import Base
from minsheng.editorial import publishing
from minsheng.editorial.reporting import batch_figures
from minsheng.errors import IncompleteRecordError, InvalidValuesError, WrongStateError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.oversight.lookbacks import LookBack
from minsheng.oversight.problems import Problem
from minsheng.participation.monitors import MonitorReport, MonitorReportState
from minsheng.progress.check_figures import BatchFigures
from minsheng.progress.checks import reported_twice
from minsheng.records.eligibility import PaymentBatch
from minsheng.records.funding import FundingKind, FundingLine
from minsheng.records.parts import PARTS, Part, check_references, read_values, values_of
from minsheng.records.project_records import KINDS, publish_record, remove_record, revise_record
from minsheng.records.projects import Milestone, Project
from minsheng.records.publication import Publication
from minsheng.records.reviews import Review, period_fits
from minsheng.refusals import violated

KEPT = frozenset({"problem", "look_back", "contract_change"})
"""Parts of a public record that stay: a problem is closed, a check stands, a change is undone by another."""
PROJECT_RECORDS = tuple(KINDS)


@dataclass(frozen=True)
class Change:
    """What somebody wants: values of a part, for which record of it (None adds one), on what it hangs, and why."""

    part: str
    values: Mapping[str, Any]
    record_id: int | None = None
    above_id: int | None = None
    reason: str = ""


def write(session: Session, project: Project, change: Change, by: StaffMember, at: dt.datetime) -> Base:
    """Add or change a record, journal it where the project is public, and return it.

    Raises ``InvalidValuesError`` (under the empty name where a rule of the database says no, with that rule's name),
    ``IncompleteRecordError`` where a public project would lose one of its four settled things, and
    ``WrongStateError`` where the record, or what it hangs on, is not one of the project.
    """
    part = PARTS[change.part]
    record, values = _read(session, project, part, change)
    if change.record_id is None:
        carrier = _carrier(session, project, part, change.above_id) or record
    else:
        carrier = _carrier(session, project, part, _above(part, record)) or record
    before = _snapshot(carrier) if carrier is not record or change.record_id is not None else None
    is_draft = project.publication is Publication.DRAFT
    _set(record, values, change.reason, at, is_draft=is_draft)
    _flush(session, record)
    session.expire(project)
    session.refresh(carrier)
    if is_draft:
        project.note_draft_writer(by.id)
        return record
    _stays_settled(project)
    _tell(session, carrier, before, by.post, at, change.reason)
    if isinstance(record, Review):
        publishing.take_back_acceptance(session, project, by.post, at)
    return record


def remove(
    session: Session, project: Project, part: Part, record_id: int | None, by: StaffMember, at: dt.datetime, reason: str
) -> None:
    """Take a record away; one that was public keeps its last state in the journal.

    Raises ``InvalidValuesError`` where others still refer to it, ``IncompleteRecordError`` as ``write`` does, and
    ``WrongStateError`` for what is kept.
    """
    if not may_remove(project, part):
        raise WrongStateError("remove", part.name)
    record = found(session, project, part, record_id)
    carrier = _carrier(session, project, part, _above(part, record))
    is_draft = project.publication is Publication.DRAFT
    owner = carrier or project
    before = _snapshot(owner)
    try:
        with session.begin_nested():
            if not is_draft and carrier is None and isinstance(record, PROJECT_RECORDS):
                remove_record(session, record, by.post, at, reason=reason)
                return
            session.delete(record)
            session.flush()
    except IntegrityError as error:
        raise InvalidValuesError({"": violated(error)}) from error
    session.expire(project)
    session.refresh(owner)
    if is_draft:
        project.note_draft_writer(by.id)
        return
    _stays_settled(project)
    _tell(session, owner, before, by.post, at, reason)


def may_remove(project: Project, part: Part) -> bool:
    """Whether records of this part can be taken away; of a draft, which nobody has seen, all can."""
    if part.name == "project" or project.publication is Publication.WITHDRAWN:
        return False
    return part.name not in KEPT or project.publication is Publication.DRAFT


def publish_all(session: Session, project: Project, actor: str, at: dt.datetime) -> None:
    """Journal every record that a project just made public brought with it from its draft."""
    for part in PARTS.values():
        if part.model in KINDS or part.model in {Problem, LookBack}:
            for record in records_of(session, project, part):
                _tell(session, record, None, actor, at, "")


def found(session: Session, project: Project, part: Part, record_id: int | None) -> Base:
    """Return one record of a part. Raises ``WrongStateError`` unless it is one of this project."""
    if part.name == "project":
        return project
    record: Base | None = session.get(part.model, record_id) if record_id is not None else None
    if record is not None and part.above is not None:
        found(session, project, PARTS[part.above], getattr(record, part.link))
    elif record is None or getattr(record, part.link) != project.id:
        raise WrongStateError("find", part.name)
    if isinstance(record, MonitorReport) and record.state is MonitorReportState.REFUSED:
        raise WrongStateError("find", record.state)
    return record


def records_of(session: Session, project: Project, part: Part) -> Sequence[Base]:
    """Return the records of a part of this project, in the order they were entered, without refused reports."""
    if part.name == "project":
        return [project]
    query = sa.select(part.model).order_by(part.model.id)
    if part.model is MonitorReport:
        query = query.where(MonitorReport.state != MonitorReportState.REFUSED)
    if part.above is None:
        return session.scalars(query.where(getattr(part.model, part.link) == project.id)).all()
    above = PARTS[part.above].model
    own = sa.select(above.id).where(above.project_id == project.id)
    return session.scalars(query.where(getattr(part.model, part.link).in_(own))).all()


def said_by(session: Session, project: Project, part: Part, record_id: int | None) -> dict[str, Any]:
    """Return what a record says now; nothing for one that is still to be added."""
    return values_of(part, found(session, project, part, record_id)) if record_id is not None else {}


def new_record(session: Session, project: Project, part: Part, above_id: int | None) -> Base:
    """Return a record of a part that hangs where it should, last in its order, not yet in the session."""
    if part.name == "project" or project.kind not in part.kinds:
        raise WrongStateError("add", part.name)
    if part.above is not None:
        found(session, project, PARTS[part.above], above_id)
    links: dict[str, Any] = {part.link: project.id if part.above is None else above_id}
    if "position" in sa.inspect(part.model).columns:
        last = sa.select(sa.func.max(part.model.position)).where(getattr(part.model, part.link) == links[part.link])
        highest = session.scalar(last)
        links["position"] = 0 if highest is None else highest + 1
    if part.model is MonitorReport:
        links["state"] = MonitorReportState.RECEIVED
    record: Base = part.model(**links)
    return record


def _read(session: Session, project: Project, part: Part, change: Change) -> tuple[Base, dict[str, Any]]:
    """Return the record to write to, new or found, and its values as the columns take them, checked."""
    if project.publication is Publication.WITHDRAWN:
        raise WrongStateError("write", project.publication)
    is_new = change.record_id is None
    if is_new:
        record = new_record(session, project, part, change.above_id)
    else:
        record = found(session, project, part, change.record_id)
    values = read_values(part, change.values, is_new=is_new)
    check_references(session, part, project.id, values)
    problems = {name: code for name, code in _contradictions(session, project, record, values) if code}
    if problems:
        raise InvalidValuesError(problems)
    return record, values


def _contradictions(
    session: Session, project: Project, record: Base, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return column and code of what no single column shows, and what the database does not know."""

    def said(name: str) -> Any:
        return values[name] if name in values else getattr(record, name)

    if isinstance(record, Project) and said("kind") != record.kind:
        strangers = (part for part in PARTS.values() if said("kind") not in part.kinds)
        return [("kind", "has_records") for part in strangers if records_of(session, project, part)]
    if isinstance(record, Review) and not period_fits(said("kind"), said("period")):
        return [("period", "wrong_period")]
    if isinstance(record, PaymentBatch) and not said("note"):
        # A batch like another is a slip, unless its note explains to everyone that they are two.
        own = BatchFigures("", said("label"), said("paid_on"), said("people"), said("amount_fen"))
        others = [batch_figures(one) for one in project.payment_batches if one is not record]
        return [("note", "reported_twice")] if any(reported_twice([own], others)) else []
    line_id = values.get("deposit_line_id")
    if line_id is not None:
        line = session.get_one(FundingLine, line_id)
        return [] if line.kind is FundingKind.QUALITY_DEPOSIT else [("deposit_line_id", "no_such")]
    return []


def _set(record: Base, values: Mapping[str, Any], reason: str, at: dt.datetime, *, is_draft: bool) -> None:
    """Set columns, and what follows from them by the rules of the domain."""
    if isinstance(record, Milestone):
        # The first published day never changes; a later one says why.
        day = values.get("planned_on", record.planned_on)
        if is_draft or record.first_planned_on is None:
            record.first_planned_on = day
        elif day != record.planned_on:
            record.slip_reason = reason
    for name, value in values.items():
        setattr(record, name, value)
    if isinstance(record, MonitorReport) and not record.is_public:
        record.publish(at)


def _flush(session: Session, record: Base) -> None:
    """Write what is waiting. Raises ``InvalidValuesError`` where the database's rules refuse it."""
    try:
        with session.begin_nested():
            session.add(record)
            session.flush()
    except IntegrityError as error:
        raise InvalidValuesError({"": violated(error)}) from error


def _stays_settled(project: Project) -> None:
    missing = project.missing_for_publication()
    if missing:
        raise IncompleteRecordError(missing)


def _carrier(session: Session, project: Project, part: Part, above_id: int | None) -> Base | None:
    """Return the record whose journal entries tell of this part; None where it is the record itself."""
    if part.above == "contract":
        return found(session, project, PARTS["contract"], above_id)
    return None if part.model in KINDS or part.model in {Problem, LookBack} else project


def _above(part: Part, record: Base) -> int | None:
    """Return the identity of the record that this one hangs on, None where that is the project."""
    return None if part.above is None else getattr(record, part.link)


def _snapshot(carrier: Base) -> dict[str, object]:
    taken: dict[str, object] = carrier.snapshot()  # type: ignore[attr-defined]  # every carrier has one
    return taken


def _tell(
    session: Session, carrier: Base, before: dict[str, object] | None, actor: str, at: dt.datetime, reason: str
) -> None:
    """Journal what the carrier says now, with old and new where it was public before."""
    if before is not None and not journal.changes(before, _snapshot(carrier)):
        return
    if isinstance(carrier, Project):
        _journal(session, "project_revised", f"project:{carrier.slug}", carrier, before, actor, at, reason)
    elif isinstance(carrier, Problem):
        is_closing = before is not None and before["closed_on"] is None and carrier.closed_on is not None
        if before is None or is_closing:
            publishing.record_problem(session, carrier, actor, at)
        else:
            _journal(session, "problem_revised", f"problem:{carrier.id}", carrier, before, actor, at, reason)
    elif isinstance(carrier, LookBack):
        if before is None:
            publishing.record_lookback(session, carrier, actor, at)
        else:
            _journal(session, "look_back_revised", f"look_back:{carrier.id}", carrier, before, actor, at, reason)
    elif isinstance(carrier, PROJECT_RECORDS):
        if before is None:
            publish_record(session, carrier, actor, at)
        else:
            revise_record(session, carrier, before, actor, at, reason=reason)


def _journal(
    session: Session,
    act: str,
    subject: str,
    carrier: Project | Problem | LookBack,
    before: dict[str, object] | None,
    actor: str,
    at: dt.datetime,
    reason: str,
) -> None:
    project = carrier if isinstance(carrier, Project) else carrier.project
    entry = Act(act, subject, actor, about_project=project.slug, reason=reason, before=before, after=_snapshot(carrier))
    journal.record(session, entry, at)
    touch(session, RecordKind.PROJECT, project.id)
