"""Rate limits. Addresses are never stored: counters run under a keyed hash that changes with every start."""

import hashlib
import hmac
import secrets

from flask import request
from flask_limiter import Limiter

_KEY = secrets.token_bytes(32)


def caller() -> str:
    """Return an unlinkable name for the caller's address."""
    address = (request.remote_addr or "unknown").encode()
    return hmac.new(_KEY, address, hashlib.sha256).hexdigest()[:32]


limiter = Limiter(caller, default_limits=[], headers_enabled=False, strategy="moving-window")
