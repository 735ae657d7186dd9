"""The ledger as staff read it: filtered, counted and paged in the database, within their roles."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.oversight.problems import CURABLE_STATES, Light, Problem, ProblemKind, ProblemSource, ProblemState
from minsheng.records.projects import Project
from minsheng.records.publication import Publication

PERMISSIONS = (Permission.KEEP_LEDGER, Permission.WORK_ON_PROBLEM)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed down to; None and empty narrow nothing."""

    state: ProblemState | None = None
    light: Light | None = None
    kind: ProblemKind | None = None
    source: ProblemSource | None = None
    agency_id: int | None = None
    words: str = ""
    author_id: int | None = None


def covered(member: StaffMember, *permissions: Permission) -> sa.ColumnElement[bool]:
    """Return the condition that a role of a member covers a problem; queries join its project."""
    return within(member, permissions or PERMISSIONS, Project.division_id, Project.agency_id, Problem.agency_id)


def lit(light: Light, today: dt.date, warning_days: int) -> sa.ColumnElement[bool]:
    """Return the condition that a public open problem shows a light, as ``Problem.light`` does."""
    soon = today + dt.timedelta(days=warning_days)
    days = {
        Light.RED: Problem.deadline < today,
        Light.YELLOW: sa.and_(Problem.deadline >= today, Problem.deadline <= soon),
        Light.GREEN: Problem.deadline > soon,
    }
    return sa.and_(Problem.state.in_(CURABLE_STATES), days[light])


def selected(member: StaffMember, filters: Filters, today: dt.date, warning_days: int) -> sa.Select[Problem]:
    """Return the query of the problems that a member may see and the filters let through, the most urgent first."""
    query = (
        sa.select(Problem)
        .join(Problem.project)
        .where(covered(member), Project.publication != Publication.WITHDRAWN)
        .order_by(Problem.closed_on.is_not(None), Problem.deadline, Problem.id)
    )
    if filters.state is not None:
        query = query.where(Problem.state == filters.state)
    if filters.light is not None:
        query = query.where(lit(filters.light, today, warning_days))
    if filters.kind is not None:
        query = query.where(Problem.kind == filters.kind)
    if filters.source is not None:
        query = query.where(Problem.source == filters.source)
    if filters.agency_id is not None:
        query = query.where(Problem.agency_id == filters.agency_id)
    if filters.author_id is not None:
        query = query.where(Problem.author_id == filters.author_id)
    if filters.words:
        like = {"autoescape": True}
        query = query.where(
            sa.or_(Problem.description.contains(filters.words, **like), Project.title.contains(filters.words, **like))
        )
    return query


def page(session: Session, query: sa.Select[Problem], number: int, size: int) -> tuple[Sequence[Problem], int]:
    """Return the problems of a page, counted from 1, and how many there are in all."""
    total = session.scalar(query.order_by(None).with_only_columns(sa.func.count(Problem.id)))
    found = session.scalars(
        query.options(selectinload(Problem.project), selectinload(Problem.agency))
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return found, total or 0


def counts(session: Session, member: StaffMember, today: dt.date, warning_days: int) -> Mapping[str, int]:
    """Return how many problems of a member's part are in each state and show each light, in one query."""
    conditions: dict[str, sa.ColumnElement[bool]] = {state.value: Problem.state == state for state in ProblemState}
    conditions |= {light.value: lit(light, today, warning_days) for light in Light}
    query = (
        sa.select(*(sa.func.coalesce(sa.func.sum(sa.case((one, 1), else_=0)), 0) for one in conditions.values()))
        .select_from(Problem)
        .join(Problem.project)
        .where(covered(member), Project.publication != Publication.WITHDRAWN)
    )
    return dict(zip(conditions, map(int, session.execute(query).one()), strict=True))


def agencies_named(session: Session, member: StaffMember) -> Sequence[int]:
    """Return the identities of the agencies that answer for any problem of a member's part."""
    query = sa.select(Problem.agency_id).join(Problem.project).where(covered(member)).distinct()
    return session.scalars(query).all()
