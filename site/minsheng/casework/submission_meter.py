"""How much is being sent just now, by minute, network and words, under names that lead back to nobody.

What came in each minute is told to the other server processes about once a second, as bare numbers (see
:mod:`minsheng.casework.submission_counts`), so that all of them know of a flood and one that starts anew learns of
it. Names of
networks and marks of words stay in the memory of their process.
"""

import datetime as dt
import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
TOLD_EVERY = dt.timedelta(seconds=1)
"""How often a process tells the others what it counted, and asks what they did."""

Swap = Callable[[Mapping[int, int], int], Mapping[int, int]]
"""Takes what was counted since the last time, by minute, and returns what all counted in the minutes after another."""


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
        self._minutes: dict[int, int] = {}
        """Each minute of the last 24 hours in which letters came, and how many, as far as this process knows."""
        self._untold: Counter[int] = Counter()
        self._told_at: dt.datetime | None = None
        self._short, self._long = _Names(WINDOW), _Names(LONG_WINDOW)
        self._pressure = 0.0
        self._high_until: dt.datetime | None = None

    def tell(self, at: dt.datetime, swap: Swap) -> None:
        """Tell the other processes what was counted here and learn what they counted, once in ``TOLD_EVERY``.

        While one thread does, the others go on with what is known. What could not be told is told the next time; the
        error is the caller's.
        """
        with self._lock:
            if self._told_at is not None and self._told_at <= at < self._told_at + TOLD_EVERY:
                return
            self._told_at = at
            untold, self._untold = self._untold, Counter()
            known = sum(self._minutes.values())
        try:
            told = swap(untold, _minute(at) - MINUTES_A_DAY)
        except Exception:
            with self._lock:
                self._untold.update(untold)
            raise
        with self._lock:
            self._minutes = dict(Counter(told) + self._untold)
            if sum(told.values()) > known:
                self._feel(at)

    def note(self, at: dt.datetime, network: str, marks: Sequence[str]) -> Reading:
        """Count a letter. ``network`` is a salted name of where it came from.

        ``marks`` are digests of what it says, at least one; letters that share a mark say much the same.
        """
        with self._lock:
            self._count_minute(at)
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

    def note_refused(self, at: dt.datetime) -> None:
        """Count a form that was sent and not taken: making its answer is work too."""
        with self._lock:
            self._count_minute(at)

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
        minute = _minute(at)
        if minute not in self._minutes:
            self._minutes = {one: number for one, number in self._minutes.items() if one > minute - MINUTES_A_DAY}
        self._minutes[minute] = self._minutes.get(minute, 0) + 1
        self._untold[minute] += 1
        self._feel(at)

    def _feel(self, at: dt.datetime) -> None:
        """Begin or prolong the load where more came than is calm."""
        pressure = self._pressure_at(at)
        if pressure > 1:
            self._high_until = at + LOAD_LASTS
            self._pressure = pressure

    def _pressure_at(self, at: dt.datetime) -> float:
        """Return by how many times letters exceed what is calm, in the minute, hour or day where they do most."""
        minute = _minute(at)
        share_of_last = 1 - at.timestamp() % 60 / 60
        in_minute = self._minutes.get(minute, 0) + self._minutes.get(minute - 1, 0) * share_of_last
        in_hour = sum(self._minutes.get(one, 0) for one in range(minute - 59, minute + 1))
        in_day = sum(self._minutes.values())
        return max(in_minute / CALM_PER_MINUTE, in_hour / CALM_PER_HOUR, in_day / CALM_PER_DAY)


def _minute(at: dt.datetime) -> int:
    """Return whole minutes since 1970."""
    return int(at.timestamp() // 60)
