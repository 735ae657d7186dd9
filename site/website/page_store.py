"""Finished pages in memory: at most so many bytes, of one revision and one day, those asked for again the longest."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

import brotli

TRIED = 0.25
"""Share of the room for pages that were asked for once: a crowd of those never drives out what is asked for again."""
OVERHEAD = 1_500
"""Bytes that a page costs besides its body, roughly: key, headers, bookkeeping."""
BROTLI_QUALITY = 5
GZIP_LEVEL = 6


@dataclass
class Page:
    """A finished answer. ``headers`` are those of every answer with this page; ``tag`` names its content.

    ``changed_at`` is when it last could have changed, in seconds since 1970, None where nobody knows.
    """

    headers: list[tuple[str, str]]
    body: bytes
    tag: str
    changed_at: int | None = None
    _encoded: dict[str, bytes] = field(default_factory=dict)

    def encoded(self, encoding: str) -> bytes:
        """Return the body in an encoding: ``identity``, ``gzip`` or ``br``; each is made once."""
        if encoding == "identity":
            return self.body
        if encoding not in self._encoded:
            self._encoded[encoding] = compressed(self.body, encoding)
        return self._encoded[encoding]

    @property
    def size(self) -> int:
        """Bytes in memory, with both encodings, which are a third of the body at most."""
        return len(self.body) * 5 // 3 + OVERHEAD


def compressed(body: bytes, encoding: str) -> bytes:
    """Return a body in ``gzip`` or ``br``. The same body always gives the same bytes."""
    if encoding == "br":
        result: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
        return result
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


class PageStore:
    """Pages by key. Thread-safe. With a limit of 0 bytes nothing is kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._generation: Hashable = None
        self._tried: OrderedDict[Hashable, Page] = OrderedDict()
        self._proved: OrderedDict[Hashable, Page] = OrderedDict()
        self._proved_size = 0
        self.size = 0

    def __len__(self) -> int:
        """Return how many pages are kept."""
        return len(self._tried) + len(self._proved)

    def get(self, generation: Hashable, key: Hashable) -> Page | None:
        """Return a page of this generation, or None. Another generation than the last empties the store."""
        with self._lock:
            if generation != self._generation:
                self._empty(generation)
                return None
            page = self._proved.get(key)
            if page is not None:
                self._proved.move_to_end(key)
                return page
            page = self._tried.pop(key, None)
            if page is not None:
                self._promote(key, page)
            return page

    def put(self, generation: Hashable, key: Hashable, page: Page) -> None:
        """Keep a page of the present generation; one of another is dropped, as is one too big for the trial room."""
        with self._lock:
            if generation != self._generation or page.size > self.limit * TRIED or key in self._proved:
                return
            replaced = self._tried.pop(key, None)
            self.size += page.size - (replaced.size if replaced else 0)
            self._tried[key] = page
            while self.size > self.limit:
                _, dropped = (self._tried or self._proved).popitem(last=False)
                self.size -= dropped.size

    def _promote(self, key: Hashable, page: Page) -> None:
        """Move a page that was asked for again among the proved; what has waited longest there is tried anew."""
        self._proved[key] = page
        self._proved_size += page.size
        while self._proved_size > self.limit * (1 - TRIED):
            oldest, demoted = self._proved.popitem(last=False)
            self._proved_size -= demoted.size
            self._tried[oldest] = demoted

    def _empty(self, generation: Hashable) -> None:
        self._generation = generation
        self._tried.clear()
        self._proved.clear()
        self._proved_size = self.size = 0
