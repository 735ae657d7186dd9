"""Writing and accepting proposals: validation when one is written, and again when it becomes public.

Accepting changes the record, writes the journal with old, new and the public reason, and tells the search index, in
the caller's transaction. What nobody has published yet — a project still in draft — is written without a second
person; publishing the project itself then takes one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng import journal, publishing
from minsheng.database import Base
from minsheng.errors import ChangedMeanwhileError, InvalidValuesError, ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.lookbacks import LookBack
from minsheng.monitors import MonitorReport, MonitorReportState
from minsheng.outbox import RecordKind, touch
from minsheng.parts import PARTS, Part, check_references, read_values, values_of
from minsheng.problems import Problem
from minsheng.project_records import KINDS, publish_record, remove_record, revise_record
from minsheng.projects import Milestone, Project
from minsheng.proposals import OPEN_STATES, Proposal, ProposalAction, ProposalState
from minsheng.publication import Publication
from minsheng.staff import StaffMember

KEPT = frozenset({"project", "problem", "look_back", "contract_change"})
"""Parts never removed: a problem is closed, a check stands, a project is withdrawn, a change is undone by another."""
PROJECT_RECORDS = tuple(KINDS)


@dataclass(frozen=True)
class Change:
    """What somebody wants: values of a part, for which record of it (None adds one), on what it hangs, and why."""

    part: str
    values: Mapping[str, Any]
    record_id: int | None = None
    above_id: int | None = None
    reason: str = ""

    @property
    def action(self) -> ProposalAction:
        """Add or change."""
        return ProposalAction.ADD if self.record_id is None else ProposalAction.CHANGE


def propose(session: Session, project: Project, change: Change, by: StaffMember, at: dt.datetime) -> Proposal:
    """Keep a checked change until a second person has seen it.

    Raises ``InvalidValuesError`` for values that do not fit, ``ReasonRequiredError`` for a change without a public
    reason, ``WrongStateError`` where the record is not there or nothing would change.
    """
    part = PARTS[change.part]
    before = _said_by(session, project, part, change)
    check_references(session, part, project.id, read_values(part, change.values, is_new=change.record_id is None))
    if change.record_id is not None:
        if not change.reason.strip():
            raise ReasonRequiredError
        if all(before.get(name) == value for name, value in change.values.items()):
            raise WrongStateError("propose", "unchanged")
    proposal = Proposal(
        project=project,
        part=part.name,
        action=change.action,
        record_id=change.record_id,
        above_id=change.above_id,
        values=dict(change.values),
        before={name: before[name] for name in change.values} if before else {},
        reason=change.reason.strip(),
        author=by,
        state=ProposalState.SUBMITTED,
        submitted_at=at,
    )
    session.add(proposal)
    session.flush()
    return proposal


def propose_step(
    session: Session,
    project: Project,
    action: ProposalAction,
    by: StaffMember,
    at: dt.datetime,
    *,
    part: str = "project",
    record_id: int | None = None,
    reason: str = "",
) -> Proposal:
    """Keep a wish to remove a record, or to publish or withdraw the project.

    Raises ``ReasonRequiredError`` without a reason (publishing needs none) and ``WrongStateError`` where the step
    makes no sense or one like it waits already.
    """
    if action is not ProposalAction.PUBLISH and not reason.strip():
        raise ReasonRequiredError
    before = {}
    if action is ProposalAction.REMOVE:
        if part in KEPT:
            raise WrongStateError("remove", part)
        before = _said_by(session, project, PARTS[part], Change(part, {}, record_id))
    same = sa.select(Proposal.id).where(
        Proposal.project_id == project.id,
        Proposal.action == action,
        Proposal.part == part,
        Proposal.record_id == record_id if record_id is not None else Proposal.record_id.is_(None),
        Proposal.state.in_(OPEN_STATES),
    )
    wanted = {ProposalAction.PUBLISH: Publication.DRAFT, ProposalAction.WITHDRAW: Publication.PUBLISHED}
    if session.scalar(same) is not None or project.publication is not wanted.get(action, project.publication):
        raise WrongStateError(action.value, project.publication)
    proposal = Proposal(
        project=project,
        part=part,
        action=action,
        record_id=record_id,
        before=before,
        reason=reason.strip(),
        author=by,
        state=ProposalState.SUBMITTED,
        submitted_at=at,
    )
    session.add(proposal)
    session.flush()
    return proposal


def conflicts(session: Session, proposal: Proposal) -> tuple[str, ...]:
    """Return the columns that say something else by now than when the proposal was written."""
    if proposal.record_id is None:
        return ()
    part = PARTS[proposal.part]
    now_said = _said_by(session, proposal.project, part, Change(part.name, {}, proposal.record_id))
    return tuple(name for name, value in proposal.before.items() if now_said.get(name) != value)


def accept(
    session: Session, proposal: Proposal, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Make a proposal public.

    Raises as ``Proposal.accept``; ``ChangedMeanwhileError`` where the record was changed since it was written;
    ``InvalidValuesError`` where the values, or the database's rules, do not allow it; ``IncompleteRecordError`` for
    a project that lacks one of its four settled things.
    """
    if names := conflicts(session, proposal):
        raise ChangedMeanwhileError(names)
    proposal.accept(by, at, one_person_mode=one_person_mode)
    match proposal.action:
        case ProposalAction.PUBLISH:
            publishing.publish_project(session, proposal.project, by.post, at)
        case ProposalAction.WITHDRAW:
            publishing.withdraw(session, proposal.project, proposal.reason, by.post, at)
        case ProposalAction.REMOVE:
            _remove(session, proposal, by.post, at)
        case _:
            change = Change(proposal.part, proposal.values, proposal.record_id, proposal.above_id, proposal.reason)
            write(session, proposal.project, change, by.post, at)


def write(session: Session, project: Project, change: Change, actor: str, at: dt.datetime) -> Base:
    """Add or change a record, journal it where the project is public, and return it.

    Raises ``InvalidValuesError`` (under the empty name, ``refused``, where the database's rules say no) and
    ``WrongStateError`` where the record, or what it hangs on, is not one of the project.
    """
    part = PARTS[change.part]
    values = read_values(part, change.values, is_new=change.record_id is None)
    check_references(session, part, project.id, values)
    if change.record_id is None:
        record = _new(session, project, part, change.above_id)
        carrier = _carrier(session, project, part, change.above_id) or record
    else:
        record = found(session, project, part, change.record_id)
        carrier = _carrier(session, project, part, _above(part, record)) or record
    before = _snapshot(carrier) if carrier is not record or change.record_id is not None else None
    _set(record, values, change.reason, at)
    _flush(session, record)
    session.expire(project)
    session.refresh(carrier)
    if project.publication is not Publication.DRAFT:
        _tell(session, carrier, before, actor, at, change.reason)
    return record


def found(session: Session, project: Project, part: Part, record_id: int | None) -> Base:
    """Return one record of a part. Raises ``WrongStateError`` unless it is one of this project."""
    if part.name == "project":
        return project
    record: Base | None = session.get(part.model, record_id) if record_id is not None else None
    if record is not None and part.above is not None:
        found(session, project, PARTS[part.above], getattr(record, part.link))
    elif record is None or getattr(record, part.link) != project.id:
        raise WrongStateError("find", part.name)
    return record


def records_of(session: Session, project: Project, part: Part) -> Sequence[Base]:
    """Return the records of a part of this project, in the order they were entered."""
    if part.name == "project":
        return [project]
    query = sa.select(part.model).order_by(part.model.id)
    if part.above is None:
        return session.scalars(query.where(getattr(part.model, part.link) == project.id)).all()
    above = PARTS[part.above].model
    own = sa.select(above.id).where(above.project_id == project.id)
    return session.scalars(query.where(getattr(part.model, part.link).in_(own))).all()


def check(session: Session, proposal: Proposal, values: Mapping[str, Any]) -> None:
    """Raise ``InvalidValuesError`` where these values do not fit the record the proposal is about."""
    part = PARTS[proposal.part]
    read = read_values(part, values, is_new=proposal.record_id is None)
    check_references(session, part, proposal.project_id, read)


def returned_to(session: Session, member: StaffMember) -> Sequence[Proposal]:
    """Return the proposals that were sent back to this author."""
    query = sa.select(Proposal).where(Proposal.state == ProposalState.RETURNED, Proposal.author_id == member.id)
    return session.scalars(query.order_by(Proposal.id)).all()


def waiting(session: Session) -> Sequence[Proposal]:
    """Return the proposals that wait for a second person, oldest first."""
    query = sa.select(Proposal).where(Proposal.state == ProposalState.SUBMITTED)
    return session.scalars(query.order_by(Proposal.submitted_at, Proposal.id)).all()


def _said_by(session: Session, project: Project, part: Part, change: Change) -> dict[str, Any]:
    """Return what the record says now; nothing for one that is still to be added."""
    if change.record_id is None:
        if part.above is not None:
            found(session, project, PARTS[part.above], change.above_id)
        return {}
    return values_of(part, found(session, project, part, change.record_id))


def _new(session: Session, project: Project, part: Part, above_id: int | None) -> Base:
    """Return a record of a part that hangs where it should, last in its order."""
    if part.name == "project":
        raise WrongStateError("add", part.name)
    if part.above is not None:
        found(session, project, PARTS[part.above], above_id)
    links: dict[str, Any] = {part.link: project.id if part.above is None else above_id}
    if "position" in sa.inspect(part.model).columns:
        last = sa.select(sa.func.max(part.model.position)).where(getattr(part.model, part.link) == links[part.link])
        highest = session.scalar(last)
        links["position"] = 0 if highest is None else highest + 1
    record: Base = part.model(**links)
    return record


def _set(record: Base, values: Mapping[str, Any], reason: str, at: dt.datetime) -> None:
    """Set columns, and what follows from them by the rules of the domain."""
    if isinstance(record, Milestone):
        # The first planned day never changes; a later one says why.
        day = values.get("planned_on", record.planned_on)
        if record.first_planned_on is None:
            record.first_planned_on = day
        elif day != record.planned_on:
            record.slip_reason = reason
    for name, value in values.items():
        setattr(record, name, value)
    if isinstance(record, MonitorReport) and not record.is_public:
        record.state, record.published_at = MonitorReportState.PUBLISHED, at


def _flush(session: Session, record: Base | None = None) -> None:
    """Write what is waiting. Raises ``InvalidValuesError`` where the database's rules refuse it."""
    try:
        with session.begin_nested():
            if record is not None:
                session.add(record)
            session.flush()
    except IntegrityError as error:
        raise InvalidValuesError({"": "refused"}) from error


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
        touch(session, RecordKind.PROJECT, carrier.id)
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
    about = carrier.slug if isinstance(carrier, Project) else carrier.project.slug
    entry = Act(act, subject, actor, about_project=about, reason=reason, before=before, after=_snapshot(carrier))
    journal.record(session, entry, at)


def _remove(session: Session, proposal: Proposal, actor: str, at: dt.datetime) -> None:
    """Take a record away. Raises ``InvalidValuesError`` (``refused``) where others still refer to it."""
    project, part = proposal.project, PARTS[proposal.part]
    record = found(session, project, part, proposal.record_id)
    carrier = _carrier(session, project, part, _above(part, record))
    try:
        with session.begin_nested():
            if carrier is None and isinstance(record, PROJECT_RECORDS):
                remove_record(session, record, actor, at, reason=proposal.reason)
                return
            owner = carrier or project
            before = _snapshot(owner)
            session.delete(record)
            session.flush()
    except IntegrityError as error:
        raise InvalidValuesError({"": "refused"}) from error
    session.expire(project)
    session.refresh(owner)
    if project.publication is not Publication.DRAFT:
        _tell(session, owner, before, actor, at, proposal.reason)
