"""Passwords of staff: argon2id with stated costs, so that a stolen table stays expensive to read."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106, section 4, the second recommended option: 3 passes over 64 MiB with 4 lanes.
HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, salt_len=16)

LEAST_LENGTH = 12
"""Characters of a password that a person chooses (NIST SP 800-63B asks for no rules but length)."""
GREATEST_LENGTH = 200


def hash_password(text: str) -> str:
    """Return the encoded hash of a password, with a new salt and its costs inside."""
    return HASHER.hash(text)


def verify(password_hash: str, text: str) -> bool:
    """Return whether ``text`` is the password of this hash; a damaged hash admits nobody."""
    try:
        return HASHER.verify(password_hash, text)
    except (VerificationError, InvalidHashError):
        return False


def verify_nobody(text: str) -> bool:
    """Spend the time of :func:`verify` on a name that has no account, so that the clock does not tell; False."""
    verify(_hash_of_nobody(), text)
    return False


def needs_rehash(password_hash: str) -> bool:
    """Return whether the hash was made with other costs than today's."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def _hash_of_nobody() -> str:
    return hash_password("nobody has this password")
