"""Telling letters that say much the same, so that an attack which changes a word in each is still seen as one.

Of each letter a few marks are made by min-hashing (Broder, *On the resemblance and containment of documents*, 1997):
the smallest hash of its runs of three letters under several hash functions, some of them taken together as one mark.
Two letters that share a fraction ``s`` of their runs share a given mark with probability ``s`` to the power of
``HASHES``, and one of their marks with ``1 - (1 - s ** HASHES) ** MARKS``: 0.98 for s = 0.8, 0.49 for s = 0.5, 0.04
for s = 0.2, which is what two people's letters about one matter share.
"""

import hashlib
import struct
import unicodedata
from functools import lru_cache

MARKS = 5
HASHES = 3
"""Hashes in one mark."""
RUN = 3
"""Letters in a run."""
SHORTEST = 8
"""Letters below which only the same words are alike: short wishes of different people share most of their runs."""
_DIGESTS = struct.Struct(f">{MARKS * HASHES}I")
_MARK = struct.Struct(f">{HASHES}I")


def fingerprint(words: str) -> str:
    """Return the SHA-256 of words without their spaces, signs and widths: equal for letters that say the same."""
    return hashlib.sha256((_plain(words) or words).encode()).hexdigest()


def marks(words: str) -> tuple[str, ...]:
    """Return the fingerprint of a letter, and the marks that it shares with letters of much the same words.

    Digits are left out of the marks: what a program changes from letter to letter is mostly a number.
    """
    plain = "".join(letter for letter in _plain(words) if not letter.isdecimal())
    if len(plain) < SHORTEST:
        return (fingerprint(words),)
    runs = {plain[start : start + RUN] for start in range(len(plain) - RUN + 1)}
    least = [min(column) for column in zip(*map(_hashes, runs), strict=True)]
    together = (_MARK.pack(*least[start : start + HASHES]) for start in range(0, len(least), HASHES))
    found = (hashlib.sha256(bytes([number]) + one).hexdigest() for number, one in enumerate(together))
    return (fingerprint(words), *found)


@lru_cache(maxsize=8192)
def _hashes(run: str) -> tuple[int, ...]:
    """Return a run's hashes, 32 bits each. A flood repeats itself, and hashing was most of what marks cost."""
    encoded = run.encode()
    return _DIGESTS.unpack_from(hashlib.sha256(encoded).digest() + hashlib.sha512(encoded).digest())


def _plain(words: str) -> str:
    """Return the letters and digits of words in one width and case."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", words).casefold() if letter.isalnum())
