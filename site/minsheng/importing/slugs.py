"""Addresses of imported records: their own id where it can stand in one, never one that is taken."""

import re

LENGTH = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class Slugs:
    """Hands out slugs of one table."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken

    def take(self, wish: str) -> str:
        """Return ``wish`` in letters, digits, hyphens and underscores, with a number where it is taken."""
        plain = _UNSAFE.sub("-", wish).strip("-")[: LENGTH - 8] or "record"
        slug, number = plain, 1
        while slug in self._taken:
            number += 1
            slug = f"{plain}-{number}"
        self._taken.add(slug)
        return slug
