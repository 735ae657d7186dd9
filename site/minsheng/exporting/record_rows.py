"""What a project's record says, row by row: one function a table, and what to load for it in few queries.

Only the words of the record itself leave: no contact data, no letters, of people only posts.
"""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from minsheng.editorial.signatures import ONCE_PUBLISHED
from minsheng.oversight.inspections import InspectionCheck
from minsheng.oversight.lookbacks import LookBack
from minsheng.oversight.problems import Problem
from minsheng.records.contracts import Contract
from minsheng.records.funding import FundingLine
from minsheng.records.projects import Project
from minsheng.records.reports import IndicatorValue, ProgressReport

Row = Sequence[str]


def yuan(fen: int | None) -> str:
    """Return an amount in yuan, exactly; nothing for none."""
    if fen is None:
        return ""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def said(value: object) -> str:
    """Return a value as a cell: codes as they are, nothing for none."""
    if value is None:
        return ""
    return str(value.value) if isinstance(value, enum.Enum) else str(value)


def projects(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the project itself."""
    division, agency = one.division, one.agency
    yield (
        one.slug,
        one.title,
        one.programme.slug,
        said(one.year),
        division.code if division else "",
        division.name if division else "",
        agency.name if agency else "",
        said(one.category),
        said(one.kind),
        said(one.stage),
        said(one.publication),
        said(one.planned_start),
        said(one.planned_finish),
        said(one.first_planned_finish),
        said(one.actual_start),
        said(one.actual_finish),
        yuan(one.planned_investment_fen),
        yuan(one.total_investment_fen),
    )


def targets(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the targets and the parts they are broken down to."""
    for target in one.indicators:
        plain = (target.name, target.part_name, target.unit, target.target)
        rest = (target.measure, target.direction, target.assigned_by)
        yield (one.slug, one.title, *map(said, (*plain, *rest)))


def funding(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the planned lines."""
    for line in one.funding_lines:
        about = map(said, (line.source, line.kind, line.year, line.label))
        yield (one.slug, one.title, *about, yuan(line.planned_fen))


def movements(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the ledger: every dated movement of money, line by line."""
    for line in one.funding_lines:
        for moved in line.movements:
            about = map(said, (line.source, line.kind, line.year, line.label, moved.moved_on, moved.kind))
            yield (one.slug, one.title, *about, yuan(moved.amount_fen), moved.note)


def reports(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the monthly reports, drafts and earlier revisions included."""
    for report in one.reports:
        values = "；".join(
            f"{value.indicator.name} {said(value.value)}{value.indicator.unit}" for value in report.values
        )
        funds = (
            report.funds_arrived_fen,
            report.funds_disbursed_fen,
            report.funds_spent_fen,
            report.investment_completed_fen,
        )
        about = (report.month, report.revision, report.state, report.stage, report.physical_progress)
        words = (values, report.done, report.difficulties, report.next_step)
        yield (one.slug, one.title, *map(said, about), *map(yuan, funds), *words)


def milestones(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the milestones with the day first published and the present one."""
    for step in one.milestones:
        days = (step.first_planned_on, step.planned_on, step.actual_on)
        yield (one.slug, one.title, *map(said, (step.kind, *days, step.weight)), step.slip_reason)


def contracts(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the contracts: what was signed, what they are worth after all changes, what was paid."""
    for contract in one.contracts:
        amounts = (contract.amount_fen, contract.current_amount_fen, contract.paid_fen)
        counts = (len(contract.changes), len(contract.payments))
        about = (contract.subject, contract.party, contract.signed_on)
        yield (one.slug, one.title, *map(said, about), *map(yuan, amounts), *map(said, counts))


def documents(_session: Session, one: Project, _sees_all: bool) -> Iterator[Row]:
    """Yield the list of files, not the files."""
    for document in one.documents:
        about = (document.kind, document.dated, document.media_type, document.size, document.publication)
        yield (one.slug, one.title, document.title, *map(said, about), said(document.published_at), document.key)


def problems(session: Session, one: Project, sees_all: bool) -> Iterator[Row]:
    """Yield the problems; what nobody has published only to those who keep the ledger."""
    for problem in session.scalars(sa.select(Problem).where(Problem.project_id == one.id).order_by(Problem.id)):
        if problem.is_public or sees_all:
            about = (problem.source, problem.state, problem.found_on, problem.deadline, problem.closed_on)
            common = problem.common.title if problem.common else ""
            who = (problem.agency.name, problem.post, said(problem.kind), common)
            yield (one.slug, one.title, *who, *map(said, about), problem.description, problem.evidence)


def look_backs(session: Session, one: Project, sees_all: bool) -> Iterator[Row]:
    """Yield the look-backs, as problems are."""
    query = sa.select(LookBack).where(LookBack.project_id == one.id).order_by(LookBack.looked_on, LookBack.id)
    for check in session.scalars(query):
        if check.state in ONCE_PUBLISHED or sees_all:
            about = map(said, (check.looked_on, check.result, check.state, check.keeper))
            yield (one.slug, one.title, *about, yuan(check.upkeep_budget_fen), check.note)


def inspections(session: Session, one: Project, sees_all: bool) -> Iterator[Row]:
    """Yield the inspections of a drawn project, as problems are."""
    query = sa.select(InspectionCheck).where(InspectionCheck.project_id == one.id).order_by(InspectionCheck.id)
    for check in session.scalars(query.options(selectinload(InspectionCheck.plan))):
        if check.plan.state in ONCE_PUBLISHED or sees_all:
            about = (check.plan.title, check.plan.year, check.plan.state, check.category, check.visited_on)
            counts = (len(check.answers), len(check.failed), "；".join(check.failed))
            yield (one.slug, one.title, *map(said, (*about, *counts)), check.conclusion)


Maker = Callable[[Session, Project, bool], Iterator[Row]]


def loaded(maker: Maker) -> tuple[ORMOption, ...]:
    """Return what a table reads of many projects at once, beside the project; other tables ask project by project."""
    lines = selectinload(Project.funding_lines)
    wanted: Mapping[Maker, ORMOption] = {
        projects: selectinload(Project.programme),
        targets: selectinload(Project.indicators),
        funding: lines,
        movements: lines.selectinload(FundingLine.movements),
        reports: selectinload(Project.reports)
        .selectinload(ProgressReport.values)
        .selectinload(IndicatorValue.indicator),
        milestones: selectinload(Project.milestones),
        contracts: selectinload(Project.contracts).options(
            selectinload(Contract.payments), selectinload(Contract.changes)
        ),
        documents: selectinload(Project.documents),
    }
    return (wanted[maker],) if maker in wanted else ()
