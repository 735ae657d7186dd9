"""What arrives from the network, before any page sees it: no control characters, no endless bodies, no endless ids."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import flask
from flask import Flask, request, session
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.routing import IntegerConverter as AnyIntegerConverter
from werkzeug.routing import Map

from admin.access import TOKEN

RESIDENTS_MOST_BYTES = 4_000_000
"""Residents send text, but for the pictures of a letter; the staff's face takes more, as the settings say."""
LETTERS_MOST_BYTES = 40_000_000
"""Five pictures as phones take them; most browsers send them smaller."""
TAKE_PICTURES = frozenset({"public.suggestions.new", "public.suggestions.add_photos"})
LARGEST_ID = 2**31 - 1
"""What PostgreSQL's integer holds."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202d\u202e\u2060\ufeff]")
"""Control characters but tab and line ends: SQLite counts text up to a NUL and PostgreSQL takes none. Spaces
without width make nothing look like words. The two
overrides of direction show a text to its reviewer in another order than the rules for personal data read it."""


class Parameters(ImmutableMultiDict[str, Any]):
    """Names and values of an address or a form, without characters that no keyboard types."""

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        pairs = iter_multi_items(mapping) if mapping is not None else ()
        super().__init__([(_printable(name), _printable(value)) for name, value in pairs])


class Request(flask.Request):
    """A request whose parameters are printable."""

    parameter_storage_class = Parameters


class IntegerConverter(AnyIntegerConverter):
    """A number in an address, no greater than the number of any record can be; another is no page of ours."""

    def __init__(self, map: Map, **given: Any) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, **{"max": LARGEST_ID, **given})


def register(app: Flask) -> None:
    """Read requests this way. Comes first, before any route is added or any form is read."""
    app.request_class = Request
    app.url_map.converters["int"] = IntegerConverter
    app.before_request(_limit_body)


def _limit_body() -> None:
    """Take less than the settings allow before anything reads the form, but from browsers that staff signed in with.

    A sign-in that has run out still counts: what was typed is kept for its owner.
    """
    allowed = request.max_content_length
    if not (request.path.startswith("/admin/") and TOKEN in session):
        takes_pictures = request.endpoint in TAKE_PICTURES and request.mimetype == "multipart/form-data"
        most = LETTERS_MOST_BYTES if takes_pictures else RESIDENTS_MOST_BYTES
        request.max_content_length = min(allowed or most, most)


def _printable(value: Any) -> Any:
    """Return a text without control characters; anything else, such as a file, as it is."""
    return _UNPRINTABLE.sub("", value) if isinstance(value, str) else value
