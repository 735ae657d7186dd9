"""Planning, drawing and checking: who is inspected is decided by lot, in a way that anyone can do again.

Each project of the pool gets the SHA-256 of the seed, a colon and its slug; of each category the smallest are drawn.
The seed is written down by people in the open (a lottery number, a closing price) before anyone knows whom it draws,
and is published with the digest of the pool.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.clock import local_date
from minsheng.editorial.signatures import SignatureState
from minsheng.errors import InvalidValuesError, ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.oversight.inspection_sheets import ANSWERS, KINDS, items_of
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan
from minsheng.oversight.look_back_acts import FINISHED
from minsheng.records.places import Division, division_ids_within
from minsheng.records.projects import Category, Project
from minsheng.records.publication import Origin, Publication

MOST = 50
"""So many projects of one kind can be drawn."""
LONGEST_NOTE = 500


def may(member: StaffMember, plan: InspectionPlan) -> bool:
    """Whether a role of a member keeps the ledger of the whole place of a plan."""
    return member.may_on(Permission.KEEP_LEDGER, plan.division, None)


def plans_of(session: Session, member: StaffMember) -> list[InspectionPlan]:
    """Return the plans of the places where a member keeps the ledger, newest first."""
    query = sa.select(InspectionPlan).options(selectinload(InspectionPlan.checks))
    plans = session.scalars(query.order_by(InspectionPlan.year.desc(), InspectionPlan.id.desc()))
    return [plan for plan in plans if may(member, plan)]


def plan(
    session: Session,
    title: str,
    division: Division,
    finished: tuple[dt.date, dt.date],
    sizes: Mapping[Category, int],
    by: StaffMember,
) -> InspectionPlan:
    """Begin a round: how many of each kind, finished between two days. Raises ``InvalidValuesError`` for sizes."""
    wanted = {kind.value: size for kind, size in sizes.items() if size}
    if not wanted:
        raise InvalidValuesError({"sizes": "required"})
    if any(kind not in KINDS or not 0 <= size <= MOST for kind, size in sizes.items()):
        raise InvalidValuesError({"sizes": "out_of_range"})
    begun = InspectionPlan(
        title=title.strip(),
        year=finished[1].year,
        division=division,
        finished_from=finished[0],
        finished_until=finished[1],
        sizes=wanted,
        state=SignatureState.DRAFT,
    )
    session.add(begun)
    begun.write_as(by)
    session.flush()
    return begun


def pool(session: Session, plan: InspectionPlan) -> list[tuple[int, str, Category]]:
    """Return identity, slug and category of the finished projects that a plan draws from, by slug.

    A project is finished on its actual day, or where none was published on its planned one.
    """
    finished_on = sa.func.coalesce(Project.actual_finish, Project.planned_finish)
    query = (
        sa.select(Project.id, Project.slug, Project.category)
        .where(
            Project.origin == Origin.OWN,
            Project.publication == Publication.PUBLISHED,
            Project.stage.in_(FINISHED),
            Project.division_id.in_(division_ids_within(plan.division.path)),
            finished_on.between(plan.finished_from, plan.finished_until),
            Project.category.in_([kind for kind in KINDS if kind.value in plan.sizes]),
        )
        .order_by(Project.slug)
    )
    return [(row.id, row.slug, row.category) for row in session.execute(query)]


def rank(seed: str, slug: str) -> str:
    """Return what decides the order of a draw: SHA-256 of seed, colon and slug, in hexadecimal."""
    return hashlib.sha256(f"{seed}:{slug}".encode()).hexdigest()


def chosen(
    seed: str, pool: Iterable[tuple[int, str, Category]], sizes: Mapping[str, int]
) -> list[tuple[int, Category]]:
    """Return identity and category of the projects that a seed draws, kind after kind, in the order of the lot."""
    by_kind: dict[Category, list[tuple[str, int]]] = {}
    for number, slug, category in pool:
        by_kind.setdefault(category, []).append((rank(seed, slug), number))
    return [
        (number, kind) for kind in KINDS for _lot, number in sorted(by_kind.get(kind, []))[: sizes.get(kind.value, 0)]
    ]


def draw(session: Session, plan: InspectionPlan, seed: str, by: StaffMember, at: dt.datetime) -> int:
    """Draw the projects once and for ever, journaled inside at once; return how many.

    Raises ``WrongStateError`` where it was drawn or there is nothing to draw from, ``ReasonRequiredError`` without a
    seed.
    """
    if plan.is_drawn or not plan.may_be_written:
        raise WrongStateError("draw", "drawn")
    if not seed.strip():
        raise ReasonRequiredError
    there = pool(session, plan)
    if not there:
        raise WrongStateError("draw", "empty")
    plan.write_as(by)
    plan.seed, plan.drawn_at = seed.strip(), at
    plan.pool = dict(Counter(category.value for _id, _slug, category in there))
    plan.pool_digest = hashlib.sha256("\n".join(slug for _id, slug, _category in there).encode()).hexdigest()
    for position, (number, category) in enumerate(chosen(plan.seed, there, plan.sizes)):
        plan.checks.append(InspectionCheck(project_id=number, category=category, position=position))
    session.flush()
    # The draw cannot be repeated until it pleases: the journal has it before anyone has gone anywhere.
    extra = {"seed": plan.seed, "pool_digest": plan.pool_digest, "drawn": [one.project.slug for one in plan.checks]}
    journal.record(session, Act("inspection_drawn", plan.subject, by.post, is_public=False, extra=extra), at)
    return len(plan.checks)


def record_check(
    session: Session,
    check: InspectionCheck,
    visited_on: dt.date,
    answers: Mapping[str, Mapping[str, str]],
    conclusion: str,
    by: StaffMember,
    at: dt.datetime,
) -> None:
    """Write down what was found at a project. Raises ``WrongStateError`` once handed in or for a day in the future.

    Raises ``InvalidValuesError``: an item ``required`` without an answer or with ``no`` but no note, ``wrong_type``.
    """
    if not check.plan.may_be_written:
        raise WrongStateError("check", check.plan.state)
    if visited_on > local_date(at):
        raise WrongStateError("check", "future")
    read = _answers(check.category, answers)
    check.plan.write_as(by)
    check.visited_on, check.answers, check.conclusion = visited_on, read, conclusion.strip()
    check.checked_by, check.checked_by_id = by, by.id
    session.flush()


def _answers(category: Category, given: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    problems, read = {}, {}
    for item in items_of(category):
        said = given.get(item, {})
        answer, note = said.get("answer", ""), said.get("note", "").strip()
        if not answer or (answer == "no" and not note):
            problems[item] = "required" if not answer else "note_required"
        elif answer not in ANSWERS or len(note) > LONGEST_NOTE:
            problems[item] = "wrong_type"
        read[item] = {"answer": answer, "note": note}
    if problems:
        raise InvalidValuesError(problems)
    return read


def hand_in(plan: InspectionPlan, summary: str, by: StaffMember, at: dt.datetime) -> None:
    """Hand a round in for a second person.

    Raises ``WrongStateError`` before the draw or while a check is open, ``ReasonRequiredError`` without a summary.
    """
    if not plan.is_drawn:
        raise WrongStateError("submit", "not_drawn")
    if plan.undone:
        raise WrongStateError("submit", "undone")
    if not summary.strip():
        raise ReasonRequiredError
    plan.write_as(by)
    plan.summary = summary.strip()
    plan.submit(at)


def publish(
    session: Session, plan: InspectionPlan, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Publish how was drawn, what was found and the sheets. Raises as ``Signed.sign``."""
    plan.sign(by, at, one_person_mode=one_person_mode)
    session.flush()
    journal.record(session, Act("inspection_published", plan.subject, by.post, after=plan.snapshot()), at)


def withdraw(session: Session, plan: InspectionPlan, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take a round back, leaving a stub with the reason. Raises as ``Signed.take_back``."""
    before = plan.snapshot()
    plan.take_back(reason, at)
    session.flush()
    act = Act(
        "inspection_withdrawn",
        plan.subject,
        by.post,
        reason=plan.withdrawn_reason,
        before=before,
        after=plan.snapshot(),
    )
    journal.record(session, act, at)


def results(checks: Sequence[InspectionCheck]) -> Mapping[str, tuple[int, int]]:
    """Return for each item how many checks it was judged in and how many of them found it in order."""
    judged: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for check in checks:
        for item, said in check.answers.items():
            if said["answer"] in {"yes", "no"}:
                judged[item] += 1
                good[item] += said["answer"] == "yes"
    return {item: (judged[item], good[item]) for item in judged}
