"""Headers that every answer carries."""

from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask, Response, request

from pages.services import services

OWN_IMAGES = "img-src 'self' data:"
MAPS = frozenset({"public.map.index", "public.suggestions.new"})
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        OWN_IMAGES,
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)

PERSONAL = ("/admin", "/suggestions/follow", "/suggestions/answers", "/subscriptions")
"""Pages of one person: of a member of staff, the sender of a case, a subscriber. No browser keeps them."""


def register(app: Flask) -> None:
    """Add the headers after each request."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Allow only our own files and frames; tell caches that pages of one person are theirs alone."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith(PERSONAL):
        headers["Cache-Control"] = "no-store"
    else:
        headers.setdefault("Cache-Control", "no-cache")
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _policy() -> str:
    """Return the policy of this page: only those with a map may also show tiles of the server in the settings."""
    origins = {f"https://{urlsplit(address).netloc}" for address in services().map_tiles}
    if request.endpoint not in MAPS or not origins:
        return CONTENT_SECURITY_POLICY
    return CONTENT_SECURITY_POLICY.replace(OWN_IMAGES, " ".join([OWN_IMAGES, *sorted(origins)]))


def add_static_headers(headers: Headers, _path: str, _address: str) -> None:
    """Protect static files as pages are: a drawing opened on its own may run nothing either."""
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
