"""Style sheets, scripts and drawings as they travel: compressed as the reader takes it, each once, from memory.

WhiteNoise, which answers for the rest, would want compressed copies beside the files.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote
from wsgiref.headers import Headers

from website import security
from website.delivery import Environment, StartResponse, deliver, page_of
from website.page_store import Page

KEPT_FOR = 31_536_000
"""Seconds, a year: addresses of these files carry a hash of their content."""
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Application = Callable[[Environment, StartResponse], Iterable[bytes]]


class StaticText:
    """Middleware: answers for the text files under a prefix, and passes everything else on."""

    def __init__(self, application: Application, folder: Path, prefix: str) -> None:
        """Know the files of ``folder``, to be asked for under ``prefix``, as ``/static/``."""
        self._application = application
        self._files = {
            f"{prefix}{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.suffix in TYPES and path.is_file()
        }

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = self._files.get(unquote(environment.get("PATH_INFO", "")))
        if path is None or environment["REQUEST_METHOD"] not in {"GET", "HEAD"} or not path.is_file():
            return self._application(environment, start_response)
        known = path.stat()
        return deliver(_page(path, known.st_mtime_ns), environment, start_response)


@lru_cache(maxsize=256)
def _page(path: Path, _changed_at: int) -> Page:
    """Return a file as a finished answer; another moment of change makes another page."""
    headers = Headers(
        [
            ("Content-Type", f"{TYPES[path.suffix]}; charset=utf-8"),
            ("Cache-Control", f"max-age={KEPT_FOR}, public, immutable"),
        ]
    )
    security.add_static_headers(headers, str(path), "")
    return page_of(headers.items(), path.read_bytes())
