"""Forms while very many send at once: made once in a while with gaps, then filled without database or template.

A filled form is, letter for letter, the page that its template would have made: the same words, the same errors,
everything typed. Only what lies in the gaps is one sender's; names of the site and of places may be some seconds old.
"""

import datetime as dt
import re
import secrets
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import current_app, g, request
from flask_wtf.csrf import generate_csrf
from markupsafe import escape
from wtforms import BooleanField, Field, FileField, RadioField, SelectField

from pages import display, installation
from pages.forms import Form
from pages.language import current_language
from pages.services import services

LIGHT = "public/light.html"
"""The frame of a page while very many send: no navigation, no counts, nothing from the database."""
LASTS = dt.timedelta(seconds=10)
"""How old what is prepared may be."""
MOST = 300
"""Things remembered at most, of some kilobytes each; the oldest go first."""
EXTENSION = "minsheng.prepared"
Made = TypeVar("Made")

_MARK = f"gap{secrets.token_hex(8)}n"
"""Begins every gap while a page is prepared. No sender can know it, and nothing that a sender typed is on that page."""
_GAP = re.compile(f"{_MARK}([0-9]+)e")


@dataclass(frozen=True)
class Gap:
    """A place on a prepared page: the value of a field or, with ``choice``, whether this one is chosen."""

    field: str
    choice: str | None = None
    word: str = ""
    """What a chosen one says: ``checked`` or ``selected``."""


class Prepared:
    """What one server process has prepared. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Hashable, tuple[dt.datetime, object]] = {}

    def remember(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made under a key in the last ``LASTS``, else make it."""
        at = services().clock()
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] <= at < known[0] + LASTS:
            return cast("Made", known[1])
        made = make()
        with self._lock:
            self._known.pop(key, None)
            while len(self._known) >= MOST:
                self._known.pop(next(iter(self._known)))
            self._known[key] = (at, made)
        return made


def prepared() -> Prepared:
    """Return what this server process has prepared."""
    found: Prepared = current_app.extensions.setdefault(EXTENSION, Prepared())
    return found


def lighten() -> None:
    """Let this request do without the database where it can: with the site's settings of some seconds ago."""
    g.site_settings = prepared().remember("settings", installation.site_settings)
    g.is_light = True


def is_light() -> bool:
    """Whether the page being made is one in the light frame."""
    return bool(g.get("is_light", False))


def fill(form: Form, key: Hashable, empty: frozenset[str], render: Callable[[], str]) -> str:
    """Return the page with this form, from what is prepared under ``key`` or else made by ``render``.

    ``key`` names everything that the page depends on beside the form's values and errors, the reader's language and
    the reader's display. The fields in ``empty`` have no value, and the page depends on that.
    """
    wishes = tuple(sorted(display.preferences().items()))
    whole = ("page", request.script_root, current_language(), wishes, key, empty, _errors(form))
    parts = prepared().remember(whole, lambda: _prepare(form, empty, render))
    return "".join(part if isinstance(part, str) else _value(form, part) for part in parts)


def _errors(form: Form) -> Hashable:
    """Return what is wrong with the form, as its page says it."""
    wrong = [(field.name, tuple(str(error) for error in field.errors)) for field in form if field.errors]
    return tuple(wrong), tuple(str(error) for error in form.form_errors)


def _prepare(form: Form, empty: frozenset[str], render: Callable[[], str]) -> Sequence[str | Gap]:
    """Render the page with marks in place of the form's values, which come back afterwards, and cut it at them."""
    gaps: list[Gap] = []

    def mark(gap: Gap) -> str:
        gaps.append(gap)
        return f"{_MARK}{len(gaps) - 1}e"

    typed = {field.name: field.data for field in form}
    token = form.csrf_token.current_token if "csrf_token" in form else None
    try:
        for field in form:
            if isinstance(field, RadioField | SelectField | BooleanField | FileField):
                field.data = None
            elif field.name == "csrf_token":
                field.current_token = mark(Gap(field.name))
            else:
                field.data = None if field.name in empty else mark(Gap(field.name))
        page = render()
    finally:
        for field in form:
            field.data = typed[field.name]
        if token is not None:
            form.csrf_token.current_token = token
    for start, gap in _choices(form):
        page = page.replace(start, start + mark(gap), 1)
    pieces = _GAP.split(page)
    return [gaps[int(piece)] if number % 2 else piece for number, piece in enumerate(pieces)]


def _choices(form: Form) -> Iterator[tuple[str, Gap]]:
    """Return how the control of each choice begins, up to where it says that it is chosen (see ``forms.html``)."""
    for field in form:
        if isinstance(field, BooleanField):
            yield f'id="{field.id}" name="{field.name}" value="y"', Gap(field.name, "y", " checked")
        elif isinstance(field, RadioField):
            for value, *_rest in field.iter_choices():
                yield f'name="{field.name}" value="{escape(value)}"', Gap(field.name, str(value), " checked")
        elif isinstance(field, SelectField):
            for value, *_rest in field.iter_choices():
                yield f'<option value="{escape(value)}"', Gap(field.name, str(value), " selected")


def _value(form: Form, gap: Gap) -> str:
    """Return what stands in a gap for this sender."""
    field: Field = form[gap.field]
    if gap.choice is not None:
        is_chosen = bool(field.data) if isinstance(field, BooleanField) else str(field.data) == gap.choice
        return gap.word if is_chosen and field.data is not None else ""
    if gap.field == "csrf_token":
        return str(generate_csrf())
    return str(escape(field._value()))  # type: ignore[attr-defined]  # every text control has it
