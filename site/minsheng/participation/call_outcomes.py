"""What became of ideas: the adopted groups of finished and running rounds, and what is still without an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.casework.cases import Prominence
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, IdeaGroup, IdeaSource
from minsheng.participation.calls import Call, CallState
from minsheng.records.places import Division
from minsheng.records.projects import Category, Project
from minsheng.records.publication import Publication


@dataclass(frozen=True)
class CallCounts:
    """Numbers of ideas of one round; ``waiting`` have neither a group with an outcome nor a reason to be set aside."""

    received: int
    experts: int
    public: int
    unreviewed: int
    set_aside: int
    ungrouped: int
    waiting: int
    groups: int
    groups_waiting: int
    adopted: int
    partly: int
    not_adopted: int


def counts_of(session: Session, call: Call) -> CallCounts:
    """Return the numbers of a round."""
    idea, group = CallIdea, IdeaGroup
    open_group = sa.select(group.id).where(group.outcome.is_(None))
    loose = sa.and_(idea.group_id.is_(None), idea.set_aside.is_(None))

    def ideas(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0)), 0)

    row = session.execute(
        sa.select(
            ideas(sa.true()).label("received"),
            ideas(idea.source == IdeaSource.EXPERT).label("experts"),
            ideas(idea.prominence == Prominence.PUBLIC).label("public"),
            ideas(idea.prominence == Prominence.UNREVIEWED).label("unreviewed"),
            ideas(idea.set_aside.is_not(None)).label("set_aside"),
            ideas(loose).label("ungrouped"),
            ideas(sa.or_(loose, idea.group_id.in_(open_group))).label("waiting"),
        ).where(idea.call_id == call.id)
    ).one()
    by_outcome = session.execute(
        sa.select(group.outcome, sa.func.count().label("number"))
        .where(group.call_id == call.id)
        .group_by(group.outcome)
    )
    outcomes: dict[GroupOutcome | None, int] = {row.outcome: row.number for row in by_outcome}
    return CallCounts(
        **{name: int(number) for name, number in row._asdict().items()},
        groups=sum(outcomes.values()),
        groups_waiting=outcomes.get(None, 0),
        adopted=outcomes.get(GroupOutcome.ADOPTED, 0),
        partly=outcomes.get(GroupOutcome.PARTLY, 0),
        not_adopted=outcomes.get(GroupOutcome.NOT_ADOPTED, 0),
    )


def most_wanted(session: Session, limit: int = 12) -> Sequence[tuple[IdeaGroup, int]]:
    """Return the groups of public rounds that hold most ideas of residents, each with how many."""
    number = sa.func.count(CallIdea.id).label("number")
    held = (
        sa.select(CallIdea.group_id, number)
        .where(CallIdea.source == IdeaSource.RESIDENT, CallIdea.group_id.is_not(None))
        .group_by(CallIdea.group_id)
        .subquery()
    )
    query = (
        sa.select(IdeaGroup, held.c.number)
        .join(held, held.c.group_id == IdeaGroup.id)
        .join(IdeaGroup.call)
        .where(Call.state != CallState.DRAFT)
        .order_by(held.c.number.desc(), IdeaGroup.id)
        .limit(limit)
        .options(selectinload(IdeaGroup.project))
    )
    return [(group, count) for group, count in session.execute(query)]


def adopted_groups(session: Session) -> Sequence[IdeaGroup]:
    """Return the groups of public rounds that became projects which residents may see, wholly or in part."""
    return session.scalars(
        sa.select(IdeaGroup)
        .join(IdeaGroup.call)
        .join(IdeaGroup.project)
        .where(
            Call.state != CallState.DRAFT,
            IdeaGroup.outcome.in_((GroupOutcome.ADOPTED, GroupOutcome.PARTLY)),
            Project.publication == Publication.PUBLISHED,
        )
        .options(selectinload(IdeaGroup.project).selectinload(Project.division), selectinload(IdeaGroup.call))
        .order_by(IdeaGroup.id)
    ).all()


def answers(group: IdeaGroup, category: Category, place: Division) -> bool:
    """Whether what a group became is of this field, in this place or one around it."""
    project = group.project
    return (
        project is not None
        and project.category is category
        and project.division is not None
        and (project.division.covers(place) or place.covers(project.division))
    )
