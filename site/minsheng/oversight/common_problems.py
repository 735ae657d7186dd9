"""A problem that several projects have: written down once, read once by a second person, closed project by project.

Each project has an entry of its own on the list of problems, with its agency, its deadline, its evidence and its
closing; what they have in common is what the problem is called and where it comes from. Everything happens in the
caller's transaction.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError
from minsheng.oversight import problem_acts
from minsheng.oversight.problem_acts import Entry
from minsheng.oversight.problem_lists import covered
from minsheng.oversight.problems import CommonProblem, Problem, ProblemKind, ProblemSource, ProblemState
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from minsheng.records.publication import Publication

FEWEST, MOST = 2, 50
"""A problem that one project has is its own; beyond fifty nobody reads the list before signing it."""


@dataclass(frozen=True)
class CommonEntry:
    """What is written about a problem that several projects have; each project's own agency answers for it there."""

    title: str
    cause: str
    source: ProblemSource
    description: str
    projects: Sequence[Project]
    found_on: dt.date
    deadline: dt.date


@dataclass(frozen=True)
class Standing:
    """How far a common problem has come: how many of its entries are in each state, and how many past their day."""

    total: int
    closed: int
    closing: int
    unread: int
    overdue: int


def register(session: Session, entry: CommonEntry, by: StaffMember, at: dt.datetime) -> CommonProblem:
    """Write a common problem down with an entry for each project; nobody outside sees it yet.

    Raises ``ReasonRequiredError`` without a title, ``WrongStateError`` (``projects``) for fewer than two or too many
    projects, or (``agency``) where one has no agency that could answer, and as ``problem_acts.register``.
    """
    if not entry.title.strip():
        raise ReasonRequiredError
    if not FEWEST <= len({one.id for one in entry.projects}) <= MOST:
        raise WrongStateError("register", "projects")
    common = CommonProblem(title=entry.title.strip(), cause=entry.cause.strip(), author_id=by.id, written_at=at)
    session.add(common)
    session.flush()
    _add_entries(session, common, entry, by, at)
    return common


def extend(
    session: Session,
    common: CommonProblem,
    projects: Sequence[Project],
    found_on: dt.date,
    deadline: dt.date,
    by: StaffMember,
    at: dt.datetime,
) -> None:
    """Write down that further projects have it too; their entries wait for a second person as the first did.

    Raises ``WrongStateError`` (``projects``) for a project that is there already, for none and for too many, and as
    ``register``.
    """
    there = {one.project_id for one in common.problems}
    if not projects or there & {one.id for one in projects} or len(there) + len(projects) > MOST:
        raise WrongStateError("register", "projects")
    like = common.problems[0]
    words = CommonEntry(common.title, common.cause, like.source, like.description, projects, found_on, deadline)
    _add_entries(session, common, words, by, at)


def open_to_public(
    session: Session, common: CommonProblem, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> int:
    """Put all entries that wait on the public lists, in one signature; return how many.

    Raises ``WrongStateError`` where none waits, ``NotAllowedError`` is the caller's, and ``OwnWorkError`` for whoever
    wrote any of them.
    """
    waiting = [one for one in common.problems if one.state is ProblemState.DRAFT]
    if not waiting:
        raise WrongStateError("open", "none")
    if any(one.author_id == by.id for one in waiting) and not one_person_mode:
        raise OwnWorkError
    for one in waiting:
        problem_acts.open_to_public(session, one, by, at, one_person_mode=one_person_mode)
    return len(waiting)


def standing(common: CommonProblem, today: dt.date, *, is_public: bool) -> Standing:
    """Return how far a common problem has come, as residents or as staff count it."""
    entries = common.public_problems if is_public else common.problems
    states = Counter(one.state for one in entries)
    return Standing(
        total=len(entries),
        closed=states[ProblemState.CLOSED],
        closing=states[ProblemState.CLOSING],
        unread=states[ProblemState.DRAFT] + states[ProblemState.RETURNED],
        overdue=sum(one.is_public and one.is_overdue(today) for one in entries),
    )


def found(session: Session, number: int, member: StaffMember, *permissions: Permission) -> CommonProblem | None:
    """Return a common problem of which at least one entry lies within a member's roles, or None."""
    inside = sa.select(Problem.id).join(Problem.project).where(Problem.common_id == number)
    if session.scalar(inside.where(covered(member, *permissions)).limit(1)) is None:
        return None
    return session.get(CommonProblem, number)


def covers_all(member: StaffMember, permission: Permission, common: CommonProblem) -> bool:
    """Whether a role covers every entry, as whoever signs them all together must."""
    return all(problem_acts.may(member, permission, one) for one in common.problems)


def listed(session: Session, member: StaffMember, limit: int, offset: int) -> tuple[int, Sequence[CommonProblem]]:
    """Return how many common problems a member may see, and some of them, those with the nearest deadline first."""
    nearest = sa.func.min(sa.case((Problem.closed_on.is_(None), Problem.deadline), else_=None))
    query = (
        sa.select(CommonProblem.id)
        .join(CommonProblem.problems)
        .join(Problem.project)
        .where(covered(member), Project.publication != Publication.WITHDRAWN)
        .group_by(CommonProblem.id)
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    numbers = session.scalars(
        query.order_by(nearest.is_(None), nearest, CommonProblem.id).limit(limit).offset(offset)
    ).all()
    known = {
        one.id: one
        for one in session.scalars(
            sa.select(CommonProblem)
            .where(CommonProblem.id.in_(numbers))
            .options(selectinload(CommonProblem.problems).selectinload(Problem.project))
        )
    }
    return total, [known[number] for number in numbers]


def _add_entries(session: Session, common: CommonProblem, entry: CommonEntry, by: StaffMember, at: dt.datetime) -> None:
    for project in entry.projects:
        agency = project.agency
        if agency is None:
            raise WrongStateError("register", "agency")
        problem_acts.register(session, _own_entry(entry, project, agency, common), by, at)
    session.flush()
    session.expire(common, ["problems"])


def _own_entry(entry: CommonEntry, project: Project, agency: Agency, common: CommonProblem) -> Entry:
    return Entry(
        project=project,
        agency=agency,
        kind=ProblemKind.COMMON,
        source=entry.source,
        post="",
        description=entry.description,
        found_on=entry.found_on,
        deadline=entry.deadline,
        common=common,
    )
