"""Full-text search: analysis, documents, one small engine interface and its engines.

The website opens one engine per process with :func:`open_engine`, brings changes to it with
:mod:`search.indexer`, and asks it through :func:`search.finding.find`.
"""

from pathlib import Path

from search import synonyms
from search.engine import SearchEngine
from search.whoosh_engine import WhooshEngine


def open_engine(folder: Path, synonym_file: Path = synonyms.DEFAULT_FILE) -> SearchEngine:
    """Return the embedded engine with its index in ``folder``, which is made if missing and belongs to it alone.

    Raises ``SynonymError`` for a list of synonyms that cannot be used.
    """
    return WhooshEngine(folder, synonyms.load(synonym_file))
