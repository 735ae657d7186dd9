"""What staff may see as tables, row by row, read in pieces so that no more than one is ever held.

Only what is within the roles' places and agencies; no contact data and no letters' words ever.
"""

import enum
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework.suggestions import Suggestion
from minsheng.desk import duties
from minsheng.exporting import record_rows
from minsheng.exporting.record_rows import Maker, Row, loaded, said
from minsheng.journal import JournalEntry
from minsheng.records.addresses import AddressKind, present
from minsheng.records.projects import Project
from minsheng.records.publication import Origin

PROJECT_PERMISSIONS = (
    Permission.WRITE_REPORT,
    Permission.PUBLISH_REPORT,
    Permission.PROPOSE_PROJECT,
    Permission.EDIT_PROJECT,
)
LEDGER_PERMISSIONS = (*PROJECT_PERMISSIONS, Permission.KEEP_LEDGER)
CASE_PERMISSIONS = (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
ALL_PERMISSIONS = (*LEDGER_PERMISSIONS, *CASE_PERMISSIONS)
CHUNK = 200

Told = Callable[[int], None]
"""Is told after each piece how many records have been read so far."""


class RecordTable(enum.StrEnum):
    """Which records are taken away."""

    PROJECTS = "projects"
    TARGETS = "targets"
    FUNDING = "funding"
    MOVEMENTS = "movements"
    REPORTS = "reports"
    MILESTONES = "milestones"
    CONTRACTS = "contracts"
    DOCUMENTS = "documents"
    PROBLEMS = "problems"
    LOOK_BACKS = "look_backs"
    INSPECTIONS = "inspections"
    CHANGES = "changes"
    CASES = "cases"


LEDGERS = frozenset({RecordTable.PROBLEMS, RecordTable.LOOK_BACKS, RecordTable.INSPECTIONS})
_COLUMNS = {
    RecordTable.PROJECTS: "programme year division_code division agency category kind stage publication planned_start"
    " planned_finish first_planned_finish actual_start actual_finish planned_investment_yuan total_investment_yuan",
    RecordTable.TARGETS: "name part unit target measure direction assigned_by",
    RecordTable.FUNDING: "source kind year label planned_yuan",
    RecordTable.MOVEMENTS: "source account year label date movement amount_yuan note",
    RecordTable.REPORTS: "month revision state stage physical_progress funds_arrived_yuan funds_disbursed_yuan"
    " funds_spent_yuan investment_completed_yuan values done difficulties next_step",
    RecordTable.MILESTONES: "milestone first_planned_on planned_on actual_on weight slip_reason",
    RecordTable.CONTRACTS: "subject party signed_on signed_yuan present_yuan paid_yuan changes payments",
    RecordTable.DOCUMENTS: "document kind dated media_type size_bytes publication published_at sha256",
    RecordTable.PROBLEMS: "agency post kind common_problem source state found_on deadline closed_on"
    " description evidence",
    RecordTable.LOOK_BACKS: "looked_on result state keeper upkeep_budget_yuan note",
    RecordTable.INSPECTIONS: "plan year plan_state category visited_on items items_failed failed conclusion",
}
_ALONE = {
    RecordTable.CHANGES: "sequence at act project subject post reason changes hash",
    RecordTable.CASES: "case kind channel state agency division_code project received_on accept_due reply_due due_on"
    " due_is_provisional replied_on rating closed_on closed_as",
}
COLUMNS: Mapping[RecordTable, Row] = MappingProxyType(
    {table: ("project", "title", *names.split()) for table, names in _COLUMNS.items()}
    | {table: tuple(names.split()) for table, names in _ALONE.items()}
)
"""The heading of each table; those about one project begin with its address and title."""
_MAKERS: Mapping[RecordTable, Maker] = MappingProxyType(
    {table: getattr(record_rows, table.value) for table in _COLUMNS}
)


def permissions_for(table: RecordTable) -> tuple[Permission, ...]:
    """Return the permissions of which any opens a table."""
    if table is RecordTable.CASES:
        return CASE_PERMISSIONS
    return LEDGER_PERMISSIONS if table in LEDGERS else PROJECT_PERMISSIONS


def offered(member: StaffMember) -> list[RecordTable]:
    """Return the tables that a member's roles open."""
    return [one for one in RecordTable if any(member.may(permission) for permission in permissions_for(one))]


def total(session: Session, table: RecordTable) -> int:
    """Return how many records are read for a table; more than leave it, where a role is limited."""
    model: type[Project | Suggestion | JournalEntry] = Project
    query = sa.select(sa.func.count()).where(Project.origin == Origin.OWN)
    if table is RecordTable.CASES:
        model, query = Suggestion, sa.select(sa.func.count())
    elif table is RecordTable.CHANGES:
        model, query = JournalEntry, sa.select(sa.func.count()).where(_is_public())
    return session.scalar(query.select_from(model)) or 0


def _is_public() -> sa.ColumnElement[bool]:
    return sa.and_(JournalEntry.is_public, JournalEntry.about_project.is_not(None))


def rows(session: Session, member_id: int, table: RecordTable, told: Told = lambda _done: None) -> Iterator[Row]:
    """Yield the heading and then the rows of a table, for one member of staff.

    The session is emptied after each piece, so that it never holds more than one.
    """
    yield COLUMNS[table]
    done = 0
    for read, found in _pieces(session, member_id, table):
        yield from found
        done += read
        session.close()
        told(done)


def _pieces(session: Session, member_id: int, table: RecordTable) -> Iterator[tuple[int, Iterator[Row]]]:
    """Yield for each piece how many records it reads, and its rows; the session is another's after each."""
    if table is RecordTable.CASES:
        return _cases(session, member_id)
    if table is RecordTable.CHANGES:
        return _changes(session, member_id)
    return _projects(session, member_id, table)


def _projects(session: Session, member_id: int, table: RecordTable) -> Iterator[tuple[int, Iterator[Row]]]:
    last, maker = 0, _MAKERS[table]
    options = (selectinload(Project.division), selectinload(Project.agency), *loaded(maker))
    query = sa.select(Project).where(Project.origin == Origin.OWN).order_by(Project.id).limit(CHUNK).options(*options)
    while piece := session.scalars(query.where(Project.id > last)).all():
        last = piece[-1].id
        member = session.get_one(StaffMember, member_id)
        mine = [one for one in piece if _may(member, table, one)]
        yield len(piece), (row for one in mine for row in maker(session, one, _keeps_ledger(member, one)))


def _may(member: StaffMember, table: RecordTable, one: Project) -> bool:
    return any(member.may_on(permission, one.division, one.agency) for permission in permissions_for(table))


def _keeps_ledger(member: StaffMember, one: Project) -> bool:
    return member.may_on(Permission.KEEP_LEDGER, one.division, one.agency)


def _cases(session: Session, member_id: int) -> Iterator[tuple[int, Iterator[Row]]]:
    last = 0
    query = (
        sa.select(Suggestion)
        .order_by(Suggestion.id)
        .limit(CHUNK)
        .options(
            selectinload(Suggestion.agency),
            selectinload(Suggestion.division),
            selectinload(Suggestion.project),
            selectinload(Suggestion.reminders),
        )
    )
    while piece := session.scalars(query.where(Suggestion.id > last)).all():
        last = piece[-1].id
        member = session.get_one(StaffMember, member_id)
        mine = [case for case in piece if duties.may_review(member, case) or duties.may_handle(member, case)]
        yield len(piece), map(_case, mine)


def _case(case: Suggestion) -> Row:
    days = (case.received_at.date(), case.accept_due, case.reply_due, case.due, str(case.due_is_provisional).lower())
    ends = (case.replied_at.date() if case.replied_at else None, case.rating)
    closed = (case.closed_at.date() if case.closed_at else None, case.closed_as)
    return (
        str(case.id),
        *map(said, (case.kind, case.channel, case.state)),
        case.agency.name if case.agency else "",
        case.division.code if case.division else "",
        case.project.slug if case.project else "",
        *map(said, (*days, *ends, *closed)),
    )


def _changes(session: Session, member_id: int) -> Iterator[tuple[int, Iterator[Row]]]:
    """Yield the public change log of the projects within the roles, whatever address a project had then."""
    last = 0
    mine: dict[str, bool] = {}
    query = sa.select(JournalEntry).where(_is_public()).order_by(JournalEntry.sequence).limit(CHUNK)
    while piece := session.scalars(query.where(JournalEntry.sequence > last)).all():
        last = piece[-1].sequence
        member = session.get_one(StaffMember, member_id)
        for slug in {one.about_project or "" for one in piece} - mine.keys():
            mine[slug] = _is_mine(session, member, slug)
        yield len(piece), map(_change, [one for one in piece if mine[one.about_project or ""]])


def _is_mine(session: Session, member: StaffMember, slug: str) -> bool:
    by_slug = sa.select(Project).where(Project.origin == Origin.OWN)
    project = session.scalar(by_slug.where(Project.slug == slug))
    if project is None:
        now = present(session, AddressKind.PROJECT, slug)
        project = session.scalar(by_slug.where(Project.slug == now)) if now else None
    return project is not None and _may(member, RecordTable.CHANGES, project)


def _change(entry: JournalEntry) -> Row:
    details = entry.details
    changes = json.dumps(details["changes"], ensure_ascii=False, sort_keys=True) if "changes" in details else ""
    about = (entry.sequence, entry.at.isoformat(timespec="seconds"), entry.act, entry.about_project, entry.subject)
    return (*map(said, about), entry.actor, said(details.get("reason")), changes, entry.hash)
