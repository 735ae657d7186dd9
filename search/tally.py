"""Counting what is searched for: in memory while people wait, in the database now and then.

A search only adds to a dictionary. A thread of its own writes the counts a minute after the first of them, and when
the process ends; what a killed process had not yet written is lost, which statistics can bear.
"""

import atexit
import datetime as dt
import logging
import threading

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.installation import asked_queries
from search import analysis

log = logging.getLogger(__name__)
WRITTEN_AFTER_SECONDS = 60.0
MOST_KEPT = 5_000
"""Different queries held at most: under a flood of nonsense the rest of a minute is not counted."""


class Tally:
    """Counts of queries that wait to be written to ``database``. Safe to use from several threads."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._counts: dict[tuple[dt.date, str], tuple[int, int]] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def note(self, text: str, total: int, today: dt.date) -> None:
        """Count a query that was answered with so many results, unless it may tell of a person."""
        plain = asked_queries.countable(analysis.fold(text), is_answered=total > 0)
        if plain is None:
            return
        key = (today, plain)
        with self._lock:
            if key not in self._counts and len(self._counts) >= MOST_KEPT:
                return
            asked, unanswered = self._counts.get(key, (0, 0))
            self._counts[key] = (asked + 1, unanswered + (total == 0))
            if self._timer is None:
                self._timer = threading.Timer(WRITTEN_AFTER_SECONDS, self.write)
                self._timer.daemon = True
                self._timer.start()
                atexit.register(self.write)

    def write(self) -> None:
        """Write what was counted in one short transaction; what cannot be written is given up."""
        with self._lock:
            counts, self._counts = self._counts, {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        atexit.unregister(self.write)
        if not counts:
            return
        try:
            with Session(self._database) as session:
                asked_queries.add(session, counts)
                asked_queries.forget(session, max(day for day, _ in counts))
                session.commit()
        except Exception:
            log.exception("the counts of %d queries could not be written", len(counts))
