"""Finding: a query answered as of the latest committed change."""

import datetime as dt
import logging
from dataclasses import replace

from sqlalchemy.orm import Session

from search import indexer
from search.engine import Query, Results, SearchEngine

log = logging.getLogger(__name__)


def find(session: Session, engine: SearchEngine, query: Query, today: dt.date) -> Results:
    """Answer ``query`` so that what was published is found and what was withdrawn is not, at once.

    Changes still waiting are brought to the index first. What another process is just bringing is hidden until it
    has: a record is rather missed for a moment than shown after it was withdrawn. Raises
    ``IndexUnavailableError`` while the index is being built for the first time.
    """
    if engine.sequence() is None or indexer.waiting_keys(session):
        try:
            indexer.drain(session, engine, today)
        except Exception:
            # The rows stay; hiding what waits keeps the answer right meanwhile.
            log.exception("the search index could not be brought up to date")
        query = replace(query, hidden=query.hidden | indexer.waiting_keys(session))
    return engine.search(query)
