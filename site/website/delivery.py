"""How a finished answer goes out: compressed as the reader takes it, tagged, or not at all where nothing changed."""

import hashlib
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from werkzeug.http import http_date, parse_accept_header, parse_date

from website.page_store import Page

Environment = dict[str, Any]
StartResponse = Callable[..., Any]

TEXT = (
    "text/",
    "application/json",
    "application/ld+json",
    "application/xml",
    "application/atom+xml",
    "application/manifest+json",
    "application/geo+json",
    "image/svg+xml",
)
LEAST_WORTH_COMPRESSING = 400
SETTLED_AFTER = 60
"""Seconds after which a moment counted in whole seconds is exact enough to ask by (RFC 9110, section 8.8.2.2)."""
_OF_THE_BODY = frozenset({"content-length", "content-type", "content-encoding", "content-language"})
_MADE_HERE = frozenset({"content-length", "etag", "last-modified", "vary"})
_SUFFIXES = {"identity": "", "gzip": "-gz", "br": "-br"}


def is_text(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer is text that no one compressed yet."""
    known = {name.lower(): value for name, value in headers}
    return known.get("content-type", "").startswith(TEXT) and "content-encoding" not in known


def page_of(headers: Iterable[tuple[str, str]], body: bytes, changed_at: int | None = None) -> Page:
    """Return a page for an answer with status 200; its tag is a hash of its content, whoever made it."""
    kept = [(name, value) for name, value in headers if name.lower() not in _MADE_HERE]
    asked = [part.strip() for name, value in headers if name.lower() == "vary" for part in value.split(",")]
    vary = list(dict.fromkeys([part for part in asked if part] + ["Accept-Encoding"]))
    kept.append(("Vary", ", ".join(vary)))
    return Page(kept, body, hashlib.sha256(body).hexdigest()[:32], changed_at)


@lru_cache(maxsize=256)
def chosen_encoding(accepted: str) -> str:
    """Return ``br``, ``gzip`` or ``identity``, whichever the reader takes, in this order."""
    if not accepted:
        return "identity"
    qualities = {name.lower(): quality for name, quality in parse_accept_header(accepted[:200])}
    every = qualities.get("*", 0)
    return next((name for name in ("br", "gzip") if qualities.get(name, every) > 0), "identity")


def deliver(
    page: Page, environment: Environment, start_response: StartResponse, *, may_compress: bool = True
) -> Iterable[bytes]:
    """Answer a GET or HEAD request with a page, or with 304 where the reader has it already."""
    encoding = "identity"
    if may_compress and len(page.body) >= LEAST_WORTH_COMPRESSING:
        encoding = chosen_encoding(environment.get("HTTP_ACCEPT_ENCODING", ""))
    tag = f'"{page.tag}{_SUFFIXES[encoding]}"'
    headers = [*page.headers, ("ETag", tag)]
    settled = page.changed_at is not None and page.changed_at <= time.time() - SETTLED_AFTER
    if page.changed_at is not None and settled:
        headers.append(("Last-Modified", http_date(page.changed_at)))
    if _has_it(environment, tag, page.changed_at if settled else None):
        start_response("304 NOT MODIFIED", [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY])
        return []
    body = page.encoded(encoding)
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [] if environment["REQUEST_METHOD"] == "HEAD" else [body]


def _has_it(environment: Environment, tag: str, changed_at: int | None) -> bool:
    """Whether the reader holds this very content; a list of tags overrules a date (RFC 9110, section 13.2.2)."""
    tags = environment.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return any(each.strip().removeprefix("W/") in {tag, "*"} for each in tags[:4000].split(","))
    since = environment.get("HTTP_IF_MODIFIED_SINCE")
    asked = parse_date(since) if since and changed_at is not None else None
    return asked is not None and changed_at is not None and changed_at <= asked.timestamp()
