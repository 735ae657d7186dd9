"""How fast both engines are, beside SQLite FTS5 and (where installed) tantivy, on the same records in one run.

Run with ``PYTHONPATH=site:. python -m benchmarks.search_speed [RECORDS …]``, by default 5000 20000 100000. Times are
milliseconds at the engine call, one client, files in the page cache. A page is query, total, three facets, the
first 20 records and their snippets. "Cold" empties the engine's cache of words before every query.
"""

import contextlib
import datetime as dt
import importlib.util
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.search_judging import AT, SAMPLE
from benchmarks.search_rivals import PostgresRival, Rival, SqliteRival, TantivyRival, folder_megabytes
from minsheng.importing.published import read_rows
from minsheng.outbox import RecordKind
from search import synonyms
from search.engine import Document, Facet, Mark, Query, Sort
from search.whoosh_engine import WhooshEngine
from tests import rigs

FACETS = (Facet.YEAR, Facet.CATEGORY, Facet.STAGE)
QUERIES = 200
CLIENTS = 8


def main() -> None:
    """Print one table per size."""
    for size in map(int, sys.argv[1:] or ("5000", "20000", "100000")):
        with tempfile.TemporaryDirectory() as folder:
            measure(size, Path(folder))


def measure(size: int, folder: Path) -> None:
    """Build and ask every engine with ``size`` records."""
    print(f"\n{size} records")
    engine = WhooshEngine(folder / "index", synonyms.load())
    started = time.perf_counter()
    engine.rebuild(made_up(size), Mark(0, AT.date()))
    print(f"  embedded: built in {time.perf_counter() - started:.0f} s, {folder_megabytes(folder / 'index'):.0f} MB")
    before = _private_megabytes()
    asked = questions()

    def page(text: str) -> object:
        return engine.search(Query(text, counted=FACETS))

    def cold_page(text: str) -> object:
        engine.forget_cached()
        return page(text)

    def narrowed(text: str) -> object:
        filters = {Facet.YEAR: ("2020",)}
        return engine.search(Query(text, filters=filters, sort=Sort.MOST_MONEY, counted=FACETS))

    for name, texts in asked.items():
        first, warm, cold = (_times(ask, texts) for ask in (page, page, cold_page))
        print(f"  embedded: page, {name:14} first {_row(first)}   warm {_row(warm)}   cold {_row(cold)}")
    print(f"  embedded: filter + sort        {_row(_times(narrowed, asked['word']))}")
    print(f"  embedded: as one types         {_row(_times(engine.suggest, asked['word']))}")
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        times = list(clients.map(lambda text: _times(page, [text])[0], asked["word"]))
    rate = QUERIES / (time.perf_counter() - started)
    print(f"  embedded: {CLIENTS} clients            {_row(times)}   {rate:.0f} pages a second")
    print(f"  embedded: a change is visible after {_times(lambda _: _change(engine), ['once'])[0]:.0f} ms")
    print(f"  embedded: {_private_megabytes() - before:.0f} MB more private memory")
    with contextlib.ExitStack() as servers:
        for rival in rivals(folder, servers):
            started = time.perf_counter()
            rival.build(made_up(size))
            print(f"  {rival.name}: built in {time.perf_counter() - started:.0f} s, {rival.megabytes():.0f} MB")
            for name, texts in asked.items():
                if name in rival.shapes:
                    print(f"  {rival.name}: page, {name:14} {_row(_times(rival.page, texts))}")


def rivals(folder: Path, servers: contextlib.ExitStack) -> Iterator[Rival]:
    """Yield the engines to compare with; those that are not installed are left out."""
    if binaries := rigs.find_postgresql():
        yield PostgresRival(servers.enter_context(rigs.throwaway_postgresql(binaries)))
    yield SqliteRival(folder / "sqlite")
    if importlib.util.find_spec("tantivy"):
        yield TantivyRival(folder / "tantivy")


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


def _change(engine: WhooshEngine) -> None:
    record = next(made_up(1, seed=77))
    engine.apply([record], [], Mark(1, AT.date()))
    if not engine.search(Query(record.title)).total:
        raise RuntimeError("a change is not visible")


def _times(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Return how many milliseconds each question took."""
    taken = []
    for text in texts:
        started = time.perf_counter()
        ask(text)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def _row(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"p50 {ordered[len(ordered) // 2]:7.2f}  p95 {ordered[int(len(ordered) * 0.95)]:7.2f}"


def _private_megabytes() -> float:
    """Return the memory that each process has for itself; mapped files are shared by all that search."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024


if __name__ == "__main__":
    main()
