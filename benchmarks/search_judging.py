"""Judged queries over the published sample, and the measures of how well an engine answers them."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.importing.published import import_published, read_rows
from minsheng.models import Base, Project
from minsheng.outbox import RecordKind
from search import documents
from search.engine import Document

ROOT = Path(__file__).resolve().parents[1]
JUDGEMENTS = ROOT / "tests/search/judgements/published.tsv"
SAMPLE = ROOT / "site/website/sample/published"
AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """A query with the grades of the records that answer it: 2 what was asked for, 1 of some help."""

    kind: str
    text: str
    grades: Mapping[str, int]


@dataclass(frozen=True)
class Quality:
    """Means over queries, each in 0…1."""

    recall: float
    reciprocal_rank: float
    ndcg: float


def read_judgements(path: Path = JUDGEMENTS) -> list[Judged]:
    """Return the judged queries."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, text, best, fair = line.split("\t")
            grades = dict.fromkeys(fair.split(), 1) | dict.fromkeys(best.split(), 2)
            found.append(Judged(kind, text, grades))
    return found


def sample_documents(session: Session) -> tuple[list[Document], dict[int, str]]:
    """Import the published sample and return all documents, and the sample's name of each project."""
    import_published(
        session,
        read_rows(SAMPLE / "projects.json"),
        read_rows(SAMPLE / "programmes.json"),
        actor="benchmark",
        at=AT,
    )
    session.commit()
    names = {number: str(name) for number, name in session.execute(sa.select(Project.id, Project.external_id))}
    return list(documents.all_documents(session, AT.date())), names


def empty_database(folder: Path) -> Session:
    """Return a session on a new database in ``folder``."""
    database = sa.create_engine(f"sqlite:///{folder / 'sample.sqlite'}")
    Base.metadata.create_all(database)
    return Session(database)


Ranking = Callable[[str], Sequence[Document]]
"""What answers a query: the documents found, the best first."""


def judge(ranking: Ranking, judged: Sequence[Judged], names: Mapping[int, str]) -> Quality:
    """Return the mean quality of the first ``DEPTH`` projects of each answer.

    Records that are no projects are left out of the answer: only projects were judged.
    """
    recalls, ranks, gains = [], [], []
    for query in judged:
        projects = [item for item in ranking(query.text) if item.kind is RecordKind.PROJECT]
        found = [names[item.record_id] for item in projects][:DEPTH]
        grades = [query.grades.get(name, 0) for name in found]
        best = sorted(query.grades.values(), reverse=True)[:DEPTH]
        recalls.append(sum(grade > 0 for grade in grades) / len(best))
        ranks.append(next((1 / rank for rank, grade in enumerate(grades, start=1) if grade == 2), 0.0))
        gains.append(_gain(grades) / _gain(best))
    return Quality(_mean(recalls), _mean(ranks), _mean(gains))


def _gain(grades: Sequence[int]) -> float:
    """Return the discounted cumulative gain: (2^grade - 1) / log2(rank + 1), summed (Järvelin and Kekäläinen)."""
    return math.fsum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
