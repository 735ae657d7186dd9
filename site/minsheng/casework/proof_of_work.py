"""Proof of work: a number that only trying finds, and one look confirms. Asked of browsers under load only.

The challenge is the form's own ticket: a ticket makes one letter and is then spent (see
:mod:`minsheng.casework.spent_tickets`), so a proof counts once, and there is nothing else to remember.
"""

import hashlib
import re

BITS = 16
"""Leading zero bits asked for under load: 65 536 tries on average, a second or a few on a phone."""
MOST_BITS = 19
"""Bits asked for at most: 524 288 tries on average, some fifteen seconds on a phone while its owner writes."""
TOLERATED = 1
"""Bits that may be missing: load rises while people write, and who has worked is not asked twice for a little more."""
_NUMBER = re.compile(r"[0-9]{1,15}")


def bits_under(doublings: int) -> int:
    """Return the bits to ask for when so often double what is calm comes in: each doubling asks for twice the work."""
    return min(BITS + doublings, MOST_BITS)


def is_proof(challenge: str, number: str, bits: int = BITS) -> bool:
    """Return whether SHA-256 of ``challenge:number`` begins with this many zero bits."""
    if not _NUMBER.fullmatch(number):
        return False
    digest = hashlib.sha256(f"{challenge}:{number}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def find(challenge: str, bits: int = BITS) -> str:
    """Return the smallest proof, as a browser finds it; for tests and for measuring."""
    number = 0
    while not is_proof(challenge, str(number), bits):
        number += 1
    return str(number)
