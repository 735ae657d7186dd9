"""Brings changes from the database to the index.

The database is the truth. A change leaves a row in the outbox, in its own transaction; whoever holds the index
lock takes some rows, reads the records as they are now, commits them to the index, and only then removes the
rows. Killed at any point, the rows are still there and the work is simply done again: documents are replaced
whole, so doing it twice changes nothing.

Every function works in a session of its own on the database of the session it is given, so that the caller's
records stay as they are.
"""

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.outbox import RecordKind, SearchOutbox
from search import documents
from search.engine import Key, Mark, SearchEngine

BATCH = 200
REBUILD_FROM = 5_000
"""With so many changes waiting (after an import), building afresh is quicker than catching up."""


def drain(session: Session, engine: SearchEngine, today: dt.date) -> int:
    """Bring the oldest waiting changes to the index and return how many outbox rows were taken.

    Takes at most ``BATCH`` rows, so call it until it returns 0. Returns 0 also where another process is at work:
    that one takes them. Builds a missing index. Schedule status is stated as of ``today``.
    """
    with engine.lock() as is_ours:
        if not is_ours:
            return 0
        with Session(session.get_bind()) as own:
            mark = engine.mark()
            if mark is None or _waiting(own) >= REBUILD_FROM:
                return _rebuild(own, engine, today)
            if mark.day < today:
                _state_anew(own, engine, mark, today)
            return _take(own, engine, mark.sequence, today)


def rebuild(session: Session, engine: SearchEngine, today: dt.date) -> None:
    """Build the index afresh beside the live one and switch; waits for whoever is writing."""
    with engine.lock(wait=True), Session(session.get_bind()) as own:
        _rebuild(own, engine, today)


def waiting_keys(session: Session) -> frozenset[Key]:
    """Return the records whose latest change is not in the index yet, as of this moment.

    A session of its own sees it: the caller's may have begun before the last change was brought in.
    """
    with Session(session.get_bind()) as own:
        rows = own.execute(sa.select(SearchOutbox.kind, SearchOutbox.record_id).limit(REBUILD_FROM))
        return frozenset(Key(kind, record_id) for kind, record_id in rows)


def has_waiting(session: Session) -> bool:
    """Return whether any committed change is not in the index yet."""
    with Session(session.get_bind()) as own:
        return own.scalar(sa.select(SearchOutbox.sequence).limit(1)) is not None


def _state_anew(session: Session, engine: SearchEngine, mark: Mark, today: dt.date) -> None:
    """Bring the schedule status of the day to the projects it may change for."""
    ids = list(session.scalars(documents.ageing_projects()))
    found = documents.documents_of(session, RecordKind.PROJECT, ids, today)
    engine.apply(found, (), Mark(mark.sequence, today))


def _waiting(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(SearchOutbox)) or 0


def _take(session: Session, engine: SearchEngine, sequence: int, today: dt.date) -> int:
    """Bring the oldest rows of the outbox to the index and remove them; returns how many there were."""
    rows = session.execute(
        sa.select(SearchOutbox.sequence, SearchOutbox.kind, SearchOutbox.record_id)
        .order_by(SearchOutbox.sequence)
        .limit(BATCH)
    ).all()
    if not rows:
        return 0
    keys = {Key(kind, record_id) for _, kind, record_id in rows}
    keys |= documents.dependent_keys(session, keys)
    found = [
        document
        for kind in sorted({key.kind for key in keys})
        for document in documents.documents_of(session, kind, _ids(keys, kind), today)
    ]
    gone = keys - {document.key for document in found}
    # Nothing is held while the index is written; and SQLite refuses to write where another wrote since one read.
    session.rollback()
    taken = [number for number, _, _ in rows]
    engine.apply(found, gone, Mark(max(sequence, *taken), today))
    _remove(session, taken)
    return len(rows)


def _rebuild(session: Session, engine: SearchEngine, today: dt.date) -> int:
    """Build afresh; returns the number of outbox rows this settled."""
    # Rows are noted before the records are read: what changes meanwhile stays in the outbox.
    waiting = list(session.scalars(sa.select(SearchOutbox.sequence)))
    session.rollback()
    before = engine.mark()
    sequence = max(waiting, default=before.sequence if before else 0)
    engine.rebuild(documents.all_documents(session, today), Mark(sequence, today))
    _remove(session, waiting)
    return len(waiting)


def _remove(session: Session, sequences: list[int]) -> None:
    """Delete exactly these rows: a lower number may be committed after a higher one."""
    for start in range(0, len(sequences), BATCH):
        chosen = SearchOutbox.sequence.in_(sequences[start : start + BATCH])
        session.execute(sa.delete(SearchOutbox).where(chosen))
    session.commit()


def _ids(keys: Iterable[Key], kind: RecordKind) -> list[int]:
    return sorted(key.record_id for key in keys if key.kind is kind)
