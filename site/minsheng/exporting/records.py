"""What staff may see as tables: projects, targets, funds, reports, problems and cases, row by row.

Only what is within the roles' places and agencies; no contact data and no letters' words ever.
"""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import duties
from minsheng.problems import Problem
from minsheng.projects import Project
from minsheng.publication import Origin
from minsheng.staff import Permission, StaffMember

PROJECT_PERMISSIONS = (
    Permission.WRITE_REPORT,
    Permission.PUBLISH_REPORT,
    Permission.PROPOSE_PROJECT,
    Permission.EDIT_PROJECT,
)
CASE_PERMISSIONS = (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
CHUNK = 200

Row = Sequence[str]


class RecordTable(enum.StrEnum):
    """Which records are taken away."""

    PROJECTS = "projects"
    TARGETS = "targets"
    FUNDING = "funding"
    REPORTS = "reports"
    PROBLEMS = "problems"
    CASES = "cases"


COLUMNS: Mapping[RecordTable, Row] = MappingProxyType(
    {
        RecordTable.PROJECTS: (
            "project",
            "title",
            "programme",
            "year",
            "division_code",
            "division",
            "agency",
            "category",
            "kind",
            "stage",
            "publication",
            "planned_start",
            "planned_finish",
            "first_planned_finish",
            "planned_investment_yuan",
            "total_investment_yuan",
        ),
        RecordTable.TARGETS: (
            "project",
            "title",
            "name",
            "part",
            "unit",
            "target",
            "measure",
            "direction",
            "assigned_by",
        ),
        RecordTable.FUNDING: ("project", "title", "source", "kind", "year", "label", "planned_yuan"),
        RecordTable.REPORTS: (
            "project",
            "title",
            "month",
            "revision",
            "state",
            "stage",
            "physical_progress",
            "funds_arrived_yuan",
            "funds_disbursed_yuan",
            "funds_spent_yuan",
            "investment_completed_yuan",
            "values",
            "done",
            "difficulties",
            "next_step",
        ),
        RecordTable.PROBLEMS: (
            "project",
            "title",
            "agency",
            "post",
            "kind",
            "source",
            "state",
            "found_on",
            "deadline",
            "closed_on",
            "description",
            "evidence",
        ),
        RecordTable.CASES: ("case", "state", "agency", "division_code", "project", "due_on"),
    }
)


def offered(member: StaffMember) -> list[RecordTable]:
    """Return the tables that a member's roles open."""
    projects = any(member.may(one) for one in PROJECT_PERMISSIONS)
    cases = any(member.may(one) for one in CASE_PERMISSIONS)
    return [one for one in RecordTable if (cases if one is RecordTable.CASES else projects)]


def rows(session: Session, member: StaffMember, table: RecordTable) -> Iterator[Row]:
    """Yield the heading and then the rows of a table, read in pieces."""
    yield COLUMNS[table]
    if table is RecordTable.CASES:
        yield from _cases(session, member)
        return
    maker = _MAKERS[table]
    for project in _projects(session, member):
        yield from maker(session, project)


def _projects(session: Session, member: StaffMember) -> Iterator[Project]:
    """Yield the own projects on which the member has any of the permissions, a piece at a time."""
    last = 0
    query = sa.select(Project).where(Project.origin == Origin.OWN).order_by(Project.id).limit(CHUNK)
    while piece := session.scalars(query.where(Project.id > last)).all():
        last = piece[-1].id
        for project in piece:
            if any(member.may_on(one, project.division, project.agency) for one in PROJECT_PERMISSIONS):
                yield project


def yuan(fen: int | None) -> str:
    """Return an amount in yuan, exactly; nothing for none."""
    if fen is None:
        return ""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def _said(value: object) -> str:
    if value is None:
        return ""
    return str(value.value) if isinstance(value, enum.Enum) else str(value)


def _project_rows(_session: Session, one: Project) -> Iterator[Row]:
    division, agency = one.division, one.agency
    yield (
        one.slug,
        one.title,
        one.programme.slug,
        _said(one.year),
        division.code if division else "",
        division.name if division else "",
        agency.name if agency else "",
        _said(one.category),
        _said(one.kind),
        _said(one.stage),
        _said(one.publication),
        _said(one.planned_start),
        _said(one.planned_finish),
        _said(one.first_planned_finish),
        yuan(one.planned_investment_fen),
        yuan(one.total_investment_fen),
    )


def _target_rows(_session: Session, one: Project) -> Iterator[Row]:
    for target in one.indicators:
        plain = (target.name, target.part_name, target.unit, target.target)
        rest = (target.measure, target.direction, target.assigned_by)
        yield (one.slug, one.title, *map(_said, (*plain, *rest)))


def _funding_rows(_session: Session, one: Project) -> Iterator[Row]:
    for line in one.funding_lines:
        said = map(_said, (line.source, line.kind, line.year, line.label))
        yield (one.slug, one.title, *said, yuan(line.planned_fen))


def _report_rows(_session: Session, one: Project) -> Iterator[Row]:
    for report in one.reports:
        values = "；".join(
            f"{value.indicator.name} {_said(value.value)}{value.indicator.unit}" for value in report.values
        )
        funds = (
            report.funds_arrived_fen,
            report.funds_disbursed_fen,
            report.funds_spent_fen,
            report.investment_completed_fen,
        )
        about = (report.month, report.revision, report.state, report.stage, report.physical_progress)
        words = (values, report.done, report.difficulties, report.next_step)
        yield (one.slug, one.title, *map(_said, about), *map(yuan, funds), *words)


def _problem_rows(session: Session, one: Project) -> Iterator[Row]:
    for problem in session.scalars(sa.select(Problem).where(Problem.project_id == one.id).order_by(Problem.id)):
        days = (problem.found_on, problem.deadline, problem.closed_on)
        marks = (problem.post, problem.kind, problem.source, problem.state)
        said = (problem.agency.name, *marks, *days, problem.description, problem.evidence)
        yield (one.slug, one.title, *map(_said, said))


def _cases(session: Session, member: StaffMember) -> Iterator[Row]:
    for case in duties.cases_of(session, member):
        yield (
            str(case.id),
            _said(case.state),
            case.agency.name if case.agency else "",
            case.division.code if case.division else "",
            case.project.slug if case.project else "",
            _said(case.due),
        )


_MAKERS: Mapping[RecordTable, Callable[[Session, Project], Iterator[Row]]] = MappingProxyType(
    {
        RecordTable.PROJECTS: _project_rows,
        RecordTable.TARGETS: _target_rows,
        RecordTable.FUNDING: _funding_rows,
        RecordTable.REPORTS: _report_rows,
        RecordTable.PROBLEMS: _problem_rows,
    }
)
