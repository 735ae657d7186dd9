"""How fast both engines are, beside SQLite FTS5 and (where installed) tantivy, on the same records in one run.

Run with ``PYTHONPATH=site:. python -m benchmarks.search_speed [RECORDS …]``, by default 5000 20000 100000; all three
take about ten minutes on two cores. Times are milliseconds at the engine call, one client unless said, files in the
page cache. A page is query, total, three facets, the first 20 records and their snippets. "Cold" empties the
engine's cache of words before every query.
"""

import contextlib
import datetime as dt
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa

from benchmarks.search_judging import AT, SAMPLE
from benchmarks.search_rivals import Rival, SqliteRival, TantivyRival, folder_megabytes, schema_megabytes
from minsheng.importing.published import read_rows
from minsheng.outbox import RecordKind
from search import synonyms
from search.engine import Document, Facet, Mark, Query, SearchEngine, Sort
from search.postgres_engine import PostgresEngine
from search.query import parse
from search.whoosh_engine import WhooshEngine
from tests import rigs

FACETS = (Facet.YEAR, Facet.CATEGORY, Facet.STAGE)
QUERIES = 200
CLIENTS = 8
CHANGES = 9


def main() -> None:
    """Print one table per size, or for ``--memory`` what one process takes to search an index that is there."""
    if sys.argv[1:2] == ["--memory"]:
        _print_memory(*sys.argv[2:4])
        return
    with contextlib.ExitStack() as servers:
        binaries = rigs.find_postgresql()
        server = servers.enter_context(rigs.throwaway_postgresql(binaries)) if binaries else None
        for size in map(int, sys.argv[1:] or ("5000", "20000", "100000")):
            with tempfile.TemporaryDirectory() as folder:
                measure(size, Path(folder), server)


def measure(size: int, folder: Path, server: str | None) -> None:
    """Build and ask every engine with ``size`` records; PostgreSQL on the throw-away ``server``."""
    print(f"\n{size} records; milliseconds {'p50':>17} {'p95':>9}", flush=True)
    index = folder / "index"
    embedded = WhooshEngine(index, synonyms.load())
    _build("embedded", embedded, size)
    print(f"  embedded: {folder_megabytes(index):.0f} MB on the disk", flush=True)
    _ask("embedded", embedded, embedded.forget_cached)
    _memory("embedded", str(index))
    if server is None:
        print("  PostgreSQL: left out, no server binaries were found")
    else:
        database = sa.create_engine(server)
        inside = PostgresEngine(database, synonyms.load())
        _build("PostgreSQL", inside, size)
        print(f"  PostgreSQL: {schema_megabytes(database):.0f} MB on the disk", flush=True)
        _ask("PostgreSQL", inside)
        _memory("PostgreSQL", server)
        database.dispose()
    for rival in rivals(folder):
        started = time.perf_counter()
        rival.build(made_up(size))
        print(f"  {rival.name}: built in {time.perf_counter() - started:.0f} s, {rival.megabytes():.0f} MB", flush=True)
        for name, texts in questions().items():
            if name in rival.shapes:
                print(f"  {rival.name}: {name:25} {_row(_times(rival.page, texts))}", flush=True)


def _build(name: str, engine: SearchEngine, size: int) -> None:
    started, worked = time.perf_counter(), time.process_time()
    engine.rebuild(made_up(size), Mark(0, AT.date()))
    taken, own = time.perf_counter() - started, time.process_time() - worked
    print(f"  {name}: built in {taken:.0f} s ({own:.0f} s of work of our own)", flush=True)


def _ask(name: str, engine: SearchEngine, forget: Callable[[], None] | None = None) -> None:
    """Print how long an engine takes for each shape of question, and what else a reader waits for."""

    def page(text: str) -> object:
        return engine.search(Query(text, counted=FACETS))

    def narrowed(text: str) -> object:
        query = Query(text, filters={Facet.YEAR: ("2020",)}, sort=Sort.MOST_MONEY, counted=FACETS)
        return engine.search(query)

    def tell(what: str, times: Sequence[float], more: str = "") -> None:
        print(f"  {name}: {what:25} {_row(times)} {more}".rstrip(), flush=True)

    asked = questions()
    for shape, texts in asked.items():
        tell(f"{shape}, first time", _times(page, texts))
        tell(f"{shape}, warm", _times(page, texts))
        if forget is not None:
            tell(f"{shape}, cold", _times(page, texts, before=forget))
    tell("filter and sort", _times(narrowed, asked["word"]))
    tell("suggestions while typing", _times(engine.suggest, asked["word"]))
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        times = list(clients.map(lambda text: _times(page, [text])[0], asked["word"]))
    rate = QUERIES / (time.perf_counter() - started)
    tell(f"word, {CLIENTS} clients", times, f"{rate:.0f} pages a second")
    tell(
        "until a change is visible", _times(lambda number: _change(engine, int(number)), list(map(str, range(CHANGES))))
    )


def rivals(folder: Path) -> Iterator[Rival]:
    """Yield the engines to compare with; one that is not installed is left out, which is said."""
    yield SqliteRival(folder / "sqlite")
    if importlib.util.find_spec("tantivy"):
        yield TantivyRival(folder / "tantivy")
    else:
        print("  tantivy: left out, it is not installed (pip install tantivy)")


def _memory(name: str, where: str) -> None:
    """Print what a process of its own takes to search an index."""
    command = [sys.executable, "-m", "benchmarks.search_speed", "--memory", name, where]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"  {name}: {found.stdout.strip()} MB more unique memory (USS) in a process that searches", flush=True)


def _print_memory(name: str, where: str) -> None:
    """Print how many megabytes this process takes for itself once it has answered all questions."""
    # What every server process holds anyway, whatever the size of its index: the program and its tables.
    parse("公路 gonglu glo", synonyms.load())
    before = _unique_megabytes()
    engine: SearchEngine = (
        WhooshEngine(Path(where), synonyms.load())
        if name == "embedded"
        else PostgresEngine(sa.create_engine(where), synonyms.load())
    )
    for texts in questions().values():
        for text in texts:
            engine.search(Query(text, counted=FACETS))
    print(f"{_unique_megabytes() - before:.0f}")


def made_up(size: int, seed: int = 1) -> Iterator[Document]:
    """Yield records that read like real ones: titles, indicators and units of the sample, put together at random."""
    chance = random.Random(seed)  # noqa: S311 - the same corpus every time, no secret
    rows = [row for row in read_rows(SAMPLE / "projects.json") if isinstance(row, dict)]
    titles = [str(row["title"]) for row in rows]
    units = sorted({str(row["lead_unit"]) for row in rows if row["lead_unit"]})
    lists = sorted({str(row["programme"]) for row in rows if row["programme"]})
    targets = sorted({f"{one['indicator']}{one['unit'] or ''}" for row in rows for one in row["targets"]})
    for number in range(1, size + 1):
        village = chance.choice("王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗") + chance.choice(
            "家大小上下东西南北青白石龙凤"
        )
        county = f"{990_000 + chance.randrange(1, 90) * 100}"
        words = "；".join(f"{chance.choice(targets)}{chance.randrange(1, 9000)}" for _ in range(8))
        more = "，".join(chance.choice(titles) for _ in range(8))
        yield Document(
            kind=RecordKind.PROJECT,
            record_id=number,
            slug=f"p{number}",
            title=village + chance.choice(["村", "庄", "湾", "坪", "寨"]) + chance.choice(titles),
            text=f"{words}。\n{more}"[: chance.randrange(180, 370)],
            place_path=("990000", county),
            place_name=f"示例省{chance.choice('甲乙丙丁戊己庚辛')}{county[2:4]}县",
            agency_name=chance.choice(units),
            programme=f"list-{chance.randrange(200)}",
            programme_title=chance.choice(lists),
            year=chance.randrange(2010, 2027),
            category=chance.choice(["education", "health", "transport", "water", "housing", "other"]),
            stage=chance.choice(["proposed", "under_way", "completed"]),
            date=dt.date(2010, 1, 1) + dt.timedelta(chance.randrange(6000)),
            money_fen=chance.randrange(10**10),
            progress=chance.random() * 120,
        )


def questions() -> dict[str, list[str]]:
    """Return queries by shape, drawn from records of another seed."""
    records = list(made_up(QUERIES, seed=9))
    return {
        "word": [record.title[3:7] for record in records],
        "two words": [f"{record.title[3:5]} {record.text[:4]}" for record in records],
        "phrase": [f'"{record.title[3:9]}"' for record in records],
        "prefix": [record.title[3] for record in records],
        "nothing": [""] * QUERIES,
    }


def _change(engine: SearchEngine, number: int) -> None:
    """Change a record and find it. Raises ``RuntimeError`` where it is not found at once."""
    record = next(made_up(1, seed=77 + number))
    engine.apply([record], [], Mark(1 + number, AT.date()))
    if not engine.search(Query(record.title)).total:
        raise RuntimeError("a change is not visible")


def _times(ask: Callable[[str], object], texts: Sequence[str], before: Callable[[], None] | None = None) -> list[float]:
    """Return how many milliseconds each question took; ``before`` each, something else is done."""
    taken = []
    for text in texts:
        if before is not None:
            before()
        started = time.perf_counter()
        ask(text)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def _row(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:9.2f} {ordered[int(len(ordered) * 0.95)]:9.2f}"


def _unique_megabytes() -> float:
    """Return the memory that this process shares with nobody (USS), of Linux's own count."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))) / 1024


if __name__ == "__main__":
    main()
