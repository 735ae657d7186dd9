"""The acts of a round of asking: each changes the record, writes the journal and tells the search index.

All happen inside the caller's transaction; the caller commits once.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.casework.cases import Prominence
from minsheng.casework.held_letters import HeldLetter, HeldState
from minsheng.codes import code_hash
from minsheng.errors import WrongStateError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, IdeaGroup, IdeaSource, SetAsideReason
from minsheng.participation.call_outcomes import counts_of
from minsheng.participation.calls import Call, CallState, OutcomesMissingError, refuse_unless_open, required
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division
from minsheng.records.projects import Project


def publish(session: Session, call: Call, actor: str, at: dt.datetime) -> None:
    """Announce a round. Raises as ``Call.publish``."""
    call.publish(at)
    _record(session, call, "call_published", actor, at)


def extend(session: Session, call: Call, until: dt.datetime, reason: str, actor: str, at: dt.datetime) -> None:
    """Move the end of a round before it has ended. Raises as ``Call.extend``."""
    before = call.snapshot()
    call.extend(until, reason, actor, at)
    _record(session, call, "call_extended", actor, at, reason=reason.strip(), before=before)


def close(session: Session, call: Call, words: str, actor: str, at: dt.datetime) -> None:
    """Publish what came of a round as a whole.

    Raises ``WrongStateError`` before its end, and ``OutcomesMissingError`` while an idea has no outcome.
    """
    if call.state is not CallState.PUBLISHED or at < call.closes_at:
        raise WrongStateError("close", call.state)
    counts, held = counts_of(session, call), _held(session, call)
    if counts.waiting or held:
        raise OutcomesMissingError(counts.ungrouped, counts.groups_waiting, held)
    before = call.snapshot()
    call.outcome_words = required(words)
    call.state, call.closed_at = CallState.CLOSED, at
    _record(session, call, "call_closed", actor, at, before=before)


def submit(
    session: Session,
    call: Call,
    words: str,
    *,
    consent_to_publish: bool,
    division: Division | None,
    ticket: str,
    code: str,
    at: dt.datetime,
) -> CallIdea:
    """Store an idea, or return the one this ticket already made: sending twice never makes two.

    Raises ``NotOpenError`` outside the period of the round.
    """
    known = session.scalar(sa.select(CallIdea).where(CallIdea.ticket == ticket))
    if known is not None:
        return known
    refuse_unless_open(call, at)
    idea = CallIdea(
        call=call,
        ticket=ticket,
        code_hash=code_hash(code),
        words=required(words),
        division=division,
        consent_to_publish=consent_to_publish,
        prominence=Prominence.UNREVIEWED,
        source=IdeaSource.RESIDENT,
        received_at=at,
    )
    session.add(idea)
    _record_idea(session, idea, "call_idea_received", "", at)
    return idea


def add_expert_answer(
    session: Session, call: Call, expert_title: str, title: str, words: str, ticket: str, actor: str, at: dt.datetime
) -> CallIdea:
    """Store and publish an expert's answer, marked as one. Raises ``WrongStateError`` unless the round is public."""
    if call.state is not CallState.PUBLISHED:
        raise WrongStateError("answer", call.state)
    known = session.scalar(sa.select(CallIdea).where(CallIdea.ticket == ticket))
    if known is not None:
        return known
    idea = CallIdea(
        call=call,
        ticket=ticket,
        # Staff typed it in: nobody follows it by a code.
        code_hash=code_hash(f"expert {ticket}"),
        words=required(words),
        public_title=required(title),
        public_words=required(words),
        consent_to_publish=True,
        prominence=Prominence.PUBLIC,
        source=IdeaSource.EXPERT,
        expert_title=required(expert_title),
        received_at=at,
    )
    session.add(idea)
    _record_idea(session, idea, "call_idea_reviewed", actor, at)
    return idea


def review(
    session: Session, idea: CallIdea, *, is_public: bool, title: str, words: str, actor: str, at: dt.datetime
) -> None:
    """Decide whether everybody may read an idea. Raises as ``CallIdea.review``."""
    idea.review(is_public=is_public, title=title, words=words)
    _record_idea(session, idea, "call_idea_reviewed", actor, at)


def put_aside(session: Session, idea: CallIdea, reason: SetAsideReason, actor: str, at: dt.datetime) -> None:
    """Do not treat something sent as an idea. Raises as ``CallIdea.put_aside``."""
    idea.put_aside(reason)
    _record_idea(session, idea, "call_idea_set_aside", actor, at)


def make_group(session: Session, call: Call, title: str, actor: str, at: dt.datetime, summary: str = "") -> IdeaGroup:
    """Begin a group. Raises ``WrongStateError`` unless the round is public and not closed yet."""
    if call.state is not CallState.PUBLISHED:
        raise WrongStateError("group", call.state)
    group = IdeaGroup(call=call, position=len(call.groups), title=required(title), summary=summary.strip())
    session.add(group)
    _record_group(session, group, "idea_group_made", actor, at)
    return group


def put_into(session: Session, group: IdeaGroup, ideas: Iterable[CallIdea]) -> None:
    """Put ideas into a group. Raises as ``CallIdea.put_into``."""
    for idea in ideas:
        idea.put_into(group)
    session.flush()
    touch(session, RecordKind.CALL, group.call_id)


def decide(
    session: Session,
    group: IdeaGroup,
    outcome: GroupOutcome,
    reason: str,
    actor: str,
    at: dt.datetime,
    *,
    project: Project | None = None,
    indicator: Indicator | None = None,
) -> None:
    """Publish what becomes of a group. Raises as ``IdeaGroup.decide``."""
    before = group.snapshot()
    group.decide(outcome, reason, at, project=project, indicator=indicator)
    _record_group(session, group, "idea_group_decided", actor, at, before=before)


def _held(session: Session, call: Call) -> int:
    """Return how many ideas of a round a reviewer has still to look at before they count as sent."""
    query = sa.select(sa.func.count(HeldLetter.id))
    return session.scalar(query.where(HeldLetter.call_id == call.id, HeldLetter.state == HeldState.WAITING)) or 0


def public_call_records(session: Session) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield subject and snapshot of every public round, its groups and ideas, for the journal's verification."""
    for call in session.scalars(Call.visible_to_residents()):
        yield call.subject, call.snapshot()
        for group in call.groups:
            yield group.subject, group.snapshot()
    for idea in session.scalars(sa.select(CallIdea)):
        yield idea.subject, idea.snapshot()


def _record(
    session: Session,
    call: Call,
    act: str,
    actor: str,
    at: dt.datetime,
    *,
    reason: str = "",
    before: dict[str, object] | None = None,
) -> None:
    session.flush()
    journal.record(session, Act(act, call.subject, actor, reason=reason, before=before, after=call.snapshot()), at)
    touch(session, RecordKind.CALL, call.id)


def _record_group(
    session: Session,
    group: IdeaGroup,
    act: str,
    actor: str,
    at: dt.datetime,
    *,
    before: dict[str, object] | None = None,
) -> None:
    session.flush()
    made = Act(act, group.subject, actor, before=before, after=group.snapshot(), extra={"call": group.call.slug})
    journal.record(session, made, at)
    touch(session, RecordKind.CALL, group.call_id)


def _record_idea(session: Session, idea: CallIdea, act: str, actor: str, at: dt.datetime) -> None:
    """Journal a step of an idea, publicly only where the idea is public; none of its words are kept there."""
    session.flush()
    is_public = idea.prominence is Prominence.PUBLIC and idea.call.is_public
    made = Act(
        act,
        idea.subject,
        actor,
        is_public=is_public,
        after=idea.snapshot(),
        extra={"call": idea.call.slug},
    )
    journal.record(session, made, at)
