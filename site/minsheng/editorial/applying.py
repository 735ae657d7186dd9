"""Writing and accepting proposals: validation when one is written, and again when it becomes public.

Accepting changes the record, writes the journal with old, new and the public reason, and tells the search index, in
the caller's transaction. What nobody has published yet — a project still in draft — is written without a second
person (:mod:`minsheng.editorial.record_changes`); publishing the project itself then takes one.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.editorial import publishing
from minsheng.editorial.proposals import OPEN_STATES, Proposal, ProposalAction, ProposalState
from minsheng.editorial.record_changes import Change, found, may_remove, new_record, publish_all, remove, said_by, write
from minsheng.errors import (
    ChangedMeanwhileError,
    OwnWorkError,
    ReasonRequiredError,
    WrongStateError,
)
from minsheng.journal import Act
from minsheng.participation.monitors import MonitorReport
from minsheng.records.parts import PARTS, check_references, read_values
from minsheng.records.projects import Project
from minsheng.records.publication import Publication


def propose(session: Session, project: Project, change: Change, by: StaffMember, at: dt.datetime) -> Proposal:
    """Keep a checked change until a second person has seen it.

    Raises as ``record_changes.write`` would, for the change is tried out and taken back; ``ReasonRequiredError`` for
    a change without a public reason, and ``WrongStateError`` where nothing would change.
    """
    part = PARTS[change.part]
    before = said_by(session, project, part, change.record_id)
    if change.record_id is not None:
        if not change.reason.strip():
            raise ReasonRequiredError
        if all(before.get(name) == value for name, value in change.values.items()):
            raise WrongStateError("propose", "unchanged")
    _rehearse(session, lambda: write(session, project, change, by, at))
    proposal = Proposal(
        project=project,
        part=part.name,
        action=ProposalAction.ADD if change.record_id is None else ProposalAction.CHANGE,
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

    Raises ``ReasonRequiredError`` without a reason (publishing needs none), ``WrongStateError`` where the step
    makes no sense or one like it waits already, and as ``record_changes.remove`` would.
    """
    if action is not ProposalAction.PUBLISH and not reason.strip():
        raise ReasonRequiredError
    before: dict[str, Any] = {}
    if action is ProposalAction.REMOVE:
        if not may_remove(project, PARTS[part]):
            raise WrongStateError("remove", part)
        before = said_by(session, project, PARTS[part], record_id)
        _rehearse(session, lambda: remove(session, project, PARTS[part], record_id, by, at, reason))
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


def is_gone(session: Session, proposal: Proposal) -> bool:
    """Whether the record a proposal is about, or what a new one would hang on, was taken away meanwhile."""
    part = PARTS[proposal.part]
    try:
        if proposal.record_id is not None:
            found(session, proposal.project, part, proposal.record_id)
        elif part.above is not None:
            found(session, proposal.project, PARTS[part.above], proposal.above_id)
    except WrongStateError:
        return True
    return False


def conflicts(session: Session, proposal: Proposal) -> tuple[str, ...]:
    """Return the columns that say something else by now than when the proposal was written; all of a gone record."""
    if is_gone(session, proposal):
        return tuple(proposal.before or proposal.values)
    now_said = said_by(session, proposal.project, PARTS[proposal.part], proposal.record_id)
    return tuple(name for name, value in proposal.before.items() if now_said.get(name) != value)


def accept(
    session: Session, proposal: Proposal, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Make a proposal public; one's own only in one-person mode, which the journal then says.

    Raises as ``Proposal.accept``; ``ChangedMeanwhileError`` where the record was changed since it was written;
    ``InvalidValuesError`` where the values, or the database's rules, do not allow it; ``IncompleteRecordError`` for
    a project that lacks one of its four settled things, ``BelowStandardError`` as ``publishing.publish_project``.
    """
    project = proposal.project
    # Whoever accepts another change of this project waits here, and then compares with what this one wrote.
    session.refresh(project, with_for_update=True)
    if names := conflicts(session, proposal):
        raise ChangedMeanwhileError(names)
    proposal.accept(by, at, one_person_mode=one_person_mode)
    match proposal.action:
        case ProposalAction.PUBLISH:
            publishing.publish_project(session, project, by.post, at)
            publish_all(session, project, by.post, at)
        case ProposalAction.WITHDRAW:
            publishing.withdraw(session, project, proposal.reason, by.post, at)
        case ProposalAction.REMOVE:
            remove(session, project, PARTS[proposal.part], proposal.record_id, by, at, proposal.reason)
        case _:
            change = Change(proposal.part, proposal.values, proposal.record_id, proposal.above_id, proposal.reason)
            write(session, project, change, by, at)
    if proposal.one_person:
        _journal(session, proposal, "published_by_one_person", by, at, extra={"one_person": True})


def send_back(session: Session, proposal: Proposal, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Return a proposal to its author; the journal keeps that inside. Raises as ``Proposal.send_back``."""
    proposal.send_back(reason)
    _journal(session, proposal, "proposal_returned", by, at, is_public=False, reason=proposal.returned_reason)


def refuse_report(
    session: Session,
    proposal: Proposal,
    reason: str,
    by: StaffMember,
    at: dt.datetime,
    *,
    one_person_mode: bool = False,
) -> MonitorReport:
    """Keep a monitor's report inside; everyone reads that one was refused, and why, but not its text.

    Raises ``WrongStateError`` for any other proposal, ``OwnWorkError`` for one's own, ``ReasonRequiredError``.
    """
    is_report = proposal.part == "monitor_report" and proposal.action is ProposalAction.ADD
    if not is_report or proposal.state is not ProposalState.SUBMITTED:
        raise WrongStateError("refuse", proposal.state)
    if proposal.is_work_of(by) and not one_person_mode:
        raise OwnWorkError
    part = PARTS[proposal.part]
    report = new_record(session, proposal.project, part, proposal.above_id)
    if not isinstance(report, MonitorReport):
        raise WrongStateError("refuse", proposal.part)
    for name, value in read_values(part, proposal.values, is_new=True).items():
        setattr(report, name, value)
    report.refuse(reason)
    session.add(report)
    proposal.drop(at)
    proposal.decided_by = by
    session.flush()
    _journal(session, proposal, "monitor_report_refused", by, at, reason=report.refused_reason)
    return report


def check(session: Session, proposal: Proposal, values: Mapping[str, Any], by: StaffMember, at: dt.datetime) -> None:
    """Raise as ``propose`` would where these values cannot become what the proposal says."""
    part = PARTS[proposal.part]
    read = read_values(part, values, is_new=proposal.record_id is None)
    check_references(session, part, proposal.project_id, read)
    change = Change(part.name, values, proposal.record_id, proposal.above_id, proposal.reason)
    _rehearse(session, lambda: write(session, proposal.project, change, by, at))


def returned_to(session: Session, member: StaffMember) -> Sequence[Proposal]:
    """Return the proposals that were sent back to this author."""
    query = sa.select(Proposal).where(Proposal.state == ProposalState.RETURNED, Proposal.author_id == member.id)
    return session.scalars(query.order_by(Proposal.id)).all()


def _rehearse(session: Session, act: Callable[[], object]) -> None:
    """Do something and take it back, so that whoever proposes it learns at once what the domain refuses."""
    trial = session.begin_nested()
    try:
        act()
    finally:
        trial.rollback()
        # What was loaded during the trial may still hold its rows.
        session.expire_all()


def _journal(
    session: Session,
    proposal: Proposal,
    act: str,
    by: StaffMember,
    at: dt.datetime,
    *,
    is_public: bool = True,
    reason: str = "",
    extra: Mapping[str, object] | None = None,
) -> None:
    slug = proposal.project.slug
    entry = Act(
        act,
        f"project:{slug}",
        by.post,
        about_project=slug,
        is_public=is_public,
        reason=reason,
        extra={"part": proposal.part, **(extra or {})},
    )
    journal.record(session, entry, at)
