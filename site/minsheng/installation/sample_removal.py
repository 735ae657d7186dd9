"""Taking sample content out of an installation, in one step, so that a real place starts clean.

Sample content is the invented county with everything that belongs to it, and the records compiled from others'
notices. What belongs to a record is found by following the references of the tables, so that a table added later is
found too. Accounts are kept or deactivated, never deleted; the journal stays whole and says what was removed.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts import signing_in
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.reply_templates import ReplyTemplate
from minsheng.casework.suggestions import Suggestion
from minsheng.casework.word_lists import ListedWord
from minsheng.database import Base
from minsheng.editorial import publishing
from minsheng.editorial.content_pages import ContentPage
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.installation import settings
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.oversight.problems import CommonProblem, Problem
from minsheng.records.addresses import AddressKind, FormerAddress
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.surveying.questionnaires import Questionnaire, QuestionnaireVersion
from minsheng.surveying.surveys import Wave

BATCH = 500
ACT = "sample_content_removed"
KEPT_TABLES = frozenset({"staff_member", "journal_entry", "journal_head"})
"""Tables from which nothing is ever removed, whatever their rows refer to."""

Doomed = dict[sa.Table, set[Any]]
"""Rows to remove, by table: the values of its one primary key."""


@dataclass(frozen=True)
class Plan:
    """What a removal would remove: rows by table, and the sample accounts that work here."""

    counts: dict[str, int]
    accounts: Sequence[StaffMember]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remove."""
        return not any(self.counts.values()) and not self.accounts


def plan(session: Session, *, compiled: bool = True) -> Plan:
    """Return what a removal would remove, with or without the records compiled from others' notices."""
    doomed = _doomed(session, compiled=compiled)
    counts = {table.name: len(rows) for table, rows in doomed.items() if rows}
    return Plan(counts, sample_accounts(session))


def has_sample(session: Session) -> bool:
    """Whether the installation holds any sample content."""
    invented = sa.select(Division.id).where(Division.is_invented).limit(1)
    copied = sa.select(Programme.id).where(Programme.origin == Origin.COMPILED).limit(1)
    return any(session.scalar(query) is not None for query in (invented, copied)) or bool(sample_accounts(session))


def sample_accounts(session: Session) -> Sequence[StaffMember]:
    """Return the active accounts that came with sample content."""
    query = sa.select(StaffMember).where(StaffMember.is_sample, StaffMember.is_active)
    return session.scalars(query.order_by(StaffMember.username)).all()


def remove(
    session: Session, by: StaffMember, keep: Collection[int], at: dt.datetime, *, compiled: bool = True
) -> dict[str, int]:
    """Remove all sample content and return how many rows went, by table.

    Sample accounts whose identity is in ``keep``, and that of ``by``, stay: without roles in places that are gone, and
    with a password to be changed at once, since all sample accounts share one. The others are deactivated. A second
    factor is required from now on. Raises ``NotAllowedError`` without a right for the whole installation, and
    ``WrongStateError`` where there is nothing to remove.
    """
    if not by.may_on(Permission.CHANGE_SETTINGS, None, None):
        raise NotAllowedError
    return clear(session, by.post, {by.id, *keep}, at, compiled=compiled)


def clear(
    session: Session, actor: str, keep: Collection[int], at: dt.datetime, *, compiled: bool = True
) -> dict[str, int]:
    """Do the same for a command, which needs nobody's right."""
    journal.lock(session)
    if not has_sample(session):
        raise WrongStateError("remove_sample", "none")
    before = {subject for subject, _said in publishing.public_records(session)}
    doomed = _doomed(session, compiled=compiled)
    counts = {table.name: len(rows) for table, rows in doomed.items() if rows}
    _tell_index(session, doomed)
    _delete_all(session, doomed)
    session.expire_all()
    kept = _settle_accounts(session, keep, at)
    after = {subject for subject, _said in publishing.public_records(session)}
    extra = {"counts": counts, "removed_subjects": sorted(before - after), "accounts_kept": kept}
    journal.record(session, Act(ACT, "installation:sample", actor, extra=extra), at)
    settings.put(session, {"second_factor_required": True}, actor, at)
    return counts


def _settle_accounts(session: Session, keep: Collection[int], at: dt.datetime) -> int:
    """Deactivate the sample accounts that nobody keeps; return how many are kept."""
    kept = 0
    for member in sample_accounts(session):
        if member.id in keep:
            member.is_sample = False
            member.must_change_password = True
            kept += 1
        else:
            member.is_active = False
            signing_in.revoke_all(session, member, at)
    session.flush()
    return kept


def _doomed(session: Session, *, compiled: bool) -> Doomed:
    """Return all rows of sample content, parents' tables before those that refer to them."""
    doomed: Doomed = {table: set() for table in Base.metadata.sorted_tables}
    invented = set(session.scalars(sa.select(Division.id).where(Division.is_invented)))
    doomed[_table(Division)] |= invented
    if compiled:
        for model in (Programme, Project):
            doomed[_table(model)] |= set(session.scalars(sa.select(model.id).where(model.origin == Origin.COMPILED)))
    doomed[_table(Questionnaire)] |= _questionnaires_of(session, invented)
    doomed[_table(Suggestion)] |= _placeless_cases(session)
    by_sample = sa.select(StaffMember.id).where(StaffMember.is_sample)
    words = sa.select(ListedWord.id).where(ListedWord.added_by_id.in_(by_sample))
    templates = sa.select(ReplyTemplate.id).where(ReplyTemplate.changed_by_id.in_(by_sample))
    doomed[_table(ListedWord)] |= set(session.scalars(words))
    doomed[_table(ReplyTemplate)] |= set(session.scalars(templates))
    doomed[_table(ContentPage)] |= set(session.scalars(sa.select(ContentPage.id).where(ContentPage.is_invented)))
    for table in Base.metadata.sorted_tables:
        if table.name not in KEPT_TABLES:
            _add_dependents(session, table, doomed)
    doomed[_table(CommonProblem)] |= _shared_by_none(session, doomed)
    if compiled:
        doomed[_table(Division)] |= _empty_places(session, doomed)
    return doomed


def _questionnaires_of(session: Session, places: Collection[int]) -> set[int]:
    """Return the questionnaires that were asked in these places and nowhere else."""
    asked = (
        sa.select(QuestionnaireVersion.questionnaire_id, Wave.division_id)
        .join(Wave, Wave.version_id == QuestionnaireVersion.id)
        .distinct()
    )
    where: dict[int, set[int]] = {}
    for questionnaire_id, division_id in session.execute(asked):
        where.setdefault(questionnaire_id, set()).add(division_id)
    return {number for number, divisions in where.items() if divisions <= set(places)}


def _shared_by_none(session: Session, doomed: Doomed) -> set[int]:
    """Return the common problems whose every entry goes."""
    rows = session.execute(sa.select(Problem.common_id, Problem.id))
    entries = [(common, number) for common, number in rows if common is not None]
    return {common for common, _number in entries} - {
        common for common, number in entries if number not in doomed[_table(Problem)]
    }


def _placeless_cases(session: Session) -> set[int]:
    """Return the cases that name no place, agency or project, and that only sample accounts have handled."""
    sample_posts = sa.select(StaffMember.post).where(StaffMember.is_sample)
    real_hands = sa.select(CaseEvent.suggestion_id).where(CaseEvent.actor != "", CaseEvent.actor.not_in(sample_posts))
    sample_hands = sa.select(CaseEvent.suggestion_id).where(CaseEvent.actor.in_(sample_posts))
    query = sa.select(Suggestion.id).where(
        Suggestion.division_id.is_(None),
        Suggestion.agency_id.is_(None),
        Suggestion.project_id.is_(None),
        Suggestion.id.in_(sample_hands),
        Suggestion.id.not_in(real_hands),
    )
    return set(session.scalars(query))


def _add_dependents(session: Session, table: sa.Table, doomed: Doomed) -> None:
    """Add the rows of a table that refer to a doomed row, until no more are found: a table may refer to itself."""
    key = _key(table)
    if key is None:
        return
    fresh = True
    while fresh:
        found: set[Any] = set()
        for column, parent in _references(table):
            for batch in _batches(doomed[parent]):
                found |= set(session.scalars(sa.select(key).where(column.in_(batch))))
        fresh = bool(found - doomed[table]) and any(parent is table for _column, parent in _references(table))
        doomed[table] |= found


def _empty_places(session: Session, doomed: Doomed) -> set[int]:
    """Return the real places that only compiled records spoke of, with those above them that then hold nothing.

    The places of this installation stay: that of the settings, those above it and those within.
    """
    table = _table(Division)
    home = settings.read(session).home_place
    rows = session.execute(sa.select(Division.id, Division.parent_id, Division.code, Division.path)).all()
    home_path = next((row.path for row in rows if row.code == home), None)
    needed: set[int] = set()
    for other in Base.metadata.sorted_tables:
        for column, parent in _references(other):
            key = _key(other)
            if parent is table and other is not table and key is not None:
                referring = session.execute(sa.select(key, column).where(column.is_not(None)))
                needed |= {place for number, place in referring if number not in doomed[other]}
    if home_path:
        needed |= {row.id for row in rows if row.path.startswith(home_path) or home_path.startswith(row.path)}
    above = {row.id: row.parent_id for row in rows}
    for number in list(needed):
        while (number := above.get(number) or 0) and number not in needed:
            needed.add(number)
    return {row.id for row in rows} - needed - doomed[table]


def _delete_all(session: Session, doomed: Doomed) -> None:
    """Delete what is doomed, whatever refers to something first."""
    for kind, model in ((AddressKind.PROJECT, Project), (AddressKind.PROGRAMME, Programme)):
        for batch in _batches(doomed[_table(model)]):
            session.execute(
                sa.delete(FormerAddress).where(FormerAddress.kind == kind, FormerAddress.record_id.in_(batch))
            )
    for table in reversed(Base.metadata.sorted_tables):
        key = _key(table)
        if table.name in KEPT_TABLES:
            continue
        if key is None:
            for column, parent in _references(table):
                for batch in _batches(doomed[parent]):
                    session.execute(sa.delete(table).where(column.in_(batch)))
            continue
        for layer in _layers(session, table, doomed[table]):
            for batch in _batches(layer):
                session.execute(sa.delete(table).where(key.in_(batch)))


def _layers(session: Session, table: sa.Table, rows: set[Any]) -> Iterator[set[Any]]:
    """Yield rows of a table such that none refers to one of an earlier layer: the deepest places go first."""
    own = [column for column, parent in _references(table) if parent is table]
    key = _key(table)
    if not own or key is None or not rows:
        yield rows
        return
    above = {row[0]: set(row[1:]) for row in session.execute(sa.select(key, *own)) if row[0] in rows}
    left = set(rows)
    while left:
        layer = left - set().union(*(above[row] for row in left))
        yield layer
        left -= layer


def _tell_index(session: Session, doomed: Doomed) -> None:
    """Tell the search index of every record that goes."""
    kinds = {
        "project": RecordKind.PROJECT,
        "progress_report": RecordKind.REPORT,
        "programme": RecordKind.PROGRAMME,
        "suggestion": RecordKind.SUGGESTION,
        "division": RecordKind.DIVISION,
        "agency": RecordKind.AGENCY,
        "document": RecordKind.DOCUMENT,
        "call": RecordKind.CALL,
        "content_page": RecordKind.CONTENT,
    }
    for table, rows in doomed.items():
        if table.name in kinds:
            for number in sorted(rows):
                touch(session, kinds[table.name], number)
    session.flush()


def _table(model: type[Base]) -> sa.Table:
    table = model.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} has no table of its own")
    return table


def _key(table: sa.Table) -> sa.Column[Any] | None:
    """Return the one column that identifies a row; None for tables that only list what belongs to another's rows."""
    columns = list(table.primary_key.columns)
    return columns[0] if len(columns) == 1 else None


def _references(table: sa.Table) -> Iterator[tuple[sa.Column[Any], sa.Table]]:
    """Yield the columns of a table that refer to another row, but for those that are emptied when it goes."""
    for column in table.columns:
        for reference in column.foreign_keys:
            if reference.ondelete != "SET NULL":
                yield column, reference.column.table


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    listed = sorted(rows)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]
