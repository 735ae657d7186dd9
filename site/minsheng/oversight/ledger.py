"""The ledger of a scope: problems found and cured, look-backs at what was finished, reviews. Own projects only."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.editorial.signatures import SignatureState
from minsheng.oversight.lookbacks import LookBack, LookBackResult
from minsheng.oversight.problems import UNSEEN_STATES, Problem
from minsheng.records.projects import Project
from minsheng.records.reviews import Review, ReviewKind
from minsheng.records.scope import Scope


@dataclass(frozen=True)
class ProblemLedger:
    """Problems of a scope on a day: those past their deadline (the oldest first), the other open ones, the closed."""

    overdue: Sequence[Problem]
    open: Sequence[Problem]
    closed: Sequence[Problem]

    @property
    def total(self) -> int:
        """How many entries there are."""
        return len(self.overdue) + len(self.open) + len(self.closed)


def problems(session: Session, scope: Scope, today: dt.date) -> ProblemLedger:
    """Return the problems of a scope known on ``today``, as they stood then: one closed later was still open."""
    query = (
        sa.select(Problem)
        .where(
            Problem.project_id.in_(scope.project_ids()),
            Problem.found_on <= today,
            Problem.state.not_in(UNSEEN_STATES),
        )
        .options(selectinload(Problem.project).load_only(Project.slug, Project.title), selectinload(Problem.agency))
        .order_by(Problem.deadline, Problem.id)
    )
    found = session.scalars(query).all()
    closed = [each for each in found if each.closed_on is not None and each.closed_on <= today]
    waiting = [each for each in found if each not in closed]
    return ProblemLedger(
        overdue=[each for each in waiting if today > each.deadline],
        open=[each for each in waiting if today <= each.deadline],
        closed=sorted(closed, key=lambda each: (each.closed_on, each.id), reverse=True),
    )


@dataclass(frozen=True)
class LookBackLedger:
    """The last look-back at each project of a scope: how many of each result, over how many finished projects.

    ``entries`` are those last look-backs, what does not work first.
    """

    counts: Mapping[LookBackResult, int]
    entries: Sequence[LookBack]

    @property
    def looked_at(self) -> int:
        """How many projects were looked back at."""
        return len(self.entries)


SERIOUS_FIRST = (LookBackResult.NOT_WORKING, LookBackResult.PARTLY, LookBackResult.WORKING)


def look_backs(session: Session, scope: Scope, until: dt.date) -> LookBackLedger:
    """Return the look-backs of a scope up to and including a day, one per project: the last."""
    query = (
        sa.select(LookBack)
        .where(
            LookBack.project_id.in_(scope.project_ids()),
            LookBack.looked_on <= until,
            LookBack.state == SignatureState.PUBLISHED,
        )
        .options(selectinload(LookBack.project).load_only(Project.slug, Project.title))
        .order_by(LookBack.looked_on, LookBack.id)
    )
    last = {each.project_id: each for each in session.scalars(query)}
    entries = sorted(last.values(), key=lambda each: (SERIOUS_FIRST.index(each.result), each.project_id))
    counted = Counter(each.result for each in entries)
    return LookBackLedger({result: counted[result] for result in SERIOUS_FIRST if counted[result]}, entries)


@dataclass(frozen=True)
class ReviewLedger:
    """Reviews of the yearly cycle: those of the programme itself, and how its projects fared in each kind.

    ``counts`` gives for each kind how many projects were reviewed, judged, and found to meet their quality standard
    in the last review of that kind; ``failed`` are the last reviews that found one below its standard.
    """

    own: Sequence[Review]
    counts: Mapping[ReviewKind, tuple[int, int, int]]
    failed: Sequence[Review]


def reviews(session: Session, scope: Scope) -> ReviewLedger:
    """Return the reviews of a scope's projects and, for a programme, of the programme, newest first."""
    query = (
        sa.select(Review)
        .where(Review.project_id.in_(scope.project_ids()))
        .options(selectinload(Review.project).load_only(Project.slug, Project.title), selectinload(Review.agency))
        .order_by(Review.held_on, Review.id)
    )
    last = {(each.kind, each.project_id): each for each in session.scalars(query)}
    counts: dict[ReviewKind, tuple[int, int, int]] = {}
    for kind in ReviewKind:
        of_kind = [each for each in last.values() if each.kind is kind]
        if of_kind:
            judged = [each for each in of_kind if each.meets_standard is not None]
            counts[kind] = len(of_kind), len(judged), sum(each.meets_standard is True for each in judged)
    own: Sequence[Review] = []
    if scope.programme is not None:
        own = session.scalars(
            sa.select(Review)
            .where(Review.programme_id == scope.programme.id)
            .options(selectinload(Review.agency))
            .order_by(Review.held_on.desc(), Review.id.desc())
        ).all()
    return ReviewLedger(own, counts, [each for each in last.values() if each.meets_standard is False])
