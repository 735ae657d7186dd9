"""How much is being sent just now: in memory only, per server process, under names that lead back to nobody.

Nothing here is stored. A process that starts anew has seen nothing yet, and is careful again within a minute of a
fast flood and within an hour or a day of a slow one.
"""

import datetime as dt
import math
import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

CALM_PER_MINUTE = 30
"""Letters a minute that a county sends on a lively day; beyond it the site is under load."""
CALM_PER_HOUR = 300
"""Letters within an hour, likewise: a slow flood stays below the limit of a minute and not below this one."""
CALM_PER_DAY = 1500
"""Letters within 24 hours, likewise."""
LOAD_LASTS = dt.timedelta(minutes=10)
"""How long load counts on after the last busy minute, so that pauses of an attack open no gap."""
WINDOW = dt.timedelta(minutes=10)
LONG_WINDOW = dt.timedelta(hours=12)
MOST_FROM_ONE_NETWORK = 12
"""Letters of one network within one to two windows: a village behind one address, not a machine."""
MOST_FROM_ONE_NETWORK_LONG = 120
"""Letters of one network within one to two long windows: a mobile network's address serves a whole township."""
MOST_ALIKE = 5
"""Letters of much the same words within one to two windows; neighbours do send the same letter."""
MOST_ALIKE_LONG = 20
"""Letters of much the same words within one to two long windows."""
MOST_NAMES = 100_000
"""Names remembered a window: memory has an end, and an attack that reaches it is load by itself."""
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Reading:
    """What the meter said of one letter, itself included.

    ``alike`` counts letters of much the same words, ``alike_as`` is the mark that most of them share.
    """

    is_high: bool
    is_one_network: bool
    alike: int
    alike_as: str
    is_many_alike: bool


class _Names:
    """How often names came in one to two windows of a length."""

    def __init__(self, window: dt.timedelta) -> None:
        self._seconds = window.total_seconds()
        self._window = -1
        self._names: Counter[int] = Counter()
        self._earlier: Counter[int] = Counter()

    def turn(self, at: dt.datetime) -> None:
        """Begin a new window where one is over."""
        window = int(at.timestamp() // self._seconds)
        if window != self._window:
            self._earlier = self._names if window == self._window + 1 else Counter()
            self._window, self._names = window, Counter()

    def count(self, name: str) -> int:
        """Count a name once more, and return how often it came."""
        key = hash(name)
        if key in self._names or len(self._names) < MOST_NAMES:
            self._names[key] += 1
        return self._names[key] + self._earlier[key]


class SubmissionMeter:
    """Counts letters by minute, network and words. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: deque[list[int]] = deque()
        """Each minute of the last 24 hours in which letters came, and how many."""
        self._short, self._long = _Names(WINDOW), _Names(LONG_WINDOW)
        self._pressure = 0.0
        self._high_until: dt.datetime | None = None

    def note(self, at: dt.datetime, network: str, marks: Sequence[str]) -> Reading:
        """Count a letter. ``network`` is a salted name of where it came from.

        ``marks`` are digests of what it says, at least one; letters that share a mark say much the same.
        """
        with self._lock:
            self._count_minute(at)
            pressure = self._pressure_at(at)
            if pressure > 1:
                self._high_until = at + LOAD_LASTS
                self._pressure = pressure
            for names in (self._short, self._long):
                names.turn(at)
            near, alike_as = max((self._short.count(mark), mark) for mark in marks)
            far, far_as = max((self._long.count(mark), mark) for mark in marks)
            return Reading(
                is_high=self._is_high(at),
                is_one_network=(self._short.count(f"n\0{network}") > MOST_FROM_ONE_NETWORK)
                | (self._long.count(f"n\0{network}") > MOST_FROM_ONE_NETWORK_LONG),
                alike=max(near, far),
                alike_as=alike_as if near > MOST_ALIKE else far_as,
                is_many_alike=near > MOST_ALIKE or far > MOST_ALIKE_LONG,
            )

    def is_high(self, at: dt.datetime) -> bool:
        """Whether the site is under load."""
        with self._lock:
            return self._is_high(at)

    def doublings(self, at: dt.datetime) -> int:
        """Return how often the letters double what is calm: 0 up to twice as many, 1 up to four times, and so on."""
        with self._lock:
            return max(int(math.log2(self._pressure)), 0) if self._is_high(at) else 0

    def _is_high(self, at: dt.datetime) -> bool:
        return self._high_until is not None and at < self._high_until

    def _count_minute(self, at: dt.datetime) -> None:
        """Count a letter in its minute, and forget those of more than a day ago."""
        minute = int(at.timestamp() // 60)
        if self._minutes and self._minutes[-1][0] >= minute:
            self._minutes[-1][1] += 1
        else:
            self._minutes.append([minute, 1])
        while self._minutes[0][0] <= minute - MINUTES_A_DAY:
            self._minutes.popleft()

    def _pressure_at(self, at: dt.datetime) -> float:
        """Return by how many times letters exceed what is calm, in the minute, hour or day where they do most."""
        minute = int(at.timestamp() // 60)
        last = {self._minutes[place][0]: self._minutes[place][1] for place in range(-min(len(self._minutes), 2), 0)}
        share_of_last = 1 - at.timestamp() % 60 / 60
        in_minute = last.get(minute, 0) + last.get(minute - 1, 0) * share_of_last
        in_hour = sum(number for one, number in self._minutes if one > minute - 60)
        in_day = sum(number for _one, number in self._minutes)
        return max(in_minute / CALM_PER_MINUTE, in_hour / CALM_PER_HOUR, in_day / CALM_PER_DAY)
