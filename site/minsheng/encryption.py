"""Sealing of people's contact data: AES-GCM with the record it belongs to as associated data.

Keys come from the environment as ``number:base64`` pairs, newest first; old ones stay readable, so keys can be
rotated. A sealed value moved to another record does not open.
"""

import base64
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_LENGTH = 12


class CannotOpenError(Exception):
    """The value was sealed for another record, with an unknown key, or is damaged."""


class ContactBox:
    """Seals short texts for one record each, and opens them again."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """Take 32-byte keys by number (0…255); the highest number seals."""
        if not keys or any(len(key) != 32 or not 0 <= number <= 255 for number, key in keys.items()):
            raise ValueError("contact keys must be 32 bytes each, numbered 0 to 255")
        self._keys = {number: AESGCM(key) for number, key in keys.items()}
        self._newest = max(keys)

    @classmethod
    def from_text(cls, text: str) -> "ContactBox":
        """Read ``1:base64,2:base64``. Raises ``ValueError`` for anything else."""
        pairs = (pair.partition(":") for pair in text.split(",") if pair.strip())
        return cls({int(number): base64.b64decode(key, validate=True) for number, _, key in pairs})

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return self._newest

    def reseal(self, sealed: bytes, record: str) -> bytes:
        """Return the same text sealed with the newest key. Raises ``CannotOpenError``."""
        return self.seal(self.open(sealed, record), record)

    def seal(self, text: str, record: str) -> bytes:
        """Return key number, nonce and ciphertext of ``text``, bound to ``record``."""
        nonce = os.urandom(NONCE_LENGTH)
        sealed = self._keys[self._newest].encrypt(nonce, text.encode(), record.encode())
        return bytes([self._newest]) + nonce + sealed

    def open(self, sealed: bytes, record: str) -> str:
        """Return the text sealed for ``record``. Raises ``CannotOpenError``."""
        key = self._keys.get(sealed[0]) if sealed else None
        if key is None:
            raise CannotOpenError
        try:
            return key.decrypt(sealed[1 : 1 + NONCE_LENGTH], sealed[1 + NONCE_LENGTH :], record.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError from error
