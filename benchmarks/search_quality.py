"""How well search answers the judged queries: per engine, per kind of query, and without each of its features.

Run with ``PYTHONPATH=site:. python -m benchmarks.search_quality``; prints recall@10, MRR@10 and nDCG@10.
"""

import contextlib
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import sqlalchemy as sa

from benchmarks.search_judging import AT, Collection, Quality, Ranking, county, judge, published
from search import corrections, query, segmentation, synonyms
from search.engine import Document, Mark, Query, SearchEngine
from search.postgres_engine import PostgresEngine
from search.whoosh_engine import WhooshEngine
from tests import rigs

_ASKED = 60


def main() -> None:
    """Print the tables."""
    with contextlib.ExitStack() as servers:
        binaries = rigs.find_postgresql()
        server = servers.enter_context(rigs.throwaway_postgresql(binaries)) if binaries else None
        for load in (published, county):
            folder = Path(servers.enter_context(tempfile.TemporaryDirectory()))
            measure(load(folder), folder, server)


def measure(collection: Collection, folder: Path, server: str | None) -> None:
    """Print the tables of one collection, PostgreSQL's engine in the throw-away ``server``."""
    documents, judged = collection.documents, collection.judged
    engine = WhooshEngine(folder / "index", synonyms.load())
    engine.rebuild(documents, Mark(0, AT.date()))
    print(f"\n{collection.name}: {len(judged)} queries, {len(documents)} documents\n")
    rankings: dict[str, Ranking] = {
        "embedded engine": lambda text: _found(engine, text),
        "SQLite FTS5 trigram": trigram_ranking(documents),
    }
    if server is not None:
        inside = PostgresEngine(sa.create_engine(server), synonyms.load())
        inside.rebuild(documents, Mark(0, AT.date()))
        rankings["PostgreSQL engine"] = lambda text: _found(inside, text)
    for title, ranking in rankings.items():
        print(f"{title:28} recall@10  MRR@10  nDCG@10")
        for kind in [*dict.fromkeys(one.kind for one in judged), "all"]:
            chosen = [one for one in judged if kind in {one.kind, "all"}]
            _print_row(f"{kind} ({len(chosen)})", judge(ranking, chosen, collection.name_of))
        print()
    print(f"{'embedded engine without':28} recall@10  MRR@10  nDCG@10")
    for title, off in ablations().items():
        with off:
            _print_row(title, judge(rankings["embedded engine"], judged, collection.name_of))
    print("\nqueries answered worst")
    for one in worst(rankings["embedded engine"], collection):
        print(f"  {one}")


def ablations() -> dict[str, contextlib.AbstractContextManager[object]]:
    """Return contexts in which one feature each is switched off."""
    return {
        "nothing": contextlib.nullcontext(),
        "synonyms": mock.patch.object(synonyms.Synonyms, "split", lambda _list, han: iter([(han, ())])),
        "pinyin": mock.patch.object(query, "READ_FIELDS", frozenset()),
        "guesses by sound": mock.patch.object(corrections, "_sounds_like", return_value=None),
        "guesses by looks": mock.patch.object(corrections, "_looks_like", return_value=None),
        "segmentation": mock.patch.object(segmentation, "words", lambda han: [segmentation.Word(han, han)]),
    }


def worst(ranking: Ranking, collection: Collection) -> list[str]:
    """Return the queries below a quarter of the best gain, with it."""
    scored = [(judge(ranking, [one], collection.name_of).ndcg, one) for one in collection.judged]
    return [f"{gain:.2f} {one.kind} {one.text}" for gain, one in sorted(scored, key=lambda row: row[0]) if gain < 0.25]


def trigram_ranking(documents: Sequence[Document]) -> Ranking:
    """Return SQLite's trigram index as one would set it up: all words as quoted strings, ranked by bm25."""
    by_row = dict(enumerate(documents, start=1))
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE record USING fts5 (title, text, tokenize = 'trigram')")
    database.executemany(
        "INSERT INTO record (rowid, title, text) VALUES (?, ?, ?)",
        (
            (row, item.title, "\n".join((item.text, item.place_name, item.agency_name, item.programme_title)))
            for row, item in by_row.items()
        ),
    )

    def ranking(text: str) -> list[Document]:
        quoted = " ".join('"' + word.replace('"', '""') + '"' for word in text.split())
        rows = database.execute(
            "SELECT rowid FROM record WHERE record MATCH ? ORDER BY bm25(record, 8, 1) LIMIT ?", (quoted, _ASKED)
        )
        return [by_row[row] for (row,) in rows]

    return ranking


def _found(engine: SearchEngine, text: str) -> list[Document]:
    return [hit.document for hit in engine.search(Query(text, limit=_ASKED)).hits]


def _print_row(title: str, quality: Quality) -> None:
    print(f"{title:28} {quality.recall:9.3f} {quality.reciprocal_rank:7.3f} {quality.ndcg:8.3f}")


if __name__ == "__main__":
    main()
