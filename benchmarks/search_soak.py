"""Several processes change records, bring changes to the index and search, while one of them is killed again and again.

Run with ``PYTHONPATH=site:. python -m benchmarks.search_soak [KILLS]``. Ends with the index compared, record by
record, with the database; exits 1 if they differ or if any process met an error.
"""

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

from benchmarks.search_judging import AT, empty_database, sample_documents
from minsheng.models import Project, SearchOutbox
from minsheng.outbox import RecordKind, touch
from minsheng.publication import Publication
from search import documents, indexer, open_engine
from search.engine import MAX_LIMIT, Document, Key, Query, SearchEngine
from search.finding import find

WORKERS = 4
TODAY = AT.date()


def main() -> None:
    """Soak and report."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with empty_database(folder) as session:
            session.execute(sa.text("PRAGMA journal_mode = WAL"))
            sample_documents(session)
            indexer.rebuild(session, open_engine(folder / "index"), TODAY)
        errors = soak(folder, kills)
        wrong = differences(folder)
        print(f"{len(errors)} errors, {len(wrong)} differences")
        for line in (*errors[:3], *wrong[:10]):
            print(line)
        sys.exit(bool(errors or wrong))


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
    print(f"{kills} kills in {time.monotonic() - started:.0f} s")
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("error-*"))]


def work(folder: Path, seed: int) -> None:
    """Change a record, index and search, over and over, as a server process does."""
    chance = random.Random(seed)  # noqa: S311 - varied work, no secret
    engine = open_engine(folder / "index")
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
    touch(session, RecordKind.PROJECT, project.id)
    session.commit()


def differences(folder: Path) -> list[str]:
    """Bring the last changes to the index and return what differs between it and the database."""
    engine = open_engine(folder / "index")
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
    return sa.create_engine(f"sqlite:///{folder / 'sample.sqlite'}", connect_args={"timeout": 30})


if __name__ == "__main__":
    main()
