"""Hits of rate limits in the memory of one server process, also while tens of thousands of networks send at once.

The store that comes with the library looks through all names again and again in a thread beside every request, so a
flood from many addresses slows everybody. This one clears up once a minute and holds a bounded number of names.
"""

import bisect
import threading
import time
from collections.abc import Callable

from limits.storage import MovingWindowSupport, Storage

SCHEME = "memory-bounded"
CLEARED_EVERY = 60.0
"""Seconds between two clearings."""
MOST_NAMES = 200_000
"""Names held at most, some 100 MB; beyond it the longest silent are forgotten, which lets them send once more."""


class BoundedMemory(Storage, MovingWindowSupport):
    """The times of the hits of each name, newest last. May be used from any thread."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the library reads this class attribute

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions)
        self.seconds: Callable[[], float] = time.monotonic
        self._lock = threading.Lock()
        self._hits: dict[str, list[float]] = {}
        self._lasts: dict[str, int] = {}
        self._cleared_at = -CLEARED_EVERY

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong in here."""
        return ValueError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` hits of a name unless more than ``limit`` would fall into the last ``expiry`` seconds."""
        at = self.seconds()
        with self._lock:
            self._clear_up(at)
            # Taken out and put back, so that the dictionary begins with whoever was silent longest.
            hits, self._lasts[key] = self._hits.pop(key, []), expiry
            self._hits[key] = hits
            _forget(hits, at - expiry)
            is_within = len(hits) + amount <= limit
            if is_within:
                hits.extend([at] * amount)
            return is_within

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 - the library's signature
        """Return when the oldest hit that still counts was (seconds since 1970), and how many count."""
        at, wall = self.seconds(), time.time()
        with self._lock:
            hits = [one for one in self._hits.get(key, ()) if one > at - expiry]
        return (wall - (at - hits[0]), len(hits)) if hits else (wall, 0)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count hits of a name whatever came before, and return how many count now."""
        at = self.seconds()
        with self._lock:
            self._clear_up(at)
            hits, self._lasts[key] = self._hits.pop(key, []), expiry
            self._hits[key] = hits
            _forget(hits, at - expiry)
            hits.extend([at] * amount)
            return len(hits)

    def get(self, key: str) -> int:
        """Return how many hits of a name count."""
        since = self.seconds() - self._lasts.get(key, 0)
        with self._lock:
            return sum(one > since for one in self._hits.get(key, ()))

    def get_expiry(self, key: str) -> float:
        """Return when the newest hit of a name stops counting (seconds since 1970); now for an unknown name."""
        at, wall = self.seconds(), time.time()
        with self._lock:
            hits = self._hits.get(key)
            return wall - at + hits[-1] + self._lasts[key] if hits else wall

    def check(self) -> bool:
        """Whether the store works."""
        return True

    def reset(self) -> int:
        """Forget everybody; return how many there were."""
        with self._lock:
            count = len(self._hits)
            self._hits.clear()
            self._lasts.clear()
            return count

    def clear(self, key: str) -> None:
        """Forget a name."""
        with self._lock:
            self._drop(key)

    def _clear_up(self, at: float) -> None:
        """Forget, once in a while, the names whose hits count no more; at any time, who is too many."""
        while len(self._hits) >= MOST_NAMES:
            self._drop(next(iter(self._hits)))
        if at < self._cleared_at + CLEARED_EVERY:
            return
        self._cleared_at = at
        for key in [key for key, hits in self._hits.items() if not hits or hits[-1] <= at - self._lasts[key]]:
            self._drop(key)

    def _drop(self, key: str) -> None:
        self._hits.pop(key, None)
        self._lasts.pop(key, None)


def _forget(hits: list[float], before: float) -> None:
    """Take out the hits up to a moment."""
    del hits[: bisect.bisect_right(hits, before)]
