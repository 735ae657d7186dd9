"""Form tickets: a signed number made with the form, so that sending it twice makes one record."""

import time
import uuid

from itsdangerous import BadData, URLSafeTimedSerializer

MAX_AGE_SECONDS = 7 * 24 * 3600
LETTER = "suggestion"
"""The purpose of the tickets of residents' letters."""


def of_call(call_id: int) -> str:
    """Return the purpose of the tickets of ideas for one call."""
    return f"call:{call_id}"


def issue(secret: str, purpose: str) -> str:
    """Return a new signed ticket for one form."""
    return str(_signer(secret, purpose).dumps(uuid.uuid4().hex))


def read(secret: str, purpose: str, signed: str, max_age: int = MAX_AGE_SECONDS) -> str | None:
    """Return the ticket's number, or None when it is not ours, is for another form, or is older than ``max_age``."""
    try:
        number = _signer(secret, purpose).loads(signed, max_age=max_age)
    except BadData:
        return None
    return number if isinstance(number, str) else None


def age(secret: str, purpose: str, signed: str) -> float | None:
    """Return how many seconds ago a ticket was made, to about a second, or None when it is not ours."""
    try:
        _number, made = _signer(secret, purpose).loads(signed, return_timestamp=True)
    except BadData:
        return None
    # The signer reads the machine's own clock, so its age is told by that clock as well.
    return float(time.time() - made.timestamp())


def _signer(secret: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"ticket:{purpose}")
