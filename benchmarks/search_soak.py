"""Several processes change records, bring changes to the index and search, while one of them is killed again and again.

Run with ``PYTHONPATH=site:. python -m benchmarks.search_soak [KILLS]``, by default 50, for the embedded engine and,
where PostgreSQL is installed, for its engine. Ends with each index compared, record by record, with its database;
exits 1 if they differ or if any process met an error.
"""

import contextlib
import multiprocessing
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.search_judging import AT, load_published
from minsheng.models import Base, Project, SearchOutbox
from minsheng.outbox import RecordKind, touch
from minsheng.records.publication import Publication
from search import documents, indexer, open_engine
from search.engine import MAX_LIMIT, Document, Key, Query, SearchEngine
from search.finding import find
from tests import rigs

WORKERS = 4
TODAY = AT.date()
ADDRESS = "database-address"
"""The name of the file that tells the processes where their database is."""


def main() -> None:
    """Soak and report."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    is_right = True
    with contextlib.ExitStack() as stack:
        addresses = {"embedded": f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/sample.sqlite"}
        if binaries := rigs.find_postgresql():
            addresses["PostgreSQL"] = stack.enter_context(rigs.throwaway_postgresql(binaries))
        for name, address in addresses.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            (folder / ADDRESS).write_text(address, encoding="utf-8")
            is_right &= check(name, folder, kills)
    sys.exit(not is_right)


def check(name: str, folder: Path, kills: int) -> bool:
    """Soak one engine and report; return whether all went well."""
    database = _database(folder)
    Base.metadata.create_all(database)
    with Session(database) as session:
        if database.dialect.name == "sqlite":
            session.execute(sa.text("PRAGMA journal_mode = WAL"))
        load_published(session)
        indexer.rebuild(session, _engine(folder), TODAY)
    print(f"{name}:", flush=True)
    errors = soak(folder, kills)
    wrong = differences(folder)
    print(f"  {len(errors)} errors, {len(wrong)} differences")
    for line in (*errors[:3], *wrong[:10]):
        print(line)
    return not errors and not wrong


def soak(folder: Path, kills: int) -> list[str]:
    """Run the workers, kill and replace a fifth process ``kills`` times, and return the errors they met.

    The processes speak through files: a lock that a killed one held would stop the others.
    """
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(folder, number)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    chance = random.Random(5)  # noqa: S311 - the same moments every time, no secret
    started = time.monotonic()
    for number in range(WORKERS, WORKERS + kills):
        victim = context.Process(target=work, args=(folder, number))
        victim.start()
        while not (folder / f"begun-{number}").exists():
            time.sleep(0.01)
        time.sleep(chance.random())
        victim.kill()
        victim.join()
    (folder / "stop").touch()
    for worker in workers:
        worker.join()
    print(f"  {kills} kills in {time.monotonic() - started:.0f} s")
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("error-*"))]


def work(folder: Path, seed: int) -> None:
    """Change a record, index and search, over and over, as a server process does."""
    chance = random.Random(seed)  # noqa: S311 - varied work, no secret
    engine = _engine(folder)
    database = _database(folder)
    (folder / f"begun-{seed}").touch()
    while not (folder / "stop").exists():
        try:
            with Session(database) as session:
                _change(session, chance, f"第{seed}号第{time.monotonic_ns()}次")
                find(session, engine, Query("道路 改造"), TODAY)
        except Exception:
            (folder / f"error-{seed}-{time.monotonic_ns()}").write_text(traceback.format_exc(), encoding="utf-8")


def _change(session: Session, chance: random.Random, mark: str) -> None:
    """Rename a project, or publish or withdraw it."""
    project = session.get(Project, chance.randrange(1, 500))
    if project is None:
        return
    project.summary = mark
    project.publication = chance.choice([Publication.PUBLISHED, Publication.PUBLISHED, Publication.WITHDRAWN])
    project.withdrawn_reason = "试验" if project.publication is Publication.WITHDRAWN else ""
    touch(session, RecordKind.PROJECT, project.id)
    session.commit()


def differences(folder: Path) -> list[str]:
    """Bring the last changes to the index and return what differs between it and the database."""
    engine = _engine(folder)
    with Session(_database(folder)) as session:
        while indexer.drain(session, engine, TODAY):
            pass
        waiting = session.scalar(sa.select(sa.func.count()).select_from(SearchOutbox))
        expected = {document.key: document for document in documents.all_documents(session, TODAY)}
    held = dict.fromkeys(engine.held())
    found = [f"waiting: {waiting}"] if waiting else []
    found += [f"missing: {key}" for key in expected.keys() - held.keys()]
    found += [f"should be gone: {key}" for key in held.keys() - expected.keys()]
    return found + [f"stale: {key}" for key in _stale(engine, expected)]


def _stale(engine: SearchEngine, expected: Mapping[Key, Document]) -> list[Key]:
    """Return the records whose document is not the one the database makes now."""
    stale: list[Key] = []
    offset = 0
    while hits := engine.search(Query(offset=offset, limit=MAX_LIMIT)).hits:
        stale += [hit.document.key for hit in hits if expected.get(hit.document.key) != hit.document]
        offset += MAX_LIMIT
    return stale


def _database(folder: Path) -> sa.Engine:
    address = (folder / ADDRESS).read_text(encoding="utf-8")
    return sa.create_engine(address, connect_args={"timeout": 30} if address.startswith("sqlite") else {})


def _engine(folder: Path) -> SearchEngine:
    database = _database(folder)
    return open_engine(folder / "index", database=None if database.dialect.name == "sqlite" else database)


if __name__ == "__main__":
    main()
