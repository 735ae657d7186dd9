"""Addresses templates need: this page with one thing changed, and static files that never go stale."""

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from flask import current_app, request, url_for

from pages.services import services

LONGEST_LOCAL = 1_500
KEPT_IN_ADDRESSES = "/?#&=%+:@,;!$'()*~-._"
STATIC = Path(__file__).parent / "static"


def url_with(**changes: str | int | list[str] | None) -> str:
    """Return the present path with query parameters changed; ``None`` removes one.

    Parameters keep their order, so that the same selection always has the same address.
    """
    query = {name: request.args.getlist(name) for name in request.args}
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value if isinstance(value, list) else [str(value)]
    return _address(query)


def url_without(name: str, value: str) -> str:
    """Return the present address with one value of one filter taken away, back on the first page."""
    query = {key: request.args.getlist(key) for key in request.args if key != "page"}
    query[name] = [kept for kept in query.get(name, []) if kept != value]
    return _address(query)


def _address(query: dict[str, list[str]]) -> str:
    pairs = [(name, value) for name, values in query.items() for value in values if value != ""]
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def absolute(endpoint: str, **values: object) -> str:
    """Return the whole address of a page: under the site's own address where it is set, else the request's."""
    base = services().public_address
    return base + url_for(endpoint, **values) if base else url_for(endpoint, _external=True, **values)  # type: ignore[arg-type]  # any value that a route converts


def for_mail(endpoint: str, **values: object) -> str:
    """Return the whole address of a page as mail names it: from the settings, whatever host a request claims."""
    base = urlsplit(services().mail_address)
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    anchor = values.pop("_anchor", None)
    address: str = adapter.build(endpoint, values, force_external=True)
    return f"{address}#{quote(str(anchor))}" if anchor else address


def here() -> str:
    """Return the whole address of the present page without its query."""
    return (services().public_address or request.url_root.rstrip("/")) + quote(request.path)


def local_address(text: str) -> str:
    """Return a path of this site that someone asked to be led to; the first page for anything else.

    Browsers read a backslash as a slash and skip control characters, so ``/\\other.example`` is no path.
    """
    is_path = text.startswith("/") and not text.startswith("//") and "\\" not in text
    is_clean = len(text) <= LONGEST_LOCAL and text.isprintable()
    return quote(text, safe=KEPT_IN_ADDRESSES) if is_path and is_clean else "/"


def present_address() -> str:
    """Return the present path with its query: where to come back to after a detour."""
    query = quote(request.query_string, safe=KEPT_IN_ADDRESSES)
    address = quote(request.path) + (f"?{query}" if query else "")
    return address if len(address) <= LONGEST_LOCAL else quote(request.path)


@cache
def _fingerprint(filename: str) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:12]


def static_url(filename: str) -> str:
    """Return the address of a shared static file with a hash of its content, so that it can be kept for ever.

    Raises ``FileNotFoundError`` for a file that is not there.
    """
    return url_for("pages.static", filename=filename, v=_fingerprint(filename))
