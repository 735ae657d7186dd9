"""The summons list (约谈): made from the figures of a closed quarter, never written by hand; signed by two.

On the list is whoever was seriously behind by the end of the quarter, or past the first published finish date and not
done. Nobody is added by hand; who is left off stays visible, with a public reason.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial.signatures import SignatureState
from minsheng.errors import ChangedMeanwhileError, WrongStateError
from minsheng.journal import Act
from minsheng.oversight.bulletins import Period
from minsheng.oversight.summonses import SummonsEntry, SummonsList
from minsheng.progress.comparison import projects_of
from minsheng.progress.laggards import answering_post
from minsheng.progress.retrospect import due_date, standings_at, was_there
from minsheng.progress.schedule import ScheduleStatus, thresholds_in_force
from minsheng.progress.standing import Standing
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.rates import rounded
from minsheng.records.scope import Scope

SERIOUS = frozenset({ScheduleStatus.SERIOUSLY_BEHIND, ScheduleStatus.OVERDUE})
"""Whoever stands like this at the end of a quarter is summoned."""
LIVE = (SignatureState.DRAFT, SignatureState.SUBMITTED, SignatureState.RETURNED, SignatureState.PUBLISHED)


def may(member: StaffMember, programme: Programme) -> bool:
    """Whether a role of a member keeps the ledger of the whole place of a programme of its own."""
    return not programme.is_compiled and member.may_on(Permission.KEEP_LEDGER, programme.division, None)


def closed_quarters(today: dt.date, year: int, due_day: int) -> list[Period]:
    """Return the quarters of a year whose last reports are due by now, newest first."""
    quarters = [Period.parse(f"{year}-Q{number}") for number in (4, 3, 2, 1)]
    return [one for one in quarters if today > due_date(one.last, due_day)]


def prepare(
    session: Session, programme: Programme, period: Period, by: StaffMember, today: dt.date, due_day: int
) -> SummonsList:
    """Make the list of a closed quarter from the reports in force now.

    Raises ``WrongStateError`` for an archive, a quarter that is not closed, or one that has a list.
    """
    if programme.is_compiled or not period.is_quarter or period not in closed_quarters(today, period.end.year, due_day):
        raise WrongStateError("summon", "not_closed")
    earlier = session.scalars(
        sa.select(SummonsList).where(SummonsList.programme_id == programme.id, SummonsList.period == period.key)
    ).all()
    if any(one.state in LIVE for one in earlier):
        raise WrongStateError("summon", "exists")
    limits = thresholds_in_force()
    projects = _there(session, programme, period, due_day)
    summons = SummonsList(
        programme=programme,
        period=period.key,
        number=len(earlier) + 1,
        of=len(projects),
        rule={"seriously_behind": format(limits.seriously_behind.normalize(), "f")},
        state=SignatureState.DRAFT,
        entries=_entries(projects, period, due_day),
    )
    summons.write_as(by)
    session.add(summons)
    session.flush()
    return summons


def _there(session: Session, programme: Programme, period: Period, due_day: int) -> list[Project]:
    projects = projects_of(session, Scope(programme=programme))
    return [project for project in projects if was_there(project, period.last, due_day)]


def _entries(projects: Sequence[Project], period: Period, due_day: int) -> list[SummonsEntry]:
    """Return who is seriously late at the end of a quarter, widest gap first."""
    known = standings_at(projects, period.last, due_day)
    serious = [project for project in projects if known[project.id].status in SERIOUS]
    serious.sort(key=lambda project: (_gap(known[project.id]), project.id))
    return [_entry(project, known[project.id], position) for position, project in enumerate(serious)]


def _gap(known: Standing) -> Fraction:
    return (known.schedule.gap if known.schedule else None) or Fraction(0)


def _entry(project: Project, known: Standing, position: int) -> SummonsEntry:
    plan = known.schedule
    if plan is None:
        raise ValueError("an archive is never summoned")
    return SummonsEntry(
        project=project,
        position=position,
        status=plan.status,
        progress=_tenth(known.progress),
        expected=_tenth(plan.expected),
        gap=_tenth(plan.gap),
        report_month=known.report.month if known.report else None,
        first_finish=project.first_planned_finish,
        agency=project.agency,
        post=answering_post(project),
    )


def _tenth(value: Fraction | None) -> Decimal | None:
    """Return a percentage or points with one decimal, as pages show it."""
    return None if value is None else rounded(value)


def differs(session: Session, summons: SummonsList, due_day: int) -> bool:
    """Whether the figures would make another list by now: reports were published or corrected since."""
    period = Period.parse(summons.period)
    now = _entries(_there(session, summons.programme, period, due_day), period, due_day)
    fresh = [(one.project.id, one.status, one.progress, one.gap) for one in now]
    return fresh != [(one.project_id, one.status, one.progress, one.gap) for one in summons.entries]


def edit(summons: SummonsList, words: str, left_out: Mapping[int, str], by: StaffMember) -> None:
    """Write the words above the list, and who is left off why, by the identity of entries; figures stay as they are.

    Raises ``WrongStateError`` once it is handed in.
    """
    summons.write_as(by)
    summons.words = words.strip()
    for entry in summons.entries:
        entry.left_out_because = left_out.get(entry.id, "").strip()


def publish(
    session: Session,
    summons: SummonsList,
    by: StaffMember,
    at: dt.datetime,
    due_day: int,
    *,
    one_person_mode: bool = False,
) -> None:
    """Publish the list. Raises as ``Signed.sign``, and ``ChangedMeanwhileError`` where its figures are old."""
    if differs(session, summons, due_day):
        raise ChangedMeanwhileError(("entries",))
    summons.sign(by, at, one_person_mode=one_person_mode)
    session.flush()
    journal.record(session, Act("summons_published", summons.subject, by.post, after=summons.snapshot()), at)


def withdraw(session: Session, summons: SummonsList, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take the list back, leaving a stub with the reason; the quarter may then get another. Raises as ``take_back``."""
    before = summons.snapshot()
    summons.take_back(reason, at)
    session.flush()
    act = Act(
        "summons_withdrawn",
        summons.subject,
        by.post,
        reason=summons.withdrawn_reason,
        before=before,
        after=summons.snapshot(),
    )
    journal.record(session, act, at)


def discard(session: Session, summons: SummonsList) -> None:
    """Throw a draft away that nobody outside has seen. Raises ``WrongStateError`` for anything else."""
    if not summons.may_be_written:
        raise WrongStateError("discard", summons.state)
    session.delete(summons)
    session.flush()
