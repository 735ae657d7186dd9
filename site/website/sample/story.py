"""The order of the story: what happened when, told to the database from the first day to the last.

Acts are put in with their moment and run in its order, so that journal entries and case numbers come as they
would have in life. An act may put in later ones, such as the closing of a case whose deadline it has just set.
"""

import datetime as dt
import heapq
import itertools
from collections.abc import Callable

Teller = Callable[[dt.datetime], None]


class Story:
    """A queue of acts up to a last moment; what lies beyond has not happened."""

    def __init__(self, until: dt.datetime) -> None:
        self._until = until
        self._queue: list[tuple[dt.datetime, int, Teller]] = []
        self._numbers = itertools.count()

    def at(self, moment: dt.datetime, act: Teller) -> None:
        """Put in an act; it is called with its moment. Acts after the last moment are left out."""
        if moment <= self._until:
            heapq.heappush(self._queue, (moment, next(self._numbers), act))

    def __len__(self) -> int:
        return len(self._queue)

    def tell(self, progress: Callable[[int, int], None]) -> None:
        """Run all acts in order; ``progress`` gets how many are done of how many known so far."""
        done = 0
        while self._queue:
            moment, _, act = heapq.heappop(self._queue)
            act(moment)
            done += 1
            progress(done, done + len(self._queue))
