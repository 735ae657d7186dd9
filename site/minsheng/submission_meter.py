"""How much is being sent just now: in memory only, per server process, under names that lead back to nobody.

Nothing here is stored. A process that starts anew has seen nothing yet, and is careful again within a minute.
"""

import datetime as dt
import threading
from collections import Counter
from dataclasses import dataclass

CALM_PER_MINUTE = 30
"""Letters a minute that a county sends on a lively day; beyond it the site is under load."""
LOAD_LASTS = dt.timedelta(minutes=10)
"""How long load counts on after the last busy minute, so that pauses of an attack open no gap."""
WINDOW = dt.timedelta(minutes=10)
MOST_FROM_ONE_NETWORK = 12
"""Letters of one network within one to two windows: a village behind one address, not a machine."""
MOST_ALIKE = 5
"""Letters of the same words within one to two windows; neighbours do send the same letter."""
MOST_NAMES = 50_000
"""Names remembered a window: memory has an end, and an attack that reaches it is load by itself."""


@dataclass(frozen=True)
class Reading:
    """What the meter said of one letter, itself included."""

    is_high: bool
    from_network: int
    alike: int

    @property
    def is_one_network(self) -> bool:
        """Whether its network sends more than people do."""
        return self.from_network > MOST_FROM_ONE_NETWORK

    @property
    def is_many_alike(self) -> bool:
        """Whether its words come in again and again."""
        return self.alike > MOST_ALIKE


class SubmissionMeter:
    """Counts letters by minute, network and words. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = -1
        self._this_minute = self._last_minute = 0
        self._window = -1
        self._names: Counter[str] = Counter()
        self._earlier: Counter[str] = Counter()
        self._high_until: dt.datetime | None = None

    def note(self, at: dt.datetime, network: str, words: str) -> Reading:
        """Count a letter. ``network`` is a salted name of where it came from, ``words`` a digest of what it says."""
        with self._lock:
            self._turn(at)
            self._this_minute += 1
            seconds = at.timestamp() % 60
            if self._this_minute + self._last_minute * (1 - seconds / 60) > CALM_PER_MINUTE:
                self._high_until = at + LOAD_LASTS
            from_network, alike = (self._count(f"{kind}\0{name}") for kind, name in (("n", network), ("w", words)))
            return Reading(self._is_high(at), from_network, alike)

    def is_high(self, at: dt.datetime) -> bool:
        """Whether the site is under load."""
        with self._lock:
            return self._is_high(at)

    def _is_high(self, at: dt.datetime) -> bool:
        return self._high_until is not None and at < self._high_until

    def _count(self, name: str) -> int:
        if name in self._names or len(self._names) < MOST_NAMES:
            self._names[name] += 1
        return self._names[name] + self._earlier[name]

    def _turn(self, at: dt.datetime) -> None:
        """Begin a new minute or window where one is over."""
        minute = int(at.timestamp() // 60)
        if minute != self._minute:
            self._last_minute = self._this_minute if minute == self._minute + 1 else 0
            self._minute, self._this_minute = minute, 0
        window = int(at.timestamp() // WINDOW.total_seconds())
        if window != self._window:
            self._earlier = self._names if window == self._window + 1 else Counter()
            self._window, self._names = window, Counter()
