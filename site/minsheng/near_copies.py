"""Telling letters that say much the same, so that an attack which changes a word in each is still seen as one.

Of each letter a few marks are made by min-hashing (Broder, *On the resemblance and containment of documents*, 1997):
the smallest hash of its runs of three letters under several hash functions, some of them taken together as one mark.
Two letters that share a fraction ``s`` of their runs share a given mark with probability ``s`` to the power of
``HASHES``, and one of their marks with ``1 - (1 - s ** HASHES) ** MARKS``: 0.98 for s = 0.8, 0.49 for s = 0.5, 0.04
for s = 0.2, which is what two people's letters about one matter share.
"""

import hashlib
import unicodedata

MARKS = 5
HASHES = 3
"""Hashes in one mark."""
RUN = 3
"""Letters in a run."""
SHORTEST = 8
"""Letters below which only the same words are alike: short wishes of different people share most of their runs."""


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
    digests = [hashlib.sha256(run.encode()).digest() + hashlib.sha512(run.encode()).digest() for run in runs]
    least = [min(digest[start : start + 4] for digest in digests) for start in range(0, MARKS * HASHES * 4, 4)]
    together = (least[start : start + HASHES] for start in range(0, len(least), HASHES))
    found = (hashlib.sha256(bytes([number]) + b"".join(one)).hexdigest() for number, one in enumerate(together))
    return (fingerprint(words), *found)


def _plain(words: str) -> str:
    """Return the letters and digits of words in one width and case."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", words).casefold() if letter.isalnum())
