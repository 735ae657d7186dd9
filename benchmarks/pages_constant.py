"""An application that answers every request with the same few bytes: the most a server can do."""

from collections.abc import Callable
from typing import Any

BODY = b"constant page"


def app(_environment: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
