"""Full-text search: analysis, documents, one small engine interface and its engines.

The website opens one engine per process with :func:`open_engine`, brings changes to it with
:mod:`search.indexer`, and asks it through :func:`search.finding.find`.
"""

from pathlib import Path

import sqlalchemy as sa

from search import synonyms
from search.engine import SearchEngine
from search.postgres_engine import PostgresEngine
from search.whoosh_engine import WhooshEngine


def open_engine(
    folder: Path, synonym_file: Path = synonyms.DEFAULT_FILE, database: sa.Engine | None = None
) -> SearchEngine:
    """Return an engine: the embedded one, or with a PostgreSQL ``database`` the one inside that.

    The embedded one keeps its index in ``folder``, which is made if missing and belongs to it alone; servers on
    several machines need the other. Raises ``SynonymError`` for a list of synonyms that cannot be used.
    """
    words = synonyms.load(synonym_file)
    return WhooshEngine(folder, words) if database is None else PostgresEngine(database, words)
