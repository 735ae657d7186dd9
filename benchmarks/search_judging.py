"""Judged queries over the sample content, and the measures of how well an engine answers them."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.database import db
from minsheng.importing.published import import_published, read_rows
from minsheng.models import Base, Project
from minsheng.outbox import RecordKind
from pages.services import services
from search import documents
from search.engine import Document
from website.application import create_app
from website.config import Settings, load_or_make_secrets
from website.sample.county import load_county
from website.sample.world import Installation

ROOT = Path(__file__).resolve().parents[1]
JUDGEMENTS = ROOT / "tests/search/judgements"
SAMPLE = ROOT / "site/website/sample/published"
AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
COUNTY_AS_OF = dt.date(2026, 11, 21)
SMALL_PICTURES = 60
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


Namer = Callable[[Document], str | None]
"""What names a document as the judgements do; None for one of a kind that was not judged."""


@dataclass(frozen=True)
class Collection:
    """Documents with the queries that were judged over them."""

    name: str
    documents: Sequence[Document]
    judged: Sequence[Judged]
    name_of: Namer


def read_judgements(name: str) -> list[Judged]:
    """Return the judged queries of a collection."""
    found = []
    for line in (JUDGEMENTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, text, best, fair = line.split("\t")
            grades = dict.fromkeys(fair.split(), 1) | dict.fromkeys(best.split(), 2)
            found.append(Judged(kind, text, grades))
    return found


def published(folder: Path) -> Collection:
    """Return the records compiled from public notices; only projects were judged, by the sample's names."""
    with empty_database(folder) as session:
        load_published(session)
        names = {number: str(name) for number, name in session.execute(sa.select(Project.id, Project.external_id))}
        found = list(documents.all_documents(session, AT.date()))
    return Collection(
        "published",
        found,
        read_judgements("published"),
        lambda document: names[document.record_id] if document.kind is RecordKind.PROJECT else None,
    )


def county(folder: Path) -> Collection:
    """Return the invented county together with the compiled records, as a new site has them; all kinds were judged."""
    settings = Settings.from_environment(load_or_make_secrets(folder, {"MINSHENG_DATA": str(folder)}))
    app = create_app(settings)
    with app.app_context():
        known, session = services(), db.session()
        Base.metadata.create_all(db.engine)
        load_county(
            session,
            Installation(known.media, known.documents, known.secret, known.contacts),
            as_of=COUNTY_AS_OF,
            password_hash="",
            progress=lambda *_: None,
            picture_width=SMALL_PICTURES,
        )
        load_published(session)
        found = list(documents.all_documents(session, COUNTY_AS_OF))
        db.session.remove()
        db.engine.dispose()
    return Collection("county", found, read_judgements("county"), _name_in_county)


def _name_in_county(document: Document) -> str:
    """Return kind and key: a letter or a file by its title, what else there is by what addresses are made from."""
    by_title = document.kind in {RecordKind.SUGGESTION, RecordKind.DOCUMENT}
    return f"{document.kind}:{document.title if by_title else document.slug}"


def load_published(session: Session) -> None:
    """Import the records compiled from public notices."""
    import_published(
        session,
        read_rows(SAMPLE / "projects.json"),
        read_rows(SAMPLE / "programmes.json"),
        actor="benchmark",
        at=AT,
    )
    session.commit()


def empty_database(folder: Path) -> Session:
    """Return a session on a new database in ``folder``."""
    database = sa.create_engine(f"sqlite:///{folder / 'sample.sqlite'}")
    Base.metadata.create_all(database)
    return Session(database)


Ranking = Callable[[str], Sequence[Document]]
"""What answers a query: the documents found, the best first."""


def judge(ranking: Ranking, judged: Iterable[Judged], name_of: Namer) -> Quality:
    """Return the mean quality of the first ``DEPTH`` answers; records of one name count once, where first found."""
    recalls, ranks, gains = [], [], []
    for query in judged:
        found = list(dict.fromkeys(name for name in map(name_of, ranking(query.text)) if name is not None))[:DEPTH]
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
