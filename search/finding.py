"""Finding: a query answered as of the latest committed change."""

import datetime as dt
import logging
from dataclasses import replace

from sqlalchemy.orm import Session

from minsheng.installation import synonyms
from search import indexer
from search.engine import Hit, Query, Results, SearchEngine

log = logging.getLogger(__name__)


def find(session: Session, engine: SearchEngine, query: Query, today: dt.date) -> Results:
    """Answer ``query`` so that what was published is found and what was withdrawn is not, at once.

    Changes still waiting are brought to the index first; a missing index is built, one of an earlier day gets the
    schedule status of today. What another process is
    just bringing is hidden until it has: a record is rather missed for a moment than shown after it was
    withdrawn. Raises ``IndexUnavailableError`` while another process builds the index.
    """
    keep_synonyms_current(session, engine)
    mark = engine.mark()
    if mark is None or mark.day < today or indexer.waiting_keys(session):
        catch_up(session, engine, today)
        query = replace(query, hidden=query.hidden | indexer.waiting_keys(session))
    return engine.search(query)


def keep_synonyms_current(session: Session, engine: SearchEngine) -> None:
    """Give the engine the installation's own lines of the list of synonyms, where they changed since it got them."""
    with Session(session.get_bind()) as own:
        version = synonyms.version(own)
        if version != engine.synonyms.version:
            lines = [one.line for one in synonyms.lines(own)]
            engine.synonyms = engine.synonyms.extended(lines, version)


def suggest(session: Session, engine: SearchEngine, text: str, limit: int = 8) -> tuple[Hit, ...]:
    """Return records whose names hold what has been typed so far; what has just been changed is left out."""
    return engine.suggest(text, limit, indexer.waiting_keys(session))


def catch_up(session: Session, engine: SearchEngine, today: dt.date) -> None:
    """Bring waiting changes to the index; a failure is logged and never the caller's: the changes keep waiting."""
    try:
        indexer.drain(session, engine, today)
    except Exception:
        # The rows stay; hiding what waits keeps the answer right meanwhile.
        log.exception("the search index could not be brought up to date")
