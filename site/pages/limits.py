"""Rate limits. Addresses are never stored: counters run under a keyed hash that changes every day."""

import hashlib
import hmac
import ipaddress

from flask import request
from flask_limiter import Limiter

from pages.services import services

IPV6_NETWORK = 64
"""Bits of an IPv6 address that name a household; the rest its owner changes at will."""


def caller() -> str:
    """Return a name for the caller's address that cannot be led back to it, the same in every server process."""
    message = f"caller\0{services().today()}\0{_network(request.remote_addr or '')}"
    return hmac.new(services().secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:32]


def _network(address: str) -> str:
    """Return an IPv4 address as it is, and of an IPv6 address the network that its owner was given."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    return str(read.ipv4_mapped or ipaddress.ip_network((read, IPV6_NETWORK), strict=False))


limiter = Limiter(caller, default_limits=[], headers_enabled=False, strategy="moving-window")
