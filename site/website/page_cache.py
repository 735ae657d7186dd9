"""The page cache: a page of residents is made once per revision and day, then answered from memory.

A kept page is found by everything it was made from: the revision of the site, the civil day, host and address,
language and display. The revision is read from the database at every request, before the page's data and, where
the page is made, in the same snapshot; so every server process shows a publication at the next request and no
process ever shows anything older (see :mod:`minsheng.revision`).

All other finished answers of text are tagged and compressed here too, except where that could tell a secret.
"""

import contextlib
import datetime as dt
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import Flask, Response, g, request
from werkzeug.http import parse_accept_header, parse_cookie

from minsheng import revision
from minsheng.clock import LOCAL_ZONE
from minsheng.database import db
from pages import language
from pages.services import EXTENSION, Services
from public import keeping
from website.delivery import Environment, StartResponse, deliver, is_text, page_of
from website.page_store import PageStore

LONGEST_QUERY = 300
LARGEST_PAGE = 1_000_000
KEY, MADE_AT, HOLDS_TOKEN = "minsheng.page_key", "minsheng.page_revision", "minsheng.holds_token"
FACE = "public"
_ANONYMOUS_SITES = frozenset({"same-origin", "none"})


class Generation(NamedTuple):
    """What all kept pages share: the number of the revision and the civil day."""

    number: int
    day: dt.date


def install(app: Flask, limit: int) -> "PageCache":
    """Put the cache before an application and let it mark what may be kept. ``limit`` is in bytes.

    The listener after requests runs last only if this comes before any other is registered.
    """
    cache = PageCache(app, limit)
    app.wsgi_app = cache  # type: ignore[method-assign, assignment]  # Flask's documented way
    app.before_request(_read_revision_first)
    app.after_request(_mark)
    return cache


class PageCache:
    """WSGI middleware in front of one application."""

    def __init__(self, app: Flask, limit: int) -> None:
        self._app = app
        self._inner: Callable[[Environment, StartResponse], Iterable[bytes]] = app.wsgi_app
        self._started_at = int(time.time())
        self._session_cookie: str = app.config["SESSION_COOKIE_NAME"]
        self._number_query = str(sa.select(revision.SiteRevision.number))
        self._known_engine: sa.Engine | None = None
        self.store = PageStore(limit)

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and keep what it marked."""
        if environment["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._inner(environment, start_response)
        key = page_key(environment, self._session_cookie) if self.store.limit else None
        if key is not None:
            number = self._current_number()
            page = None if number is None else self.store.get(Generation(number, self._today()), key)
            if page is not None:
                return deliver(page, environment, start_response)
            environment[KEY] = key
        return self._made(environment, start_response)

    def _made(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the application answer; finish the answer here if it is a whole text and not a stream or a refusal."""
        started: list[Any] = []

        def hold(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            started[:] = [status, headers, *rest]
            return lambda _part: None

        # The application makes the whole page for a HEAD request too, or there would be nothing to tag.
        asked = {**environment, "REQUEST_METHOD": "GET"}
        answer = self._inner(asked, hold)
        status, headers = started[:2]
        is_finished = status.startswith("200") and _is_whole(headers) and is_text(headers)
        if not is_finished and environment["REQUEST_METHOD"] == "GET":
            start_response(*started)
            return answer
        body = _read_out(answer, reads=is_finished)
        if not is_finished:
            start_response(*started)
            return []
        made_at: revision.Revision | None = asked.get(MADE_AT)
        names = {name.lower() for name, _ in headers}
        if made_at is None or "set-cookie" in names or len(body) > LARGEST_PAGE:
            return deliver(
                page_of(headers, body),
                environment,
                start_response,
                may_compress=_tells_no_secret(asked, headers, self._session_cookie),
            )
        today = self._today()
        midnight = dt.datetime.combine(today, dt.time(), LOCAL_ZONE).timestamp()
        page = page_of(headers, body, max(int(made_at.at.timestamp()), int(midnight), self._started_at))
        self.store.put(Generation(made_at.number, today), asked[KEY], page)
        return deliver(page, environment, start_response)

    def _current_number(self) -> int | None:
        """Return the present number of the revision, or None where the database cannot say.

        The statement goes to the driver: through the session it would take ten times as long as all the rest.
        """
        engine = self._engine()
        try:
            with contextlib.closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(self._number_query)
                row = cursor.fetchone()
                cursor.close()
        except engine.dialect.loaded_dbapi.Error:
            return None
        return int(row[0]) if row else 0

    def _engine(self) -> sa.Engine:
        if self._known_engine is None:
            with self._app.app_context():
                self._known_engine = db.engine
        return self._known_engine

    def _today(self) -> dt.date:
        found: Services = self._app.extensions[EXTENSION]
        return found.today()


def page_key(environment: Environment, session_cookie: str) -> tuple[Any, ...] | None:
    """Return what a kept page is found by, without revision and day; None where this request gets its own page.

    Whoever has a session may have a message waiting; who just chose a language is still to get its cookie.
    """
    query = environment.get("QUERY_STRING", "")
    cookies = parse_cookie(environment.get("HTTP_COOKIE")) if environment.get("HTTP_COOKIE") else {}
    accepted = environment.get("HTTP_ACCEPT_LANGUAGE", "")
    if session_cookie in cookies or len(query) > LONGEST_QUERY or len(accepted) > LONGEST_QUERY:
        return None
    pairs = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[1])
    asked = next((language.match(value[:32]) for name, value in pairs if name == language.PARAMETER), None)
    remembered = cookies.get(language.COOKIE, "")[:32]
    if asked and remembered != language.LANGUAGES[asked]:
        return None
    return (
        environment.get("wsgi.url_scheme"),
        environment.get("HTTP_HOST") or environment.get("SERVER_NAME"),
        environment.get("SCRIPT_NAME"),
        environment.get("PATH_INFO"),
        urlencode(pairs),
        asked or language.match(remembered) or preferred_language(accepted),
        *(cookies.get(name) if cookies.get(name) in values else None for name, values in _display()),
        _place(environment, cookies),
    )


def _place(environment: Environment, cookies: Mapping[str, str]) -> str | None:
    """Return the place a reader chose, for the pages that show it; the pages of unknown codes are not kept."""
    code = cookies.get(keeping.PLACE_COOKIE, "")
    shows_it = environment.get("PATH_INFO") in keeping.PLACE_PAGES
    return code if shows_it and re.fullmatch(keeping.PLACE_CODE, code) else None


def _display() -> Iterable[tuple[str, frozenset[str]]]:
    return keeping.DISPLAY_COOKIES.items()


@lru_cache(maxsize=1024)
def preferred_language(accepted: str) -> str:
    """Return the first language of a header that the site speaks; the site's own language without one."""
    tags = (tag for tag, _quality in sorted(parse_accept_header(accepted), key=lambda pair: -pair[1]))
    return next((found for tag in tags if (found := language.match(tag[:32]))), language.DEFAULT)


def _read_revision_first() -> None:
    """Read the revision before anything else of a page that may be kept, in a snapshot that holds for all of it."""
    if KEY not in request.environ or not _may_be_kept():
        return
    session = db.session()
    if not session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        # SQLite's transactions are snapshots by themselves.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    g.page_revision = revision.current(session)


def _may_be_kept() -> bool:
    """Whether the view of this request lets its page be kept under this address."""
    endpoint = request.endpoint or ""
    if not endpoint.startswith(f"{FACE}."):
        return False
    named = keeping.parameters_of(endpoint)
    return keeping.reason_not_to_keep(endpoint) is None and all(
        name in named for name, value in request.args.items(multi=True) if value
    )


def _mark(response: Response) -> Response:
    """Tell the cache under which revision this answer was made, if it may be kept.

    A view that forgot to say that it has a form is caught here: a page with a form token is one person's.
    """
    made_at = g.pop("page_revision", None)
    if "csrf_token" in g:
        request.environ[HOLDS_TOKEN] = True
    is_unkept = g.pop("unkept", False)
    is_personal = is_unkept or "csrf_token" in g or response.cache_control.no_store or response.cache_control.private
    if made_at is not None and response.status_code == 200 and not is_personal:
        request.environ[MADE_AT] = made_at
    return response


def _read_out(answer: Iterable[bytes], *, reads: bool) -> bytes:
    """Return an answer's body and let it close what it holds open; without reading, just let it close."""
    try:
        return b"".join(answer) if reads else b""
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _is_whole(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer's length was known at its beginning, as a stream's is not."""
    return any(name.lower() == "content-length" for name, _ in headers)


def _tells_no_secret(environment: Environment, headers: list[tuple[str, str]], session_cookie: str) -> bool:
    """Whether the length of the compressed answer may be seen by someone who made the reader ask for it.

    An answer to a reader with a session may hold a form token beside text of the address. Another site can make
    a browser ask for it, but cannot make the browser say that our own page or the reader did.
    """
    if environment.get("HTTP_SEC_FETCH_SITE") in _ANONYMOUS_SITES:
        return True
    known = {name.lower(): value for name, value in headers}
    has_session = session_cookie in parse_cookie(environment.get("HTTP_COOKIE"))
    has_secret = has_session or HOLDS_TOKEN in environment
    return not (has_secret or "set-cookie" in known or "no-store" in known.get("cache-control", ""))
