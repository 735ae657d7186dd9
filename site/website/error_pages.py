"""Pages for what goes wrong: each says in plain words what happened and what to do."""

import logging
from collections.abc import Sequence

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from minsheng.errors import DomainError, NotAllowedError, NotOpenError, SealedError
from pages.error_messages import domain_message, http_message
from public.casework import prepared, sending_gate

log = logging.getLogger(__name__)
WORTH_KEEPING = 12
"""Shorter texts in plain letters are choices and keys of the form rather than words."""
TOO_MANY = 429
MOST_READ = 64 * 1024
"""Bytes of a form that is read only to give its words back."""
NEVER_SHOWN = ("csrf", "ticket", "password", "contact", "email", "code", "seen", "kept", "proof", "next")
STATUS = {NotAllowedError: 403, SealedError: 403, NotOpenError: 409}


def register(app: Flask) -> None:
    """Answer every error with a page in the reader's language."""
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DomainError, _refused)


def _http_error(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    if isinstance(error, InternalServerError):
        log.error("unhandled error on %s", request.endpoint, exc_info=error.original_exception)
    return _page(code, *http_message(code), typed=_typed() if code == TOO_MANY and _is_short() else ())


def _expired_form(_error: CSRFError) -> tuple[str, int]:
    """Show what was typed, so that nothing is lost when the form's token no longer holds."""
    return _page(400, *http_message(440), typed=_typed())


def _typed() -> list[str]:
    """Return the words in the form that was sent."""
    return [
        value
        for name, value in request.form.items(multi=True)
        if (len(value) >= WORTH_KEEPING or not value.isascii()) and not any(word in name for word in NEVER_SHOWN)
    ]


def _is_short() -> bool:
    """Whether the form that was sent may be read: one with files takes long, and is refused unread."""
    return request.content_length is not None and request.content_length <= MOST_READ


def _refused(error: DomainError) -> tuple[str, int]:
    return _page(STATUS.get(type(error), 409), *domain_message(error))


def _page(code: int, title: str, advice: str, typed: Sequence[str] = ()) -> tuple[str, int]:
    frame = {"layout": prepared.LIGHT} if _is_in_flood() else {}
    return render_template("pages/error.html", code=code, title=title, advice=advice, typed=typed, **frame), code


def _is_in_flood() -> bool:
    """Whether a form is refused that residents send while very many do; counts it, as all that is sent is counted."""
    if request.method != "POST" or request.endpoint not in sending_gate.FORMS:
        return False
    sending_gate.note_refused()
    if sending_gate.is_high():
        prepared.lighten()
    return prepared.is_light()
