"""A briefing for deputies and advisers: what one programme or place promised, what stands, and what to ask.

The questions are made from facts only: each names the project, the figures it rests on and the day they are of.
"""

import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sqlalchemy.orm import Session, selectinload

from minsheng.casework import case_statistics
from minsheng.casework.case_figures import CaseCounts
from minsheng.casework.case_statistics import CaseFilter
from minsheng.casework.suggestions import Suggestion
from minsheng.oversight.ledger import LookBackLedger, ProblemLedger, look_backs, problems
from minsheng.oversight.lookbacks import LookBackResult
from minsheng.progress.laggards import silent_since
from minsheng.progress.retrospect import last_closed_month, loaded_for_looking_back
from minsheng.progress.schedule import ScheduleStatus
from minsheng.progress.standing import Standing, standing
from minsheng.progress.starts import Starts, starts_at
from minsheng.progress.sums import ProgrammeSums, sums_with
from minsheng.records.programmes import Programme
from minsheng.records.projects import MilestoneKind, Project
from minsheng.records.rates import share
from minsheng.records.scope import Scope

MOST_QUESTIONS = 12
MOST_OF_A_KIND = 3
LITTLE_MONEY = 50
"""Per cent of the planned money: with less of it arrived halfway through the time, one may ask where it is."""
MONEY_BEFORE_WORK = 20
"""Points by which money spent may run before the work done before one may ask why."""
HALF_TIME = 50
MOST_PROJECTS = 1_000
"""What one briefing of a place can tell: for more projects its readers choose a place further down, or one list."""


class QuestionKind(enum.StrEnum):
    """What a question is about, the most pressing first."""

    OVERDUE = "overdue"
    SERIOUSLY_BEHIND = "seriously_behind"
    SILENT = "silent"
    PROBLEM_OVERDUE = "problem_overdue"
    NOT_WORKING = "not_working"
    NOT_STARTED = "not_started"
    MONEY_NOT_ARRIVED = "money_not_arrived"
    MONEY_BEFORE_WORK = "money_before_work"
    FINISH_MOVED = "finish_moved"
    CASES_OVERDUE = "cases_overdue"


@dataclass(frozen=True)
class Question:
    """One thing to ask: its kind, the project it is about (None: the whole), and the facts to name, by name."""

    kind: QuestionKind
    project: Project | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    weight: Fraction = Fraction(0)


@dataclass(frozen=True)
class Part:
    """One programme, or what of it lies in the place: its sums, its starts."""

    programme: Programme
    projects: Sequence[Project]
    sums: ProgrammeSums
    starts: Starts
    standings: Mapping[int, Standing]


@dataclass(frozen=True)
class Briefing:
    """All that a briefing tells of a scope on a day."""

    scope: Scope
    today: dt.date
    parts: Sequence[Part]
    problems: ProblemLedger
    look_backs: LookBackLedger
    cases: CaseCounts
    voices: Sequence[Suggestion]
    questions: Sequence[Question]


def briefing(session: Session, scope: Scope, today: dt.date, due_day: int = 8) -> Briefing:
    """Return the briefing of a scope. Sums stay inside each programme."""
    projects = session.scalars(
        scope.projects()
        .options(*loaded_for_looking_back(), selectinload(Project.responsibilities), selectinload(Project.programme))
        .order_by(Project.id)
    ).all()
    grouped: dict[int, list[Project]] = {}
    for project in projects:
        grouped.setdefault(project.programme_id, []).append(project)
    parts = [_part(members, today, due_day) for members in grouped.values()]
    parts.sort(key=lambda part: (-(part.programme.year or 0), part.programme.id))
    told, looked = problems(session, scope, today), look_backs(session, scope, today)
    counts = case_statistics.count(session, today, CaseFilter(projects=scope.project_ids()))
    return Briefing(
        scope=scope,
        today=today,
        parts=parts,
        problems=told,
        look_backs=looked,
        cases=counts,
        voices=_voices(session, scope),
        questions=_questions(parts, told, looked, counts, today),
    )


def _part(projects: Sequence[Project], today: dt.date, due_day: int) -> Part:
    known = {project.id: standing(project, today, due_day) for project in projects}
    starts = starts_at(projects, last_closed_month(today, due_day))
    return Part(projects[0].programme, projects, sums_with(projects, known), starts, known)


def _voices(session: Session, scope: Scope, limit: int = 5) -> Sequence[Suggestion]:
    """Return the newest public cases about a scope's projects."""
    return session.scalars(
        Suggestion.visible_to_residents()
        .where(Suggestion.project_id.in_(scope.project_ids()))
        .options(selectinload(Suggestion.project), selectinload(Suggestion.agency))
        .order_by(Suggestion.received_at.desc(), Suggestion.id.desc())
        .limit(limit)
    ).all()


def _questions(
    parts: Sequence[Part], told: ProblemLedger, looked: LookBackLedger, counts: CaseCounts, today: dt.date
) -> list[Question]:
    """Return the most pressing questions, at most a few of a kind, so that one kind does not crowd out the rest."""
    every = [question for part in parts for question in _of_part(part, today)]
    every += [
        Question(
            QuestionKind.PROBLEM_OVERDUE,
            each.project,
            {"problem": each.description, "agency": each.agency, "days": (today - each.deadline).days},
            Fraction((today - each.deadline).days),
        )
        for each in told.overdue
    ]
    every += [
        Question(QuestionKind.NOT_WORKING, each.project, {"on": each.looked_on, "note": each.note})
        for each in looked.entries
        if each.result is LookBackResult.NOT_WORKING
    ]
    if counts.overdue:
        every.append(Question(QuestionKind.CASES_OVERDUE, None, {"count": counts.overdue, "open": counts.open}))
    chosen: list[Question] = []
    for kind in QuestionKind:
        of_kind = sorted((each for each in every if each.kind is kind), key=lambda each: -each.weight)
        chosen += of_kind[:MOST_OF_A_KIND]
    return chosen[:MOST_QUESTIONS]


def _of_part(part: Part, today: dt.date) -> Iterator[Question]:
    """Yield what one may ask about the projects of one programme."""
    for project in part.starts.missed:
        start = next((each for each in project.milestones if each.kind is MilestoneKind.START), None)
        planned = start.first_planned_on if start else project.first_planned_start
        if planned is not None:
            days = Fraction((today - planned).days)
            yield Question(QuestionKind.NOT_STARTED, project, {"planned": planned}, days)
    watched = {each.id for each in (*part.sums.late, *part.sums.silent)}
    for project in (each for each in part.projects if each.id in watched):
        known = part.standings[project.id]
        yield from _of_time(project, known)
        if known.months_silent:
            facts = {"months": known.months_silent, "since": silent_since(project)}
            yield Question(QuestionKind.SILENT, project, facts, Fraction(known.months_silent))
    for project in part.projects:
        yield from _of_money(project, part.standings[project.id])


def _of_time(project: Project, known: Standing) -> Iterator[Question]:
    """Yield what one may ask about a late project's time."""
    assessed = known.schedule
    if assessed is None:
        return
    facts = {"progress": assessed.progress, "expected": assessed.expected, "as_of": known.as_of}
    if assessed.status is ScheduleStatus.OVERDUE:
        facts = {**facts, "finish": project.first_planned_finish}
        yield Question(QuestionKind.OVERDUE, project, facts, Fraction(-(assessed.gap or 0)))
    elif assessed.status is ScheduleStatus.SERIOUSLY_BEHIND:
        yield Question(QuestionKind.SERIOUSLY_BEHIND, project, facts, Fraction(-(assessed.gap or 0)))
    first, current = project.first_planned_finish, project.planned_finish
    if first and current and current > first:
        moved = {"first": first, "current": current}
        yield Question(QuestionKind.FINISH_MOVED, project, moved, Fraction((current - first).days))


def _of_money(project: Project, known: Standing) -> Iterator[Question]:
    """Yield what one may ask about a project's money: little arrived for the time gone, or spent before the work."""
    arrived, assessed = known.funds.arrival.percent, known.schedule
    facts: dict[str, object] = {
        "arrived": known.funds.arrived,
        "planned": known.funds.planned,
        "percent": arrived,
        "as_of": known.as_of,
    }
    elapsed = assessed.elapsed if assessed else None
    if arrived is not None and elapsed is not None and arrived < LITTLE_MONEY and elapsed >= HALF_TIME:
        yield Question(QuestionKind.MONEY_NOT_ARRIVED, project, facts, elapsed - arrived)
    spent = share(known.funds.spent, known.funds.planned)
    if spent is not None and known.progress is not None and spent - known.progress >= MONEY_BEFORE_WORK:
        facts = {"spent": spent, "progress": known.progress, "as_of": known.as_of}
        yield Question(QuestionKind.MONEY_BEFORE_WORK, project, facts, spent - known.progress)
